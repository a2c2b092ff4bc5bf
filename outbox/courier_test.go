package outbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/activitypub"
	"corkboard/board"
	"corkboard/outbox"
	"corkboard/storage"
	"corkboard/storage/storagetest"
)

var _ outbox.Store = (*storage.DB)(nil)

// ground is a board that speaks, without a speaker: tests say what is said.
type ground struct {
	t       testing.TB
	path    string
	db      *storage.DB
	world   storagetest.World
	client  *activitypub.Client
	config  outbox.Config
	courier *outbox.Courier
	store   *mortal
	stop    context.CancelFunc
	stopped chan error
	gone    chan string
}

// mortal is a store whose courier may die: then nothing of it is saved any more.
type mortal struct {
	*storage.DB
	dead atomic.Bool
}

var errDead = errors.New("the process is dead")

func (m *mortal) SaveProgress(ctx context.Context, p board.Progress) error {
	if m.dead.Load() {
		return errDead
	}
	return m.DB.SaveProgress(ctx, p)
}

func (m *mortal) SetSoftware(ctx context.Context, id board.PeerID, software string, kind board.PeerKind) error {
	if m.dead.Load() {
		return errDead
	}
	return m.DB.SetSoftware(ctx, id, software, kind)
}

// quick is a day in a second.
var quick = outbox.Config{
	MinBackoff: 40 * time.Millisecond, MaxBackoff: 200 * time.Millisecond, ShortestWait: time.Millisecond,
	SaveEvery: 10 * time.Millisecond, Timeout: 2 * time.Second, Patience: time.Second,
}

func newGround(t testing.TB, config outbox.Config) *ground {
	t.Helper()
	g := &ground{
		t: t, path: filepath.Join(t.TempDir(), "board.db"), config: config, gone: make(chan string, 100),
		client: activitypub.NewClient(activitypub.ClientConfig{
			UserAgent: "Corkboard/test", Origin: "https://board.example", AllowHTTP: true,
			AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		}),
	}
	g.open()
	g.world = storagetest.Fill(t, g.db, "https://board.example")
	t.Cleanup(func() {
		if g.courier != nil {
			g.end()
		}
		g.client.Close()
		if err := g.db.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

func (g *ground) open() {
	g.t.Helper()
	db, err := storage.Open(context.Background(), g.path, storage.Options{Serve: true, Migrate: true})
	if err != nil {
		g.t.Fatal(err)
	}
	g.db = db
}

// start makes a courier and lets it run.
func (g *ground) start() {
	g.t.Helper()
	g.store = &mortal{DB: g.db}
	config := g.config
	config.Store, config.Keys, config.Gone = g.store, g.db, func(inbox string) { g.gone <- inbox }
	if config.Client == nil {
		config.Client = g.client
	}
	g.courier = outbox.NewCourier(config)
	ctx, cancel := context.WithCancel(context.Background())
	g.stop, g.stopped = cancel, make(chan error, 1)
	go func(c *outbox.Courier) { g.stopped <- c.Run(ctx) }(g.courier)
}

// end stops the courier as it should be.
func (g *ground) end() {
	g.t.Helper()
	g.stop()
	if err := <-g.stopped; err != nil {
		g.t.Errorf("stop: %v", err)
	}
	g.courier = nil
}

// kill drops the courier as a crash would, and opens the database again.
func (g *ground) kill() {
	g.t.Helper()
	g.store.dead.Store(true)
	g.stop()
	<-g.stopped
	g.courier = nil
	if err := g.db.Close(); err != nil {
		g.t.Fatal(err)
	}
	g.open()
}

// log writes an event.
func (g *ground) log(e board.Event) board.EventID {
	g.t.Helper()
	var id board.EventID
	g.update(func(tx board.Tx) (err error) {
		id, err = tx.Log(e)
		return err
	})
	return id
}

func (g *ground) update(change func(tx board.Tx) error) {
	g.t.Helper()
	if err := g.db.Update(context.Background(), change); err != nil {
		g.t.Fatal(err)
	}
}

// speak keeps activities of the newest event, and carries them if there is a courier.
func (g *ground) speak(said ...board.Activity) []board.Activity {
	g.t.Helper()
	ctx := context.Background()
	from, err := g.db.Cursor(ctx, "speaker")
	if err != nil {
		g.t.Fatal(err)
	}
	to, err := g.db.LastEvent(ctx)
	if err != nil {
		g.t.Fatal(err)
	}
	for i := range said {
		a := &said[i]
		a.Event, a.K = to, i
		a.Body = fmt.Appendf(nil, `{"type":%q,"id":"https://board.example/activities/%d-%d","lane":%q}`, a.Type, to, i, a.Lane)
	}
	kept, err := g.db.Speak(ctx, from, to, said)
	if err != nil {
		g.t.Fatal(err)
	}
	if g.courier != nil {
		g.courier.Carry(slices.Clone(kept))
	}
	return kept
}

// follow lets somebody on a server follow the topic, and accepts it.
func (g *ground) follow(f follower, of board.ActorID) board.Activity {
	g.t.Helper()
	g.followed(f, of)
	return g.speak(board.Activity{
		Type: "Accept", Actor: of, Lane: outbox.ActorLane(of),
		Audience: []board.Rule{{Peers: []board.PeerID{f.peer}}},
	})[0]
}

// followed lets somebody follow, and says nothing about it yet.
func (g *ground) followed(f follower, of board.ActorID) (event board.EventID) {
	g.t.Helper()
	g.update(func(tx board.Tx) (err error) {
		event, err = tx.Log(board.Event{Kind: board.Followed, Actor: f.actor, Topic: of})
		if err != nil {
			return err
		}
		return tx.AddFollow(board.Follow{Follower: f.actor, Of: of, URI: fmt.Sprintf("https://f.example/%d", event)}, event)
	})
	return event
}

func (g *ground) unfollow(f follower, of board.ActorID) {
	g.t.Helper()
	g.update(func(tx board.Tx) error {
		event, err := tx.Log(board.Event{Kind: board.Unfollowed, Actor: f.actor, Topic: of})
		if err != nil {
			return err
		}
		return tx.RemoveFollow(f.actor, of, event)
	})
}

// post says something to the topic's followers of now, of any kind.
func (g *ground) post(lane string) board.Activity {
	g.t.Helper()
	return g.say(board.Activity{Type: "Create", Lane: lane}, board.Rule{Followers: g.world.Topic.Actor.ID})
}

// say says something to whom the rules speak of at this event.
func (g *ground) say(a board.Activity, rules ...board.Rule) board.Activity {
	g.t.Helper()
	event := g.log(board.Event{Kind: board.ReplyPosted, Actor: g.world.Member.Actor.ID})
	if a.Actor == 0 {
		a.Actor = g.world.Topic.Actor.ID
	}
	for _, rule := range rules {
		if rule.Followers != 0 && rule.At == 0 {
			rule.At = event
		}
		a.Audience = append(a.Audience, rule)
	}
	return g.speak(a)[0]
}

// follower is somebody on another server.
type follower struct {
	actor board.ActorID
	peer  board.PeerID
	host  string
}

// stranger is somebody on a server who follows nobody yet; the server's peer is there.
func (g *ground) stranger(s *server, name string) follower {
	g.t.Helper()
	a := storagetest.Remote("https://"+s.host(), name)
	a.Inbox, a.SharedInbox = s.http.URL+"/users/"+name+"/inbox", s.http.URL+"/inbox"
	f := follower{host: s.host()}
	g.update(func(tx board.Tx) (err error) {
		f.actor, err = tx.AddActor(a)
		return err
	})
	peer, err := g.db.EnsurePeer(context.Background(), a.SharedInbox, s.host())
	if err != nil {
		g.t.Fatal(err)
	}
	f.peer = peer
	return f
}

// server is another server: it checks every signature, and keeps what it took.
type server struct {
	t        testing.TB
	http     *httptest.Server
	software atomic.Value // string; "" has no NodeInfo

	mute atomic.Bool                           // keeps whoever asks for NodeInfo waiting
	meet atomic.Pointer[func(r *http.Request)] // runs before a request is read

	mu     sync.Mutex
	judge  func(a arrival) int // nil: 202
	header http.Header         // of answers that are not 2xx
	tried  []arrival
	took   []arrival
}

// arrival is an activity as it comes in.
type arrival struct {
	ID, Type, Lane, Inbox string

	number int // how many came before it
	event  board.EventID
}

func newServer(t testing.TB, software string) *server {
	s := &server{t: t, header: http.Header{}}
	s.software.Store(software)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/nodeinfo", s.nodeInfoIndex)
	mux.HandleFunc("GET /nodeinfo", s.nodeInfo)
	mux.HandleFunc("POST /", s.receive)
	s.http = httptest.NewServer(mux)
	t.Cleanup(func() {
		s.http.CloseClientConnections() // whoever hangs is let go
		s.http.Close()
	})
	return s
}

func (s *server) host() string { return strings.TrimPrefix(s.http.URL, "http://") }

func (s *server) nodeInfoIndex(w http.ResponseWriter, r *http.Request) {
	if s.mute.Load() {
		<-r.Context().Done()
		return
	}
	if s.software.Load() == "" {
		http.Error(w, "what is that?", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.0","href":"%s/nodeinfo"}]}`, s.http.URL)
}

func (s *server) nodeInfo(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"version":"2.0","software":{"name":%q,"version":"1"},"protocols":["activitypub"]}`, s.software.Load())
}

func (s *server) receive(w http.ResponseWriter, r *http.Request) {
	if meet := s.meet.Load(); meet != nil {
		(*meet)(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	var a arrival
	if err := json.Unmarshal(body, &a); err != nil {
		s.t.Errorf("%s: %v", body, err)
	}
	if _, err := (activitypub.SignaturePolicy{Origin: s.http.URL}).Read(r, body, time.Now()); err != nil {
		s.t.Errorf("signature of %s: %v", a.ID, err)
	}
	a.Inbox = r.URL.Path
	fmt.Sscanf(a.ID, "https://board.example/activities/%d", &a.event)
	status, header := s.answer(&a)
	maps.Copy(w.Header(), header)
	switch status {
	case hang:
		<-r.Context().Done()
		return
	case broken:
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(status)
	fmt.Fprintf(w, "answer %d", status)
}

// What a judge may say besides a status.
const (
	hang   = -1
	broken = -2
)

func (s *server) answer(a *arrival) (int, http.Header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.number = len(s.tried)
	s.tried = append(s.tried, *a)
	status := http.StatusAccepted
	if s.judge != nil {
		status = s.judge(*a)
	}
	if status >= 200 && status < 300 {
		s.took = append(s.took, *a)
		return status, nil
	}
	return status, s.header.Clone()
}

func (s *server) judgeBy(judge func(a arrival) int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.judge = judge
}

// events lists what the server took, of which events, in order, repeats left out.
func (s *server) events() []board.EventID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return eventsOf(s.took)
}

func (s *server) attempts() []arrival {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.tried)
}

func eventsOf(took []arrival) []board.EventID {
	events := []board.EventID{}
	for _, a := range took {
		if !slices.Contains(events, a.event) {
			events = append(events, a.event)
		}
	}
	return events
}

func eventsIn(said ...board.Activity) []board.EventID {
	events := []board.EventID{}
	for _, a := range said {
		events = append(events, a.Event)
	}
	return events
}

// eventually waits until something is so.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}

// waitFor waits until a server took these, and nothing else, in any order.
func (s *server) waitFor(said ...board.Activity) {
	s.t.Helper()
	want := eventsIn(said...)
	slices.Sort(want)
	eventually(s.t, "all arrives", func() bool { return len(s.events()) >= len(want) })
	got := s.events()
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Fatalf("taken (-want +got):\n%s", diff)
	}
}

// settled waits until everything is done and saved.
func (g *ground) settled() {
	g.t.Helper()
	eventually(g.t, "all is done and saved", func() bool {
		stats := g.courier.Stats()
		if stats.Queued > 0 || stats.InFlight > 0 || stats.Watermark != stats.Newest {
			return false
		}
		behind, err := g.db.PeersBehind(context.Background(), 0, 1000)
		if err != nil {
			g.t.Fatal(err)
		}
		return len(behind) == 0
	})
}

// byLane lists what was taken in each lane, repeats left out.
func (s *server) byLane() map[string][]board.EventID {
	s.mu.Lock()
	defer s.mu.Unlock()
	lanes := map[string][]arrival{}
	for _, a := range s.took {
		lanes[a.Lane] = append(lanes[a.Lane], a)
	}
	events := map[string][]board.EventID{}
	for lane, took := range lanes {
		events[lane] = eventsOf(took)
	}
	return events
}

// hold keeps every request waiting until it is released.
func (s *server) hold() (release func()) {
	held := make(chan struct{})
	meet := func(r *http.Request) {
		select {
		case <-held:
		case <-r.Context().Done():
		}
	}
	s.meet.Store(&meet)
	return sync.OnceFunc(func() { close(held) })
}
