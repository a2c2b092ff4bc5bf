package outbox

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"corkboard/activitypub"
	"corkboard/board"
)

// utterance collects the activities of one event.
type utterance struct {
	address board.Address
	event   board.Event
	said    []board.Activity
}

// add gives an activity its id and keeps it with its audience. Who signs is
// the actor; lane says what it must not overtake.
func (u *utterance) add(a *activitypub.Activity, by board.Actor, lane string, audience []board.Rule) error {
	a.ID, a.Actor = u.address.Activity(u.event.ID, len(u.said)), by.URI
	if a.Published.IsZero() {
		a.Published = u.event.At
	}
	body, err := activitypub.Marshal(a)
	if err != nil {
		return err
	}
	if audience == nil {
		audience = []board.Rule{} // kept as a list, empty or not
	}
	u.said = append(u.said, board.Activity{
		Event: u.event.ID, K: len(u.said), Type: a.Type, Actor: by.ID, Post: u.event.Post, Lane: lane,
		Audience: audience, Public: slices.Contains(a.To, activitypub.Public), Body: body, At: u.event.At,
	})
	return nil
}

// peers is the rule of these actors' inboxes. Nobody of ours is among them, and
// nobody who is gone.
func (s *Speaker) peers(ctx context.Context, actors ...board.Actor) ([]board.Rule, error) {
	var peers []board.PeerID
	for _, a := range actors {
		if a.ID == 0 || a.Local() {
			continue
		}
		// An actor as it stands beside a post lacks the inbox.
		whole, err := s.board.Actor(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		inbox, err := url.Parse(whole.DeliveryInbox())
		if err != nil || inbox.Host == "" || !whole.GoneAt.IsZero() {
			continue
		}
		peer, err := s.store.EnsurePeer(ctx, whole.DeliveryInbox(), strings.ToLower(inbox.Host))
		if err != nil {
			return nil, err
		}
		if !slices.Contains(peers, peer) {
			peers = append(peers, peer)
		}
	}
	if len(peers) == 0 {
		return nil, nil
	}
	return []board.Rule{{Peers: peers}}, nil
}

// history is all that was said of a post, oldest first.
type history []board.Activity

// given is whom it was given to, without the forums: they hear of everything
// from their topic.
func (h history) given() []board.Rule {
	return h.audience(func(_ board.Activity, r board.Rule) bool { return r.Kind != board.Forum })
}

// forums are those who were given it by a topic.
func (h history) forums(topic board.ActorID) []board.Rule {
	return h.audience(func(a board.Activity, r board.Rule) bool { return r.Kind == board.Forum && a.Actor == topic })
}

// audience is the union of the rules that are wanted.
func (h history) audience(wanted func(board.Activity, board.Rule) bool) []board.Rule {
	var rules []board.Rule
	for _, a := range h {
		for _, r := range a.Audience {
			if wanted(a, r) && !slices.ContainsFunc(rules, func(known board.Rule) bool { return sameRule(known, r) }) {
				rules = append(rules, r)
			}
		}
	}
	return rules
}

func sameRule(a, b board.Rule) bool {
	return a.Followers == b.Followers && a.Kind == b.Kind && a.At == b.At && a.Since == b.Since &&
		slices.Equal(a.Peers, b.Peers) && slices.Equal(a.Topics, b.Topics)
}

// history reads what was said of a post.
func (s *Speaker) history(ctx context.Context, id board.PostID) (history, error) {
	return s.store.ActivitiesOf(ctx, id)
}
