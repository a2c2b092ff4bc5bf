package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"corkboard/board"
	"corkboard/storage"
)

// pageServer serves a board's pages on loopback, and a file beside them.
type pageServer struct {
	*server
	url    string
	static string // path of the file in the file system
	client *http.Client
}

const staticPath = "/static-file"

func newPageServer(t testing.TB, folder string) *pageServer {
	t.Helper()
	p := &pageServer{server: newGoalServer(t, folder), static: filepath.Join(t.TempDir(), "page.html")}
	p.url = listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == staticPath {
			http.ServeFile(w, r, p.static)
			return
		}
		p.handler.ServeHTTP(w, r) // which fresh replaces between requests
	}))
	p.client = oneConnection(t)
	return p
}

// listen serves on loopback with the program's own HTTP server.
func listen(t testing.TB, handler http.Handler) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveOn(t, handler, listener)
}

func serveOn(t testing.TB, handler http.Handler, listeners ...net.Listener) string {
	t.Helper()
	s := newHTTPServer(handler, discard)
	for _, l := range listeners {
		go s.Serve(l) // until Close
	}
	t.Cleanup(func() { s.Close() })
	return "http://" + listeners[0].Addr().String()
}

// oneConnection is a client that asks one thing after the other.
func oneConnection(t testing.TB) *http.Client {
	transport := &http.Transport{MaxConnsPerHost: 1, DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 30 * time.Second}
}

// fresh empties the cache of pages.
func (p *pageServer) fresh(t testing.TB) {
	t.Helper()
	p.client.CloseIdleConnections() // nothing is in flight
	old := p.server.client
	if err := p.connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	old.Close()
}

// get asks the board for a page, and returns its size and how long it took.
func (p *pageServer) get(t testing.TB, path string) (body []byte, took time.Duration) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, p.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = goalHost
	started := time.Now()
	answer, err := p.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err = io.ReadAll(answer.Body)
	took = time.Since(started)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v\n%.300s", path, answer.Status, err, body)
	}
	return body, took
}

// p50 asks for one page after the other, and returns the middle time in
// microseconds. paths say what is asked for.
func (p *pageServer) p50(b *bench, d time.Duration, path func(n int) string) float64 {
	b.Helper()
	return percentile(p.times(b, d, path), 50)
}

func (p *pageServer) times(b *bench, d time.Duration, path func(n int) string) []time.Duration {
	b.Helper()
	p.get(b, staticPath) // opens the connection
	var times []time.Duration
	for started := time.Now(); len(times) == 0 || time.Since(started) < d; {
		_, took := p.get(b, path(len(times)))
		times = append(times, took)
	}
	return times
}

// percentile is in microseconds.
func percentile(times []time.Duration, percent int) float64 {
	slices.Sort(times)
	at := min(len(times)*percent/100, len(times)-1)
	return float64(times[at].Nanoseconds()) / 1000
}

// save keeps a page as a static file.
func (p *pageServer) save(b *bench, path string) {
	b.Helper()
	b.must(os.WriteFile(p.static, []byte("x"), 0o600))
	body, _ := p.get(b, path)
	b.must(os.WriteFile(p.static, body, 0o600))
	b.note("page of %d bytes", len(body))
}

func always(path string) func(int) string { return func(int) string { return path } }

// shuffled are the first pages of the threads after one, up to another; none
// comes again before all were asked for.
func shuffled(after, to int) func(int) string {
	order := rand.Perm(to - after)
	return func(n int) string { return fmt.Sprintf("/t/%d", after+order[n%len(order)]+1) }
}

func measureCachedPage(b *bench) float64 {
	p := newPageServer(b, copied(b, b.filled(b.small, 0)))
	p.save(b, "/t/7")
	return b.ratio(
		func() float64 { return p.p50(b, b.round/2, always("/t/7")) },
		func() float64 { return p.p50(b, b.round/2, always(staticPath)) },
	)
}

func measureUncachedPage(b *bench) float64 {
	p := newPageServer(b, copied(b, b.filled(b.small, 0)))
	p.save(b, "/t/7")
	return b.ratio(
		func() float64 { p.fresh(b); return p.p50(b, b.round/2, shuffled(0, b.small/postsOfThread)) },
		func() float64 { return p.p50(b, b.round/2, always(staticPath)) },
	)
}

func measureLargeBoard(b *bench) float64 {
	uncached := func(folder string, threads int) func() float64 {
		p := newPageServer(b, folder)
		b.must(os.WriteFile(p.static, []byte("x"), 0o600))
		return func() float64 { p.fresh(b); return p.p50(b, b.round/2, shuffled(0, threads)) }
	}
	return b.ratio(
		uncached(b.filled(b.large, b.long), (b.large-b.long)/postsOfThread),
		uncached(copied(b, b.filled(b.small, 0)), b.small/postsOfThread),
	)
}

// measureDeepPage compares pages at nine tenths of the long thread with its
// first ones; a fresh cache makes each of them anew.
func measureDeepPage(b *bench) float64 {
	p := newPageServer(b, b.filled(b.large, b.long))
	b.must(os.WriteFile(p.static, []byte("x"), 0o600))
	thread := board.ThreadID((b.large-b.long)/postsOfThread + 1)
	pages := func(from int) func() float64 {
		return func() float64 {
			var times []time.Duration
			for started := time.Now(); len(times) == 0 || time.Since(started) < b.round/2; {
				p.fresh(b)
				p.get(b, staticPath)
				// Twenty pages that begin a post apart are all different, and all uncached.
				for n := range 20 {
					_, took := p.get(b, fmt.Sprintf("/t/%d?from=%d", thread, from+n))
					times = append(times, took)
				}
			}
			return percentile(times, 50)
		}
	}
	return b.ratio(pages(b.long*9/10), pages(1))
}

func measureSearch(b *bench) float64 {
	large, small := openBoard(b, b.filled(b.large, b.long)), openBoard(b, copied(b, b.filled(b.small, 0)))
	newest := board.PostSearch{Terms: []board.Term{{Text: commonWord}}, Limit: 20}
	p95 := func(db *storage.DB) float64 {
		var times []time.Duration
		for started := time.Now(); len(times) == 0 || time.Since(started) < b.round/2; {
			begun := time.Now()
			found, err := db.SearchPosts(b.Context(), newest)
			times = append(times, time.Since(begun))
			b.must(err)
			if len(found.Posts) != 20 {
				b.Fatalf("found %d posts", len(found.Posts))
			}
		}
		return percentile(times, 95)
	}
	var inLarge []float64
	ratio := b.ratio(func() float64 {
		us := p95(large)
		inLarge = append(inLarge, us/1000)
		return us
	}, func() float64 { return p95(small) })
	if ratio > 2 {
		b.broken = fmt.Sprintf("%.2f times the small board's", ratio)
	}
	slices.Sort(inLarge)
	return middle(inLarge)
}
