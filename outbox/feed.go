package outbox

import (
	"context"
	"slices"
	"time"

	"corkboard/board"
)

const (
	keptWarm = 512         // bodies in memory, and activities that were carried but not fed
	page     = 256         // activities read from disk at a time
	relief   = time.Second // before another try when the disk fails
)

// feed hands what was said to the peers of its audience that are caught up,
// from memory, or from disk after a start and when it cannot keep up.
func (c *Courier) feed(ctx context.Context) {
	for ctx.Err() == nil {
		said, err := c.whatWasSaid(ctx)
		for _, a := range said {
			if err = c.address(ctx, a); err != nil {
				break
			}
		}
		switch {
		case err != nil:
			c.reread(ctx, err)
		case len(said) == 0:
			select {
			case <-ctx.Done():
			case <-c.news:
			}
		}
	}
}

// whatWasSaid returns the next activities after fed; none, if there are none.
func (c *Courier) whatWasSaid(ctx context.Context) ([]board.Activity, error) {
	c.mu.Lock()
	fed, onDisk, said := c.fed, c.onDisk, c.said
	c.said = nil
	c.mu.Unlock()
	if !onDisk {
		// What was carried just after it was read from disk is fed already.
		return slices.DeleteFunc(said, func(a board.Activity) bool { return a.ID <= fed }), nil
	}
	said, err := c.config.Store.ActivitiesAfter(ctx, fed, page)
	if err != nil || len(said) == page {
		return said, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(said); n > 0 {
		fed = said[n-1].ID
	}
	// What was carried since this page was read was dropped, and is on the next.
	c.onDisk = c.newest > fed
	return said, nil
}

// reread goes back to the disk after an error: what was in memory may be lost.
func (c *Courier) reread(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	c.config.Log.Error("address activities", "err", err)
	c.mu.Lock()
	c.onDisk, c.said = true, nil
	c.mu.Unlock()
	pause(ctx, relief)
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// address hands one activity to everyone who may get it.
func (c *Courier) address(ctx context.Context, a board.Activity) error {
	audience, err := audienceOf(ctx, c.config.Store, a.Audience)
	if err != nil {
		return err
	}
	for _, id := range c.strangers(audience) {
		row, err := c.config.Store.Peer(ctx, id)
		if err != nil && board.KindOf(err) == board.NotFound {
			c.config.Log.Error("an audience has a peer that is not there", "activity", a.ID, "peer", id)
			continue
		}
		if err != nil {
			return err
		}
		c.enter(row)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	act := newActivity(a)
	act.blanked = a.ID <= c.blanked[a.Post]
	for id, w := range audience {
		if p := c.peers[id]; p != nil {
			c.hand(p, act, w, now)
		}
	}
	c.fed = a.ID
	if c.fed >= c.newest {
		clear(c.blanked)
	}
	c.keepWarm(act)
	c.dispatch(now)
	return nil
}

// strangers are those of an audience who are not in memory. The others stay
// there for now.
func (c *Courier) strangers(audience map[board.PeerID]way) []board.PeerID {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	var missing []board.PeerID
	for id := range audience {
		if p := c.peers[id]; p != nil {
			p.usedAt = now
		} else {
			missing = append(missing, id)
		}
	}
	return missing
}

// enter takes a peer into memory.
func (c *Courier) enter(row board.Peer) *peer {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.hosts[row.Host]
	if h == nil {
		h = &host{name: row.Host, allowed: 1,
			peers: map[board.PeerID]*peer{}, ill: map[board.PeerID]*peer{}}
		c.hosts[row.Host] = h
	}
	p := newPeer(row, h, c.fed)
	c.peers[row.ID] = p
	if p.Failures > 0 {
		h.ill[p.ID] = p
	}
	if p.Kind == board.UnknownKind {
		c.ask(p)
	}
	c.poke(p, time.Now())
	return p
}

// hand gives an activity to a peer that is caught up. One that is fed from
// disk will find it there, and so will one that cannot take it now.
func (c *Courier) hand(p *peer, act *activity, w way, now time.Time) {
	switch {
	case p.walking || act.id <= p.walked:
	case w.unknown || !p.room():
		p.walking, p.walked = true, act.id-1
		p.Behind, p.dirty = true, true
		c.poke(p, now)
	default:
		c.admit(p, act, w, now)
		c.poke(p, now)
	}
}

// admit puts a delivery into a peer's queue. What comes by followers whose
// Accept was not taken waits in the Accept's lane too.
func (c *Courier) admit(p *peer, act *activity, w way, now time.Time) {
	d := newDelivery(p, act, w, now)
	p.walked = act.id
	if row, ok := p.kept[act.id]; ok {
		delete(p.kept, act.id)
		p.restore(d, row)
		return
	}
	if p.add(d) && p.parked < parkLimit {
		p.park(d)
		c.keepParked(d)
	}
}

func newDelivery(p *peer, act *activity, w way, now time.Time) *delivery {
	d := &delivery{activity: act, peer: p, lanes: []string{act.lane}, added: now}
	for _, need := range w.ungreeted {
		if p.greeted[need.Actor] >= need.From {
			continue
		}
		d.needs = append(d.needs, need)
		if lane := ActorLane(need.Actor); !slices.Contains(d.lanes, lane) {
			d.lanes = append(d.lanes, lane)
		}
	}
	return d
}

// keepWarm keeps the bodies of the newest activities in memory; those of
// older ones are read again by who still needs them.
func (c *Courier) keepWarm(act *activity) {
	c.warm.push(act)
	if len(c.warm.waiting) > keptWarm {
		old, _ := c.warm.pop()
		old.body = nil
	}
}
