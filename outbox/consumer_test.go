package outbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	neturl "net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"corkboard/activitypub"
	"corkboard/board"
)

// lemmyActivity has what Lemmy's structs demand (peers.md 1.5): a pointer is a
// member that must be there.
type lemmyActivity struct {
	ID     *url
	Type   string
	Actor  *url
	To, CC *[]url
	Object json.RawMessage
}

type url string

// UnmarshalJSON takes nothing but a whole address.
func (u *url) UnmarshalJSON(body []byte) error {
	var text string
	if err := json.Unmarshal(body, &text); err != nil {
		return err
	}
	parsed, err := neturl.Parse(text)
	if err != nil || parsed.Scheme == "" {
		return fmt.Errorf("%q is not an address", text)
	}
	*u = url(text)
	return nil
}

type lemmyNote struct {
	ID           *url
	Type         string
	AttributedTo *url
	To           *[]url
	CC           []url
	Name         *string
	InReplyTo    *url
	Content      string
	MediaType    string
	Source       *struct{ Content, MediaType string }
	Attachment   []struct {
		Type string
		Href *url
	}
	Tag       []struct{ Type, Name, Href string }
	Published *time.Time
	Updated   *time.Time
	Audience  *url
	Summary   *string
}

type lemmyActor struct {
	ID, Inbox, Outbox *url
	Type              string
	PreferredUsername string
	Followers         *url
	AttributedTo      *url
	Endpoints         *struct{ SharedInbox *url }
	PublicKey         *struct {
		ID, Owner    *url
		PublicKeyPem string
	}
	Published *time.Time
}

func TestLemmy(t *testing.T) {
	s := newStage(t)
	lemmy := newNeighbour(t, "lemmy")
	s.speak()
	s.follow(s.world.Topic.ID, s.person(lemmy, "dessa"))
	s.carried()
	carol, posts := s.exchange(newNeighbour(t, "mastodon"))
	s.edit(s.world.Moderator, posts[1], "The other one!")
	s.check(s.Remove(t.Context(), s.world.Moderator.ID, posts[2].ID, "Off topic."))
	_, err := s.PostArticle(t.Context(), board.NewArticle{
		By: s.world.Member.ID, Title: "No source", Topics: s.ids("foreign_affairs"), Text: board.Text{Markdown: "Only a text."},
	})
	s.check(err)
	s.heardArticle(carol, "foreign_affairs")
	s.carried()
	kinds := map[string]int{}
	for _, h := range lemmy.told() {
		kinds[h.String()[:min(len(h.String()), len("Announce{Create"))]]++
		t.Run(h.String(), func(t *testing.T) { lemmyReads(t, s, h) })
	}
	for _, kind := range []string{"Accept{Follow{/", "Announce{Create", "Announce{Update", "Announce{Delete"} {
		if kinds[kind] == 0 {
			t.Errorf("nothing of %s came: %v", kind, lemmy.sayings())
		}
	}
	for _, address := range []string{"/", "/actor", "/topics/foreign_affairs", "/topics/foreign_affairs_all", "/members/gaijin"} {
		t.Run("the actor at "+address, func(t *testing.T) {
			_, body := s.get(address, "application/activity+json")
			var a lemmyActor
			s.check(json.Unmarshal([]byte(body), &a))
			if a.ID == nil || a.Inbox == nil || a.Outbox == nil || a.Endpoints == nil || a.Endpoints.SharedInbox == nil ||
				a.PublicKey == nil || *a.PublicKey.Owner != *a.ID || a.PublicKey.PublicKeyPem == "" || a.PreferredUsername == "" {
				t.Errorf("Lemmy cannot read %s", body)
			}
			s.fetch(path(string(*a.Outbox)))
			if a.Type == "Group" {
				s.fetch(path(string(*a.AttributedTo)))
				s.fetch(path(string(*a.Followers)))
			}
		})
	}
}

// lemmyReads is what Lemmy checks of what is posted to its inbox.
func lemmyReads(t *testing.T, s *stage, h heard) {
	var outer, inner lemmyActivity
	s.check(json.Unmarshal(h.raw, &outer))
	if outer.ID == nil || outer.Actor == nil || outer.To == nil || outer.CC == nil {
		t.Fatalf("Lemmy cannot read %s", h.raw)
	}
	s.check(json.Unmarshal(outer.Object, &inner))
	if outer.Type == "Accept" {
		if inner.Type != "Follow" || inner.Actor == nil || *inner.Actor != (*outer.To)[0] {
			t.Errorf("the Follow is not in it: %s", h.raw)
		}
		return
	}
	if outer.Type != "Announce" || inner.ID == nil || inner.Actor == nil || inner.To == nil || inner.CC == nil {
		t.Fatalf("Lemmy cannot read %s", h.raw)
	}
	if host(string(*inner.ID)) != host(string(*inner.Actor)) {
		t.Errorf("%s of %s", *inner.ID, *inner.Actor)
	}
	var note lemmyNote
	if !strings.HasPrefix(string(*inner.ID), s.http.URL) || json.Unmarshal(inner.Object, &note) != nil || note.Type != "Note" {
		return // other people's, or a Delete
	}
	switch {
	case note.ID == nil || note.AttributedTo == nil || note.To == nil || note.Published == nil || note.Content == "":
		t.Errorf("Lemmy cannot read %s", inner.Object)
	case *note.AttributedTo != *inner.Actor || host(string(*note.ID)) != host(string(*inner.Actor)):
		t.Errorf("%s by %s, told by %s", *note.ID, *note.AttributedTo, *inner.Actor)
	case *note.Audience != *outer.Actor || !slices.Contains(*note.To, *outer.Actor):
		t.Errorf("filed under %s, to %v, by %s", *note.Audience, *note.To, *outer.Actor)
	case (note.Name == nil) == (note.InReplyTo == nil):
		t.Errorf("PieFed takes a reply with a name for a vote: %s", inner.Object)
	case note.Summary != nil || note.MediaType != "text/html":
		t.Errorf("summary %v, media type %q", note.Summary, note.MediaType)
	}
	for _, a := range note.Attachment {
		if a.Type != "Link" || a.Href == nil {
			t.Errorf("attachment %+v", a)
		}
	}
}

func host(uri string) string {
	_, rest, _ := strings.Cut(uri, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// conversation is an exchange of which a microblog and a forum are told.
func (s *stage) conversation(t *testing.T) (told []heard, posts []board.Post) {
	mastodon, lemmy := newNeighbour(t, "mastodon"), newNeighbour(t, "lemmy")
	s.speak()
	s.follow(s.world.Topic.ID, s.person(mastodon, "dave"), s.person(lemmy, "dessa"))
	s.carried()
	_, posts = s.exchange(mastodon)
	s.edit(s.world.Member, posts[0], "The carriers …")
	s.carried()
	return append(mastodon.told(), lemmy.told()...), posts
}

// TestMastodon follows what Mastodon does with what it is told (mastodon.md 1 to
// 4): it fetches everything, and what it fetched must have the id that it asked for.
func TestMastodon(t *testing.T) {
	s := newStage(t)
	told, posts := s.conversation(t)
	t.Run("whatever has an id is there under it", func(t *testing.T) {
		ids := []string{s.Address().Site(), s.world.Topic.URI, s.world.Member.URI, posts[0].URI, posts[1].URI, s.Address().Context(1)}
		for _, h := range told {
			if h.Type == "Accept" {
				continue
			}
			ids = append(ids, h.ID)
			if inner := h.inner(); inner.Type == "Create" {
				ids = append(ids, inner.ID) // of an Announce{Create}
			}
		}
		for _, id := range ids {
			if !strings.HasPrefix(id, s.http.URL) {
				continue
			}
			answer, body := s.get(path(id), "application/activity+json, application/ld+json")
			if answer.StatusCode == http.StatusGone {
				continue // the Create of what was deleted
			}
			if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != activitypub.MediaType || parse(t, []byte(body)).ID != id {
				t.Errorf("%s answers %d %s", id, answer.StatusCode, body)
			}
		}
	})
	t.Run("every actor's handle leads back to him", func(t *testing.T) {
		client := newClient(t, "http://elsewhere.example")
		for _, uri := range []string{s.Address().Site(), s.world.Topic.URI, s.world.Topic.URI + "_all", s.world.Member.URI} {
			a := s.fetch(path(uri))
			jrd, err := client.WebFinger(t.Context(), a["preferredUsername"].(string)+"@"+s.Address().Host())
			s.check(err)
			diff(t, "self", uri, jrd.Self())
			if a["webfinger"] != jrd.Handle() || host(a["url"].(string)) != host(uri) {
				t.Errorf("%v is %s", a, jrd.Handle())
			}
		}
	})
	t.Run("an Announce is public and of an id that can be fetched", func(t *testing.T) {
		for _, h := range told {
			if h.Type != "Announce" || h.Object[0] != '"' {
				continue
			}
			note := s.fetch(path(h.inner().ID))
			if !slices.Contains(h.To, activitypub.Public) || note["type"] != "Note" || host(note["attributedTo"].(string)) != host(note["id"].(string)) {
				t.Errorf("%s of %v", h.raw, note)
			}
		}
	})
}

func TestMastodonReads(t *testing.T) {
	s := newStage(t)
	_, posts := s.conversation(t)
	t.Run("every Note of ours brings the answers to answers here", func(t *testing.T) {
		for _, p := range []board.Post{posts[0], posts[1], posts[3]} {
			_, body := s.get(path(p.URI), activitypub.MediaType)
			note := parse(t, []byte(body))
			if !note.Mentions(s.world.Topic.URI) || !slices.Contains(append(note.To, note.CC...), s.world.Topic.URI) {
				t.Errorf("%s names %v, to %v, cc %v", p.URI, note.Tags, note.To, note.CC)
			}
			if note.Summary != "" || note.Language != "en" || note.Conversation != s.Address().Context(1) || note.Context != note.Conversation {
				t.Errorf("%s: summary %q, language %q, conversation %q, context %q", p.URI, note.Summary, note.Language, note.Conversation, note.Context)
			}
			if answered := p.To.Author; !answered.Local() && (!note.Mentions(answered.URI) || !slices.Contains(note.CC, answered.URI)) {
				t.Errorf("%s does not name whom it answers", p.URI)
			}
		}
	})
	t.Run("a content warning is all that summary says", func(t *testing.T) {
		p, err := s.Reply(t.Context(), board.NewReply{
			By: s.world.Member.ID, To: posts[0].ID, Text: board.Text{Markdown: "He dies.", Warning: "How the film ends", Language: "en"},
		})
		s.check(err)
		note := s.fetch(path(p.URI))
		diff(t, "summary and sensitive", []any{"How the film ends", true}, []any{note["summary"], note["sensitive"]})
	})
	t.Run("all who are answered are named before the text, once, and are in cc", func(t *testing.T) {
		p, err := s.Reply(t.Context(), board.NewReply{
			By: s.world.Moderator.ID, To: posts[2].ID, Also: []int{0, 2}, Text: board.Text{Markdown: "Both of you.", Language: "en"},
		})
		s.check(err)
		_, body := s.get(path(p.URI), activitypub.MediaType)
		note := parse(t, []byte(body))
		diff(t, "the text", "@carol @gaijin Both of you.", board.Plain(note.Content))
		for _, who := range []string{posts[2].Author.URI, s.world.Member.URI} {
			if !note.Mentions(who) || !slices.Contains(note.CC, who) {
				t.Errorf("%s is not told: %v, %v", who, note.Tags, note.CC)
			}
		}
	})
	t.Run("the edited Note is newer", func(t *testing.T) {
		_, body := s.get("/t/1/0", activitypub.MediaType)
		note := parse(t, []byte(body))
		if note.Updated.Sub(note.Published) < time.Second {
			t.Errorf("published %v, updated %v", note.Published, note.Updated)
		}
	})
}
