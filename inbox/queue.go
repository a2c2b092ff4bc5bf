package inbox

import (
	"context"
	"slices"
	"sync"
	"time"

	"corkboard/activitypub"
	"corkboard/board"
)

// job is a receipt that waits in memory. Its activity is nil if it comes from disk.
type job struct {
	board.Receipt
	activity *activitypub.Object
}

// lane is what one actor does about one object: in order, one at a time.
type lane struct {
	key     string
	waiting []job // by ID
	running bool
	until   time.Time // nothing of it is worked out before then: its first failed for a while
}

// queue is what waits to be worked out: in order within a lane, in parallel
// between lanes. What has no room in memory waits on disk alone, and is then
// loaded in order.
type queue struct {
	maxCount, maxBytes int

	mu     sync.Mutex
	filled sync.Cond // ready has grown, or somebody stops
	lanes  map[string]*lane
	ready  []*lane           // not running, with something to do now
	held   map[int64]holding // receipts that are in memory, or were and are not settled on disk
	hosts  map[string]int    // how many each host has in held
	bytes  int               // of the bodies in memory
	away   int               // put off, or not in memory for want of room
	behind bool              // more waits on disk than was loaded: whatever comes now stays there
	missed bool              // one was passed over in loading because it was not settled yet

	drained chan struct{} // has one when there is room again for what waits on disk
}

// holding is what is remembered of a receipt.
type holding struct {
	host   string // of its sender
	putOff bool
}

// newQueue returns a queue that is behind: what waits on disk goes first.
func newQueue(maxCount, maxBytes int) *queue {
	q := &queue{
		maxCount: maxCount, maxBytes: maxBytes, behind: true,
		lanes: map[string]*lane{}, held: map[int64]holding{}, hosts: map[string]int{}, drained: make(chan struct{}, 1),
	}
	q.filled.L = &q.mu
	return q
}

func (q *queue) backlog() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.held) + q.away
}

// hasRoom reports whether one more may come from a host. No host may have more
// than half of the room.
func (q *queue) hasRoom(host string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.held)+q.away < q.maxCount && q.hosts[host] <= q.maxCount/2
}

// push adds what has just been kept. Where older ones still wait on disk, it
// waits there with them.
func (q *queue) push(j job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.behind || q.bytes > q.maxBytes {
		q.behind = true
		q.away++
		return
	}
	q.add(j)
}

// load adds what was read from disk, and reports whether there is room for more.
func (q *queue) load(j job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.bytes > q.maxBytes {
		q.behind = true
		return false
	}
	q.add(j)
	return true
}

func (q *queue) add(j job) {
	if h, ok := q.held[j.ID]; ok {
		q.missed = q.missed || h.putOff
		return
	}
	host := activitypub.Host(j.Actor)
	q.held[j.ID] = holding{host: host}
	q.hosts[host]++
	q.bytes += len(j.Body)
	key := j.Actor + " " + j.Lane
	l := q.lanes[key]
	if l == nil {
		l = &lane{key: key}
		q.lanes[key] = l
	}
	at, _ := slices.BinarySearchFunc(l.waiting, j.ID, func(other job, id int64) int { return int(other.ID - id) })
	l.waiting = slices.Insert(l.waiting, at, j)
	if len(l.waiting) == 1 && !l.running {
		q.ready = append(q.ready, l)
		q.filled.Signal()
	}
}

// next waits for something to do, and reports false when ctx ends. The lane
// must be given back with done or putOff.
func (q *queue) next(ctx context.Context) (*lane, job, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.ready) == 0 && ctx.Err() == nil {
		q.filled.Wait()
	}
	if ctx.Err() != nil {
		return nil, job{}, false
	}
	l := q.ready[0]
	q.ready = q.ready[1:]
	j := l.waiting[0]
	l.waiting, l.running = l.waiting[1:], true
	if q.bytes -= len(j.Body); q.behind && q.bytes <= q.maxBytes/2 {
		select {
		case q.drained <- struct{}{}:
		default:
		}
	}
	return l, j, true
}

// stop wakes everybody who waits in next, after his ctx has ended.
func (q *queue) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.filled.Broadcast()
}

// done gives a lane back after its first was worked out.
func (q *queue) done(l *lane) {
	q.mu.Lock()
	defer q.mu.Unlock()
	l.running = false
	if len(l.waiting) > 0 {
		q.ready = append(q.ready, l)
		q.filled.Signal()
		return
	}
	delete(q.lanes, l.key)
}

// putOff gives a lane back whose first is to be tried again then, and returns
// all that waits behind it and goes back to disk with it.
func (q *queue) putOff(l *lane, first int64, until time.Time) []job {
	q.mu.Lock()
	defer q.mu.Unlock()
	behind := l.waiting
	q.held[first] = holding{q.held[first].host, true}
	for _, j := range behind {
		q.held[j.ID] = holding{q.held[j.ID].host, true}
		q.bytes -= len(j.Body)
	}
	l.waiting, l.running, l.until = nil, false, until
	q.away += 1 + len(behind)
	return behind
}

// isPutOff reports until when a lane is put off, if it is.
func (q *queue) isPutOff(l *lane, now time.Time) (until time.Time, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return l.until, l.until.After(now)
}

// release forgets receipts whose fate is on disk.
func (q *queue) release(settled []board.Receipt) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range settled {
		h, ok := q.held[r.ID]
		if !ok {
			continue
		}
		delete(q.held, r.ID)
		if q.hosts[h.host]--; q.hosts[h.host] == 0 {
			delete(q.hosts, h.host)
		}
	}
}

// wantsLoading reports whether something on disk has its turn: lanes that were
// put off until now, or what had no room and has now.
func (q *queue) wantsLoading(now time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	wants := q.missed || q.behind && q.bytes <= q.maxBytes/2
	q.missed = false
	for key, l := range q.lanes {
		if l.until.IsZero() || l.until.After(now) {
			continue
		}
		wants, l.until = true, time.Time{}
		if !l.running && len(l.waiting) == 0 {
			delete(q.lanes, key)
		}
	}
	return wants
}

// remember puts a lane off that was so when the board stopped.
func (q *queue) remember(r board.Receipt) {
	q.mu.Lock()
	defer q.mu.Unlock()
	key := r.Actor + " " + r.Lane
	if _, ok := q.lanes[key]; !ok {
		q.lanes[key] = &lane{key: key, until: r.NextTryAt}
	}
}

// caughtUp says that all that waits was read from disk, and how much of it is
// put off.
func (q *queue) caughtUp(away int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.behind, q.away = false, away
}
