package outbox

import (
	"context"
	"maps"
	"slices"
	"time"

	"corkboard/board"
)

// keepSaving saves progress at most SaveEvery late.
func (c *Courier) keepSaving(ctx context.Context) {
	clock := time.NewTicker(c.config.SaveEvery)
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-clock.C:
		}
		if err := c.save(ctx); err != nil && ctx.Err() == nil {
			c.config.Log.Error("save progress; nothing is sent until that works", "err", err)
		}
	}
}

// save keeps how far everybody has come. While that fails, nothing new is
// sent: what cannot be noted would be sent again after a restart.
func (c *Courier) save(ctx context.Context) error {
	c.mu.Lock()
	p, changed := c.progress(time.Now())
	c.mu.Unlock()
	if !changed {
		return nil
	}
	err := c.config.Store.SaveProgress(ctx, p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.paused = true
		c.putBack(p)
		return err
	}
	c.saved = p.Watermark
	if c.paused {
		c.paused = false
		c.dispatch(time.Now())
	}
	return nil
}

// progress takes out all that has to be saved. The watermark is computed here
// and nowhere else: it stays before the oldest that anyone has not got who has
// no cursor of his own; and whoever holds it up gets one, in the same batch.
func (c *Courier) progress(now time.Time) (board.Progress, bool) {
	p := c.unsaved
	c.unsaved = board.Progress{}
	p.Parked = slices.Collect(maps.Values(c.parked))
	clear(c.parked)
	p.Watermark = c.watermark(now)
	for _, peer := range c.peers {
		if c.refresh(peer, p.Watermark) {
			p.Peers = append(p.Peers, peer.Peer)
		}
	}
	changed := p.Watermark != c.saved || len(p.Peers)+len(p.Failures)+len(p.Parked)+len(p.Unparked)+len(p.Greeted) > 0
	return p, changed
}

// watermark is up to where everything is done for all who share it.
func (c *Courier) watermark(now time.Time) board.ActivityID {
	mark := c.fed
	for _, p := range c.peers {
		if p.Behind || len(p.order) == 0 {
			continue
		}
		if now.Sub(p.order[0].added) > 3*c.config.SaveEvery {
			p.Behind, p.dirty = true, true
			continue
		}
		mark = min(mark, p.order[0].id-1)
	}
	return mark
}

// refresh brings a peer's row up to date and reports whether it has to be
// saved. A peer that has come as far as the others shares their mark again.
func (c *Courier) refresh(p *peer, mark board.ActivityID) bool {
	if p.Behind {
		cursor := p.cursor(c.fed)
		p.dirty = p.dirty || cursor != p.Cursor
		p.Cursor = cursor
		if !p.walking && p.Failures == 0 && cursor >= mark && p.walked <= c.fed {
			p.Behind, p.dirty = false, true
		}
	}
	dirty := p.dirty
	p.dirty = false
	return dirty
}

// putBack takes back what could not be saved. What has changed meanwhile is newer.
func (c *Courier) putBack(p board.Progress) {
	c.unsaved.Failures = append(p.Failures, c.unsaved.Failures...)
	c.unsaved.Unparked = append(p.Unparked, c.unsaved.Unparked...)
	c.unsaved.Greeted = append(p.Greeted, c.unsaved.Greeted...)
	settled := map[spot]bool{}
	for _, u := range c.unsaved.Unparked {
		settled[spot{u.Peer, u.Activity}] = true
	}
	for _, parked := range p.Parked {
		s := spot{parked.Peer, parked.Activity}
		if _, newer := c.parked[s]; !newer && !settled[s] {
			c.parked[s] = parked
		}
	}
	for _, row := range p.Peers {
		if peer := c.peers[row.ID]; peer != nil {
			peer.dirty = true
		}
	}
}

// tidy drops what is older than 30 days from disk, and idle peers from memory.
func (c *Courier) tidy(ctx context.Context) {
	clock := time.NewTicker(idleFor)
	defer clock.Stop()
	for {
		c.dropIdle(time.Now())
		for more := true; more && ctx.Err() == nil; {
			var err error
			if more, err = c.config.Store.DropOld(ctx, time.Now().Add(-c.config.GiveUp), 1000); err != nil && ctx.Err() == nil {
				c.config.Log.Error("drop what is too old to send", "err", err)
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-clock.C:
		}
	}
}

func (c *Courier) dropIdle(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, p := range c.peers {
		if !p.idle(now) {
			continue
		}
		if p.timer != nil {
			p.timer.Stop()
		}
		delete(c.peers, id)
		delete(p.host.peers, id)
		delete(p.host.ill, id)
		if len(p.host.peers) == 0 && p.host.flying == 0 {
			delete(c.hosts, p.host.name)
		}
	}
}
