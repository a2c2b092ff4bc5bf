package outbox

import (
	"slices"
	"time"

	"corkboard/board"
)

const (
	window     = 128 // deliveries of one peer in memory
	parkLimit  = 100 // parked deliveries of one peer
	deadAfter  = 3   // failures in a row, after which a peer is nothing but its row
	idleFor    = 10 * time.Minute
	askAgain   = 7 * 24 * time.Hour // what software a peer runs
	askSooner  = 24 * time.Hour     // where it did not tell
	wakePause  = 2 * time.Second    // between two tries that incoming requests ask for
	lastOKStep = time.Hour          // how exactly a peer's last success is kept while nothing else changes
)

// peer is a peer with something to do: in memory only while it has.
type peer struct {
	board.Peer // Behind and Cursor are as they will be saved next
	queue

	host    *host
	flying  int
	queued  bool // in its host's line
	greeted map[board.ActorID]board.EventID
	kept    map[board.ActivityID]board.Parked // before a restart, and not come to yet
	suspect board.ActivityID                  // what failed last
	down    bool                              // more than one delivery has failed, so it is not that one's fault
	timer   *time.Timer

	walking   bool             // is fed from disk
	walked    board.ActivityID // considered up to here
	walkAsked bool             // in the walkers' line
	asking    bool             // its software
	stuck     bool             // walks on when its software is known

	failedAt time.Time // when the back-off was set last
	ordered  bool      // the back-off is what Retry-After said
	dirty    bool      // its row has to be saved
	savedOK  time.Time // LastOKAt as it was saved
	usedAt   time.Time
}

func newPeer(row board.Peer, h *host, fed board.ActivityID) *peer {
	p := &peer{Peer: row, host: h, walked: fed, savedOK: row.LastOKAt,
		greeted: map[board.ActorID]board.EventID{}, kept: map[board.ActivityID]board.Parked{}}
	if row.Behind {
		p.walking, p.walked = true, row.Cursor
	}
	h.peers[row.ID] = p
	return p
}

// resting reports whether the peer is left alone for a while.
func (p *peer) resting(now time.Time) bool { return p.NextTryAt.After(now) }

// probing reports whether one delivery has to succeed before others start.
func (p *peer) probing() bool { return p.Failures > 0 }

// startable is when the next delivery may start; ok is false if that does not
// hang on the time.
func (p *peer) startable() (at time.Time, ok bool) {
	if p.probing() && p.flying > 0 {
		return at, false
	}
	at, ok = p.queue.startable()
	if p.NextTryAt.After(at) && !p.secondOpinion() {
		at = p.NextTryAt
	}
	return at, ok
}

// secondOpinion reports whether there is something to try at once although
// the peer rests: only one delivery has failed, and that may be to blame.
func (p *peer) secondOpinion() bool {
	if p.ordered || p.down || p.suspect == 0 {
		return false
	}
	return slices.ContainsFunc(p.ready, func(d *delivery) bool { return d.tries(p.suspect) == 0 && !d.parked })
}

// take returns the delivery that starts now, or nil.
func (p *peer) take(now time.Time) *delivery {
	at, ok := p.startable()
	if !ok || at.After(now) {
		return nil
	}
	return p.queue.take(now, p.probing(), p.suspect)
}

// hungry reports whether the walker should read on for it; room, whether there
// is place for one more.
func (p *peer) hungry() bool { return len(p.order) <= window/2 && p.parked < parkLimit && !p.stuck }
func (p *peer) room() bool   { return len(p.order) < window && p.parked < parkLimit }

// cursor is up to where everything is done or parked.
func (p *peer) cursor(fed board.ActivityID) board.ActivityID {
	switch {
	case len(p.order) > 0:
		return p.order[0].id - 1
	case p.walking:
		return p.walked
	}
	return max(fed, p.walked)
}

// forget drops the queue of a peer that seems dead: it is all on disk.
func (p *peer) forget(fed board.ActivityID) {
	if p.flying > 0 || p.parked > 0 || len(p.kept) > 0 {
		return
	}
	p.walked = p.cursor(fed)
	p.walking = true
	p.queue = queue{}
}

// idle reports whether the peer has nothing that is not on disk.
func (p *peer) idle(now time.Time) bool {
	return len(p.lanes) == 0 && p.flying == 0 && !p.queued && !p.Behind && !p.dirty && !p.asking &&
		!p.resting(now) && now.Sub(p.usedAt) > idleFor
}

// host is a server: what counts is how much it is asked at a time, whatever
// the number of its inboxes.
type host struct {
	name   string
	peers  map[board.PeerID]*peer
	ill    map[board.PeerID]*peer // that failed or have something parked, and maybe others
	line   line[*peer]            // with something that may start
	queued bool                   // in the couriers' line
	flying int

	askers   []*peer // that wait for its NodeInfo
	software string  // as it said
	told     bool    // it said something
	askedAt  time.Time

	allowed int // at a time: grows with every success, so that a host that hangs holds one slot
}

// fetch returns a delivery that starts now, or nil.
func (h *host) fetch(now time.Time) *delivery {
	for h.flying < h.allowed {
		p, ok := h.line.pop()
		if !ok {
			return nil
		}
		p.queued = false
		if d := p.take(now); d != nil {
			return d
		}
	}
	return nil
}
