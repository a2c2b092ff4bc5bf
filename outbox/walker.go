package outbox

import (
	"context"
	"time"

	"corkboard/board"
)

// walk feeds the peers that are behind from disk, a page of one after a page
// of the other.
func (c *Courier) walk(ctx context.Context) {
	for ctx.Err() == nil {
		p, from := c.nextWalker()
		if p == nil {
			select {
			case <-ctx.Done():
			case <-c.walks:
			}
			continue
		}
		if err := c.walkOn(ctx, p, from); err != nil && ctx.Err() == nil {
			c.config.Log.Error("read activities for a peer", "host", p.Host, "err", err)
			pause(ctx, relief)
			c.mu.Lock()
			c.poke(p, time.Now())
			c.mu.Unlock()
		}
	}
}

// nextWalker returns a peer that wants to be fed, and from where on.
func (c *Courier) nextWalker() (*peer, board.ActivityID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		p, ok := c.walkers.pop()
		if !ok {
			return nil, 0
		}
		p.walkAsked = false
		if p.walking && p.hungry() && !p.resting(time.Now()) {
			return p, p.walked
		}
	}
}

// walkOn reads a page for a peer, takes what is for it, and lets the peer join
// those that are caught up when nothing is left.
func (c *Courier) walkOn(ctx context.Context, p *peer, from board.ActivityID) error {
	said, err := c.config.Store.ActivitiesAfter(ctx, from, page)
	if err != nil {
		return err
	}
	var had []board.Interval
	if anyFollowers(said) {
		if had, err = c.config.Store.Intervals(ctx, p.ID); err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if p.walking && p.walked == from && c.pick(p, said, had, now) && p.walked >= c.fed {
		p.walking = false // under the lock, so that the next one comes from memory
	}
	c.poke(p, now)
	c.dispatch(now)
	return nil
}

// pick takes from a page what is for the peer, until there is no room or its
// software has to be known first. It reports whether it came to the end.
func (c *Courier) pick(p *peer, said []board.Activity, had []board.Interval, now time.Time) bool {
	for _, a := range said {
		if !p.room() {
			return false
		}
		w, ok := reaches(a.Audience, p.ID, had)
		if ok && w.unknown {
			p.stuck = p.asking || p.Kind == board.UnknownKind // else it has become known meanwhile: read again
			if p.stuck {
				c.ask(p)
			}
			return false
		}
		if ok {
			c.admit(p, newActivity(a), w, now)
		}
		p.walked = a.ID
	}
	return true
}

// anyFollowers reports whether anything in a page is for followers.
func anyFollowers(said []board.Activity) bool {
	for _, a := range said {
		for _, rule := range a.Audience {
			if rule.Followers != 0 {
				return true
			}
		}
	}
	return false
}

// unpark takes back into memory what was parked at a peer before a restart.
// What the peer has not come to yet keeps its place among the others: it is
// parked again when its turn comes.
func (c *Courier) unpark(ctx context.Context, p *peer) error {
	parked, err := c.config.Store.ParkedAt(ctx, p.ID)
	if err != nil || len(parked) == 0 {
		return err
	}
	had, err := c.config.Store.Intervals(ctx, p.ID)
	if err != nil {
		return err
	}
	for _, row := range parked {
		a, err := c.config.Store.Activity(ctx, row.Activity)
		if err != nil {
			return err
		}
		w, _ := reaches(a.Audience, p.ID, had)
		c.mu.Lock()
		if now := time.Now(); row.Activity > p.walked {
			p.kept[row.Activity] = row
		} else {
			p.restore(newDelivery(p, newActivity(a), w, now), row)
			c.poke(p, now)
		}
		c.mu.Unlock()
	}
	return nil
}

// restore adds a delivery that was parked before a restart.
func (p *peer) restore(d *delivery, row board.Parked) {
	d.parked, d.failures, d.notBefore = true, row.Failures, row.NextTryAt
	p.add(d)
	p.host.ill[p.ID] = p
}
