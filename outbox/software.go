package outbox

import (
	"context"
	"time"

	"corkboard/activitypub"
	"corkboard/board"
)

const (
	askAtATime = 16        // hosts that are asked for their NodeInfo at a time
	askedAgain = time.Hour // before a host is asked for another of its inboxes
)

// ask finds out what software a peer runs, once. The lock is held.
func (c *Courier) ask(p *peer) {
	if p.asking {
		return
	}
	p.asking = true
	h := p.host
	h.askers = append(h.askers, p)
	if len(h.askers) == 1 {
		c.asks.push(h)
		c.askOn()
	}
}

// askOn starts as many questions as may be open. The lock is held.
func (c *Courier) askOn() {
	for c.asking < askAtATime && !c.stopping {
		h, ok := c.asks.pop()
		if !ok {
			return
		}
		c.asking++
		c.helpers.Go(func() { c.inquire(c.life, h) })
	}
}

// inquire asks a host, and tells all of its peers that wait for it.
func (c *Courier) inquire(ctx context.Context, h *host) {
	c.mu.Lock()
	fresh := !h.askedAt.IsZero() && time.Since(h.askedAt) < askedAgain
	c.mu.Unlock()
	if !fresh {
		software, err := c.nodeInfo(ctx, h.name)
		c.mu.Lock()
		h.software, h.told, h.askedAt = software.Name, err == nil, time.Now()
		c.mu.Unlock()
	}
	for p := c.asker(h); p != nil; p = c.asker(h) {
		c.learn(ctx, h, p)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asking--
	c.askOn()
}

func (c *Courier) nodeInfo(ctx context.Context, host string) (activitypub.Software, error) {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	return c.config.Client.NodeInfo(ctx, host)
}

// asker is the next peer that waits for a host's answer.
func (c *Courier) asker(h *host) *peer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(h.askers) == 0 {
		return nil
	}
	return h.askers[0]
}

// learn keeps what a peer runs, and lets it walk on. Where the host did not
// tell, it is taken for a microblog, or for what it was.
func (c *Courier) learn(ctx context.Context, h *host, p *peer) {
	c.mu.Lock()
	name, kind := p.Software, p.Kind
	switch {
	case h.told:
		name, kind = h.software, KindOf(h.software)
	case kind == board.UnknownKind:
		kind = board.Microblog
	}
	c.mu.Unlock()
	err := c.config.Store.SetSoftware(ctx, p.ID, name, kind)
	if err != nil && ctx.Err() == nil {
		c.config.Log.Error("keep the software of a peer", "host", p.Host, "err", err)
		pause(ctx, relief)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if err == nil {
		p.Software, p.Kind, p.SoftwareAt = name, kind, now
	}
	h.askers = h.askers[1:]
	p.asking, p.stuck = false, false // if it is not known even so, the walker asks again
	c.poke(p, now)
	c.dispatch(now)
}

// refreshSoftware asks again from time to time: a server may change its
// program, and one that did not tell may do so. The lock is held.
func (c *Courier) refreshSoftware(p *peer, now time.Time) {
	known := askAgain
	if p.Software == "" {
		known = askSooner
	}
	if p.Kind != board.UnknownKind && now.Sub(p.SoftwareAt) > known {
		c.ask(p)
	}
}
