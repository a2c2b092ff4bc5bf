package inbox_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"corkboard/activitypub"
	"corkboard/board"
	"corkboard/inbox"
	"corkboard/storage"
	"corkboard/storage/storagetest"
)

// public is everybody, as servers write it.
const public = activitypub.Public

// object is a JSON object of the wire.
type object map[string]any

// with returns a copy with members added or, where the value is nil, taken out.
func (o object) with(more object) object {
	o = maps.Clone(o)
	for name, value := range more {
		if o[name] = value; value == nil {
			delete(o, name)
		}
	}
	return o
}

func encode(t testing.TB, o object) []byte {
	t.Helper()
	if _, ok := o["@context"]; !ok {
		o = o.with(object{"@context": activitypub.ContextURI})
	}
	body, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// testKey is the one key of everybody in tests: making one takes 40 ms.
var testKey = sync.OnceValue(func() crypto.Signer {
	key, err := activitypub.GenerateKey()
	if err != nil {
		panic(err)
	}
	return key
})

var testPEM = sync.OnceValue(func() string {
	pem, err := activitypub.EncodePublicKey(testKey().Public())
	if err != nil {
		panic(err)
	}
	return pem
})

// here is a board with its inbox, served on loopback.
type here struct {
	storagetest.World
	t      testing.TB
	db     *storage.DB
	board  *board.Board
	inbox  *inbox.Inbox
	config inbox.Config
	server *httptest.Server
	client *activitypub.Client
	stop   func() // the workers, and waits for them
}

type keyStore struct{ db *storage.DB }

func (k keyStore) Key(ctx context.Context, keyID string) (owner, pem string, ok bool, err error) {
	a, err := k.db.ActorByKey(ctx, keyID)
	if err != nil {
		return "", "", false, nil
	}
	return a.URI, a.PublicKey, true, nil
}

// newHere starts a board. The settings are those of tests where they are zero.
func newHere(t testing.TB, c inbox.Config) *here {
	t.Helper()
	h := &here{t: t, db: storagetest.Open(t), config: c}
	h.server = httptest.NewUnstartedServer(nil)
	address := board.Address("http://" + h.server.Listener.Addr().String())
	h.World = storagetest.Fill(t, h.db, address)
	limits := board.DefaultLimits()
	limits.RemotePostsPerHour, limits.MemberPostsPerHour = 0, 0
	h.board = board.New(h.db, board.Config{Address: address, Limits: limits}, slog.New(slog.DiscardHandler))
	h.client = activitypub.NewClient(activitypub.ClientConfig{
		UserAgent: "test", Origin: string(address), AllowHTTP: true,
		AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Signer:        &activitypub.Signer{KeyID: h.Site.KeyID, Key: testKey()},
	})
	t.Cleanup(h.client.Close)
	h.start()
	h.server.Start()
	t.Cleanup(h.server.Close)
	t.Cleanup(func() { h.stop() })
	return h
}

// start begins a run of the inbox: after stop it is as if the board was started again.
func (h *here) start() {
	c := h.config
	c.Board, c.Client, c.AllowHTTP = h.board, h.client, true
	c.Receipts = cmp.Or[inbox.Receipts](c.Receipts, h.db)
	c.Keys = activitypub.NewKeyFinder(h.client, keyStore{h.db})
	c.FirstRetry = cmp.Or(c.FirstRetry, 100*time.Millisecond)
	h.inbox = inbox.New(c)
	router := mux.NewRouter().UseEncodedPath()
	h.inbox.Register(router)
	h.server.Config.Handler = router
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.inbox.Run(ctx) }()
	h.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			h.t.Error(err)
		}
	})
}

// settle waits until nothing waits any more.
func (h *here) settle() {
	h.t.Helper()
	for deadline := time.Now().Add(time.Minute); h.inbox.Backlog() > 0; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			h.t.Fatalf("%d receipts still wait", h.inbox.Backlog())
		}
	}
}

// post posts a body and returns the answer, whose JSON error is in text.
func (h *here) post(path string, body []byte, prepare func(r *http.Request)) (status int, text string, header http.Header) {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, string(h.Address)+path, bytes.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", activitypub.MediaType)
	if prepare != nil {
		prepare(r)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	var problem struct{ Error string }
	if json.Unmarshal(answer, &problem) == nil && problem.Error != "" {
		return response.StatusCode, problem.Error, response.Header
	}
	return response.StatusCode, string(answer), response.Header
}

// refusals are the reasons of all that was refused so far, by activity id.
func (h *here) refusals() map[string]string {
	h.t.Helper()
	list, err := h.db.LatestRefusals(h.t.Context(), 0, 1000)
	if err != nil {
		h.t.Fatal(err)
	}
	reasons := map[string]string{}
	for _, r := range list {
		reasons[r.Activity] = r.Reason
	}
	return reasons
}

// article posts an article of gaijin's into the topic.
func (h *here) article() board.Post {
	h.t.Helper()
	p, err := h.board.PostArticle(h.t.Context(), board.NewArticle{
		By: h.Member.ID, Title: "Fleet returns", Topics: []board.ActorID{h.Topic.ID}, Text: board.Text{Markdown: "The carrier is back."},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

// column is how a thread reads: number, author, whom it answers, and the text.
func (h *here) column(id board.ThreadID) []string {
	h.t.Helper()
	posts, err := h.board.Posts(h.t.Context(), id, 1, 100)
	if err != nil {
		h.t.Fatal(err)
	}
	var lines []string
	for _, p := range posts {
		text := strings.TrimSpace(board.Plain(p.HTML))
		if p.State != board.Live {
			text = "(deleted)"
		}
		lines = append(lines, fmt.Sprintf("%d %s to %d: %s", p.Number, p.Author.Name, p.To.Number, text))
	}
	return lines
}

// remote is another server.
type remote struct {
	*httptest.Server
	t       testing.TB
	mu      sync.Mutex
	pages   map[string]page
	fetched map[string]int
	asked   atomic.Int64
}

type page struct {
	status int
	body   []byte
	wait   time.Duration
}

func newRemote(t testing.TB) *remote {
	r := &remote{t: t, pages: map[string]page{}, fetched: map[string]int{}}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *remote) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.asked.Add(1)
	r.mu.Lock()
	found, ok := r.pages[q.URL.RequestURI()]
	r.fetched[q.URL.RequestURI()]++
	r.mu.Unlock()
	if !ok {
		http.NotFound(w, q)
		return
	}
	select {
	case <-time.After(found.wait):
	case <-q.Context().Done():
		return
	}
	w.Header().Set("Content-Type", activitypub.MediaType)
	w.WriteHeader(found.status)
	_, _ = w.Write(found.body)
}

// serve publishes an object under its id, which must be of this server.
func (r *remote) serve(o object) object {
	r.serveAs(o, page{status: http.StatusOK})
	return o
}

func (r *remote) serveAs(o object, p page) {
	r.t.Helper()
	id, _ := o["id"].(string)
	path, ok := strings.CutPrefix(id, r.URL)
	if !ok {
		r.t.Fatalf("%s is not of %s", id, r.URL)
	}
	p.body = encode(r.t, o)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pages[path] = p
}

// gone makes a document answer 410.
func (r *remote) gone(id string) { r.serveAs(object{"id": id}, page{status: http.StatusGone}) }

func (r *remote) count(id string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fetched[strings.TrimPrefix(id, r.URL)]
}

// person is somebody on another server.
type person struct {
	server *remote
	id     string
	name   string
	notes  int
}

// person makes an account with a document and a key.
func (r *remote) person(name string) *person { return r.actor("Person", name) }

func (r *remote) actor(kind, name string) *person {
	id := r.URL + "/users/" + name
	r.serve(actorDocument(kind, id, name))
	return &person{server: r, id: id, name: name}
}

func actorDocument(kind, id, name string) object {
	return object{
		"id": id, "type": kind, "preferredUsername": name, "name": strings.ToUpper(name[:1]) + name[1:], "inbox": id + "/inbox",
		"followers": id + "/followers", "url": id + "/page", "publicKey": object{"id": id + "#main-key", "owner": id, "publicKeyPem": testPEM()},
	}
}

func (p *person) keyID() string { return p.id + "#main-key" }

// sign makes a request one of this person's.
func (p *person) sign(t testing.TB, r *http.Request, body []byte) {
	t.Helper()
	if err := (activitypub.Signer{KeyID: p.keyID(), Key: testKey()}).Sign(r, body, time.Now()); err != nil {
		t.Fatal(err)
	}
}

// send posts a signed activity to the shared inbox and returns the status.
func (p *person) send(h *here, o object) int {
	h.t.Helper()
	status, text := p.try(h, o)
	if status != http.StatusAccepted {
		h.t.Logf("answer to %v %v: %d %s", o["type"], o["id"], status, text)
	}
	return status
}

func (p *person) try(h *here, o object) (status int, text string) {
	h.t.Helper()
	body := encode(h.t, o)
	status, text, _ = h.post("/inbox", body, func(r *http.Request) { p.sign(h.t, r, body) })
	return status, text
}

// says sends what must be taken, and waits until it is worked out. It returns
// the reason of a refusal.
func (p *person) says(h *here, o object) (refusal string) {
	h.t.Helper()
	if status := p.send(h, o); status != http.StatusAccepted {
		h.t.Fatalf("status %d", status)
	}
	h.settle()
	id, _ := o["id"].(string)
	return h.refusals()[id]
}

// note is a public Note that answers something.
func (p *person) note(text, inReplyTo string) object {
	p.notes++
	id := fmt.Sprintf("%s/notes/%d", p.id, p.notes)
	o := object{
		"id": id, "type": "Note", "attributedTo": p.id, "to": []string{public}, "cc": []string{p.id + "/followers"},
		"content": "<p>" + text + "</p>", "published": "2026-01-02T03:04:05Z", "contentMap": object{"en": "<p>" + text + "</p>"},
	}
	if inReplyTo != "" {
		o["inReplyTo"] = inReplyTo
	}
	return o
}

// act is an activity of this person about an object or an id.
func (p *person) act(kind string, what any) object {
	p.notes++
	o := object{"id": fmt.Sprintf("%s/acts/%d", p.id, p.notes), "type": kind, "actor": p.id, "object": what}
	if embedded, ok := what.(object); ok {
		o["to"], o["cc"] = embedded["to"], embedded["cc"]
	}
	return o
}

// count is how many events of a kind the log has.
func (h *here) count(kind board.EventKind) int {
	h.t.Helper()
	events, err := h.board.EventsAfter(h.t.Context(), 0, 1000)
	if err != nil {
		h.t.Fatal(err)
	}
	n := 0
	for _, e := range events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}
