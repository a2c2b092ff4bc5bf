package outbox

import (
	"fmt"
	"time"

	"corkboard/board"
)

// Whatever is in one lane goes to a peer strictly in order, one after the
// other's answer; lanes go side by side.

// ActorLane is for Follow and Accept, and for what has to wait for an Accept.
func ActorLane(id board.ActorID) string { return fmt.Sprintf("actor:%d", id) }

// ThreadLane is for all that is said in a thread.
func ThreadLane(id board.ThreadID) string { return fmt.Sprintf("thread:%d", id) }

// LetterLane is for the letters of two correspondents.
func LetterLane(a, b board.ActorID) string {
	return fmt.Sprintf("letters:%d-%d", min(a, b), max(a, b))
}

// activity is what all deliveries of one activity share.
type activity struct {
	id      board.ActivityID
	event   board.EventID
	kind    string // Create, Announce, …
	actor   board.ActorID
	post    board.PostID
	lane    string
	at      time.Time
	body    []byte // nil if it has to be read from disk
	blanked bool   // deleted meanwhile: not to be sent
}

func newActivity(a board.Activity) *activity {
	return &activity{
		id: a.ID, event: a.Event, kind: a.Type, actor: a.Actor, post: a.Post,
		lane: a.Lane, at: a.At, body: a.Body,
	}
}

// accepts reports whether it is an Accept of a follower, which greets the peer.
func (a *activity) accepts() bool {
	return a.kind == "Accept" && a.lane == ActorLane(a.actor)
}

// delivery is one activity on its way to one peer.
type delivery struct {
	*activity
	peer  *peer
	lanes []string         // its own, and those of the Accepts that it waits for
	needs []board.Interval // that have to be greeted before it may go

	waits     int // lanes in which another one is before it
	settled   bool
	parked    bool // has a row of its own, so that the cursor may pass
	failures  int
	failedAt  time.Time // the first time
	notBefore time.Time
	added     time.Time
	started   time.Time
}

// queue is what a peer has not got yet, as far as it is in memory.
type queue struct {
	order  []*delivery            // by activity, from the oldest that is neither settled nor parked
	lanes  map[string][]*delivery // each in order; the first has not been taken yet
	ready  []*delivery            // first in all their lanes, and not being sent
	parked int
}

// add appends a delivery that is newer than all others. It reports whether
// that is behind a parked one.
func (q *queue) add(d *delivery) (behindParked bool) {
	if q.lanes == nil {
		q.lanes = map[string][]*delivery{}
	}
	for _, lane := range d.lanes {
		line := q.lanes[lane]
		if n := len(line); n > 0 {
			d.waits++
			behindParked = behindParked || line[n-1].parked
		}
		q.lanes[lane] = append(line, d)
	}
	if d.parked {
		q.parked++
	} else {
		q.order = append(q.order, d)
	}
	if d.waits == 0 {
		q.ready = append(q.ready, d)
	}
	return behindParked
}

// settle takes a delivery out, which is the first of its lanes.
func (q *queue) settle(d *delivery) {
	d.settled = true
	for _, lane := range d.lanes {
		line := q.lanes[lane][1:]
		if len(line) == 0 {
			delete(q.lanes, lane)
			continue
		}
		q.lanes[lane] = line
		if line[0].waits--; line[0].waits == 0 {
			q.ready = append(q.ready, line[0])
		}
	}
	if d.parked {
		q.parked--
	}
	q.trim()
}

// park lets the cursor pass a delivery, which stays in its lanes.
func (q *queue) park(d *delivery) {
	d.parked = true
	q.parked++
	q.trim()
}

// behind lists all that wait for a delivery in its lanes, directly or not, and
// are not parked yet.
func (q *queue) behind(d *delivery) []*delivery {
	blocked := map[string]bool{}
	for _, lane := range d.lanes {
		blocked[lane] = true
	}
	var found []*delivery
	for _, other := range q.order {
		if other.id <= d.id || other.settled || other.parked || !anyOf(blocked, other.lanes) {
			continue
		}
		found = append(found, other)
		for _, lane := range other.lanes {
			blocked[lane] = true
		}
	}
	return found
}

func anyOf(set map[string]bool, names []string) bool {
	for _, name := range names {
		if set[name] {
			return true
		}
	}
	return false
}

func (q *queue) trim() {
	for len(q.order) > 0 && (q.order[0].settled || q.order[0].parked) {
		q.order[0] = nil
		q.order = q.order[1:]
	}
	if len(q.order) == 0 {
		q.order = nil
	}
}

// take removes from the ready ones the best that may start now: the oldest, or
// for a probe one that has not failed yet.
func (q *queue) take(now time.Time, probe bool, suspect board.ActivityID) *delivery {
	best := -1
	for i, d := range q.ready {
		if d.notBefore.After(now) {
			continue
		}
		if best < 0 || d.before(q.ready[best], probe, suspect) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	d, last := q.ready[best], len(q.ready)-1
	q.ready[best], q.ready[last] = q.ready[last], nil
	q.ready = q.ready[:last]
	return d
}

func (d *delivery) before(other *delivery, probe bool, suspect board.ActivityID) bool {
	if probe {
		if a, b := d.tries(suspect), other.tries(suspect); a != b {
			return a < b
		}
	}
	return d.id < other.id
}

func (d *delivery) tries(suspect board.ActivityID) int {
	if d.id == suspect {
		return d.failures + 1
	}
	return d.failures
}

// startable is when the first of the ready ones may start; ok is false if none is ready.
func (q *queue) startable() (at time.Time, ok bool) {
	for i, d := range q.ready {
		if i == 0 || d.notBefore.Before(at) {
			at = d.notBefore
		}
	}
	return at, len(q.ready) > 0
}

// line is first come, first served.
type line[T any] struct{ waiting []T }

func (l *line[T]) push(t T) { l.waiting = append(l.waiting, t) }

func (l *line[T]) pop() (first T, ok bool) {
	if len(l.waiting) == 0 {
		return first, false
	}
	first, l.waiting[0] = l.waiting[0], first
	if l.waiting = l.waiting[1:]; len(l.waiting) == 0 {
		l.waiting = nil
	}
	return first, true
}
