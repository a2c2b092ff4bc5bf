package web

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"

	"corkboard/board"
)

// scriptWords are the few texts that the script shows, as JSON.
func (t *texts) scriptWords() string {
	words, _ := json.Marshal(map[string]string{ // strings are always JSON
		"copy": t.t("Copy"), "copied": t.t("Copied"), "names": t.t("Suggestions"),
		"restored": t.t("Your draft of %s is here again."), "discard": t.t("Discard it"),
	})
	return string(words)
}

// since is what the script asks for now and then; both are empty if nothing is new.
type since struct {
	Text string `json:"text"`
	Path string `json:"path"`
}

// showSince answers GET /t/{thread}/since?n=417: how many posts came after that
// one. It costs one read of one row.
func (h *Handler) showSince(w http.ResponseWriter, r *request) error {
	id := threadID(r)
	_, posts, err := h.board.ThreadVersion(r.Context(), id)
	if err != nil {
		return err
	}
	seen, err := strconv.Atoi(r.URL.Query().Get("n"))
	if err != nil || seen < 0 {
		return board.FieldErrorf("n", "Say with n= how many posts are known, as a number.")
	}
	var answer since
	if posts > seen {
		answer = since{r.n("%d new post", "%d new posts", posts-seen), r.placePath(id, seen+1)}
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(answer)
}

// showGlance answers GET /t/{thread}/{number}/glance: a post without anything
// around it, to be looked at from another page.
func (h *Handler) showGlance(w http.ResponseWriter, r *request) error {
	thread, post, err := h.threadAndPost(r, threadID(r), postNumber(r))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("X-Robots-Tag", "noindex")
	_, err = io.WriteString(w, string(h.answered(r, thread, post)))
	return err
}
