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
	Cut      bool   // not all posts fit on the one page for all
	CatchUp  bool   // there are posts that are new to the member, and not all of them are here
	Spread   string // how far the article has come on other servers; empty if that is not told
	Reach    *reachView
	Also     []board.Thread // whose article has the same link, without this one
	MayReply bool
	Form     form // of a reply to the article
}

// Posted is when the article was posted, as a link to it.
func (p *threadPage) Posted() template.HTML {
	return newMarkup(p.reader).tag(`<a class="u-url"`).attr("href", p.Article.Path).tag(">").published(p.Article.Article.PublishedAt).tag("</a>").html()
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
	Pin     bool   // may be put in front of the others
	Excerpt string // plain text

	KeywordsPath string // where the viewer may add keywords; empty if nowhere

	adders map[string]string // who added a keyword, in words; filled on the thread's page
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
		Mine: h.board.MayEdit(r.viewer, t.Article), Pin: h.board.MayPin(r.viewer, t),
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

// allPosts is how many posts the page for all of them has at most.
const allPosts = 500

// run is the posts of a thread that a page shows.
type run struct {
	thread  board.ThreadID
	version int64 // of the thread
	posts   int   // in the thread
	from    int
	all     bool // as many as may be
}

func (q run) per(r *request) int {
	if q.all {
		return allPosts
	}
	return r.perPage()
}

func (q run) path(from int) string {
	switch {
	case !q.all:
		return threadPagePath(q.thread, from)
	case from <= 1:
		return fmt.Sprintf("/t/%d?all=1", q.thread)
	}
	return fmt.Sprintf("/t/%d?all=1&from=%d", q.thread, from)
}

// pages are those of the thread.
func (q run) pages(r *request) pages {
	return pages{from: q.from, count: q.posts, per: q.per(r), path: q.path}
}

// showThread answers /t/{thread}, with ?from= the number of its first post,
// with ?all=1 all of them on one page, with ?by= those of one author.
func (h *Handler) showThread(w http.ResponseWriter, r *request) error {
	query := r.URL.Query()
	q := run{thread: threadID(r), from: 1, all: query.Get("all") == "1"}
	var err error
	if q.version, q.posts, err = h.board.ThreadVersion(r.Context(), q.thread); err != nil {
		return err
	}
	if query.Has("by") {
		return h.showBy(w, r, q, query.Get("by"))
	}
	if asked := query.Get("from"); asked != "" {
		q.from, err = strconv.Atoi(asked)
		if err != nil || q.from < 1 || (q.from > q.posts && q.from > 1) {
			return found(w, r, q.path(nearest(q.from, err, q.pages(r))))
		}
	}
	var u unread
	err = h.showCached(w, r, q.path(q.from), q.version, func() (c content, err error) {
		if u, err = h.unread(r, q.thread, q.posts); err != nil {
			return nil, err
		}
		return h.threadPage(r, q, u)
	})
	if err == nil {
		h.saw(w, r, q.thread, u, q.from, min(q.from+q.per(r)-1, q.posts))
	}
	return err
}

// leadToThread answers /t/{thread}/{words}: an address with the title in it.
func (h *Handler) leadToThread(w http.ResponseWriter, r *request) error {
	path := threadPagePath(threadID(r), 1)
	if r.URL.RawQuery != "" {
		path += "?" + r.URL.RawQuery
	}
	http.Redirect(w, r.Request, path, http.StatusMovedPermanently)
	return nil
}

// nearest is the page for a number that there is no page for: the last one for
// numbers beyond the end, else the first.
func nearest(from int, err error, s pages) int {
	if err != nil || from < 1 {
		return 1
	}
	return s.pageOf(s.count)
}

func (h *Handler) threadPage(r *request, q run, u unread) (content, error) {
	thread, err := h.thread(r, q.thread)
	if err != nil {
		return nil, err
	}
	posts, err := h.board.Posts(r.Context(), q.thread, q.from, q.per(r))
	if err != nil {
		return nil, err
	}
	u = u.on(posts)
	last := q.from + q.per(r) - 1
	p := &threadPage{
		frame: h.frame(r, "thread", thread.Title), Thread: thread, Article: h.articleView(r, thread),
		Pager: q.pager(r, u), MayReply: h.board.MayReply(r.viewer, thread),
	}
	p.Posts = h.writePosts(r, column{
		thread: thread, posts: posts, unread: u,
		here: func(n int) bool { return n == 0 || (n >= q.from && n <= last) },
	})
	if err := h.surround(r, p); err != nil {
		return nil, err
	}
	p.Cut = q.all && p.Pager.Several()
	p.CatchUp = u.first > 0 && !u.here() || !r.visitor() && !u.mark.Begun() && q.from > 1
	h.head(r, p, q)
	if thread.Article.State == board.Live && p.First() {
		h.discuss(&p.frame, thread, posts)
	}
	return p, nil
}

// surround adds what stands around the posts of a thread: how far the article
// has come, who takes part, its keywords and links, the form of a reply.
func (h *Handler) surround(r *request, p *threadPage) (err error) {
	t := p.Thread
	p.Spread = h.phrases(r, []board.Post{t.Article})[t.Article.ID]
	if p.Reach, err = h.reachView(r, t); err != nil {
		return err
	}
	if p.Article.adders, err = h.adders(r, t); err != nil {
		return err
	}
	if p.Also, err = h.linkedTo(r, t); err != nil {
		return err
	}
	if !r.visitor() && t.Article.State == board.Live {
		p.Article.KeywordsPath = keywordsPath(t.ID)
	}
	if !p.MayReply {
		return nil
	}
	p.Form = newForm(formPath(t.ID, 0, "reply"))
	return h.restore(r, &p.Form)
}

// head says what the page is, and what is beside it.
func (h *Handler) head(r *request, p *threadPage, q run) {
	t := p.Thread
	p.Skip, p.SkipNew = r.t("Skip to comments"), p.Pager.New
	p.Newer, p.Older = p.Pager.Prev, p.Pager.Next
	p.Feed = threadFeedPath(t.ID, 0)
	if len(p.Pager.Pages) > 1 {
		p.Title = r.t("%s (%s of %d)", t.Title, p.Pager.Range(), t.Posts)
	}
	if t.Article.State != board.Live {
		p.status = http.StatusGone
		return
	}
	p.Canonical, p.Alternate = string(h.config.Address)+q.path(q.from), t.Article.URI
	if q.all && q.from == 1 {
		p.Canonical = string(h.config.Address) + threadPagePath(t.ID, 1)
	}
	h.describe(&p.frame, t, t.Article)
}

// pager leads to the other pages of the thread.
func (q run) pager(r *request, u unread) pager {
	p := newPager(q.pages(r))
	switch {
	case u.here():
		p.New = "#new"
	case u.first > 0:
		p.New = r.placePath(q.thread, u.first)
	}
	switch {
	case q.all:
		p.Paged = threadPagePath(q.thread, 1)
	case p.Several():
		all := q
		all.all = true
		p.All = all.path(1)
	}
	if p.Next != "" && !q.all {
		p.Latest = r.placePath(q.thread, q.posts)
	}
	return p
}
