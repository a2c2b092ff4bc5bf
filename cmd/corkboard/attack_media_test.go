package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"corkboard/activitypub/activitypubtest"
	"corkboard/board"
)

// gallery is a server of pictures that mean harm. It counts who asks.
type gallery struct {
	*httptest.Server
	requests atomic.Int64
	written  atomic.Int64 // bytes of the endless one
}

// pixel is a PNG of one pixel.
const pixel = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89" +
	"\x00\x00\x00\rIDATx\xdac\xfc\xcf\xc0P\x0f\x00\x04\x85\x01\x80\x84\xa9\x8c!\x00\x00\x00\x00IEND\xaeB`\x82"

func newGallery(t *testing.T, inside string) *gallery {
	t.Helper()
	g := new(gallery)
	mux := http.NewServeMux()
	picture := func(w http.ResponseWriter, body string) {
		w.Header().Set("Content-Type", "image/png")
		io.WriteString(w, body)
	}
	mux.HandleFunc("/good", func(w http.ResponseWriter, _ *http.Request) { picture(w, pixel) })
	mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) { picture(w, "<!doctype html><script>alert(1)</script>") })
	mux.HandleFunc("/svg", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/svg+xml")
		io.WriteString(w, `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)
	})
	mux.HandleFunc("/bomb", func(w http.ResponseWriter, _ *http.Request) {
		picture(w, strings.Replace(pixel, "\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89", "\x00\x00\xc3\x50\x00\x00\xc3\x50\x08\x06\x00\x00\x00\x4b\xaf\x3d\xca", 1))
	})
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		picture(w, pixel)
		for chunk := make([]byte, 1<<20); r.Context().Err() == nil && g.written.Load() < 10<<30; g.written.Add(int64(len(chunk))) {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		for i := 0; r.Context().Err() == nil; i++ {
			io.WriteString(w, pixel[i%len(pixel):i%len(pixel)+1])
			w.(http.Flusher).Flush()
			time.Sleep(200 * time.Millisecond)
		}
	})
	mux.Handle("/inside", http.RedirectHandler(inside, http.StatusFound))
	mux.Handle("/metadata", http.RedirectHandler("http://169.254.169.254/latest/meta-data/", http.StatusFound))
	mux.Handle("/round", http.RedirectHandler("/round", http.StatusFound))
	mux.Handle("/file", http.RedirectHandler("file:///etc/passwd", http.StatusFound))
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.requests.Add(1)
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(g.Close)
	return g
}

// inside is a server that nobody from outside may reach: the board may go to
// 127.0.0.0/8 only.
func inside(t *testing.T) (address string, visits *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skipf("this machine speaks no IPv6 with itself: %v", err)
	}
	visits = new(atomic.Int64)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		visits.Add(1)
		w.Header().Set("Content-Type", "image/png")
		io.WriteString(w, pixel)
	})}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return fmt.Sprintf("http://%s/", listener.Addr()), visits
}

// attach posts a reply of somebody that brings pictures at these addresses.
func (s *siege) attach(t *testing.T, by *activitypubtest.Actor, id string, addresses ...string) {
	t.Helper()
	var attached []any
	for _, address := range addresses {
		attached = append(attached, map[string]any{"type": "Document", "mediaType": "image/png", "url": address, "name": "A harmless picture"})
	}
	s.says(t, by, s.note(by, id, func(_, note map[string]any) { note["attachment"] = attached }), http.StatusAccepted)
}

// TestPicturesThatMeanHarm lets readers ask for pictures of somebody who means
// harm: the rows F17, C08, C09 and X20 of the security notes, and slow servers.
func TestPicturesThatMeanHarm(t *testing.T) {
	s := newSiege(t)
	private, visits := inside(t)
	g := newGallery(t, private)
	harmful := map[string]string{
		"a server of our network":             private,
		"a redirect into our network":         g.URL + "/inside",
		"a redirect to the cloud's secrets":   g.URL + "/metadata",
		"a redirect that goes round":          g.URL + "/round",
		"a redirect to a file":                g.URL + "/file",
		"the cloud's secrets":                 "http://169.254.169.254/latest/meta-data/",
		"an address of nobody":                "http://0.0.0.0/",
		"this board itself":                   s.board.URL + "/",
		"a page that calls itself a picture":  g.URL + "/page",
		"SVG with a script":                   g.URL + "/svg",
		"a picture of 50,000 × 50,000 pixels": g.URL + "/bomb",
		"a picture of ten gigabytes":          g.URL + "/endless",
		"a picture that comes byte by byte":   g.URL + "/slow",
		"a picture that is not there":         g.URL + "/nowhere",
	}
	var addresses []string
	for _, address := range harmful {
		addresses = append(addresses, address)
	}
	s.attach(t, s.mallory, "harm", addresses...)
	s.attach(t, s.mallory, "data", g.URL+"/good", "data:image/png;base64,AAAA", "javascript:alert(1)", "file:///etc/passwd")

	t.Run("reading a page asks nobody", func(t *testing.T) {
		_, page := send(t, requestOf(t, s.board.URL+"/t/1"))
		if !strings.Contains(page, "/media/") || strings.Contains(page, "javascript:") || strings.Contains(page, "data:image") || strings.Contains(page, `src="http`) {
			t.Errorf("the page:\n%s", page)
		}
		if n := g.requests.Load(); n != 0 {
			t.Errorf("%d requests", n)
		}
	})
	t.Run("a good one is shown", func(t *testing.T) {
		if status, body := send(t, requestOf(t, s.board.URL+"/media/"+board.MediaKey(g.URL+"/good"))); status != http.StatusOK || body != pixel {
			t.Errorf("%d %q", status, body)
		}
	})
	t.Run("none of the others is, and what they reach is bounded", func(t *testing.T) {
		var all sync.WaitGroup
		for name, address := range harmful {
			all.Go(func() {
				began := time.Now()
				status, body := send(t, requestOf(t, s.board.URL+"/media/"+board.MediaKey(address)))
				if status != http.StatusNotFound && status != http.StatusServiceUnavailable {
					t.Errorf("%s: %d %.200s", name, status, body)
				}
				for _, secret := range []string{"::1", "connection refused", "<script", "goroutine", s.board.Data} {
					if strings.Contains(body, secret) {
						t.Errorf("%s: the answer tells of %s: %.300s", name, secret, body)
					}
				}
				if took := time.Since(began); took > 25*time.Second {
					t.Errorf("%s: %s", name, took)
				}
			})
		}
		all.Wait()
		if n := visits.Load(); n != 0 {
			t.Errorf("the server of our network was reached %d times", n)
		}
		if n := g.written.Load(); n > 64<<20 {
			t.Errorf("%d MB were read of the endless one", n>>20)
		}
	})
	t.Run("nobody is asked again for what was refused", func(t *testing.T) {
		before := g.requests.Load()
		for _, path := range []string{"/page", "/svg", "/bomb", "/endless", "/nowhere"} {
			send(t, requestOf(t, s.board.URL+"/media/"+board.MediaKey(g.URL+path)))
		}
		if n := g.requests.Load() - before; n != 0 {
			t.Errorf("%d requests", n)
		}
	})
	t.Run("an address that is attached to nothing is never fetched", func(t *testing.T) {
		before := g.requests.Load()
		for _, path := range []string{"/media/" + board.MediaKey(g.URL+"/other"), "/media/?url=" + g.URL + "/good", "/media/" + g.URL + "/good", "/media/emoji/" + s.evil.Host + "/cat"} {
			if status, _ := send(t, requestOf(t, s.board.URL+path)); status == http.StatusOK {
				t.Errorf("%s is answered", path)
			}
		}
		if n := g.requests.Load() - before; n != 0 {
			t.Errorf("%d requests", n)
		}
	})
}

// TestPicturesOfBlockedServers is that nothing is fetched from a blocked host,
// whoever attaches it.
func TestPicturesOfBlockedServers(t *testing.T) {
	g := newGallery(t, "http://127.0.0.1/")
	s := newSiege(t)
	s.board.stop()
	s.board.env = append(s.board.env, "CORKBOARD_BLOCKED_HOSTS=localhost")
	s.board.start(t)
	address := strings.Replace(g.URL, "127.0.0.1", "localhost", 1) + "/good"
	s.attach(t, s.mallory, "blocked", address)
	if status, body := send(t, requestOf(t, s.board.URL+"/media/"+board.MediaKey(address))); status != http.StatusNotFound || g.requests.Load() != 0 {
		t.Errorf("%d %s, %d requests", status, body, g.requests.Load())
	}
}

func requestOf(t *testing.T, address string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
