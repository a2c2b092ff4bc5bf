package web

import (
	"html/template"
	"net/http"

	"corkboard/board"
)

// editPage is the form with which somebody changes a post of his.
type editPage struct {
	frame
	Thread board.Thread
	Post   board.Post
	Place  string
	To     template.HTML // whom the post is to, which stays
	Spread string        // how far it has come, in a few words
	Form   form
	Quota  board.Quota // of an article
}

func (p *editPage) sent() *form { return &p.Form }

// Article reports whether title and source line may be changed too.
func (p *editPage) Article() bool { return p.Post.Number == 0 }

// showEdit answers GET /t/{thread}/{number}/edit.
func (h *Handler) showEdit(w http.ResponseWriter, r *request) error {
	if r.visitor() {
		return &away{loginPath(r.URL.Path)}
	}
	p, err := h.editPage(r, newForm(r.URL.Path))
	if err != nil {
		return err
	}
	values := p.Form.Values
	values.Set("text", p.Post.Source)
	values.Set("warning", p.Post.Warning)
	values.Set("language", p.Post.Language)
	if p.Article() {
		values.Set("title", p.Thread.Title)
		values.Set("url", p.Thread.Citation.URL)
		values.Set("publication", p.Thread.Citation.Publication)
		values.Set("author", p.Thread.Citation.Author)
		values.Set("date", p.Thread.Citation.Date)
	}
	if err := h.restore(r, &p.Form); err != nil {
		return err
	}
	return h.show(w, r, p)
}

// postEdit answers POST /t/{thread}/{number}/edit.
func (h *Handler) postEdit(w http.ResponseWriter, r *request) error {
	f, err := h.receive(w, r)
	if err != nil {
		return err
	}
	p, err := h.editPage(r, f)
	switch {
	case err != nil:
		return err
	case f.refused != nil:
		return h.refuse(w, r, p, f.refused)
	}
	if p.Article() {
		p.Quota = h.quota(r, &f)
	}
	if f.wantsPreview() {
		return h.preview(w, r, p, p.Thread.ID)
	}
	edit := board.EditPost{By: r.viewer.ID, Post: p.Post.ID, Text: f.text(), Draft: f.Action}
	if p.Article() {
		citation := f.citation()
		edit.Title, edit.Citation = f.Get("title"), &citation
	}
	if _, err := h.board.Edit(r.Context(), edit); err != nil {
		return h.refuse(w, r, p, err)
	}
	return seeOther(w, p.Place)
}

// editPage is the form for a post, with nothing of it that a visitor could not
// read anyway: what is in the inputs is put there for its author alone.
func (h *Handler) editPage(r *request, f form) (*editPage, error) {
	id, number := threadID(r), postNumber(r)
	thread, post, err := h.threadAndPost(r, id, number)
	switch {
	case err != nil:
		return nil, err
	case post.State != board.Live:
		return nil, board.Errorf(board.Gone, "Post %d was deleted.", number)
	case !r.visitor() && !h.board.MayEdit(r.viewer, post):
		return nil, board.Errorf(board.Forbidden, "Only its author may change a post.")
	}
	title := r.t("Edit post %d of %s", number, thread.Title)
	if number == 0 {
		title = r.t("Edit %s", thread.Title)
	}
	m := newMarkup(r.reader)
	writeTo(m, postView{Post: post, here: func(int) bool { return false }})
	return &editPage{
		frame: h.frame(r, "edit", title), Thread: thread, Post: post, Place: r.placePath(id, number), To: m.html(), Form: f,
		Spread: h.phrases(r, []board.Post{post})[post.ID],
	}, nil
}
