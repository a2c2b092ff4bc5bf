package inbox

import (
	"context"
	"errors"
	"sync"
	"time"

	"corkboard/activitypub"
)

// How much one activity may make us fetch, and how many activities of one
// server may do so at the same time.
const (
	maxFetches     = 30
	errandsPerHost = 8
	whileBusy      = time.Second // until an activity that found no place is tried again
)

// errands bound the workers that wait for other servers, so that a slow one
// never holds up the rest.
type errands struct {
	most int

	mu    sync.Mutex
	out   int
	hosts map[string]int // by the server whose activities they are for
}

func newErrands(workers int) *errands {
	return &errands{most: max(1, workers*3/4), hosts: map[string]int{}}
}

// errBusy says that too much is being fetched for a host already. It is not a
// try that failed: the activity has not had its turn.
var errBusy = errors.New("too much is being fetched for its server already")

// errand is the fetching for one activity. Until something is fetched it costs
// nothing.
type errand struct {
	in      *Inbox
	host    string
	fetched int
	begun   time.Time // zero until something is fetched
}

func (e *errands) begin(in *Inbox, host string) *errand { return &errand{in: in, host: host} }

// enter takes one of the places, or says to come back.
func (e *errands) enter(host string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.out >= e.most || e.hosts[host] >= min(errandsPerHost, e.most) {
		return errBusy
	}
	e.out++
	e.hosts[host]++
	return nil
}

func (e *errands) leave(host string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.out--
	if e.hosts[host]--; e.hosts[host] == 0 {
		delete(e.hosts, host)
	}
}

// end gives the place back.
func (e *errand) end() {
	if !e.begun.IsZero() {
		e.in.errands.leave(e.host)
	}
}

// spend counts one fetch, and fails where the budget is used up.
func (e *errand) spend() error {
	if e.begun.IsZero() {
		if err := e.in.errands.enter(e.host); err != nil {
			return err
		}
		e.begun = time.Now()
	}
	if e.fetched++; e.fetched > maxFetches {
		return refusef("It would take more than %d requests to other servers to understand it.", maxFetches)
	}
	if time.Since(e.begun) > e.in.FetchTime {
		return refusef("It takes more than %s to fetch what it needs.", e.in.FetchTime)
	}
	return nil
}

// fetch gets an object from its own host. Addresses of ours, and of blocked
// hosts, are never fetched.
func (e *errand) fetch(ctx context.Context, uri string) (*activitypub.Object, error) {
	switch host := activitypub.Host(uri); {
	case host == "":
		return nil, refusef("%.200q is not the address of anything on the web.", uri)
	case e.in.address.Ours(uri):
		return nil, refusef("%s is an address of this board, and there is nothing.", uri)
	case e.in.Blocked(host):
		return nil, refusef("This board takes nothing from %s.", host)
	}
	if err := e.spend(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithDeadline(ctx, e.begun.Add(e.in.FetchTime))
	defer cancel()
	return e.in.Client.Get(ctx, uri)
}
