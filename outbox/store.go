package outbox

import (
	"context"
	"time"

	"corkboard/board"
)

// Store keeps what is said and how far it has come. There is one
// implementation, storage.DB.
type Store interface {
	SpeechStore
	ActivityStore
	PeerStore
	AudienceStore
	DeliveryStore
}

// SpeechStore is what the speaker writes with.
type SpeechStore interface {
	// Changed is closed when the log has grown: ask for it, read, then wait.
	Changed() <-chan struct{}
	// Speak keeps the activities of the events after from, up to to, and moves
	// the speaker's cursor there, in one transaction. It returns them with ID
	// and At. A cursor that is not at from is a Conflict.
	Speak(ctx context.Context, from, to board.EventID, said []board.Activity) ([]board.Activity, error)
	// EnsurePeer finds or makes the peer of an inbox; a new one gets what is
	// said from now on.
	EnsurePeer(ctx context.Context, inbox, host string) (board.PeerID, error)
	// ActivitiesOf is all that was said about a post, oldest first, without bodies.
	ActivitiesOf(ctx context.Context, post board.PostID) ([]board.Activity, error)
	// BlankBodies drops all bodies about a post so far; call [Courier.Blank],
	// which knows what is in memory too.
	BlankBodies(ctx context.Context, post board.PostID) error
}

// ActivityStore finds activities. They come without bodies unless it says so.
type ActivityStore interface {
	ActivitiesAfter(ctx context.Context, after board.ActivityID, limit int) ([]board.Activity, error) // by ID
	Activity(ctx context.Context, id board.ActivityID) (board.Activity, error)
	// ActivityOf has the body: it is what /activities/{event}-{k} shows.
	ActivityOf(ctx context.Context, event board.EventID, k int) (board.Activity, error)
	ActivityBody(ctx context.Context, id board.ActivityID) ([]byte, error) // nil: blanked or dropped
}

// PeerStore finds peers.
type PeerStore interface {
	Peer(ctx context.Context, id board.PeerID) (board.Peer, error)
	Peers(ctx context.Context, after board.PeerID, limit int) ([]board.Peer, error)
	// PeersBehind are those with a cursor of their own or something parked.
	PeersBehind(ctx context.Context, after board.PeerID, limit int) ([]board.Peer, error)
	// SetSoftware gives a peer and its open intervals a kind.
	SetSoftware(ctx context.Context, peer board.PeerID, software string, kind board.PeerKind) error
}

// AudienceStore says who had followers where, and when. The kind of an
// interval that was opened before its peer's was known is the peer's.
type AudienceStore interface {
	// Intervals are all of a peer, oldest first.
	Intervals(ctx context.Context, peer board.PeerID) ([]board.Interval, error)
	// HadFollowers reports whether an actor had any follower elsewhere at an event
	// whose server is, or may turn out to be, of this kind; UnknownKind is any.
	HadFollowers(ctx context.Context, actor board.ActorID, at board.EventID, kind board.PeerKind) (bool, error)
	// IntervalsAt are those of an actor that held an event.
	IntervalsAt(ctx context.Context, actor board.ActorID, at board.EventID) ([]board.Interval, error)
}

// DeliveryStore keeps how far everything has come.
type DeliveryStore interface {
	Watermark(ctx context.Context) (board.ActivityID, error)
	SaveProgress(ctx context.Context, p board.Progress) error // all of it or nothing
	ParkedAt(ctx context.Context, peer board.PeerID) ([]board.Parked, error)
	// Failures are the peers that an activity did not reach for good.
	Failures(ctx context.Context, activity board.ActivityID) ([]board.Failure, error)
	LatestFailures(ctx context.Context, limit int) ([]board.Failure, error)
	// DropOld drops bodies and failures from before then, at most limit of each.
	DropOld(ctx context.Context, before time.Time, limit int) (more bool, err error)
}
