package storage

import (
	"time"

	"corkboard/board"
)

// SetVisit keeps when a member was seen, and when his visit before ended.
func (tx *Tx) SetVisit(member board.ActorID, seen, last time.Time) error {
	return tx.one(tx.exec(`
		UPDATE members
		SET seen_at = ?, visited_at = ?
		WHERE actor = ?`, millis(seen), millis(last), member))
}
