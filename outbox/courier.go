package outbox

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"corkboard/activitypub"
	"corkboard/board"
)

// Client is what couriers need of [activitypub.Client].
type Client interface {
	Post(ctx context.Context, inbox string, body []byte, signer activitypub.Signer) (activitypub.Answer, error)
	NodeInfo(ctx context.Context, host string) (activitypub.Software, error)
}

// Config configures a [Courier]. Zero durations and numbers become the
// defaults beside them.
type Config struct {
	Store  Store
	Keys   KeyStore
	Client Client
	Log    *slog.Logger // nil: nobody is told
	// Gone is told of an inbox that answered 410: if it is an actor's own, he is
	// gone and his follows end. It must not wait; nil is nobody.
	Gone func(inbox string)

	MinBackoff   time.Duration  // 1 m, after the first failure
	MaxBackoff   time.Duration  // 6 h
	GiveUp       time.Duration  // 30 days after it was said
	ShortestWait time.Duration  // 10 s, of what Retry-After asks for
	LongestWait  time.Duration  // 24 h
	SaveEvery    time.Duration  // 1 s
	Timeout      time.Duration  // 10 s for one request
	Patience     time.Duration  // 3 s for what is in flight when it has to stop
	PerHost      int            // 16 requests at a time
	InAll        int            // 512
	Jitter       func() float64 // in [0, 1); nil is a random one
}

func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Gone == nil {
		c.Gone = func(string) {}
	}
	if c.Jitter == nil {
		c.Jitter = rand.Float64
	}
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&c.MinBackoff, time.Minute}, {&c.MaxBackoff, 6 * time.Hour}, {&c.GiveUp, 30 * 24 * time.Hour},
		{&c.ShortestWait, 10 * time.Second}, {&c.LongestWait, 24 * time.Hour},
		{&c.SaveEvery, time.Second}, {&c.Timeout, 10 * time.Second}, {&c.Patience, 3 * time.Second},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if c.PerHost == 0 {
		c.PerHost = 16
	}
	if c.InAll == 0 {
		c.InAll = 512
	}
	return c
}

// Courier carries activities to peers. It may be used by many goroutines.
type Courier struct {
	config Config
	keys   *keyring
	news   chan struct{} // has a token when something was said
	walks  chan struct{} // has a token when somebody waits for the walker
	landed chan struct{} // has a token when nothing is in flight any more

	flights context.Context // of all requests
	ground  context.CancelFunc
	life    context.Context // of everything else that is started on demand
	retire  context.CancelFunc
	helpers sync.WaitGroup

	mu       sync.Mutex
	stopping bool
	peers    map[board.PeerID]*peer
	hosts    map[string]*host
	line     line[*host] // with something that may start
	flying   int
	walkers  line[*peer] // that want to be fed from disk
	asks     line[*host] // whose software is not known
	asking   int

	fed     board.ActivityID                  // everything up to here was handed to whom it may concern
	newest  board.ActivityID                  // that was ever carried
	said    []board.Activity                  // carried, and not fed yet
	blanked map[board.PostID]board.ActivityID // up to there, nothing of the post goes out
	onDisk  bool                              // what comes after fed has to be read from disk
	warm    line[*activity]                   // whose bodies are in memory
	saved   board.ActivityID                  // the watermark as it is on disk
	unsaved board.Progress                    // Failures, Unparked, Greeted
	parked  map[spot]board.Parked             // that have to be saved
	paused  bool                              // progress cannot be saved
	stats   Stats
}

// spot is one activity at one peer.
type spot struct {
	peer     board.PeerID
	activity board.ActivityID
}

// Stats counts what couriers have done since the start.
type Stats struct {
	Taken, Refused, Failed, Parked, GivenUp int64
	InFlight                                int
	Queued                                  int // deliveries in memory
	Peers                                   int // in memory
	Resting                                 int // peers that are backed off
	Watermark, Newest                       board.ActivityID
}

// NewCourier returns a courier that does nothing before [Courier.Run].
func NewCourier(config Config) *Courier {
	c := &Courier{
		config:  config.withDefaults(),
		keys:    newKeyring(config.Keys),
		news:    make(chan struct{}, 1),
		walks:   make(chan struct{}, 1),
		landed:  make(chan struct{}, 1),
		peers:   map[board.PeerID]*peer{},
		hosts:   map[string]*host{},
		blanked: map[board.PostID]board.ActivityID{},
		parked:  map[spot]board.Parked{},
		onDisk:  true,
	}
	c.flights, c.ground = context.WithCancel(context.Background())
	c.life, c.retire = context.WithCancel(context.Background())
	return c
}

// Run carries until ctx ends. Then it starts nothing more, waits a while for
// what is in flight, and saves how far it has come. It may be called once.
func (c *Courier) Run(ctx context.Context) error {
	defer c.ground()
	if err := c.resume(ctx); err != nil {
		c.retire()
		return err
	}
	for _, work := range []func(context.Context){c.feed, c.walk, c.keepSaving, c.tidy} {
		c.helpers.Go(func() { work(c.life) })
	}
	<-ctx.Done()
	return c.stop()
}

// resume takes up where the last courier stopped or died.
func (c *Courier) resume(ctx context.Context) error {
	watermark, err := c.config.Store.Watermark(ctx)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.fed, c.saved = watermark, watermark
	c.mu.Unlock()
	var last board.PeerID
	for {
		rows, err := c.config.Store.PeersBehind(ctx, last, 500)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			if err := c.unpark(ctx, c.enter(row)); err != nil {
				return err
			}
			last = row.ID
		}
	}
}

// stop lets what is in flight land, and saves.
func (c *Courier) stop() error {
	c.mu.Lock()
	c.stopping = true
	flying := c.flying
	c.mu.Unlock()
	if flying > 0 {
		c.await(c.config.Patience)
		c.ground()
		c.await(c.config.Patience / 6)
	}
	c.retire()
	c.helpers.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), c.config.Patience/3)
	defer cancel()
	return c.save(ctx)
}

// await waits until nothing is in flight.
func (c *Courier) await(patience time.Duration) {
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-c.landed:
		c.landed <- struct{}{} // for whoever asks again
	case <-late.C:
	}
}

// Carry hands over what [SpeechStore.Speak] has just kept: all of it, in order.
func (c *Courier) Carry(said []board.Activity) {
	if len(said) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.newest = said[len(said)-1].ID
	if c.onDisk = c.onDisk || len(c.said)+len(said) > keptWarm; c.onDisk {
		c.said = nil
	} else {
		c.said = append(c.said, said...)
	}
	signal(c.news)
}

// Wake says that something signed has arrived from a host: whoever is backed
// off there is tried at once, unless the host has asked for a pause.
func (c *Courier) Wake(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.hosts[name]
	if h == nil {
		return
	}
	now := time.Now()
	for id, p := range h.ill {
		if p.Failures == 0 && p.parked == 0 {
			delete(h.ill, id)
			continue
		}
		c.wake(p, now)
	}
	c.dispatch(now)
}

// wake lets a peer be tried now, or as soon as its last failure is a little
// while ago: one that is ill and talks much is not asked at each word.
func (c *Courier) wake(p *peer, now time.Time) {
	if p.ordered {
		return
	}
	at := p.failedAt.Add(min(wakePause, c.config.MinBackoff/2))
	if at.Before(now) {
		at = now
	}
	if p.NextTryAt.After(at) {
		p.NextTryAt = at
	}
	for _, d := range p.ready {
		if d.parked && d.notBefore.After(at) {
			d.notBefore = at
		}
	}
	c.poke(p, now)
}

// Blank drops everything that was said about a post, on disk and on its way,
// so that a deletion that is spoken after this is all that goes out.
func (c *Courier) Blank(ctx context.Context, post board.PostID) error {
	if err := c.config.Store.BlankBodies(ctx, post); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.blanked[post] = c.newest // for what is carried, and not in a queue yet
	for _, p := range c.peers {
		for _, lane := range p.lanes {
			for _, d := range lane {
				if d.post == post {
					d.body, d.blanked = nil, true
				}
			}
		}
	}
	return nil
}

// Stats returns the figures for /metrics.
func (c *Courier) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	s.InFlight, s.Peers, s.Watermark, s.Newest = c.flying, len(c.peers), c.saved, max(c.newest, c.fed)
	now := time.Now()
	for _, p := range c.peers {
		s.Queued += len(p.order) + p.parked
		if p.resting(now) {
			s.Resting++
		}
	}
	return s
}

// signal leaves a token where there is none.
func signal(token chan struct{}) {
	select {
	case token <- struct{}{}:
	default:
	}
}
