package board

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// MediaKind says what an attachment is.
type MediaKind string

// The kinds of attachments.
const (
	Image MediaKind = "image"
	Video MediaKind = "video"
	Audio MediaKind = "audio"
	File  MediaKind = "file" // anything else
)

// Attachment is a picture, film, sound or file that a post of another server
// brings along. It stays there; the board keeps its address.
type Attachment struct {
	Kind    MediaKind
	URL     string // where it is
	Text    string // description for those who do not see it; empty if there is none
	Picture string // address of what can be shown of it: an image itself, a still of a film; may be empty
	Width   int    // of the picture, as the other server claims; 0 if unknown
	Height  int
}

// Key names the picture on this board; empty where there is none.
func (a Attachment) Key() string { return MediaKey(a.Picture) }

// MediaKey is the name of what is at an address: 32 hexadecimal digits that do
// not tell it. It is empty for no address.
func MediaKey(address string) string {
	if address == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(address))
	return hex.EncodeToString(sum[:16])
}

// Media is what a post of another server brings along beside its text.
type Media struct {
	Attachments []Attachment
	Sensitive   bool    // the attachments are not for everybody's eyes
	Emojis      []Emoji // pictures for shortcodes in text and warning
	Quote       string  // ActivityPub id of the post that it quotes; may be empty
}

// Quoted is the post that another one quotes. The zero value means none. Where
// Post is 0 it is not on this board, or not any more, and only URI is known.
type Quoted struct {
	URI      string // its ActivityPub id
	Post     PostID
	Thread   ThreadID
	Number   int
	Author   Actor
	HTML     string // safe
	Language string
	Warning  string
}

// Known reports whether the quoted post can be read on this board.
func (q Quoted) Known() bool { return q.Post != 0 }

// Bounds of what a post may bring along.
const (
	maxAttachments = 16
	maxDescription = 1500  // characters
	maxPixels      = 20000 // of a picture's width or height, as claimed
)

// cleanMedia keeps what can be shown of what came.
func cleanMedia(m Media) Media {
	clean := Media{Sensitive: m.Sensitive, Emojis: cleanEmojis(m.Emojis)}
	clean.Quote, _ = webLink(m.Quote)
	for _, a := range m.Attachments {
		if a, ok := cleanAttachment(a); ok && len(clean.Attachments) < maxAttachments {
			clean.Attachments = append(clean.Attachments, a)
		}
	}
	return clean
}

func cleanAttachment(a Attachment) (clean Attachment, ok bool) {
	switch a.Kind {
	case Image, Video, Audio, File:
	default:
		a.Kind = File
	}
	a.URL, _ = webLink(a.URL)
	a.Picture, _ = webLink(a.Picture)
	a.Text = cleanLine(a.Text, maxDescription)
	if a.Picture == "" || a.Width < 1 || a.Height < 1 || a.Width > maxPixels || a.Height > maxPixels {
		a.Width, a.Height = 0, 0
	}
	return a, a.URL != ""
}

// cleanEmojis keeps those with a name and an address, the first of each name.
func cleanEmojis(emojis []Emoji) []Emoji {
	var clean []Emoji
	for _, e := range emojis {
		e.Shortcode = strings.Trim(e.Shortcode, ":")
		e.URL, _ = webLink(e.URL)
		same := func(other Emoji) bool { return other.Shortcode == e.Shortcode }
		if validShortcode(e.Shortcode) && e.URL != "" && len(clean) < maxEmojis && !slices.ContainsFunc(clean, same) {
			clean = append(clean, e)
		}
	}
	return clean
}

// shortcodesOf are the names of emojis.
func shortcodesOf(emojis []Emoji) []string {
	var codes []string
	for _, e := range emojis {
		codes = append(codes, e.Shortcode)
	}
	return codes
}

// bring fills in what a post brings along.
func (p *Post) bring(m Media) {
	p.Attachments, p.Sensitive, p.Emojis = m.Attachments, m.Sensitive, shortcodesOf(m.Emojis)
	p.Quoted = Quoted{URI: m.Quote}
}

// EmojiHost is the server whose emojis stand in what is at a URI: that of the
// URI, whatever the handle says.
func EmojiHost(uri string) string {
	_, rest, _ := strings.Cut(uri, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// WithoutQuote takes out of safe HTML what stands there for servers that do not
// show a quoted post: elements of the class quote-inline.
func WithoutQuote(safe string) string {
	if !strings.Contains(safe, "quote-inline") {
		return safe
	}
	var kept strings.Builder
	left, depth := "", 0 // the element that is left out, and how many of its name are open
	for safe != "" {
		text, rest, found := strings.Cut(safe, "<")
		tag, rest, _ := strings.Cut(rest, ">")
		name, attributes, _ := strings.Cut(tag, " ")
		safe = rest
		begins := (name == "p" || name == "span") && strings.Contains(attributes, "quote-inline")
		switch {
		case depth == 0 && begins:
			kept.WriteString(text)
			left, depth = name, 1
		case depth == 0 && found:
			kept.WriteString(text + "<" + tag + ">")
		case depth == 0:
			kept.WriteString(text)
		case name == left:
			depth++
		case name == "/"+left:
			depth--
		}
	}
	return kept.String()
}

// titleOfMedia makes a title for a post that is nothing but media: the first
// description that there is, else what it is.
func titleOfMedia(m Media, max int) string {
	title := ""
	for _, a := range m.Attachments {
		if a.Text != "" {
			return shorten(a.Text, max)
		}
		title = cmp.Or(title, kindNames[a.Kind])
	}
	return title
}

var kindNames = map[MediaKind]string{Image: "Picture", Video: "Video", Audio: "Sound", File: "File"}
