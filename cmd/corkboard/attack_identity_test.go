package main

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestFalseAuthors says things in other people's names under a signature that
// is right: nothing of it is believed.
func TestFalseAuthors(t *testing.T) {
	s := newSiege(t)
	s.says(t, s.alice, s.note(s.alice, "hers", nil), http.StatusAccepted)
	hers := s.alice.URI + "/statuses/hers"
	type things = map[string]any
	activity := func(id, kind string, object any) things {
		return things{"id": s.mallory.URI + "/" + id, "type": kind, "actor": s.mallory.URI, "to": []string{s.topic}, "object": object}
	}
	author := func(id string, who any) things {
		return s.note(s.mallory, id, func(_, note things) { note["attributedTo"] = who })
	}
	tombstones := make([]any, 100)
	for i := range tombstones {
		tombstones[i] = hers
	}
	cases := map[string]struct {
		activity things
		status   int // 0 is 202
	}{
		"a Note attributed to somebody of another server":  {author("a1", s.alice.URI), 0},
		"a Note attributed to a member here":               {author("a2", s.member), 0},
		"a Note attributed to himself and somebody else":   {author("a3", []string{s.mallory.URI, s.alice.URI}), 0},
		"a Note attributed to somebody and himself":        {author("a4", []string{s.alice.URI, s.mallory.URI}), 0},
		"a Note attributed to a word":                      {author("a5", "admin"), 0},
		"a Note attributed to an object with a foreign id": {author("a6", things{"id": s.alice.URI, "type": "Person"}), 0},
		"a Note with an id of this board":                  {s.note(s.mallory, "a7", func(_, n things) { n["id"] = s.board.URL + "/t/1/9" }), 0},
		"a Note with the id of another's":                  {s.note(s.mallory, "a8", func(_, n things) { n["id"] = hers }), 0},
		"a Note whose id is a number":                      {s.note(s.mallory, "a9", func(_, n things) { n["id"] = 7 }), 0},
		"a Create with an id of this board":                {s.note(s.mallory, "b1", func(c, _ things) { c["id"] = s.board.URL + "/activities/1" }), http.StatusForbidden},
		"a Create with an id of another server":            {s.note(s.mallory, "b2", func(c, _ things) { c["id"] = s.alice.URI + "/b2" }), http.StatusBadRequest},
		"a Create by two actors":                           {s.note(s.mallory, "b3", func(c, _ things) { c["actor"] = []string{s.mallory.URI, s.alice.URI} }), http.StatusBadRequest},
		"a Create by a member here":                        {s.note(s.mallory, "b4", func(c, _ things) { c["actor"] = s.member }), http.StatusForbidden},
		"a Create by ACTOR":                                {s.note(s.mallory, "b5", func(c, _ things) { c["ACTOR"] = s.alice.URI }), http.StatusBadRequest},
		"an Update of somebody else's Note":                {activity("u1", "Update", things{"id": hers, "type": "Note", "attributedTo": s.alice.URI, "content": "Forged."}), 0},
		"an Update of a post of this board":                {activity("u2", "Update", things{"id": s.article, "type": "Note", "attributedTo": s.mallory.URI, "content": "Forged."}), 0},
		"an Update of a topic":                             {activity("u3", "Update", things{"id": s.topic, "type": "Group", "name": "Forged"}), 0},
		"an Update of somebody else's account":             {activity("u4", "Update", things{"id": s.alice.URI, "type": "Person", "name": "Forged"}), 0},
		"a Delete of somebody else's Note":                 {activity("d1", "Delete", hers), 0},
		"a Delete of somebody else's Note as a Tombstone":  {activity("d2", "Delete", things{"id": hers, "type": "Tombstone"}), 0},
		"a Delete of a hundred things":                     {activity("d3", "Delete", tombstones), 0},
		"a Delete of an article of this board":             {activity("d4", "Delete", s.article), 0},
		"a Delete of a member here":                        {activity("d5", "Delete", s.member), 0},
		"a Delete of somebody else's account":              {activity("d6", "Delete", s.alice.URI), 0},
		"an Undo of somebody else's Follow":                {activity("r1", "Undo", s.forum.Actor(t, "reader").Follow(s.topic)), 0},
		"an Undo of a Follow with another inside":          {activity("r2", "Undo", things{"id": s.forum.Actor(t, "reader").Follow(s.topic)["id"], "type": "Follow", "actor": s.mallory.URI, "object": s.topic}), 0},
		"an Accept of what was never asked":                {activity("x1", "Accept", things{"id": s.member + "/follows/1", "type": "Follow", "actor": s.member, "object": s.mallory.URI}), 0},
		"a moderator whom nobody made one":                 {activity("x2", "Add", things{"id": s.mallory.URI, "target": s.topic + "/moderators"}), 0},
		"a Lock":                                           {activity("x3", "Lock", s.article), 0},
	}
	for name, c := range cases {
		t.Run(name+" changes nothing", func(t *testing.T) {
			s.unharmed(t, func() {
				want := c.status
				if want == 0 {
					want = http.StatusAccepted
				}
				s.says(t, s.mallory, c.activity, want)
				if c.status == 0 && s.reason(t, c.activity["id"]) == "" && !strings.HasPrefix(name, "an Undo of a Follow with") {
					t.Error("it was refused without a reason")
				}
			})
			if page := s.everywhere(t); strings.Contains(page, "Forged") && !strings.Contains(page, "Forged hers.") || strings.Count(page, "Forged a") > 0 {
				t.Error("what was forged can be read")
			}
		})
	}
	t.Run("what somebody else wrote is taken from his own server, as it is there", func(t *testing.T) {
		true1 := s.note(s.alice, "told", nil)["object"].(things)
		s.good.Put("/users/alice/statuses/told", true1)
		forged := things{}
		for k, v := range true1 {
			forged[k] = v
		}
		forged["content"] = "<p>Never said.</p>"
		s.says(t, s.mallory, activity("told", "Create", forged), http.StatusAccepted)
		page := s.everywhere(t)
		if strings.Contains(page, "Never said") || !strings.Contains(page, "Forged told.") {
			t.Error("the copy of the messenger was believed")
		}
	})
}

// TestWhoIsNotAsked proves that no address in an activity makes the board
// connect to where it has no business.
func TestWhoIsNotAsked(t *testing.T) {
	canary, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skipf("there is no IPv6 loopback: %v", err)
	}
	defer canary.Close()
	knocked := make(chan string, 100)
	go func() {
		for {
			c, err := canary.Accept()
			if err != nil {
				return
			}
			knocked <- c.RemoteAddr().String()
			_, _ = io.WriteString(c, "HTTP/1.1 404 Not Found\r\n\r\n")
			c.Close()
		}
	}()
	s := newSiege(t)
	_, port, _ := net.SplitHostPort(canary.Addr().String())
	for _, host := range []string{"[::1]", "[::]", "ip6-localhost", "[0:0:0:0:0:0:0:1]", "user:pw@[::1]"} {
		t.Run("an address at "+host+" is not tried", func(t *testing.T) {
			inside := "http://" + host + ":" + port + "/secret"
			by := *s.mallory
			by.Signer.KeyID = inside
			send(t, by.Request(t, s.board.URL+"/inbox", s.like(s.mallory, host)))
			reply := s.note(s.mallory, "to"+host, func(_, n map[string]any) { n["inReplyTo"], n["context"] = inside, s.board.URL+"/t/1" })
			s.says(t, s.mallory, reply, http.StatusAccepted)
			share := map[string]any{"id": s.mallory.URI + "/share" + host, "type": "Announce", "actor": s.mallory.URI, "object": map[string]any{
				"id": s.mallory.URI + "/c", "type": "Create", "actor": inside, "object": map[string]any{"id": inside, "type": "Note", "inReplyTo": s.article}}}
			s.says(t, s.mallory, share, http.StatusAccepted)
			select {
			case from := <-knocked:
				t.Errorf("the board connected from %s", from)
			default:
			}
		})
	}
}
