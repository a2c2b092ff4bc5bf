package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"corkboard/activitypub"
	"corkboard/board"
	"corkboard/outbox"
	"corkboard/storage"
	"corkboard/storage/storagetest"
)

// sink is many hosts that take whatever comes. A host is an address with its
// port: here each has a port of its own.
type sink struct {
	hosts  []string
	delay  atomic.Int64        // before each answer
	hangs  func(h string) bool // set before anything comes; such a host never answers
	onPost func(body []byte)   // likewise

	taken   atomic.Int64
	wanted  atomic.Int64
	warmth  atomic.Int64  // how many are not counted in the rate
	warm    atomic.Int64  // when they were taken, in nanoseconds since 1970
	reached chan struct{} // has a token when wanted were taken
}

func newSink(t testing.TB, hosts int) *sink {
	t.Helper()
	s := &sink{reached: make(chan struct{}, 1), hangs: func(string) bool { return false }, onPost: func([]byte) {}}
	var listeners []net.Listener
	for range hosts {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		listeners = append(listeners, l)
		s.hosts = append(s.hosts, l.Addr().String())
	}
	serveOn(t, s, listeners...)
	return s
}

func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if s.hangs(r.Host) {
		<-r.Context().Done()
		return
	}
	s.onPost(body)
	time.Sleep(time.Duration(s.delay.Load()))
	w.WriteHeader(http.StatusAccepted)
	n := s.taken.Add(1)
	if n == s.warmth.Load() {
		s.warm.Store(time.Now().UnixNano())
	}
	if n == s.wanted.Load() {
		s.reached <- struct{}{}
	}
}

// expect begins to count to n.
func (s *sink) expect(n int) {
	s.warm.Store(0)
	s.taken.Store(0)
	s.wanted.Store(int64(n))
}

// await returns when as many were taken as were expected.
func (s *sink) await(b *bench) {
	b.Helper()
	select {
	case <-s.reached:
	case <-time.After(5 * time.Minute):
		b.Fatalf("%d of %d were taken", s.taken.Load(), s.wanted.Load())
	}
}

// mailbag is a board with something to say to every host of a sink.
type mailbag struct {
	db     *storage.DB
	world  storagetest.World
	bodies [][]byte
}

// newMailbag makes so many activities, in turn in so many lanes, for the
// followers of a topic, of whom each host has one.
func newMailbag(b *bench, hosts []string, activities, lanes int) *mailbag {
	b.Helper()
	db := openBoard(b, b.TempDir())
	m := &mailbag{db: db, world: storagetest.Fill(b, db, goalAddress)}
	topic := m.world.Topic.Actor.ID
	b.must(db.Update(b.Context(), func(tx board.Tx) error {
		for _, host := range hosts {
			a := storagetest.Remote("https://"+host, "reader")
			a.Inbox, a.SharedInbox = "http://"+host+"/users/reader/inbox", "http://"+host+"/inbox"
			if err := follow(tx, a, topic); err != nil {
				return err
			}
		}
		return nil
	}))
	greet(b, db, topic)
	m.say(b, activities, lanes)
	return m
}

// follow adds an actor of another server who follows one of ours.
func follow(tx board.Tx, a board.Actor, of board.ActorID) error {
	id, err := tx.AddActor(a)
	if err != nil {
		return err
	}
	event, err := tx.Log(board.Event{Kind: board.Followed, Actor: id, Topic: of})
	if err != nil {
		return err
	}
	return tx.AddFollow(board.Follow{Follower: id, Of: of, URI: a.URI + "/follows/1"}, event)
}

// greet makes every peer one that is known and has taken its Accept.
func greet(t testing.TB, db *storage.DB, topic board.ActorID) {
	t.Helper()
	last, err := db.LastEvent(t.Context())
	var progress board.Progress
	for after, more := board.PeerID(0), true; more && err == nil; {
		var page []board.Peer
		page, err = db.Peers(t.Context(), after, 200)
		more = len(page) > 0
		var wait sync.WaitGroup
		for _, peer := range page {
			after = peer.ID
			progress.Greeted = append(progress.Greeted, board.Greeting{Actor: topic, Peer: peer.ID, Event: last})
			wait.Go(func() {
				if err := db.SetSoftware(t.Context(), peer.ID, "mastodon", board.Microblog); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
	}
	if err == nil {
		err = db.SaveProgress(t.Context(), progress)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// letter is what arrives, with its place in its lane.
type letter struct {
	Lane   string `json:"lane"`
	Number int    `json:"number"`
	Text   string `json:"text"`
}

// say keeps activities as the speaker does.
func (m *mailbag) say(b *bench, activities, lanes int) {
	b.Helper()
	ctx := b.Context()
	from, err := m.db.Cursor(ctx, "speaker")
	b.must(err)
	to, err := m.db.LastEvent(ctx)
	b.must(err)
	var said []board.Activity
	for n := range activities {
		lane := fmt.Sprintf("thread:%d", n%lanes)
		body, err := json.Marshal(letter{lane, n, strings.Repeat("two kilobytes ", 140)})
		b.must(err)
		m.bodies = append(m.bodies, body)
		said = append(said, board.Activity{
			Event: to, K: n, Type: "Announce", Actor: m.world.Topic.Actor.ID, Lane: lane, Public: true, Body: body, At: time.Now(),
			Audience: []board.Rule{{Followers: m.world.Topic.Actor.ID, Kind: board.Microblog, At: to}},
		})
	}
	_, err = m.db.Speak(ctx, from, to, said)
	b.must(err)
}

func newClient(t testing.TB) *activitypub.Client {
	c := activitypub.NewClient(activitypub.ClientConfig{
		UserAgent: "Corkboard/bench", Origin: string(goalAddress), AllowHTTP: true,
		AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	t.Cleanup(c.Close)
	return c
}

// carry lets the courier carry everything from the log on disk, and returns how
// many were taken in a second.
func (m *mailbag) carry(b *bench, s *sink, want int) float64 {
	b.Helper()
	s.expect(want)
	courier := outbox.NewCourier(outbox.Config{
		Store: m.db, Keys: m.db, Client: newClient(b), Patience: 300 * time.Millisecond,
	})
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	started := time.Now()
	go func() { done <- courier.Run(ctx) }()
	s.await(b)
	took, counted := time.Since(started), int64(want)
	if warm := s.warm.Load(); warm > 0 {
		took, counted = time.Since(time.Unix(0, warm)), counted-s.warmth.Load()
	}
	cancel()
	b.must(<-done)
	return float64(counted) / took.Seconds()
}

// signer is the topic's key.
func (m *mailbag) signer(b *bench) activitypub.Signer {
	b.Helper()
	text, err := m.db.PrivateKey(b.Context(), m.world.Topic.Actor.ID)
	b.must(err)
	key, err := activitypub.ParsePrivateKey(text)
	b.must(err)
	return activitypub.Signer{KeyID: m.world.Topic.Actor.KeyID, Key: key}
}

// bareCarry is the bare work: 64 workers sign and POST the same with net/http.
func (m *mailbag) bareCarry(b *bench, s *sink) float64 {
	b.Helper()
	signer := m.signer(b)
	transport := &http.Transport{MaxIdleConns: len(s.hosts), MaxIdleConnsPerHost: 1}
	defer transport.CloseIdleConnections()
	want := len(m.bodies) * len(s.hosts)
	var next atomic.Int64
	var workers sync.WaitGroup
	started := time.Now()
	for range 64 {
		workers.Go(func() {
			for n := int(next.Add(1)) - 1; n < want; n = int(next.Add(1)) - 1 {
				if err := signAndPost(transport, signer, s.hosts[n%len(s.hosts)], m.bodies[n/len(s.hosts)]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	workers.Wait()
	return float64(want) / time.Since(started).Seconds()
}

func signAndPost(transport *http.Transport, signer activitypub.Signer, host string, body []byte) error {
	r, err := signedPost(signer, host, body)
	if err != nil {
		return err
	}
	answer, err := transport.RoundTrip(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusAccepted {
		return fmt.Errorf("%s answers %s", host, answer.Status)
	}
	return nil
}

func signedPost(signer activitypub.Signer, host string, body []byte) (*http.Request, error) {
	r, err := http.NewRequest(http.MethodPost, "http://"+host+"/inbox", strings.NewReader(string(body)))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", activitypub.MediaType)
	return r, signer.Sign(r, body, time.Now())
}

func measureFanOut(b *bench) float64 {
	s := newSink(b, b.hosts)
	activities := max(b.deliveries/b.hosts, 2)
	return b.ratio(
		func() float64 {
			return newMailbag(b, s.hosts, activities, activities).carry(b, s, activities*b.hosts)
		},
		func() float64 { return newMailbag(b, s.hosts, activities, activities).bareCarry(b, s) },
	)
}

func measureBareFanOut(b *bench) float64 {
	s := newSink(b, b.hosts)
	m := newMailbag(b, s.hosts, max(b.deliveries/b.hosts, 2), 1)
	signer := m.signer(b)
	sign := func() float64 {
		var signed atomic.Int64
		var workers sync.WaitGroup
		started := time.Now()
		for range runtime.NumCPU() {
			workers.Go(func() {
				for time.Since(started) < b.round/2 {
					if _, err := signedPost(signer, s.hosts[0], m.bodies[0]); err != nil {
						b.Error(err)
						return
					}
					signed.Add(1)
				}
			})
		}
		workers.Wait()
		return float64(signed.Load()) / time.Since(started).Seconds()
	}
	return b.ratio(func() float64 { return m.bareCarry(b, s) }, sign)
}

func measureFarHosts(b *bench) float64 {
	s := newSink(b, b.farHosts)
	activities := max(b.deliveries/b.farHosts, 2)
	carry := func(delay time.Duration) func() float64 {
		return func() float64 {
			m := newMailbag(b, s.hosts, activities, activities)
			s.delay.Store(int64(delay))
			return m.carry(b, s, activities*len(s.hosts))
		}
	}
	return b.ratio(carry(b.hostDelay), carry(0))
}

// measureFarHost also looks whether each lane arrives in order.
func measureFarHost(b *bench) float64 {
	const lanes = 32
	s := newSink(b, 1)
	var mu sync.Mutex
	arrived := map[string][]int{}
	s.onPost = func(body []byte) {
		var l letter
		if err := json.Unmarshal(body, &l); err != nil {
			b.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		arrived[l.Lane] = append(arrived[l.Lane], l.Number)
	}
	s.delay.Store(int64(b.farDelay))
	s.warmth.Store(lanes) // a host that is new is asked for little at a time
	activities := lanes + max(int(16*b.round/b.farDelay), 2*lanes)
	serial := func() float64 {
		m := newMailbag(b, s.hosts, 1, 1)
		signer, transport := m.signer(b), &http.Transport{}
		defer transport.CloseIdleConnections()
		started, n := time.Now(), 0
		for ; n == 0 || time.Since(started) < b.round/3; n++ {
			b.must(signAndPost(transport, signer, s.hosts[0], m.bodies[0]))
		}
		return float64(n) / time.Since(started).Seconds()
	}
	return b.ratio(func() float64 {
		m := newMailbag(b, s.hosts, activities, lanes)
		mu.Lock()
		clear(arrived)
		mu.Unlock()
		rate := m.carry(b, s, activities)
		mu.Lock()
		defer mu.Unlock()
		for lane, numbers := range arrived {
			if !slices.IsSorted(numbers) {
				b.broken = fmt.Sprintf("%s arrived as %v", lane, numbers)
			}
		}
		return rate
	}, serial)
}

// measureHangingHosts compares the rate to healthy hosts while a tenth more
// never answers with the rate to the same healthy hosts alone.
func measureHangingHosts(b *bench) float64 {
	s := newSink(b, b.hosts+max(b.hosts/10, 1))
	healthy := s.hosts[:b.hosts]
	ill := map[string]bool{}
	for _, host := range s.hosts[b.hosts:] {
		ill[host] = true
	}
	s.hangs = func(host string) bool { return ill[host] }
	activities := max(b.deliveries/b.hosts, 2)
	return b.ratio(
		func() float64 {
			return newMailbag(b, s.hosts, activities, activities).carry(b, s, activities*len(healthy))
		},
		func() float64 {
			return newMailbag(b, healthy, activities, activities).carry(b, s, activities*len(healthy))
		},
	)
}

// measureFollowers compares what it takes until a post is accepted. What it
// leaves in the database must be as many rows.
func measureFollowers(b *bench) float64 {
	few, many := newFollowed(b, b.few), newFollowed(b, b.many)
	ratio := b.ratio(func() float64 { return many.accept(b) }, func() float64 { return few.accept(b) })
	a, z := few.rowsPerPost(b), many.rowsPerPost(b)
	b.note("%g rows for each post with few followers, %g with many", a, z)
	if a != z {
		b.broken = "more rows for more followers"
	}
	return ratio
}

// followed is a board with a topic that so many people follow, on one server
// for each twenty of them.
type followed struct {
	*server
	topic  board.Topic
	member board.Member
	posted int
}

func newFollowed(b *bench, followers int) *followed {
	b.Helper()
	folder := b.kept(fmt.Sprintf("followers-%d", followers), func(folder string) {
		hosts := make([]string, max(followers/20, 1))
		for n := range hosts {
			hosts[n] = fmt.Sprintf("s%d.example", n)
		}
		fillFollowers(b, folder, hosts, 1, followers)
	})
	f := &followed{server: newGoalServer(b, copied(b, folder))}
	var err error
	f.topic, err = f.board.Topic(b.Context(), "foreign_affairs")
	b.must(err)
	f.member, err = f.board.Member(b.Context(), "gaijin")
	b.must(err)
	return f
}

// fillFollowers makes a board that is followed from these hosts, each of which
// has so many inboxes.
func fillFollowers(b *bench, folder string, hosts []string, inboxes, followers int) {
	b.Helper()
	db := openBoard(b, folder)
	world := storagetest.Fill(b, db, goalAddress)
	for done := 0; done < followers; done += 1000 {
		b.must(db.Update(b.Context(), func(tx board.Tx) error {
			for n := done; n < min(done+1000, followers); n++ {
				host := hosts[n%len(hosts)]
				a := storagetest.Remote("https://"+host, fmt.Sprintf("reader%d", n))
				a.PublicKey = "" // of a follower who never wrote
				a.Inbox, a.SharedInbox = "http://"+host+"/users/reader/inbox", fmt.Sprintf("http://%s/inbox/%d", host, n/len(hosts)%inboxes)
				if err := follow(tx, a, world.Topic.Actor.ID); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	greet(b, db, world.Topic.Actor.ID)
	last, err := db.LastEvent(b.Context())
	b.must(err)
	_, err = db.Speak(b.Context(), 0, last, nil) // the Accepts are said
	b.must(err)
	b.must(db.Close())
}

// accept is how long a post takes to be accepted, p50 in microseconds.
func (f *followed) accept(b *bench) float64 {
	b.Helper()
	var times []time.Duration
	for started := time.Now(); len(times) == 0 || time.Since(started) < b.round/2; {
		begun := time.Now()
		f.post(b)
		times = append(times, time.Since(begun))
	}
	return percentile(times, 50)
}

func (f *followed) post(b *bench) {
	b.Helper()
	f.posted++
	_, err := f.board.PostArticle(b.Context(), board.NewArticle{
		By: f.member.Actor.ID, Title: fmt.Sprintf("Article %d", f.posted), Topics: []board.ActorID{f.topic.Actor.ID},
		Text: board.Text{Markdown: strings.Repeat("The harbour bridge closes for six weeks. ", 15)},
	})
	b.must(err)
}

// rowsPerPost posts and lets the speaker speak, and counts the rows of all
// tables that this has made.
func (f *followed) rowsPerPost(b *bench) float64 {
	b.Helper()
	const posts = 10
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- f.speaker.Run(ctx) }()
	caughtUp := func() {
		last, err := f.db.LastEvent(ctx)
		b.must(err)
		for read := board.EventID(-1); read < last; time.Sleep(5 * time.Millisecond) {
			read, err = f.db.Cursor(ctx, "speaker")
			b.must(err)
		}
	}
	caughtUp()
	before := countRows(b, f.db.Path())
	for range posts {
		f.post(b)
	}
	caughtUp()
	after := countRows(b, f.db.Path())
	cancel()
	b.must(<-done)
	return float64(after-before) / posts
}
