package board

import "time"

// PeerID is the number of a peer.
type PeerID int64

// ActivityID is the number of an outgoing activity; couriers go by its order.
type ActivityID int64

// PeerKind says how a peer wants to hear of a topic. It follows from the
// NodeInfo software.
type PeerKind string

// The kinds of peer. UnknownKind waits for NodeInfo: nothing of a topic is
// sent before it was read or could not be had (then it is Microblog).
const (
	UnknownKind PeerKind = ""
	Microblog   PeerKind = "microblog" // one Announce of the article's id
	Forum       PeerKind = "forum"     // Announce of every activity (FEP-1b12)
)

// Peer is a remote inbox that we deliver to: a server's shared inbox, or one
// actor's own.
type Peer struct {
	ID          PeerID
	Inbox       string
	Host        string
	Software    string // NodeInfo name; empty while unknown
	Kind        PeerKind
	SoftwareAt  time.Time  // when NodeInfo was asked last, with or without an answer
	Cursor      ActivityID // everything up to here is done; only where Behind
	Behind      bool       // has a cursor of its own; else it shares the watermark
	Failures    int        // in a row
	FirstFailAt time.Time  // of the failures in a row; zero if none
	NextTryAt   time.Time
	LastOKAt    time.Time
	LastError   string
}

// Activity is one outgoing activity as it is kept: its body once, its audience
// as a rule, never a row for each recipient.
type Activity struct {
	ID       ActivityID
	Event    EventID
	K        int // which of the event's activities: the suffix of its id
	Type     string
	Actor    ActorID // whose key signs it
	Post     PostID  // the post it speaks of; 0 if none
	Lane     string  // in order within a lane, in parallel between lanes
	Audience []Rule
	Public   bool   // may be fetched by anyone
	Body     []byte // nil once blanked (deleted meanwhile) or dropped (30 days)
	At       time.Time
}

// Rule is one part of an audience. Either Peers is set, or Followers with At.
type Rule struct {
	Peers     []PeerID `json:"peers,omitempty"`
	Followers ActorID  `json:"followers,omitempty"` // those who followed this actor at the event At
	Kind      PeerKind `json:"kind,omitempty"`      // only peers of this kind; empty: all
	At        EventID  `json:"at,omitempty"`
	// For forums, who get each activity once: the thread's topics in order, and
	// the event of the article. A peer is this rule's only if Followers is the
	// first of Topics that it followed at Since, or else at At.
	Topics []ActorID `json:"topics,omitempty"`
	Since  EventID   `json:"since,omitempty"`
}

// Interval is a time, in events, during which a peer has followers of an actor.
// It is never overwritten: a new one is opened instead.
type Interval struct {
	Actor ActorID
	Peer  PeerID
	Kind  PeerKind // UnknownKind until NodeInfo was read or failed
	From  EventID
	To    EventID // 0 while open
	// Greeted is set once the Accept of the first follower was taken; until then
	// nothing of the actor may go there.
	Greeted bool
}

// Follow is an accepted follower of a local actor.
type Follow struct {
	Follower ActorID
	Of       ActorID
	URI      string // id of the Follow activity that was accepted last
}

// Failure is an activity that a peer refused for good, or that was given up.
type Failure struct {
	Activity ActivityID
	Since    ActivityID // the first of several that were given up together; else the same
	Peer     PeerID
	Status   int    // 0 if it never answered
	Answer   string // the beginning of what it said, or why we gave up
	At       time.Time
}

// Parked is an activity that a peer fails on while it takes others. It waits,
// and its lane with it, while the peer's cursor passes.
type Parked struct {
	Peer      PeerID
	Activity  ActivityID
	Failures  int
	NextTryAt time.Time // zero if it only waits behind another of its lane
}

// Greeting is an Accept that a peer has taken: what comes by its followers of
// the actor since before the event may go there now.
type Greeting struct {
	Actor ActorID
	Peer  PeerID
	Event EventID
}

// Progress is what the couriers have done since the last one, kept in one
// transaction: the watermark never passes what a peer has not got or has no
// row of its own for.
type Progress struct {
	Watermark ActivityID // everything up to here is done for every peer that is not Behind
	Peers     []Peer     // whose cursor, failures or times have changed
	Failures  []Failure
	Parked    []Parked // new ones, and those that failed again
	Unparked  []Parked // Peer and Activity say which
	Greeted   []Greeting
}

// ReceiptState says what became of something that arrived.
type ReceiptState int

// The states of a receipt.
const (
	Waiting ReceiptState = iota // to be worked out, at Receipt.NextTryAt at the earliest
	Done                        // acted on; the body is dropped
	Refused                     // not acted on; Receipt.Reason says why
)

// Receipt is one activity that arrived, kept before it is understood.
type Receipt struct {
	ID         int64
	Key        []byte // SHA-256 of the verified actor and the activity's id, or of the body where there is no id
	Actor      string // the verified actor's URI
	Activity   string // the activity's id; may be empty
	Type       string
	Lane       string  // in order for each (actor, object)
	Inbox      ActorID // whose inbox it was posted to; 0 for the shared one
	Body       []byte
	ReceivedAt time.Time
	State      ReceiptState
	Reason     string
	Tries      int
	NextTryAt  time.Time
}

// Spread is how far the board has told other servers of a post.
type Spread struct {
	Said   bool          // false while the post waits to be spoken of
	Rounds []SpreadRound // the newest first; at most 10
}

// SpreadRound is one thing that other servers were told: the post, an edit, its
// end. Servers are counted, not followers.
type SpreadRound struct {
	Kind     EventKind // of what was told
	At       time.Time
	Servers  int       // whom it is for
	Reached  int       // who took all of it
	Refused  int       // who did not and will not be asked again
	Failing  int       // who did not and will be asked again
	Troubles []Trouble // the refusing and the failing; at most 100
}

// Waiting is how many servers have not been asked yet.
func (r SpreadRound) Waiting() int { return r.Servers - r.Reached - r.Refused - r.Failing }

// Settled reports whether nothing more will come of it.
func (r SpreadRound) Settled() bool { return r.Servers == r.Reached+r.Refused }

// Trouble is a server that did not take what it was sent.
type Trouble struct {
	Host    string
	Refused bool      // for good
	Since   time.Time // of the refusal, or of the first failure in a row
	NextTry time.Time // zero if refused
	Answer  string    // the beginning of what it said, or what went wrong; for moderators
}
