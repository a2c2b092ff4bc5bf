package web_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSince(t *testing.T) {
	w := newWorld(t)
	w.reply(w.kaya.ID, 1, "Believe it.")
	w.reply(w.kaya.ID, 1, "I took one.")
	for _, test := range []struct {
		name, path string
		status     int
		want       string
	}{
		{"says how many posts are new and where they begin", "/since?n=1", http.StatusOK, `{"text":"2 new posts","path":"/t/1#p2"}`},
		{"says nothing when nothing is new", "/since?n=3", http.StatusOK, `{"text":"","path":""}`},
		{"says nothing to one who knows more", "/since?n=9999999", http.StatusOK, `{"text":"","path":""}`},
		{"refuses what is no number", "/since?n=x", http.StatusUnprocessableEntity, `{"error":"Say with n= how many posts are known, as a number."}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := w.visitor()
			request := r.request(http.MethodGet, w.path(test.path), nil)
			request.Header.Set("Accept", "application/json")
			answer := r.do(request)
			if answer.status != test.status {
				t.Errorf("status %d", answer.status)
			}
			if diff := cmp.Diff(test.want, strings.TrimSpace(answer.body)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGlance(t *testing.T) {
	w := newWorld(t)
	w.reply(w.kaya.ID, 1, "Believe it.")
	w.must(w.Delete(t.Context(), w.kaya.ID, w.reply(w.kaya.ID, 1, "Gone.").ID, nil))
	page := w.visitor().get(w.path("/2/glance"))
	page.has(".post .body", 1)
	page.has("html[lang], .acts, header, script, form", 0)
	w.visitor().get(w.path("/3/glance")).has(".post .tomb", 1)
	if status := w.visitor().get(w.path("/99/glance")).status; status != http.StatusNotFound {
		t.Errorf("status %d", status)
	}
}

// TestScriptIsSmall holds the script to what a slow line takes without notice.
func TestScriptIsSmall(t *testing.T) {
	script, err := os.ReadFile("static/board.js")
	if err != nil {
		t.Fatal(err)
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = w.Write(script)
	w.Close()
	if zipped.Len() > 10_000 {
		t.Errorf("board.js has %d bytes compressed", zipped.Len())
	}
}

// TestScriptHasItsWords looks at a page of every kind: what the script reads is JSON.
func TestScriptHasItsWords(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/", w.path(""), "/k/bridge", "/topics/news", "/members/ronin", "/search?q=bridge", "/nowhere"} {
		var words map[string]string
		if err := json.Unmarshal([]byte(w.visitor().get(path).attr("script[data-words]", "data-words")), &words); err != nil || words["copy"] != "Copy" {
			t.Errorf("%s: %v, %v", path, words, err)
		}
	}
}
