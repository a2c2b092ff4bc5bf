package board

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
)

// Bounds of an article.
const (
	maxTitle    = 200
	maxTopics   = 5
	maxKeywords = 12
	maxCited    = 200
	maxDate     = 40
	maxLink     = 2048 // bytes
	maxWarning  = 200
)

// PostArticle opens a thread: the article is its post 0, the poster's remark
// its post 1. A repeat (same FormKey, same remote URI) changes nothing and
// returns the post that is there. Errors: Invalid with the field's name,
// Forbidden (closed topic, deleted account), Gone (deleted before it came),
// NotFound (topic), Conflict (the link is here already, and a member has not
// said why he posts it again), TooMany, Unavailable.
func (b *Board) PostArticle(ctx context.Context, a NewArticle) (Post, error) {
	draft, err := b.draftArticle(ctx, a)
	if err != nil {
		return Post{}, err
	}
	return outcome(ctx, b, func(tx Tx) (Post, error) { return b.openThread(tx, a, draft) })
}

// articleDraft is an article made ready outside the transaction.
type articleDraft struct {
	post     draft
	title    string
	citation Citation
	keywords []string
	remark   *draft
}

func (b *Board) draftArticle(ctx context.Context, a NewArticle) (articleDraft, error) {
	citation, err := cleanCitation(a.Citation)
	if err != nil {
		return articleDraft{}, err
	}
	text, err := b.draft(ctx, a.Text, 0, a.Mentions, a.Remote)
	if err != nil {
		return articleDraft{}, err
	}
	title := cleanLine(a.Title, maxTitle)
	if title == "" && a.Remote != nil {
		title = cmp.Or(titleOf(text.html, maxTitle), titleOfMedia(text.media, maxTitle))
	}
	if title == "" {
		return articleDraft{}, FieldErrorf("title", "An article needs a title.")
	}
	if a.Remote == nil && text.html == "" && citation.URL == "" {
		return articleDraft{}, FieldErrorf("text", "Write a text, or give the link to the source.")
	}
	if a.Remote == nil {
		if err := b.withinLimit(citation.URL, text.html); err != nil {
			return articleDraft{}, err
		}
	}
	keywords, err := cleanKeywords(a.Keywords, a.Remote != nil)
	if err != nil {
		return articleDraft{}, err
	}
	d := articleDraft{post: text, title: title, citation: citation, keywords: keywords}
	if strings.TrimSpace(a.Remark) != "" {
		remark, err := b.draft(ctx, Text{Markdown: a.Remark, Language: a.Text.Language}, 0, nil, nil)
		if err != nil {
			return articleDraft{}, err
		}
		d.remark = &remark
	}
	return d, checkTopicCount(a.Topics)
}

func checkTopicCount(topics []ActorID) error {
	if n := len(topics); n == 0 || n > maxTopics {
		return FieldErrorf("topics", "Choose one to %d topics.", maxTopics)
	}
	return nil
}

// openThread does the transaction's part of PostArticle.
func (b *Board) openThread(tx Tx, a NewArticle, d articleDraft) (Post, error) {
	if known, ok, err := b.alreadyPosted(tx, a.By, a.FormKey, a.Remote); ok || err != nil {
		return known, err
	}
	author, err := tx.Actor(a.By)
	if err != nil {
		return Post{}, err
	}
	if err := b.mayWrite(tx, author, tx.PostsSince); err != nil {
		return Post{}, err
	}
	topics, err := openTopics(tx, a.Topics)
	if err != nil {
		return Post{}, err
	}
	again, err := b.again(tx, a, d.citation.URL)
	if err != nil {
		return Post{}, err
	}
	if a.Remote != nil {
		d.post.shorten(stripMentions(d.post.html, addressed(topics)))
	}
	now := tx.Now()
	thread := Thread{
		Title: d.title, Citation: d.citation, Again: again, Topics: topics, Keywords: published(d.keywords, a.By), CreatedAt: now, LastAt: now,
	}
	if thread.ID, err = tx.AddThread(thread); err != nil {
		return Post{}, err
	}
	if err := dropDraft(tx, a.By, a.Draft); err != nil {
		return Post{}, err
	}
	article := b.newPost(tx, author, thread.ID, 0, Answered{}, d.post, a.Remote)
	event := Event{Kind: ArticlePosted, Actor: a.By, Topic: topics[0].ID, Thread: thread.ID}
	if article, err = b.addPost(tx, article, a.FormKey, d.post, event); err != nil || d.remark == nil {
		return article, err
	}
	return article, b.addRemark(tx, author, article, *d.remark, event.Topic)
}

// published are the keywords that are said with an article.
func published(words []string, by ActorID) (keywords []Keyword) {
	for _, word := range words {
		keywords = append(keywords, Keyword{Word: word, By: by, Published: true})
	}
	return keywords
}

func (b *Board) addRemark(tx Tx, author Actor, article Post, d draft, topic ActorID) error {
	number, err := tx.NextNumber(article.Thread)
	if err != nil {
		return err
	}
	to := Answered{Post: article.ID, Number: 0, URI: article.URI, Author: author}
	remark := b.newPost(tx, author, article.Thread, number, to, d, nil)
	event := Event{Kind: ReplyPosted, Actor: author.ID, Topic: topic, Thread: article.Thread}
	_, err = b.addPost(tx, remark, "", d, event)
	return err
}

func openTopics(tx Tx, ids []ActorID) ([]Topic, error) {
	topics := make([]Topic, 0, len(ids))
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			continue
		}
		topic, err := tx.Topic(id)
		if err != nil {
			return nil, err
		}
		if !topic.ClosedAt.IsZero() {
			return nil, newError(Forbidden, "The topic %s is closed for new articles.", []any{topic.Title()}).in("topics")
		}
		topics = append(topics, topic)
	}
	return topics, nil
}

// cleanCitation cuts the source line to one line each and checks its link.
func cleanCitation(c Citation) (Citation, error) {
	c = Citation{
		URL:         strings.TrimSpace(c.URL),
		Publication: cleanLine(c.Publication, maxCited),
		Author:      cleanLine(c.Author, maxCited),
		Date:        cleanLine(c.Date, maxDate),
	}
	if c.URL == "" {
		return c, nil
	}
	u, err := url.Parse(c.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || len(c.URL) > maxLink {
		return c, FieldErrorf("url", "The link to the source must be a whole web address that begins with http:// or https://.")
	}
	c.URL = u.String()
	return c, nil
}

// cleanKeywords normalises; what a remote article says wrong is left out, a
// member is told.
func cleanKeywords(words []string, lenient bool) ([]string, error) {
	var out []string
	for _, w := range words {
		word, err := normalizeKeyword(w)
		if err != nil && !lenient {
			return nil, err
		}
		if err == nil && !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	if len(out) > maxKeywords {
		if !lenient {
			return nil, FieldErrorf("keywords", "At most %d keywords, please.", maxKeywords)
		}
		out = out[:maxKeywords]
	}
	return out, nil
}
