package web

import (
	"html/template"
	"net/http"
	"strconv"

	"github.com/gorilla/mux"

	"corkboard/board"
)

// postPage is a post with the direct answers to it.
type postPage struct {
	frame
	Thread  board.Thread
	Post    board.Post
	HTML    template.HTML // the post
	Answers template.HTML
	Count   int    // of the answers
	Place   string // path of its place in the thread
	Prev    string // paths of the neighbours by number; empty at the ends
	Next    string
	Reply   string // path of the reply form
}

// repliesShown bounds the direct answers on one page.
const repliesShown = 200

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
		http.Redirect(w, r.Request, threadPagePath(id, 1), http.StatusFound)
		return nil
	}
	version, posts, err := h.board.ThreadVersion(r.Context(), id)
	if err != nil {
		return err
	}
	if number > posts {
		return &missing{
			text: r.t("Thread %d has no post %d.", id, number),
			way:  r.t("Go to the last post"), path: placePath(id, posts),
		}
	}
	return h.showCached(w, r, postPagePath(id, number), version, func() (content, error) {
		return h.postPage(r, id, number)
	})
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
		HTML: h.writeOne(r, thread, post), Count: len(replies),
		Place: placePath(id, number), Reply: formPath(id, number, "reply"),
	}
	p.Answers = h.writePosts(r, thread, replies, func(n int) bool { return n == number })
	if number > 1 {
		p.Prev = postPagePath(id, number-1)
	}
	if number < thread.Posts {
		p.Next = postPagePath(id, number+1)
	}
	if post.State != board.Live {
		p.status = http.StatusGone
		return p, nil
	}
	p.Canonical, p.Alternate = string(h.config.Address)+postPagePath(id, number), post.URI
	return p, nil
}

func (h *Handler) threadAndPost(r *request, id board.ThreadID, number int) (board.Thread, board.Post, error) {
	thread, err := h.board.Thread(r.Context(), id)
	if err != nil || number == 0 {
		return thread, thread.Article, err
	}
	post, err := h.board.Post(r.Context(), id, number)
	return thread, post, err
}
