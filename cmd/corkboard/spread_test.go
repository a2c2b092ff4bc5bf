package main

import (
	"net/http"
	"strings"
	"testing"

	"corkboard/activitypub/activitypubtest"
)

// TestDeliveryPage reads what the board says of how far a post has come, while
// one of two servers does not take it and after it does.
func TestDeliveryPage(t *testing.T) {
	w := newWorld(t)
	w.settle(t)
	w.forum.Answer(func(activitypubtest.Received) int { return http.StatusServiceUnavailable })
	reply := w.post(t, map[string]any{"type": "Note", "inReplyTo": w.article, "content": "<p>For eight, I hear.</p>", "to": []string{w.board.URL + "/topics/harbour"}})
	says := func(path string, words ...string) {
		t.Helper()
		w.eventually(t, path, func() (missing []string) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept", "text/html")
			status, text := send(t, r)
			for _, word := range words {
				if status != http.StatusOK || !strings.Contains(text, word) {
					missing = append(missing, word)
				}
			}
			return missing
		})
	}
	says(reply+"/delivery", "delivered to 1 of 2 servers", "1 server failing since ")
	says(reply+"/replies", "No replies to this post")
	w.forum.Answer(nil)
	like := map[string]any{"id": w.forum.URL + "/likes/2", "type": "Like", "actor": w.forum.Actor(t, "reader").URI, "object": w.article}
	w.forum.Actor(t, "reader").Post(t, w.board.URL+"/inbox", like).Body.Close() // it is back
	says(reply+"/delivery", "delivered to 2 of 2 servers")
}
