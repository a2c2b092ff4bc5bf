package storage

import (
	"context"
	"encoding/json"
	"fmt"

	"corkboard/board"
)

// speaker is the reader of the log that turns events into activities.
const speaker = "speaker"

// activityRow is a row of activities. Body stays nil where it was not asked for.
type activityRow struct {
	ID       board.ActivityID `db:"id"`
	Event    board.EventID    `db:"event"`
	K        int              `db:"k"`
	Type     string           `db:"type"`
	Actor    board.ActorID    `db:"actor"`
	Post     board.PostID     `db:"post"`
	Lane     string           `db:"lane"`
	Public   bool             `db:"public"`
	At       int64            `db:"at"`
	Audience string           `db:"audience"`
	Body     []byte           `db:"body"`
}

func (r activityRow) activity() (board.Activity, error) {
	a := board.Activity{
		ID: r.ID, Event: r.Event, K: r.K, Type: r.Type, Actor: r.Actor, Post: r.Post,
		Lane: r.Lane, Public: r.Public, At: moment(r.At), Body: r.Body,
	}
	if err := json.Unmarshal([]byte(r.Audience), &a.Audience); err != nil {
		return board.Activity{}, fmt.Errorf("read the audience of activity %d: %w", r.ID, err)
	}
	return a, nil
}

func activities(rows []activityRow) ([]board.Activity, error) {
	found := make([]board.Activity, 0, len(rows))
	for _, row := range rows {
		a, err := row.activity()
		if err != nil {
			return nil, err
		}
		found = append(found, a)
	}
	return found, nil
}

// Speak keeps what is to be said about the events after from, up to to, and
// moves the speaker's cursor there, in one transaction. It returns the
// activities with their ID and At. The cursor not being at from is a Conflict.
func (db *DB) Speak(ctx context.Context, from, to board.EventID, said []board.Activity) ([]board.Activity, error) {
	return outcome(ctx, db, func(tx *Tx) ([]board.Activity, error) {
		at, err := tx.Cursor(speaker)
		if err != nil {
			return nil, err
		}
		if at != from {
			return nil, board.Errorf(board.Conflict, "The speaker is at event %d, not at %d.", at, from)
		}
		kept := make([]board.Activity, 0, len(said))
		for _, a := range said {
			a, err := tx.addActivity(a)
			if err != nil {
				return nil, err
			}
			kept = append(kept, a)
		}
		return kept, tx.SetCursor(speaker, to)
	})
}

func (tx *Tx) addActivity(a board.Activity) (board.Activity, error) {
	audience, err := json.Marshal(a.Audience)
	if err != nil {
		return a, fmt.Errorf("write the audience of %s: %w", a.Type, err)
	}
	a.At = tx.Now()
	result, err := tx.execNamed(`
		INSERT INTO activities (event, k, type, actor, post, lane, public, at, audience, body)
		VALUES (:event, :k, :type, :actor, :post, :lane, :public, :at, :audience, :body)`,
		activityRow{
			Event: a.Event, K: a.K, Type: a.Type, Actor: a.Actor, Post: a.Post, Lane: a.Lane,
			Public: a.Public, At: millis(a.At), Audience: string(audience), Body: a.Body,
		})
	if err != nil {
		return a, err
	}
	id, err := result.LastInsertId()
	a.ID = board.ActivityID(id)
	return a, err
}

// ActivitiesAfter returns the next activities by ID, without their bodies.
func (db *DB) ActivitiesAfter(ctx context.Context, after board.ActivityID, limit int) ([]board.Activity, error) {
	var rows []activityRow
	err := db.read(ctx).selectAll(&rows, `
		SELECT id, event, k, type, actor, post, lane, public, at, audience
		FROM activities
		WHERE id > ?
		ORDER BY id
		LIMIT ?`, after, limit)
	if err != nil {
		return nil, err
	}
	return activities(rows)
}

// ActivitiesOf returns all that was ever said about a post, oldest first,
// without the bodies. A post has a handful, one for each edit and topic.
func (db *DB) ActivitiesOf(ctx context.Context, post board.PostID) ([]board.Activity, error) {
	var rows []activityRow
	err := db.read(ctx).selectAll(&rows, `
		SELECT id, event, k, type, actor, post, lane, public, at, audience
		FROM activities
		WHERE post = ? AND post <> 0
		ORDER BY id
		LIMIT 10000`, post)
	if err != nil {
		return nil, err
	}
	return activities(rows)
}

// Activity finds an activity by its number, without the body.
func (db *DB) Activity(ctx context.Context, id board.ActivityID) (board.Activity, error) {
	var row activityRow
	err := db.read(ctx).get(&row, `
		SELECT id, event, k, type, actor, post, lane, public, at, audience
		FROM activities
		WHERE id = ?`, id)
	if err != nil {
		return board.Activity{}, err
	}
	return row.activity()
}

// ActivityOf finds the k-th activity of an event, with its body unless that is
// gone.
func (db *DB) ActivityOf(ctx context.Context, event board.EventID, k int) (board.Activity, error) {
	var row activityRow
	err := db.read(ctx).get(&row, `
		SELECT id, event, k, type, actor, post, lane, public, at, audience, body
		FROM activities
		WHERE event = ? AND k = ?`, event, k)
	if err != nil {
		return board.Activity{}, err
	}
	return row.activity()
}

// ActivityBody is what is sent. It is nil if the post was deleted meanwhile,
// or after 30 days.
func (db *DB) ActivityBody(ctx context.Context, id board.ActivityID) ([]byte, error) {
	var body []byte
	err := db.read(ctx).get(&body, `
		SELECT body
		FROM activities
		WHERE id = ?`, id)
	return body, err
}

// BlankBodies drops all that was said about a post so far, sent or not.
func (db *DB) BlankBodies(ctx context.Context, post board.PostID) error {
	return db.update(ctx, func(tx *Tx) error {
		_, err := tx.exec(`
			UPDATE activities
			SET body = NULL
			WHERE post = ? AND post <> 0 AND body IS NOT NULL`, post)
		return err
	})
}
