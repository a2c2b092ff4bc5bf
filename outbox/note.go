package outbox

import (
	"context"
	"html"
	"net/url"
	"strings"
	"time"

	"corkboard/activitypub"
	"corkboard/board"
)

// scribe turns what is on the board into what travels: notes and actors. The
// speaker and the documents share it, so that both say the same.
type scribe struct {
	board *board.Board
}

func (s scribe) address() board.Address { return s.board.Address() }

// listed is how many ids stand on the first page of a Note's replies: Mastodon
// reads no second one.
const listed = 500

// full is a Note as others fetch it, with its replies.
func (s scribe) full(ctx context.Context, p board.Post, t board.Thread) (*activitypub.Note, error) {
	note, err := s.note(ctx, p, t, t.Topics[0])
	if err != nil {
		return nil, err
	}
	uris, total, err := s.replies(ctx, p, t)
	if err != nil {
		return nil, err
	}
	note.Replies = firstPage(note.Replies.ID, uris, total)
	return note, nil
}

// replies are the ids under a post: of an article every post of the thread, of
// a reply its direct answers.
func (s scribe) replies(ctx context.Context, p board.Post, t board.Thread) (uris []string, total int, err error) {
	switch {
	case p.Number == 0:
		if uris, err = s.board.PostURIs(ctx, t.ID, listed+1); err != nil {
			return nil, 0, err
		}
		if len(uris) > 0 && uris[0] == p.URI {
			uris = uris[1:]
		}
		if uris = uris[:min(len(uris), listed)]; len(uris) == listed {
			return uris, max(listed, t.Posts), nil
		}
	case p.Replies > 0:
		answers, err := s.board.Replies(ctx, p.ID, listed)
		if err != nil {
			return nil, 0, err
		}
		for _, a := range answers {
			if a.State == board.Live {
				uris = append(uris, a.URI)
			}
		}
	}
	return uris, len(uris), nil
}

// counted is how many replies there are, for those who did not ask which.
func counted(p board.Post, t board.Thread) *activitypub.Collection {
	total := p.Replies
	if p.Number == 0 {
		total = t.Posts
	}
	return &activitypub.Collection{ID: p.URI + "/replies", Type: "Collection", TotalItems: total}
}

// firstPage is a collection whose one page stands in it.
func firstPage(id string, uris []string, total int) *activitypub.Collection {
	return &activitypub.Collection{
		ID: id, Type: "Collection", TotalItems: total,
		First: &activitypub.CollectionPage{ID: id + "?page=1", Type: "CollectionPage", PartOf: id, Items: anys(uris)},
	}
}

func anys(uris []string) []any {
	items := make([]any, len(uris))
	for i, uri := range uris {
		items[i] = uri
	}
	return items
}

// note is a post of ours as a Note that is filed under one topic of its thread.
func (s scribe) note(ctx context.Context, p board.Post, t board.Thread, topic board.Topic) (*activitypub.Note, error) {
	mentioned, err := s.board.Mentioned(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	note := &activitypub.Note{
		ID: p.URI, Type: "Note", AttributedTo: p.Author.URI, URL: p.URL,
		To: activitypub.IDs{activitypub.Public}, Audience: topic.URI,
		Context: s.address().Context(t.ID), Conversation: s.address().Context(t.ID),
		Summary: p.Warning, Sensitive: p.Warning != "", Content: s.content(p, t), MediaType: "text/html",
		Published: p.PublishedAt, Updated: p.EditedAt,
		InteractionPolicy: openToAll(),
		Replies:           counted(p, t),
		Likes:             &activitypub.Collection{ID: p.URI + "/likes", Type: "Collection", TotalItems: p.Likes},
		Shares:            &activitypub.Collection{ID: p.URI + "/shares", Type: "Collection", TotalItems: p.Shares},
	}
	if p.Language != "" {
		note.ContentMap = map[string]string{p.Language: note.Content}
	}
	if p.Source != "" {
		note.Source = &activitypub.Source{Content: p.Source, MediaType: "text/markdown"}
	}
	s.addressNote(note, p, t, topic, mentioned)
	if p.Number == 0 {
		s.article(note, t)
	} else {
		note.InReplyTo = p.To.URI
	}
	return note, nil
}

// addressNote says for whom the Note is and whom it names. Everyone named is
// in cc; Mastodon fills the names of the tags into each answer, and so brings
// the answers to answers here.
func (s scribe) addressNote(note *activitypub.Note, p board.Post, t board.Thread, topic board.Topic, mentioned []board.Actor) {
	note.Tag = append(note.Tag, s.mention(topic.Actor))
	cc := activitypub.IDs{}
	if p.Number == 0 {
		note.To = append(note.To, topic.URI)
	} else if p.To.Author.ID != 0 && p.To.Author.ID != p.Author.ID {
		mentioned = append([]board.Actor{p.To.Author}, mentioned...)
	}
	seen := map[board.ActorID]bool{topic.ID: true}
	for _, a := range mentioned {
		if !seen[a.ID] {
			seen[a.ID] = true
			cc = append(cc, a.URI)
			note.Tag = append(note.Tag, s.mention(a))
		}
	}
	for _, other := range t.Topics {
		if other.ID != topic.ID || p.Number > 0 {
			cc = append(cc, other.URI)
		}
	}
	for _, other := range t.Topics {
		cc = append(cc, followersOf(other.URI))
	}
	note.CC = append(cc, followersOf(p.Author.URI))
}

func followersOf(uri string) string { return uri + "/followers" }

func (s scribe) mention(a board.Actor) activitypub.Tag {
	return activitypub.Tag{Type: "Mention", Href: a.URI, Name: "@" + a.Handle(s.address())}
}

// article adds what only an article has: name, source and keywords.
func (s scribe) article(note *activitypub.Note, t board.Thread) {
	note.Name = t.Title
	note.Attachment = []activitypub.Link{}
	if c := t.Citation; c != (board.Citation{}) {
		note.Citation = &activitypub.Citation{
			Type: "NewsArticle", URL: c.URL, Name: t.Title, Publisher: c.Publication, Author: c.Author, DatePublished: c.Date,
		}
		if c.URL != "" {
			note.Attachment = append(note.Attachment, activitypub.Link{Type: "Link", Href: c.URL})
		}
	}
	for _, k := range t.Keywords {
		note.Tag = append(note.Tag, activitypub.Tag{Type: "Hashtag", Href: s.address().Keyword(k.Word), Name: "#" + k.Word})
	}
}

// content is the text as a microblog shows it: of an article the title, its
// source line and the keywords too, of a reply the name of the person answered.
func (s scribe) content(p board.Post, t board.Thread) string {
	if p.Number > 0 {
		return s.answer(p)
	}
	var b strings.Builder
	link := t.Citation.URL
	if link == "" {
		link = s.address().Thread(t.ID)
	}
	b.WriteString(`<p><strong><a href="` + html.EscapeString(link) + `">` + html.EscapeString(t.Title) + `</a></strong></p>`)
	if line := sourceLine(t.Citation); line != "" {
		b.WriteString(`<p>` + html.EscapeString(line) + `</p>`)
	}
	b.WriteString(p.HTML)
	if tags := s.hashtags(t); tags != "" {
		b.WriteString(`<p>` + tags + `</p>`)
	}
	return b.String()
}

// sourceLine is "The Example Times | 2011-01-04 | A. Writer", without what is not known.
func sourceLine(c board.Citation) string {
	publication := c.Publication
	if u, err := url.Parse(c.URL); publication == "" && err == nil {
		publication = strings.TrimPrefix(u.Hostname(), "www.")
	}
	var parts []string
	for _, part := range []string{publication, day(c.Date), c.Author} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " | ")
}

// day is a date without the time of day; what is no date stays.
func day(date string) string {
	if t, err := time.Parse(time.RFC3339, date); err == nil {
		return t.Format(time.DateOnly)
	}
	return date
}

func (s scribe) hashtags(t board.Thread) string {
	var links []string
	for _, k := range t.Keywords {
		if k.Published {
			links = append(links, `<a href="`+html.EscapeString(s.address().Keyword(k.Word))+`" class="mention hashtag" rel="tag">#<span>`+
				html.EscapeString(k.Word)+`</span></a>`)
		}
	}
	return strings.Join(links, " ")
}

// answer puts the mentions of the people who are answered before the text, into
// its first paragraph where it begins with one. Our own page says them in the To line.
func (s scribe) answer(p board.Post) string {
	people := []board.Actor{p.To.Author}
	for _, a := range p.Also {
		people = append(people, a.Author)
	}
	var mentions []string
	seen := map[board.ActorID]bool{0: true, p.Author.ID: true}
	for _, a := range people {
		if !seen[a.ID] {
			seen[a.ID] = true
			mentions = append(mentions, mentionLink(a))
		}
	}
	before := strings.Join(mentions, " ")
	if before == "" {
		return p.HTML
	}
	if rest, ok := strings.CutPrefix(p.HTML, "<p>"); ok {
		return "<p>" + before + " " + rest
	}
	return "<p>" + before + "</p>" + p.HTML
}

func mentionLink(a board.Actor) string {
	page := a.URL
	if page == "" {
		page = a.URI
	}
	return `<span class="h-card" translate="no"><a href="` + html.EscapeString(page) + `" class="u-url mention">@<span>` +
		html.EscapeString(a.Name) + `</span></a></span>`
}

// openToAll lets everybody like, answer and announce a post without being asked.
func openToAll() *activitypub.InteractionPolicy {
	all := &activitypub.Approval{Automatic: activitypub.IDs{activitypub.Public}}
	return &activitypub.InteractionPolicy{CanLike: all, CanReply: all, CanAnnounce: all}
}
