package storage

import (
	"context"

	"corkboard/board"
)

var (
	_ board.Store = (*DB)(nil)
	_ board.Tx    = (*Tx)(nil)
)

// Update runs change in the writer's transaction, together with the changes of
// other callers, and returns after the commit; see [board.Store].
func (db *DB) Update(ctx context.Context, change func(tx board.Tx) error) error {
	return db.update(ctx, func(tx *Tx) error { return change(tx) })
}
