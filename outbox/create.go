package outbox

import (
	"context"
	"slices"

	"corkboard/activitypub"
	"corkboard/board"
)

// sayPosted tells of a new article or reply: ours by a Create of its author,
// everyone's by Announces of its topics. A post that was deleted meanwhile is
// not spoken of.
func (s *Speaker) sayPosted(ctx context.Context, u *utterance) error {
	p, t, err := s.post(ctx, u.event.Post)
	if err != nil || p.State != board.Live {
		return err
	}
	if p.Local() {
		if err := s.create(ctx, u, p, t); err != nil {
			return err
		}
	}
	if err := s.announceID(ctx, u, p, t); err != nil {
		return err
	}
	return s.announceCreate(ctx, u, p, t)
}

// post finds a post and its thread.
func (s scribe) post(ctx context.Context, id board.PostID) (board.Post, board.Thread, error) {
	p, err := s.board.PostByID(ctx, id)
	if err != nil {
		return p, board.Thread{}, err
	}
	t, err := s.board.Thread(ctx, p.Thread)
	return p, t, err
}

// create is the author's own word: to whom he answers, whom he names, and who
// follows him.
func (s *Speaker) create(ctx context.Context, u *utterance, p board.Post, t board.Thread) error {
	note, err := s.note(ctx, p, t, t.Topics[0])
	if err != nil {
		return err
	}
	audience, err := s.named(ctx, p)
	if err != nil {
		return err
	}
	audience = append(audience, board.Rule{Followers: p.Author.ID, At: u.event.ID})
	return u.add(wrap("Create", note), p.Author, ThreadLane(t.ID), audience)
}

// named is the rule of those whom a post answers or names.
func (s *Speaker) named(ctx context.Context, p board.Post) ([]board.Rule, error) {
	mentioned, err := s.board.Mentioned(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	return s.peers(ctx, append([]board.Actor{p.To.Author}, mentioned...)...)
}

// wrap puts a Note into an activity for the same people.
func wrap(kind string, note *activitypub.Note) *activitypub.Activity {
	a := &activitypub.Activity{Type: kind, Actor: note.AttributedTo, To: note.To, CC: note.CC, Audience: note.Audience, Object: note}
	if kind == "Create" {
		a.Published = note.Published
	} else {
		a.Published, a.Updated = note.Updated, note.Updated
	}
	return a
}

// filed is an activity with a post of ours as a forum wants it: the Note names
// one topic, by which Lemmy files it, in to as well. id is that of the activity
// when its author says it himself.
func (s scribe) filed(ctx context.Context, kind, id string, p board.Post, t board.Thread, topic board.Topic) (*activitypub.Activity, error) {
	note, err := s.note(ctx, p, t, topic)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(note.To, topic.URI) {
		note.To = append(note.To, topic.URI)
		note.CC = slices.DeleteFunc(note.CC, func(uri string) bool { return uri == topic.URI })
	}
	a := wrap(kind, note)
	a.ID = id
	return a, nil
}
