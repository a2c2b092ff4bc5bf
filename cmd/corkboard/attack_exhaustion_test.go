package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"corkboard/activitypub"
	"corkboard/activitypub/activitypubtest"
)

// resident is how much memory the board's process has, in bytes.
func (i *instance) resident(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", i.cmd.Process.Pid))
	if err != nil {
		t.Skipf("there is no /proc here: %v", err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kb << 10
}

// grows runs an attack and proves that the board's memory stays bounded.
func (s *siege) grows(t *testing.T, atMost int64, attack func()) {
	t.Helper()
	before := s.board.resident(t)
	attack()
	grown := s.board.resident(t) - before
	t.Logf("%d MiB more", grown>>20)
	if grown > atMost {
		t.Errorf("the board has grown by %d MiB", grown>>20)
	}
}

// unhindered proves that others are served while an attack goes on.
func (s *siege) unhindered(t *testing.T, what string) {
	t.Helper()
	for i := range 3 {
		began := time.Now()
		if status, text := send(t, s.alice.Request(t, s.board.URL+"/inbox", s.like(s.alice, fmt.Sprint(what, i)))); status != http.StatusAccepted {
			t.Errorf("a good server is answered %d: %s", status, text)
		}
		if answer, err := patient.Get(s.board.URL + "/"); err != nil || answer.StatusCode != http.StatusOK {
			t.Errorf("a reader is answered %v %v", answer, err)
		} else {
			answer.Body.Close()
		}
		if took := time.Since(began); took > 9*time.Second {
			t.Errorf("they waited %v", took)
		}
	}
}

// swarm does something many times at once, with connections of its own, until
// it is sent away; what comes of each is nobody's business.
func swarm(t *testing.T, n int, do func(ctx context.Context, client *http.Client, i int)) (disperse func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	transport := &http.Transport{DisableKeepAlives: true}
	client := &http.Client{Transport: transport}
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(ctx, client, i) })
	}
	return func() { cancel(); all.Wait(); transport.CloseIdleConnections() }
}

// trickle is a body that begins and never ends.
type trickle struct {
	ctx   context.Context
	begun bool
}

func (b *trickle) Read(p []byte) (int, error) {
	if !b.begun {
		b.begun = true
		return copy(p, "{"), nil
	}
	<-b.ctx.Done()
	return 0, b.ctx.Err()
}

// TestLargeBodies sends too much of everything: each is answered in words.
func TestLargeBodies(t *testing.T) {
	s := newSiege(t)
	raw := func(body string) func() *http.Request {
		return func() *http.Request {
			r, err := http.NewRequest(http.MethodPost, s.board.URL+"/inbox", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", activitypub.MediaType)
			return r
		}
	}
	tooLarge := strings.Repeat(" ", activitypub.MaxBody+1)
	recipients := `"` + strings.Repeat(`http:a","`, 100_000) + `b"`
	cases := map[string]struct {
		request func() *http.Request
		status  int
	}{
		"a body of a byte too many is too large": {raw(tooLarge), http.StatusRequestEntityTooLarge},
		"a body of no said length is too large": {func() *http.Request {
			r := raw("")()
			r.Body, r.ContentLength = io.NopCloser(struct{ io.Reader }{strings.NewReader(tooLarge)}), -1
			return r
		}, http.StatusRequestEntityTooLarge},
		"a packed body is not unpacked": {func() *http.Request {
			r := raw("{}")()
			r.Header.Set("Content-Encoding", "gzip")
			return r
		}, http.StatusUnsupportedMediaType},
		"a body that is a page is not read": {func() *http.Request {
			r := raw("{}")()
			r.Header.Set("Content-Type", "text/html")
			return r
		}, http.StatusUnsupportedMediaType},
		"arrays in arrays are refused":                      {raw(`{"a":` + strings.Repeat("[", 100_000)), http.StatusBadRequest},
		"objects in objects are refused":                    {raw(strings.Repeat(`{"object":`, 50_000)), http.StatusBadRequest},
		"a number that is none":                             {raw(`{"id":1e999999`), http.StatusBadRequest},
		"text that is not UTF-8":                            {raw("{\"type\":\"\xff\xfe\"}"), http.StatusBadRequest},
		"a hundred thousand recipients without a signature": {raw(`{"type":"Like","actor":"` + s.alice.URI + `","to":[` + recipients + `]}`), http.StatusUnauthorized},
		"nothing at all":                                    {raw(""), http.StatusBadRequest},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			answer, err := patient.Do(c.request())
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			text, _ := io.ReadAll(answer.Body)
			if answer.StatusCode != c.status || !strings.Contains(string(text), `"error":"`) || answer.Header.Get("Content-Type") != "application/json" {
				t.Errorf("the answer is %d: %s", answer.StatusCode, text)
			}
		})
	}
	t.Run("a hundred thousand recipients are cut, and none of them is asked", func(t *testing.T) {
		to := make([]string, 50_000)
		for i := range to {
			to[i] = fmt.Sprint("http://x/", i)
		}
		to = append([]string{activitypub.Public}, to...)
		s.says(t, s.mallory, s.note(s.mallory, "many", func(c, n map[string]any) { n["to"], c["cc"], n["cc"] = to, nil, nil }), http.StatusAccepted)
		if n := s.count(t, "SELECT count(*) FROM posts WHERE uri LIKE '%/many'"); n != 1 {
			t.Errorf("it is there %d times", n)
		}
	})
}

// TestEndlessFetching leads the board from one document to the next.
func TestEndlessFetching(t *testing.T) {
	s := newSiege(t)
	at := func(id string) string { return s.mallory.URI + "/statuses/" + id }
	put := func(id, parent string) {
		note := s.note(s.mallory, id, func(_, n map[string]any) { n["inReplyTo"] = parent })["object"]
		s.evil.Put("/users/mallory/statuses/"+id, note)
	}
	for i := range 1000 {
		put(fmt.Sprint("chain", i), at(fmt.Sprint("chain", i+1)))
	}
	put("cycle1", at("cycle2"))
	put("cycle2", at("cycle1"))
	put("self", at("self"))
	endless := s.mallory.URI + "/endless"
	s.evil.Put("/users/mallory/endless", map[string]any{"id": endless, "type": "OrderedCollection", "first": endless, "next": endless, "totalItems": 1_000_000_000})
	for name, parent := range map[string]string{
		"a chain of a thousand posts":        at("chain0"),
		"a post that answers its own answer": at("cycle1"),
		"a post that answers itself":         at("self"),
		"a collection without an end":        endless,
	} {
		t.Run(name+" ends, and is refused", func(t *testing.T) {
			asked := len(s.evil.Fetched())
			reply := s.note(s.mallory, "to-"+parent[strings.LastIndex(parent, "/")+1:], func(_, n map[string]any) {
				n["inReplyTo"], n["replies"] = parent, map[string]any{"id": endless, "type": "Collection", "first": endless}
			})
			s.unharmed(t, func() { s.says(t, s.mallory, reply, http.StatusAccepted) })
			if s.reason(t, reply["id"]) == "" {
				t.Error("it was refused without a reason")
			}
			if n := len(s.evil.Fetched()) - asked; n > 30 {
				t.Errorf("%d documents were fetched", n)
			}
		})
	}
	t.Run("a thousand accounts that delete themselves cost no fetch", func(t *testing.T) {
		asked := len(s.evil.Fetched())
		s.unharmed(t, func() {
			for i := range 1000 {
				by := *s.mallory
				by.URI = fmt.Sprint(s.evil.URL, "/users/gone", i)
				by.Signer.KeyID = by.URI + "#main-key"
				status, text := send(t, by.Request(t, s.board.URL+"/inbox", map[string]any{
					"id": by.URI + "#delete", "type": "Delete", "actor": by.URI, "to": []string{activitypub.Public}, "object": by.URI}))
				if status != http.StatusAccepted {
					t.Fatalf("the answer is %d: %s", status, text)
				}
			}
		})
		if n := len(s.evil.Fetched()) - asked; n > 0 {
			t.Errorf("%d documents were fetched", n)
		}
	})
}

// TestSlowStrangers keeps the board waiting: nobody else waits with it.
func TestSlowStrangers(t *testing.T) {
	s := newSiege(t)
	s.says(t, s.alice, s.like(s.alice, "known"), http.StatusAccepted)
	s.says(t, s.mallory, s.like(s.mallory, "known"), http.StatusAccepted)
	dead := make(chan struct{})
	hanging := make([]*activitypubtest.Server, 20)
	for i := range hanging {
		hanging[i] = activitypubtest.NewServer(t, "mastodon")
		hanging[i].BeforeGet(func(r *http.Request) {
			select {
			case <-dead:
			case <-r.Context().Done():
			}
		})
	}
	defer close(dead)
	signedAt := func(i int, keyID string) *http.Request {
		by := *s.mallory
		by.URI, _, _ = strings.Cut(keyID, "#")
		by.Signer.KeyID = keyID
		return by.Request(t, s.board.URL+"/inbox", s.like(&by, fmt.Sprint(i)))
	}
	attack := func(name string, n int, request func(i int) *http.Request) {
		t.Run("others are served while "+name, func(t *testing.T) {
			requests := make([]*http.Request, n)
			for i := range requests {
				requests[i] = request(i)
			}
			disperse := swarm(t, n, func(ctx context.Context, client *http.Client, i int) {
				if r := requests[i].WithContext(ctx); i < n {
					if answer, err := client.Do(r); err == nil {
						answer.Body.Close()
					}
				}
			})
			defer disperse()
			time.Sleep(time.Second) // until most of them hang
			s.unhindered(t, name)
		})
	}
	attack("one key of a silent server is wanted by a thousand", 1000, func(i int) *http.Request {
		return signedAt(i, hanging[len(hanging)-1].URL+"/users/one#main-key")
	})
	attack("a thousand keys of silent servers are wanted", 1000, func(i int) *http.Request {
		return signedAt(i, fmt.Sprintf("%s/users/u%d#main-key", hanging[i%(len(hanging)-1)].URL, i))
	})
	t.Run("others are served while a thousand bodies do not end", func(t *testing.T) {
		disperse := swarm(t, 1000, func(ctx context.Context, client *http.Client, i int) {
			r, _ := http.NewRequestWithContext(ctx, http.MethodPost, s.board.URL+"/inbox", &trickle{ctx: ctx})
			r.ContentLength = activitypub.MaxBody
			r.Header.Set("Content-Type", activitypub.MediaType)
			if answer, err := client.Do(r); err == nil {
				answer.Body.Close()
			}
		})
		defer disperse()
		s.grows(t, 96<<20, func() {
			time.Sleep(time.Second)
			s.unhindered(t, "bodies")
		})
	})
	t.Run("others are served while a hundred answers lead to a silent server", func(t *testing.T) {
		for i := range 100 {
			reply := s.note(s.mallory, fmt.Sprint("slow", i), func(_, n map[string]any) { n["inReplyTo"] = fmt.Sprintf("%s/notes/%d", hanging[i%10].URL, i) })
			if status, text := send(t, s.mallory.Request(t, s.board.URL+"/inbox", reply)); status != http.StatusAccepted {
				t.Fatalf("the answer is %d: %s", status, text)
			}
		}
		send(t, s.alice.Request(t, s.board.URL+"/inbox", s.note(s.alice, "between", nil)))
		s.eventually(t, "between the slow ones", func() []string {
			if s.count(t, "SELECT count(*) FROM posts WHERE uri LIKE '%/between'") == 0 {
				return []string{"between"}
			}
			return nil
		})
	})
}

// TestHoarding sends what the board might remember for too long.
func TestHoarding(t *testing.T) {
	s := newSiege(t)
	t.Run("accounts of a megabyte each are not kept in memory", func(t *testing.T) {
		s.grows(t, 128<<20, func() {
			for i := range 300 {
				by := *s.mallory
				by.URI = fmt.Sprint(s.evil.URL, "/users/fat", i)
				by.Signer.KeyID = by.URI + "#main-key"
				s.evil.Put(fmt.Sprint("/users/fat", i), map[string]any{"id": by.URI, "type": "Person", "inbox": by.URI + "/inbox", "summary": strings.Repeat("fat ", 240_000),
					"publicKey": map[string]string{"id": by.Signer.KeyID, "owner": by.URI, "publicKeyPem": publicKeyOf(t, s.mallory)}})
				like := s.like(&by, "fat")
				like["object"] = s.board.URL + "/t/99/9" // nothing, so that he is never needed
				send(t, by.Request(t, s.board.URL+"/inbox", like))
			}
			s.workedOut(t)
		})
	})
	t.Run("names of a megabyte that want to log in are not kept in memory", func(t *testing.T) {
		s.grows(t, 128<<20, func() {
			for i := range 300 {
				answer, err := patient.Post(s.board.URL+"/login", "application/x-www-form-urlencoded",
					strings.NewReader("password=x&name="+fmt.Sprint(i)+strings.Repeat("n", 1_000_000)))
				if err != nil {
					t.Fatal(err)
				}
				answer.Body.Close()
			}
		})
	})
}
