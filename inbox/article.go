package inbox

import (
	"context"

	"corkboard/board"
)

// maxTopics is in how many topics one article stands.
const maxTopics = 5

// article opens a thread in the topics that a public post names.
func (in *Inbox) article(ctx context.Context, a *arrival, p post) (board.Post, error) {
	topics, err := in.topics(ctx, p)
	if err != nil {
		return board.Post{}, err
	}
	if len(topics) == 0 {
		return board.Post{}, refusef("It neither answers a post of this board nor names one of its topics.")
	}
	author, err := in.actor(ctx, a, p.author)
	if err != nil {
		return board.Post{}, err
	}
	text, err := in.textOf(ctx, p.Object)
	if err != nil {
		return board.Post{}, err
	}
	mentions, err := in.mentioned(ctx, p.Object)
	if err != nil {
		return board.Post{}, err
	}
	n := board.NewArticle{
		By: author.ID, Title: p.Name, Citation: citationOf(p.Object), Text: text, Remote: remoteOf(p),
		Mentions: mentions, Keywords: keywordsOf(p.Object, topics),
	}
	for _, t := range topics {
		n.Topics = append(n.Topics, t.ID)
	}
	return in.Board.PostArticle(ctx, n)
}

// topics are those that a post names, in its order: recipients, audience and
// mentions. A topic's second Group stands for the topic.
func (in *Inbox) topics(ctx context.Context, p post) ([]board.Topic, error) {
	var found []board.Topic
	seen := map[board.ActorID]bool{}
	for _, uri := range in.namedHere(p) {
		a, err := in.known(ctx, uri)
		if err != nil && board.KindOf(err) == board.NotFound || err == nil && a.Type != board.Group {
			continue
		}
		if err != nil {
			return nil, err
		}
		topic, err := in.Board.TopicByActor(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		if !seen[topic.ID] && len(found) < maxTopics {
			found = append(found, topic)
		}
		seen[topic.ID] = true
	}
	return found, nil
}

// namedHere are the addresses of this board that a post names.
func (in *Inbox) namedHere(p post) []string {
	var uris []string
	for _, uri := range p.Recipients(p.carrier) {
		if in.address.Ours(uri) {
			uris = append(uris, uri)
		}
	}
	for _, t := range p.Tags {
		if t.Type == "Mention" && in.address.Ours(t.Href) {
			uris = append(uris, t.Href)
		}
	}
	return uris
}
