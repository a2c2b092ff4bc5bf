package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"corkboard/activitypub"
)

// everywhere is all that anybody can read of the board, as a person and as a
// server, in one text.
func (s *siege) everywhere(t *testing.T) string {
	t.Helper()
	thread := strings.TrimPrefix(s.article[:strings.LastIndex(s.article, "/")], s.board.URL)
	paths := []string{"/", "/topics", "/topics/harbour", "/members/ronin", "/about", thread, thread + "/0", thread + "/1", thread + "/2", thread + "/3",
		thread + "/context", thread + "/0/replies", thread + "/1/replies", thread + "/0/likes", thread + "/0/shares",
		"/topics/harbour/outbox", "/topics/harbour/followers", "/topics/harbour/featured", "/topics/harbour_all/outbox",
		"/members/ronin/outbox", "/members/ronin/followers", "/members/ronin/inbox", "/topics/harbour/inbox", "/inbox", "/actor", "/actor/outbox",
		"/~mallory@" + s.evil.Host, "/~alice@" + s.good.Host, "/nodeinfo/2.1", "/letters/1",
		"/.well-known/webfinger?resource=" + url.QueryEscape("acct:mallory@"+s.evil.Host)}
	var all strings.Builder
	for _, path := range paths {
		for _, accept := range []string{"text/html", activitypub.MediaType} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.board.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept", accept)
			status, text := send(t, r)
			if status >= http.StatusInternalServerError {
				t.Errorf("%s as %s is answered %d", path, accept, status)
			}
			all.WriteString(text)
		}
	}
	return all.String()
}

// private is a Create of a Note that is not public, though all else of it
// looks as if it were.
func (s *siege) private(id string, to, cc []string, change func(note map[string]any)) map[string]any {
	thread := s.article[:strings.LastIndex(s.article, "/")]
	return s.note(s.mallory, id, func(create, note map[string]any) {
		note["content"] = "<p>Zanzibar " + id + "</p>"
		delete(note, "contentMap")
		note["context"], note["conversation"] = thread, thread+"/context"
		note["tag"] = []any{map[string]any{"type": "Mention", "href": s.topic, "name": "@harbour"}}
		create["to"], create["cc"], note["to"], note["cc"] = to, cc, to, cc
		if change != nil {
			change(note)
		}
	})
}

// TestPrivateStaysPrivate sends what is not for everybody, in every way in
// which it could be taken for public: it is on no page, in no list, no count
// and no collection, and goes to nobody else.
func TestPrivateStaysPrivate(t *testing.T) {
	s := newSiege(t)
	type things = map[string]any
	thread := s.article[:strings.LastIndex(s.article, "/")]
	followers := s.mallory.URI + "/followers"
	private := s.private
	cases := map[string]struct {
		activity things
		letters  int
	}{
		"an answer for followers only":                               {private("followers", []string{followers}, nil, nil), 0},
		"an answer for followers only that names a member":           {private("followers2", []string{followers}, []string{s.member}, nil), 1},
		"an answer for a member alone in our context":                {private("direct", []string{s.member}, nil, nil), 1},
		"an answer for a member and a topic":                         {private("both", []string{s.member, s.topic}, nil, nil), 1},
		"an answer for a topic alone":                                {private("topic", []string{s.topic}, nil, nil), 0},
		"an answer for nobody":                                       {private("nobody", nil, nil, nil), 0},
		"an article for a topic alone":                               {private("article", []string{s.topic}, nil, func(n things) { delete(n, "inReplyTo"); n["name"] = "Zanzibar" }), 0},
		"a private Note in a public Create":                          {private("inner", []string{s.member}, nil, nil), 1},
		"a Note whose audience is the topic and whose reader is one": {private("audience", []string{s.member}, nil, func(n things) { n["audience"] = s.topic }), 1},
	}
	cases["a private Note in a public Create"].activity["to"] = []string{activitypub.Public}
	s.settleAt(t, s.microblog)
	public := func() map[string]int {
		state := s.state(t)
		delete(state, "letters")
		delete(state, "events") // a letter's arrival is one
		return state
	}
	before := public()
	for name, c := range cases {
		t.Run(name+" is for nobody else", func(t *testing.T) {
			had := s.count(t, "SELECT count(*) FROM letters")
			s.says(t, s.mallory, c.activity, http.StatusAccepted)
			if got := s.count(t, "SELECT count(*) FROM letters") - had; got != c.letters {
				t.Errorf("%d letters were kept, not %d", got, c.letters)
			}
			if c.letters == 0 && s.reason(t, c.activity["id"]) == "" {
				t.Error("it was refused without a reason")
			}
		})
	}
	t.Run("a group that shares a private Note does not make it public", func(t *testing.T) {
		note := cases["an answer for a member alone in our context"].activity["object"].(things)
		s.evil.Put(strings.TrimPrefix(note["id"].(string), s.evil.URL), note)
		share := things{"id": s.alice.URI + "/share", "type": "Announce", "actor": s.alice.URI, "to": []string{activitypub.Public}, "object": note["id"]}
		s.says(t, s.alice, share, http.StatusAccepted)
		share["id"], share["object"] = s.alice.URI+"/share2", things{"id": note["id"], "type": "Note", "attributedTo": s.mallory.URI,
			"to": []string{activitypub.Public}, "content": "Zanzibar", "inReplyTo": s.article}
		s.says(t, s.alice, share, http.StatusAccepted)
	})
	t.Run("an edit by another does not make a private Note public", func(t *testing.T) {
		note := cases["an answer for a member alone in our context"].activity["object"].(things)
		s.says(t, s.alice, things{"id": s.alice.URI + "/edit", "type": "Update", "actor": s.alice.URI, "to": []string{activitypub.Public}, "object": things{
			"id": note["id"], "type": "Note", "attributedTo": s.mallory.URI, "to": []string{activitypub.Public}, "content": "Zanzibar"}}, http.StatusAccepted)
	})
	t.Run("an answer to a private Note is not public by its context", func(t *testing.T) {
		reply := s.note(s.alice, "below", func(_, n things) {
			n["content"], n["inReplyTo"], n["context"] = "Zanzibar below", cases["an answer for a member alone in our context"].activity["object"].(things)["id"], thread
			n["to"], n["cc"] = []string{s.member}, nil
		})
		s.says(t, s.alice, reply, http.StatusAccepted)
	})
	s.nowhere(t, "Zanzibar")
	for key, n := range before {
		if now := public()[key]; now != n {
			t.Errorf("%s: %d, and %d before", key, now, n)
		}
	}
}

// nowhere proves that a word can be read by nobody and went to nobody.
func (s *siege) nowhere(t *testing.T, word string) {
	t.Helper()
	if text := s.everywhere(t); strings.Contains(text, word) {
		t.Errorf("what was private can be read: %.300s", text[strings.Index(text, word):])
	}
	for _, r := range append(s.forum.Received(), s.microblog.Received()...) {
		if strings.Contains(string(r.Body), word) {
			t.Errorf("what was private went to %s: %.300s", r.Path, r.Body)
		}
	}
}
