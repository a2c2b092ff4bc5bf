package outbox

import (
	"context"
	"encoding/json"
	"fmt"

	"corkboard/activitypub"
	"corkboard/board"
)

// threadLane keeps everything that is said of a thread in order.
func threadLane(id board.ThreadID) string { return fmt.Sprintf("t:%d", id) }

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
	return s.announceWhole(ctx, u, p, t, "Create", u.event.ID)
}

// post finds a post and its thread.
func (s *Speaker) post(ctx context.Context, id board.PostID) (board.Post, board.Thread, error) {
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
	mentioned, err := s.board.Mentioned(ctx, p.ID)
	if err != nil {
		return err
	}
	if p.To.Author.ID != 0 {
		mentioned = append(mentioned, p.To.Author)
	}
	audience, err := s.peers(ctx, mentioned...)
	if err != nil {
		return err
	}
	audience = append(audience, board.Rule{Followers: p.Author.ID, At: u.event.ID})
	return u.add(wrap("Create", note), p.Author, threadLane(t.ID), audience)
}

// wrap puts a Note into an activity for the same people.
func wrap(kind string, note *activitypub.Note) *activitypub.Activity {
	return &activitypub.Activity{Type: kind, To: note.To, CC: note.CC, Audience: note.Audience, Published: note.Published, Object: note}
}

// sayEdited tells of a new text: ours by an Update to all who were given the
// post, and to forums, who want the activity itself, by their topic.
func (s *Speaker) sayEdited(ctx context.Context, u *utterance) error {
	p, t, err := s.post(ctx, u.event.Post)
	if err != nil || p.State != board.Live {
		return err
	}
	if p.Local() {
		note, err := s.note(ctx, p, t, t.Topics[0])
		if err != nil {
			return err
		}
		audience, err := s.given(ctx, p.ID)
		if err != nil {
			return err
		}
		update := wrap("Update", note)
		update.Published, update.Updated = u.event.At, p.EditedAt
		if err := u.add(update, p.Author, threadLane(t.ID), audience); err != nil {
			return err
		}
	}
	since, err := s.articleEvent(ctx, t)
	if err != nil {
		return err
	}
	return s.announceWhole(ctx, u, p, t, "Update", since)
}

// articleEvent is when the thread's article was announced: it decides from
// which topic a forum gets what belongs to it.
func (s *Speaker) articleEvent(ctx context.Context, t board.Thread) (board.EventID, error) {
	return s.board.PostEvent(ctx, t.Article.ID)
}

// original is the activity of another server's author as it came, if it is one
// of this kind; forums take nothing else.
func original(raw []byte, kind string) (json.RawMessage, bool) {
	o, err := activitypub.Parse(raw)
	return json.RawMessage(raw), err == nil && o.Type == kind
}
