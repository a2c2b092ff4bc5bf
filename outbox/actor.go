package outbox

import (
	"context"
	"html"

	"corkboard/activitypub"
	"corkboard/board"
)

// actor is the document of a topic, a member or the site.
func (s scribe) actor(ctx context.Context, a board.Actor) (*activitypub.Actor, error) {
	doc := &activitypub.Actor{
		ID: a.URI, Type: string(a.Type), PreferredUsername: a.Name, Webfinger: a.Handle(s.address()),
		Name: a.Label(), Summary: a.Summary, URL: a.URL,
		Inbox: a.URI + "/inbox", Outbox: a.URI + "/outbox",
		Endpoints:    &activitypub.Endpoints{SharedInbox: s.address().SharedInbox()},
		Discoverable: true, Indexable: true, Published: a.CreatedAt,
		PublicKey: &activitypub.PublicKey{ID: a.KeyID, Owner: a.URI, PEM: a.PublicKey},
	}
	if a.Type == board.Application {
		doc.ManuallyApproves, doc.Discoverable = true, false
		return doc, nil
	}
	doc.Followers, doc.Following, doc.Featured = followersOf(a.URI), a.URI+"/following", a.URI+"/featured"
	if a.Type == board.Group {
		topic, err := s.board.TopicByActor(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		doc.AttributedTo, doc.RestrictedToMods = a.URI+"/moderators", !topic.ClosedAt.IsZero()
	}
	if a.Tagline != "" {
		doc.Attachment = []activitypub.PropertyValue{{Type: "PropertyValue", Name: "Tagline", Value: html.EscapeString(a.Tagline)}}
	}
	return doc, nil
}
