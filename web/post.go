package web

import (
	"html/template"
	"net/http"
	"strconv"

	"github.com/gorilla/mux"

	"corkboard/board"
)

// postPage is a post with the one that it answers and the direct answers to it.
type postPage struct {
	frame
	Thread   board.Thread
	Post     board.Post
	Parent   template.HTML // the post that it answers; empty for none, or the article
	To       board.Answered
	HTML     template.HTML // the post
	Answers  template.HTML
	Count    int    // of the answers
	More     string // path of all of them, where there are more than these
	Place    string // path of its place in the thread
	Prev     string // paths of the neighbours by number; empty at the ends
	Next     string
	MayReply bool
	Form     form // of a reply
}

// repliesShown bounds the direct answers on a post's own page.
const repliesShown = 50

// threadID is the thread that the address names.
func threadID(r *request) board.ThreadID {
	id, _ := strconv.ParseInt(mux.Vars(r.Request)["thread"], 10, 64) // the route takes digits only
	return board.ThreadID(id)
}

// postNumber is the post that the address names.
func postNumber(r *request) int {
	n, _ := strconv.Atoi(mux.Vars(r.Request)["number"])
	return n
}

// showPost answers /t/{thread}/{number}.
func (h *Handler) showPost(w http.ResponseWriter, r *request) error {
	id, number := threadID(r), postNumber(r)
	if number == 0 {
		return found(w, r, threadPagePath(id, 1))
	}
	version, posts, err := h.board.ThreadVersion(r.Context(), id)
	if err != nil {
		return err
	}
	if number > posts {
		return h.beyond(r, id, number, posts)
	}
	return h.showCached(w, r, postPagePath(id, number), version, func() (content, error) {
		return h.postPage(r, id, number)
	})
}

// beyond is the refusal of a number that was not given yet.
func (h *Handler) beyond(r *request, id board.ThreadID, number, posts int) error {
	return &missing{
		text: r.t("Thread %d has no post %d.", id, number),
		way:  r.t("Go to the last post"), path: r.lastPath(id, posts),
	}
}

func (h *Handler) postPage(r *request, id board.ThreadID, number int) (content, error) {
	thread, post, err := h.threadAndPost(r, id, number)
	if err != nil {
		return nil, err
	}
	replies, err := h.board.Replies(r.Context(), post.ID, repliesShown)
	if err != nil {
		return nil, err
	}
	p := &postPage{
		frame: h.frame(r, "post", r.t("Post %d: %s", number, thread.Title)), Thread: thread, Post: post,
		HTML: h.writeOne(r, thread, post), Count: max(len(replies), post.Replies), To: post.To,
		Place: r.placePath(id, number), MayReply: post.State == board.Live && h.board.MayReply(r.viewer, thread),
		Form: newForm(formPath(id, number, "reply")),
	}
	if p.MayReply {
		if err := h.restore(r, &p.Form); err != nil {
			return nil, err
		}
	}
	if p.Parent, err = h.parent(r, thread, post); err != nil {
		return nil, err
	}
	p.Answers = h.writePosts(r, column{thread: thread, posts: replies, here: func(n int) bool { return n == number }})
	if p.Count > len(replies) {
		p.More = formPath(id, number, "replies")
	}
	if number > 1 {
		p.Prev = postPagePath(id, number-1)
	}
	if number < thread.Posts {
		p.Next = postPagePath(id, number+1)
	}
	p.Newer, p.Older = p.Prev, p.Next
	if post.State != board.Live {
		p.status = http.StatusGone
		return p, nil
	}
	p.Canonical, p.Alternate = string(h.config.Address)+postPagePath(id, number), post.URI
	p.Feed = threadFeedPath(id, 0)
	h.describe(&p.frame, thread, post)
	return p, nil
}

// parent is the post that another answers, to be read above it; of the article
// the title is on the page already.
func (h *Handler) parent(r *request, t board.Thread, p board.Post) (template.HTML, error) {
	if p.To.Post == 0 || p.To.Number == 0 {
		return "", nil
	}
	parent, err := h.board.PostByID(r.Context(), p.To.Post)
	if err != nil {
		return "", err
	}
	return h.answered(r, t, parent), nil
}

// thread is a thread to be shown. One whose article is gone has a name still.
func (h *Handler) thread(r *request, id board.ThreadID) (board.Thread, error) {
	thread, err := h.board.Thread(r.Context(), id)
	if thread.Title == "" {
		thread.Title = r.t("(article deleted)")
	}
	return thread, err
}

func (h *Handler) threadAndPost(r *request, id board.ThreadID, number int) (board.Thread, board.Post, error) {
	thread, err := h.thread(r, id)
	if err != nil || number == 0 {
		return thread, thread.Article, err
	}
	post, err := h.board.Post(r.Context(), id, number)
	return thread, post, err
}
