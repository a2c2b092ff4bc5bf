package board

import "time"

// ThreadID is the number of a thread; it is in every address of the thread.
type ThreadID int64

// Thread is an article and everything said under it.
type Thread struct {
	ID        ThreadID
	Title     string
	Citation  Citation
	Again     string    // why its link, which was here before, was posted once more; empty for most
	Topics    []Topic   // one to five, the first is the one that forums file it under
	Keywords  []Keyword // in the order in which they were added
	Article   Post      // post 0
	Posts     int       // the highest number given so far; deleted posts keep theirs
	Version   int64     // raised by every visible change, in its transaction
	CreatedAt time.Time
	LastAt    time.Time // when the last post came
	LockedAt  time.Time // zero while open for replies
}

// Citation is the source line of an article: where it was published first.
// Every field may be empty; Date is as given, a plain date stays one.
type Citation struct {
	URL         string // absolute http or https
	Publication string
	Author      string
	Date        string // 2011-01-04 or RFC 3339, or as the poster wrote it
}

// Keyword is a free word on a thread.
type Keyword struct {
	Word      string // lower case; letters and digits of any script and _
	By        ActorID
	Published bool // said with the article, so part of its content
}

// ThreadQuery asks for a list of threads, newest or most recently active first.
// Pages go by key: Before is the last id (newest) or last time (active) seen.
// After is the way back: the Limit threads next above that key, in the same order.
// At most one of Topic, Keywords and Source is set, and with the last two no Author.
type ThreadQuery struct {
	Topic      ActorID   // 0: all topics
	Author     ActorID   // 0: all authors
	Keywords   []string  // those that have all of these; at most MaxKeywordsAtOnce
	Source     string    // those that cite this host; see LinkSource
	Active     bool      // by last post instead of by id
	Since      time.Time // with Active: only with a post after that
	Before     ThreadID
	BeforeTime time.Time // with Active
	After      ThreadID  // instead of Before
	AfterTime  time.Time // with Active
	Limit      int       // at most 100
}

// Selection is some of a thread's posts.
type Selection struct {
	Thread ThreadID
	By     ActorID // those that he wrote and that are live; else
	Under  PostID  // those that answer this one, tombstones too,
	Deep   bool    // and those that answer them, and so on
}

// Reach is what is known of where a thread is read and written.
type Reach struct {
	Hosts   []HostShare // who wrote the most first; at most 100
	Orphans int         // posts whose parent could not be had; counted up to 1,000
}

// HostShare is what came from one server.
type HostShare struct {
	Host   string // empty is ours
	People int
	Posts  int // without the article
}

// MaxKeywordsAtOnce bounds how many keywords a list of threads may ask for.
const MaxKeywordsAtOnce = 5

// ThreadKey is a place in a list of threads: behind which thread, and in a
// list by activity when that thread had its last post.
type ThreadKey struct {
	Thread ThreadID
	At     time.Time
}

// Seeking is what came of looking on other servers for posts of a thread that
// were never sent here.
type Seeking struct {
	Done  bool
	At    time.Time // when it was done
	Asked []string  // hosts
	Found int       // posts that have a number here now
	Mute  int       // posts whose server did not answer, or does not say what answers them
}
