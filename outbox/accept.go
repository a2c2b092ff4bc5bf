package outbox

import (
	"context"

	"corkboard/activitypub"
)

// sayAccept accepts a Follow, each time it comes. The Follow stands in it:
// Lemmy and Mastodon want to see what is accepted. It goes where all else goes
// to this follower, so that the peer is greeted by it.
func (s *Speaker) sayAccept(ctx context.Context, u *utterance) error {
	follower, err := s.board.Actor(ctx, u.event.Actor)
	if err != nil {
		return err
	}
	audience, err := s.peers(ctx, follower)
	if err != nil || audience == nil {
		return err
	}
	of, err := s.board.Actor(ctx, u.event.Topic)
	if err != nil {
		return err
	}
	follow := &activitypub.Activity{ID: u.event.Data, Type: "Follow", Actor: follower.URI, Object: of.URI}
	accept := &activitypub.Activity{Type: "Accept", To: activitypub.IDs{follower.URI}, CC: activitypub.IDs{}, Object: follow}
	return u.add(accept, of, ActorLane(of.ID), audience)
}
