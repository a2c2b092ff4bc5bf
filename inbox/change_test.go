package inbox_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

func TestFollow(t *testing.T) {
	followers := func(c *scene, of board.ActorID) int {
		c.t.Helper()
		n, err := c.board.FollowerCount(c.t.Context(), of)
		if err != nil {
			c.t.Fatal(err)
		}
		return n
	}
	for _, test := range []struct {
		name string
		run  func(c *scene)
		want int // followers of the topic
	}{
		{"of a topic", func(c *scene) { c.mustSay(c.carol, c.carol.act("Follow", c.Topic.URI)) }, 1},
		{"of all of a topic's posts", func(c *scene) {
			c.mustSay(c.carol, c.carol.act("Follow", c.Topic.URI+"_all"))
			if n := followers(c, c.Topic.All); n != 1 {
				c.t.Errorf("%d followers of all", n)
			}
		}, 0},
		{"of a member", func(c *scene) {
			c.mustSay(c.carol, c.carol.act("Follow", object{"type": "Person", "id": c.Member.URI}))
			if n := followers(c, c.Member.ID); n != 1 {
				c.t.Errorf("%d followers of the member", n)
			}
		}, 0},
		{"of the site is refused", func(c *scene) { c.mustNotSay(c.carol, c.carol.act("Follow", c.Site.URI), "cannot be followed") }, 0},
		{"of nobody is refused", func(c *scene) {
			c.mustNotSay(c.carol, c.carol.act("Follow", c.Address.Topic("nothing")), "nobody at")
		}, 0},
		{"of somebody elsewhere is refused", func(c *scene) { c.mustNotSay(c.carol, c.carol.act("Follow", c.dave.id), "nobody of this board") }, 0},
		{"of nothing is refused", func(c *scene) { c.mustNotSay(c.carol, c.carol.act("Follow", nil), "nobody of this board") }, 0},
		{"is ended by an Undo with another id inside", func(c *scene) {
			c.mustSay(c.carol, c.carol.act("Follow", c.Topic.URI))
			c.mustSay(c.carol, c.carol.act("Undo", c.carol.act("Follow", c.Topic.URI)))
		}, 0},
		{"is ended by an Undo with its id alone", func(c *scene) {
			follow := c.carol.act("Follow", c.Topic.URI)
			c.mustSay(c.carol, follow)
			c.mustSay(c.carol, c.carol.act("Undo", follow["id"]))
		}, 0},
		{"is ended by its id alone when the receipt was dropped long ago", func(c *scene) {
			follow := c.carol.act("Follow", c.Topic.URI)
			c.mustSay(c.carol, follow)
			if _, err := c.db.DropReceipts(c.t.Context(), c.article.ArrivedAt.AddDate(1, 0, 0), 10); err != nil {
				c.t.Fatal(err)
			}
			c.mustSay(c.carol, c.carol.act("Undo", follow["id"]))
		}, 0},
		{"O10 is not ended by somebody else", func(c *scene) {
			follow := c.carol.act("Follow", c.Topic.URI)
			c.mustSay(c.carol, follow)
			c.mustNotSay(c.dave, c.dave.act("Undo", follow), "cannot take back")
			c.mustNotSay(c.mallory, c.mallory.act("Undo", follow["id"]), "Nothing is known")
			c.mustSay(c.mallory, c.mallory.act("Follow", c.Topic.URI))
			c.mustNotSay(c.mallory, c.mallory.act("Undo", follow["id"]), "Nothing on this board")
		}, 2},
		{"an Undo of something never done is refused", func(c *scene) {
			c.mustSay(c.carol, c.carol.act("Follow", c.Topic.URI))
			c.mustNotSay(c.carol, c.carol.act("Undo", c.carol.id+"/unheard"), "Nothing on this board")
		}, 1},
		{"NodeBB's Undo with numbers is read", func(c *scene) {
			c.mustSay(c.carol, c.carol.act("Follow", c.Topic.URI))
			c.mustNotSay(c.carol, c.carol.act("Undo", 6).with(object{"cc": []any{c.carol.id + "/followers", 1}}), "without an object")
		}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newScene(t)
			test.run(c)
			if n := followers(c, c.Topic.ID); n != test.want {
				t.Errorf("%d followers, want %d", n, test.want)
			}
		})
	}
}

func TestUpdate(t *testing.T) {
	const at = "2026-01-02T05:00:00Z"
	for _, test := range []struct {
		name string
		run  func(c *scene, note object)
		want string
	}{
		{"by the author", func(c *scene, note object) {
			c.mustSay(c.carol, c.carol.act("Update", note.with(object{"content": "New.", "updated": at})))
		}, "1 carol to 0: New."},
		{"O07 that is older is ignored", func(c *scene, note object) {
			c.mustSay(c.carol, c.carol.act("Update", note.with(object{"content": "New.", "updated": at})))
			c.mustSay(c.carol, c.carol.act("Update", note.with(object{"content": "Old.", "updated": "2026-01-02T04:00:00Z"})))
		}, "1 carol to 0: New."},
		{"O06 that moves it leaves it where it is", func(c *scene, note object) {
			c.mustSay(c.carol, c.carol.act("Update", note.with(object{"content": "New.", "updated": at, "inReplyTo": "https://elsewhere.example/1",
				"context": "https://elsewhere.example/c", "published": "2020-01-01T00:00:00Z"})))
		}, "1 carol to 0: New."},
		{"O06 that makes it another kind of thing is refused", func(c *scene, note object) {
			c.mustNotSay(c.carol, c.carol.act("Update", note.with(object{"type": "Person", "updated": at})), "only itself")
		}, "1 carol to 0: Old."},
		{"O05 by somebody else is refused", func(c *scene, note object) {
			c.mustNotSay(c.dave, c.dave.act("Update", note.with(object{"content": "New.", "updated": at})), "wrote")
			c.mustNotSay(c.dave, c.dave.act("Update", note.with(object{"content": "New.", "updated": at, "attributedTo": c.dave.id})), "cannot change")
		}, "1 carol to 0: Old."},
		{"O05 of a topic of ours is refused", func(c *scene, note object) {
			c.mustNotSay(c.mallory, c.mallory.act("Update", object{"type": "Group", "id": c.Topic.URI, "name": "Mine"}), "only itself")
		}, "1 carol to 0: Old."},
		{"O05 of a post of ours is refused", func(c *scene, note object) {
			c.mustNotSay(c.mallory, c.mallory.act("Update", c.mallory.note("Mine.", "").with(object{"id": c.article.URI})), "this board")
		}, "1 carol to 0: Old."},
		{"by somebody on another host is what the author's host says", func(c *scene, note object) {
			c.s.serve(note.with(object{"content": "New at home.", "updated": at}))
			c.mustSay(c.mallory, c.mallory.act("Update", note.with(object{"content": "Forged.", "updated": "2026-02-02T05:00:00Z"})))
		}, "1 carol to 0: New at home."},
		{"to private is refused", func(c *scene, note object) {
			c.mustNotSay(c.carol, c.carol.act("Update", note.with(object{"to": c.dave.id, "cc": nil, "updated": at})), "private")
		}, "1 carol to 0: Old."},
		{"without a time counts from now if the text is another", func(c *scene, note object) {
			c.mustSay(c.carol, c.carol.act("Update", note.with(object{"content": "New."})))
		}, "1 carol to 0: New."},
		{"without a time and with the same text is none", func(c *scene, note object) {
			c.mustSay(c.carol, c.carol.act("Update", note.with(object{"votersCount": 3})))
			if c.count(board.PostEdited) != 0 {
				c.t.Error("the post was edited")
			}
		}, "1 carol to 0: Old."},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newScene(t)
			note := c.carol.note("Old.", c.article.URI)
			c.mustSay(c.carol, c.carol.act("Create", note))
			test.run(c, note)
			c.wantColumn(test.want)
		})
	}
}

func TestUpdateOfMentions(t *testing.T) {
	c := newScene(t)
	mention := func(uri string) object { return object{"type": "Mention", "href": uri} }
	note := c.carol.note("Hi.", c.article.URI).with(object{"tag": mention(c.Member.URI)})
	c.mustSay(c.carol, c.carol.act("Create", note))
	p, err := c.board.PostByURI(t.Context(), note["id"].(string))
	if err != nil {
		t.Fatal(err)
	}
	for _, edit := range []struct {
		at   string
		tags []object
		want []string
	}{
		{"2026-01-02T05:00:00Z", []object{mention(c.Member.URI)}, []string{c.Member.URI}},
		{"2026-01-02T06:00:00Z", []object{mention(c.Moderator.URI)}, []string{c.Moderator.URI}},
	} {
		c.mustSay(c.carol, c.carol.act("Update", note.with(object{"content": "At " + edit.at, "updated": edit.at, "tag": edit.tags})))
		mentioned, err := c.board.Mentioned(t.Context(), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, a := range mentioned {
			got = append(got, a.URI)
		}
		if diff := cmp.Diff(edit.want, got); diff != "" {
			t.Errorf("mentioned at %s (-want +got):\n%s", edit.at, diff)
		}
	}
}

func TestUpdateOfAnArticle(t *testing.T) {
	c := newScene(t)
	note := c.carol.note("Text.", "").with(object{"name": "Old title", "audience": c.Topic.URI})
	c.mustSay(c.carol, c.carol.act("Create", note))
	c.mustSay(c.carol, c.carol.act("Update", note.with(object{"name": "New title", "updated": "2026-01-03T00:00:00Z",
		"attachment": object{"type": "Link", "href": "https://times.example/1"}})))
	if got := c.newest(); got.Title != "New title" || got.Citation.URL != "https://times.example/1" {
		t.Errorf("thread %q, %q", got.Title, got.Citation.URL)
	}
}

func TestUpdateOfAnArticleWithoutName(t *testing.T) {
	for _, test := range []struct{ name, title, content, want string }{
		{"a title that was its first line follows that", "", "<p>New line<br>Old text</p>", "New line"},
		{"it stays where there is no text any more", "", "", "Old line"},
		{"a title of its own stays", "Named", "<p>New line</p>", "Named"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newScene(t)
			content := "<p>@news Old line<br>Old text</p>"
			note := c.carol.note(content, "").with(object{"audience": c.Topic.URI})
			if test.title != "" {
				note["name"] = test.title
			}
			c.mustSay(c.carol, c.carol.act("Create", note))
			delete(note, "name")
			c.mustSay(c.carol, c.carol.act("Update", note.with(object{"content": test.content, "updated": "2026-01-03T00:00:00Z"})))
			if got := c.newest().Title; got != test.want {
				t.Errorf("the title is %q, not %q", got, test.want)
			}
		})
	}
}

func TestUpdateOfAnActor(t *testing.T) {
	c := newScene(t)
	c.mustSay(c.carol, c.carol.act("Follow", c.Topic.URI))
	// What is embedded does not count: the document is fetched.
	c.s.serve(actorDocument("Person", c.carol.id, "carol").with(object{"name": "Carol at home"}))
	c.mustSay(c.carol, c.carol.act("Update", actorDocument("Person", c.carol.id, "carol").with(object{"name": "Embedded"})))
	a, err := c.board.ActorByURI(t.Context(), c.carol.id)
	if err != nil || a.DisplayName != "Carol at home" {
		t.Errorf("%q, %v", a.DisplayName, err)
	}
}

// original is what is kept of a post as it came.
func (c *scene) original(note object) string {
	c.t.Helper()
	p, err := c.board.PostByURI(c.t.Context(), note["id"].(string))
	if err != nil {
		c.t.Fatal(err)
	}
	body, err := c.board.Original(c.t.Context(), p.ID)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(body)
}

func TestDelete(t *testing.T) {
	gone, there := "1 carol to 0: (deleted)", "1 carol to 0: Hi."
	for _, test := range []struct {
		name string
		run  func(c *scene, note object)
		want string
	}{
		{"by address", func(c *scene, note object) { c.mustSay(c.carol, c.carol.act("Delete", note["id"])) }, gone},
		{"as a Tombstone", func(c *scene, note object) {
			c.mustSay(c.carol, c.carol.act("Delete", object{"type": "Tombstone", "id": note["id"]}))
		}, gone},
		{"as the whole object", func(c *scene, note object) { c.mustSay(c.carol, c.carol.act("Delete", note)) }, gone},
		{"is kept as it came", func(c *scene, note object) {
			c.mustSay(c.carol, c.carol.act("Delete", object{"type": "Tombstone", "id": note["id"]}))
			if got := c.original(note); !strings.Contains(got, `"Delete"`) || !strings.Contains(got, `"Tombstone"`) {
				c.t.Errorf("kept is %s", got)
			}
		}, gone},
		{"is not kept if it repeats the text", func(c *scene, note object) {
			c.mustSay(c.carol, c.carol.act("Delete", note))
			if got := c.original(note); got != "" {
				c.t.Errorf("kept is %s", got)
			}
		}, gone},
		{"twice is once", func(c *scene, note object) {
			c.mustSay(c.carol, c.carol.act("Delete", note["id"]))
			c.mustSay(c.carol, c.carol.act("Delete", note["id"]))
			if n := c.count(board.PostDeleted); n != 1 {
				c.t.Errorf("deleted %d times", n)
			}
		}, gone},
		{"O08 by somebody else is refused", func(c *scene, note object) {
			c.mustNotSay(c.dave, c.dave.act("Delete", note["id"]), "cannot delete what")
			c.mustNotSay(c.mallory, c.mallory.act("Delete", note["id"]), "not of the host")
			c.mustNotSay(c.mallory, c.mallory.act("Delete", object{"type": "Tombstone", "id": note["id"]}), "not of the host")
			c.mustNotSay(c.mallory, c.mallory.act("Delete", []any{note["id"], c.mallory.id + "/1"}), "not of the host")
		}, there},
		{"O08 of a post of ours is refused", func(c *scene, note object) {
			c.mustNotSay(c.carol, c.carol.act("Delete", c.article.URI), "this board")
		}, there},
		{"O08 of a hundred things is refused", func(c *scene, note object) {
			c.mustNotSay(c.carol, c.carol.act("Delete", manyOf(c.carol, 100)), "names 100")
		}, there},
		{"O09 of somebody else's account is refused", func(c *scene, note object) {
			c.mustSay(c.dave, c.dave.act("Follow", c.Topic.URI))
			c.mustNotSay(c.dave, c.dave.act("Delete", c.carol.id), "cannot delete the account")
		}, there},
		{"a late Create does not bring it back", func(c *scene, note object) {
			c.mustSay(c.carol, c.carol.act("Delete", note["id"]))
			c.mustSay(c.carol, c.carol.act("Create", note))
		}, gone},
		{"nor an Update", func(c *scene, note object) {
			c.mustSay(c.carol, c.carol.act("Delete", note["id"]))
			c.mustNotSay(c.carol, c.carol.act("Update", note.with(object{"updated": "2026-02-01T00:00:00Z"})), "deleted")
		}, gone},
		{"of something unknown keeps it away", func(c *scene, note object) {
			late := c.carol.note("Late.", c.article.URI)
			c.mustSay(c.carol, c.carol.act("Delete", late["id"]))
			c.mustNotSay(c.carol, c.carol.act("Create", late), "deleted before")
		}, there},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newScene(t)
			note := c.carol.note("Hi.", c.article.URI)
			c.mustSay(c.carol, c.carol.act("Create", note))
			test.run(c, note)
			c.wantColumn(test.want)
		})
	}
}

func manyOf(p *person, n int) (ids []string) {
	for range n {
		ids = append(ids, p.note("", "")["id"].(string))
	}
	return ids
}

func TestLikesAndShares(t *testing.T) {
	for _, test := range []struct {
		name          string
		run           func(c *scene)
		likes, shares int
	}{
		{"O29 many likes of one are one", func(c *scene) {
			for range 5 {
				c.mustSay(c.carol, c.carol.act("Like", c.article.URI))
			}
		}, 1, 0},
		{"of the article's page counts", func(c *scene) { c.mustSay(c.carol, c.carol.act("Like", c.Address.Thread(c.article.Thread))) }, 1, 0},
		{"a like is taken back", func(c *scene) {
			c.mustSay(c.carol, c.carol.act("Like", c.article.URI))
			c.mustSay(c.dave, c.dave.act("Like", c.article.URI))
			c.mustSay(c.carol, c.carol.act("Undo", c.carol.act("Like", c.article.URI)))
		}, 1, 0},
		{"a like is taken back by its id", func(c *scene) {
			like := c.carol.act("Like", c.article.URI)
			c.mustSay(c.carol, like)
			c.mustSay(c.carol, c.carol.act("Undo", like["id"]))
		}, 0, 0},
		{"of something else is refused", func(c *scene) {
			c.mustNotSay(c.carol, c.carol.act("Like", "https://elsewhere.example/1"), "Nothing on this board")
		}, 0, 0},
		{"of nothing is refused", func(c *scene) { c.mustNotSay(c.carol, c.carol.act("Like", nil), "likes nothing") }, 0, 0},
		{"a share counts once and is taken back", func(c *scene) {
			c.mustSay(c.carol, c.carol.act("Announce", c.article.URI))
			c.mustSay(c.carol, c.carol.act("Announce", c.article.URI))
			c.mustSay(c.dave, c.dave.act("Announce", c.article.URI))
			c.mustSay(c.carol, c.carol.act("Undo", c.carol.act("Announce", c.article.URI)))
		}, 0, 1},
		{"a dislike is refused in words", func(c *scene) { c.mustNotSay(c.carol, c.carol.act("Dislike", c.article.URI), "likes only") }, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newScene(t)
			test.run(c)
			p, err := c.board.PostByID(t.Context(), c.article.ID)
			if err != nil || p.Likes != test.likes || p.Shares != test.shares {
				t.Errorf("%d likes, %d shares, %v; want %d, %d", p.Likes, p.Shares, err, test.likes, test.shares)
			}
		})
	}
}

func TestHandedOn(t *testing.T) {
	for _, test := range []struct {
		name string
		run  func(c *scene, group *person)
		want []string
	}{
		{"a group's Announce of a Create brings the reply from its own host", func(c *scene, group *person) {
			note := c.s.serve(c.carol.note("As carol wrote it.", c.article.URI))
			c.mustSay(group, group.act("Announce", c.carol.act("Create", note.with(object{"content": "As the group says."}))))
		}, []string{"1 carol to 0: As carol wrote it."}},
		{"O13 an embedded post is fetched too", func(c *scene, group *person) {
			note := c.s.serve(c.carol.note("As carol wrote it.", c.article.URI))
			c.mustSay(group, group.act("Announce", note.with(object{"content": "As the group says."})))
		}, []string{"1 carol to 0: As carol wrote it."}},
		{"O14 what does not concern this board is not even fetched", func(c *scene, group *person) {
			note := c.s.serve(c.carol.note("Elsewhere.", "https://elsewhere.example/1"))
			c.mustNotSay(group, group.act("Announce", c.carol.act("Create", note)), "nothing to do with this board")
			c.mustNotSay(group, group.act("Announce", note["id"]), "nothing to do with this board")
			if c.s.count(note["id"].(string)) != 0 {
				c.t.Error("it was fetched")
			}
		}, nil},
		{"O15 a forged Update is what the author's host says", func(c *scene, group *person) {
			note := c.carol.note("Hi.", c.article.URI)
			c.mustSay(c.carol, c.carol.act("Create", note))
			c.s.serve(note)
			c.mustSay(group, group.act("Announce", c.carol.act("Update", note.with(object{"content": "Forged.", "updated": "2026-02-02T00:00:00Z"}))))
		}, []string{"1 carol to 0: Hi."}},
		{"an Update comes through", func(c *scene, group *person) {
			note := c.carol.note("Hi.", c.article.URI)
			c.mustSay(c.carol, c.carol.act("Create", note))
			newer := c.s.serve(note.with(object{"content": "Ho.", "updated": "2026-02-02T00:00:00Z"}))
			c.mustSay(group, group.act("Announce", c.carol.act("Update", newer)))
		}, []string{"1 carol to 0: Ho."}},
		{"O15 a forged Delete of what is there is refused", func(c *scene, group *person) {
			note := c.carol.note("Hi.", c.article.URI)
			c.mustSay(c.carol, c.carol.act("Create", note))
			c.s.serve(note)
			c.mustNotSay(group, group.act("Announce", c.carol.act("Delete", note["id"])), "it is there")
		}, []string{"1 carol to 0: Hi."}},
		{"a Delete of what is gone at home counts", func(c *scene, group *person) {
			note := c.carol.note("Hi.", c.article.URI)
			c.mustSay(c.carol, c.carol.act("Create", note))
			c.s.gone(note["id"].(string))
			c.mustSay(group, group.act("Announce", c.carol.act("Delete", note["id"])))
		}, []string{"1 carol to 0: (deleted)"}},
		{"a Tombstone at home counts as gone", func(c *scene, group *person) {
			note := c.carol.note("Hi.", c.article.URI)
			c.mustSay(c.carol, c.carol.act("Create", note))
			c.s.serve(object{"id": note["id"], "type": "Tombstone"})
			c.mustSay(group, group.act("Announce", c.carol.act("Delete", note["id"])))
		}, []string{"1 carol to 0: (deleted)"}},
		{"a Like counts only from him who likes", func(c *scene, group *person) {
			c.mustNotSay(group, group.act("Announce", c.carol.act("Like", c.article.URI)), "counts only from him")
		}, nil},
		{"X17 our own activity is not heard again", func(c *scene, group *person) {
			c.mustNotSay(group, group.act("Announce", object{"id": c.Address.Activity(1, 0), "type": "Create", "actor": c.Member.URI,
				"object": object{"id": c.article.URI, "type": "Note"}}), "of this board")
		}, nil},
		{"Mastodon's forwarding of a reply is taken from the reply's host", func(c *scene, _ *person) {
			note := c.s.serve(c.carol.note("As carol wrote it.", c.article.URI))
			create := c.carol.act("Create", note.with(object{"content": "As mallory forwards it."}))
			if reason := c.mallory.says(c.here, create); reason != "" {
				c.t.Error(reason)
			}
		}, []string{"1 carol to 0: As carol wrote it."}},
		{"a forwarded Delete of what is there is refused", func(c *scene, _ *person) {
			note := c.carol.note("Hi.", c.article.URI)
			c.mustSay(c.carol, c.carol.act("Create", note))
			c.s.serve(note)
			c.mustNotSay(c.mallory, c.carol.act("Delete", note["id"]), "it is there")
		}, []string{"1 carol to 0: Hi."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newScene(t)
			test.run(c, c.evil.actor("Group", "group"))
			c.wantColumn(test.want...)
		})
	}
}

func TestNotActedOn(t *testing.T) {
	c := newScene(t)
	for kind, words := range map[string]string{
		"Add": "pinned", "Remove": "pinned", "Block": "ban", "Flag": "reports", "Lock": "moderators", "Move": "account", "QuoteRequest": "quoted",
		"Warn": "warnings", "Resolve": "reports", "Accept": "never asked for", "Reject": "never asked for", "Boil": "heard of",
	} {
		c.mustNotSay(c.carol, c.carol.act(kind, c.article.URI), words)
	}
	for kind, words := range map[string]string{"Delete": "stays deleted", "Block": "ban", "Lock": "moderators", "Dislike": "likes only", "Boil": "heard of"} {
		c.mustNotSay(c.carol, c.carol.act("Undo", c.carol.act(kind, c.article.URI)), words)
	}
}

func TestHandles(t *testing.T) {
	for _, test := range []struct{ name, username, webfinger, want string }{
		{"the host is the id's", "carol", "", "carol@HOST"},
		{"another host that says nothing of it is not believed", "carol", "carol@famous.invalid", "carol@HOST"},
		{"ours is never believed", "carol", "carol@HERE", "carol@HOST"},
		{"a name with a host inside is disarmed", "admin@famous.example", "", "admin_famous.example@HOST"},
		{"a path is disarmed", "../etc", "", ".._etc@HOST"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newScene(t)
			doc := actorDocument("Person", c.carol.id, "carol").with(object{"preferredUsername": test.username})
			if test.webfinger != "" {
				doc = doc.with(object{"webfinger": strings.Replace(test.webfinger, "HERE", c.Address.Host(), 1)})
			}
			c.s.serve(doc)
			c.mustSay(c.carol, c.carol.act("Follow", c.Topic.URI))
			a, err := c.board.ActorByURI(t.Context(), c.carol.id)
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Replace(test.want, "HOST", strings.TrimPrefix(c.s.URL, "http://"), 1)
			if diff := cmp.Diff(want, a.Handle(c.Address)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
