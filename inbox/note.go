package inbox

import (
	"context"
	"encoding/json"
	"html"
	"path"
	"slices"
	"strings"

	"corkboard/activitypub"
	"corkboard/board"
)

// postTypes are the objects that can stand on the board.
var postTypes = []string{"Note", "Article", "Page", "Question", "Image", "Video", "Event", "Audio", "Document", "ChatMessage"}

func isPost(o *activitypub.Object) bool { return o.Is(postTypes...) }

// hasExcerpt reports whether the summary of such an object is an excerpt of it.
// That of a Note is a content warning.
func hasExcerpt(o *activitypub.Object) bool {
	return o.Is("Article", "Page", "Video", "Event", "Audio", "Document", "Image")
}

const (
	maxMentions = 20
	maxOptions  = 20
)

// textOf is what a post says, not made safe yet: its content, and the options
// of a poll.
func (in *Inbox) textOf(ctx context.Context, o *activitypub.Object) (board.Text, error) {
	text := board.Text{HTML: o.Content, Language: o.Language}
	switch {
	case !hasExcerpt(o) && !isSubject(o):
		text.Warning = o.Summary
	case strings.TrimSpace(o.Content) == "":
		text.HTML = o.Summary
	}
	switch o.MediaType {
	case "text/markdown":
		rendered, err := in.Board.Preview(ctx, board.Text{Markdown: text.HTML}, 0)
		if err != nil {
			return text, err
		}
		text.HTML = rendered
	case "text/plain":
		text.HTML = "<p>" + strings.ReplaceAll(html.EscapeString(text.HTML), "\n", "<br>") + "</p>"
	}
	text.HTML += optionsOf(o)
	return text, nil
}

// isSubject reports whether the summary repeats the subject of what is
// answered, as in mail, and warns of nothing.
func isSubject(o *activitypub.Object) bool {
	return !o.Sensitive && len(o.Summary) > 3 && strings.EqualFold(o.Summary[:3], "re:")
}

// optionsOf lists what could be voted for in a poll.
func optionsOf(o *activitypub.Object) string {
	if !o.Is("Question") {
		return ""
	}
	type option struct{ Name string }
	var poll struct{ OneOf, AnyOf []option }
	if err := json.Unmarshal(o.Raw(), &poll); err != nil {
		return "" // of another shape: the question is there without them
	}
	var list strings.Builder
	for i, option := range slices.Concat(poll.OneOf, poll.AnyOf) {
		if i == maxOptions {
			break
		}
		list.WriteString("<li>" + html.EscapeString(option.Name) + "</li>")
	}
	if list.Len() == 0 {
		return ""
	}
	return "<ul>" + list.String() + "</ul>"
}

// citationOf finds the source of an article: said as such, linked as such
// (Lemmy), or the address of a Page that is on another host.
func citationOf(o *activitypub.Object) board.Citation {
	if c := o.Citation; c != nil {
		return board.Citation{URL: webAddress(c.URL), Publication: c.Publisher, Author: c.Author, Date: c.DatePublished}
	}
	for _, m := range o.Attachments {
		if m.Type == "Link" && activitypub.Host(m.URL) != "" {
			return board.Citation{URL: m.URL}
		}
	}
	if o.Is("Page") && activitypub.Host(o.URL) != "" && !activitypub.SameHost(o.URL, o.ID) {
		return board.Citation{URL: o.URL}
	}
	return board.Citation{}
}

// webAddress drops what is no address on the web: an article is not refused for it.
func webAddress(uri string) string {
	if activitypub.Host(uri) == "" {
		return ""
	}
	return uri
}

// keywordsOf are the hashtags. Lemmy adds the name of the community, which says
// nothing that the topic does not.
func keywordsOf(o *activitypub.Object, topics []board.Topic) []string {
	var words []string
	for _, t := range o.Tags {
		word := strings.TrimPrefix(t.Name, "#")
		isGroup := func(uri string) bool { return strings.EqualFold(path.Base(uri), word) }
		isTopic := func(t board.Topic) bool { return strings.EqualFold(t.Name, word) }
		if t.Type != "Hashtag" || word == "" || slices.ContainsFunc(o.Audience, isGroup) || slices.ContainsFunc(topics, isTopic) {
			continue
		}
		words = append(words, word)
	}
	return words
}

// mentioned are the people whom a post mentions and whom the board knows.
func (in *Inbox) mentioned(ctx context.Context, o *activitypub.Object) ([]board.ActorID, error) {
	var ids []board.ActorID
	for _, t := range o.Tags {
		if t.Type != "Mention" || t.Href == "" {
			continue
		}
		a, err := in.known(ctx, t.Href)
		if err != nil && board.KindOf(err) != board.NotFound {
			return nil, err
		}
		if err == nil && a.Type != board.Group && !slices.Contains(ids, a.ID) {
			ids = append(ids, a.ID)
		}
		if len(ids) == maxMentions {
			break
		}
	}
	return ids, nil
}

// remoteOf is what else is known of a post.
func remoteOf(p post) *board.Remote {
	r := &board.Remote{
		URI: p.ID, URL: p.ID, Published: p.Published, Updated: p.Updated,
		Unlisted: p.Visibility(p.carrier) == activitypub.VisibilityUnlisted, Original: p.original, Media: mediaOf(p.Object),
	}
	if activitypub.SameHost(p.URL, p.ID) {
		r.URL = p.URL
	}
	if r.Published.IsZero() && p.carrier != nil {
		r.Published = p.carrier.Published
	}
	return r
}
