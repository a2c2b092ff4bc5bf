package board

import "time"

// PostID is the number of a post in the board's store; readers see the
// thread's number and the post's number in it instead.
type PostID int64

// PostState says whether a post is there to be read.
type PostState int

// The states of a post. Its number and its place stay in all of them.
const (
	Live    PostState = iota
	Deleted           // by its author
	Removed           // by a moderator, with a reason
)

// Post is anything with a number in a thread; number 0 is the article.
type Post struct {
	ID          PostID
	Thread      ThreadID
	Number      int
	URI         string // ActivityPub id, ours or the other server's
	URL         string // page for people on the author's server; ours for ours
	Author      Actor  // ID, URI, Type, Name, Host, DisplayName, Tagline, URL, GoneAt are filled
	To          Answered
	Also        []Addressee // whom else the reply is to; filled where single posts and a thread's posts are read
	SameAs      int         // number of an earlier post of the thread that says the same; 0 if none
	HTML        string      // safe HTML; empty unless Live
	Source      string      // the Markdown that our author typed; empty for remote posts
	Language    string      // BCP 47; empty if unknown
	Warning     string      // content warning; empty if none
	Unlisted    bool        // Public stood in cc, not in to
	PublishedAt time.Time
	ArrivedAt   time.Time // when the board accepted it; order and number follow this
	EditedAt    time.Time // zero if never
	State       PostState
	ClosedAt    time.Time // when it was deleted or removed
	ClosedBy    string    // handle of the moderator who removed it
	Reason      string    // of the removal
	Attachments []Attachment
	Sensitive   bool     // the attachments are folded
	Emojis      []string // shortcodes in HTML and Warning of which the pictures are known
	Quoted      Quoted
	Likes       int
	Shares      int
	Replies     int // direct answers that are live
}

// Local reports whether the post was written here.
func (p Post) Local() bool { return p.Author.Local() }

// Answered is the post that a reply answers. The zero value means none: the
// post is an article. Post is 0 and Number -1 where the parent could not be
// had: then only URI is known.
type Answered struct {
	Post   PostID
	Number int
	URI    string // the parent's ActivityPub id, what inReplyTo says
	Author Actor  // ID, URI, Name, Host, DisplayName, URL are filled where Post is known
}

// Unavailable reports whether the parent is named but not on this board.
func (a Answered) Unavailable() bool { return a.Post == 0 && a.URI != "" }

// PostQuery asks for a list of live posts, articles too, newest first. After
// is the way back: the Limit posts next above that one, in the same order.
type PostQuery struct {
	Author ActorID // 0: everybody
	Before PostID  // 0 begins with the newest
	After  PostID  // instead of Before
	Limit  int     // at most 100
}

// Entry is a post in a list of posts from several threads.
type Entry struct {
	Post
	Title string // of its thread; empty where the article was deleted
}

// Text is what somebody wrote, before the board made it safe. Exactly one of
// Markdown (our members) and HTML (other servers) is set.
type Text struct {
	Markdown string
	HTML     string
	Language string // BCP 47; empty if unknown
	Warning  string // content warning in plain text; empty if none
}

// Remote is what else is known of a post that came from another server.
type Remote struct {
	URI       string    // its ActivityPub id, on its author's host
	URL       string    // its page for people
	Published time.Time // as claimed; the board clamps it to now
	Updated   time.Time // zero if never edited
	Unlisted  bool
	Media     Media  // what it brings along
	Original  []byte // the activity or object as it came, for forums to embed; may be nil
}

// NewArticle opens a thread. Members and other servers fill the same fields.
type NewArticle struct {
	By       ActorID
	FormKey  string // the form's key, unique for By; a second use finds the first post. May be empty
	Title    string // 1 to 200 characters
	Citation Citation
	Topics   []ActorID // one to five open topics
	Keywords []string  // at most 12
	Text     Text      // may be empty where there is a Citation.URL
	Remark   string    // the poster's own remark in Markdown, becomes post 1; members only
	Again    string    // why a link that is here already is posted once more; members only
	Mentions []ActorID // people mentioned in a remote text; found by the board in Markdown
	Remote   *Remote   // nil for members
	Draft    string    // the form whose draft this makes needless; may be empty
}

// NewReply answers one post.
type NewReply struct {
	By       ActorID
	FormKey  string
	To       PostID   // the post answered; 0 if it could not be had
	Thread   ThreadID // with To = 0: the thread that it belongs under
	ToURI    string   // with To = 0: what inReplyTo said
	Also     []int    // numbers of other posts of the thread that it is to as well; members only
	Again    bool     // though it says what an earlier one said
	Text     Text
	Mentions []ActorID
	Remote   *Remote
	Draft    string // the form whose draft this makes needless; may be empty
}

// EditPost replaces the text of a post; for an article Title and Citation too.
type EditPost struct {
	By       ActorID
	Post     PostID
	Title    string    // articles only; empty leaves it
	Citation *Citation // articles only; nil leaves it
	Text     Text
	Mentions []ActorID // people mentioned in a remote text; found by the board in Markdown
	Remote   *Remote   // for posts of other servers; Updated must be newer than the last
	Draft    string    // the form whose draft this makes needless; may be empty
}

// Revision is an earlier text of a post.
type Revision struct {
	Post     PostID
	At       time.Time // when it was replaced
	Title    string    // of an article
	Citation Citation  // of an article
	HTML     string
	Source   string
	Warning  string
	Language string
}
