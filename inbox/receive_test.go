package inbox_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/activitypub"
	"corkboard/board"
	"corkboard/inbox"
)

func TestDoor(t *testing.T) {
	h, s := newHere(t, inbox.Config{Blocked: func(host string) bool { return host == "bad.example" }}), newRemote(t)
	carol, mallory := s.person("carol"), newRemote(t).person("mallory")
	good := carol.act("Follow", h.Topic.URI)
	as := func(p *person) func(r *http.Request, body []byte) {
		return func(r *http.Request, body []byte) { p.sign(t, r, body) }
	}
	header := func(name, value string) func(r *http.Request, body []byte) {
		return func(r *http.Request, body []byte) {
			r.Header.Set(name, value)
			carol.sign(t, r, body)
		}
	}
	for _, test := range []struct {
		name    string
		path    string
		body    []byte
		prepare func(r *http.Request, body []byte)
		status  int
		text    string // is in the answer
	}{
		{"an unsigned request is refused", "", nil, func(*http.Request, []byte) {}, 401, "Signature"},
		{"a type that is not JSON is refused", "", nil, header("Content-Type", "text/html"), 415, "text/html"},
		{"plain JSON is taken", "", nil, header("Content-Type", "application/json"), 202, ""},
		{"ld+json is taken without a profile", "", nil, header("Content-Type", "application/ld+json"), 202, ""},
		{"a compressed body is refused", "", nil, header("Content-Encoding", "gzip"), 415, "gzip"},
		{"an empty body is refused", "", []byte{}, as(carol), 400, "empty"},
		{"a body that is too large is refused", "", bytes.Repeat([]byte(" "), activitypub.MaxBody+1), func(*http.Request, []byte) {}, 413, "larger"},
		{"what is no JSON is refused", "", []byte(`{"type":`), as(carol), 400, "ends"},
		{"a duplicate actor is refused", "", []byte(`{"type":"Like","actor":"` + carol.id + `","actor":"x"}`), as(carol), 400, "actor"},
		{"ACTOR beside actor is refused", "", []byte(`{"type":"Like","actor":"` + carol.id + `","ACTOR":"x"}`), as(carol), 400, "ACTOR"},
		{"two actors are refused", "", encode(t, good.with(object{"actor": []string{carol.id, mallory.id}})), as(carol), 400, "actor"},
		{"no actor is refused", "", encode(t, good.with(object{"actor": nil})), as(carol), 400, "actor"},
		{"no type is refused", "", encode(t, good.with(object{"type": nil})), as(carol), 400, "type"},
		{"an id on another host is refused", "", encode(t, good.with(object{"id": mallory.id + "/1"})), as(carol), 400, "id"},
		{"an id without end is refused", "", encode(t, good.with(object{"id": carol.id + strings.Repeat("/x", 2000)})), as(carol), 400, "longer"},
		{"a request for another path is refused", "/actor/inbox", nil, func(r *http.Request, body []byte) {
			r.URL.Path = "/inbox"
			carol.sign(t, r, body)
			r.URL.Path = "/actor/inbox"
		}, 401, "does not fit"},
		{"an id of ours is refused", "", encode(t, good.with(object{"id": string(h.Address) + "/t/1/0"})), as(carol), 403, "this board"},
		{"an actor of ours is refused", "", encode(t, good.with(object{"actor": h.Member.URI})), as(carol), 403, "this board"},
		{"somebody else's key is refused", "", encode(t, good), as(mallory), 401, "belongs to"},
		{"a blocked actor is refused", "", encode(t, good.with(object{"actor": "https://bad.example/u", "id": "https://bad.example/1"})), as(carol), 403, "bad.example"},
		{"an unknown topic has no inbox", "/topics/nothing/inbox", nil, as(carol), 404, "nothing"},
		{"an unknown member has no inbox", "/members/nobody/inbox", nil, as(carol), 404, "nobody"},
		{"a topic's inbox takes", "/topics/foreign_affairs/inbox", encode(t, carol.act("Follow", h.Topic.URI)), as(carol), 202, ""},
		{"a member's inbox takes", "/members/gaijin/inbox", encode(t, carol.act("Follow", h.Member.URI)), as(carol), 202, ""},
		{"the site's inbox takes", "/actor/inbox", encode(t, carol.act("Follow", h.Site.URI)), as(carol), 202, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.path == "" {
				test.path = "/inbox"
			}
			if test.body == nil {
				test.body = encode(t, good)
			}
			status, text, got := h.post(test.path, test.body, func(r *http.Request) { test.prepare(r, test.body) })
			if status != test.status || !strings.Contains(text, test.text) {
				t.Errorf("status %d, %q; want %d, …%s…", status, text, test.status, test.text)
			}
			if status != 202 && got.Get("Content-Type") != "application/json" {
				t.Errorf("a refusal is %q, not JSON", got.Get("Content-Type"))
			}
		})
	}
}

func TestDoorIsForPosting(t *testing.T) {
	h := newHere(t, inbox.Config{})
	for _, path := range []string{"/inbox", "/topics/foreign_affairs/inbox", "/members/gaijin/inbox"} {
		response, err := http.Get(string(h.Address) + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusMethodNotAllowed || response.Header.Get("Allow") != "POST" {
			t.Errorf("GET %s: %d, Allow %q", path, response.StatusCode, response.Header.Get("Allow"))
		}
	}
}

// GoToSocial's second tries declare the length of the first and send nothing.
func TestShortBody(t *testing.T) {
	h := newHere(t, inbox.Config{})
	conn, err := net.Dial("tcp", h.Address.Host())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /inbox HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: 500\r\n\r\n{}", h.Address.Host(), activitypub.MediaType)
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 100)
	n, _ := conn.Read(answer)
	if got := string(answer[:n]); !strings.HasPrefix(got, "HTTP/1.1 400") {
		t.Errorf("answer: %q", got)
	}
	if left, err := h.db.WaitingReceipts(t.Context(), 0, 10); err != nil || len(left) > 0 {
		t.Errorf("%d receipts were kept, %v", len(left), err)
	}
}

func TestKeyThatCannotBeHad(t *testing.T) {
	h, s := newHere(t, inbox.Config{}), newRemote(t)
	for _, test := range []struct {
		name   string
		page   page
		status int
	}{
		{"a server in trouble is asked to come back", page{status: 503}, 503},
		{"a key that is kept from us is asked for again", page{status: 403}, 503},
		{"a missing key is refused", page{status: 404}, 401},
		{"a deleted key is refused", page{status: 410}, 401},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := s.person(fmt.Sprint("p", test.page.status))
			s.serveAs(object{"id": p.id}, test.page)
			body := encode(t, p.act("Follow", h.Topic.URI))
			status, text, header := h.post("/inbox", body, func(r *http.Request) { p.sign(t, r, body) })
			if status != test.status || text == "" {
				t.Errorf("status %d %q, want %d", status, text, test.status)
			}
			if (header.Get("Retry-After") != "") != (test.status == 503) {
				t.Errorf("Retry-After is %q", header.Get("Retry-After"))
			}
		})
	}
}

// Mastodon tells every server that it ever met of each account that is deleted.
func TestDeletedStranger(t *testing.T) {
	h, s := newHere(t, inbox.Config{}), newRemote(t)
	ghost := s.person("ghost")
	s.gone(ghost.id)
	for _, kind := range []string{"Delete", "Update"} {
		if status := ghost.send(h, ghost.act(kind, ghost.id)); status != http.StatusAccepted {
			t.Errorf("%s: status %d", kind, status)
		}
	}
	if n := s.asked.Load(); n != 0 {
		t.Errorf("%d requests were made for a stranger who is gone", n)
	}
}

func TestDeletedActor(t *testing.T) {
	for _, test := range []struct {
		name       string
		afterwards bool // the key is gone from the caches and from the server
	}{
		{"is forgotten on his own word", false},
		{"is forgotten when his server says that he is gone", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			h, s := newHere(t, inbox.Config{}), newRemote(t)
			carol, article := s.person("carol"), h.article()
			if reason := carol.says(h, carol.act("Create", carol.note("Here I am.", article.URI))); reason != "" {
				t.Fatal(reason)
			}
			if reason := carol.says(h, carol.act("Follow", h.Topic.URI)); reason != "" {
				t.Fatal(reason)
			}
			s.gone(carol.id)
			if test.afterwards {
				if err := h.db.Update(t.Context(), func(tx board.Tx) error {
					a, err := tx.ActorByURI(carol.id)
					a.KeyID, a.PublicKey = "", ""
					if err != nil {
						return err
					}
					return tx.SetActor(a)
				}); err != nil {
					t.Fatal(err)
				}
				h.stop()
				h.start()
			}
			if reason := carol.says(h, carol.act("Delete", carol.id)); reason != "" {
				t.Fatal(reason)
			}
			if diff := cmp.Diff([]string{"1 carol to 0: (deleted)"}, h.column(article.Thread)); diff != "" {
				t.Error(diff)
			}
			if n, _ := h.board.FollowerCount(t.Context(), h.Topic.ID); n != 0 {
				t.Errorf("%d followers are left", n)
			}
		})
	}
}

// A key id below an actor of another's server must not pass for his being gone.
func TestDeleteByMissingKey(t *testing.T) {
	h, s := newHere(t, inbox.Config{}), newRemote(t)
	carol, article := s.person("carol"), h.article()
	carol.says(h, carol.act("Create", carol.note("Here I am.", article.URI)))
	forged := &person{server: s, id: carol.id + "/nothing"}
	if status, _ := forged.try(h, carol.act("Delete", carol.id)); status != http.StatusUnauthorized {
		t.Errorf("status %d", status)
	}
	h.settle()
	if diff := cmp.Diff([]string{"1 carol to 0: Here I am."}, h.column(article.Thread)); diff != "" {
		t.Error(diff)
	}
}

func TestRepeats(t *testing.T) {
	h, s := newHere(t, inbox.Config{}), newRemote(t)
	carol, article := s.person("carol"), h.article()
	create := carol.act("Create", carol.note("Once.", article.URI))
	follow := carol.act("Follow", h.Topic.URI)
	var posting sync.WaitGroup
	for range 20 {
		posting.Go(func() {
			if status := carol.send(h, create); status != http.StatusAccepted {
				t.Errorf("status %d", status)
			}
		})
	}
	posting.Wait()
	h.settle()
	if diff := cmp.Diff([]string{"1 carol to 0: Once."}, h.column(article.Thread)); diff != "" {
		t.Error(diff)
	}
	for range 3 {
		carol.says(h, follow)
	}
	if got := h.count(board.Followed); got != 3 {
		t.Errorf("a Follow that came three times was accepted %d times", got)
	}
	if n, _ := h.board.FollowerCount(t.Context(), h.Topic.ID); n != 1 {
		t.Errorf("%d followers", n)
	}
}

// WriteFreely gives the Create the id of its Note, and each Update too.
func TestOneIDForAll(t *testing.T) {
	h, s := newHere(t, inbox.Config{}), newRemote(t)
	carol, article := s.person("carol"), h.article()
	note := carol.note("One.", article.URI)
	send := func(kind string, note object) {
		t.Helper()
		if reason := carol.says(h, carol.act(kind, note).with(object{"id": note["id"]})); reason != "" {
			t.Error(reason)
		}
	}
	send("Create", note)
	send("Update", note.with(object{"content": "Two.", "updated": "2026-01-02T04:00:00Z"}))
	send("Update", note.with(object{"content": "Three.", "updated": "2026-01-02T05:00:00Z"}))
	if diff := cmp.Diff([]string{"1 carol to 0: Three."}, h.column(article.Thread)); diff != "" {
		t.Error(diff)
	}
}

func TestFullBacklog(t *testing.T) {
	h, s := newHere(t, inbox.Config{MaxBacklog: 3, FirstRetry: time.Hour}), newRemote(t)
	carol := s.person("carol")
	s.serveAs(object{"id": s.URL + "/down"}, page{status: 503})
	article := h.article()
	statuses := map[int]int{}
	for range 6 {
		body := encode(t, carol.act("Create", carol.note("Who hears me?", s.URL+"/down").with(object{"context": h.Address.Context(article.Thread)})))
		status, _, header := h.post("/inbox", body, func(r *http.Request) { carol.sign(t, r, body) })
		statuses[status]++
		if status == 503 && header.Get("Retry-After") == "" {
			t.Error("503 without Retry-After")
		}
		time.Sleep(20 * time.Millisecond)
	}
	if statuses[503] == 0 || statuses[202] == 0 || len(statuses) != 2 {
		t.Errorf("statuses %v", statuses)
	}
}

func TestWakesTheSender(t *testing.T) {
	woke := make(chan string, 10)
	h, s := newHere(t, inbox.Config{Woke: func(host string) { woke <- host }}), newRemote(t)
	carol := s.person("carol")
	carol.says(h, carol.act("Follow", h.Topic.URI))
	if got, want := <-woke, strings.TrimPrefix(s.URL, "http://"); got != want {
		t.Errorf("woke %q, want %q", got, want)
	}
}
