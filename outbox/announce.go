package outbox

import (
	"context"
	"slices"

	"corkboard/activitypub"
	"corkboard/board"
)

// announceID announces the post's id: an article to the microblogs that follow
// its topics, once; and everything to those who follow the topics' second
// Groups, who asked for every post. The author of somebody else's article is
// told as well: his server then sends us his edits and deletions.
func (s *Speaker) announceID(ctx context.Context, u *utterance, p board.Post, t board.Thread) error {
	for _, topic := range t.Topics {
		if p.Number == 0 {
			audience := []board.Rule{{Followers: topic.ID, Kind: board.Microblog, At: u.event.ID}}
			if !p.Local() && topic.ID == t.Topics[0].ID {
				author, err := s.peers(ctx, p.Author)
				if err != nil {
					return err
				}
				audience = append(audience, author...)
			}
			if err := s.announce(ctx, u, topic.Actor, p, t, p.URI, audience); err != nil {
				return err
			}
		}
		all, err := s.board.Actor(ctx, topic.All)
		if err != nil {
			return err
		}
		if err := s.announce(ctx, u, all, p, t, p.URI, []board.Rule{{Followers: all.ID, At: u.event.ID}}); err != nil {
			return err
		}
	}
	return nil
}

// announceWhole announces the activity itself to the forums that follow one of
// the thread's topics, each from one of them (FEP-1b12). Other people's
// activities are passed on as they came.
func (s *Speaker) announceWhole(ctx context.Context, u *utterance, p board.Post, t board.Thread, kind string, since board.EventID) error {
	if p.Number > 0 && kind == "Create" {
		var err error
		if since, err = s.articleEvent(ctx, t); err != nil {
			return err
		}
	}
	for _, topic := range t.Topics {
		object, err := s.whole(ctx, u, p, t, topic, kind)
		if err != nil {
			return err
		}
		if err := s.announce(ctx, u, topic.Actor, p, t, object, forumsOf(t, topic, u.event.ID, since)); err != nil {
			return err
		}
	}
	return nil
}

// forumsOf is the rule of the forums that get a thread from this topic.
func forumsOf(t board.Thread, topic board.Topic, at, since board.EventID) []board.Rule {
	ids := make([]board.ActorID, len(t.Topics))
	for i, other := range t.Topics {
		ids[i] = other.ID
	}
	return []board.Rule{{Followers: topic.ID, Kind: board.Forum, At: at, Topics: ids, Since: since}}
}

// whole is the activity inside an Announce: ours with the Note filed under
// this topic, others' as it came, or the id of a post of which only the object
// came here.
func (s *Speaker) whole(ctx context.Context, u *utterance, p board.Post, t board.Thread, topic board.Topic, kind string) (any, error) {
	if !p.Local() {
		raw, err := s.board.Original(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		if activity, ok := original(raw, kind); ok {
			return activity, nil
		}
		return p.URI, nil
	}
	note, err := s.note(ctx, p, t, topic)
	if err != nil {
		return nil, err
	}
	if p.Number > 0 {
		note.To = append(note.To, topic.URI) // Lemmy files a comment by it
	}
	activity := wrap(kind, note)
	activity.ID, activity.Actor = u.address.Activity(u.event.ID, 0), p.Author.URI
	if kind == "Update" {
		activity.Published, activity.Updated = u.event.At, p.EditedAt
	}
	return activity, nil
}

// announce adds an Announce by a Group, unless the Group has no followers and
// nobody else is to be told.
func (s *Speaker) announce(ctx context.Context, u *utterance, group board.Actor, p board.Post, t board.Thread, object any, audience []board.Rule) error {
	if !slices.ContainsFunc(audience, func(r board.Rule) bool { return len(r.Peers) > 0 }) {
		followed, err := s.store.HadFollowers(ctx, group.ID, u.event.ID)
		if err != nil || !followed {
			return err
		}
	}
	cc := activitypub.IDs{followersOf(group.URI)}
	if p.Author.URI != "" {
		cc = append(cc, p.Author.URI)
	}
	a := &activitypub.Activity{Type: "Announce", To: activitypub.IDs{activitypub.Public}, CC: cc, Audience: group.URI, Object: object}
	return u.add(a, group, threadLane(t.ID), audience)
}
