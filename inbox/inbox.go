package inbox

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/gorilla/mux"
	lru "github.com/hashicorp/golang-lru/v2"

	"corkboard/activitypub"
	"corkboard/board"
)

// Receipts keep what has arrived and what became of it. There is one
// implementation, storage.DB.
type Receipts interface {
	// Receive keeps a receipt whose key is new, and gives it ID and ReceivedAt;
	// else it returns the one that is there.
	Receive(ctx context.Context, r board.Receipt) (kept board.Receipt, fresh bool, err error)
	ReceiptByKey(ctx context.Context, key []byte) (board.Receipt, error)
	// WaitingReceipts are those not settled yet, in order of arrival, with bodies.
	WaitingReceipts(ctx context.Context, after int64, limit int) ([]board.Receipt, error)
	// SettleReceipts keeps State, Reason, Tries and NextTryAt. What waits keeps
	// its body, or gets it again.
	SettleReceipts(ctx context.Context, settled []board.Receipt) error
	// DropReceipts drops what is settled and came before then.
	DropReceipts(ctx context.Context, before time.Time, limit int) (more bool, err error)
	// FollowByURI finds a follow by the id of its Follow activity.
	FollowByURI(ctx context.Context, follower board.ActorID, uri string) (board.Follow, error)
	// ActorByInbox finds the actor on another server whose own inbox this is.
	ActorByInbox(ctx context.Context, inbox string) (board.Actor, error)
}

// Config configures an [Inbox]. What is zero has a default.
type Config struct {
	Board    *board.Board
	Receipts Receipts
	Client   *activitypub.Client
	Keys     *activitypub.KeyFinder
	Log      *slog.Logger // nil: nobody is told
	// AllowHTTP takes actors and keys at plain http addresses: tests, intranets.
	AllowHTTP bool
	// Blocked reports whether nothing is taken from a host; nil blocks none.
	Blocked func(host string) bool
	// Woke is told of a host that has just proved to be alive; nil is nobody.
	Woke func(host string)
	// Render returns the activity that speaks of an event, for the answer to a
	// client that posted; nil leaves the answer empty.
	Render func(ctx context.Context, event board.EventID) ([]byte, error)

	Workers     int           // 64 activities worked out at the same time
	MaxRequests int           // 512 requests answered at the same time
	MaxBacklog  int           // 20,000 receipts that wait; beyond that, 503
	MaxMemory   int           // 32 MiB of waiting bodies in memory; the others wait on disk
	FirstRetry  time.Duration // 30 s after the first try, then four times as long each time
	LastRetry   time.Duration // 8 h between tries at most
	GiveUp      time.Duration // 3 days after it came
	Keep        time.Duration // 30 days, of what was settled
	FetchTime   time.Duration // 30 s for all that one activity makes us fetch
}

func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Blocked == nil {
		c.Blocked = func(string) bool { return false }
	}
	if c.Woke == nil {
		c.Woke = func(string) {}
	}
	c.Workers = cmp.Or(c.Workers, 64)
	c.MaxRequests = cmp.Or(c.MaxRequests, 512)
	c.MaxBacklog = cmp.Or(c.MaxBacklog, 20_000)
	c.MaxMemory = cmp.Or(c.MaxMemory, 32<<20)
	c.FirstRetry = cmp.Or(c.FirstRetry, 30*time.Second)
	c.LastRetry = cmp.Or(c.LastRetry, 8*time.Hour)
	c.GiveUp = cmp.Or(c.GiveUp, 72*time.Hour)
	c.Keep = cmp.Or(c.Keep, 30*24*time.Hour)
	c.FetchTime = cmp.Or(c.FetchTime, 30*time.Second)
	return c
}

// Inbox hears the fediverse. It may be used by many goroutines at once.
type Inbox struct {
	Config
	address  board.Address
	policy   activitypub.SignaturePolicy
	queue    *queue
	people   *people
	posts    *lru.Cache[string, board.PostID] // the numbers of those asked for lately
	errands  *errands
	lookups  *lookups
	seekings *seekings
	slots    chan struct{} // requests in flight
	large    chan struct{} // large bodies that are being read
	settled  chan board.Receipt
}

// New returns an inbox. Nothing is worked out before [Inbox.Run].
func New(c Config) *Inbox {
	c = c.withDefaults()
	address := c.Board.Address()
	return &Inbox{
		Config:   c,
		address:  address,
		policy:   activitypub.SignaturePolicy{Origin: string(address), AllowHTTP: c.AllowHTTP},
		queue:    newQueue(c.MaxBacklog, c.MaxMemory),
		people:   newPeople(),
		posts:    newMemory[board.PostID](postsInMind),
		errands:  newErrands(c.Workers),
		lookups:  newLookups(),
		seekings: newSeekings(),
		slots:    make(chan struct{}, c.MaxRequests),
		large:    make(chan struct{}, largeBodies),
		settled:  make(chan board.Receipt, settleBatch),
	}
}

// Register adds the routes: where other servers post, and where our members'
// programs do.
func (in *Inbox) Register(r *mux.Router) {
	r.HandleFunc("/inbox", in.receive)
	r.HandleFunc("/actor/inbox", in.receive)
	r.HandleFunc("/topics/{topic}/inbox", in.receive)
	r.HandleFunc("/members/{member}/inbox", in.receive)
	r.HandleFunc("/members/{member}/outbox", in.post).Methods("POST")
}

// Backlog is how many receipts wait, as far as is known.
func (in *Inbox) Backlog() int { return in.queue.backlog() }

// Gone ends the account of the one actor whose own inbox this is, if his server
// says that he is gone. A shared inbox, or one of nobody, changes nothing.
func (in *Inbox) Gone(ctx context.Context, inbox string) error {
	a, err := in.Receipts.ActorByInbox(ctx, inbox)
	if err != nil {
		if board.KindOf(err) == board.NotFound {
			return nil
		}
		return err
	}
	if _, err = in.Client.Get(ctx, a.URI); err == nil {
		return nil
	}
	if missing, ok := errors.AsType[*activitypub.FetchError](err); !ok || !missing.Gone() {
		return err
	}
	return in.forget(ctx, a.URI)
}
