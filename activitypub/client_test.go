package activitypub

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// newClient is a client that may go to loopback.
func newClient(t testing.TB, signer *Signer) *Client {
	t.Helper()
	c := NewClient(ClientConfig{UserAgent: "Corkboard/test", Origin: origin, AllowNetworks: loopback, AllowHTTP: true, Signer: signer})
	t.Cleanup(c.Close)
	return c
}

// far is a server whose documents a test writes. It counts requests.
type far struct {
	*httptest.Server
	mux      *http.ServeMux
	requests atomic.Int64
}

func newFar(t testing.TB) *far {
	t.Helper()
	f := &far{mux: http.NewServeMux()}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.requests.Add(1)
		f.mux.ServeHTTP(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

// serve answers with JSON; {} in it is the server's URL.
func (f *far) serve(path, contentType, body string) {
	f.mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		io.WriteString(w, strings.ReplaceAll(body, "{}", f.URL))
	})
}

func (f *far) redirect(path, to string) {
	f.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
}

func fetchError(t testing.TB, err error) *FetchError {
	t.Helper()
	failed := new(FetchError)
	if !errors.As(err, &failed) {
		t.Fatalf("got %v, want a *FetchError", err)
	}
	return failed
}

func TestRedirects(t *testing.T) {
	signer := testSigner(t)
	c := newClient(t, &signer)
	near, other := newFar(t), newFar(t)
	port, visits := canary(t)
	for i := range 5 {
		near.redirect(fmt.Sprintf("/%d", i+1), fmt.Sprintf("/%d", i))
	}
	near.mux.HandleFunc("/0", func(w http.ResponseWriter, r *http.Request) {
		p := SignaturePolicy{Origin: near.URL, AllowHTTP: true}
		s, err := p.Read(r, nil, time.Now())
		if err == nil {
			err = s.Verify(signer.Key.Public())
		}
		if err != nil {
			t.Errorf("a hop was not signed for itself: %v", err)
		}
		w.Header().Set("Content-Type", MediaType)
		fmt.Fprintf(w, `{"id":"%s/3","type":"Note"}`, near.URL)
	})
	near.redirect("/loop", "/loop")
	near.redirect("/away", other.URL+"/x")
	near.redirect("/file", "file:///etc/passwd")
	near.redirect("/private", "http://[::1]:"+port)
	near.redirect("/nowhere", "http://%zz/")
	other.mux.HandleFunc("/x", func(_ http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Signature") != "" {
			t.Error("F11: a signature was sent on to another host")
		}
	})
	t.Run("three on one host are followed, each signed", func(t *testing.T) {
		if o, err := c.Get(t.Context(), near.URL+"/3"); err != nil || o.Type != "Note" {
			t.Error(err)
		}
	})
	for path, want := range map[string]string{"/4": "more than 3", "/loop": "more than 3", "/file": "not one of the web", "/private": "not one of the public internet", "/nowhere": "no address"} {
		t.Run("F08: "+path, func(t *testing.T) {
			if _, err := c.Fetch(t.Context(), near.URL+path, "*/*"); !strings.Contains(fetchError(t, err).Reason, want) {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
	t.Run("S21: an object is not fetched from another host", func(t *testing.T) {
		if _, err := c.Get(t.Context(), near.URL+"/away"); !strings.Contains(fetchError(t, err).Reason, "to another host") {
			t.Error(err)
		}
	})
	t.Run("a page is", func(t *testing.T) {
		if page, err := c.Fetch(t.Context(), near.URL+"/away", "text/html"); err != nil || page.URL != other.URL+"/x" {
			t.Error(page, err)
		}
	})
	if n := visits.Load(); n != 0 {
		t.Errorf("%d connections were made to where nothing may go", n)
	}
}

func TestContentType(t *testing.T) {
	for contentType, want := range map[string]bool{
		"application/activity+json": true, "application/activity+json; charset=utf-8": true, "APPLICATION/Activity+JSON": true,
		`application/ld+json; profile="https://www.w3.org/ns/activitystreams"`:                true,
		`application/ld+json;profile="https://www.w3.org/ns/activitystreams x";charset=utf-8`: true,
		`application/ld+json`: false, `application/ld+json; profile="https://www.w3.org/ns/activity"`: false,
		"text/html": false, "text/plain": false, "application/json": false, "application/octet-stream": false, "": false, "image/png": false, ";": false,
	} {
		t.Run("O18: "+contentType, func(t *testing.T) {
			if got := isActivityPub(contentType); got != want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestGet(t *testing.T) {
	c, f := newClient(t, nil), newFar(t)
	f.serve("/same", MediaType, `{"id":"{}/same","type":"Note"}`)
	f.serve("/alias", MediaType, `{"id":"{}/same","type":"Note"}`)
	f.serve("/unsteady", MediaType, `{"id":"{}/alias","type":"Note"}`)
	f.serve("/elsewhere", MediaType, `{"id":"https://victim.test/1","type":"Note"}`)
	f.serve("/nameless", MediaType, `{"type":"Note"}`)
	f.serve("/upload", "text/html", `{"id":"{}/upload","type":"Person"}`)
	f.serve("/twice", MediaType, `{"id":"{}/twice","id":"https://victim.test/1"}`)
	f.mux.HandleFunc("/status/{n}", func(w http.ResponseWriter, r *http.Request) {
		var status int
		fmt.Sscan(r.PathValue("n"), &status)
		w.WriteHeader(status)
		io.WriteString(w, "a secret of the inner network")
	})
	for _, test := range []struct {
		path, want string // the id, or what is in the reason
		temporary  bool
	}{
		{path: "/same", want: f.URL + "/same"},
		{path: "/same#fragment", want: f.URL + "/same"},
		{path: "/alias", want: f.URL + "/same"},
		{path: "/unsteady", want: "and there"},
		{path: "/elsewhere", want: "calls itself"},
		{path: "/nameless", want: "calls itself"},
		{path: "/upload", want: "not ActivityPub"},
		{path: "/twice", want: "duplicate"},
		{path: "/status/404", want: "404 Not Found"},
		{path: "/status/410", want: "410 Gone"},
		{path: "/status/401", want: "401"},
		{path: "/status/500", want: "500", temporary: true},
		{path: "/status/503", want: "503", temporary: true},
		{path: "/status/429", want: "429", temporary: true},
		{path: "/status/304", want: "304"},
	} {
		t.Run("O19: "+test.path, func(t *testing.T) {
			o, err := c.Get(t.Context(), f.URL+test.path)
			if err == nil {
				if o.ID != test.want {
					t.Errorf("got %s", o.ID)
				}
				return
			}
			failed := fetchError(t, err)
			if !strings.Contains(failed.Reason, test.want) || failed.Temporary != test.temporary || failed.Gone() != (failed.Status == 404 || failed.Status == 410) {
				t.Errorf("got %+v", failed)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Error("F16: the answer shows in the error")
			}
		})
	}
}

func TestGetIsBounded(t *testing.T) {
	f := newFar(t)
	patient := newClient(t, nil)
	hasty := NewClient(ClientConfig{AllowNetworks: loopback, AllowHTTP: true, timeout: 100 * time.Millisecond})
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	z.Write(make([]byte, 8*MaxBody))
	z.Close()
	f.mux.HandleFunc("/bomb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", MediaType)
		w.Write(bomb.Bytes())
	})
	f.mux.HandleFunc("/headers", func(w http.ResponseWriter, _ *http.Request) {
		for i := range 200 {
			w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("x", 1000))
		}
	})
	f.mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", MediaType)
		for r.Context().Err() == nil {
			io.WriteString(w, " ")
			w.(http.Flusher).Flush()
			time.Sleep(20 * time.Millisecond)
		}
	})
	f.mux.HandleFunc("/silent", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	f.mux.HandleFunc("/broken", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	for _, test := range []struct {
		path string
		by   *Client
		want string
	}{
		{"/bomb", patient, "larger than"}, {"/headers", patient, "broke"}, {"/broken", patient, "broke"}, {"/slow", hasty, "in time"}, {"/silent", hasty, "in time"},
	} {
		t.Run("X02, X04: "+test.path, func(t *testing.T) {
			if _, err := test.by.Get(t.Context(), f.URL+test.path); !strings.Contains(fetchError(t, err).Reason, test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
	if page, err := patient.FetchStart(t.Context(), f.URL+"/bomb", "*/*", 1000); err != nil || len(page.Body) != 1000 {
		t.Errorf("of a page whose start is enough came %v, %v", page, err)
	}
	if page, err := patient.Fetch(t.Context(), f.URL+"/bomb", "*/*"); err == nil {
		t.Errorf("X02: a page of %d bytes was taken", len(page.Body))
	}
}

func TestGetIsPolite(t *testing.T) {
	c, f := newClient(t, nil), newFar(t)
	var now, most atomic.Int64
	release := make(chan struct{})
	f.mux.HandleFunc("/{n}", func(w http.ResponseWriter, r *http.Request) {
		most.Store(max(most.Load(), now.Add(1)))
		defer now.Add(-1)
		<-release
		w.Header().Set("Content-Type", MediaType)
		fmt.Fprintf(w, `{"id":"%s%s"}`, f.URL, r.URL.Path)
	})
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			if _, err := c.Get(t.Context(), fmt.Sprintf("%s/%d", f.URL, i/2)); err != nil {
				t.Error(err)
			}
		})
	}
	for f.requests.Load() < fetchesPerHost {
		time.Sleep(time.Millisecond)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := c.Get(gone, f.URL+"/0"); !errors.Is(err, context.Canceled) {
		t.Errorf("one who went away got %v", err)
	}
	close(release)
	group.Wait()
	if n := most.Load(); n > fetchesPerHost {
		t.Errorf("%d requests at once went to one host", n)
	}
	if n := f.requests.Load(); n != 10 {
		t.Errorf("ten objects took %d requests", n)
	}
	if len(c.gate.hosts) != 0 {
		t.Error("the gate keeps hosts that nobody asks")
	}
}

func TestGateIsBounded(t *testing.T) {
	g := &gate{most: 1, waiting: 1, hosts: map[string]*queue{}}
	leave, ok := g.enter(t.Context(), "far.test")
	if !ok {
		t.Fatal("the first did not get in")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	waiting := make(chan bool)
	go func() { _, ok := g.enter(ctx, "far.test"); waiting <- ok }()
	for g.users("far.test") < 2 {
		time.Sleep(time.Millisecond)
	}
	if _, ok := g.enter(t.Context(), "far.test"); ok {
		t.Error("a third got in")
	}
	if <-waiting {
		t.Error("the second got in though its time was over")
	}
	leave()
	if _, ok := g.enter(t.Context(), "far.test"); !ok {
		t.Error("nobody gets in any more")
	}
	c := newClient(t, nil)
	c.gate = &gate{hosts: map[string]*queue{}}
	if _, err := c.Fetch(t.Context(), "https://far.test/", "*/*"); !fetchError(t, err).Temporary {
		t.Errorf("with the gate shut: %v", err)
	}
}

func (g *gate) users(host string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if q := g.hosts[host]; q != nil {
		return q.users
	}
	return 0
}

func TestPost(t *testing.T) {
	c, f, signer := newClient(t, nil), newFar(t), testSigner(t)
	connections := map[string]bool{}
	f.mux.HandleFunc("/inbox", func(w http.ResponseWriter, r *http.Request) {
		connections[r.RemoteAddr] = true // one delivery after the other
		body, _ := io.ReadAll(r.Body)
		s, err := SignaturePolicy{Origin: f.URL, AllowHTTP: true}.Read(r, body, time.Now())
		if err == nil {
			err = s.Verify(signer.Key.Public())
		}
		if err != nil || r.Header.Get("Content-Type") != MediaType || r.Header.Get("User-Agent") != "Corkboard/test" {
			t.Errorf("got %v, %v", err, r.Header)
		}
		w.WriteHeader(http.StatusAccepted)
		io.WriteString(w, " thank\n\x00 you")
	})
	f.mux.HandleFunc("/busy", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, strings.Repeat("é", 100_000))
	})
	f.redirect("/moved", "/inbox")
	f.mux.HandleFunc("/broken", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	for range 5 {
		answer, err := c.Post(t.Context(), f.URL+"/inbox", payload, signer)
		if err != nil || answer != (Answer{Status: http.StatusAccepted, Body: "thank you"}) {
			t.Fatalf("got %+v, %v", answer, err)
		}
	}
	if n := len(connections); n > 1 {
		t.Errorf("five deliveries took %d connections", n)
	}
	t.Run("a busy inbox", func(t *testing.T) {
		answer, err := c.Post(t.Context(), f.URL+"/busy", payload, signer)
		if err != nil || answer.Status != 503 || answer.RetryAfter != 2*time.Minute || len([]rune(answer.Body)) != maxExcerpt {
			t.Errorf("got %d, %s, %d characters, %v", answer.Status, answer.RetryAfter, len([]rune(answer.Body)), err)
		}
	})
	t.Run("L03: a redirect is not followed", func(t *testing.T) {
		if answer, err := c.Post(t.Context(), f.URL+"/moved", payload, signer); err != nil || answer.Status != http.StatusFound {
			t.Errorf("got %+v, %v", answer, err)
		}
	})
	t.Run("L09: a broken connection can be tried again", func(t *testing.T) {
		if _, err := c.Post(t.Context(), f.URL+"/broken", payload, signer); !fetchError(t, err).Temporary {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a host that is not there", func(t *testing.T) {
		f.Close()
		if _, err := c.Post(t.Context(), f.URL+"/inbox", payload, signer); !fetchError(t, err).Temporary {
			t.Errorf("got %v", err)
		}
	})
}

func TestTLS(t *testing.T) {
	f := newFar(t)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/down" {
			http.Redirect(w, r, f.URL, http.StatusFound)
			return
		}
		w.Header().Set("Content-Type", MediaType)
		fmt.Fprintf(w, `{"id":"https://%s/"}`, r.Host)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of the certificate, which is what is tested
	server.StartTLS()
	defer server.Close()
	c := NewClient(ClientConfig{AllowNetworks: loopback})
	if _, err := c.Get(t.Context(), server.URL+"/"); !fetchError(t, err).Temporary {
		t.Errorf("a certificate that nobody signed gave %v", err)
	}
	c.transport.TLSClientConfig = c.transport.TLSClientConfig.Clone()
	c.transport.TLSClientConfig.RootCAs = server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	if _, err := c.Get(t.Context(), server.URL+"/"); err != nil {
		t.Error(err)
	}
	c.guard.allowHTTP = true
	if _, err := c.Fetch(t.Context(), server.URL+"/down", "*/*"); err == nil || !strings.Contains(err.Error(), "from https to http") {
		t.Errorf("F08: a redirect to plain http gave %v", err)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "soon": 0, "-1": 0, "0": shortestRetry, "3600": time.Hour, "1000000000000": longestRetry, "99999999999999999999": 0,
		"Tue, 24 Nov 2026 13:00:00 GMT": time.Hour, "Tue, 24 Nov 2020 13:00:00 GMT": shortestRetry, "Tue, 24 Nov 2099 13:00:00 GMT": longestRetry,
	} {
		t.Run("L05: "+text, func(t *testing.T) {
			if got := retryAfter(text, now); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

// BenchmarkPost is a delivery to loopback. What it takes beyond BenchmarkSign is the price of the road.
func BenchmarkPost(b *testing.B) {
	c, f, signer, body := newClient(b, nil), newFar(b), testSigner(b), bytes.Repeat([]byte("x"), 2048)
	f.mux.HandleFunc("/inbox", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusAccepted)
	})
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if answer, err := c.Post(b.Context(), f.URL+"/inbox", body, signer); err != nil || answer.Status != http.StatusAccepted {
				b.Error(answer, err)
			}
		}
	})
}
