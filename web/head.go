package web

import (
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
	"time"

	"golang.org/x/text/language"

	"corkboard/board"
)

// card is what a page says of itself to other programs: to those that show a
// preview of a link to it, to search engines, to feed readers.
type card struct {
	Title       string // without the board's name and page numbers
	Description string // plain text
	Creator     string // @name@host of who wrote what it shows
	Published   string // RFC 3339; empty where the page is no article or post
	Edited      string
	Locale      string        // as OpenGraph has it: en_US; empty if unknown
	Data        template.HTML // a script element with JSON-LD; may be empty
}

// describedWords is how much of a text a preview of a link to it shows.
const describedWords = 40

// describe fills the card of a page about one post of a thread.
func (h *Handler) describe(f *frame, t board.Thread, p board.Post) {
	f.Card = card{
		Title: t.Title, Creator: "@" + p.Author.Handle(h.config.Address), Locale: locale(or(p.Language, f.Tag)),
		Published: stamp(p.PublishedAt), Edited: stamp(p.EditedAt), Description: f.opening(p, describedWords),
	}
}

// opening is the first words of a post, or the warning that is before them.
func (r *reader) opening(p board.Post, words int) string {
	if p.Warning != "" {
		return r.t("Content warning: %s", p.Warning)
	}
	return r.excerpt(p, words)
}

// stamp is a time for programs; empty if it is none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// locale writes a language as OpenGraph has it, with the country where most
// people live who speak it; empty if that is not known.
func locale(tag string) string {
	parsed, err := language.Parse(tag)
	if err != nil {
		return ""
	}
	base, _ := parsed.Base()
	region, sure := parsed.Region()
	if sure == language.No {
		return ""
	}
	return fmt.Sprintf("%s_%s", base, region)
}

// What follows is schema.org's DiscussionForumPosting, as search engines read it.

type discussion struct {
	Context   string         `json:"@context"`
	Type      string         `json:"@type"`
	URL       string         `json:"url"`
	Headline  string         `json:"headline"`
	Author    schemaPerson   `json:"author"`
	Published string         `json:"datePublished"`
	Modified  string         `json:"dateModified,omitempty"`
	Text      string         `json:"text,omitempty"`
	Language  string         `json:"inLanguage,omitempty"`
	Keywords  string         `json:"keywords,omitempty"`
	Shared    *schemaPage    `json:"sharedContent,omitempty"`
	Count     int            `json:"commentCount"`
	Comments  []schemaRemark `json:"comment,omitempty"`
}

type schemaPerson struct {
	Type string `json:"@type"`
	Name string `json:"name"`
	URL  string `json:"url"`
}

type schemaPage struct {
	Type string `json:"@type"`
	URL  string `json:"url"`
}

type schemaRemark struct {
	Type      string       `json:"@type"`
	URL       string       `json:"url"`
	Author    schemaPerson `json:"author"`
	Published string       `json:"datePublished"`
	Modified  string       `json:"dateModified,omitempty"`
	Text      string       `json:"text"`
}

// How many posts search engines are told of, and how much of each.
const (
	remarksSaid = 10
	remarkWords = 40
)

// discuss adds to a page's card what is on it, for search engines. Browsers
// do not run it, so the policy of pages has nothing against it.
func (h *Handler) discuss(f *frame, t board.Thread, posts []board.Post) {
	p := t.Article
	if p.State != board.Live {
		return
	}
	d := discussion{
		Context: "https://schema.org", Type: "DiscussionForumPosting", URL: h.whole(threadPagePath(t.ID, 1)), Headline: t.Title,
		Author: h.schemaPerson(p.Author), Published: stamp(p.PublishedAt), Modified: stamp(p.EditedAt),
		Text: f.opening(p, 5*remarkWords), Language: p.Language, Count: t.Posts,
	}
	var words []string
	for _, k := range t.Keywords {
		words = append(words, k.Word)
	}
	d.Keywords = strings.Join(words, ", ")
	if isWeb(t.Citation.URL) {
		d.Shared = &schemaPage{"WebPage", t.Citation.URL}
	}
	for _, p := range posts[:min(len(posts), remarksSaid)] {
		if p.State != board.Live {
			continue
		}
		d.Comments = append(d.Comments, schemaRemark{
			Type: "Comment", URL: h.whole(postPagePath(p.Thread, p.Number)), Author: h.schemaPerson(p.Author),
			Published: stamp(p.PublishedAt), Modified: stamp(p.EditedAt), Text: f.opening(p, remarkWords),
		})
	}
	f.Card.Data = dataScript(d)
}

func (h *Handler) schemaPerson(a board.Actor) schemaPerson {
	return schemaPerson{"Person", a.Label(), h.whole(actorPath(a))}
}

// dataScript is a script element with data in it that nothing can break out
// of: the encoder writes <, > and & as \u003c and so on.
func dataScript(v any) template.HTML {
	data, err := json.Marshal(v)
	if err != nil {
		return "" // strings and numbers can always be written
	}
	return safe(`<script type="application/ld+json">` + string(data) + "</script>")
}
