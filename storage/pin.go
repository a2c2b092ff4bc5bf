package storage

import (
	"context"
	"time"

	"corkboard/board"
)

// pinsLimit is more than a board ever has.
const pinsLimit = 5

// pinsQuery reads the few pins first, and of their threads what is shown.
const pinsQuery = `
	SELECT n.thread, t.title, p.language, t.posts, n.breaking, n.pinned_at, n.expires_at
	FROM pins n
	CROSS JOIN threads t
	CROSS JOIN posts p
	WHERE t.id = n.thread AND p.thread = n.thread AND p.number = 0 AND p.state = 0 AND n.expires_at > ?
	ORDER BY n.pinned_at DESC, n.thread DESC
	LIMIT ?`

// Pins are the threads that are pinned at a time, the last pinned first.
func (db *DB) Pins(ctx context.Context, at time.Time) ([]board.Pinned, error) {
	pins := []board.Pinned{}
	err := db.read(ctx).each(func(c *cells) {
		pins = append(pins, board.Pinned{
			Thread: board.ThreadID(c.int()), Title: c.text(), Language: c.text(), Posts: int(c.int()),
			Breaking: c.int() != 0, PinnedAt: c.time(), ExpiresAt: c.time(),
		})
	}, pinsQuery, millis(at), pinsLimit)
	return pins, err
}

// PinsWithout forgets what has expired or has no article any more, and counts
// the rest without one thread.
func (tx *Tx) PinsWithout(id board.ThreadID) (int, error) {
	_, err := tx.exec(`
		DELETE FROM pins
		WHERE expires_at <= ? OR EXISTS (
			SELECT 1
			FROM posts p
			WHERE p.thread = pins.thread AND p.number = 0 AND p.state <> 0
		)`, millis(tx.now))
	if err != nil {
		return 0, err
	}
	var n int
	err = tx.get(&n, `
		SELECT count(*)
		FROM pins
		WHERE thread <> ?`, id)
	return n, err
}

// SetPin pins a thread, or changes how it is pinned.
func (tx *Tx) SetPin(p board.Pinned) error {
	_, err := tx.exec(`
		INSERT INTO pins (thread, breaking, pinned_at, expires_at)
		VALUES (?, ?, ?, ?)
		ON CONFLICT (thread) DO UPDATE
		SET breaking = excluded.breaking, expires_at = excluded.expires_at`,
		p.Thread, p.Breaking, millis(p.PinnedAt), millis(p.ExpiresAt))
	return err
}

// RemovePin unpins a thread.
func (tx *Tx) RemovePin(id board.ThreadID) (removed bool, err error) {
	return changed(tx.exec(`
		DELETE FROM pins
		WHERE thread = ?`, id))
}
