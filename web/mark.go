package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"corkboard/board"
)

// unread is what of a thread is new to the member who reads it.
type unread struct {
	mark  board.Mark
	first int        // number of the first post that he has not seen; 0 if there is none, or he has not begun
	line  int        // number of the post before which the line stands; 0 for nowhere
	since board.Mark // where he had read to before the line
	at    time.Time  // since when what stands behind the line is new; known where it is on the page
}

// unread looks where the reader left off. Visitors are not remembered. Once he
// has seen all, the line stays for a while where it was.
func (h *Handler) unread(r *request, t board.ThreadID, posts int) (u unread, err error) {
	if r.visitor() {
		return unread{}, nil
	}
	if u.mark, err = h.board.ReadMark(r.Context(), r.viewer.ID, t); err != nil || !u.mark.Begun() {
		return u, err
	}
	if u.mark.Number < posts {
		u.first, err = h.board.FirstUnread(r.Context(), r.viewer.ID, t, u.mark.Number)
		u.line, u.since = u.first, u.mark
	}
	if last, ok := u.mark.Last(time.Now()); ok && u.first == 0 && err == nil {
		u.line, err = h.board.FirstUnread(r.Context(), r.viewer.ID, t, last.Number)
		u.since = last
	}
	return u, err
}

// on finds out since when the posts of a page are new. All that stands behind
// the line came after the mark was moved there, or after the post at which it was.
func (u unread) on(posts []board.Post) unread {
	for _, p := range posts {
		if p.Number != u.line || u.line == 0 {
			continue
		}
		u.at = u.since.At
		if p.ArrivedAt.Before(u.at) {
			u.at = p.ArrivedAt
		}
	}
	return u
}

// here reports whether the line is on the page.
func (u unread) here() bool { return !u.at.IsZero() }

// saw moves the reader's mark over the posts that he was shown. The page is on
// its way before that: nobody waits for the disk. What a browser fetches before
// anybody asked for it has not been seen.
func (h *Handler) saw(w http.ResponseWriter, r *request, thread board.ThreadID, u unread, first, last int) {
	news := last > u.mark.Number || !u.mark.Begun()
	if r.visitor() || !news || (first > 1 && (!u.mark.Begun() || first > u.mark.Number+1)) || fetchedAhead(r.Request) {
		return
	}
	_ = http.NewResponseController(w).Flush() // who has gone away has seen it or not; nobody knows
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 5*time.Second)
	defer cancel()
	err := h.board.MarkSeen(ctx, board.Seen{Member: r.viewer.ID, Thread: thread, First: first, Last: last})
	if err != nil {
		h.config.Log.Warn("keep what was read", "thread", thread, "err", err)
	}
}

// fetchedAhead reports whether a request may be one that nobody looks at: HEAD,
// a browser's prefetch, or somebody asking whether what he has is still good.
func fetchedAhead(r *http.Request) bool {
	purpose := strings.ToLower(r.Header.Get("Sec-Purpose") + r.Header.Get("Purpose") + r.Header.Get("X-Moz"))
	return r.Method != http.MethodGet || strings.Contains(purpose, "prefetch") || strings.Contains(purpose, "prerender") ||
		r.Header.Get("If-None-Match") != "" || r.Header.Get("If-Modified-Since") != ""
}

// showUnread answers /t/{thread}/unread: it leads to the first post that is new,
// and to the last one where none is, or nobody knows.
func (h *Handler) showUnread(w http.ResponseWriter, r *request) error {
	id := threadID(r)
	_, posts, err := h.board.ThreadVersion(r.Context(), id)
	if err != nil {
		return err
	}
	u, err := h.unread(r, id, posts)
	switch {
	case err != nil:
		return err
	case u.first > 0:
		return found(w, r, r.placePath(id, u.first))
	case !r.visitor() && !u.mark.Begun():
		return found(w, r, threadPagePath(id, 1))
	}
	return found(w, r, r.lastPath(id, posts))
}

// showLast answers /t/{thread}/last.
func (h *Handler) showLast(w http.ResponseWriter, r *request) error {
	id := threadID(r)
	_, posts, err := h.board.ThreadVersion(r.Context(), id)
	if err != nil {
		return err
	}
	return found(w, r, r.lastPath(id, posts))
}

// lastPath leads to the last post of a thread, if it has any.
func (d display) lastPath(id board.ThreadID, posts int) string {
	if posts == 0 {
		return threadPagePath(id, 1)
	}
	return d.placePath(id, posts)
}

// postRead answers POST /t/{thread}/read: all up to a post has been read.
func (h *Handler) postRead(w http.ResponseWriter, r *request) error {
	id := threadID(r)
	if r.visitor() {
		return errLoggedOut
	}
	f, err := readForm(r, r.URL.Path)
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(f.Get("number"))
	if err != nil || number < 0 {
		return board.Errorf(board.Invalid, "There is no such post.")
	}
	if err := h.board.MarkRead(r.Context(), r.viewer.ID, id, number); err != nil {
		return err
	}
	return seeOther(w, localPath(f.Get("next")))
}

// found leads to where something is at the moment.
func found(w http.ResponseWriter, r *request, path string) error {
	http.Redirect(w, r.Request, path, http.StatusFound)
	return nil
}
