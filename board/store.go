package board

import (
	"context"
	"time"
)

// Store keeps the board. There is one implementation, storage.DB; the
// interface fixes the direction of the arrow.
type Store interface {
	Reader
	// Update runs change in one transaction of the writer, together with other
	// callers' changes, and returns after the commit. change must touch nothing
	// but tx, do no I/O, and may run twice. Its error rolls back its own part.
	Update(ctx context.Context, change func(tx Tx) error) error
}

// Reader is what may be asked of the board without changing it. What is not
// there is a NotFound error. Every list has a limit.
type Reader interface {
	ActorReader
	TopicReader
	ThreadReader
	LinkReader
	PostReader
	MemberReader
	FollowReader
	EventReader
	ServerReader
	SearchReader
	MarkReader
	MediaReader
	KeywordReader
	PinReader
	DemoReader
	DraftReader
	CompletionReader
}

// ActorReader finds actors.
type ActorReader interface {
	Actor(ctx context.Context, id ActorID) (Actor, error)
	ActorByURI(ctx context.Context, uri string) (Actor, error)
	// ActorByHandle finds name@host; host is empty for ours. Case is ignored.
	ActorByHandle(ctx context.Context, name, host string) (Actor, error)
	// ActorByKey finds the actor on another server who published this key.
	ActorByKey(ctx context.Context, keyID string) (Actor, error)
	// PrivateKey is the PEM of a local actor's key, PKCS #8.
	PrivateKey(ctx context.Context, id ActorID) (string, error)
}

// TopicReader finds topics.
type TopicReader interface {
	Topic(ctx context.Context, name string) (Topic, error)
	TopicByActor(ctx context.Context, id ActorID) (Topic, error) // also by its All actor
	Topics(ctx context.Context) ([]Topic, error)                 // all of them, by title; at most 1,000
	// TopicNews is what came into each topic since then.
	TopicNews(ctx context.Context, since time.Time) (map[ActorID]TopicNews, error)
}

// ThreadReader finds threads.
type ThreadReader interface {
	Thread(ctx context.Context, id ThreadID) (Thread, error)
	// ThreadVersion is what a cached page is checked against: version and number of posts.
	ThreadVersion(ctx context.Context, id ThreadID) (version int64, posts int, err error)
	// Heading is what a link to a thread says.
	Heading(ctx context.Context, id ThreadID) (Heading, error)
	// ThreadKeywords are those of a thread with who added them and when.
	ThreadKeywords(ctx context.Context, id ThreadID) ([]AddedKeyword, error)
	// Threads lists those whose article is live, with Article, Topics and Keywords.
	Threads(ctx context.Context, q ThreadQuery) ([]Thread, error)
	// ThreadsReach is where Threads stops looking for those that have several
	// keywords; zero where it looks to the end. The next page begins there.
	ThreadsReach(ctx context.Context, q ThreadQuery) (ThreadKey, error)
	// Posts are those of a thread with a number >= from and > 0, in order; tombstones too.
	Posts(ctx context.Context, thread ThreadID, from, limit int) ([]Post, error)
	// Numbers are those of a selection, in order; at most 10,000, from a branch
	// only those of the 10,000 numbers behind its root.
	Numbers(ctx context.Context, s Selection) ([]int, error)
	// PostsAt are the posts with these numbers, in order; at most 1,000.
	PostsAt(ctx context.Context, thread ThreadID, numbers []int) ([]Post, error)
	// Reach looks at no more than 20,000 posts.
	Reach(ctx context.Context, id ThreadID) (Reach, error)
	// PostURIs are the ids of a thread's live posts in order, the article's first.
	PostURIs(ctx context.Context, thread ThreadID, limit int) ([]string, error)
	// OwnThreads are those of our members' live articles with ids from first to last, by id; ID and LastAt alone are filled.
	OwnThreads(ctx context.Context, first, last ThreadID) ([]Thread, error)
	// BoardVersion is raised by every visible change of any thread or topic.
	BoardVersion(ctx context.Context) (int64, error)
	// Totals counts local members, articles and replies for NodeInfo.
	Totals(ctx context.Context) (Totals, error)
}

// LinkReader finds what was posted before.
type LinkReader interface {
	// ThreadsLinked are those whose article has this link, however it was
	// written, the newest first, without the thread of this id; at most 20.
	ThreadsLinked(ctx context.Context, link string, but ThreadID, limit int) ([]Thread, error)
	// TitlesSince are the threads opened since then, the newest first, at most
	// 500, with ID, Title, Posts and CreatedAt.
	TitlesSince(ctx context.Context, since time.Time) ([]Thread, error)
	// KnownKeywords are those of the words that some thread has.
	KnownKeywords(ctx context.Context, words []string) ([]string, error)
}

// Totals are the figures that NodeInfo tells.
type Totals struct {
	Members, ActiveMonth, ActiveHalfyear, Articles, Replies int
}

// PostReader finds posts.
type PostReader interface {
	Post(ctx context.Context, thread ThreadID, number int) (Post, error)
	PostByID(ctx context.Context, id PostID) (Post, error)
	PostByURI(ctx context.Context, uri string) (Post, error)
	Replies(ctx context.Context, to PostID, limit int) ([]Post, error) // direct answers, in order, tombstones too
	// PostsBy are an author's live posts, newest first; before 0 begins with the newest.
	PostsBy(ctx context.Context, author ActorID, before PostID, limit int) ([]Post, error)
	LatestPosts(ctx context.Context, q PostQuery) ([]Entry, error)
	Revisions(ctx context.Context, id PostID, limit int) ([]Revision, error) // earlier texts, newest first
	Original(ctx context.Context, id PostID) ([]byte, error)                 // as it came; nil for ours
	Mentioned(ctx context.Context, id PostID) ([]Actor, error)
}

// DraftReader finds what a member has not sent yet.
type DraftReader interface {
	Draft(ctx context.Context, member ActorID, form string) (Draft, error)
	Drafts(ctx context.Context, member ActorID) ([]Draft, error) // newest first, without Fields; all of them
}

// CompletionReader finds what somebody may be about to type. The beginning is
// in lower case; an empty one begins everything.
type CompletionReader interface {
	// PeopleIn are people who wrote lately in a thread, the last first.
	PeopleIn(ctx context.Context, thread ThreadID, beginning string, limit int) ([]Actor, error)
	// PeopleNamed are people whom the board knows, ours first, by name.
	PeopleNamed(ctx context.Context, beginning string, limit int) ([]Actor, error)
}

// MemberReader finds members.
type MemberReader interface {
	Member(ctx context.Context, name string) (Member, error)
	MemberByActor(ctx context.Context, id ActorID) (Member, error)
	MemberByToken(ctx context.Context, hash []byte) (Member, error)
	Members(ctx context.Context, after string, limit int) ([]Member, error) // by name
	Moderators(ctx context.Context) ([]Member, error)                       // administrators too, who are not gone; at most 100
	Invitation(ctx context.Context, hash []byte) (Invitation, error)
	// LetterByURI finds a private reply by its id, whoever got it.
	LetterByURI(ctx context.Context, uri string) (Letter, error)
	LetterTo(ctx context.Context, uri string, to ActorID) (Letter, error)
	LetterByID(ctx context.Context, id int64) (Letter, error)
}

// FollowReader answers who follows a local actor.
type FollowReader interface {
	FollowerCount(ctx context.Context, of ActorID) (int, error)
	// FollowerHosts counts the servers on which any of some actors is followed now,
	// up to 20,000. It takes a millisecond for a thousand of them: keep the answer.
	FollowerHosts(ctx context.Context, of []ActorID) (int, error)
	Follow(ctx context.Context, follower, of ActorID) (Follow, error)
}

// MediaReader finds the pictures that the board shows for other servers.
type MediaReader interface {
	// Picture is the address of what a live post brings along, by its MediaKey.
	Picture(ctx context.Context, key string) (address string, err error)
	Emoji(ctx context.Context, host, shortcode string) (Emoji, error)
}

// EventReader reads the log.
type EventReader interface {
	Event(ctx context.Context, id EventID) (Event, error)
	EventsAfter(ctx context.Context, after EventID, limit int) ([]Event, error)
	LastEvent(ctx context.Context) (EventID, error)
	// PostEvent is the event at which a post was accepted.
	PostEvent(ctx context.Context, id PostID) (EventID, error)
	Cursor(ctx context.Context, reader string) (EventID, error) // 0 if it has never read
}

// MarkReader says how far members have read. Only they themselves are told.
type MarkReader interface {
	// ReadMark is the zero Mark for a thread that the member has not begun.
	ReadMark(ctx context.Context, member ActorID, thread ThreadID) (Mark, error)
	// ReadMarks leaves out the threads that the member has not begun.
	ReadMarks(ctx context.Context, member ActorID, threads []ThreadID) (map[ThreadID]int, error)
	// FirstUnread is the first live post of somebody else behind a mark; 0 if none.
	FirstUnread(ctx context.Context, member ActorID, thread ThreadID, mark int) (number int, err error)
}

// Tx is one change. Its reads see the change's own writes. It has the writer's
// context: a caller who goes away does not undo his neighbours' changes.
type Tx interface {
	// Now is the time of the transaction: whole milliseconds, UTC, never before the last one's.
	Now() time.Time
	ActorTx
	TopicTx
	ThreadTx
	PostTx
	MemberTx
	FollowTx
	MarkTx
	MediaTx
	PinTx
	VisitTx
	DemoTx
	DraftTx
	// Log writes an event and returns its number.
	Log(e Event) (EventID, error)
}

// ActorTx changes actors.
type ActorTx interface {
	Actor(id ActorID) (Actor, error)
	ActorByURI(uri string) (Actor, error)
	NameTaken(name string) (bool, error) // by any local actor that ever was
	AddActor(a Actor) (ActorID, error)
	SetActor(a Actor) error // all but ID, URI, CreatedAt
	AddPrivateKey(id ActorID, pem string) error
}

// TopicTx changes topics.
type TopicTx interface {
	Topic(id ActorID) (Topic, error)
	AddTopic(id, all ActorID) error
	CloseTopic(id ActorID) error
}

// ThreadTx changes threads. Every one of its writes raises the version.
type ThreadTx interface {
	Thread(id ThreadID) (Thread, error) // with Topics, without Article and Keywords
	Keywords(id ThreadID) ([]Keyword, error)
	Linked(link string) (Thread, error) // the newest with this link, however it was written
	AddThread(t Thread) (ThreadID, error)
	SetTitle(id ThreadID, title string, c Citation) error
	NextNumber(id ThreadID) (int, error) // raises Posts, LastAt and the topics' LastAt
	Touch(id ThreadID) error             // raises the version only
	AddKeyword(id ThreadID, k Keyword) (added bool, err error)
	RemoveKeyword(id ThreadID, word string) (removed bool, err error)
}

// PostTx changes posts.
type PostTx interface {
	Post(id PostID) (Post, error)
	PostAt(thread ThreadID, number int) (Post, error)
	PostByURI(uri string) (Post, error)
	PostByFormKey(author ActorID, key string) (Post, error)
	// PostsSince counts an author's posts since then, up to limit.
	PostsSince(author ActorID, since time.Time, limit int) (int, error)
	// RecentPosts are an author's live posts in a thread since then, newest first.
	RecentPosts(author ActorID, thread ThreadID, since time.Time, limit int) ([]Post, error)
	Wrote(thread ThreadID, author ActorID) (bool, error) // whether anything in it is his
	Addressees(id PostID) ([]Addressee, error)
	AddPost(p Post, formKey string, mentions []ActorID, original []byte) (PostID, error) // raises the parent's and the author's counts
	EditPost(p Post, mentions []ActorID, original []byte) error                          // HTML, Source, Language, Warning, SameAs, EditedAt, and what it brings along; keeps a revision, with the title of now
	// ClosePost sets State, ClosedAt, ClosedBy, Reason; drops text, title, source line, attachments,
	// revisions; lowers the parent's Replies. The original, if any, replaces the old one.
	ClosePost(p Post, original []byte) error
	Bury(uri, host string) error // a Delete of something unknown: its Create must not bring it back
	Buried(uri string) (bool, error)
	Like(post PostID, actor ActorID) (added bool, err error)
	Unlike(post PostID, actor ActorID) (removed bool, err error)
	Share(post PostID, actor ActorID, uri string) (added bool, err error)
	Unshare(post PostID, actor ActorID) (removed bool, err error)
	// PostsOf are an author's live posts after that id, to be closed one by one.
	PostsOf(author ActorID, after PostID, limit int) ([]Post, error)
}

// MemberTx changes accounts and letters.
type MemberTx interface {
	Member(id ActorID) (Member, error)
	AddMember(m Member) error
	SetPassword(id ActorID, hash string) error
	AddToken(id ActorID, hash []byte) error
	AddInvitation(i Invitation) error
	TakeInvitation(hash []byte) (Invitation, error) // NotFound if unknown, used or expired
	// LettersSince counts what an actor has sent to members here since then, up to limit.
	LettersSince(from ActorID, since time.Time, limit int) (int, error)
	AddLetter(l Letter) (int64, error)
	LetterByURI(uri string) (Letter, error)
	LetterTo(uri string, to ActorID) (Letter, error)
	SetLetter(l Letter) error // text, EditedAt, DeletedAt, for all who got it from its sender
}

// DraftTx changes drafts.
type DraftTx interface {
	DraftCount(member ActorID, but string) (int, error) // of those for other forms than one
	SaveDraft(d Draft) error                            // in the place of an earlier one for the form
	DropDraft(member ActorID, form string) error        // if there is one
}

// FollowTx changes who follows whom, and with it who gets what: the audience's
// intervals are opened and closed in the same transaction.
type FollowTx interface {
	Follow(follower, of ActorID) (Follow, error)
	// AddFollow records the follower, finds or makes the peer of his inbox (local
	// followers have none) and opens an interval from the event unless one is
	// open. A follower who is there already only gets the new Follow's URI.
	AddFollow(f Follow, at EventID) error
	// RemoveFollow closes the interval when nobody else behind the peer follows.
	RemoveFollow(follower, of ActorID, at EventID) error
	// RemoveFollowsBy ends all that an actor follows.
	RemoveFollowsBy(follower ActorID, at EventID) error
}

// MarkTx moves marks, which never go back. It writes no event and raises no version.
type MarkTx interface {
	MarkSeen(s Seen) error
	MarkOwn(p Post) error // only where all that is before it was read
}

// MediaTx changes what is known of pictures.
type MediaTx interface {
	// KnowEmojis records a server's emojis, or that they have other pictures now.
	KnowEmojis(host string, emojis []Emoji) error
}
