package web

import (
	"html/template"
	"strings"

	"corkboard/board"
)

// Owner is what the board's owner says on it and how he wants it to look. All
// of it may be empty. Texts are Markdown unless it says otherwise.
type Owner struct {
	Masthead   string // a short plain line beside the board's name
	Disclaimer string // at the foot of every page
	Front      string // above the articles of the front page
	Rules      string // of /rules, which is not there without
	Privacy    string // of /privacy, instead of what is true of any board
	Contact    string // whole address, of a mailbox or a page
	Colors     Colors
	Logo       Logo
	Blocked    []string // servers that the board takes nothing from
	Version    string   // of the program
	Source     string   // whole address of the program's source
}

// Logo is a picture beside the board's name; the zero value is none.
type Logo struct {
	Extension string // .svg, .png, .jpg or .webp
	Body      []byte
}

// words are the owner's texts, ready to be shown.
type words struct {
	Disclaimer, Front, Rules, Privacy template.HTML
}

func newWords(b *board.Board, o Owner) words {
	return words{
		Disclaimer: safe(b.RenderOwn(o.Disclaimer)), Front: safe(b.RenderOwn(o.Front)),
		Rules: safe(b.RenderOwn(o.Rules)), Privacy: safe(b.RenderOwn(o.Privacy)),
	}
}

// ContactName is the contact as people write it.
func (o Owner) ContactName() string { return strings.TrimPrefix(o.Contact, "mailto:") }

// Preview is the whole address of a picture for previews of links; empty if
// the owner has set none that such programs can show.
func (s site) Preview() string {
	if s.Logo == "" || strings.HasSuffix(s.Logo, ".svg") {
		return ""
	}
	return string(s.Address) + s.Logo
}
