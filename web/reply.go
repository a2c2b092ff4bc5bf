package web

import (
	"html/template"
	"net/http"

	"corkboard/board"
)

// replyPage is the form of an answer, under the post that it answers.
type replyPage struct {
	frame
	Thread  board.Thread
	Post    board.Post // the one that is answered
	HTML    template.HTML
	Place   string // path of that post's place in the thread
	Address string // what somebody from elsewhere pastes into his own server's search
	Form    form
}

func (p *replyPage) sent() *form { return &p.Form }

// Locked reports whether the thread takes no more replies.
func (p *replyPage) Locked() bool { return !p.Thread.LockedAt.IsZero() }

// showReply answers GET /t/{thread}/{number}/reply. A visitor reads there how
// to answer from his own server.
func (h *Handler) showReply(w http.ResponseWriter, r *request) error {
	p, err := h.replyPage(r, newForm(r.URL.Path))
	if err != nil {
		return err
	}
	p.Form.Values.Set("language", or(p.Post.Language, readerLanguage(r.Request)))
	return h.show(w, r, p)
}

// postReply answers POST /t/{thread}/{number}/reply.
func (h *Handler) postReply(w http.ResponseWriter, r *request) error {
	f, err := readForm(r, r.URL.Path)
	if err != nil {
		return err
	}
	p, err := h.replyPage(r, f)
	switch {
	case err != nil:
		return err
	case r.visitor():
		return h.refuse(w, r, p, errLoggedOut)
	case f.wantsPreview():
		return h.preview(w, r, p, p.Thread.ID)
	}
	post, err := h.board.Reply(r.Context(), board.NewReply{
		By: r.viewer.ID, FormKey: f.Key, To: p.Post.ID, Thread: p.Thread.ID, Text: f.text(),
	})
	if err != nil {
		return h.refuse(w, r, p, err)
	}
	return seeOther(w, placePath(post.Thread, post.Number))
}

func (h *Handler) replyPage(r *request, f form) (*replyPage, error) {
	id, number := threadID(r), postNumber(r)
	thread, post, err := h.threadAndPost(r, id, number)
	if err != nil {
		return nil, err
	}
	if post.State != board.Live {
		return nil, board.Errorf(board.Gone, "Post %d was deleted, so it cannot be answered.", number)
	}
	title := r.t("Reply to post %d of %s", number, thread.Title)
	if number == 0 {
		title = r.t("Reply to %s", thread.Title)
	}
	return &replyPage{
		frame: h.frame(r, "reply", title), Thread: thread, Post: post,
		HTML: h.answered(r, thread, post), Place: placePath(id, number), Address: post.URI, Form: f,
	}, nil
}

// answered is the post above a form: to be read, without its buttons.
func (h *Handler) answered(r *request, t board.Thread, p board.Post) template.HTML {
	m := newMarkup(r.reader)
	v := postView{Post: p, here: func(int) bool { return false }, poster: p.Author.ID == t.Article.Author.ID}
	m.tag(`<div class="post quoted">`)
	if p.State != board.Live {
		h.writeTombstone(m, v)
		return m.tag("</div>").html()
	}
	writeTo(m, v)
	writeBody(m, p)
	writeByline(m, v)
	return m.tag("</div>").html()
}
