package outbox

import (
	"context"

	"corkboard/activitypub"
	"corkboard/board"
)

// sayEdited tells of a new text: ours by an Update to all who were given the
// post or are named in it now, and to the forums who were given it by the topic
// that gave it to them.
func (s *Speaker) sayEdited(ctx context.Context, u *utterance) error {
	p, t, err := s.post(ctx, u.event.Post)
	if err != nil || p.State != board.Live {
		return err
	}
	said, err := s.history(ctx, p.ID)
	if err != nil {
		return err
	}
	if p.Local() {
		if err := s.update(ctx, u, p, t, said); err != nil {
			return err
		}
	}
	return s.announceUpdate(ctx, u, p, t, said)
}

func (s *Speaker) update(ctx context.Context, u *utterance, p board.Post, t board.Thread, said history) error {
	note, err := s.note(ctx, p, t, t.Topics[0])
	if err != nil {
		return err
	}
	named, err := s.named(ctx, p)
	if err != nil {
		return err
	}
	said = append(history{{Audience: named}}, said...)
	return u.add(wrap("Update", note), p.Author, ThreadLane(t.ID), said.given())
}

// sayChanged sends an actor's new document to those who follow it.
func (s *Speaker) sayChanged(ctx context.Context, u *utterance) error {
	id := u.event.Actor
	if u.event.Kind == board.TopicClosed {
		id = u.event.Topic
	}
	a, err := s.board.Actor(ctx, id)
	if err != nil || !a.Local() {
		return err
	}
	document, err := s.actor(ctx, a)
	if err != nil {
		return err
	}
	update := &activitypub.Activity{
		Type: "Update", To: activitypub.IDs{activitypub.Public}, CC: activitypub.IDs{followersOf(a.URI)}, Object: document,
	}
	return u.add(update, a, ActorLane(a.ID), []board.Rule{{Followers: a.ID, At: u.event.ID}})
}
