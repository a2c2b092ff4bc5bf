package board

import "time"

// EventID orders everything that ever happened here: it is the order of commit.
type EventID int64

// EventKind names what happened.
type EventKind string

// Every kind of event, what it means and who reads it. Speaker: outbox turns
// it into activities. Indexer: storage brings the search index up to date.
// Everyone else (histories, moderation log) reads what it needs.
const (
	MemberJoined   EventKind = "member.joined"   // actor has an account here. Nobody yet
	ActorChanged   EventKind = "actor.changed"   // name, tagline, key of a local actor changed. Speaker: Update
	ActorGone      EventKind = "actor.gone"      // a remote account was deleted; its posts are tombstones. Indexer
	TopicOpened    EventKind = "topic.opened"    // topic is there. Nobody yet
	TopicClosed    EventKind = "topic.closed"    // no new articles. Speaker: Update of the Group
	ArticlePosted  EventKind = "article.posted"  // thread, post, actor, first topic. Speaker: Create, Announce. Indexer
	ReplyPosted    EventKind = "reply.posted"    // thread, post, actor. Speaker: Create, Announce. Indexer
	PostEdited     EventKind = "post.edited"     // thread, post, actor. Speaker: Update. Indexer
	PostDeleted    EventKind = "post.deleted"    // by its author. Speaker: Delete, Undo of Announces. Indexer
	PostRemoved    EventKind = "post.removed"    // by a moderator (actor), reason in data. Speaker: Delete, Undo. Indexer
	KeywordAdded   EventKind = "keyword.added"   // thread, actor, word in data. Indexer
	KeywordRemoved EventKind = "keyword.removed" // thread, actor, word in data. Indexer
	ThreadPinned   EventKind = "thread.pinned"   // by a moderator, until when in data. Nobody yet
	ThreadUnpinned EventKind = "thread.unpinned" // by a moderator. Nobody yet
	PostLiked      EventKind = "post.liked"      // actor likes post. Nobody yet
	PostUnliked    EventKind = "post.unliked"    // Nobody yet
	PostShared     EventKind = "post.shared"     // actor announced post. Nobody yet
	PostUnshared   EventKind = "post.unshared"   // Nobody yet
	Followed       EventKind = "followed"        // actor follows topic (or member, in topic's column); data: the Follow's id. Speaker: Accept
	Unfollowed     EventKind = "unfollowed"      // Nobody: the audience's interval is closed in the same transaction
	LetterReceived EventKind = "letter.received" // data: the letter's number. Nobody yet
)

// Event is one fact, written in the transaction of the change itself. It has
// ids and small facts, never text.
type Event struct {
	ID     EventID
	At     time.Time
	Kind   EventKind
	Actor  ActorID // who did it; 0 for the operator
	Topic  ActorID // the topic concerned, or the actor followed
	Thread ThreadID
	Post   PostID
	Data   string // one small fact, by kind
}
