package storage

import (
	"context"

	"corkboard/board"
)

type eventRow struct {
	ID     int64  `db:"id"`
	At     int64  `db:"at"`
	Kind   string `db:"kind"`
	Actor  int64  `db:"actor"`
	Topic  int64  `db:"topic"`
	Thread int64  `db:"thread"`
	Post   int64  `db:"post"`
	Data   string `db:"data"`
}

const eventColumns = "id, at, kind, actor, topic, thread, post, data"

func (r eventRow) event() board.Event {
	return board.Event{
		ID: board.EventID(r.ID), At: moment(r.At), Kind: board.EventKind(r.Kind), Actor: board.ActorID(r.Actor),
		Topic: board.ActorID(r.Topic), Thread: board.ThreadID(r.Thread), Post: board.PostID(r.Post), Data: r.Data,
	}
}

// Event finds an event by its number.
func (db *DB) Event(ctx context.Context, id board.EventID) (board.Event, error) {
	var row eventRow
	err := db.read(ctx).get(&row, `
		SELECT `+eventColumns+`
		FROM events
		WHERE id = ?`, id)
	return row.event(), err
}

// EventsAfter are the next events of the log, in the order of commit.
func (db *DB) EventsAfter(ctx context.Context, after board.EventID, limit int) ([]board.Event, error) {
	var rows []eventRow
	err := db.read(ctx).selectAll(&rows, `
		SELECT `+eventColumns+`
		FROM events
		WHERE id > ?
		ORDER BY id
		LIMIT ?`, after, limit)
	events := make([]board.Event, len(rows))
	for i, row := range rows {
		events[i] = row.event()
	}
	return events, err
}

// LastEvent is the number of the newest event, 0 on a new board.
func (db *DB) LastEvent(ctx context.Context) (board.EventID, error) {
	var id board.EventID
	err := db.read(ctx).get(&id, `
		SELECT COALESCE(max(id), 0)
		FROM events`)
	return id, err
}

// PostEvent is the event at which a post was accepted: the first that names it.
func (db *DB) PostEvent(ctx context.Context, id board.PostID) (board.EventID, error) {
	var event board.EventID
	err := db.read(ctx).get(&event, `
		SELECT id
		FROM events
		WHERE post = ? AND post <> 0
		ORDER BY id
		LIMIT 1`, id)
	return event, err
}

// Cursor is the last event that a reader of the log is done with, 0 if none.
func (db *DB) Cursor(ctx context.Context, name string) (board.EventID, error) {
	return db.read(ctx).Cursor(name)
}

func (r *reader) Cursor(name string) (board.EventID, error) {
	var event board.EventID
	err := r.get(&event, `
		SELECT COALESCE(max(event), 0)
		FROM cursors
		WHERE reader = ?`, name)
	return event, err
}

// SetCursor says that a reader of the log is done with everything up to event.
func (tx *Tx) SetCursor(name string, event board.EventID) error {
	_, err := tx.exec(`
		INSERT INTO cursors (reader, event)
		VALUES (?, ?)
		ON CONFLICT (reader) DO UPDATE
		SET event = excluded.event`, name, event)
	return err
}

// Log writes an event, at the time of the transaction, and returns its number.
func (tx *Tx) Log(e board.Event) (board.EventID, error) {
	tx.logged = true
	result, err := tx.exec(`
		INSERT INTO events (at, kind, actor, topic, thread, post, data)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, millis(tx.now), e.Kind, e.Actor, e.Topic, e.Thread, e.Post, e.Data)
	return board.EventID(inserted(result)), err
}
