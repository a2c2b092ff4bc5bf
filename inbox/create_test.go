package inbox_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
	"corkboard/inbox"
)

// scene is a board with an article, and two other servers.
type scene struct {
	*here
	t       *testing.T
	article board.Post
	s, evil *remote
	carol   *person // on s
	dave    *person // on s
	mallory *person // on evil
}

func newScene(t *testing.T) *scene {
	t.Helper()
	t.Parallel()
	c := &scene{here: newHere(t, inbox.Config{}), t: t, s: newRemote(t), evil: newRemote(t)}
	c.carol, c.dave, c.mallory = c.s.person("carol"), c.s.person("dave"), c.evil.person("mallory")
	c.article = c.here.article()
	return c
}

// mustSay sends what must be acted on.
func (c *scene) mustSay(p *person, o object) {
	c.t.Helper()
	if reason := p.says(c.here, o); reason != "" {
		c.t.Fatalf("%v was refused: %s", o["type"], reason)
	}
}

// mustNotSay sends what must be refused, with words in the reason.
func (c *scene) mustNotSay(p *person, o object, words string) {
	c.t.Helper()
	reason := p.says(c.here, o)
	if reason == "" || !strings.Contains(reason, words) || !strings.HasSuffix(reason, ".") {
		c.t.Fatalf("%v: the reason is %q, which should be a sentence with %q", o["type"], reason, words)
	}
}

// wantColumn compares the first thread.
func (c *scene) wantColumn(want ...string) {
	c.t.Helper()
	if diff := cmp.Diff(want, c.column(c.article.Thread)); diff != "" {
		c.t.Errorf("the thread (-want +got):\n%s", diff)
	}
}

// newest is the thread that was opened last, with its article.
func (c *scene) newest() board.Thread {
	c.t.Helper()
	list, err := c.board.Threads(c.t.Context(), board.ThreadQuery{Limit: 1})
	if err != nil || len(list) == 0 {
		c.t.Fatalf("no thread: %v", err)
	}
	return list[0]
}

func TestAnswers(t *testing.T) {
	for _, test := range []struct {
		name string
		run  func(c *scene)
		want []string
	}{
		{"to the article's page is to the article", func(c *scene) {
			c.mustSay(c.carol, c.carol.act("Create", c.carol.note("Hi.", c.Address.Thread(c.article.Thread))))
		}, []string{"1 carol to 0: Hi."}},
		{"to our address of somebody else's post is to that post", func(c *scene) {
			c.mustSay(c.carol, c.carol.act("Create", c.carol.note("Hi.", c.article.URI)))
			c.mustSay(c.dave, c.dave.act("Create", c.dave.note("Ho.", c.Address.Post(c.article.Thread, 1))))
		}, []string{"1 carol to 0: Hi.", "2 dave to 1: Ho."}},
		{"to a post that is not here is refused", func(c *scene) {
			c.mustNotSay(c.carol, c.carol.act("Create", c.carol.note("Hi.", c.Address.Post(99, 3))), "no such post")
		}, nil},
		{"to unknown posts that lead here bring them along, oldest first", func(c *scene) {
			first := c.s.serve(c.carol.note("First.", c.article.URI))
			second := c.evil.serve(c.mallory.note("Second.", first["id"].(string)))
			c.mustSay(c.dave, c.dave.act("Create", c.dave.note("Third.", second["id"].(string))))
		}, []string{"1 carol to 0: First.", "2 mallory to 1: Second.", "3 dave to 2: Third."}},
		{"that lead elsewhere are refused", func(c *scene) {
			first := c.s.serve(c.carol.note("About something else.", ""))
			c.mustNotSay(c.dave, c.dave.act("Create", c.dave.note("Yes.", first["id"].(string))), "nothing to do with this board")
		}, nil},
		{"in a circle are refused", func(c *scene) {
			a, b := c.carol.note("A.", ""), c.dave.note("B.", "")
			c.s.serve(a.with(object{"inReplyTo": b["id"]}))
			c.s.serve(b.with(object{"inReplyTo": a["id"]}))
			c.mustNotSay(c.carol, c.carol.act("Create", c.carol.note("C.", a["id"].(string))), "answers itself")
		}, nil},
		{"that go on for ever are given up after twenty", func(c *scene) {
			for i := range 40 {
				c.s.serve(object{"id": fmt.Sprintf("%s/n/%d", c.s.URL, i), "type": "Note", "attributedTo": c.carol.id, "to": public,
					"content": "x", "inReplyTo": fmt.Sprintf("%s/n/%d", c.s.URL, i+1)})
			}
			c.mustNotSay(c.carol, c.carol.act("Create", c.carol.note("C.", c.s.URL+"/n/0")), "among the 20 posts")
			if c.s.count(c.s.URL+"/n/20") != 0 {
				c.t.Error("more than twenty were fetched")
			}
		}, nil},
		{"to what is not public are refused", func(c *scene) {
			first := c.s.serve(c.carol.note("Between us.", c.article.URI).with(object{"to": c.dave.id}))
			c.mustNotSay(c.dave, c.dave.act("Create", c.dave.note("Yes.", first["id"].(string))), "not public")
		}, nil},
		{"to a missing post go under the article if the thread is named and somebody here is addressed", func(c *scene) {
			c.mustSay(c.carol, c.carol.act("Create", c.carol.note("Hi.", c.s.URL+"/lost").with(object{
				"context": c.Address.Context(c.article.Thread), "cc": []string{c.Topic.URI}})))
		}, []string{"1 carol to -1: Hi."}},
		{"to a missing post are refused if nobody here is addressed", func(c *scene) {
			c.mustNotSay(c.carol, c.carol.act("Create", c.carol.note("Hi.", c.s.URL+"/lost").with(object{
				"conversation": c.Address.Context(c.article.Thread)})), "could not be had")
		}, nil},
		{"to a deleted post are taken", func(c *scene) {
			note := c.carol.note("Hi.", c.article.URI)
			c.mustSay(c.carol, c.carol.act("Create", note))
			c.mustSay(c.carol, c.carol.act("Delete", note["id"]))
			c.mustSay(c.dave, c.dave.act("Create", c.dave.note("What?", note["id"].(string))))
		}, []string{"1 carol to 0: (deleted)", "2 dave to 1: What?"}},
		{"without an activity are taken", func(c *scene) {
			c.mustSay(c.carol, c.carol.note("Bare.", c.article.URI))
		}, []string{"1 carol to 0: Bare."}},
		{"given by id alone are fetched", func(c *scene) {
			note := c.s.serve(c.carol.note("Fetched.", c.article.URI))
			c.mustSay(c.carol, c.carol.act("Create", note["id"]))
		}, []string{"1 carol to 0: Fetched."}},
		{"of every kind are posts", func(c *scene) {
			for _, kind := range []string{"Article", "Page", "Question", "Image", "Video", "Event", "Audio"} {
				c.mustSay(c.carol, c.carol.act("Create", c.carol.note(kind+".", c.article.URI).with(object{"type": kind})))
			}
		}, []string{"1 carol to 0: Article.", "2 carol to 0: Page.", "3 carol to 0: Question.", "4 carol to 0: Image.", "5 carol to 0: Video.",
			"6 carol to 0: Event.", "7 carol to 0: Audio."}},
		{"that are votes are refused", func(c *scene) {
			c.mustNotSay(c.carol, c.carol.act("Create", c.carol.note("", c.article.URI).with(object{"name": "Yes", "content": nil, "contentMap": nil})), "vote")
		}, nil},
		{"of an unknown kind are refused", func(c *scene) {
			c.mustNotSay(c.carol, c.carol.act("Create", c.carol.note("Hi.", c.article.URI).with(object{"type": "Recipe"})), "Recipe")
		}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newScene(t)
			test.run(c)
			c.wantColumn(test.want...)
		})
	}
}

// The rows O01 to O17 of the security notes that are about posts.
func TestWhoWroteIt(t *testing.T) {
	for _, test := range []struct {
		name string
		run  func(c *scene)
		want []string
	}{
		{"O01 what is on another host is fetched from there, and only that counts", func(c *scene) {
			real := c.s.serve(c.carol.note("What carol wrote.", c.article.URI))
			c.mustSay(c.mallory, c.mallory.act("Create", real.with(object{"content": "What mallory says that she wrote."})))
		}, []string{"1 carol to 0: What carol wrote."}},
		{"O01 what is not there is refused", func(c *scene) {
			c.mustNotSay(c.mallory, c.mallory.act("Create", c.carol.note("Forged.", c.article.URI)), "could not be had")
		}, nil},
		{"O02 a victim as author is refused", func(c *scene) {
			c.mustNotSay(c.mallory, c.mallory.act("Create", c.mallory.note("Forged.", c.article.URI).with(object{"attributedTo": c.carol.id})), "not of its host")
		}, nil},
		{"O03 a member of ours as author is refused", func(c *scene) {
			c.mustNotSay(c.mallory, c.mallory.act("Create", c.mallory.note("Forged.", c.article.URI).with(object{"attributedTo": c.Member.URI})), "not of its host")
		}, nil},
		{"O03 a victim beside the sender is refused", func(c *scene) {
			c.mustNotSay(c.mallory, c.mallory.act("Create", c.mallory.note("Forged.", c.article.URI).with(
				object{"attributedTo": []string{c.mallory.id, c.carol.id}})), "not of its host")
		}, nil},
		{"O03 somebody else of the same host is refused", func(c *scene) {
			c.mustNotSay(c.dave, c.dave.act("Create", c.dave.note("Forged.", c.article.URI).with(object{"attributedTo": c.carol.id})), "wrote")
		}, nil},
		{"O03 nonsense as author is the sender", func(c *scene) {
			c.mustSay(c.carol, c.carol.act("Create", c.carol.note("Mine.", c.article.URI).with(object{"attributedTo": 1})))
		}, []string{"1 carol to 0: Mine."}},
		{"a person and his channel are the person", func(c *scene) {
			c.mustSay(c.carol, c.carol.act("Create", c.carol.note("Mine.", c.article.URI).with(object{"attributedTo": []object{
				{"type": "Person", "id": c.carol.id}, {"type": "Group", "id": c.s.URL + "/channel"}}})))
		}, []string{"1 carol to 0: Mine."}},
		{"O16 the first with an id wins", func(c *scene) {
			note := c.carol.note("First.", c.article.URI)
			c.mustSay(c.carol, c.carol.act("Create", note))
			c.mustSay(c.carol, c.carol.act("Create", note.with(object{"content": "Second."})))
			c.mustNotSay(c.dave, c.dave.act("Create", note.with(object{"content": "Third.", "attributedTo": c.dave.id})), "Somebody else's post")
		}, []string{"1 carol to 0: First."}},
		{"O17 an id of ours is refused", func(c *scene) {
			c.mustNotSay(c.mallory, c.mallory.act("Create", c.mallory.note("Forged.", c.article.URI).with(object{"id": c.article.URI})), "this board")
		}, nil},
		{"no id is refused", func(c *scene) {
			c.mustNotSay(c.mallory, c.mallory.act("Create", c.mallory.note("Nameless.", c.article.URI).with(object{"id": nil})), "no object with an id")
		}, nil},
		{"O26 an inbox on another host is refused", func(c *scene) {
			c.evil.serve(actorDocument("Person", c.mallory.id, "mallory").with(object{"inbox": c.s.URL + "/inbox"}))
			if status := c.mallory.send(c.here, c.mallory.act("Follow", c.Topic.URI)); status == 202 {
				c.settle()
				if n, _ := c.board.FollowerCount(c.t.Context(), c.Topic.ID); n != 0 {
					c.t.Error("somebody follows whose inbox is elsewhere")
				}
			}
		}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newScene(t)
			test.run(c)
			c.wantColumn(test.want...)
		})
	}
}

func TestPrivate(t *testing.T) {
	letters := func(c *scene, uri string) board.Letter {
		c.t.Helper()
		l, err := c.board.LetterByURI(c.t.Context(), uri)
		if err != nil {
			c.t.Fatal(err)
		}
		return l
	}
	for _, test := range []struct {
		name string
		run  func(c *scene)
	}{
		{"an answer to a member is a letter, whatever else it names", func(c *scene) {
			note := c.carol.note("Between us.", c.article.URI).with(object{
				"to": c.Member.URI, "cc": nil, "context": c.Address.Context(c.article.Thread), "audience": c.Topic.URI,
				"tag": []object{{"type": "Mention", "href": c.Member.URI}, {"type": "Mention", "href": c.Topic.URI}}})
			c.mustSay(c.carol, c.carol.act("Create", note))
			l := letters(c, note["id"].(string))
			if l.To != c.Member.ID || l.About != c.article.ID || !strings.Contains(l.HTML, "Between us.") {
				c.t.Errorf("letter %+v", l)
			}
		}},
		{"a Note to two members reaches both", func(c *scene) {
			note := c.carol.note("Between us.", "").with(object{"to": []string{c.Member.URI, c.Moderator.URI}, "cc": nil})
			c.mustSay(c.carol, c.carol.act("Create", note))
			for _, m := range []board.Member{c.Member, c.Moderator} {
				l, err := c.board.LetterTo(c.t.Context(), note["id"].(string), m.ID)
				if err != nil || !strings.Contains(l.HTML, "Between us.") {
					c.t.Errorf("%s has %+v, %v", m.Name, l, err)
				}
			}
		}},
		{"followers-only that mentions a member is a letter", func(c *scene) {
			note := c.carol.note("For my followers.", c.article.URI).with(object{"to": c.carol.id + "/followers", "cc": c.Member.URI})
			c.mustSay(c.carol, c.carol.act("Create", note))
			letters(c, note["id"].(string))
		}},
		{"followers-only for a topic is refused", func(c *scene) {
			c.mustNotSay(c.carol, c.carol.act("Create", c.carol.note("Hm.", c.article.URI).with(object{
				"to": []string{c.carol.id + "/followers", c.Topic.URI}, "cc": nil})), "topic")
		}},
		{"what is for nobody here is refused", func(c *scene) {
			c.mustNotSay(c.carol, c.carol.act("Create", c.carol.note("Hm.", c.article.URI).with(object{"to": c.dave.id, "cc": nil})), "nobody here")
		}},
		{"empty recipients are nobody, not those of the activity", func(c *scene) {
			c.mustNotSay(c.carol, c.carol.act("Create", c.carol.note("Hm.", c.article.URI).with(object{"to": []string{}, "cc": []string{}})).with(
				object{"to": public}), "nobody here")
		}},
		{"a letter is edited and taken back by its sender alone", func(c *scene) {
			note := c.carol.note("Between us.", "").with(object{"to": c.Member.URI, "cc": nil})
			id := note["id"].(string)
			c.mustSay(c.carol, c.carol.act("Create", note))
			c.mustNotSay(c.dave, c.dave.act("Update", note.with(object{"attributedTo": c.dave.id, "content": "Forged.", "updated": "2026-01-02T04:00:00Z"})), "Only its sender")
			c.mustSay(c.carol, c.carol.act("Update", note.with(object{"content": "Between us two.", "updated": "2026-01-02T04:00:00Z"})))
			if l := letters(c, id); !strings.Contains(l.HTML, "us two") {
				c.t.Errorf("letter %q", l.HTML)
			}
			c.mustNotSay(c.dave, c.dave.act("Delete", id), "Only its sender")
			c.mustSay(c.carol, c.carol.act("Delete", id))
			if l := letters(c, id); l.DeletedAt.IsZero() || l.HTML != "" {
				c.t.Errorf("letter %+v", l)
			}
		}},
		{"an ancestor that is private stays so when a public answer comes", func(c *scene) {
			private := c.carol.note("Between us.", c.article.URI).with(object{"to": c.Member.URI, "cc": nil})
			c.mustSay(c.carol, c.carol.act("Create", private))
			c.s.serve(private)
			c.mustNotSay(c.dave, c.dave.act("Create", c.dave.note("I heard you.", private["id"].(string))), "not public")
		}},
		{"a group's word does not make it public", func(c *scene) {
			private := c.carol.note("Between us.", c.article.URI).with(object{"to": c.Member.URI, "cc": nil})
			c.s.serve(private)
			group := c.evil.actor("Group", "group")
			group.says(c.here, group.act("Announce", c.carol.act("Create", private.with(object{"to": public}))))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newScene(t)
			test.run(c)
			c.wantColumn()
			if article, err := c.board.PostByID(t.Context(), c.article.ID); err != nil || article.Replies != 0 {
				t.Errorf("the article has %d replies, %v", article.Replies, err)
			}
		})
	}
}

func TestNewThread(t *testing.T) {
	for _, test := range []struct {
		name     string
		note     func(c *scene) object
		title    string
		text     string
		citation board.Citation
		keywords []string
		warning  string
		language string
	}{
		{"a Note with a name", func(c *scene) object {
			return object{"name": "A headline", "to": []string{public, c.Topic.URI}}
		}, "A headline", "The text.", board.Citation{}, nil, "", "en"},
		{"a Note that mentions the topic is titled with its first line", func(c *scene) object {
			return object{"tag": []object{{"type": "Mention", "href": c.Topic.URI}}}
		}, "The text.", "The text.", board.Citation{}, nil, "", "en"},
		{"the second Group of a topic stands for the topic", func(c *scene) object {
			return object{"name": "A headline", "cc": c.Topic.URI + "_all"}
		}, "A headline", "The text.", board.Citation{}, nil, "", "en"},
		{"Lemmy's Page links its source and adds the name of the community", func(c *scene) object {
			return object{"type": "Page", "name": "A headline", "audience": c.Topic.URI, "summary": "An excerpt.",
				"attachment": []object{{"type": "Link", "href": "https://times.example/fleet"}},
				"tag":        []object{{"type": "Hashtag", "name": "#foreign_affairs"}, {"type": "Hashtag", "name": "#defense"}},
				"contentMap": nil, "language": object{"identifier": "fr", "name": "Français"}}
		}, "A headline", "The text.", board.Citation{URL: "https://times.example/fleet"}, []string{"defense"}, "", "fr"},
		{"an old Page has its source in url", func(c *scene) object {
			return object{"type": "Page", "name": "A headline", "audience": c.Topic.URI, "url": "https://times.example/fleet"}
		}, "A headline", "The text.", board.Citation{URL: "https://times.example/fleet"}, nil, "", "en"},
		{"another Corkboard's source line", func(c *scene) object {
			return object{"name": "A headline", "audience": c.Topic.URI, "citation": object{"type": "NewsArticle", "url": "https://times.example/fleet",
				"publisher": "The Example Times", "author": "A. Writer", "datePublished": "2011-01-04"}}
		}, "A headline", "The text.", board.Citation{URL: "https://times.example/fleet", Publication: "The Example Times", Author: "A. Writer", Date: "2011-01-04"}, nil, "", "en"},
		{"a Note's summary is a warning", func(c *scene) object {
			return object{"name": "A headline", "audience": c.Topic.URI, "summary": "Spoilers", "sensitive": true}
		}, "A headline", "The text.", board.Citation{}, nil, "Spoilers", "en"},
		{"an Article's summary is not, and stands in for a missing text", func(c *scene) object {
			return object{"type": "Article", "name": "A headline", "audience": c.Topic.URI, "summary": "An excerpt.", "content": nil, "contentMap": nil}
		}, "A headline", "An excerpt.", board.Citation{}, nil, "", ""},
		{"a Question has its options", func(c *scene) object {
			return object{"type": "Question", "audience": c.Topic.URI, "name": "Tea?", "oneOf": []object{{"type": "Note", "name": "Yes"}, {"type": "Note", "name": "No <b>"}}}
		}, "Tea?", "The text. Yes No <b>", board.Citation{}, nil, "", "en"},
		{"pictures are no part of the text", func(c *scene) object {
			return object{"name": "A headline", "audience": c.Topic.URI, "attachment": []object{
				{"type": "Document", "mediaType": "image/png", "url": "https://pics.example/1.png", "name": "A carrier"}}}
		}, "A headline", "The text.", board.Citation{}, nil, "", "en"},
		{"Markdown is rendered", func(c *scene) object {
			return object{"name": "A headline", "audience": c.Topic.URI, "mediaType": "text/markdown", "content": "The *text*.", "contentMap": nil}
		}, "A headline", "The text.", board.Citation{}, nil, "", ""},
		{"plain text is not HTML", func(c *scene) object {
			return object{"name": "A headline", "audience": c.Topic.URI, "mediaType": "text/plain", "content": "1 < 2 & so", "contentMap": nil}
		}, "A headline", "1 < 2 & so", board.Citation{}, nil, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newScene(t)
			note := c.carol.note("The text.", "").with(test.note(c))
			c.mustSay(c.carol, c.carol.act("Create", note))
			got := c.newest()
			if got.ID == c.article.Thread {
				t.Fatal("no thread was opened")
			}
			words := []string(nil)
			for _, k := range got.Keywords {
				words = append(words, k.Word)
			}
			post, err := c.board.Post(t.Context(), got.ID, 0)
			if err != nil {
				t.Fatal(err)
			}
			type view struct {
				Title, Text, Warning, Language, Topic, Author, URI string
				Citation                                           board.Citation
				Keywords                                           []string
			}
			want := view{test.title, test.text, test.warning, test.language, c.Topic.Name, "carol", note["id"].(string), test.citation, test.keywords}
			if diff := cmp.Diff(want, view{got.Title, board.Plain(post.HTML), post.Warning, post.Language, got.Topics[0].Name, post.Author.Name,
				post.URI, got.Citation, words}); diff != "" {
				t.Errorf("the thread (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoThread(t *testing.T) {
	for name, more := range map[string]object{
		"what names no topic is refused":        {"name": "A headline"},
		"a topic that is not here is refused":   {"name": "A headline", "audience": "https://elsewhere.example/topics/foreign_affairs"},
		"a topic's followers are not the topic": {"name": "A headline", "cc": "HERE/topics/foreign_affairs/followers"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newScene(t)
			if cc, ok := more["cc"].(string); ok {
				more["cc"] = strings.Replace(cc, "HERE", string(c.Address), 1)
			}
			c.mustNotSay(c.carol, c.carol.act("Create", c.carol.note("Hi.", "").with(more)), "names one of its topics")
			if c.newest().ID != c.article.Thread {
				t.Error("a thread was opened")
			}
		})
	}
}

func TestReplyBeforeItsArticle(t *testing.T) {
	c := newScene(t)
	article := c.s.serve(c.carol.note("A whole story.", "").with(object{"name": "A headline", "to": []string{public, c.Topic.URI}}))
	c.mustSay(c.dave, c.dave.act("Create", c.dave.note("Well told.", article["id"].(string))))
	c.mustSay(c.carol, c.carol.act("Create", article))
	thread := c.newest()
	if thread.Title != "A headline" {
		t.Errorf("title %q", thread.Title)
	}
	if diff := cmp.Diff([]string{"1 dave to 0: Well told."}, c.column(thread.ID)); diff != "" {
		t.Error(diff)
	}
}

// What forums embed are the bytes as they came.
func TestOriginal(t *testing.T) {
	c := newScene(t)
	create := c.carol.act("Create", c.carol.note("Hi.", c.article.URI)).with(object{"unheardOf": object{"a": 1}})
	c.mustSay(c.carol, create)
	p, err := c.board.Post(t.Context(), c.article.Thread, 1)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.board.Original(t.Context(), p.ID)
	if diff := cmp.Diff(string(encode(t, create)), string(got)); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}
