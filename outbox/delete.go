package outbox

import (
	"context"
	"slices"

	"corkboard/activitypub"
	"corkboard/board"
)

// sayClosed tells that a post is no more: a Delete with the author's key where
// he is ours, to all who were given it; an Announce of the Delete to forums;
// and the topics take back their Announces. What was not sent yet is blanked.
func (s *Speaker) sayClosed(ctx context.Context, u *utterance) error {
	p, t, err := s.post(ctx, u.event.Post)
	if err != nil {
		return err
	}
	said, err := s.store.ActivitiesOf(ctx, p.ID)
	if err != nil {
		return err
	}
	if p.Local() {
		deletion := s.deletion(u, p, p.Author)
		if err := u.add(deletion, p.Author, threadLane(t.ID), givenBy(said)); err != nil {
			return err
		}
	}
	if err := s.announceDelete(ctx, u, p, t); err != nil {
		return err
	}
	if err := s.undoAnnounces(ctx, u, p, said); err != nil {
		return err
	}
	return s.courier.Blank(ctx, p.ID)
}

// deletion is a Delete of a post. A moderator's has the reason as summary, by
// which forums know it for a removal.
func (s *Speaker) deletion(u *utterance, p board.Post, by board.Actor) *activitypub.Activity {
	a := &activitypub.Activity{Type: "Delete", Actor: by.URI, To: activitypub.IDs{activitypub.Public}, CC: activitypub.IDs{}, Object: p.URI}
	if p.Local() {
		a.Object = tombstone(p)
	}
	if u.event.Kind == board.PostRemoved {
		a.Summary = p.Reason
	}
	return a
}

// announceDelete announces the Delete to forums: the moderator's own where the
// post was removed, else the author's.
func (s *Speaker) announceDelete(ctx context.Context, u *utterance, p board.Post, t board.Thread) error {
	by := p.Author
	if u.event.Kind == board.PostRemoved {
		moderator, err := s.moderator(ctx, u.event.Actor)
		if err != nil {
			return err
		}
		by = moderator
	}
	since, err := s.articleEvent(ctx, t)
	if err != nil {
		return err
	}
	inner := s.deletion(u, p, by)
	inner.Object = p.URI
	for _, topic := range t.Topics {
		inner.ID = u.address.Activity(u.event.ID, 0)
		if !p.Local() || by.ID != p.Author.ID {
			inner.ID = deleteID(u, p, by)
		}
		inner.Audience, inner.CC = topic.URI, activitypub.IDs{topic.URI}
		if err := s.announce(ctx, u, topic.Actor, p, t, inner, forumsOf(t, topic, u.event.ID, since)); err != nil {
			return err
		}
	}
	return nil
}

// deleteID is the id of a Delete that is only ever sent inside an Announce. It
// is of its actor's host.
func deleteID(u *utterance, p board.Post, by board.Actor) string {
	if by.Local() {
		return u.address.Activity(u.event.ID, 0) + "#delete"
	}
	return p.URI + "#delete"
}

// moderator is the Person who removed a post; the site for the operator.
func (s *Speaker) moderator(ctx context.Context, id board.ActorID) (board.Actor, error) {
	if id == 0 {
		return s.board.ActorByHandle(ctx, board.SiteName, "")
	}
	return s.board.Actor(ctx, id)
}

// undoAnnounces takes back each Announce of the post's id, at those it went to.
func (s *Speaker) undoAnnounces(ctx context.Context, u *utterance, p board.Post, said []board.Activity) error {
	for _, a := range said {
		if a.Type != "Announce" || isForums(a.Audience) {
			continue
		}
		group, err := s.board.Actor(ctx, a.Actor)
		if err != nil {
			return err
		}
		announce := &activitypub.Activity{
			ID: u.address.Activity(a.Event, a.K), Type: "Announce", Actor: group.URI,
			To: activitypub.IDs{activitypub.Public}, CC: activitypub.IDs{followersOf(group.URI)}, Object: p.URI,
		}
		undo := &activitypub.Activity{Type: "Undo", To: announce.To, CC: announce.CC, Object: announce}
		if err := u.add(undo, group, threadLane(p.Thread), a.Audience); err != nil {
			return err
		}
	}
	return nil
}

func isForums(audience []board.Rule) bool {
	return slices.ContainsFunc(audience, func(r board.Rule) bool { return r.Kind == board.Forum })
}

// given is the union of the audiences of all that was said about a post,
// without forums: they hear of it from their topic.
func (s *Speaker) given(ctx context.Context, id board.PostID) ([]board.Rule, error) {
	said, err := s.store.ActivitiesOf(ctx, id)
	return givenBy(said), err
}

func givenBy(said []board.Activity) []board.Rule {
	var rules []board.Rule
	for _, a := range said {
		for _, r := range a.Audience {
			if r.Kind != board.Forum && !slices.ContainsFunc(rules, func(other board.Rule) bool { return equal(r, other) }) {
				rules = append(rules, r)
			}
		}
	}
	return rules
}

func equal(a, b board.Rule) bool {
	return a.Followers == b.Followers && a.Kind == b.Kind && a.At == b.At && slices.Equal(a.Peers, b.Peers)
}
