package board

import (
	"context"
	"time"
)

// DemoReader answers whether what is on the board is invented.
type DemoReader interface {
	Demo(ctx context.Context) (since time.Time, err error) // zero for a real board
}

// DemoTx makes a demonstration of a board.
type DemoTx interface {
	Untouched() (bool, error) // nothing has happened but that topics were opened
	MarkDemo() error
}

// OpenDemo marks a board on which nothing has happened yet as a demonstration,
// for good: what is on it is invented. Error: Conflict.
func (b *Board) OpenDemo(ctx context.Context) error {
	since, err := b.Demo(ctx)
	if err != nil {
		return err
	}
	if !since.IsZero() {
		return Errorf(Conflict, "This board is a demo already. For a fresh one, set CORKBOARD_DATA to a new folder.")
	}
	return b.update(ctx, func(tx Tx) error {
		untouched, err := tx.Untouched()
		if err != nil {
			return err
		}
		if !untouched {
			return Errorf(Conflict, "This board is in use: it has members, posts or followers. A demo needs a board of its own; set CORKBOARD_DATA to a new folder.")
		}
		return tx.MarkDemo()
	})
}
