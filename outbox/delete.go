package outbox

import (
	"context"
	"encoding/json"
	"time"

	"corkboard/activitypub"
	"corkboard/board"
)

// sayClosed tells that a post is no more: a Delete with the author's key where
// he is ours, to all who were given it; an Announce of the Delete to the forums
// who were; and the topics take back their Announces.
func (s *Speaker) sayClosed(ctx context.Context, u *utterance) error {
	p, t, err := s.post(ctx, u.event.Post)
	if err != nil {
		return err
	}
	said, err := s.history(ctx, p.ID)
	if err != nil {
		return err
	}
	if p.Local() {
		// The reason is for forums: by a summary they know a moderator's Delete.
		deletion := &activitypub.Activity{
			Type: "Delete", To: activitypub.IDs{activitypub.Public}, CC: activitypub.IDs{}, Object: tombstone(p),
		}
		if err := u.add(deletion, p.Author, ThreadLane(t.ID), said.given()); err != nil {
			return err
		}
	}
	if err := s.announceDelete(ctx, u, p, t, said); err != nil {
		return err
	}
	return s.undoAnnounces(ctx, u, p, said)
}

// announceDelete announces the Delete to forums: the moderator's own where the
// post was removed, else the author's, as it came if it did.
func (s *Speaker) announceDelete(ctx context.Context, u *utterance, p board.Post, t board.Thread, said history) error {
	came, err := s.deletion(ctx, u, p)
	if err != nil {
		return err
	}
	inner, err := s.innerDelete(ctx, u, p)
	if err != nil {
		return err
	}
	for _, topic := range t.Topics {
		inner.Audience, inner.CC = topic.URI, activitypub.IDs{topic.URI}
		var object any = inner
		if came != nil {
			object = came
		}
		if err := announce(u, topic.Actor, p, object, said.forums(topic.ID)); err != nil {
			return err
		}
	}
	return nil
}

// deletion is the Delete of another server's author as it came. Where his
// account was deleted, or the post was found to be gone, there is none.
func (s *Speaker) deletion(ctx context.Context, u *utterance, p board.Post) (json.RawMessage, error) {
	if p.Local() || u.event.Kind == board.PostRemoved {
		return nil, nil
	}
	return s.asItCame(ctx, p, func(o *activitypub.Object) bool {
		return o.Is("Delete") && o.Actor == p.Author.URI && len(o.Objects) == 1 && o.Object.ID == p.URI
	})
}

// innerDelete is the Delete in our words, filed under no topic yet.
func (s *Speaker) innerDelete(ctx context.Context, u *utterance, p board.Post) (*activitypub.Activity, error) {
	inner := &activitypub.Activity{Type: "Delete", Actor: p.Author.URI, Published: u.event.At, To: activitypub.IDs{activitypub.Public}, Object: p.URI}
	switch {
	case u.event.Kind == board.PostRemoved:
		moderator, err := s.moderator(ctx, u.event.Actor)
		if err != nil {
			return nil, err
		}
		inner.ID, inner.Actor, inner.Summary = u.address.Activity(u.event.ID, 0)+"#remove", moderator.URI, p.Reason
	case p.Local():
		inner.ID = u.address.Activity(u.event.ID, 0)
	default:
		inner.ID = p.URI + "#delete" // an id must be of its actor's host; Mastodon's is the same
	}
	return inner, nil
}

// moderator is the Person who removed a post; the site for the operator.
func (s *Speaker) moderator(ctx context.Context, id board.ActorID) (board.Actor, error) {
	if id == 0 {
		return s.board.ActorByHandle(ctx, board.SiteName, "")
	}
	return s.board.Actor(ctx, id)
}

// undoAnnounces takes back each Announce of the post's id, at those it went to.
func (s *Speaker) undoAnnounces(ctx context.Context, u *utterance, p board.Post, said history) error {
	for _, a := range said {
		audience := history{a}.given()
		if a.Type != "Announce" || len(audience) == 0 {
			continue
		}
		group, err := s.board.Actor(ctx, a.Actor)
		if err != nil {
			return err
		}
		announced := &activitypub.Activity{
			ID: u.address.Activity(a.Event, a.K), Type: "Announce", Actor: group.URI,
			To: activitypub.IDs{activitypub.Public}, CC: activitypub.IDs{followersOf(group.URI)}, Object: p.URI,
		}
		undo := &activitypub.Activity{Type: "Undo", To: announced.To, CC: announced.CC, Object: announced}
		if err := u.add(undo, group, ThreadLane(p.Thread), audience); err != nil {
			return err
		}
	}
	return nil
}

// tombstone stands where a Note of ours was.
func tombstone(p board.Post) *activitypub.Tombstone {
	return &activitypub.Tombstone{ID: p.URI, Type: "Tombstone", FormerType: "Note", Deleted: p.ClosedAt.Truncate(time.Second)}
}
