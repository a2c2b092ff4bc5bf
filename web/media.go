package web

import (
	"net/url"
	"slices"
	"strings"

	"corkboard/board"
)

// attachmentsShown is how many pictures, films and sounds stand under a post;
// the others are folded.
const attachmentsShown = 4

// figureSide is how wide and high a picture is shown, in CSS pixels.
const figureSide = 384

// quotedWords is how much of a quoted post is shown.
const quotedWords = 60

// picturePath leads to a picture of another server on this board.
func picturePath(key string) string { return "/media/" + key }

// emojiPath leads to what a server has for a shortcode.
func emojiPath(host, shortcode string) string {
	return "/media/emoji/" + url.PathEscape(host) + "/" + shortcode
}

// writeText adds the text of a post, with the pictures of its emojis, and long
// quotes folded.
func writeText(m *markup, p board.Post) {
	html := p.HTML
	if p.Quoted.URI != "" {
		html = board.WithoutQuote(html)
	}
	m.foldQuotes(html, func(m *markup, piece string) *markup { return writePiece(m, p, piece) })
}

// writePiece adds a balanced piece of a text.
func writePiece(m *markup, p board.Post, html string) *markup {
	if !m.pictures || len(p.Emojis) == 0 {
		return m.safe(html)
	}
	code := 0 // elements open in which a shortcode is meant as it is written
	for html != "" {
		text, rest, found := strings.Cut(html, "<")
		if code > 0 {
			m.safe(text)
		} else {
			m.emojis(board.EmojiHost(p.URI), p.Emojis, text, (*markup).safe)
		}
		if !found {
			break
		}
		tag, after, _ := strings.Cut(rest, ">")
		switch name, _, _ := strings.Cut(tag, " "); name {
		case "code", "pre":
			code++
		case "/code", "/pre":
			code--
		}
		m.safe("<" + tag + ">")
		html = after
	}
	return m
}

// emojis adds a text with pictures for the shortcodes that have one; write adds
// the words between.
func (m *markup) emojis(host string, known []string, text string, write func(*markup, string) *markup) *markup {
	for before, shortcode := range board.Shortcodes(text) {
		write(m, before)
		switch {
		case shortcode == "":
		case slices.Contains(known, shortcode):
			m.emoji(host, shortcode)
		default:
			m.tag(":").tag(shortcode).tag(":")
		}
	}
	return m
}

func (m *markup) emoji(host, shortcode string) {
	word := ":" + shortcode + ":"
	m.tag(`<img class="emoji"`).attr("src", emojiPath(host, shortcode)).attr("alt", word).attr("title", word)
	m.tag(` width="20" height="20" loading="lazy" decoding="async">`)
}

// label adds somebody's name, with the pictures in it.
func (m *markup) label(a board.Actor) *markup {
	if !m.pictures || len(a.Emojis) == 0 {
		return m.text(a.Label())
	}
	for _, part := range a.LabelParts() {
		if m.text(part.Text); part.Emoji != "" {
			m.emoji(board.EmojiHost(a.URI), part.Emoji)
		}
	}
	return m
}

// warning adds the words of a content warning.
func (m *markup) warning(p board.Post) *markup {
	return m.mix("Content warning: %s", func() {
		if m.pictures && len(p.Emojis) > 0 {
			m.emojis(board.EmojiHost(p.URI), p.Emojis, p.Warning, (*markup).text)
		} else {
			m.text(p.Warning)
		}
	})
}

// writeQuoted adds what the post quotes: the beginning of it where it is on this
// board, else a link.
func writeQuoted(m *markup, p board.Post) {
	q := p.Quoted
	switch {
	case q.Known():
		place := m.placePath(q.Thread, q.Number)
		if q.Number == 0 {
			place = threadPagePath(q.Thread, 1)
		}
		m.tag(`<blockquote class="cited"`).attr("cite", place).tag(`><p class="meta">`).author(q.Author)
		m.tag(" <a").attr("href", place).tag(">#").number(q.Number).tag("</a></p><p dir=\"auto\"")
		if q.Language != "" {
			m.attr("lang", q.Language)
		}
		m.tag(">")
		if q.Warning != "" {
			m.words("Content warning: %s", q.Warning)
		} else {
			m.text(board.Excerpt(q.HTML, quotedWords))
		}
		m.tag("</p></blockquote>")
	case isWeb(q.URI):
		m.tag(`<p class="meta">`)
		m.outlink(q.URI)
		m.words("It quotes a post that is not on this board.").tag("</a></p>")
	}
}

// writeMedia adds what a post brings along, folded where it is not for
// everybody's eyes and no warning folds it already.
func writeMedia(m *markup, p board.Post) {
	if len(p.Attachments) == 0 {
		return
	}
	folded := p.Sensitive && p.Warning == ""
	if folded {
		m.tag(`<details class="cw"`)
		if m.Open {
			m.tag(" open")
		}
		m.tag("><summary>").words("Sensitive media – show").tag("</summary>")
	}
	m.tag(`<div class="media"`)
	if p.Language != "" {
		m.attr("lang", m.Tag)
	}
	m.tag(">")
	for i, a := range p.Attachments {
		if i == attachmentsShown {
			more := len(p.Attachments) - attachmentsShown
			m.tag(`<details><summary>`).text(m.n("and %d more", "and %d more", more)).tag(`</summary><div class="media">`)
		}
		writeAttachment(m, a, p.Language)
	}
	if len(p.Attachments) > attachmentsShown {
		m.tag("</div></details>")
	}
	m.tag("</div>")
	if folded {
		m.tag("</details>")
	}
}

// writeAttachment adds a picture with its description, or a link to what is not
// shown here.
func writeAttachment(m *markup, a board.Attachment, language string) {
	m.tag("<figure>")
	if m.pictures && a.Picture != "" {
		writePicture(m, a)
	}
	m.tag("<figcaption>")
	switch {
	case a.Text != "":
		m.tag(`<span dir="auto"`)
		if language != "" {
			m.attr("lang", language)
		}
		m.tag(">").text(a.Text).tag("</span> ")
	case a.Kind == board.Image:
		m.words("Image without description").tag(" ")
	}
	if m.outlink(a.URL) {
		m.words(mediaPlaces[a.Kind], hostOf(a.URL)).tag("</a>")
	}
	m.tag("</figcaption></figure>\n")
}

// mediaPlaces are what a link to an attachment says.
var mediaPlaces = map[board.MediaKind]string{
	board.Image: phrase("Picture at %s"), board.Video: phrase("Video at %s"), board.Audio: phrase("Sound at %s"), board.File: phrase("File at %s"),
}

func writePicture(m *markup, a board.Attachment) {
	if m.Images == "click" {
		m.tag("<details><summary>").words("Show the picture").tag("</summary>")
	}
	alt := a.Text
	if a.Kind != board.Image {
		alt = "" // a still says nothing that the caption does not
	}
	m.tag("<img").attr("src", picturePath(a.Key())).attr("alt", alt)
	if a.Width > 0 {
		// As it will be shown, 24 rem at most each way: so nothing moves when it comes.
		scale := min(1, figureSide/float64(a.Width), figureSide/float64(a.Height))
		width, height := max(1, int(float64(a.Width)*scale)), max(1, int(float64(a.Height)*scale))
		m.tag(` width="`).number(width).tag(`" height="`).number(height).tag(`"`)
	}
	m.tag(` loading="lazy" decoding="async">`)
	if m.Images == "click" {
		m.tag("</details>")
	}
}

// excerpt is the beginning of a post's text; of one without any it is what the
// first thing that it brings along shows.
func (r *reader) excerpt(p board.Post, words int) string {
	html := p.HTML
	if p.Quoted.URI != "" {
		html = board.WithoutQuote(html)
	}
	if html == "" && len(p.Attachments) > 0 {
		a := p.Attachments[0]
		return or(a.Text, r.t(mediaPlaces[a.Kind], hostOf(a.URL)))
	}
	return board.Excerpt(html, words)
}

// broughtLinks are links to what a post brings along and quotes, where pictures
// cannot be shown: in feeds.
func broughtLinks(words *texts, p board.Post) string {
	m := newMarkup(&reader{texts: words})
	if !p.Quoted.Known() {
		writeQuoted(m, p)
	}
	for _, a := range p.Attachments {
		m.tag("<p>")
		linked := m.outlink(a.URL)
		if m.text(or(a.Text, m.t(mediaPlaces[a.Kind], hostOf(a.URL)))); linked {
			m.tag("</a>")
		}
		m.tag("</p>")
	}
	return string(m.html())
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
