package board

import (
	"context"
	"time"
)

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

// TopicNews is what came into a topic lately.
type TopicNews struct {
	Articles    int       // posted since, at most MaxTopicNews are counted
	LastArticle time.Time // that is live; zero if there is none, however old
}

// MaxTopicNews is where counting a topic's articles ends.
const MaxTopicNews = 999

// NewTopic is what a moderator says to open a topic.
type NewTopic struct {
	By    ActorID // 0: the operator at the command line
	Name  string  // [a-z0-9_]{1,26}
	Title string  // at most 60 characters
	About string  // plain text or Markdown, at most 1,000 characters
}

// OpenTopic makes a topic and its second Group. Errors: Invalid, Forbidden,
// Conflict (the name is taken).
func (b *Board) OpenTopic(ctx context.Context, n NewTopic) (Topic, error) {
	if err := CheckName(n.Name); err != nil {
		return Topic{}, err
	}
	if len(n.Name) > topicNameMax {
		return Topic{}, FieldErrorf("name", "The name of a topic is at most %d characters.", topicNameMax)
	}
	title := cleanLine(n.Title, 60)
	if title == "" {
		return Topic{}, FieldErrorf("title", "A topic needs a title.")
	}
	about := b.text.markdown(n.About, nowhere())
	keys, err := b.newKeys(2)
	if err != nil {
		return Topic{}, err
	}
	page := b.Address().Topic(n.Name)
	var id ActorID
	err = b.update(ctx, func(tx Tx) error {
		if _, err := moderator(tx, n.By); err != nil {
			return err
		}
		group, err := b.addLocal(tx, b.group(n.Name, title, about, page), keys[0])
		if err != nil {
			return err
		}
		all, err := b.addLocal(tx, b.group(n.Name+AllSuffix, title+" (every post)", about, page), keys[1])
		if err != nil {
			return err
		}
		if err := tx.AddTopic(group.ID, all.ID); err != nil {
			return err
		}
		id = group.ID
		_, err = tx.Log(Event{Kind: TopicOpened, Actor: n.By, Topic: group.ID})
		return err
	})
	if err != nil {
		return Topic{}, err
	}
	return b.TopicByActor(ctx, id)
}

// group is one of the two Groups of a topic; people find both on its page.
func (b *Board) group(name, title, about, page string) Actor {
	return Actor{URI: b.Address().Topic(name), URL: page, Type: Group, Name: name, DisplayName: title, Summary: about}
}

func (b *Board) newKeys(n int) ([]keyPair, error) {
	keys := make([]keyPair, n)
	for i := range keys {
		var err error
		if keys[i], err = b.newKey(); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// CloseTopic ends new articles in a topic; what is there stays open for
// replies. Errors: NotFound, Forbidden.
func (b *Board) CloseTopic(ctx context.Context, by ActorID, name string) error {
	topic, err := b.Topic(ctx, name)
	if err != nil {
		return named(err, "There is no topic %s.", name)
	}
	return b.update(ctx, func(tx Tx) error {
		if _, err := moderator(tx, by); err != nil {
			return err
		}
		now, err := tx.Topic(topic.ID)
		if err != nil || !now.ClosedAt.IsZero() {
			return err
		}
		if err := tx.CloseTopic(topic.ID); err != nil {
			return err
		}
		_, err = tx.Log(Event{Kind: TopicClosed, Actor: by, Topic: topic.ID})
		return err
	})
}
