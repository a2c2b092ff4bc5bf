package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"corkboard/activitypub/activitypubtest"
)

// TestRefused proves that an administrator can read what got lost, and why.
func TestRefused(t *testing.T) {
	w := newWorld(t)
	stranger := w.microblog.Actor(t, "stranger")
	stranger.Post(t, w.board.URL+"/inbox", stranger.Reply("1", "", "<p>Not for you.</p>")).Body.Close()
	w.forum.Answer(func(activitypubtest.Received) int { return http.StatusForbidden })
	w.post(t, map[string]any{"type": "Note", "inReplyTo": w.article, "content": "Refused over there."})

	var list string
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		list = w.board.run(t, "", "refused")
		if strings.Contains(list, "403") && strings.Contains(list, stranger.URI) {
			break
		}
	}
	for _, want := range []string{stranger.URI, "Create", w.forum.URL + "/inbox", "Announce", "403"} {
		if !strings.Contains(list, want) {
			t.Errorf("%q is not in the list:\n%s", want, list)
		}
	}
}
