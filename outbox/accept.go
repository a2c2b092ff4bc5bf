package outbox

import (
	"context"
	"fmt"

	"corkboard/activitypub"
	"corkboard/board"
)

// actorLane keeps what is said of who follows an actor in order.
func actorLane(id board.ActorID) string { return fmt.Sprintf("actor:%d", id) }

// sayAccept accepts a Follow, each time it comes. The Follow stands in it:
// Lemmy and Mastodon want to see what is accepted.
func (s *Speaker) sayAccept(ctx context.Context, u *utterance) error {
	follower, err := s.board.Actor(ctx, u.event.Actor)
	if err != nil || follower.Local() {
		return err
	}
	of, err := s.board.Actor(ctx, u.event.Topic)
	if err != nil {
		return err
	}
	audience, err := s.peers(ctx, follower)
	if err != nil {
		return err
	}
	follow := &activitypub.Activity{ID: u.event.Data, Type: "Follow", Actor: follower.URI, Object: of.URI}
	accept := &activitypub.Activity{Type: "Accept", To: activitypub.IDs{follower.URI}, CC: activitypub.IDs{}, Object: follow}
	return u.add(accept, of, actorLane(of.ID), audience)
}

// sayChanged sends an actor's new document to those who follow it.
func (s *Speaker) sayChanged(ctx context.Context, u *utterance) error {
	id := u.event.Actor
	if u.event.Kind == board.TopicClosed {
		id = u.event.Topic
	}
	a, err := s.board.Actor(ctx, id)
	if err != nil {
		return err
	}
	update := &activitypub.Activity{
		Type: "Update", To: activitypub.IDs{activitypub.Public}, CC: activitypub.IDs{followersOf(a.URI)}, Object: s.actor(a),
	}
	return u.add(update, a, actorLane(a.ID), []board.Rule{{Followers: a.ID, At: u.event.ID}})
}
