package storage

import (
	"context"

	"corkboard/board"
)

// topicsLimit bounds the list of all topics.
const topicsLimit = 1000

type topicRow struct {
	actorRow
	Position int64 `db:"position"` // in a thread
	Thread   int64 `db:"thread"`
	All      int64 `db:"all_actor"`
	Articles int64 `db:"articles"`
	LastAt   int64 `db:"last_at"`
	ClosedAt int64 `db:"closed_at"`
}

// topicColumns are those of topicRow, of tables called a and o. When a topic
// was last active is the newest entry of an index.
const topicColumns = actorColumns + `,
	o.all_actor, o.articles, o.closed_at,
	COALESCE((SELECT max(n.last_at) FROM thread_topics n WHERE n.topic = o.actor), 0) AS last_at`

func (r topicRow) topic() board.Topic {
	return board.Topic{
		Actor: r.actor(), All: board.ActorID(r.All), Articles: int(r.Articles), Followers: int(r.FollowerCount),
		LastAt: moment(r.LastAt), ClosedAt: moment(r.ClosedAt),
	}
}

// Topic finds a topic by its name.
func (db *DB) Topic(ctx context.Context, name string) (board.Topic, error) {
	var row topicRow
	err := db.read(ctx).get(&row, `
		SELECT `+topicColumns+`
		FROM actors a
		JOIN topics o ON o.actor = a.id
		WHERE a.host = '' AND a.name = ?`, name)
	return row.topic(), err
}

// TopicByActor finds a topic by either of its two actors.
func (db *DB) TopicByActor(ctx context.Context, id board.ActorID) (board.Topic, error) {
	var row topicRow
	err := db.read(ctx).get(&row, `
		SELECT `+topicColumns+`
		FROM topics o
		JOIN actors a ON a.id = o.actor
		WHERE o.actor = ? OR o.all_actor = ?`, id, id)
	return row.topic(), err
}

// Topics are all topics by title.
func (db *DB) Topics(ctx context.Context) ([]board.Topic, error) {
	var rows []topicRow
	err := db.read(ctx).selectAll(&rows, `
		SELECT `+topicColumns+`
		FROM topics o
		JOIN actors a ON a.id = o.actor
		ORDER BY a.display_name, a.name
		LIMIT ?`, topicsLimit)
	topics := make([]board.Topic, len(rows))
	for i, row := range rows {
		topics[i] = row.topic()
	}
	return topics, err
}

// Topic finds a topic by its Group.
func (tx *Tx) Topic(id board.ActorID) (board.Topic, error) {
	var row topicRow
	err := tx.get(&row, `
		SELECT `+topicColumns+`
		FROM topics o
		JOIN actors a ON a.id = o.actor
		WHERE o.actor = ?`, id)
	return row.topic(), err
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
