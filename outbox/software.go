package outbox

import (
	"context"
	"time"

	"corkboard/activitypub"
	"corkboard/board"
)

// askAtATime is how many hosts are asked for their NodeInfo at a time.
const askAtATime = 16

// ask finds out what software a peer runs, once. The lock is held.
func (c *Courier) ask(p *peer) {
	if p.asking {
		return
	}
	p.asking = true
	c.asks.push(p)
	c.askOn()
}

// askOn starts as many questions as may be open. The lock is held.
func (c *Courier) askOn() {
	for c.asking < askAtATime && !c.stopping {
		p, ok := c.asks.pop()
		if !ok {
			return
		}
		c.asking++
		c.helpers.Go(func() { c.inquire(c.life, p) })
	}
}

// inquire asks a peer's host, and keeps the answer. A host that does not tell
// is taken for a microblog, or for what it was.
func (c *Courier) inquire(ctx context.Context, p *peer) {
	c.mu.Lock()
	name, kind := p.Software, p.Kind
	c.mu.Unlock()
	software, err := c.nodeInfo(ctx, p.Host)
	switch {
	case err == nil:
		name, kind = software.Name, KindOf(software.Name)
	case kind == board.UnknownKind:
		kind = board.Microblog
	}
	if ctx.Err() == nil {
		if err = c.config.Store.SetSoftware(ctx, p.ID, name, kind); err != nil {
			c.config.Log.Error("keep the software of a peer", "host", p.Host, "err", err)
			pause(ctx, relief)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asking--
	p.asking = false
	now := time.Now()
	if ctx.Err() == nil && err == nil {
		p.Software, p.Kind, p.SoftwareAt = name, kind, now
	}
	p.stuck = false // if it is not known even so, the walker asks again
	c.poke(p, now)
	c.askOn()
	c.dispatch(now)
}

func (c *Courier) nodeInfo(ctx context.Context, host string) (activitypub.Software, error) {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	return c.config.Client.NodeInfo(ctx, host)
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
