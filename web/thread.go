package web

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"

	"corkboard/board"
)

// threadPage is an article and fifty of the posts under it.
type threadPage struct {
	frame
	Thread   board.Thread
	Article  *articleView
	Posts    template.HTML
	Pager    pager
	MayReply bool
	Form     form // of a reply to the article
}

// Posted is when the article was posted, as a link to it.
func (p *threadPage) Posted() template.HTML {
	return newMarkup(p.reader).tag("<a").attr("href", p.Article.Path).tag(">").time(p.Article.Article.PublishedAt).tag("</a>").html()
}

// First reports whether the page begins with the first post.
func (p *threadPage) First() bool { return p.Pager.First <= 1 }

// articleView is an article as pages and lists show it. Its methods take it by
// pointer because templates would copy the whole of it for each.
type articleView struct {
	board.Thread
	Path    string
	Body    template.HTML // in its language, folded under its warning
	Source  sourceLine
	Mine    bool   // may be edited
	Delete  string // what the button to take it away says; empty if there is none
	Excerpt string // plain text
}

// Tombstone reports whether the article was deleted or removed.
func (v *articleView) Tombstone() bool { return v.Article.State != board.Live }

// Removed reports whether a moderator took the article away.
func (v *articleView) Removed() bool { return v.Article.State == board.Removed }

// Original is where the article of another server stands there.
func (v *articleView) Original() string {
	if v.Article.Local() || !isWeb(v.Article.URL) {
		return ""
	}
	return v.Article.URL
}

// sourceLine says where an article was published first.
type sourceLine struct {
	Publication, URL, Host, Date, Author string
	More                                 string // path of what else is from there; may be empty
}

// sourceLine readies a citation; a link alone is named by its host.
func (r *reader) sourceLine(c board.Citation) sourceLine {
	s := sourceLine{Publication: c.Publication, Date: r.sourceDate(c.Date), Author: c.Author}
	if u, err := url.Parse(c.URL); err == nil && isWeb(c.URL) {
		s.URL, s.Host, s.More = c.URL, u.Hostname(), sourcePath(board.LinkSource(c.URL))
		s.Publication = or(s.Publication, s.Host)
	}
	return s
}

// Empty reports whether there is nothing to say.
func (s *sourceLine) Empty() bool { return *s == sourceLine{} }

func (h *Handler) articleView(r *request, t board.Thread) *articleView {
	v := &articleView{
		Thread: t, Path: threadPagePath(t.ID, 1), Source: r.sourceLine(t.Citation),
		Mine: h.board.MayEdit(r.viewer, t.Article),
	}
	m := newMarkup(r.reader)
	writeBody(m, t.Article)
	v.Body = m.html()
	switch {
	case h.board.MayDelete(r.viewer, t.Article):
		v.Delete = r.t("Delete")
	case h.board.MayRemove(r.viewer, t.Article):
		v.Delete = r.t("Remove")
	}
	return v
}

// showThread answers /t/{thread}, with ?from= the number of its first post.
func (h *Handler) showThread(w http.ResponseWriter, r *request) error {
	id := threadID(r)
	version, posts, err := h.board.ThreadVersion(r.Context(), id)
	if err != nil {
		return err
	}
	from := 1
	if asked := r.URL.Query().Get("from"); asked != "" {
		from, err = strconv.Atoi(asked)
		if err != nil || from < 1 || (from > posts && from > 1) {
			http.Redirect(w, r.Request, threadPagePath(id, nearest(from, err, posts)), http.StatusFound)
			return nil
		}
	}
	return h.showCached(w, r, threadPagePath(id, from), version, func() (content, error) {
		return h.threadPage(r, id, from)
	})
}

// nearest is the page for a number that there is no page for: the last one for
// numbers beyond the end, else the first.
func nearest(from int, err error, posts int) int {
	if err != nil || from < 1 {
		return 1
	}
	return pageOf(posts)
}

func (h *Handler) threadPage(r *request, id board.ThreadID, from int) (content, error) {
	thread, err := h.board.Thread(r.Context(), id)
	if err != nil {
		return nil, err
	}
	posts, err := h.board.Posts(r.Context(), id, from, postsPerPage)
	if err != nil {
		return nil, err
	}
	last := from + postsPerPage - 1
	here := func(n int) bool { return n == 0 || (n >= from && n <= last) }
	p := &threadPage{
		frame: h.frame(r, "thread", thread.Title), Thread: thread, Article: h.articleView(r, thread),
		Posts: h.writePosts(r, thread, posts, here), Pager: newPager(id, from, thread.Posts),
		MayReply: h.board.MayReply(r.viewer, thread),
	}
	if p.MayReply {
		p.Form = newForm(formPath(id, 0, "reply"))
		if err := h.restore(r, &p.Form); err != nil {
			return nil, err
		}
	}
	p.Skip = r.t("Skip to comments")
	p.Canonical = string(h.config.Address) + threadPagePath(id, from)
	p.Newer, p.Older = p.Pager.Prev, p.Pager.Next
	if len(p.Pager.Pages) > 1 {
		p.Title = r.t("%s (%s of %d)", thread.Title, p.Pager.Range(), thread.Posts)
	}
	if thread.Article.State == board.Live {
		p.Alternate = thread.Article.URI
	}
	return p, nil
}

// pager leads to the pages of a thread, each named by the numbers on it.
type pager struct {
	First, Last int // numbers on this page
	Pages       []pageLink
	Prev, Next  string // paths; empty at the ends

	thread board.ThreadID
	posts  int
}

// pageLink is one page in a pager.
type pageLink struct {
	Label   string
	Path    string
	Current bool
	Gap     bool // pages were left out here; the rest is empty
}

// Range is the numbers on this page: 51–100.
func (p *pager) Range() string { return fmt.Sprintf("%d–%d", p.First, p.Last) }

// newPager makes the links for the page that begins with from. A page may
// begin anywhere; the others begin at 1, 51, 101 and so on.
func newPager(id board.ThreadID, from, posts int) pager {
	p := pager{First: from, Last: min(from+postsPerPage-1, posts), thread: id, posts: posts}
	if from > 1 {
		p.Prev = threadPagePath(id, max(1, from-postsPerPage))
	}
	if from+postsPerPage <= posts {
		p.Next = threadPagePath(id, from+postsPerPage)
	}
	for first := 1; first <= posts; first = nextLink(first, from, posts) {
		link := pageLink{
			Label: fmt.Sprintf("%d–%d", first, min(first+postsPerPage-1, posts)),
			Path:  threadPagePath(id, first), Current: first == from,
		}
		p.Pages = append(p.Pages, link)
		if nextLink(first, from, posts) > first+postsPerPage {
			p.Pages = append(p.Pages, pageLink{Gap: true})
		}
	}
	return p
}

// nextLink is the first number of the next page that a pager names: the first
// page, two to either side of this one, and the last.
func nextLink(first, from, posts int) int {
	const around = 2 * postsPerPage
	next := first + postsPerPage
	if near := pageOf(from) - around; next < near {
		return near
	}
	if last := pageOf(posts); next > pageOf(from)+around && next < last {
		return last
	}
	return next
}

// Several reports whether there are pages beside this one.
func (p *pager) Several() bool { return p.Prev != "" || p.Next != "" }

// LastPath leads to the last post; empty on the page that has it.
func (p *pager) LastPath() string {
	if p.Next == "" {
		return ""
	}
	return placePath(p.thread, p.posts)
}

// Aligned reports whether this page is one of Pages.
func (p *pager) Aligned() bool { return p.First == pageOf(p.First) }
