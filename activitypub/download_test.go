package activitypub

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestDownload(t *testing.T) {
	c, f := newClient(t, nil), newFar(t)
	c.config.timeout = time.Second
	f.serve("/small", "image/png", "0123456789")
	f.serve("/large", "image/png", strings.Repeat("x", 2000))
	f.redirect("/moved", "/small")
	f.redirect("/private", "http://[::1]:1/")
	f.mux.HandleFunc("/packed", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.Copy(z, io.LimitReader(zeros{}, 1<<20))
		z.Close()
	})
	f.mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) { io.Copy(w, zeros{}) })
	f.mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			io.WriteString(w, "x")
			w.(http.Flusher).Flush()
			time.Sleep(50 * time.Millisecond)
		}
	})
	for _, test := range []struct {
		name, address string
		want          string // of the file
		reason        string // of the error
		temporary     bool
	}{
		{"a file is written", f.URL + "/small", "0123456789", "", false},
		{"a file that has moved too", f.URL + "/moved", "0123456789", "", false},
		{"one that says that it is too large is not begun", f.URL + "/large", "", "larger than 1000 bytes", false},
		{"one that unpacks to too much is broken off", f.URL + "/packed", "", "larger than 1000 bytes", false},
		{"one without an end is broken off", f.URL + "/endless", "", "larger than 1000 bytes", false},
		{"one that comes too slowly is broken off", f.URL + "/slow", "", "no answer in time", true},
		{"one in a network that is not public is not asked for", "http://[::1]:1/", "", "not one of the public internet", false},
		{"nor if a redirect leads there", f.URL + "/private", "", "not one of the public internet", false},
		{"an address that is none is not asked for", "data:image/png;base64,AAAA", "", "not one of the web", false},
		{"one that is not there is not", f.URL + "/nowhere", "", "404", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var file bytes.Buffer
			page, err := c.Download(t.Context(), test.address, "image/*", 1000, &file)
			if test.reason == "" {
				if err != nil || file.String() != test.want || page.ContentType != "image/png" {
					t.Errorf("%v, %q", err, file.String())
				}
				return
			}
			if failed := fetchError(t, err); !strings.Contains(failed.Reason, test.reason) || failed.Temporary != test.temporary {
				t.Errorf("%+v", failed)
			}
			if file.Len() > 1001 {
				t.Errorf("%d bytes were written", file.Len())
			}
		})
	}
	t.Run("an error of the disk is no error of the other server", func(t *testing.T) {
		file, err := os.Create(filepath.Join(t.TempDir(), "x"))
		if err != nil {
			t.Fatal(err)
		}
		file.Close()
		if _, err := c.Download(t.Context(), f.URL+"/small", "image/*", 1000, file); err == nil || !strings.Contains(err.Error(), "closed") {
			t.Errorf("got %v", err)
		}
	})
}

// zeros is a file without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
