package board

import "time"

// AllSuffix marks a topic's second Group, which announces every reply too.
const AllSuffix = "_all"

// Topic is a named place for articles, and a Group that anyone may follow.
type Topic struct {
	Actor             // Name is the topic's name, DisplayName its title, Summary what it is about
	All       ActorID // the second Group @name_all, for those who want every reply
	Articles  int     // how many articles were posted into it
	Followers int     // accepted followers, local and remote, without those of All
	LastAt    time.Time
	ClosedAt  time.Time // zero while open
}

// Title is the topic's name for people.
func (t Topic) Title() string { return t.Label() }

// NewTopic is what a moderator says to open a topic.
type NewTopic struct {
	By    ActorID // 0: the operator at the command line
	Name  string  // [a-z0-9_]{1,26}
	Title string  // at most 60 characters
	About string  // plain text or Markdown, at most 1,000 characters
}
