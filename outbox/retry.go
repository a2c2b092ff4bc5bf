package outbox

import (
	"fmt"
	"net/http"
	"time"

	"corkboard/activitypub"
	"corkboard/board"
)

// outcome is what becomes of one try.
type outcome int

const (
	taken   outcome = iota // 2xx
	refused                // for good: noted and passed
	later                  // the peer, or this delivery, is tried again
	dropped                // there is nothing to send any more
	ours                   // the trouble was on our side: says nothing about the peer
)

// verdict is an outcome with what the peer said.
type verdict struct {
	outcome    outcome
	status     int // 0: no answer
	reason     string
	retryAfter time.Duration
}

// judge reads an answer. Mastodon, too, takes 501 and every 4xx but 401, 408
// and 429 for final.
func judge(a activitypub.Answer) verdict {
	v := verdict{outcome: later, status: a.Status, reason: a.Body, retryAfter: a.RetryAfter}
	switch {
	case a.Status >= 200 && a.Status < 300:
		v.outcome = taken
	case a.Status == http.StatusUnauthorized, a.Status == http.StatusRequestTimeout, a.Status == http.StatusTooManyRequests:
	case a.Status >= 400 && a.Status < 500, a.Status == http.StatusNotImplemented:
		v.outcome = refused
	}
	if v.reason == "" {
		v.reason = http.StatusText(a.Status)
	}
	return v
}

// says is the verdict in words, for LastError.
func (v verdict) says() string {
	if v.status == 0 {
		return v.reason
	}
	return fmt.Sprintf("%d: %s", v.status, v.reason)
}

// backoff is how long to wait after so many failures in a row: twice as long
// each time, give or take a quarter, so that peers that failed together do not
// come back together.
func (c *Courier) backoff(failures int) time.Duration {
	wait := c.config.MinBackoff
	for range failures - 1 {
		if wait *= 2; wait >= c.config.MaxBackoff {
			wait = c.config.MaxBackoff
			break
		}
	}
	return time.Duration(float64(wait) * (0.75 + c.config.Jitter()/2))
}

// land acts on a verdict. The lock is held.
func (c *Courier) land(d *delivery, v verdict, now time.Time) {
	p := d.peer
	p.flying--
	p.host.flying--
	switch v.outcome {
	case taken:
		c.stats.Taken++
		p.LastOKAt = now
		c.answered(p, now)
		c.greet(d)
		c.settle(d)
	case refused:
		if v.status != 0 {
			c.answered(p, now)
		}
		c.refuse(d, v.status, v.reason, now)
		c.settle(d)
	case dropped:
		c.settle(d)
	case ours:
		d.notBefore = now.Add(c.config.SaveEvery)
		p.ready = append(p.ready, d)
	case later:
		c.stats.Failed++
		c.failed(d, v, now)
	}
	c.poke(p, now)
	c.lineUp(p.host)
}

// answered ends the back-off of a peer that works, unless it has asked for a
// pause itself.
func (c *Courier) answered(p *peer, now time.Time) {
	p.host.allowed = min(2*p.host.allowed, c.config.PerHost)
	if p.Failures > 0 {
		p.Failures, p.FirstFailAt, p.LastError = 0, time.Time{}, ""
		p.suspect, p.down = 0, false
		p.dirty = true
	}
	if !p.ordered || !p.resting(now) {
		p.NextTryAt, p.ordered = time.Time{}, false
	}
	if now.Sub(p.savedOK) > lastOKStep {
		p.savedOK, p.dirty = now, true
	}
	c.refreshSoftware(p, now)
}

// greet opens the way for what waits behind an Accept.
func (c *Courier) greet(d *delivery) {
	if !d.accepts() {
		return
	}
	d.peer.greeted[d.actor] = max(d.peer.greeted[d.actor], d.event)
	c.unsaved.Greeted = append(c.unsaved.Greeted, board.Greeting{Actor: d.actor, Peer: d.peer.ID, Event: d.event})
}

// failed decides who is to blame: the delivery, if the peer has taken others
// since it failed the first time; else the peer.
func (c *Courier) failed(d *delivery, v verdict, now time.Time) {
	p := d.peer
	p.LastError, p.dirty = v.says(), true
	p.host.ill[p.ID] = p
	p.host.allowed = 1
	p.ready = append(p.ready, d)
	d.failures++
	asked := v.retryAfter > 0 || v.status == http.StatusTooManyRequests
	switch {
	case d.parked:
		d.notBefore = now.Add(c.backoff(d.failures))
		c.keepParked(d)
		return
	case !asked && !d.failedAt.IsZero() && p.LastOKAt.After(d.failedAt):
		c.park(d, now)
		return
	case !asked && d.failedAt.IsZero():
		d.failedAt = now
	}
	c.rest(p, d, v, now)
}

// rest leaves the whole peer alone for a while. What was in flight meanwhile
// counts as the same failure.
func (c *Courier) rest(p *peer, d *delivery, v verdict, now time.Time) {
	if p.Failures == 0 || !d.started.Before(p.NextTryAt) {
		p.Failures++
		if p.FirstFailAt.IsZero() {
			p.FirstFailAt = now
		}
		p.NextTryAt = now.Add(c.backoff(p.Failures))
	}
	if v.retryAfter > 0 {
		wait := min(max(v.retryAfter, c.config.ShortestWait), c.config.LongestWait)
		p.NextTryAt, p.ordered = now.Add(wait), true
	}
	p.Behind, p.failedAt = true, now
	if p.suspect != 0 && p.suspect != d.id {
		p.down = true
	}
	p.suspect = d.id
	if p.Failures >= deadAfter {
		p.forget(c.fed)
	}
}

// park lets the cursor pass a delivery that alone fails, and all that has to
// wait for it. Where too much is parked already, the cursor stays before it.
func (c *Courier) park(d *delivery, now time.Time) {
	d.notBefore = now.Add(c.backoff(d.failures))
	p := d.peer
	for _, next := range append([]*delivery{d}, p.queue.behind(d)...) {
		if p.parked >= parkLimit {
			return
		}
		p.queue.park(next)
		c.keepParked(next)
		c.stats.Parked++
	}
}

func (c *Courier) keepParked(d *delivery) {
	c.parked[spot{d.peer.ID, d.id}] = board.Parked{
		Peer: d.peer.ID, Activity: d.id, Failures: d.failures, NextTryAt: d.notBefore,
	}
}

// settle takes a delivery off its peer's list.
func (c *Courier) settle(d *delivery) {
	if d.parked {
		delete(c.parked, spot{d.peer.ID, d.id})
		c.unsaved.Unparked = append(c.unsaved.Unparked, board.Parked{Peer: d.peer.ID, Activity: d.id})
	}
	d.peer.queue.settle(d)
}

// refuse notes a delivery that will never be taken, with the reason.
func (c *Courier) refuse(d *delivery, status int, answer string, now time.Time) {
	c.stats.Refused++
	c.warn("refused", d, status, answer)
	c.note(d, status, answer, now)
}

// warn tells the administrator what a peer will never have. An answer has at
// most 500 characters here already: see [activitypub.Answer].
func (c *Courier) warn(what string, d *delivery, status int, answer string) {
	c.config.Log.Warn(what, "host", d.peer.Host, "activity", d.id, "type", d.kind, "status", status, "answer", answer)
}

// note writes down that a peer will never have an activity.
func (c *Courier) note(d *delivery, status int, answer string, now time.Time) {
	c.unsaved.Failures = append(c.unsaved.Failures, board.Failure{
		Activity: d.id, Since: d.id, Peer: d.peer.ID, Status: status, Answer: answer, At: now,
	})
}

// giveUp passes a delivery that is too old. Those that are given up one after
// the other share a note.
func (c *Courier) giveUp(d *delivery, now time.Time) {
	c.stats.GivenUp++
	reason := "Given up: it could not be delivered in time."
	if said := d.peer.LastError; said != "" {
		reason += " The last answer was " + said
	}
	c.warn("given up", d, 0, reason)
	if n := len(c.unsaved.Failures); n > 0 {
		last := &c.unsaved.Failures[n-1]
		if last.Peer == d.peer.ID && last.Answer == reason && d.id > last.Activity && d.peer.LastOKAt.Before(last.At) {
			last.Activity = d.id
			return
		}
	}
	c.note(d, 0, reason, now)
}

// hopeless settles a delivery that must not be sent, and reports whether it did.
func (c *Courier) hopeless(d *delivery, now time.Time) bool {
	switch {
	case d.blanked:
	case now.Sub(d.at) > c.config.GiveUp:
		c.giveUp(d, now)
	case !d.greeted():
		c.refuse(d, 0, "Not sent: the Accept of the first follower there was not taken.", now)
	default:
		return false
	}
	c.settle(d)
	c.poke(d.peer, now)
	return true
}

// greeted reports whether the Accepts were taken that it had to wait for. It
// is asked when nothing is before it any more.
func (d *delivery) greeted() bool {
	for _, need := range d.needs {
		if d.peer.greeted[need.Actor] < need.From {
			return false
		}
	}
	return true
}
