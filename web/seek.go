package web

import (
	"net/http"
	"time"

	"corkboard/board"
)

// Seeker looks on other servers for posts of threads that were never sent here.
type Seeker interface {
	// Seek begins, unless the thread was looked for lately.
	Seek(thread board.ThreadID) error
	// Sought is what has come of it, if there was a look lately.
	Sought(thread board.ThreadID) (board.Seeking, bool)
}

// seekPage says what came of a look for missing posts.
type seekPage struct {
	frame
	Thread board.Thread
	Sought bool // there was a look lately
	board.Seeking
}

// Servers is who was asked.
func (p *seekPage) Servers() int { return len(p.Asked) }

// showSeek answers GET /t/{thread}/missing. While others are asked, the page
// comes again by itself.
func (h *Handler) showSeek(w http.ResponseWriter, r *request) error {
	if h.config.Seeker == nil {
		return board.Errorf(board.NotFound, "This board does not look for replies.")
	}
	if r.visitor() {
		return &away{loginPath(r.URL.Path)}
	}
	thread, err := h.thread(r, threadID(r))
	if err != nil {
		return err
	}
	p := &seekPage{frame: h.frame(r, "seek", r.t("Missing replies: %s", thread.Title)), Thread: thread}
	p.Seeking, p.Sought = h.config.Seeker.Sought(thread.ID)
	if p.Sought && !p.Done {
		w.Header().Set("Refresh", "2")
	}
	return h.show(w, r, p)
}

// postSeek answers POST /t/{thread}/missing.
func (h *Handler) postSeek(w http.ResponseWriter, r *request) error {
	if h.config.Seeker == nil {
		return board.Errorf(board.NotFound, "This board does not look for replies.")
	}
	if r.visitor() {
		return errLoggedOut
	}
	if wait := h.askings.wait("member " + r.member.Name); wait > 0 {
		return board.TooManyErrorf(max(wait, time.Second), "You have had very many servers asked. Please wait a little.")
	}
	thread, err := h.thread(r, threadID(r))
	if err != nil {
		return err
	}
	if err := h.config.Seeker.Seek(thread.ID); err != nil {
		return err
	}
	return seeOther(w, r.URL.Path)
}
