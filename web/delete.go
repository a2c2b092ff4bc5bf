package web

import (
	"html/template"
	"net/http"

	"corkboard/board"
)

// deletePage asks once before a post is taken away: by its author without
// further words, by a moderator with a reason.
type deletePage struct {
	frame
	Thread  board.Thread
	Post    board.Post
	HTML    template.HTML
	Place   string
	Removal bool   // by a moderator
	Spread  string // how far it has come, in a few words
	Form    form
}

func (p *deletePage) sent() *form { return &p.Form }

// showDelete answers GET /t/{thread}/{number}/delete.
func (h *Handler) showDelete(w http.ResponseWriter, r *request) error {
	if r.visitor() {
		return &away{loginPath(r.URL.Path)}
	}
	p, err := h.deletePage(r, newForm(r.URL.Path))
	if err != nil {
		return err
	}
	return h.show(w, r, p)
}

// postDelete answers POST /t/{thread}/{number}/delete. The number and its place
// stay, and so the answer leads there.
func (h *Handler) postDelete(w http.ResponseWriter, r *request) error {
	f, err := h.receive(w, r)
	if err != nil {
		return err
	}
	p, err := h.deletePage(r, f)
	switch {
	case err != nil:
		return err
	case f.refused != nil:
		return h.refuse(w, r, p, f.refused)
	case p.Removal:
		err = h.board.Remove(r.Context(), r.viewer.ID, p.Post.ID, f.Get("reason"))
	default:
		err = h.board.Delete(r.Context(), r.viewer.ID, p.Post.ID, nil)
	}
	if err != nil {
		return h.refuse(w, r, p, err)
	}
	return seeOther(w, p.Place)
}

func (h *Handler) deletePage(r *request, f form) (*deletePage, error) {
	id, number := threadID(r), postNumber(r)
	thread, post, err := h.threadAndPost(r, id, number)
	if err != nil {
		return nil, err
	}
	p := &deletePage{
		Thread: thread, Post: post, HTML: h.answered(r, thread, post), Place: r.placePath(id, number),
		Removal: h.board.MayRemove(r.viewer, post) || r.visitor() && f.Values.Has("reason"), Form: f,
		Spread: h.phrases(r, []board.Post{post})[post.ID],
	}
	switch {
	case post.State != board.Live:
		return nil, &away{p.Place}
	case !r.visitor() && !p.Removal && !h.board.MayDelete(r.viewer, post):
		return nil, board.Errorf(board.Forbidden, "Only its author or a moderator may take a post away.")
	}
	what := thread.Title
	if number > 0 {
		what = r.t("post %d of %s", number, thread.Title)
	}
	title := phrase("Delete %s")
	if p.Removal {
		title = phrase("Remove %s")
	}
	p.frame = h.frame(r, "delete", r.t(title, what))
	return p, nil
}
