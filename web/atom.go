package web

import (
	"bytes"
	"encoding/xml"
	"html"
	"net/http"
	"strings"
	"time"

	"corkboard/board"
)

// postsPerFeed is how many articles or posts a page of a feed has.
const postsPerFeed = 50

// feed is a list for feed readers, newest first: Atom (RFC 4287), with the
// threading of RFC 4685 and the paging of RFC 5005. Paths are ours.
type feed struct {
	Title   string    // without the board's name
	Path    string    // of this page of the feed
	First   string    // of its first page; empty is Path
	Older   string    // of the page after this one; empty on the last
	Page    string    // of the same list for people
	Since   time.Time // when there could first have been something in it; an empty feed was updated then
	Entries []feedEntry
}

// feedEntry is an article or a post in a feed. [Handler.articleEntry] and
// [Handler.postEntry] make them.
type feedEntry struct {
	Post   board.Post
	Title  string        // plain text
	Page   string        // whole address for people, here
	HTML   string        // safe
	Source string        // where an article was published first; may be empty
	Thread *board.Thread // of an article
	ToPage string        // whole address of the post that is answered, for people; may be empty
}

// articleEntry is an article with its source line and text.
func (h *Handler) articleEntry(t board.Thread) feedEntry {
	e := feedEntry{Post: t.Article, Title: t.Title, Page: h.whole(threadPagePath(t.ID, 1)), Thread: &t, HTML: sourceHTML(t.Citation) + t.Article.HTML}
	if isWeb(t.Citation.URL) {
		e.Source = t.Citation.URL
	}
	return e
}

// sourceHTML is a source line as a paragraph, its date as it was given.
func sourceHTML(c board.Citation) string {
	var parts []string
	for _, part := range []string{c.Publication, c.Date, c.Author} {
		if part != "" {
			parts = append(parts, html.EscapeString(part))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "<p>" + strings.Join(parts, " | ") + "</p>"
}

// postEntry is a post of the thread with this title.
func (h *Handler) postEntry(p board.Post, thread string) feedEntry {
	e := feedEntry{
		Post: p, Title: h.catalogue.own().t("Post %d: %s", p.Number, thread), HTML: p.HTML,
		Page: h.whole(postPagePath(p.Thread, p.Number)),
	}
	if p.Number == 0 {
		e.Title = thread
	}
	if thread == "" {
		e.Title = h.catalogue.own().t("Post %d: %s", p.Number, h.catalogue.own().t("(article deleted)"))
	}
	if p.To.Post != 0 {
		e.ToPage = h.whole(postPagePath(p.Thread, p.To.Number))
	}
	return e
}

// whole is the address of a path of ours.
func (h *Handler) whole(path string) string { return string(h.config.Address) + path }

// feedKind is the media type of Atom.
const feedKind = "application/atom+xml; charset=utf-8"

// showFeed sends a feed, the same one to everybody. The key and the version
// must say all that it depends on, as for [Handler.showCached].
func (h *Handler) showFeed(w http.ResponseWriter, r *request, key string, version int64, build func() (*feed, error)) error {
	w.Header().Set("Vary", "Accept-Encoding")
	if d, ok := h.cache.get(key, version); ok {
		h.sendPublic(w, r, d)
		return nil
	}
	if err := h.slowDown(r); err != nil {
		return err
	}
	f, err := build()
	if err != nil {
		return err
	}
	body, err := h.atom(f)
	if err != nil {
		return err
	}
	d := newDocument(http.StatusOK, "", body)
	d.kind, d.made = feedKind, time.Now()
	d.sign(version)
	h.cache.put(key, version, d)
	h.sendPublic(w, r, d)
	return nil
}

// atom writes a feed. What is deleted is not in it; under a content warning
// there is the warning, and a link to where the text can be opened.
func (h *Handler) atom(f *feed) ([]byte, error) {
	a := atomFeed{
		Space: "http://www.w3.org/2005/Atom", Threading: "http://purl.org/syndication/thread/1.0",
		ID: h.whole(or(f.First, f.Path)), Title: f.Title + " · " + h.site.Name, Updated: f.Since,
		Generator: "Corkboard", Icon: h.whole(h.site.Icon),
		Author: &atomPerson{Name: h.site.Name, URI: string(h.config.Address)},
		Links: []atomLink{
			{Rel: "self", Type: "application/atom+xml", Href: h.whole(f.Path)},
			{Rel: "alternate", Type: "text/html", Href: h.whole(f.Page)},
			{Rel: "first", Type: "application/atom+xml", Href: h.whole(or(f.First, f.Path))},
		},
	}
	if f.Older != "" {
		a.Links = append(a.Links, atomLink{Rel: "next", Type: "application/atom+xml", Href: h.whole(f.Older)})
	}
	for i := range f.Entries {
		if f.Entries[i].Post.State != board.Live {
			continue
		}
		entry := h.atomEntry(&f.Entries[i])
		if entry.Updated.After(a.Updated) {
			a.Updated = entry.Updated
		}
		a.Entries = append(a.Entries, entry)
	}
	if a.Updated.IsZero() {
		a.Updated = time.Unix(0, 0).UTC()
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	err := xml.NewEncoder(&b).Encode(a)
	b.WriteByte('\n')
	return b.Bytes(), err
}

func (h *Handler) atomEntry(e *feedEntry) atomEntry {
	p := e.Post
	a := atomEntry{
		ID: p.URI, Title: e.Title, Published: p.PublishedAt, Updated: p.PublishedAt,
		Author: h.atomAuthor(p.Author),
		Links:  []atomLink{{Rel: "alternate", Type: "text/html", Href: e.Page}},
	}
	if p.EditedAt.After(a.Updated) {
		a.Updated = p.EditedAt
	}
	if p.Warning != "" {
		a.Summary = h.catalogue.own().t("Content warning: %s", p.Warning)
	} else {
		a.Content = &atomText{Type: "html", Language: p.Language, Text: e.HTML + broughtLinks(h.catalogue.own(), p)}
	}
	if p.To.URI != "" {
		a.To = &atomTo{Ref: p.To.URI, Href: e.ToPage}
		if e.ToPage != "" {
			a.To.Type = "text/html"
		}
	}
	if e.Source != "" {
		a.Links = append(a.Links, atomLink{Rel: "via", Href: e.Source})
	}
	if e.Thread != nil {
		h.addThread(&a, e.Thread)
	}
	return a
}

// addThread says of an article what was said under it, and where it is filed.
func (h *Handler) addThread(a *atomEntry, t *board.Thread) {
	a.Links = append(a.Links, atomLink{
		Rel: "replies", Type: "application/atom+xml", Href: h.whole(threadFeedPath(t.ID, 0)), Count: &t.Posts,
	})
	for _, topic := range t.Topics {
		a.Categories = append(a.Categories, atomCategory{Term: topic.Name, Label: topic.Title(), Scheme: h.whole("/topics")})
	}
	for _, k := range t.Keywords {
		a.Categories = append(a.Categories, atomCategory{Term: k.Word})
	}
}

// atomAuthor names a person; those of other servers with their servers.
func (h *Handler) atomAuthor(a board.Actor) *atomPerson {
	person := &atomPerson{Name: a.Label(), URI: h.whole(actorPath(a))}
	if !a.Local() {
		person.Name += " (@" + a.Name + "@" + a.Host + ")"
	}
	return person
}

// What follows is Atom as RFC 4287, §4 has it, element by element.

type atomFeed struct {
	XMLName   xml.Name    `xml:"feed"`
	Space     string      `xml:"xmlns,attr"`
	Threading string      `xml:"xmlns:thr,attr"`
	ID        string      `xml:"id"`
	Title     string      `xml:"title"`
	Updated   time.Time   `xml:"updated"`
	Author    *atomPerson `xml:"author"`
	Generator string      `xml:"generator"`
	Icon      string      `xml:"icon"`
	Links     []atomLink  `xml:"link"`
	Entries   []atomEntry `xml:"entry"`
}

type atomEntry struct {
	ID         string         `xml:"id"`
	Title      string         `xml:"title"`
	Published  time.Time      `xml:"published"`
	Updated    time.Time      `xml:"updated"`
	Author     *atomPerson    `xml:"author"`
	Links      []atomLink     `xml:"link"`
	To         *atomTo        `xml:"thr:in-reply-to"`
	Categories []atomCategory `xml:"category"`
	Summary    string         `xml:"summary,omitempty"`
	Content    *atomText      `xml:"content"`
}

type atomPerson struct {
	Name string `xml:"name"`
	URI  string `xml:"uri"`
}

type atomLink struct {
	Rel   string `xml:"rel,attr"`
	Type  string `xml:"type,attr,omitempty"`
	Href  string `xml:"href,attr"`
	Count *int   `xml:"thr:count,attr"`
}

type atomTo struct {
	Ref  string `xml:"ref,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr,omitempty"`
}

type atomCategory struct {
	Term   string `xml:"term,attr"`
	Label  string `xml:"label,attr,omitempty"`
	Scheme string `xml:"scheme,attr,omitempty"`
}

type atomText struct {
	Type     string `xml:"type,attr"`
	Language string `xml:"xml:lang,attr,omitempty"`
	Text     string `xml:",chardata"`
}
