package outbox_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"corkboard/activitypub"
	"corkboard/board"
	"corkboard/outbox"
	"corkboard/storage"
	"corkboard/storage/storagetest"
)

// stage is a board at a real address, with all that speaks for it.
type stage struct {
	*board.Board
	t       *testing.T
	db      *storage.DB
	world   storagetest.World
	topics  map[string]board.Topic
	http    *httptest.Server
	courier *outbox.Courier
	speaker *outbox.Speaker
}

// pageForPeople is what people see where no document is.
const pageForPeople = "<!doctype html><title>a page for people</title>"

// newStage is a board with the topics foreign_affairs, japan and defense, and
// the members gaijin and ronin; ronin is a moderator. It says nothing yet.
func newStage(t *testing.T) *stage {
	t.Helper()
	router := mux.NewRouter().UseEncodedPath()
	s := &stage{t: t, db: storagetest.Open(t), topics: map[string]board.Topic{}, http: httptest.NewServer(router)}
	t.Cleanup(s.http.Close)
	log := slog.New(slog.DiscardHandler)
	address := board.Address(s.http.URL)
	s.Board = board.New(s.db, board.Config{Address: address, NewKey: oneKey}, log)
	s.world = storagetest.Fill(t, s.db, address)
	s.topics["foreign_affairs"] = s.world.Topic
	for _, name := range []string{"japan", "defense"} {
		topic, err := s.OpenTopic(t.Context(), board.NewTopic{Name: name, Title: strings.ToUpper(name[:1]) + name[1:]})
		if err != nil {
			t.Fatal(err)
		}
		s.topics[name] = topic
	}
	outbox.NewDocuments(outbox.DocumentsConfig{Board: s.Board, Store: s.db, Version: "1.2.3", Log: log}).Register(router)
	router.NotFoundHandler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, pageForPeople) })
	config := quick
	config.Store, config.Keys = s.db, s.db
	config.Client = newClient(t, s.http.URL)
	s.courier = outbox.NewCourier(config)
	s.speaker = outbox.NewSpeaker(outbox.SpeakerConfig{Board: s.Board, Store: s.db, Courier: s.courier, Log: log})
	return s
}

var key = sync.OnceValues(func() ([2]string, error) {
	key, err := activitypub.GenerateKey()
	if err != nil {
		return [2]string{}, err
	}
	private, err := activitypub.EncodePrivateKey(key)
	if err != nil {
		return [2]string{}, err
	}
	public, err := activitypub.EncodePublicKey(key.Public())
	return [2]string{private, public}, err
})

// oneKey is the same for everybody: making one takes a while.
func oneKey() (private, public string, err error) {
	pair, err := key()
	return pair[0], pair[1], err
}

func newClient(t *testing.T, origin string) *activitypub.Client {
	client := activitypub.NewClient(activitypub.ClientConfig{
		UserAgent: "Corkboard/test", Origin: origin, AllowHTTP: true, AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	t.Cleanup(client.Close)
	return client
}

// speak lets the speaker and the courier run until the test ends.
func (s *stage) speak() {
	ctx, stop := context.WithCancel(context.Background())
	var both sync.WaitGroup
	for _, run := range []func(context.Context) error{s.speaker.Run, s.courier.Run} {
		both.Go(func() {
			if err := run(ctx); err != nil {
				s.t.Error(err)
			}
		})
	}
	s.t.Cleanup(func() {
		stop()
		both.Wait()
	})
}

// said waits until everything was spoken of, and returns it, with bodies.
func (s *stage) said() []board.Activity {
	s.t.Helper()
	s.until("everything was spoken of", func() bool {
		last, err := s.LastEvent(s.t.Context())
		s.check(err)
		at, err := s.Cursor(s.t.Context(), "speaker")
		s.check(err)
		return at == last
	})
	said, err := s.db.ActivitiesAfter(s.t.Context(), 0, 10_000)
	s.check(err)
	for i := range said {
		said[i].Body, err = s.db.ActivityBody(s.t.Context(), said[i].ID)
		s.check(err)
	}
	return said
}

// carried waits until everything was spoken of, and carried.
func (s *stage) carried() []board.Activity {
	s.t.Helper()
	said := s.said()
	s.until("everything was carried", func() bool {
		stats := s.courier.Stats()
		if stats.Queued > 0 || stats.InFlight > 0 || stats.Watermark != stats.Newest || len(said) > 0 && stats.Newest != said[len(said)-1].ID {
			return false
		}
		behind, err := s.db.PeersBehind(s.t.Context(), 0, 1000)
		s.check(err)
		return len(behind) == 0
	})
	return said
}

func (s *stage) until(what string, is func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("not within 20 s: %s", what)
		}
	}
}

func (s *stage) check(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// article posts an article of gaijin's into these topics.
func (s *stage) article(topics ...string) board.Post {
	s.t.Helper()
	p, err := s.PostArticle(s.t.Context(), board.NewArticle{
		By: s.world.Member.ID, Title: "Fleet returns to Yokosuka", Topics: s.ids(topics...), Keywords: []string{"defense"},
		Citation: board.Citation{URL: "https://times.example/fleet", Publication: "The Example Times", Author: "A. Writer", Date: "2011-01-04"},
		Again:    "Every test posts it.",
		Text:     board.Text{Markdown: "The carrier …", Language: "en"},
	})
	s.check(err)
	return p
}

func (s *stage) ids(topics ...string) (ids []board.ActorID) {
	for _, name := range topics {
		ids = append(ids, s.topics[name].ID)
	}
	return ids
}

// reply answers a post for a member.
func (s *stage) reply(by board.Member, to board.Post, text string) board.Post {
	s.t.Helper()
	p, err := s.Reply(s.t.Context(), board.NewReply{By: by.ID, To: to.ID, Text: board.Text{Markdown: text, Language: "en"}})
	s.check(err)
	return p
}

// heardArticle is an article from another server, with the Create that brought it.
func (s *stage) heardArticle(by person, topics ...string) board.Post {
	s.t.Helper()
	uri, original := by.create("900", s.topics[topics[0]].URI, "")
	p, err := s.PostArticle(s.t.Context(), board.NewArticle{
		By: by.ID, Title: "Harbour closed", Topics: s.ids(topics...), Text: board.Text{HTML: "<p>For six weeks.</p>"},
		Remote: &board.Remote{URI: uri, URL: uri, Published: time.Now(), Original: original},
	})
	s.check(err)
	return p
}

// heardReply is a reply from another server, with the Create that brought it.
func (s *stage) heardReply(by person, to board.Post, id string) board.Post {
	s.t.Helper()
	uri, original := by.create(id, to.Author.URI, to.URI)
	p, err := s.Reply(s.t.Context(), board.NewReply{
		By: by.ID, To: to.ID, Text: board.Text{HTML: "<p>Three months.</p>"},
		Remote: &board.Remote{URI: uri, URL: uri, Published: time.Now(), Original: original},
	})
	s.check(err)
	return p
}

// follow lets people follow actors of ours.
func (s *stage) follow(of board.ActorID, people ...person) {
	s.t.Helper()
	for _, p := range people {
		s.check(s.Follow(s.t.Context(), board.Follow{Follower: p.ID, Of: of, URI: p.URI + "#follows/" + fmt.Sprint(of)}))
	}
}

// neighbour is another server. It checks every signature with the key that it
// finds at the board, and keeps what it is told.
type neighbour struct {
	t        *testing.T
	http     *httptest.Server
	software string
	keys     *activitypub.KeyFinder

	mu     sync.Mutex
	heard  []heard
	status int // of every answer; 0: accepted
}

// answer makes it answer so from now on.
func (n *neighbour) answer(status int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.status = status
}

func (n *neighbour) host() string { return strings.TrimPrefix(n.http.URL, "http://") }

// heard is what was posted to an inbox.
type heard struct {
	inbox string
	raw   []byte
	activity
}

// activity is one that arrives, as far as tests look at it.
type activity struct {
	ID, Type, Actor, Summary string
	To, CC                   []string
	Object                   json.RawMessage
}

// inner is the object, which is an object itself or an id.
func (a activity) inner() (inner activity) {
	if json.Unmarshal(a.Object, &inner) != nil {
		_ = json.Unmarshal(a.Object, &inner.ID)
	}
	return inner
}

// String is what it says, short: Announce{Create{Note}}, Announce{/t/1/0}.
func (a activity) String() string {
	if len(a.Object) == 0 {
		return a.Type
	}
	if a.Object[0] == '"' {
		var id string
		_ = json.Unmarshal(a.Object, &id)
		return a.Type + "{" + path(id) + "}"
	}
	return a.Type + "{" + a.inner().String() + "}"
}

// path is an address without its server.
func path(uri string) string {
	_, rest, _ := strings.Cut(uri, "://")
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return rest[i:]
	}
	return uri
}

func newNeighbour(t *testing.T, software string) *neighbour {
	n := &neighbour{t: t, software: software}
	router := http.NewServeMux()
	router.HandleFunc("GET /.well-known/nodeinfo", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.0","href":"%s/nodeinfo"}]}`, n.http.URL)
	})
	router.HandleFunc("GET /nodeinfo", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"version":"2.0","software":{"name":%q,"version":"1"}}`, n.software)
	})
	router.HandleFunc("POST /", n.receive)
	n.http = httptest.NewServer(router)
	t.Cleanup(n.http.Close)
	n.keys = activitypub.NewKeyFinder(newClient(t, n.http.URL), nil)
	return n
}

func (n *neighbour) receive(w http.ResponseWriter, r *http.Request) {
	h := heard{inbox: r.URL.Path}
	var err error
	if h.raw, err = io.ReadAll(r.Body); err != nil {
		return
	}
	if err := json.Unmarshal(h.raw, &h.activity); err != nil {
		n.t.Errorf("%s: %v", h.raw, err)
	}
	signature, err := (activitypub.SignaturePolicy{Origin: n.http.URL, AllowHTTP: true}).Read(r, h.raw, time.Now())
	if err != nil {
		n.t.Errorf("signature of %s: %v", h.ID, err)
		return
	}
	if key, err := n.keys.Verify(r.Context(), signature, time.Now()); err != nil || key.Owner != h.Actor {
		n.t.Errorf("%s of %s is signed by %+v: %v", h.ID, h.Actor, key, err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.status != 0 && n.status != http.StatusAccepted {
		w.WriteHeader(n.status)
		return
	}
	n.heard = append(n.heard, h)
	w.WriteHeader(http.StatusAccepted)
}

// told lists what the server was told, in order.
func (n *neighbour) told() []heard {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]heard(nil), n.heard...)
}

// sayings are what the server was told, short, of who said it.
func (n *neighbour) sayings() []string {
	sayings := []string{}
	for _, h := range n.told() {
		sayings = append(sayings, path(h.Actor)+" "+h.String())
	}
	return sayings
}

// person is somebody on another server whom the board knows.
type person struct{ board.Actor }

func (s *stage) person(n *neighbour, name string) person {
	s.t.Helper()
	a := storagetest.Remote("https://"+strings.TrimPrefix(n.http.URL, "http://"), name)
	a.Inbox, a.SharedInbox = n.http.URL+"/users/"+name+"/inbox", n.http.URL+"/inbox"
	a, err := s.KnowActor(s.t.Context(), a)
	s.check(err)
	return person{a}
}

// create is a Create as it would come, in a shape that is not ours.
func (p person) create(id, addressed, inReplyTo string) (uri string, original []byte) {
	uri = p.URI + "/statuses/" + id
	return uri, fmt.Appendf(nil, `{ "@context":"https://www.w3.org/ns/activitystreams", "type":"Create","id":"%[1]s/activity",
	"actor":%[2]q,  "to":["as:Public"],"cc":[%[3]q], "object":{"type":"Note","id":%[1]q,"attributedTo":%[2]q,
	"inReplyTo":%[4]q,"content":"<p>said \u0026 done</p>","to":["as:Public"],"cc":[%[3]q],"unknown":[1,2]} }`, uri, p.URI, addressed, inReplyTo)
}
