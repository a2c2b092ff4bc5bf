package inbox

import (
	"cmp"
	"html"
	"net/url"
	"path"
	"slices"
	"strings"

	"corkboard/activitypub"
	"corkboard/board"
)

// shownTypes are the pictures that a browser shows and the board fetches.
var shownTypes = []string{"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"}

// mediaOf is what a post brings along beside its text.
func mediaOf(o *activitypub.Object) board.Media {
	m := board.Media{Sensitive: o.Sensitive, Emojis: emojisOf(o), Quote: o.Quote}
	cited := ""
	if o.InReplyTo == "" {
		cited = citationOf(o).URL
	}
	for _, a := range o.Attachments {
		if attached, ok := attachmentOf(a); ok && !isSaid(o, a, cited, attached) {
			m.Attachments = append(m.Attachments, attached)
			m.Sensitive = m.Sensitive || a.Sensitive
		}
	}
	m.Attachments = append(m.Attachments, itselfOf(o)...)
	if hasExcerpt(o) && o.Image.URL != "" && !hasImage(m.Attachments) {
		a := o.Image
		a.Type = "Image"
		if attached, ok := attachmentOf(a); ok {
			m.Attachments = append(m.Attachments, attached)
		}
	}
	return m
}

// isSaid reports whether a link that is attached stands in the article's source
// line or in the text already.
func isSaid(o *activitypub.Object, a activitypub.Attachment, cited string, attached board.Attachment) bool {
	if a.Type != "Link" || attached.Kind == board.Image {
		return false
	}
	return a.URL == cited || strings.Contains(o.Content, html.EscapeString(a.URL))
}

func hasImage(attachments []board.Attachment) bool {
	return slices.ContainsFunc(attachments, func(a board.Attachment) bool { return a.Kind == board.Image })
}

// attachmentOf is one thing that is attached. What is none, such as a line of a
// profile, is left out.
func attachmentOf(a activitypub.Attachment) (board.Attachment, bool) {
	attached := board.Attachment{Kind: kindOf(a), URL: a.URL, Text: a.Name, Width: a.Width, Height: a.Height}
	switch attached.Kind {
	case "":
		return attached, false
	case board.Image:
		if a.MediaType == "" || slices.Contains(shownTypes, strings.ToLower(a.MediaType)) {
			attached.Picture = a.URL
		}
	default:
		attached.Picture, attached.Width, attached.Height = a.Preview, 0, 0
	}
	return attached, true
}

// kindOf finds out what is attached: by its media type, else by its type, else
// by its address.
func kindOf(a activitypub.Attachment) board.MediaKind {
	switch family, _, _ := strings.Cut(a.MediaType, "/"); {
	case family == "image", a.Type == "Image":
		return board.Image
	case family == "video", a.Type == "Video":
		return board.Video
	case family == "audio", a.Type == "Audio":
		return board.Audio
	}
	if u, err := url.Parse(a.URL); err == nil && a.MediaType == "" && endings[strings.ToLower(path.Ext(u.Path))] {
		return board.Image
	}
	if a.Type == "Document" || a.Type == "Link" {
		return board.File
	}
	return ""
}

// endings are those of pictures' addresses: Lemmy attaches a picture as a Link.
var endings = map[string]bool{".png": true, ".jpg": true, ".jpeg": true, ".gif": true, ".webp": true, ".avif": true}

// itselfOf is the picture, film or sound that a post itself is. PeerTube gives
// a film many addresses; people watch it on its page.
func itselfOf(o *activitypub.Object) []board.Attachment {
	if !o.Is("Image", "Video", "Audio", "Document") {
		return nil
	}
	a := activitypub.Attachment{Type: o.Type, Name: o.Name, Preview: cmp.Or(o.Icon.URL, o.Image.URL)}
	if o.Is("Video") {
		a.URL = o.URL
	} else {
		for _, l := range o.Links {
			if a.URL == "" && l.MediaType != "" && l.MediaType != "text/html" {
				a.URL, a.MediaType = l.Href, l.MediaType
			}
		}
	}
	attached, ok := attachmentOf(a)
	if !ok || a.URL == "" {
		return nil
	}
	return []board.Attachment{attached}
}

// emojisOf are the pictures that a post or an actor has for shortcodes.
func emojisOf(o *activitypub.Object) []board.Emoji {
	var emojis []board.Emoji
	for _, t := range o.Tags {
		if t.Type == "Emoji" {
			emojis = append(emojis, board.Emoji{Shortcode: t.Name, URL: t.Icon})
		}
	}
	return emojis
}

// linksTo are links to what a letter brings along: a letter keeps only a text.
func linksTo(attachments []board.Attachment) string {
	var links strings.Builder
	for _, a := range attachments {
		if activitypub.Host(a.URL) != "" {
			links.WriteString(`<p><a href="` + html.EscapeString(a.URL) + `">` + html.EscapeString(cmp.Or(a.Text, mediaNames[a.Kind])) + `</a></p>`)
		}
	}
	return links.String()
}

var mediaNames = map[board.MediaKind]string{board.Image: "Picture", board.Video: "Video", board.Audio: "Sound", board.File: "File"}
