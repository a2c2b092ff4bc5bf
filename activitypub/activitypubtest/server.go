// Package activitypubtest is the other side for tests: a server of the
// fediverse on loopback, with actors that have real keys, documents that can be
// fetched, and an inbox that checks and remembers whatever is posted to it.
package activitypubtest

import (
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"corkboard/activitypub"
)

// Server is one remote server. Its host is a loopback address with a port.
type Server struct {
	URL  string // http://127.0.0.1:4567
	Host string // 127.0.0.1:4567

	software string
	http     *httptest.Server

	mu        sync.Mutex
	documents map[string][]byte // by path with query
	actors    map[string]*Actor // by name
	received  []Received
	fetched   []string // paths with query, in order
	before    func(*http.Request)
	answer    func(Received) int
	arrived   chan struct{} // closed and renewed at each arrival
}

// Received is one activity that arrived at an inbox of the server.
type Received struct {
	Path   string
	Body   []byte
	Object *activitypub.Object
	KeyID  string
	At     time.Time
	Status int // how it was answered
}

// Actor is somebody on the server.
type Actor struct {
	Name   string
	URI    string
	Inbox  string
	Signer activitypub.Signer
	server *Server
}

// NewServer starts a server whose NodeInfo names this software.
func NewServer(t testing.TB, software string) *Server {
	t.Helper()
	s := &Server{
		software: software, documents: map[string][]byte{}, actors: map[string]*Actor{},
		arrived: make(chan struct{}),
	}
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.http.Close)
	s.URL = s.http.URL
	s.Host = strings.TrimPrefix(s.URL, "http://")
	s.Put("/.well-known/nodeinfo", map[string]any{"links": []any{map[string]string{
		"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": s.URL + "/nodeinfo/2.0"}}})
	s.Put("/nodeinfo/2.0", map[string]any{"version": "2.0", "software": map[string]string{"name": software, "version": "1.0"},
		"protocols": []string{"activitypub"}, "usage": map[string]any{"users": map[string]int{}}, "openRegistrations": false,
		"services": map[string]any{"inbound": []string{}, "outbound": []string{}}, "metadata": map[string]any{}})
	return s
}

// keyPool has a few keys for all tests of a process: making one takes 40 ms.
var keyPool struct {
	sync.Mutex
	keys []*rsa.PrivateKey
	next int
}

const poolSize = 8

func pooledKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	keyPool.Lock()
	defer keyPool.Unlock()
	if len(keyPool.keys) < poolSize {
		key, err := activitypub.GenerateKey()
		if err != nil {
			t.Fatal(err)
		}
		keyPool.keys = append(keyPool.keys, key)
	}
	keyPool.next++
	return keyPool.keys[(keyPool.next-1)%len(keyPool.keys)]
}

// Actor makes a Person with this name, or returns the one that is there.
func (s *Server) Actor(t testing.TB, name string) *Actor {
	t.Helper()
	s.mu.Lock()
	known := s.actors[name]
	s.mu.Unlock()
	if known != nil {
		return known
	}
	key := pooledKey(t)
	pem, err := activitypub.EncodePublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	uri := s.URL + "/users/" + name
	a := &Actor{Name: name, URI: uri, Inbox: uri + "/inbox", server: s, Signer: activitypub.Signer{KeyID: uri + "#main-key", Key: key}}
	s.Put("/users/"+name, map[string]any{
		"@context": []string{activitypub.ContextURI, "https://w3id.org/security/v1"},
		"id":       uri, "type": "Person", "preferredUsername": name, "name": strings.ToUpper(name[:1]) + name[1:],
		"inbox": a.Inbox, "outbox": uri + "/outbox", "followers": uri + "/followers", "url": s.URL + "/@" + name,
		"endpoints": map[string]string{"sharedInbox": s.URL + "/inbox"},
		"publicKey": map[string]string{"id": uri + "#main-key", "owner": uri, "publicKeyPem": pem},
	})
	resource := url.QueryEscape("acct:" + name + "@" + s.Host)
	s.Put("/.well-known/webfinger?resource="+resource, map[string]any{
		"subject": "acct:" + name + "@" + s.Host,
		"links":   []any{map[string]string{"rel": "self", "type": activitypub.MediaType, "href": uri}},
	})
	s.mu.Lock()
	s.actors[name] = a
	s.mu.Unlock()
	return a
}

// Put serves a document at a path. nil takes it away: 404 from then on.
func (s *Server) Put(path string, document any) {
	var body []byte
	switch d := document.(type) {
	case nil:
	case []byte:
		body = d
	default:
		var err error
		if body, err = json.Marshal(d); err != nil {
			panic(err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.documents[path] = body
}

// Answer decides how inboxes answer from now on; nil means 202 to everything.
// A status of 0 breaks the connection.
func (s *Server) Answer(with func(Received) int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = with
}

// Fetched is the path and query of every GET that came, in order.
func (s *Server) Fetched() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.fetched...)
}

// BeforeGet calls hook before each GET is answered; one that waits makes a
// slow server. nil is none.
func (s *Server) BeforeGet(hook func(*http.Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = hook
}

// Received is everything that came to the server's inboxes, in order.
func (s *Server) Received() []Received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Received(nil), s.received...)
}

// WaitFor returns the first activity that was taken and for which want is
// true, and fails the test if none comes within a minute.
func (s *Server) WaitFor(t testing.TB, what string, want func(Received) bool) Received {
	t.Helper()
	timeout := time.After(time.Minute)
	for {
		s.mu.Lock()
		arrived := s.arrived
		for _, r := range s.received {
			if r.Status < 300 && want(r) {
				s.mu.Unlock()
				return r
			}
		}
		s.mu.Unlock()
		select {
		case <-arrived:
		case <-timeout:
			var got []string
			for _, r := range s.Received() {
				got = append(got, fmt.Sprintf("%d %s", r.Status, r.Body))
			}
			t.Fatalf("%s did not arrive at %s; what did:\n%s", what, s.Host, strings.Join(got, "\n"))
		}
	}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		s.receive(w, r)
		return
	}
	path := r.URL.Path
	if r.URL.RawQuery != "" {
		path += "?" + r.URL.RawQuery
	}
	s.mu.Lock()
	s.fetched = append(s.fetched, path)
	before := s.before
	s.mu.Unlock()
	if before != nil {
		before(r)
	}
	s.mu.Lock()
	body := s.documents[path]
	s.mu.Unlock()
	if body == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", activitypub.MediaType)
	w.Write(body)
}

func (s *Server) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 2<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	got := Received{Path: r.URL.Path, Body: body, At: time.Now()}
	if got.Object, err = activitypub.Parse(body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	signature, err := activitypub.SignaturePolicy{Origin: s.URL, AllowHTTP: true}.Read(r, body, time.Now())
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	got.KeyID = signature.KeyID
	s.mu.Lock()
	got.Status = http.StatusAccepted
	if s.answer != nil {
		got.Status = s.answer(got)
	}
	s.received = append(s.received, got)
	close(s.arrived)
	s.arrived = make(chan struct{})
	s.mu.Unlock()
	if got.Status == 0 {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(got.Status)
}

// Post signs an activity and posts it. The caller closes the answer's body.
func (a *Actor) Post(t testing.TB, inbox string, activity any) *http.Response {
	t.Helper()
	r := a.Request(t, inbox, activity)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// Request is a signed POST, ready to be sent once.
func (a *Actor) Request(t testing.TB, inbox string, activity any) *http.Request {
	t.Helper()
	body, err := json.Marshal(activity)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, inbox, strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", activitypub.MediaType)
	if err := a.Signer.Sign(r, body, time.Now()); err != nil {
		t.Fatal(err)
	}
	return r
}

// Follow is a Follow of an actor, with an id of the follower's.
func (a *Actor) Follow(of string) map[string]any {
	return map[string]any{"@context": activitypub.ContextURI, "id": a.URI + "/follows/" + url.PathEscape(of), "type": "Follow", "actor": a.URI, "object": of}
}

// Reply is a Create of a public Note that answers another, as Mastodon sends
// it; id is the last part of the Note's address.
func (a *Actor) Reply(id, inReplyTo, html string, cc ...string) map[string]any {
	note := a.URI + "/statuses/" + id
	published := time.Now().UTC().Format(time.RFC3339)
	to := []string{activitypub.Public}
	return map[string]any{
		"@context": activitypub.ContextURI, "id": note + "/activity", "type": "Create", "actor": a.URI, "published": published, "to": to, "cc": cc,
		"object": map[string]any{
			"id": note, "type": "Note", "attributedTo": a.URI, "inReplyTo": inReplyTo, "published": published, "url": note,
			"to": to, "cc": cc, "content": html, "contentMap": map[string]string{"en": html},
		},
	}
}
