package board_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

// mention is a link as Mastodon writes the name of somebody.
func mention(href, name string) string {
	return `<span class="h-card"><a href="` + href + `" class="u-url mention">@<span>` + name + `</span></a></span>`
}

func TestPeopleInTheToLine(t *testing.T) {
	b := newBoard(t, board.Limits{})
	ronin, kaya := member(t, b, "ronin", board.RoleMember), member(t, b, "kaya", board.RoleMember)
	gaijin, carol, passerby := stranger(t, b, "gaijin"), stranger(t, b, "carol"), stranger(t, b, "passerby")
	first := article(t, b, ronin.ID)
	reply(t, b, kaya.ID, first.ID)
	if _, err := b.Reply(t.Context(), remote(carol, first.ID, "c")); err != nil {
		t.Fatal(err)
	}
	topic, to := mention("https://board.example/topics/news", "news"), mention(ronin.URI, "ronin")
	k, c, p := mention(kaya.URI, "kaya"), mention(carol.URI, "carol"), mention(passerby.URI, "passerby")
	all := []board.ActorID{ronin.ID, kaya.ID, carol.ID, passerby.ID}
	for id, test := range map[string]struct {
		html     string
		mentions []board.ActorID
		also     []string
		text     string
	}{
		"people of the thread stand in the To line and not in the text": {"<p>" + topic + " " + k + " " + to + " " + c + " Listen.</p>", all, []string{"kaya", "carol"}, "Listen."},
		"each once": {"<p>" + k + " " + k + " Listen.</p>", all, []string{"kaya"}, "Listen."},
		"somebody else stays, and who follows him": {"<p>" + to + " " + p + " " + k + " Listen.</p>", all, nil, "@passerby @kaya Listen."},
		"further on they stay in the text":         {"<p>" + to + " I say, " + k + "</p>", all, nil, "I say, @kaya"},
		"only whom the post really mentions":       {"<p>" + to + " " + k + " Listen.</p>", []board.ActorID{ronin.ID}, nil, "@kaya Listen."},
		"a text of nothing else stays":             {"<p>" + to + " " + k + "</p>", all, nil, "@ronin @kaya"},
		"a line that only shows an address stays":  {"<p>" + mention("https://evil.example/kaya", "kaya") + " Listen.</p>", all, nil, "@kaya Listen."},
	} {
		t.Run(id, func(t *testing.T) {
			r := remote(gaijin, first.ID, url.PathEscape(id))
			r.Text.HTML, r.Mentions = test.html, test.mentions
			made, err := b.Reply(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			kept, err := b.PostByID(t.Context(), made.ID)
			if err != nil {
				t.Fatal(err)
			}
			var also []string
			for _, a := range kept.Also {
				also = append(also, a.Author.Name)
				if a.Number != -1 {
					t.Errorf("%s has the number %d", a.Author.Name, a.Number)
				}
			}
			if diff := cmp.Diff(test.also, also); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.text, board.Plain(kept.HTML)); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("an edit leaves them in the To line", func(t *testing.T) {
		r := remote(gaijin, first.ID, "edited")
		r.Text.HTML, r.Mentions = "<p>"+to+" "+k+" One.</p>", all
		made, err := b.Reply(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		r.Remote.Updated = time.Now().Add(time.Second)
		edited, err := b.Edit(t.Context(), board.EditPost{By: gaijin.ID, Post: made.ID, Text: board.Text{HTML: "<p>" + to + " " + k + " Two.</p>"}, Mentions: all, Remote: r.Remote})
		if err != nil || board.Plain(edited.HTML) != "Two." || len(edited.Also) != 1 {
			t.Errorf("%q, %d, %v", edited.HTML, len(edited.Also), err)
		}
	})
}

func TestRepeatedText(t *testing.T) {
	b := newBoard(t, board.Limits{MemberRepeat: time.Hour, RemoteRepeat: time.Hour})
	ronin, gaijin := member(t, b, "ronin", board.RoleMember), stranger(t, b, "gaijin")
	first := article(t, b, ronin.ID)
	say := func(markdown string, change func(*board.NewReply)) (board.Post, error) {
		r := board.NewReply{By: ronin.ID, To: first.ID, Text: board.Text{Markdown: markdown}}
		if change != nil {
			change(&r)
		}
		return b.Reply(t.Context(), r)
	}
	if _, err := say("See [this](https://a.example/).", nil); err != nil {
		t.Fatal(err)
	}
	t.Run("the same is refused with the one that is there", func(t *testing.T) {
		_, err := say("see\n[this](https://a.example/).", nil)
		wantKind(t, err, board.Conflict)
		if repeat, ok := errors.AsType[*board.RepeatError](err); !ok || repeat.Earlier.Number != 1 || err.Error() != "You posted this already as #1." {
			t.Errorf("%v", err)
		}
	})
	t.Run("another link is another text", func(t *testing.T) {
		if _, err := say("See [this](https://b.example/).", nil); err != nil {
			t.Error(err)
		}
	})
	t.Run("said again on purpose it is posted, and says the same as nothing", func(t *testing.T) {
		p, err := say("See [this](https://a.example/).", func(r *board.NewReply) { r.Again = true })
		if err != nil || p.SameAs != 0 {
			t.Errorf("%d, %v", p.SameAs, err)
		}
	})
	t.Run("what was deleted is no repeat", func(t *testing.T) {
		p, err := say("Oops.", nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Delete(t.Context(), ronin.ID, p.ID, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := say("Oops.", nil); err != nil {
			t.Error(err)
		}
	})
	t.Run("from elsewhere it is posted and points to the first, until it is edited", func(t *testing.T) {
		var posts []board.Post
		for i := range 3 {
			p, err := b.Reply(t.Context(), remote(gaijin, first.ID, fmt.Sprint("same", i)))
			if err != nil {
				t.Fatal(err)
			}
			posts = append(posts, p)
		}
		if got := []int{posts[0].SameAs, posts[1].SameAs, posts[2].SameAs}; !cmp.Equal(got, []int{0, posts[0].Number, posts[0].Number}) {
			t.Errorf("same as %v", got)
		}
		again := remote(gaijin, first.ID, "same2")
		again.Remote.Updated = time.Now().Add(time.Second)
		edited, err := b.Edit(t.Context(), board.EditPost{By: gaijin.ID, Post: posts[2].ID, Text: board.Text{HTML: "<p>Four months.</p>"}, Remote: again.Remote})
		if err != nil || edited.SameAs != 0 {
			t.Errorf("%d, %v", edited.SameAs, err)
		}
	})
}

func TestLinksToPosts(t *testing.T) {
	b := newBoard(t, board.Limits{})
	ronin := member(t, b, "ronin", board.RoleMember)
	first, other := article(t, b, ronin.ID), article(t, b, ronin.ID)
	reply(t, b, ronin.ID, other.ID)
	p, err := b.Reply(t.Context(), board.NewReply{By: ronin.ID, To: first.ID, Text: board.Text{Markdown: "#0 #1 #2.1 #2.2 https://board.example/t/2"}})
	if err != nil {
		t.Fatal(err)
	}
	// The reply itself has no number yet when its text is made, so #1 is nothing.
	for _, want := range []string{`/t/1/0"`, " #1 ", `/t/2/1"`, ">Harbour bridge to close, #1</a>", " #2.2 ", `/t/2" `} {
		if !strings.Contains(p.HTML, want) {
			t.Errorf("%s is not in %s", want, p.HTML)
		}
	}
}

func TestDraftRules(t *testing.T) {
	b := newBoard(t, board.Limits{})
	ronin := member(t, b, "ronin", board.RoleMember)
	save := func(form, text string) error {
		_, err := b.SaveDraft(t.Context(), board.Draft{Member: ronin.ID, Form: form, Fields: url.Values{"text": {text}}})
		return err
	}
	t.Run("one for each form, the newest first", func(t *testing.T) {
		for _, form := range []string{"/t/1/1/reply", "/post", "/t/1/1/reply"} {
			if err := save(form, "x & y="+form); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Millisecond)
		}
		drafts, err := b.Drafts(t.Context(), ronin.ID)
		if err != nil || len(drafts) != 2 || drafts[0].Form != "/t/1/1/reply" {
			t.Errorf("%v, %v", drafts, err)
		}
		d, err := b.Draft(t.Context(), ronin.ID, "/post")
		if err != nil || d.Fields.Get("text") != "x & y=/post" {
			t.Errorf("%v, %v", d, err)
		}
	})
	t.Run("neither too long nor too many", func(t *testing.T) {
		wantKind(t, save("/post", strings.Repeat("x", 300<<10)), board.Invalid)
		wantKind(t, save("", "x"), board.Invalid)
		wantKind(t, save("/"+strings.Repeat("x", 300), "x"), board.Invalid)
		for i := range 48 {
			if err := save(fmt.Sprintf("/t/9/%d/reply", i), "x"); err != nil {
				t.Fatal(err)
			}
		}
		wantKind(t, save("/t/9/99/reply", "x"), board.Invalid)
		if err := save("/post", "in its place"); err != nil {
			t.Error(err)
		}
	})
	t.Run("only members have drafts", func(t *testing.T) {
		_, err := b.SaveDraft(t.Context(), board.Draft{Member: stranger(t, b, "gaijin").ID, Form: "/post"})
		wantKind(t, err, board.NotFound)
	})
}

func TestKeywordRules(t *testing.T) {
	b := newBoard(t, board.Limits{})
	ronin, kaya, warden := member(t, b, "ronin", board.RoleMember), member(t, b, "kaya", board.RoleMember), member(t, b, "warden", board.RoleModerator)
	first := article(t, b, ronin.ID)
	for i := range 5 {
		if err := b.AddKeyword(t.Context(), kaya.ID, first.Thread, fmt.Sprintf("k%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	wantKind(t, b.AddKeyword(t.Context(), kaya.ID, first.Thread, "k5"), board.Invalid)
	if err := b.AddKeyword(t.Context(), kaya.ID, first.Thread, "K1"); err != nil {
		t.Errorf("one that is there: %v", err)
	}
	wantKind(t, b.RemoveKeyword(t.Context(), kaya.ID, first.Thread, "k0"), board.Forbidden)
	if err := b.RemoveKeyword(t.Context(), ronin.ID, first.Thread, "k0"); err != nil {
		t.Error(err)
	}
	if err := b.RemoveKeyword(t.Context(), warden.ID, first.Thread, "k0"); err != nil {
		t.Errorf("one that is not there: %v", err)
	}
	all := kinds(t, b)
	if got := all[len(all)-2:]; !cmp.Equal(got, []board.EventKind{board.KeywordAdded, board.KeywordRemoved}) {
		t.Errorf("the log ends with %v", got)
	}
	wantKind(t, b.AddKeyword(t.Context(), kaya.ID, 99, "k"), board.NotFound)
}

func TestAnEditThatChangesNothing(t *testing.T) {
	b := newBoard(t, board.Limits{})
	ronin := member(t, b, "ronin", board.RoleMember)
	first := article(t, b, ronin.ID)
	save := func(change func(*board.EditPost)) (edited bool) {
		t.Helper()
		before, err := b.LastEvent(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		thread, err := b.Thread(t.Context(), first.Thread)
		if err != nil {
			t.Fatal(err)
		}
		p := thread.Article
		e := board.EditPost{By: ronin.ID, Post: p.ID, Title: thread.Title, Citation: &thread.Citation, Text: board.Text{Markdown: p.Source, Language: p.Language, Warning: p.Warning}}
		change(&e)
		if _, err := b.Edit(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		after, err := b.LastEvent(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return after != before
	}
	if save(func(*board.EditPost) {}) {
		t.Error("it was told to others")
	}
	save(func(e *board.EditPost) { e.Text.Language = "en" })
	if !save(func(e *board.EditPost) { e.Text.Language = "" }) {
		t.Error("a language could not be taken back")
	}
	for name, change := range map[string]func(*board.EditPost){
		"text":     func(e *board.EditPost) { e.Text.Markdown += " Or seven." },
		"title":    func(e *board.EditPost) { e.Title = "Bridge closed" },
		"source":   func(e *board.EditPost) { e.Citation = &board.Citation{URL: "https://times.example/b"} },
		"warning":  func(e *board.EditPost) { e.Text.Warning = "careful" },
		"language": func(e *board.EditPost) { e.Text.Language = "de" },
	} {
		if !save(change) {
			t.Errorf("another %s was not", name)
		}
	}
}
