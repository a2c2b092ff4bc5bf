package board

import (
	"context"
	"math"
	"time"
)

// Mark is how far a member has read a thread.
type Mark struct {
	Number   int       // every post up to this one
	At       time.Time // when it was moved; zero if the member has not begun with the thread
	Before   int       // where it stood until then; -1 for nowhere
	BeforeAt time.Time // when it had come there
}

// visit is how long what was new when somebody came stays marked as new for him:
// through a reload, the way back, and his own reply.
const visit = 30 * time.Minute

// Last is the mark as it was before it was moved last, where that was just now.
func (m Mark) Last(now time.Time) (Mark, bool) {
	if !m.Begun() || m.Before < 0 || now.Sub(m.At) > visit {
		return Mark{}, false
	}
	return Mark{Number: m.Before, At: m.BeforeAt, Before: -1}, true
}

// Begun reports whether the member has ever read the thread from its beginning.
func (m Mark) Begun() bool { return !m.At.IsZero() }

// Seen is a run of posts that a member had on the screen.
type Seen struct {
	Member      ActorID
	Thread      ThreadID
	First, Last int
}

// MarkRead says that a member has read a thread up to a post. A mark never goes
// back. What somebody reads is in no log.
func (b *Board) MarkRead(ctx context.Context, member ActorID, thread ThreadID, number int) error {
	return b.MarkSeen(ctx, Seen{Member: member, Thread: thread, First: 0, Last: number})
}

// MarkSeen moves the member's mark over what he saw, if he has read all that is
// before it: who opens the third page first has not read the other two, and
// will find what is new to him where he left off.
func (b *Board) MarkSeen(ctx context.Context, s Seen) error {
	s.Last = min(s.Last, math.MaxInt32)
	return b.update(ctx, func(tx Tx) error { return tx.MarkSeen(s) })
}
