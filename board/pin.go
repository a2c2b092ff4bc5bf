package board

import (
	"context"
	"time"
)

// MaxPins is how many threads can be pinned at a time.
const MaxPins = 5

const maxPinTime = 30 * 24 * time.Hour

// Pin puts a thread in front of the others for a while.
type Pin struct {
	By       ActorID // a moderator; 0 is the operator
	Thread   ThreadID
	Breaking bool          // it is called breaking news
	For      time.Duration // at most 30 days
}

// Pinned is a thread in front of the others.
type Pinned struct {
	Thread    ThreadID
	Title     string
	Language  string // of the article; may be empty
	Posts     int
	Breaking  bool
	PinnedAt  time.Time
	ExpiresAt time.Time
}

// PinReader finds what moderators pinned.
type PinReader interface {
	// Pins are the threads that are pinned at that time and whose article is
	// live, the last pinned first; at most five.
	Pins(ctx context.Context, at time.Time) ([]Pinned, error)
}

// PinTx changes what is pinned.
type PinTx interface {
	// PinsWithout counts what is pinned now, without one thread, and forgets what has expired.
	PinsWithout(id ThreadID) (int, error)
	SetPin(p Pinned) error
	RemovePin(id ThreadID) (removed bool, err error)
}

// Pin pins a thread; one that is pinned gets the new time. Errors: Invalid,
// Forbidden, NotFound, Gone (its article was deleted), Conflict (there are five).
func (b *Board) Pin(ctx context.Context, p Pin) error {
	if p.For <= 0 || p.For > maxPinTime {
		return FieldErrorf("hours", "A thread is pinned for at most %d days.", int(maxPinTime/(24*time.Hour)))
	}
	article, err := b.Post(ctx, p.Thread, 0)
	if err != nil {
		return named(err, "There is no such thread.")
	}
	return b.update(ctx, func(tx Tx) error {
		if _, err := moderator(tx, p.By); err != nil {
			return err
		}
		if article, err = tx.Post(article.ID); err != nil {
			return err
		}
		if article.State != Live {
			return Errorf(Gone, "The article was deleted.")
		}
		others, err := tx.PinsWithout(p.Thread)
		if err != nil {
			return err
		}
		if others >= MaxPins {
			return Errorf(Conflict, "There are %d pinned threads already. Unpin one of them first.", MaxPins)
		}
		pinned := Pinned{Thread: p.Thread, Breaking: p.Breaking, PinnedAt: tx.Now(), ExpiresAt: tx.Now().Add(p.For)}
		if err := tx.SetPin(pinned); err != nil {
			return err
		}
		return logPin(tx, Event{Kind: ThreadPinned, Actor: p.By, Thread: p.Thread, Data: pinned.ExpiresAt.Format(time.RFC3339)})
	})
}

// Unpin takes a thread back among the others. What is not pinned stays so.
// Errors: Forbidden, NotFound.
func (b *Board) Unpin(ctx context.Context, by ActorID, id ThreadID) error {
	return b.update(ctx, func(tx Tx) error {
		if _, err := moderator(tx, by); err != nil {
			return err
		}
		removed, err := tx.RemovePin(id)
		if err != nil || !removed {
			return err
		}
		return logPin(tx, Event{Kind: ThreadUnpinned, Actor: by, Thread: id})
	})
}

func logPin(tx Tx, e Event) error {
	if err := tx.Touch(e.Thread); err != nil {
		return err
	}
	_, err := tx.Log(e)
	return err
}
