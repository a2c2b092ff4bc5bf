package storage

import (
	"context"
	"time"

	"corkboard/board"
)

// demoMark is the mark of a board that is filled with invented posts.
const demoMark = "demo"

// Demo is when the board became a demonstration; zero for a real one.
func (db *DB) Demo(ctx context.Context) (time.Time, error) {
	var at int64
	err := db.read(ctx).get(&at, `
		SELECT COALESCE(max(at), 0)
		FROM board_marks
		WHERE name = ?`, demoMark)
	return moment(at), err
}

// Untouched reports whether nothing has happened but that topics were opened.
func (tx *Tx) Untouched() (bool, error) {
	var happened bool
	err := tx.get(&happened, `
		SELECT EXISTS (
			SELECT 1
			FROM events
			WHERE kind <> ?)`, board.TopicOpened)
	return !happened, err
}

// MarkDemo makes the board a demonstration for good.
func (tx *Tx) MarkDemo() error {
	_, err := tx.exec(`
		INSERT INTO board_marks (name, at)
		VALUES (?, ?)
		ON CONFLICT (name) DO NOTHING`, demoMark, millis(tx.now))
	return err
}
