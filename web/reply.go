package web

import (
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"corkboard/board"
)

// replyPage is the form of an answer, under the posts that it is to.
type replyPage struct {
	frame
	Thread  board.Thread
	Post    board.Post // the one that is answered
	HTML    template.HTML
	Place   string // path of that post's place in the thread
	Address string // what somebody from elsewhere pastes into his own server's search
	Form    form

	also  []int // numbers of the other posts that it is to
	wrong error // with what To says
}

func (p *replyPage) sent() *form { return &p.Form }

// Locked reports whether the thread takes no more replies.
func (p *replyPage) Locked() bool { return !p.Thread.LockedAt.IsZero() }

// showReply answers GET /t/{thread}/{number}/reply. A visitor reads there how
// to answer from his own server. With ?quote=1 the post is quoted, and ?also=7
// adds posts to the To line.
func (h *Handler) showReply(w http.ResponseWriter, r *request) error {
	f := newForm(r.URL.Path)
	if also := r.URL.Query().Get("also"); also != "" {
		f.Values.Set("to", fmt.Sprintf("#%d, %s", postNumber(r), also))
	}
	if err := h.restore(r, &f); err != nil {
		return err
	}
	p, err := h.replyPage(r, f)
	if err != nil {
		return err
	}
	if p.wrong != nil && board.KindOf(p.wrong) == board.Gone && !p.Form.hasText() {
		return p.wrong
	}
	if r.URL.Query().Get("quote") != "" {
		p.quote(h.board)
	}
	if p.Form.Restored.IsZero() {
		p.Form.Values.Set("language", or(p.Post.Language, readerLanguage(r.Request)))
	}
	return h.show(w, r, p)
}

// postReply answers POST /t/{thread}/{number}/reply.
func (h *Handler) postReply(w http.ResponseWriter, r *request) error {
	f, err := h.receive(w, r)
	if err != nil {
		return err
	}
	p, err := h.replyPage(r, f)
	switch {
	case err != nil:
		return err
	case f.refused != nil:
		return h.refuse(w, r, p, f.refused)
	case f.wants("quote"):
		p.quote(h.board)
		return h.show(w, r, p)
	case p.wrong != nil:
		return h.refuse(w, r, p, p.wrong)
	case f.wantsPreview():
		return h.preview(w, r, p, p.Thread.ID)
	}
	post, err := h.board.Reply(r.Context(), board.NewReply{
		By: r.viewer.ID, FormKey: f.Key, To: p.Post.ID, Thread: p.Thread.ID, Also: p.also, Again: f.wants("again"),
		Text: f.text(), Draft: f.Action,
	})
	if err != nil {
		return h.refuse(w, r, p, err)
	}
	return seeOther(w, r.placePath(post.Thread, post.Number))
}

// quote adds the answered post's text to the answer's.
func (p *replyPage) quote(b *board.Board) {
	before := strings.TrimRight(p.Form.Get("text"), "\n ")
	if before != "" {
		before += "\n\n"
	}
	p.Form.Values.Set("text", before+b.Quote(p.Post)+"\n")
}

// replyPage finds whom the form is to: the post of its address, or those that
// its To line says.
func (h *Handler) replyPage(r *request, f form) (*replyPage, error) {
	id, number := threadID(r), postNumber(r)
	to, wrong := f.to(number)
	thread, post, err := h.threadAndPost(r, id, to[0])
	if err != nil && board.KindOf(err) == board.NotFound && to[0] != number {
		wrong = board.FieldErrorf("to", "There is no post %d in this thread.", to[0])
		thread, post, err = h.threadAndPost(r, id, number)
	}
	if err != nil {
		return nil, err
	}
	if post.State != board.Live && wrong == nil {
		wrong = board.Errorf(board.Gone, "Post %d was deleted, so it cannot be answered. You may answer the article instead, or another post: change To.", post.Number)
	}
	title := r.t("Reply to post %d of %s", post.Number, thread.Title)
	if post.Number == 0 {
		title = r.t("Reply to %s", thread.Title)
	}
	if f.Quotes = post.State == board.Live; wrong == nil {
		f.Values.Set("to", sayTo(to))
	}
	p := &replyPage{
		frame: h.frame(r, "reply", title), Thread: thread, Post: post, HTML: h.answered(r, thread, post),
		Place: r.placePath(id, post.Number), Address: post.URI, Form: f, also: to[1:], wrong: wrong,
	}
	return p, h.addAnswered(r, p)
}

// addAnswered shows the other posts that the answer is to under the first.
func (h *Handler) addAnswered(r *request, p *replyPage) error {
	for _, number := range p.also {
		_, post, err := h.threadAndPost(r, p.Thread.ID, number)
		if err != nil && board.KindOf(err) != board.NotFound {
			return err
		}
		if err == nil {
			p.HTML += h.answered(r, p.Thread, post)
		}
	}
	return nil
}

// toAll is what people write who mean everybody: the article.
var toAll = []string{"all", "article", "thread"}

// maxTo bounds the posts that a To line is read for; the board allows fewer.
const maxTo = 12

// to is the posts that the To line says, number if it says none. It is never
// empty.
func (f *form) to(number int) (posts []int, wrong error) {
	words := strings.FieldsFunc(f.Get("to"), func(c rune) bool { return strings.ContainsRune(",; \t\n、،", c) })
	for _, word := range words[:min(len(words), maxTo)] {
		n, err := strconv.Atoi(strings.TrimPrefix(strings.TrimPrefix(word, "#"), "p"))
		if slices.Contains(toAll, strings.ToLower(word)) {
			n, err = 0, nil
		}
		if err != nil || n < 0 || n > 999_999_999 {
			wrong = board.FieldErrorf("to", "Write the numbers of posts of this thread, with commas between them; 0 is the article. “%s” is none.", shortened(word))
			continue
		}
		posts = append(posts, n)
	}
	if len(posts) == 0 {
		posts = []int{number}
	}
	return posts, wrong
}

// sayTo is how a To line is written: #5, #7.
func sayTo(posts []int) string {
	words := make([]string, len(posts))
	for i, n := range posts {
		words[i] = "#" + strconv.Itoa(n)
	}
	return strings.Join(words, ", ")
}

// shortened is a word short enough for a sentence.
func shortened(word string) string {
	if letters := []rune(word); len(letters) > 40 {
		return string(letters[:40]) + "…"
	}
	return word
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
