package inbox_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"corkboard/board"
	"corkboard/inbox"
)

// sought looks for what is missing, and waits.
func (h *here) sought(thread board.ThreadID) board.Seeking {
	h.t.Helper()
	if err := h.inbox.Seek(thread); err != nil {
		h.t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		s, ok := h.inbox.Sought(thread)
		if ok && s.Done {
			return s
		}
		if !ok || time.Now().After(deadline) {
			h.t.Fatalf("it is not looked for: %v", ok)
		}
	}
}

func TestSeek(t *testing.T) {
	h, r := newHere(t, inbox.Config{}), newRemote(t)
	carol, dan := r.person("carol"), r.person("dan")
	article := carol.note("Harbour closed", "").with(object{"name": "Harbour closed", "cc": []string{h.Topic.URI}})
	uri := article["id"].(string)
	first := r.serve(dan.note("Really?", uri))
	deeper := r.serve(carol.note("Really.", first["id"].(string)))
	second := r.serve(dan.note("For how long?", uri))
	hidden := r.serve(dan.note("Only for you.", uri).with(object{"to": []string{carol.id}, "cc": nil}))
	r.serve(article.with(object{"replies": object{
		"id": uri + "/replies", "type": "Collection",
		"first": object{"type": "CollectionPage", "next": uri + "/replies/2", "items": []any{first["id"], hidden["id"], "not an address"}},
	}}))
	r.serve(object{"id": uri + "/replies/2", "type": "CollectionPage", "items": []any{second["id"], "https://other.example/never"}})
	r.serve(first.with(object{"replies": object{"type": "Collection", "items": []any{deeper["id"]}}}))
	placed, err := h.inbox.Take(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("what the servers list, and what answers that, gets its number, and nothing that is not public", func(t *testing.T) {
		got := h.sought(placed.Thread)
		want := board.Seeking{Done: true, Asked: []string{r.host()}, Found: 3, Mute: 2} // the last two list no answers
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(board.Seeking{}, "At")); diff != "" {
			t.Error(diff)
		}
		posts, err := h.board.Posts(t.Context(), placed.Thread, 1, 10)
		if err != nil {
			t.Fatal(err)
		}
		var uris []string
		for _, p := range posts {
			uris = append(uris, p.URI)
		}
		if diff := cmp.Diff([]string{first["id"].(string), second["id"].(string), deeper["id"].(string)}, uris); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("who asks again soon bothers nobody", func(t *testing.T) {
		before := r.count(uri)
		h.sought(placed.Thread)
		if got := r.count(uri); got != before {
			t.Errorf("it was fetched %d times more", got-before)
		}
	})
	t.Run("a thread of our own people asks nobody", func(t *testing.T) {
		if diff := cmp.Diff(board.Seeking{Done: true}, h.sought(h.article().Thread), cmpopts.IgnoreFields(board.Seeking{}, "At")); diff != "" {
			t.Error(diff)
		}
	})
}
