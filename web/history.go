package web

import (
	"html/template"
	"net/http"
	"strings"
	"time"

	"corkboard/board"
)

// historyPage is every text that a post has had, with what was changed.
type historyPage struct {
	frame
	Thread board.Thread
	Post   board.Post
	Place  string
	Edits  []editView // the newest first
	More   bool       // there were edits before these
	First  time.Time  // when the first text was posted
}

// editView is what one edit changed.
type editView struct {
	At       time.Time
	Fields   []fieldView // title, source line, warning, language: those that were changed
	Text     template.HTML
	Language string
}

// Nothing reports whether the edit changed nothing that is to be seen.
func (e editView) Nothing() bool { return len(e.Fields) == 0 && e.Text == "" }

// fieldView is a change of one line beside the text.
type fieldView struct {
	Name   string
	Change template.HTML
}

// Inserted is how additions look.
func (p *historyPage) Inserted() template.HTML {
	return newMarkup(p.reader).tag("<ins>").words("underlined").tag("</ins>").html()
}

// Deleted is how omissions look.
func (p *historyPage) Deleted() template.HTML {
	return newMarkup(p.reader).tag("<del>").words("struck out").tag("</del>").html()
}

// editsShown bounds the edits that are compared for one page.
const editsShown = 20

// showHistory answers /t/{thread}/{number}/history; number 0 is the article.
func (h *Handler) showHistory(w http.ResponseWriter, r *request) error {
	id, number := threadID(r), postNumber(r)
	version, posts, err := h.board.ThreadVersion(r.Context(), id)
	if err != nil {
		return err
	}
	if number > posts {
		return h.beyond(r, id, number, posts)
	}
	return h.showCached(w, r, formPath(id, number, "history"), version, func() (content, error) {
		thread, post, err := h.threadAndPost(r, id, number)
		if err != nil {
			return nil, err
		}
		title := r.t("History of post %d: %s", number, thread.Title)
		if number == 0 {
			title = r.t("History: %s", thread.Title)
		}
		p := &historyPage{frame: h.frame(r, "history", title), Thread: thread, Post: post, First: post.PublishedAt, Place: r.placePath(id, number)}
		if number == 0 {
			p.Place = threadPagePath(id, 1)
		}
		if post.State != board.Live {
			p.status = http.StatusGone // its texts went with it
			return p, nil
		}
		revisions, err := h.board.Revisions(r.Context(), post.ID, editsShown+1)
		if err != nil {
			return nil, err
		}
		if len(revisions) > editsShown {
			revisions, p.More = revisions[:editsShown], true
		}
		now := board.Revision{
			Title: thread.Title, Citation: thread.Citation, HTML: post.HTML, Source: post.Source,
			Warning: post.Warning, Language: post.Language,
		}
		for _, before := range revisions {
			p.Edits = append(p.Edits, r.editView(before, now, number == 0))
			now = before
		}
		return p, nil
	})
}

// editView compares two texts of a post.
func (r *reader) editView(before, after board.Revision, article bool) editView {
	e := editView{At: before.At, Language: after.Language}
	field := func(name, from, to string) {
		if from != to {
			e.Fields = append(e.Fields, fieldView{name, r.compared(from, to)})
		}
	}
	if article {
		field(r.t("Title"), before.Title, after.Title)
		field(r.t("Link"), before.Citation.URL, after.Citation.URL)
		field(r.t("Publication"), before.Citation.Publication, after.Citation.Publication)
		field(r.t("Author"), before.Citation.Author, after.Citation.Author)
		field(r.t("Date"), before.Citation.Date, after.Citation.Date)
	}
	field(r.t("Content warning"), before.Warning, after.Warning)
	field(r.t("Language"), before.Language, after.Language)
	from, to := before.Source, after.Source
	if from == "" || to == "" {
		from, to = board.PlainLines(before.HTML), board.PlainLines(after.HTML)
	}
	if from != to {
		e.Text = r.compared(from, to)
	}
	return e
}

// compared is the difference of two texts in markup that says what was added
// and what was dropped without colours too.
func (r *reader) compared(from, to string) template.HTML {
	m := newMarkup(r)
	for _, c := range difference(from, to) {
		switch c.Kind {
		case added:
			m.tag("<ins>").text(c.Text).tag("</ins>")
		case dropped:
			m.tag("<del>").text(c.Text).tag("</del>")
		default:
			m.text(trimmed(c.Text))
		}
	}
	return m.html()
}

// around is how many bytes of unchanged text stand to either side of a change.
const around = 400

// trimmed leaves out the middle of a long passage that was not changed.
func trimmed(text string) string {
	if len(text) <= 3*around {
		return text
	}
	return strings.ToValidUTF8(text[:around], "") + " […] " + strings.ToValidUTF8(text[len(text)-around:], "")
}
