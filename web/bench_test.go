package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"corkboard/web"
)

// BenchmarkPage is a page of 50 posts over HTTP: from the cache, made anew, and
// the same bytes as a file, which is what both are measured against.
func BenchmarkPage(b *testing.B) {
	w := newWorld(b)
	words := strings.Repeat("Ferries will run every ten minutes, the port authority said. ", 9)
	for range 49 {
		w.reply(w.kaya.ID, 1, words)
	}
	// A cache of one byte keeps nothing.
	cold := newWorld(b, func(c *web.Config) { c.Limits.CacheBytes = 1 })
	for range 49 {
		cold.reply(cold.kaya.ID, 1, words)
	}
	page := w.visitor().get(w.path(""))
	file := filepath.Join(b.TempDir(), "page.html")
	w.must(os.WriteFile(file, []byte(page.body), 0o600))
	static := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { http.ServeFile(rw, r, file) }))
	b.Cleanup(static.Close)
	b.Logf("%d bytes", len(page.body))

	for _, run := range []struct{ name, url, encoding string }{
		{"static", static.URL, "identity"},
		{"cached", w.server.URL + w.path(""), "identity"},
		{"cached gzip", w.server.URL + w.path(""), "gzip"},
		{"uncached", cold.server.URL + cold.path(""), "identity"},
		{"uncached gzip", cold.server.URL + cold.path(""), "gzip"},
	} {
		b.Run(run.name, func(b *testing.B) {
			client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
			for b.Loop() {
				r, err := http.NewRequest(http.MethodGet, run.url, nil)
				w.must(err)
				r.Header.Set("Accept-Encoding", run.encoding)
				response, err := client.Do(r)
				w.must(err)
				_, _ = io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
		})
	}
}
