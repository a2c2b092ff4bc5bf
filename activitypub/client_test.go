package activitypub

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
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

func TestGuard(t *testing.T) {
	strict := &guard{}
	for _, address := range []string{
		"127.0.0.1", "127.8.8.8", "[::1]", "0.0.0.0", "[::]", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1",
		"192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.51.100.1", "203.0.113.1",
		"[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2001::1]", "[fd00::1]",
		"[fe80::1%eth0]", "[2a00:1450::1%eth0]", "[ff02::1]", "[100::1]", "[3fff::1]", "[2001:db8::1]", "[5f00::1]",
	} {
		t.Run("F01-F04: "+address, func(t *testing.T) {
			if err := strict.control("tcp4", address+":443", nil); !errors.Is(err, errNotPublic) {
				t.Errorf("got %v", err)
			}
		})
	}
	for _, test := range []struct {
		name, network, address string
		guard                  guard
		ok                     bool
	}{
		{"a public address", "tcp4", "93.184.215.14:443", guard{}, true},
		{"a public IPv6 address", "tcp6", "[2a00:1450:4001::1]:443", guard{}, true},
		{"F09: ssh", "tcp4", "93.184.215.14:22", guard{}, false},
		{"F09: 8080", "tcp4", "93.184.215.14:8080", guard{}, false},
		{"port 80", "tcp4", "93.184.215.14:80", guard{}, false},
		{"port 80 where plain http is allowed", "tcp4", "93.184.215.14:80", guard{allowHTTP: true}, true},
		{"UDP", "udp4", "93.184.215.14:443", guard{}, false},
		{"any port of an allowed network", "tcp4", "127.0.0.1:1234", guard{allow: loopback}, true},
		{"an allowed network, written as IPv6", "tcp6", "[::ffff:127.0.0.1]:1234", guard{allow: loopback}, true},
		{"no port", "tcp4", "93.184.215.14", guard{}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := test.guard.control(test.network, test.address, syscall.RawConn(nil)); (err == nil) != test.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}

// canary listens on loopback and counts who comes.
func canary(t testing.TB) (port string, visits *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	visits = new(atomic.Int64)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			visits.Add(1)
			conn.Close()
		}
	}()
	t.Cleanup(func() { listener.Close() })
	_, port, _ = net.SplitHostPort(listener.Addr().String())
	return port, visits
}

// resolver answers every name with these addresses, each time with the next of them alone where turns is set.
func resolver(t testing.TB, turns bool, addresses ...string) *net.Resolver {
	t.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	go func() {
		query := make([]byte, 1500)
		for turn := 0; ; {
			n, from, err := socket.ReadFrom(query)
			if err != nil {
				return
			}
			var message dnsmessage.Message
			if message.Unpack(query[:n]) != nil || len(message.Questions) != 1 {
				continue
			}
			message.Header.Response, message.Additionals = true, nil
			question := message.Questions[0]
			for i, address := range addresses {
				if question.Type != dnsmessage.TypeA || turns && i != turn%len(addresses) {
					continue
				}
				message.Answers = append(message.Answers, dnsmessage.Resource{
					Header: dnsmessage.ResourceHeader{Name: question.Name, Class: dnsmessage.ClassINET}, Body: &dnsmessage.AResource{A: netip.MustParseAddr(address).As4()}})
			}
			if question.Type == dnsmessage.TypeA {
				turn++
			}
			if packed, err := message.Pack(); err == nil {
				socket.WriteTo(packed, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", socket.LocalAddr().String())
	}}
}

func TestNothingLeavesForPrivateAddresses(t *testing.T) {
	port, visits := canary(t)
	strict := NewClient(ClientConfig{Origin: origin, AllowHTTP: true})
	signer := testSigner(t)
	for _, address := range []string{
		"http://127.0.0.1:" + port, "http://localhost:" + port, "http://[::1]:" + port, "http://[::ffff:127.0.0.1]:" + port,
		"http://127.1:" + port, "http://0x7f000001:" + port, "http://2130706433:" + port, "http://0177.0.0.1:" + port, "http://0.0.0.0:" + port,
	} {
		t.Run("F01-F05: "+address, func(t *testing.T) {
			_, fetched := strict.Fetch(t.Context(), address, "*/*")
			_, posted := strict.Post(t.Context(), address, []byte("{}"), signer)
			if fetchError(t, fetched).Status != 0 || fetchError(t, posted).Status != 0 {
				t.Errorf("got %v and %v", fetched, posted)
			}
		})
	}
	for name, resolver := range map[string]*net.Resolver{
		"F06: a name that means another address the second time": resolver(t, true, "93.184.215.14", "127.0.0.1"),
		"F07: a name with a private address":                     resolver(t, false, "127.0.0.1", "127.0.0.2"),
	} {
		t.Run(name, func(t *testing.T) {
			c := NewClient(ClientConfig{AllowHTTP: true, resolver: resolver, timeout: 2 * time.Second})
			for range 2 {
				if _, err := c.Fetch(t.Context(), "http://name.test:"+port+"/", "*/*"); err == nil {
					t.Error("it was reached")
				}
			}
		})
	}
	t.Run("F15: a proxy in the environment", func(t *testing.T) {
		t.Setenv("HTTP_PROXY", "http://127.0.0.1:"+port)
		t.Setenv("HTTPS_PROXY", "http://127.0.0.1:"+port)
		c := NewClient(ClientConfig{AllowHTTP: true, resolver: resolver(t, false, "10.0.0.1")})
		if _, err := c.Fetch(t.Context(), "http://name.test/", "*/*"); !errors.Is(err, errNotPublic) {
			t.Errorf("got %v", err)
		}
	})
	if n := visits.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
}

func TestAddressesThatAreNotTried(t *testing.T) {
	strict := NewClient(ClientConfig{Origin: origin})
	for _, address := range []string{"http://far.test/", "ftp://far.test/", "file:///etc/passwd", "gopher://far.test/", "javascript:x", "", "/x", "//far.test/x",
		"https://user:pass@far.test/", "https://board.test/members/alice", "https://BOARD.test.:443/", "https:///x", "https://far.test/" + strings.Repeat("x", 3000),
		"https://a b/"} {
		t.Run(fmt.Sprintf("%.40q", address), func(t *testing.T) {
			_, err := strict.Get(t.Context(), address)
			if failed := fetchError(t, err); failed.Temporary || failed.Err != nil {
				t.Errorf("it was tried: %v", failed)
			}
		})
	}
	t.Run("F10: a label of 300 letters", func(t *testing.T) {
		if _, err := strict.Get(t.Context(), "https://"+strings.Repeat("x", 300)+".test/"); err == nil {
			t.Error("it was found")
		}
	})
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
	c := NewClient(ClientConfig{AllowNetworks: loopback, AllowHTTP: true, timeout: 300 * time.Millisecond})
	f.mux.HandleFunc("/bomb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", MediaType)
		z := gzip.NewWriter(w)
		defer z.Close()
		for range 64 {
			if _, err := z.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
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
	for path, want := range map[string]string{"/bomb": "larger than", "/headers": "broke", "/slow": "in time", "/silent": "in time", "/broken": "broke"} {
		t.Run("X02, X04: "+path, func(t *testing.T) {
			start := time.Now()
			if _, err := c.Get(t.Context(), f.URL+path); !strings.Contains(fetchError(t, err).Reason, want) {
				t.Errorf("got %v, want %q", err, want)
			}
			if took := time.Since(start); took > 3*time.Second {
				t.Errorf("it took %s", took)
			}
		})
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
	var connections atomic.Int64
	f.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	f.mux.HandleFunc("/inbox", func(w http.ResponseWriter, r *http.Request) {
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
	if n := connections.Load(); n > 1 {
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
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", MediaType)
		fmt.Fprintf(w, `{"id":"https://%s/"}`, r.Host)
	}))
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

func TestWebFinger(t *testing.T) {
	c, f, other := newClient(t, nil), newFar(t), newFar(t)
	host := strings.TrimPrefix(f.URL, "http://")
	f.mux.HandleFunc("/.well-known/webfinger", func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("resource") {
		case "acct:gina@" + host:
			fmt.Fprintf(w, `{"subject":"acct:gina@%s","links":[{"rel":"self","type":"text/html","href":"x"},{"rel":"self","type":"application/activity+json","href":"%s/gina"},
				{"rel":"http://ostatus.org/schema/1.0/subscribe","template":"%[2]s/follow?uri={uri}"}],"properties":{}}`, host, f.URL)
		case "acct:moved@" + host:
			http.Redirect(w, r, other.URL+"/wf", http.StatusFound)
		case "acct:twice@" + host:
			io.WriteString(w, `{"subject":"acct:a@b.test","subject":"acct:c@b.test"}`)
		default:
			http.NotFound(w, r)
		}
	})
	other.serve("/wf", "application/jrd+json", `{"subject":"acct:moved@other.test","links":[{"rel":"self","type":"application/activity+json","href":"{}/moved"}]}`)
	for _, handle := range []string{"gina@" + host, "@gina@" + host, "acct:gina@" + host} {
		j, err := c.WebFinger(t.Context(), handle)
		if err != nil || j.Self() != f.URL+"/gina" || j.Handle() != "gina@"+host || j.Template(RelSubscribe) != f.URL+"/follow?uri={uri}" {
			t.Errorf("%s: got %+v, %v", handle, j, err)
		}
	}
	if j, err := c.WebFinger(t.Context(), "moved@"+host); err != nil || j.Handle() != "moved@other.test" {
		t.Errorf("through a redirect: got %+v, %v", j, err)
	}
	if _, err := c.WebFinger(t.Context(), "twice@"+host); !strings.Contains(fetchError(t, err).Reason, "duplicate") {
		t.Errorf("got %v", err)
	}
	if _, err := c.WebFinger(t.Context(), "nobody@"+host); fetchError(t, err).Status != http.StatusNotFound {
		t.Errorf("got %v", err)
	}
	t.Run("by host-meta", func(t *testing.T) {
		f.mux.HandleFunc("/.well-known/host-meta", func(w http.ResponseWriter, _ *http.Request) {
			w.Write(HostMeta(other.URL))
		})
		other.serve("/.well-known/webfinger", "application/jrd+json", `{"subject":"acct:nobody@x.test","links":[]}`)
		if j, err := c.WebFinger(t.Context(), "nobody@"+host); err != nil || j.Handle() != "nobody@x.test" {
			t.Errorf("got %+v, %v", j, err)
		}
	})
	for _, handle := range []string{"", "gina", "@", "@@", "gina@", "@" + host, "gina@a/b", "gina@a b", "gina@u@h", "a/b@far.test", "a?b@far.test", "gina@board.test"} {
		t.Run(fmt.Sprintf("%q is not asked", handle), func(t *testing.T) {
			if _, err := c.WebFinger(t.Context(), handle); fetchError(t, err).Err != nil {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestNodeInfo(t *testing.T) {
	c := newClient(t, nil)
	port, visits := canary(t)
	for _, test := range []struct{ name, index, document, want string }{
		{"newest", `{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.1","href":"{}/ni"},{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.0","href":"{}/old"}]}`,
			`{"software":{"name":"Lemmy","version":"1.0"},"usage":7}`, "lemmy 1.0"},
		{"F12: on another host", `{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.0","href":"http://127.0.0.1:` + port + `/ni"}]}`, `{}`, "its own host"},
		{"F12: as data", `{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.0","href":"data:application/json,{}"}]}`, `{}`, "its own host"},
		{"of version 1", `{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/1.0","href":"{}/ni"}]}`, `{}`, "its own host"},
		{"that is none", `[]`, `{}`, "cannot be read"},
		{"with a document that is none", `{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.0","href":"{}/ni"}]}`, `{"software":`, "cannot be read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFar(t)
			f.serve("/.well-known/nodeinfo", "application/json", test.index)
			f.serve("/ni", "application/json", test.document)
			software, err := c.NodeInfo(t.Context(), strings.TrimPrefix(f.URL, "http://"))
			if got := software.Name + " " + software.Version; err == nil && got != test.want {
				t.Errorf("got %s", got)
			}
			if err != nil && !strings.Contains(fetchError(t, err).Reason, test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
	if visits.Load() != 0 {
		t.Error("another host was asked")
	}
	t.Run("ours can be read", func(t *testing.T) {
		f := newFar(t)
		for path, document := range map[string]any{"/.well-known/nodeinfo": NodeInfoIndex(f.URL), "/nodeinfo/2.0": NodeInfo{Version: "2.0"},
			"/nodeinfo/2.1": NodeInfo{Version: "2.1", Software: NodeInfoSoftware{Name: "corkboard", Version: "1"}}} {
			body, err := json.Marshal(document)
			if err != nil {
				t.Fatal(err)
			}
			f.serve(path, "application/json", string(body))
		}
		if got, err := c.NodeInfo(t.Context(), strings.TrimPrefix(f.URL, "http://")); err != nil || got != (Software{"corkboard", "1"}) {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}

func FuzzParseJRD(f *testing.F) {
	f.Add([]byte(`{"subject":"acct:gina@far.test","links":[{"rel":"self","type":"application/activity+json","href":"https://far.test/gina"}]}`))
	f.Add([]byte(`{"subject":"gina","links":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		j, err := ParseJRD(body)
		if err != nil {
			return
		}
		if handle := j.Handle(); handle != "" && strings.Count(handle, "@") != 1 {
			t.Errorf("got the handle %q", handle)
		}
		j.Self()
		j.Template(RelSubscribe)
	})
}
