package web

import (
	"html/template"
	"strconv"
	"time"

	"corkboard/board"
)

// column is a run of posts of a thread, one under the other.
type column struct {
	thread board.Thread
	posts  []board.Post
	here   func(int) bool // reports whether the page has the post of this number
	unread unread
}

// postView is a post as one reader sees it on one page.
type postView struct {
	board.Post
	heading string         // level of its hidden heading: "2" or "3"
	here    func(int) bool // as of its column
	poster  bool           // its author posted the article
	viewer  board.Viewer   // whose buttons are shown
	spread  string         // how far it has come on other servers; empty if that is not told
}

// writePosts is a column, with a line where the posts begin that are new to the
// reader.
func (h *Handler) writePosts(r *request, c column) template.HTML {
	m := newMarkup(r.reader)
	spreads := h.phrases(r, c.posts)
	for _, p := range c.posts {
		if p.Number == c.unread.line && c.unread.here() {
			m.tag(`<p class="newline" id="new" tabindex="-1">`).mix("New since %s", func() { m.time(c.unread.at) }).tag("</p>\n")
		}
		h.writePost(m, postView{
			Post: p, heading: "3", here: c.here, viewer: r.viewer, spread: spreads[p.ID],
			poster: p.Author.ID == c.thread.Article.Author.ID,
		})
	}
	return m.html()
}

// writeOne is a post by itself, the first thing on a page.
func (h *Handler) writeOne(r *request, t board.Thread, p board.Post) template.HTML {
	m := newMarkup(r.reader)
	h.writePost(m, postView{
		Post: p, heading: "2", here: func(int) bool { return false }, viewer: r.viewer,
		poster: p.Author.ID == t.Article.Author.ID, spread: h.phrases(r, []board.Post{p})[p.ID],
	})
	return m.html()
}

// writePost adds a post in the order that the board has always had: whom it
// answers, text, number and author, what can be done with it. Who wants to know
// first who speaks has set so. The bare number is for links of older boards.
func (h *Handler) writePost(m *markup, v postView) {
	n := v.Number
	m.tag(`<article class="post h-entry" tabindex="-1" id="p`).number(n).tag(`" aria-labelledby="h`).number(n).tag(`">`)
	h.writeHeading(m, v)
	if v.State != board.Live {
		h.writeTombstone(m, v)
		m.tag("</article>\n")
		return
	}
	if m.ByTop {
		writeByline(m, v)
	}
	writeTo(m, v)
	writeBody(m, v.Post)
	if !m.ByTop {
		writeByline(m, v)
	}
	h.writeActions(m, v)
	m.tag("</article>\n")
}

// writeHeading adds what a screen reader goes by; it is not to be seen.
func (h *Handler) writeHeading(m *markup, v postView) {
	m.tag("<h").tag(v.heading).tag(` class="vh" id="h`).number(v.Number).tag(`"><a id="`).number(v.Number).tag(`"></a>`)
	switch {
	case v.State == board.Deleted:
		m.words("Post %d, deleted", v.Number)
	case v.State == board.Removed:
		m.words("Post %d, removed", v.Number)
	case v.To.Post != 0:
		m.words("Post %d by %s, to %s, post %d", v.Number, shortHandle(v.Author), shortHandle(v.To.Author), v.To.Number)
	default:
		m.words("Post %d by %s", v.Number, shortHandle(v.Author))
	}
	if v.State == board.Live && v.Warning != "" {
		m.tag(", ").words("with content warning")
	}
	m.tag("</h").tag(v.heading).tag(">\n")
}

// shortHandle is name for ours and name@host for others.
func shortHandle(a board.Actor) string {
	if a.Local() {
		return a.Name
	}
	return a.Name + "@" + a.Host
}

func (h *Handler) writeTombstone(m *markup, v postView) {
	m.tag(`<p class="byline tomb">`)
	writeNumber(m, v.Post)
	when := func() { m.time(v.ClosedAt) }
	switch {
	case v.State == board.Removed:
		m.mix("removed by %s on %s", func() { m.text(v.ClosedBy) }, when)
		if v.Reason != "" {
			m.tag(": ").text(v.Reason)
		}
	case v.Local():
		m.mix("deleted by its author on %s", when)
	default:
		m.mix("removed at its origin (%s) on %s", func() { m.text(v.Author.Host) }, when)
	}
	writeSpread(m, v)
	m.tag("</p>")
}

func writeNumber(m *markup, p board.Post) {
	m.tag(`<a class="n u-url"`).attr("href", postPagePath(p.Thread, p.Number)).tag(">").number(p.Number).tag("</a> ")
}

// writeTo adds the line that says whom the post answers.
func writeTo(m *markup, v postView) {
	switch {
	case v.To.Post != 0:
		m.tag(`<p class="to">`).words("To:").tag(` <a class="u-in-reply-to"`).attr("href", toPath(m, v)).tag("><bdi>").text(toName(v.To.Author)).tag("</bdi> #").number(v.To.Number).tag("</a>")
		writeAlso(m, v)
		m.tag("</p>\n")
	case v.To.Unavailable():
		m.tag(`<p class="to">`).words("To:").tag(" ")
		linked := m.outlink(v.To.URI)
		m.words("a post that is not on this board")
		if linked {
			m.tag("</a>")
		}
		writeAlso(m, v)
		m.tag("</p>\n")
	}
}

// writeAlso adds the others whom the post is to: posts of theirs, or, where it
// came from elsewhere and names them alone, their pages.
func writeAlso(m *markup, v postView) {
	for _, a := range v.Also {
		m.tag("; <a")
		if a.Number < 0 {
			m.attr("href", actorPath(a.Author)).tag("><bdi>").text(toName(a.Author)).tag("</bdi></a>")
			continue
		}
		m.attr("href", numberPath(m, v, a.Number)).tag("><bdi>").text(toName(a.Author)).tag("</bdi> #").number(a.Number).tag("</a>")
	}
}

// toName is short: the number beside it says which post, and so whose.
func toName(a board.Actor) string {
	if a.Local() {
		return a.Label()
	}
	return a.Name
}

func toPath(m *markup, v postView) string { return numberPath(m, v, v.To.Number) }

// numberPath leads to a post of the same thread, on this page if it is there.
func numberPath(m *markup, v postView, number int) string {
	if v.here(number) {
		return "#p" + strconv.Itoa(number)
	}
	return m.placePath(v.Thread, number)
}

// writeBody adds the text in its own language, with what it brings along, folded
// under its warning.
func writeBody(m *markup, p board.Post) {
	m.tag(`<div class="body e-content" dir="auto"`)
	if p.Language != "" {
		m.attr("lang", p.Language)
	}
	m.tag(">")
	if p.Warning != "" {
		m.tag(`<details class="cw"`)
		if m.Open {
			m.tag(" open")
		}
		m.tag("><summary>").warning(p).tag("</summary>")
	}
	if p.SameAs > 0 {
		m.tag(`<details class="cw"><summary>`).words("Says the same as #%d", p.SameAs).tag("</summary>")
	}
	writeText(m, p)
	writeQuoted(m, p)
	writeMedia(m, p)
	if p.SameAs > 0 {
		m.tag("</details>")
	}
	if p.Warning != "" {
		m.tag("</details>")
	}
	m.tag("</div>\n")
}

// late is how long a post may be under way before the page says when it came.
const late = 15 * time.Minute

func writeByline(m *markup, v postView) {
	m.tag(`<p class="byline">`)
	writeNumber(m, v.Post)
	m.mix("posted on %s by %s", func() { m.published(v.PublishedAt) }, func() { m.author(v.Author) })
	if v.poster {
		m.tag(` <span class="badge">`).words("poster").tag("</span>")
	}
	if v.ArrivedAt.Sub(v.PublishedAt) > late {
		m.tag(" · ").mix("arrived %s", func() { m.time(v.ArrivedAt) })
	}
	if !v.EditedAt.IsZero() {
		m.tag(" · <a").attr("href", formPath(v.Thread, v.Number, "history")).tag(">").mix("edited %s", func() { m.time(v.EditedAt) }).tag("</a>")
	}
	writeSpread(m, v)
	writeLiked(m, v.Post)
	m.tag("</p>\n")
}

func writeLiked(m *markup, p board.Post) {
	if p.Likes > 0 {
		m.tag(" · ").text(m.n("%d like", "%d likes", p.Likes))
	}
	if p.Shares > 0 {
		m.tag(" · ").text(m.n("%d share", "%d shares", p.Shares))
	}
}

// writeActions adds the bar of what can be done. The brackets and strokes are
// the style sheet's, so that nobody has to hear them read out.
func (h *Handler) writeActions(m *markup, v postView) {
	about := func(words string) { m.tag(`<span class="vh"> `).words(words, v.Number).tag("</span></a></li>") }
	link := func(href string) *markup { return m.tag("<li><a").attr("href", href).tag(">") }
	m.tag(`<div class="acts"><ul>`)
	link(formPath(v.Thread, v.Number, "reply")).words("Post Reply")
	about("to post %d")
	if v.To.Post != 0 {
		link(toPath(m, v)).words("To %d", v.To.Number).tag("</a></li>")
	}
	link(formPath(v.Thread, v.Number, "replies")).words("View Replies")
	if v.Replies > 0 {
		m.tag(" (").number(v.Replies).tag(")")
	}
	about("to post %d")
	if !v.Local() && isWeb(v.URL) {
		m.tag("<li>")
		m.outlink(v.URL)
		m.words("Original")
		about("of post %d")
	}
	if h.board.MayEdit(v.viewer, v.Post) {
		link(formPath(v.Thread, v.Number, "edit")).words("Edit")
		about("post %d")
	}
	h.writeDelete(m, v)
	writeMore(m, v)
	m.tag("</ul></div>\n")
}

func (h *Handler) writeDelete(m *markup, v postView) {
	word := phrase("Delete")
	if !h.board.MayDelete(v.viewer, v.Post) {
		if !h.board.MayRemove(v.viewer, v.Post) {
			return
		}
		word = phrase("Remove")
	}
	m.tag("<li><a").attr("href", formPath(v.Thread, v.Number, "delete")).tag(">").words(word)
	m.tag(`<span class="vh"> `).words("post %d", v.Number).tag("</span></a></li>")
}

// writeMore adds what is seldom wanted: the address that somebody with an account
// elsewhere pastes into the search of his own server to answer the post from
// there, the way there, and what else its author says in the thread.
func writeMore(m *markup, v postView) {
	m.tag(`<li><details class="addr"><summary>`).words("More").tag("</summary><code>").text(v.URI).tag("</code>")
	if v.viewer.ID == 0 {
		m.tag(" <a").attr("href", formPath(v.Thread, v.Number, "remote")).tag(">").words("Reply from your server").tag("</a>")
	}
	m.tag(" <a").attr("href", byPath(v.Thread, v.Author)).tag(">").words("All by %s here", shortHandle(v.Author)).tag("</a></details></li>")
}
