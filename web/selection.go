package web

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"

	"corkboard/board"
)

// selectionPage is some of a thread's posts: one author's, or the answers to a
// post.
type selectionPage struct {
	frame
	Thread board.Thread
	By     board.Actor   // whose posts these are; else
	Post   board.Post    // the post that they answer
	Root   template.HTML // that post; empty for the article
	Back   string        // path of the thread, or of the post's place in it
	Count  int
	Posts  template.HTML
	Pager  pager
	Deep   bool   // answers to answers too
	Direct string // path of the direct answers
	Branch string // path of the whole branch
}

// selection is what such a page is asked for.
type selection struct {
	board.Selection
	version int64
	path    string // without the number that the page begins with
	from    int    // the number of the first post, or what stands before it
}

// begin is the path of the page that begins with a number.
func (s selection) begin(number int) string {
	if number <= 1 {
		return s.path
	}
	mark := "?"
	if strings.Contains(s.path, "?") {
		mark = "&"
	}
	return s.path + mark + "from=" + strconv.Itoa(number)
}

// askedFrom is the number in ?from=; what is no number is none.
func askedFrom(r *request) int {
	from, _ := strconv.Atoi(r.URL.Query().Get("from"))
	return max(from, 1)
}

// showBy answers /t/{thread}?by=name or ?by=name@host.
func (h *Handler) showBy(w http.ResponseWriter, r *request, q run, by string) error {
	name, host, _ := strings.Cut(strings.TrimPrefix(by, "@"), "@")
	if strings.EqualFold(host, h.config.Address.Host()) {
		host = ""
	}
	author, err := h.board.ActorByHandle(r.Context(), name, host)
	if err != nil {
		if board.KindOf(err) != board.NotFound {
			return err
		}
		return &missing{text: r.t("Nobody called %s is known here.", by), way: r.t("Go to the thread"), path: threadPagePath(q.thread, 1)}
	}
	s := selection{
		Selection: board.Selection{Thread: q.thread, By: author.ID}, version: q.version,
		path: byPath(q.thread, author), from: askedFrom(r),
	}
	return h.showCached(w, r, s.begin(s.from), s.version, func() (content, error) {
		thread, err := h.thread(r, q.thread)
		if err != nil {
			return nil, err
		}
		p := &selectionPage{
			frame:  h.frame(r, "selection", r.t("Posts by %s: %s", shortHandle(author), thread.Title)),
			Thread: thread, By: author, Back: threadPagePath(q.thread, 1),
		}
		return p, h.fillSelection(r, p, s)
	})
}

// byPath leads to what somebody has written in a thread.
func byPath(id board.ThreadID, a board.Actor) string {
	return fmt.Sprintf("/t/%d?by=%s", id, url.QueryEscape(shortHandle(a)))
}

// showReplies answers /t/{thread}/{number}/replies, with ?deep=1 the whole branch.
func (h *Handler) showReplies(w http.ResponseWriter, r *request) error {
	id, number := threadID(r), postNumber(r)
	version, posts, err := h.board.ThreadVersion(r.Context(), id)
	if err != nil {
		return err
	}
	if number > posts {
		return h.beyond(r, id, number, posts)
	}
	direct := formPath(id, number, "replies")
	branch := direct + "?deep=1"
	s := selection{version: version, path: direct, from: askedFrom(r)}
	s.Thread, s.Deep = id, r.URL.Query().Get("deep") == "1"
	if s.Deep {
		if number == 0 {
			return found(w, r, threadPagePath(id, 1)) // everything answers the article
		}
		s.path = branch
	}
	return h.showCached(w, r, s.begin(s.from), version, func() (content, error) {
		thread, post, err := h.threadAndPost(r, id, number)
		if err != nil {
			return nil, err
		}
		s.Under = post.ID
		p := &selectionPage{
			frame:  h.frame(r, "selection", r.t("Replies to post %d: %s", number, thread.Title)),
			Thread: thread, Post: post, Back: threadPagePath(id, 1),
			Deep: s.Deep, Direct: direct, Branch: branch,
		}
		if number > 0 {
			p.Root, p.Back = h.writeOne(r, thread, post), r.placePath(id, number)
		}
		return p, h.fillSelection(r, p, s)
	})
}

// fillSelection adds the posts of one page.
func (h *Handler) fillSelection(r *request, p *selectionPage, s selection) error {
	numbers, err := h.board.Numbers(r.Context(), s.Selection)
	if err != nil {
		return err
	}
	first := min(sort.SearchInts(numbers, s.from), max(0, len(numbers)-1))
	some := numbers[first:min(first+r.perPage(), len(numbers))]
	posts, err := h.board.PostsAt(r.Context(), s.Thread, some)
	if err != nil {
		return err
	}
	here := map[int]bool{p.Post.Number: p.Root != ""}
	for _, n := range some {
		here[n] = true
	}
	p.Count = len(numbers)
	p.Posts = h.writePosts(r, column{thread: p.Thread, posts: posts, here: func(n int) bool { return here[n] }})
	p.Pager = newPager(pages{from: first + 1, count: len(numbers), per: r.perPage(), path: func(place int) string {
		if place == 1 {
			return s.path
		}
		return s.begin(numbers[place-1])
	}})
	p.Newer, p.Older = p.Pager.Prev, p.Pager.Next
	return nil
}
