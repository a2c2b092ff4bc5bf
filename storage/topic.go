package storage

import (
	"context"
	"math"
	"slices"
	"time"

	"corkboard/board"
)

// topicsLimit bounds the list of all topics.
const topicsLimit = 1000

// topicColumns are a topic's, of tables called a and o, as cells.topic takes
// them. When a topic was last active is the newest entry of an index.
const topicColumns = actorColumns + `, a.follower_count,
	o.all_actor, o.articles, o.closed_at,
	COALESCE((SELECT max(n.last_at) FROM thread_topics n WHERE n.topic = o.actor), 0)`

func (c *cells) topic() board.Topic {
	return board.Topic{
		Actor: c.actor(), Followers: int(c.int()), All: c.actorID(), Articles: int(c.int()),
		ClosedAt: c.time(), LastAt: c.time(),
	}
}

// Topic finds a topic by its name.
func (db *DB) Topic(ctx context.Context, name string) (board.Topic, error) {
	return db.read(ctx).oneTopic(`
		SELECT `+topicColumns+`
		FROM actors a
		JOIN topics o ON o.actor = a.id
		WHERE a.host = '' AND a.name = ?`, name)
}

// TopicByActor finds a topic by either of its two actors.
func (db *DB) TopicByActor(ctx context.Context, id board.ActorID) (board.Topic, error) {
	return db.read(ctx).oneTopic(`
		SELECT `+topicColumns+`
		FROM topics o
		JOIN actors a ON a.id = o.actor
		WHERE o.actor = ? OR o.all_actor = ?`, id, id)
}

// Topics are all topics by title.
func (db *DB) Topics(ctx context.Context) ([]board.Topic, error) {
	topics := []board.Topic{}
	err := db.read(ctx).each(func(c *cells) { topics = append(topics, c.topic()) }, `
		SELECT `+topicColumns+`
		FROM topics o
		JOIN actors a ON a.id = o.actor
		ORDER BY a.display_name, a.name
		LIMIT ?`, topicsLimit)
	return topics, err
}

// topicNewsQuery counts the articles of each topic since a thread, those that
// were deleted too, and finds the newest that is live. Threads have their numbers
// in the order of their times.
const topicNewsQuery = `
	SELECT o.actor, (
			SELECT count(*)
			FROM (
				SELECT 1
				FROM thread_topics l
				WHERE l.topic = o.actor AND l.thread >= ?
				LIMIT ?
			) AS lately
		), COALESCE((
			SELECT p.arrived_at
			FROM thread_topics l
			CROSS JOIN posts p
			WHERE l.topic = o.actor AND p.thread = l.thread AND p.number = 0 AND p.state = 0
			ORDER BY l.thread DESC
			LIMIT 1
		), 0)
	FROM topics o
	ORDER BY o.actor
	LIMIT ?`

// TopicNews is what came into each topic since then.
func (db *DB) TopicNews(ctx context.Context, since time.Time) (map[board.ActorID]board.TopicNews, error) {
	r := db.read(ctx)
	first := board.ThreadID(math.MaxInt64) // none
	err := r.each(func(c *cells) { first = board.ThreadID(c.int()) }, `
		SELECT id
		FROM threads
		WHERE created_at > ?
		ORDER BY created_at, id
		LIMIT 1`, millis(since))
	if err != nil {
		return nil, err
	}
	news := map[board.ActorID]board.TopicNews{}
	err = r.each(func(c *cells) {
		news[c.actorID()] = board.TopicNews{Articles: int(c.int()), LastArticle: c.time()}
	}, topicNewsQuery, first, board.MaxTopicNews, topicsLimit)
	return news, err
}

// topics are some topics, each read once.
func (r *reader) topics(ids []board.ActorID) (map[board.ActorID]board.Topic, error) {
	slices.Sort(ids)
	list, args := among(slices.Compact(ids))
	topics := make(map[board.ActorID]board.Topic, len(args))
	err := r.each(func(c *cells) {
		t := c.topic()
		topics[t.ID] = t
	}, `
		SELECT `+topicColumns+`
		FROM topics o
		JOIN actors a ON a.id = o.actor
		WHERE o.actor IN `+list+`
		ORDER BY o.actor`, args...)
	return topics, err
}

// oneTopic reads a single topic.
func (r *reader) oneTopic(query string, args ...any) (topic board.Topic, err error) {
	err = r.only(func(c *cells) { topic = c.topic() }, query, args...)
	return topic, err
}

// Topic finds a topic by its Group.
func (tx *Tx) Topic(id board.ActorID) (board.Topic, error) {
	return tx.oneTopic(`
		SELECT `+topicColumns+`
		FROM topics o
		JOIN actors a ON a.id = o.actor
		WHERE o.actor = ?`, id)
}

// AddTopic makes a topic of two actors.
func (tx *Tx) AddTopic(id, all board.ActorID) error {
	_, err := tx.exec(`
		INSERT INTO topics (actor, all_actor)
		VALUES (?, ?)`, id, all)
	return err
}

// CloseTopic ends new articles in a topic.
func (tx *Tx) CloseTopic(id board.ActorID) error {
	return tx.one(tx.exec(`
		UPDATE topics
		SET closed_at = ?
		WHERE actor = ?`, millis(tx.now), id))
}
