package outbox

import (
	"context"
	"encoding/json"

	"corkboard/activitypub"
	"corkboard/board"
)

// announceID announces the post's id: an article to the microblogs that follow
// its topics, and everything to those who follow the topics' second Groups, who
// asked for every post. The author of somebody else's article is told as well:
// his server then sends us his edits and deletions.
func (s *Speaker) announceID(ctx context.Context, u *utterance, p board.Post, t board.Thread) error {
	for i, topic := range t.Topics {
		if p.Number == 0 {
			audience, err := s.microblogs(ctx, u, topic)
			if err != nil {
				return err
			}
			if i == 0 {
				author, err := s.peers(ctx, p.Author)
				if err != nil {
					return err
				}
				audience = append(audience, author...)
			}
			if err := announce(u, topic.Actor, p, p.URI, audience); err != nil {
				return err
			}
		}
		if err := s.announceToAll(ctx, u, p, topic); err != nil {
			return err
		}
	}
	return nil
}

// microblogs is the rule of the microblogs that follow a topic, if any may do.
func (s *Speaker) microblogs(ctx context.Context, u *utterance, topic board.Topic) ([]board.Rule, error) {
	had, err := s.store.HadFollowers(ctx, topic.ID, u.event.ID, board.Microblog)
	if err != nil || !had {
		return nil, err
	}
	return []board.Rule{{Followers: topic.ID, Kind: board.Microblog, At: u.event.ID}}, nil
}

// announceToAll announces a post by a topic's second Group.
func (s *Speaker) announceToAll(ctx context.Context, u *utterance, p board.Post, topic board.Topic) error {
	had, err := s.store.HadFollowers(ctx, topic.All, u.event.ID, board.UnknownKind)
	if err != nil || !had {
		return err
	}
	all, err := s.board.Actor(ctx, topic.All)
	if err != nil {
		return err
	}
	return announce(u, all, p, p.URI, []board.Rule{{Followers: all.ID, At: u.event.ID}})
}

// announceCreate announces the Create itself to the forums that follow one of
// the thread's topics, each from one of them (FEP-1b12).
func (s *Speaker) announceCreate(ctx context.Context, u *utterance, p board.Post, t board.Thread) error {
	since := u.event.ID
	if p.Number > 0 {
		var err error
		if since, err = s.board.PostEvent(ctx, t.Article.ID); err != nil {
			return err
		}
	}
	topics := make([]board.ActorID, len(t.Topics))
	for i, topic := range t.Topics {
		topics[i] = topic.ID
	}
	for _, topic := range t.Topics {
		had, err := s.store.HadFollowers(ctx, topic.ID, u.event.ID, board.Forum)
		if err != nil {
			return err
		}
		if !had {
			continue
		}
		object, err := s.whole(ctx, u, p, t, topic, "Create")
		if err != nil {
			return err
		}
		if object == nil {
			object = p.URI // NodeBB and Discourse fetch it
		}
		forums := board.Rule{Followers: topic.ID, Kind: board.Forum, At: u.event.ID, Topics: topics, Since: since}
		if err := announce(u, topic.Actor, p, object, []board.Rule{forums}); err != nil {
			return err
		}
	}
	return nil
}

// announceUpdate announces an Update to the forums who were given the post.
func (s *Speaker) announceUpdate(ctx context.Context, u *utterance, p board.Post, t board.Thread, said history) error {
	for _, topic := range t.Topics {
		forums := said.forums(topic.ID)
		if forums == nil {
			continue
		}
		object, err := s.whole(ctx, u, p, t, topic, "Update")
		if err != nil {
			return err
		}
		if object == nil {
			continue // the new text was fetched, and nobody said Update
		}
		if err := announce(u, topic.Actor, p, object, forums); err != nil {
			return err
		}
	}
	return nil
}

// whole is the activity inside an Announce: ours with the Note filed under this
// topic, that of others as it came. It is nil where only the object came here.
func (s *Speaker) whole(ctx context.Context, u *utterance, p board.Post, t board.Thread, topic board.Topic, kind string) (any, error) {
	if p.Local() {
		return s.filed(ctx, kind, u.address.Activity(u.event.ID, 0), p, t, topic)
	}
	activity, err := s.original(ctx, p, kind)
	if activity == nil {
		return nil, err
	}
	return activity, nil
}

// original is the activity of another server's author as it came, if it was of
// this type and has the object in it. Nothing in it is changed.
func (s scribe) original(ctx context.Context, p board.Post, kind string) (json.RawMessage, error) {
	return s.asItCame(ctx, p, func(o *activitypub.Object) bool {
		return o.Is(kind) && o.Object != nil && !o.Object.IsReference()
	})
}

// maxEmbedded is how many bytes an activity may have inside an Announce, which
// has to be readable itself.
const maxEmbedded = activitypub.MaxBody - 8<<10

// asItCame is what was kept of a post, if it is what is wanted.
func (s scribe) asItCame(ctx context.Context, p board.Post, wanted func(*activitypub.Object) bool) (json.RawMessage, error) {
	raw, err := s.board.Original(ctx, p.ID)
	if err != nil || len(raw) > maxEmbedded {
		return nil, err
	}
	if o, err := activitypub.Parse(raw); err != nil || !wanted(o) {
		return nil, nil
	}
	return raw, nil
}

// announce adds an Announce of a post, or of what was said about it, by a Group
// to its followers. With an empty audience there is nothing to say.
func announce(u *utterance, group board.Actor, p board.Post, object any, audience []board.Rule) error {
	if len(audience) == 0 {
		return nil
	}
	cc := activitypub.IDs{followersOf(group.URI)}
	if object == p.URI {
		cc = append(cc, p.Author.URI)
	}
	a := &activitypub.Activity{Type: "Announce", To: activitypub.IDs{activitypub.Public}, CC: cc, Object: object}
	return u.add(a, group, ThreadLane(p.Thread), audience)
}
