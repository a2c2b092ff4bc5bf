package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/activitypub"
	"corkboard/activitypub/activitypubtest"
)

// siege is a world with somebody in it who means harm, and somebody whom he
// pretends to be.
type siege struct {
	*world
	evil, good     *activitypubtest.Server
	mallory, alice *activitypubtest.Actor
	topic, member  string // addresses
	db             *sql.DB
}

func newSiege(t *testing.T) *siege {
	t.Helper()
	s := &siege{world: newWorld(t), evil: activitypubtest.NewServer(t, "mastodon"), good: activitypubtest.NewServer(t, "mastodon")}
	s.mallory, s.alice = s.evil.Actor(t, "mallory"), s.good.Actor(t, "alice")
	s.topic, s.member = s.board.URL+"/topics/harbour", s.board.URL+"/members/ronin"
	var err error
	if s.db, err = sql.Open("sqlite3", "file:"+filepath.Join(s.board.Data, "board.db")+"?mode=ro&_busy_timeout=5000"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.db.Close() })
	return s
}

// send does a request and returns the answer's status and text.
func send(t *testing.T, r *http.Request) (status int, text string) {
	t.Helper()
	answer, err := patient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// patient waits as long as the slowest answer may take, and follows no redirect.
var patient = &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// says posts an activity for an actor and fails where the answer is another.
func (s *siege) says(t *testing.T, by *activitypubtest.Actor, activity map[string]any, want int) {
	t.Helper()
	if status, text := send(t, by.Request(t, s.board.URL+"/inbox", activity)); status != want {
		t.Fatalf("the answer is %d, not %d: %s", status, want, text)
	}
	s.workedOut(t)
}

// workedOut waits until everything that was taken was tried.
func (s *siege) workedOut(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(45 * time.Second); s.count(t, "SELECT count(*) FROM receipts WHERE state = 0 AND tries = 0") > 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("what was taken is not worked out:\n%s", s.board.stderr)
		}
	}
}

func (s *siege) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	if err := s.db.QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// state is all that an attack could have changed.
func (s *siege) state(t *testing.T) map[string]int {
	t.Helper()
	state := map[string]int{}
	for _, table := range []string{"events", "posts", "threads", "letters", "tombstones", "likes", "shares", "members", "topics"} {
		state[table] = s.count(t, "SELECT count(*) FROM "+table)
	}
	state["gone"] = s.count(t, "SELECT count(*) FROM actors WHERE gone_at <> 0")
	state["closed"] = s.count(t, "SELECT count(*) FROM posts WHERE state <> 0")
	return state
}

// unharmed runs an attack and proves that nothing came of it.
func (s *siege) unharmed(t *testing.T, attack func()) {
	t.Helper()
	before := s.state(t)
	attack()
	if diff := cmp.Diff(before, s.state(t)); diff != "" {
		t.Errorf("the board has changed (-before +after):\n%s", diff)
	}
}

// reason is why an activity was refused after it had been taken.
func (s *siege) reason(t *testing.T, activity any) (reason string) {
	t.Helper()
	if err := s.db.QueryRowContext(t.Context(), "SELECT reason FROM receipts WHERE state = 2 AND activity = ?", activity).Scan(&reason); err != nil {
		t.Errorf("%v was not refused: %v", activity, err)
	}
	return reason
}

// like is a Like of the article, with an id of its own.
func (s *siege) like(by *activitypubtest.Actor, id string) map[string]any {
	return map[string]any{"@context": activitypub.ContextURI, "id": by.URI + "/likes/" + id, "type": "Like", "actor": by.URI, "object": s.article}
}

// setBody replaces what a request brings, and nothing else of it.
func setBody(r *http.Request, body string) {
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
}

// TestForgedSignatures sends what is signed wrongly: it is refused with 401,
// changes nothing, and makes the board ask nobody who has nothing to do with it.
func TestForgedSignatures(t *testing.T) {
	s := newSiege(t)
	s.says(t, s.mallory, s.like(s.mallory, "first"), http.StatusAccepted) // the key is known from here on
	inbox := s.board.URL + "/inbox"
	asGET := func() string {
		r, _ := http.NewRequest(http.MethodGet, inbox, nil)
		_ = s.mallory.Signer.Sign(r, nil, time.Now())
		return r.Header.Get("Signature")
	}
	cases := map[string]func(r *http.Request, body string){
		"without a signature":              func(r *http.Request, _ string) { r.Header.Del("Signature") },
		"without a digest":                 func(r *http.Request, _ string) { r.Header.Del("Digest") },
		"with another body":                func(r *http.Request, body string) { setBody(r, strings.Replace(body, "likes", "liked", 1)) },
		"with another body and its digest": func(r *http.Request, body string) { s.redigest(t, r, body) },
		"signed for another path":          func(r *http.Request, _ string) { r.URL.Path = "/topics/harbour/inbox" },
		"signed for another query":         func(r *http.Request, _ string) { r.URL.Path, r.URL.RawQuery = "/actor/inbox", "q=1" },
		"signed for another host":          func(r *http.Request, body string) { s.resign(t, r, body, s.evil.URL+"/inbox", time.Now()) },
		"signed 13 hours ago":              func(r *http.Request, body string) { s.resign(t, r, body, inbox, time.Now().Add(-13*time.Hour)) },
		"signed two hours from now":        func(r *http.Request, body string) { s.resign(t, r, body, inbox, time.Now().Add(2*time.Hour)) },
		"with the signature of a GET":      func(r *http.Request, _ string) { r.Header.Set("Signature", asGET()) },
		"with two signatures":              func(r *http.Request, _ string) { r.Header.Add("Signature", r.Header.Get("Signature")) },
		"with two keyIds": func(r *http.Request, _ string) {
			r.Header.Set("Signature", r.Header.Get("Signature")+`,keyId="`+s.alice.Signer.KeyID+`"`)
		},
		"with the signature in Authorization":  func(r *http.Request, _ string) { r.Header.Set("Authorization", "Signature "+r.Header.Get("Signature")) },
		"with a signature over the date alone": func(r *http.Request, _ string) { resigned(r, `headers="`, `headers="date" old="`) },
		"with an algorithm of shared secrets":  func(r *http.Request, _ string) { resigned(r, "rsa-sha256", "hmac-sha256") },
		"with a keyId of this board":           func(r *http.Request, _ string) { resigned(r, s.mallory.Signer.KeyID, s.member+"#main-key") },
		"with a keyId that is no address":      func(r *http.Request, _ string) { resigned(r, s.mallory.Signer.KeyID, "javascript:alert(1)") },
		"with a keyId of 64 kB": func(r *http.Request, _ string) {
			resigned(r, s.mallory.Signer.KeyID, s.evil.URL+"/"+strings.Repeat("k", 60<<10))
		},
		"with a failed message signature (RFC 9421) beside": func(r *http.Request, _ string) { r.Header.Set("Signature-Input", `sig1=("@method");created=1`) },
	}
	for name, forge := range cases {
		t.Run(name+" an activity is refused", func(t *testing.T) {
			id := strings.ReplaceAll(name, " ", "-")
			activity := s.like(s.mallory, id)
			r := s.mallory.Request(t, inbox, activity)
			body, err := json.Marshal(activity)
			if err != nil {
				t.Fatal(err)
			}
			asked := len(s.good.Fetched())
			s.unharmed(t, func() {
				forge(r, string(body))
				status, text := send(t, r)
				if status != http.StatusUnauthorized && status != http.StatusRequestHeaderFieldsTooLarge {
					t.Errorf("the answer is %d: %s", status, text)
				}
				s.workedOut(t)
			})
			if now := s.good.Fetched(); len(now) != asked {
				t.Errorf("somebody else's server was asked for %v", now[asked:])
			}
		})
	}
}

// resigned changes the Signature header.
func resigned(r *http.Request, old, with string) {
	r.Header.Set("Signature", strings.Replace(r.Header.Get("Signature"), old, with, 1))
}

// redigest swaps the body and the digest, and keeps the signature.
func (s *siege) redigest(t *testing.T, r *http.Request, body string) {
	t.Helper()
	signature := r.Header.Get("Signature")
	body = strings.Replace(body, "likes", "liked", 1)
	setBody(r, body)
	if err := s.mallory.Signer.Sign(r, []byte(body), time.Now()); err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Signature", signature)
}

// resign signs as if the request went elsewhere, or at another time.
func (s *siege) resign(t *testing.T, r *http.Request, body, to string, at time.Time) {
	t.Helper()
	other, err := http.NewRequest(http.MethodPost, to, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.mallory.Signer.Sign(other, []byte(body), at); err != nil {
		t.Fatal(err)
	}
	for _, header := range []string{"Date", "Digest", "Signature", "Content-Type"} {
		r.Header.Set(header, other.Header.Get(header))
	}
}

// TestBorrowedKeys signs well, with a key that is not the actor's.
func TestBorrowedKeys(t *testing.T) {
	s := newSiege(t)
	s.evil.Put("/keys/1", map[string]any{"@context": "https://w3id.org/security/v1", "id": s.evil.URL + "/keys/1", "type": "Key",
		"owner": s.alice.URI, "publicKeyPem": publicKeyOf(t, s.mallory)})
	s.evil.Put("/users/alice", map[string]any{"id": s.alice.URI, "type": "Person", "inbox": s.alice.Inbox,
		"publicKey": map[string]any{"id": s.evil.URL + "/users/alice#main-key", "owner": s.alice.URI, "publicKeyPem": publicKeyOf(t, s.mallory)}})
	as := func(keyID string) *activitypubtest.Actor {
		a := *s.mallory
		a.Signer.KeyID = keyID
		return &a
	}
	follow := s.alice.Follow(s.topic)
	undo := map[string]any{"id": s.alice.URI + "/undo/1", "type": "Undo", "actor": s.alice.URI, "object": follow}
	for name, c := range map[string]struct {
		by       *activitypubtest.Actor
		activity map[string]any
	}{
		"his own key under somebody else's Follow":                         {s.mallory, follow},
		"his own key under somebody else's Like":                           {s.mallory, s.like(s.alice, "1")},
		"his own key under somebody else's Undo":                           {s.mallory, undo},
		"a key of his server that says it is somebody else's":              {as(s.evil.URL + "/keys/1"), follow},
		"an actor of his server that calls itself by somebody else's name": {as(s.evil.URL + "/users/alice#main-key"), follow},
	} {
		t.Run(name+" is refused, and nobody else is asked", func(t *testing.T) {
			s.unharmed(t, func() {
				if status, text := send(t, c.by.Request(t, s.board.URL+"/inbox", c.activity)); status != http.StatusUnauthorized {
					t.Errorf("the answer is %d: %s", status, text)
				}
				s.workedOut(t)
			})
			if asked := s.good.Fetched(); len(asked) > 0 {
				t.Errorf("the victim's server was asked for %v", asked)
			}
		})
	}
	t.Run("his own key behind somebody else's keyId is refused", func(t *testing.T) {
		if status, text := send(t, as(s.alice.Signer.KeyID).Request(t, s.board.URL+"/inbox", follow)); status != http.StatusUnauthorized {
			t.Errorf("the answer is %d: %s", status, text)
		}
	})
	t.Run("the victim himself is heard all the same", func(t *testing.T) {
		s.says(t, s.alice, s.like(s.alice, "mine"), http.StatusAccepted)
		if n := s.count(t, "SELECT likes FROM posts WHERE uri = ?", s.article); n != 1 {
			t.Errorf("%d likes", n)
		}
	})
}

func publicKeyOf(t *testing.T, a *activitypubtest.Actor) string {
	t.Helper()
	pem, err := activitypub.EncodePublicKey(a.Signer.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return pem
}

// note is a public Note of somebody in answer to the article, in its Create.
func (s *siege) note(by *activitypubtest.Actor, id string, change func(create, note map[string]any)) map[string]any {
	create := by.Reply(id, s.article, fmt.Sprintf("<p>Forged %s.</p>", id), s.topic)
	if change != nil {
		change(create, create["object"].(map[string]any))
	}
	return create
}
