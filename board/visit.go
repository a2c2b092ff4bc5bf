package board

import (
	"context"
	"time"
)

const (
	visitEnds   = 30 * time.Minute // without a page
	visitIsKept = 5 * time.Minute  // so often at most
)

// VisitTx keeps when members were here.
type VisitTx interface {
	SetVisit(member ActorID, seen, last time.Time) error
}

// Visit says that a member looks at a page now, and returns him as he is after
// that. A visit that goes on is written down every five minutes; one that
// begins makes the one before the last visit. It writes no event: nobody
// else sees it.
func (b *Board) Visit(ctx context.Context, m Member, now time.Time) (Member, error) {
	if now.Sub(m.SeenAt) < visitIsKept {
		return m, nil
	}
	return outcome(ctx, b, func(tx Tx) (Member, error) {
		known, err := tx.Member(m.ID)
		if err != nil {
			return m, err
		}
		m.SeenAt, m.LastVisit = known.SeenAt, known.LastVisit
		away := now.Sub(m.SeenAt)
		if away < visitIsKept {
			return m, nil // another page was faster
		}
		// What was seen last may be older than the last page by what is not written.
		if away >= visitEnds+visitIsKept {
			m.LastVisit = m.SeenAt
		}
		m.SeenAt = now
		return m, tx.SetVisit(m.ID, m.SeenAt, m.LastVisit)
	})
}
