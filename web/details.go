package web

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"corkboard/board"
)

// How often one member may have pages looked at.
const (
	detailsBurst = 10
	detailsEvery = 10 * time.Second
)

// foundDetails is what became of a form after its link was looked at.
type foundDetails struct {
	Filled  []string // fields that were empty, or were to be replaced
	Missing []string // fields that the page says nothing of
	Kept    []keptField
	Link    string // what the page calls itself, where that is another address
	Creator string // the handle of its author
}

// keptField is a field that was typed, of which the page says something else.
type keptField struct{ Name, Found string }

// fetchDetails looks at the page behind the link and fills the form in. What
// somebody typed stays, unless it is to be replaced.
func (h *Handler) fetchDetails(r *request, p *articlePage, replace bool) error {
	if h.config.Details == nil {
		return board.FieldErrorf("url", "This board reads no other pages; fill the form in by hand.")
	}
	link := p.Form.citation().URL
	if link == "" {
		return board.FieldErrorf("url", "Paste the link to the article first.")
	}
	if wait := h.lookups.wait("details " + r.member.Name); wait > 0 {
		return board.TooManyErrorf(wait, "That is a lot of pages at once. Please wait a little, or fill the form in by hand.")
	}
	d, err := h.config.Details(r.Context(), link)
	if err != nil {
		return err
	}
	p.Found = h.fill(r, &p.Form, d, replace)
	return nil
}

// fill puts what a page says into a form.
func (h *Handler) fill(r *request, f *form, d board.Details, replace bool) *foundDetails {
	found := &foundDetails{Creator: d.Creator}
	if typed := f.citation().URL; d.Link != "" && d.Link != typed {
		f.Values.Set("url", d.Link)
		found.Link = d.Link
	}
	untouched := replace || strings.TrimSpace(f.Get("text")) == "" // nobody wrote in another language yet
	for _, field := range []struct{ input, name, found string }{
		{"title", r.t("title"), d.Title},
		{"publication", r.t("publication"), d.Publication},
		{"author", r.t("author"), d.Author},
		{"date", r.t("date"), d.Date},
	} {
		found.fill(f, field.input, field.name, field.found, replace)
	}
	if said := formLanguage(d.Language); said != "" && said != f.Get("language") && untouched {
		f.Values.Set("language", said)
		found.Filled = append(found.Filled, r.t("language"))
	}
	found.fill(f, "text", r.t("description"), h.excerptOf(r, f, d.Description), false)
	if len(d.Keywords) > 0 {
		f.Values.Set("tags", strings.Join(d.Keywords, ","))
	}
	return found
}

func (d *foundDetails) fill(f *form, input, name, found string, replace bool) {
	typed := strings.TrimSpace(f.Get(input))
	switch {
	case found == "" && typed == "":
		d.Missing = append(d.Missing, name)
	case found == "" || found == typed:
	case typed == "" || replace:
		f.Values.Set(input, found)
		d.Filled = append(d.Filled, name)
	case input != "text": // whoever wrote a text wants no other
		d.Kept = append(d.Kept, keptField{name, found})
	}
}

// excerptOf is as much of a page's description as its source allows.
func (h *Handler) excerptOf(r *request, f *form, description string) string {
	p, err := h.board.PreviewArticle(r.Context(), board.NewArticle{
		By: r.viewer.ID, Citation: f.citation(), Text: board.Text{Markdown: description},
	})
	switch {
	case err != nil || p.Quota.Limit == 0:
		return ""
	case p.Quota.TooMany() > 0:
		return strings.TrimRight(p.Quota.Within, " .,;:–-") + "…"
	}
	return description
}

// formLanguage is a language as forms offer it: en for en-GB.
func formLanguage(tag string) string {
	base, _, _ := strings.Cut(tag, "-")
	if slices.ContainsFunc(languages, func(o option) bool { return o.Value == base }) {
		return base
	}
	return tag
}

// sharedThing is what a bookmark or another program hands over.
type sharedThing struct{ link, title, text string }

var webAddress = regexp.MustCompile(`https?://[^\s<>"]+`)

// readShared sorts out what was handed over. Telephones put the link at the end
// of the text, and what it is called before it.
func readShared(link, title, text string) sharedThing {
	s := sharedThing{strings.TrimSpace(link), strings.TrimSpace(title), strings.TrimSpace(newlines.Replace(text))}
	if s.link == "" {
		if at := webAddress.FindStringIndex(s.text); at != nil {
			s.link = strings.TrimRight(s.text[at[0]:at[1]], ".,;:!?)»”’'")
			s.text = strings.TrimSpace(s.text[:at[0]] + s.text[at[0]+len(s.link):])
		}
	}
	if s.title == "" && !strings.Contains(s.text, "\n") && utf8.RuneCountInString(s.text) <= 200 {
		s.title, s.text = s.text, ""
	}
	if s.text == s.title {
		s.text = ""
	}
	return s
}
