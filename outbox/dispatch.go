package outbox

import "time"

// All of this file runs under the courier's lock, but for fly's deliveries.

// poke looks at a peer after anything about it has changed: it goes into its
// host's line, or its alarm is set, and the walker is asked to read on.
func (c *Courier) poke(p *peer, now time.Time) {
	p.usedAt = now
	if at, ok := p.startable(); ok {
		if at.After(now) {
			c.alarm(p, at, now)
		} else {
			c.queueUp(p)
		}
	}
	if !p.walking {
		return
	}
	if p.resting(now) {
		c.alarm(p, p.NextTryAt, now)
	} else if p.hungry() && !p.walkAsked {
		p.walkAsked = true
		c.walkers.push(p)
		signal(c.walks)
	}
}

// alarm pokes the peer again at a time. There is one for each peer.
func (c *Courier) alarm(p *peer, at, now time.Time) {
	wait := at.Sub(now)
	if p.timer != nil {
		p.timer.Reset(wait)
		return
	}
	p.timer = time.AfterFunc(wait, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		now := time.Now()
		c.poke(p, now)
		c.dispatch(now)
	})
}

func (c *Courier) queueUp(p *peer) {
	if !p.queued {
		p.queued = true
		p.host.line.push(p)
	}
	c.lineUp(p.host)
}

func (c *Courier) lineUp(h *host) {
	if !h.queued && h.flying < h.allowed && len(h.line.waiting) > 0 {
		h.queued = true
		c.line.push(h)
	}
}

// dispatch starts as many deliveries as may be in flight.
func (c *Courier) dispatch(now time.Time) {
	for c.flying < c.config.InAll {
		d := c.next(now)
		if d == nil {
			return
		}
		c.flying++
		go c.fly(d)
	}
}

// next returns the delivery whose turn it is, or nil: one of each host in
// turn, and there one of each peer.
func (c *Courier) next(now time.Time) *delivery {
	if c.stopping || c.paused {
		return nil
	}
	for {
		h, ok := c.line.pop()
		if !ok {
			return nil
		}
		h.queued = false
		d := h.fetch(now)
		if d != nil && c.hopeless(d, now) {
			d = nil
		}
		if d != nil {
			d.started = now
			d.peer.flying++
			h.flying++
			c.poke(d.peer, now)
		}
		c.lineUp(h)
		if d != nil {
			return d
		}
	}
}

// fly makes one delivery after the other while there are any.
func (c *Courier) fly(d *delivery) {
	for d != nil {
		v := c.deliver(d)
		c.mu.Lock()
		now := time.Now()
		c.land(d, v, now)
		if d = c.next(now); d == nil {
			c.flying--
			if c.flying == 0 && c.stopping {
				signal(c.landed)
			}
		}
		c.dispatch(now)
		c.mu.Unlock()
	}
}
