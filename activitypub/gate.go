package activitypub

import (
	"context"
	"sync"
)

// gate lets a few through for each host at a time, and a few more wait. It keeps nothing of hosts for which nobody is there.
type gate struct {
	most, waiting int

	mu    sync.Mutex
	hosts map[string]*queue
}

type queue struct {
	slots chan struct{}
	users int // those who hold a slot and those who wait for one
}

// enter waits for a slot. leave must be called if ok. It is not where too many wait already, or ctx ends.
func (g *gate) enter(ctx context.Context, host string) (leave func(), ok bool) {
	q := g.join(host)
	if q == nil {
		return nil, false
	}
	select {
	case q.slots <- struct{}{}:
		return func() { <-q.slots; g.quit(host, q) }, true
	case <-ctx.Done():
		g.quit(host, q)
		return nil, false
	}
}

func (g *gate) join(host string) *queue {
	g.mu.Lock()
	defer g.mu.Unlock()
	q := g.hosts[host]
	if q == nil {
		q = &queue{slots: make(chan struct{}, g.most)}
		g.hosts[host] = q
	}
	if q.users == g.most+g.waiting {
		return nil
	}
	q.users++
	return q
}

func (g *gate) quit(host string, q *queue) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if q.users--; q.users == 0 {
		delete(g.hosts, host)
	}
}
