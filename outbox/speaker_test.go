package outbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/activitypub"
	"corkboard/board"
	"corkboard/outbox"
	"corkboard/storage"
)

// sayings are what was said, short, of who said it and to how many rules.
func (s *stage) sayings(said []board.Activity) []string {
	s.t.Helper()
	list := []string{}
	for _, a := range said {
		var parsed activity
		s.check(json.Unmarshal(a.Body, &parsed))
		list = append(list, path(parsed.Actor)+" "+parsed.String())
	}
	return list
}

func diff(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestMicroblog(t *testing.T) {
	t.Run("a follower's server gets the Accept, one Announce of the article, and none of a reply", func(t *testing.T) {
		s := newStage(t)
		mastodon := newNeighbour(t, "mastodon")
		carol, dave := s.person(mastodon, "carol"), s.person(mastodon, "dave")
		s.speak()
		s.follow(s.world.Topic.ID, carol, dave)
		article := s.article("foreign_affairs")
		s.reply(s.world.Moderator, article, "The other one.")
		s.carried()
		diff(t, "told", []string{
			"/topics/foreign_affairs Accept{Follow{/topics/foreign_affairs}}",
			"/topics/foreign_affairs Accept{Follow{/topics/foreign_affairs}}",
			"/topics/foreign_affairs Announce{/t/1/0}",
		}, acceptsFirst(mastodon.sayings()))
	})
	t.Run("an answer goes to the person answered and to those named", func(t *testing.T) {
		s := newStage(t)
		mastodon, other := newNeighbour(t, "mastodon"), newNeighbour(t, "gotosocial")
		carol, erin := s.person(mastodon, "carol"), s.person(other, "erin")
		s.speak()
		article := s.article("foreign_affairs")
		question := s.heardReply(carol, article, "116")
		s.reply(s.world.Member, question, "Yes, and @erin@"+erin.Host+" said so.")
		s.carried()
		want := []string{"/members/gaijin Create{Note}"}
		diff(t, "the person answered was told", want, mastodon.sayings())
		diff(t, "the person named was told", want, other.sayings())
	})
	t.Run("a member's followers get what he posts, and who follows the topic too gets both", func(t *testing.T) {
		s := newStage(t)
		mastodon := newNeighbour(t, "mastodon")
		carol := s.person(mastodon, "carol")
		s.speak()
		s.follow(s.world.Member.ID, carol)
		s.follow(s.world.Topic.ID, carol)
		s.article("foreign_affairs", "japan")
		s.carried()
		diff(t, "told", []string{
			"/members/gaijin Accept{Follow{/members/gaijin}}",
			"/topics/foreign_affairs Accept{Follow{/topics/foreign_affairs}}",
			"/members/gaijin Create{Note}",
			"/topics/foreign_affairs Announce{/t/1/0}",
		}, acceptsFirst(mastodon.sayings()))
	})
	t.Run("the second Group announces every post", func(t *testing.T) {
		s := newStage(t)
		mastodon := newNeighbour(t, "mastodon")
		carol := s.person(mastodon, "carol")
		s.speak()
		s.follow(s.world.Topic.All, carol)
		reply := s.reply(s.world.Moderator, s.article("foreign_affairs"), "The other one.")
		dave := s.person(newNeighbour(t, "mastodon"), "dave")
		question := s.heardReply(dave, reply, "7")
		s.carried()
		diff(t, "told", []string{
			"/topics/foreign_affairs_all Accept{Follow{/topics/foreign_affairs_all}}",
			"/topics/foreign_affairs_all Announce{/t/1/0}",
			"/topics/foreign_affairs_all Announce{/t/1/1}",
			"/topics/foreign_affairs_all Announce{" + path(question.URI) + "}",
		}, mastodon.sayings())
	})
}

func TestGiven(t *testing.T) {
	t.Run("an edit and a deletion go to all who were given the post, signed by its author", func(t *testing.T) {
		s := newStage(t)
		mastodon, away := newNeighbour(t, "mastodon"), newNeighbour(t, "mastodon")
		carol, dave := s.person(mastodon, "carol"), s.person(away, "dave")
		s.speak()
		s.follow(s.world.Topic.ID, carol, dave)
		article := s.article("foreign_affairs", "japan")
		s.carried()
		s.check(s.Unfollow(t.Context(), dave.ID, s.world.Topic.ID))
		late := newNeighbour(t, "mastodon")
		s.follow(s.world.Topic.ID, s.person(late, "erin"))
		s.edit(s.world.Member, article, "The carriers …")
		s.carried()
		s.check(s.Delete(t.Context(), s.world.Member.ID, article.ID, nil))
		s.carried()
		want := []string{
			"/topics/foreign_affairs Accept{Follow{/topics/foreign_affairs}}",
			"/topics/foreign_affairs Announce{/t/1/0}",
			"/members/gaijin Update{Note}",
			"/members/gaijin Delete{Tombstone}",
			"/topics/foreign_affairs Undo{Announce{/t/1/0}}",
		}
		diff(t, "told", want, mastodon.sayings())
		diff(t, "who has left since is told all the same", want, away.sayings())
		diff(t, "who came after it was posted is not told", want[:1], late.sayings())
		announce, undo := mastodon.told()[1], mastodon.told()[4]
		diff(t, "the id of what is undone", announce.ID, undo.inner().ID)
	})
	t.Run("somebody else's article is announced to his server as well, once", func(t *testing.T) {
		s := newStage(t)
		mastodon, author := newNeighbour(t, "mastodon"), newNeighbour(t, "gotosocial")
		carol, erin := s.person(mastodon, "carol"), s.person(author, "erin")
		s.speak()
		s.follow(s.topics["japan"].ID, carol)
		p := s.heardArticle(erin, "foreign_affairs", "japan")
		s.heardReply(carol, p, "8")
		s.carried()
		diff(t, "the author was told", []string{"/topics/foreign_affairs Announce{" + path(p.URI) + "}"}, author.sayings())
		diff(t, "the follower was told", []string{
			"/topics/japan Accept{Follow{/topics/japan}}",
			"/topics/japan Announce{" + path(p.URI) + "}",
		}, mastodon.sayings())
	})
}

// failing is a store that cannot be told of one inbox, or not at first.
type failing struct {
	*storage.DB
	inbox string
	until int // so many tries fail; 0 is all
	err   error
	tries int
}

var errBadDay = errors.New("the inbox has a bad day")

func (f *failing) EnsurePeer(ctx context.Context, inbox, host string) (board.PeerID, error) {
	if inbox == f.inbox && (f.until == 0 || f.tries < f.until) {
		f.tries++
		return 0, f.err
	}
	return f.DB.EnsurePeer(ctx, inbox, host)
}

func (s *stage) edit(by board.Member, p board.Post, text string) {
	s.t.Helper()
	_, err := s.Edit(s.t.Context(), board.EditPost{By: by.ID, Post: p.ID, Text: board.Text{Markdown: text, Language: "en"}})
	s.check(err)
}

func TestForum(t *testing.T) {
	t.Run("a forum gets each activity once, from the first topic that it followed when the article came", func(t *testing.T) {
		s := newStage(t)
		lemmy := newNeighbour(t, "lemmy")
		carol := s.person(lemmy, "carol")
		s.speak()
		for _, name := range []string{"defense", "japan"} {
			s.follow(s.topics[name].ID, carol)
		}
		article := s.article("foreign_affairs", "japan", "defense")
		s.follow(s.topics["foreign_affairs"].ID, carol) // too late for this thread
		reply := s.reply(s.world.Moderator, article, "The other one.")
		s.edit(s.world.Moderator, reply, "The third one.")
		s.carried()
		s.check(s.Delete(t.Context(), s.world.Moderator.ID, reply.ID, nil))
		s.carried()
		diff(t, "told", []string{
			"/topics/defense Accept{Follow{/topics/defense}}",
			"/topics/foreign_affairs Accept{Follow{/topics/foreign_affairs}}",
			"/topics/japan Accept{Follow{/topics/japan}}",
			"/topics/japan Announce{Create{Note}}",
			"/topics/japan Announce{Create{Note}}",
			"/topics/japan Announce{Update{Note}}",
			"/topics/japan Announce{Delete{/t/1/1}}",
		}, acceptsFirst(lemmy.sayings()))
		for _, h := range lemmy.told() {
			if h.Type == "Announce" && h.inner().Type != "Delete" {
				filed(t, h, s.topics["japan"].URI)
			}
		}
	})
	t.Run("other people's activities are passed on byte for byte", func(t *testing.T) {
		s := newStage(t)
		lemmy, mastodon := newNeighbour(t, "lemmy"), newNeighbour(t, "mastodon")
		s.speak()
		s.follow(s.world.Topic.ID, s.person(lemmy, "carol"))
		dave := s.person(mastodon, "dave")
		reply := s.heardReply(dave, s.article("foreign_affairs"), "9")
		s.carried()
		_, original := dave.create("9", s.world.Member.URI, reply.To.URI)
		told := lemmy.told()
		last := told[len(told)-1]
		if last.Type != "Announce" || !bytes.Contains(last.raw, original) {
			t.Errorf("not as it came:\n%s\n%s", original, last.raw)
		}
	})
	t.Run("what came without its activity is announced by id, and its edit not at all", func(t *testing.T) {
		s := newStage(t)
		lemmy := newNeighbour(t, "nodebb")
		s.speak()
		s.follow(s.world.Topic.ID, s.person(lemmy, "dessa"))
		carol := s.person(newNeighbour(t, "mastodon"), "carol")
		article := s.article("foreign_affairs")
		uri := carol.URI + "/statuses/9"
		reply, err := s.Reply(t.Context(), board.NewReply{
			By: carol.ID, To: article.ID, Text: board.Text{HTML: "<p>Three months.</p>"},
			Remote: &board.Remote{URI: uri, Published: time.Now().Add(-time.Hour), Original: []byte(`{"type":"Create","object":"` + uri + `"}`)},
		})
		s.check(err)
		s.said()
		_, err = s.Edit(t.Context(), board.EditPost{
			By: carol.ID, Post: reply.ID, Text: board.Text{HTML: "<p>Four months.</p>"},
			Remote: &board.Remote{URI: uri, Updated: time.Now(), Original: []byte(`{"type":"Note","id":"` + uri + `"}`)},
		})
		s.check(err)
		s.carried()
		diff(t, "told", []string{"/topics/foreign_affairs Announce{Create{Note}}", "/topics/foreign_affairs Announce{" + path(uri) + "}"}, lemmy.sayings()[1:])
	})
	t.Run("somebody else's Update is announced as it came", func(t *testing.T) {
		s := newStage(t)
		lemmy := newNeighbour(t, "lemmy")
		s.speak()
		s.follow(s.world.Topic.ID, s.person(lemmy, "dessa"))
		carol := s.person(newNeighbour(t, "mastodon"), "carol")
		reply := s.heardReply(carol, s.article("foreign_affairs"), "9")
		s.said()
		update := []byte(`{ "type":"Update", "id":"` + reply.URI + `#1","actor":"` + carol.URI + `","object":{"type":"Note","id":"` + reply.URI + `"} }`)
		_, err := s.Edit(t.Context(), board.EditPost{
			By: carol.ID, Post: reply.ID, Text: board.Text{HTML: "<p>Four months.</p>"},
			Remote: &board.Remote{URI: reply.URI, Updated: reply.PublishedAt.Add(time.Minute), Original: update},
		})
		s.check(err)
		s.carried()
		told := lemmy.told()
		if last := told[len(told)-1]; last.String() != "Announce{Update{Note}}" || !bytes.Contains(last.raw, update) {
			t.Errorf("not as it came: %s", last.raw)
		}
	})
}

func TestRemoval(t *testing.T) {
	t.Run("a moderator's removal names him and the reason, and undoes our Announces", func(t *testing.T) {
		s := newStage(t)
		lemmy, mastodon := newNeighbour(t, "lemmy"), newNeighbour(t, "mastodon")
		s.speak()
		s.follow(s.world.Topic.ID, s.person(lemmy, "carol"), s.person(mastodon, "dave"))
		ours := s.article("foreign_affairs")
		theirs := s.heardArticle(s.person(newNeighbour(t, "mastodon"), "erin"), "foreign_affairs")
		s.carried()
		before := len(lemmy.told())
		s.check(s.Remove(t.Context(), s.world.Moderator.ID, ours.ID, "Off topic."))
		s.carried()
		s.check(s.Remove(t.Context(), 0, theirs.ID, "An advertisement."))
		s.carried()
		removals := lemmy.told()[before:]
		diff(t, "the forum was told", []string{
			"/topics/foreign_affairs Announce{Delete{/t/1/0}}", "/topics/foreign_affairs Announce{Delete{" + path(theirs.URI) + "}}",
		}, lemmy.sayings()[before:])
		for i, want := range []activity{
			{Actor: s.world.Moderator.URI, Summary: "Off topic."}, {Actor: s.Address().Site(), Summary: "An advertisement."},
		} {
			got := removals[i].inner()
			diff(t, "the removal", want, activity{Actor: got.Actor, Summary: got.Summary})
		}
		undone := mastodon.sayings()[3:]
		slices.Sort(undone)
		diff(t, "the microblog was told", []string{
			"/members/gaijin Delete{Tombstone}",
			"/topics/foreign_affairs Undo{Announce{/t/1/0}}",
			"/topics/foreign_affairs Undo{Announce{" + path(theirs.URI) + "}}",
		}, undone)
	})
	t.Run("a deletion by its author elsewhere is passed on byte for byte, unless it is too large", func(t *testing.T) {
		for padding, asItCame := range map[int]bool{0: true, activitypub.MaxBody - 4<<10: false} {
			s := newStage(t)
			lemmy := newNeighbour(t, "lemmy")
			s.speak()
			s.follow(s.world.Topic.ID, s.person(lemmy, "carol"))
			dave := s.person(newNeighbour(t, "mastodon"), "dave")
			reply := s.heardReply(dave, s.article("foreign_affairs"), "9")
			s.carried()
			original := fmt.Appendf(nil, `{ "type":"Delete", "id":"%[1]s#gone","actor":%[2]q, "object":{"id":%[1]q,"type":"Tombstone"},"pad":%[3]q }`,
				reply.URI, dave.URI, strings.Repeat("x", padding))
			s.check(s.Delete(t.Context(), dave.ID, reply.ID, original))
			s.carried()
			told := lemmy.told()
			last := told[len(told)-1]
			if last.inner().Type != "Delete" || bytes.Contains(last.raw, original) != asItCame {
				t.Errorf("with %d bytes more it said %.400s", padding, last.raw)
			}
		}
	})
	t.Run("a deletion without a Delete is announced with an id of its author's server", func(t *testing.T) {
		s := newStage(t)
		lemmy := newNeighbour(t, "lemmy")
		s.speak()
		s.follow(s.world.Topic.ID, s.person(lemmy, "carol"))
		dave := s.person(newNeighbour(t, "mastodon"), "dave")
		reply := s.heardReply(dave, s.article("foreign_affairs"), "9")
		s.carried()
		s.check(s.Delete(t.Context(), dave.ID, reply.ID, nil))
		s.carried()
		told := lemmy.told()
		got := told[len(told)-1].inner()
		if got.Type != "Delete" || got.Actor != dave.URI || !strings.HasPrefix(got.ID, reply.URI) || got.Summary != "" {
			t.Errorf("it said %+v", got)
		}
	})
}

// acceptsFirst puts the Accepts first, by name: each actor's have a lane of their
// own, and other lanes may be faster.
func acceptsFirst(sayings []string) []string {
	var accepts, others []string
	for _, s := range sayings {
		if strings.Contains(s, " Accept{") {
			accepts = append(accepts, s)
		} else {
			others = append(others, s)
		}
	}
	slices.Sort(accepts)
	return append(accepts, others...)
}

// filed checks that an Announce's Note is of one topic, as Lemmy wants it.
func filed(t *testing.T, h heard, topic string) {
	t.Helper()
	var note struct {
		To       []string
		Audience string
	}
	if err := json.Unmarshal(h.inner().Object, &note); err != nil {
		t.Error(err)
	}
	if h.Actor != topic || note.Audience != topic || !slices.Contains(note.To, topic) {
		t.Errorf("announced by %s, audience %s, to %v", h.Actor, note.Audience, note.To)
	}
}

func TestSpeaker(t *testing.T) {
	t.Run("what happened while nobody spoke is spoken of later, but not the Create of what is deleted", func(t *testing.T) {
		s := newStage(t)
		mastodon := newNeighbour(t, "mastodon")
		carol := s.person(mastodon, "carol")
		s.follow(s.world.Topic.ID, carol)
		kept, gone := s.article("foreign_affairs"), s.article("foreign_affairs")
		s.edit(s.world.Member, kept, "The carriers …")
		s.edit(s.world.Member, gone, "The carriers …")
		s.check(s.Delete(t.Context(), s.world.Member.ID, gone.ID, nil))
		s.speak()
		s.carried()
		diff(t, "told", []string{
			"/topics/foreign_affairs Accept{Follow{/topics/foreign_affairs}}",
			"/topics/foreign_affairs Announce{/t/1/0}",
			"/members/gaijin Update{Note}",
		}, mastodon.sayings())
	})
	t.Run("what was said of a deleted post is no longer kept", func(t *testing.T) {
		s := newStage(t)
		s.speak()
		article := s.article("foreign_affairs")
		s.check(s.Delete(t.Context(), s.world.Member.ID, article.ID, nil))
		for _, a := range s.said() {
			if kept := a.Body != nil; kept != (a.Type == "Delete") {
				t.Errorf("%s: kept is %v", a.Type, kept)
			}
		}
	})
	t.Run("who is gone by the time it is spoken of is told nothing", func(t *testing.T) {
		s := newStage(t)
		mastodon := newNeighbour(t, "mastodon")
		carol := s.person(mastodon, "carol")
		question := s.heardReply(carol, s.article("foreign_affairs"), "116")
		s.reply(s.world.Member, question, "Yes.")
		s.check(s.ForgetActor(t.Context(), carol.URI))
		s.speak()
		s.carried()
		diff(t, "told", []string{}, mastodon.sayings())
	})
	t.Run("one event that cannot be spoken of keeps those before it from nobody", func(t *testing.T) {
		s := newStage(t)
		mastodon := newNeighbour(t, "mastodon")
		carol, dave := s.person(mastodon, "carol"), s.person(newNeighbour(t, "mastodon"), "dave")
		s.follow(s.world.Topic.ID, carol)
		s.article("foreign_affairs")
		s.follow(s.world.Topic.ID, dave)
		s.speaker = outbox.NewSpeaker(outbox.SpeakerConfig{
			Board: s.Board, Store: &failing{DB: s.db, inbox: dave.SharedInbox, err: errBadDay}, Courier: s.courier, Log: slog.New(slog.DiscardHandler),
		})
		s.speak()
		s.until("what came before is there", func() bool { return len(mastodon.told()) == 2 })
		at, err := s.Cursor(t.Context(), "speaker")
		s.check(err)
		last, err := s.LastEvent(t.Context())
		s.check(err)
		diff(t, "the cursor", last-1, at)
	})
	t.Run("an event that can never be spoken of is passed over, and the log says why", func(t *testing.T) {
		s := newStage(t)
		mastodon := newNeighbour(t, "mastodon")
		carol, dave := s.person(mastodon, "carol"), s.person(newNeighbour(t, "mastodon"), "dave")
		s.follow(s.world.Topic.ID, carol)
		s.follow(s.world.Topic.ID, dave)
		s.article("foreign_affairs")
		var log bytes.Buffer
		store := &failing{DB: s.db, inbox: dave.SharedInbox, err: errBadDay}
		s.speaker = outbox.NewSpeaker(outbox.SpeakerConfig{
			Board: s.Board, Store: store, Courier: s.courier, Setback: time.Millisecond,
			Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelError})),
		})
		ctx, stop := context.WithCancel(t.Context())
		var speaking sync.WaitGroup
		speaking.Go(func() { s.check(s.speaker.Run(ctx)) })
		said := s.sayings(s.said())
		stop()
		speaking.Wait()
		diff(t, "said", []string{
			"/topics/foreign_affairs Accept{Follow{/topics/foreign_affairs}}",
			"/members/gaijin Create{Note}",
			"/topics/foreign_affairs Announce{/t/1/0}",
			"/topics/foreign_affairs Announce{Create{Note}}", // what carol's server is will be known later
		}, said)
		diff(t, "tries", 10, store.tries)
		if !strings.Contains(log.String(), "passed over an event") || !strings.Contains(log.String(), errBadDay.Error()) {
			t.Errorf("the log says %s", log.String())
		}
	})
	t.Run("what the store cannot do for now is tried again for as long as it takes", func(t *testing.T) {
		s := newStage(t)
		carol := s.person(newNeighbour(t, "mastodon"), "carol")
		s.follow(s.world.Topic.ID, carol)
		store := &failing{DB: s.db, inbox: carol.SharedInbox, until: 30, err: board.Errorf(board.Unavailable, "The board's disk is full.")}
		s.speaker = outbox.NewSpeaker(outbox.SpeakerConfig{
			Board: s.Board, Store: store, Courier: s.courier, Setback: time.Millisecond, Log: slog.New(slog.DiscardHandler),
		})
		s.speak()
		diff(t, "said", []string{"/topics/foreign_affairs Accept{Follow{/topics/foreign_affairs}}"}, s.sayings(s.said()))
	})
	t.Run("a Follow is accepted each time, the same one too", func(t *testing.T) {
		s := newStage(t)
		carol := s.person(newNeighbour(t, "mastodon"), "carol")
		s.speak()
		s.follow(s.world.Topic.ID, carol)
		s.follow(s.world.Topic.ID, carol)
		follow := "Accept{Follow{/topics/foreign_affairs}}"
		diff(t, "said", []string{"/topics/foreign_affairs " + follow, "/topics/foreign_affairs " + follow}, s.sayings(s.said()))
	})
	t.Run("a topic that is closed says so to those who follow it", func(t *testing.T) {
		s := newStage(t)
		mastodon := newNeighbour(t, "mastodon")
		s.speak()
		s.follow(s.world.Topic.ID, s.person(mastodon, "carol"))
		s.check(s.CloseTopic(t.Context(), s.world.Moderator.ID, "foreign_affairs"))
		s.carried()
		told := mastodon.told()
		var group struct{ PostingRestrictedToMods bool }
		s.check(json.Unmarshal(told[len(told)-1].Object, &group))
		if !group.PostingRestrictedToMods {
			t.Errorf("the Group does not say so: %s", told[len(told)-1].raw)
		}
	})
}

func TestCost(t *testing.T) {
	t.Run("a post costs the same activities and rules for one follower and for a hundred", func(t *testing.T) {
		cost := func(followers int) (activities, rules int) {
			s := newStage(t)
			for i := range followers {
				a := person{board.Actor{
					URI: fmt.Sprintf("https://s%d.example/u", i), Type: board.Person, Name: "u", Host: fmt.Sprintf("s%d.example", i),
					Inbox: fmt.Sprintf("https://s%d.example/inbox", i),
				}}
				var err error
				a.Actor, err = s.KnowActor(t.Context(), a.Actor)
				s.check(err)
				s.follow(s.world.Topic.ID, a)
			}
			s.reply(s.world.Moderator, s.article("foreign_affairs"), "The other one.")
			go s.speaker.Run(t.Context())
			for _, a := range s.said() {
				if a.Type != "Accept" {
					activities++
					rules += len(a.Audience)
				}
			}
			return activities, rules
		}
		activities, rules := cost(1)
		moreActivities, moreRules := cost(100)
		diff(t, "activities and rules", []int{activities, rules}, []int{moreActivities, moreRules})
	})
	t.Run("where nobody of a kind follows, nothing is said for it", func(t *testing.T) {
		s := newStage(t)
		s.speak()
		s.reply(s.world.Moderator, s.article("foreign_affairs", "japan"), "The other one.")
		diff(t, "said", []string{"/members/gaijin Create{Note}", "/members/ronin Create{Note}"}, s.sayings(s.said()))
	})
}

func TestRender(t *testing.T) {
	t.Run("the client that posted gets what is sent", func(t *testing.T) {
		s := newStage(t)
		s.article("foreign_affairs")
		event, err := s.LastEvent(t.Context())
		s.check(err)
		rendered, err := s.speaker.Render(t.Context(), event)
		s.check(err)
		s.speak()
		said := s.said()
		diff(t, "the Create", string(said[0].Body), string(rendered))
		diff(t, "its id", s.Address().Activity(event, 0), parse(t, rendered).ID)
	})
	t.Run("an event that says nothing is not found", func(t *testing.T) {
		s := newStage(t)
		event, err := s.LastEvent(t.Context()) // a topic was opened
		s.check(err)
		if _, err := s.speaker.Render(t.Context(), event); board.KindOf(err) != board.NotFound {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("updated is after published, and names whoever was added", func(t *testing.T) {
		s := newStage(t)
		mastodon := newNeighbour(t, "mastodon")
		carol := s.person(mastodon, "carol")
		s.speak()
		article := s.article("foreign_affairs")
		s.said()
		s.edit(s.world.Member, article, "The carriers, @carol@"+carol.Host+" …")
		s.carried()
		told := mastodon.told()
		if len(told) != 1 || told[0].Type != "Update" {
			t.Fatalf("told %v", mastodon.sayings())
		}
		note := parse(t, told[0].raw).Object
		if note.Updated.Sub(note.Published) < time.Second || !note.Mentions(carol.URI) {
			t.Errorf("published %v, updated %v, tags %v", note.Published, note.Updated, note.Tags)
		}
	})
}

func parse(t *testing.T, body []byte) *activitypub.Object {
	t.Helper()
	o, err := activitypub.Parse(body)
	if err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return o
}
