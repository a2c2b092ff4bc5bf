package board_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
	"corkboard/storage/storagetest"
)

// newBoard is a board on real SQLite with two open topics.
func newBoard(t *testing.T, limits board.Limits) *board.Board {
	t.Helper()
	config := board.Config{
		Address: "https://board.example", Limits: limits,
		NewKey: func() (string, string, error) { return "private", "public", nil },
	}
	b := board.New(storagetest.Open(t), config, slog.New(slog.DiscardHandler))
	if _, err := b.OpenSite(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"news", "local"} {
		if _, err := b.OpenTopic(t.Context(), board.NewTopic{Name: name, Title: name}); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func member(t *testing.T, b *board.Board, name string, role board.Role) board.Member {
	t.Helper()
	m, err := b.AddMember(t.Context(), board.NewMember{Name: name, Role: role})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func stranger(t *testing.T, b *board.Board, name string) board.Actor {
	t.Helper()
	uri := "https://far.example/users/" + name
	a, err := b.KnowActor(t.Context(), board.Actor{
		URI: uri, Type: board.Person, Name: name, Host: "far.example", Inbox: uri + "/inbox", SharedInbox: "https://far.example/inbox",
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func topicID(t *testing.T, b *board.Board, name string) board.ActorID {
	t.Helper()
	topic, err := b.Topic(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return topic.ID
}

func article(t *testing.T, b *board.Board, by board.ActorID) board.Post {
	t.Helper()
	p, err := b.PostArticle(t.Context(), board.NewArticle{
		By: by, Title: "Harbour bridge to close", Topics: []board.ActorID{topicID(t, b, "news")}, Text: board.Text{Markdown: "For six weeks."},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func reply(t *testing.T, b *board.Board, by board.ActorID, to board.PostID) board.Post {
	t.Helper()
	p, err := b.Reply(t.Context(), board.NewReply{By: by, To: to, Text: board.Text{Markdown: "I disagree."}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// remote is what a reply of somebody on far.example looks like.
func remote(by board.Actor, to board.PostID, id string) board.NewReply {
	return board.NewReply{
		By: by.ID, To: to, Text: board.Text{HTML: "<p>Three months.</p>"},
		Remote: &board.Remote{URI: by.URI + "/statuses/" + id, URL: by.URI + "/statuses/" + id, Published: time.Now()},
	}
}

func wantKind(t *testing.T, err error, want board.Kind) {
	t.Helper()
	if err == nil || board.KindOf(err) != want {
		t.Errorf("error is %v (kind %d), want kind %d", err, board.KindOf(err), want)
	}
}

func kinds(t *testing.T, b *board.Board) (kinds []board.EventKind) {
	t.Helper()
	events, err := b.EventsAfter(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func TestNumbers(t *testing.T) {
	b := newBoard(t, board.Limits{})
	ronin, a := member(t, b, "ronin", board.RoleMember), stranger(t, b, "gaijin")
	first := article(t, b, ronin.ID)

	t.Run("replies that come at the same time get all numbers, each once", func(t *testing.T) {
		const n = 40
		var wait sync.WaitGroup
		for i := range n {
			wait.Go(func() {
				r := board.NewReply{By: ronin.ID, To: first.ID, Text: board.Text{Markdown: "Yes."}}
				if i%2 == 0 {
					r = remote(a, first.ID, fmt.Sprint(i))
				}
				if _, err := b.Reply(t.Context(), r); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		posts, err := b.Posts(t.Context(), first.Thread, 1, 100)
		if err != nil {
			t.Fatal(err)
		}
		var got, want []int
		for i, p := range posts {
			got, want = append(got, p.Number), append(want, i+1)
		}
		if len(got) != n || !cmp.Equal(got, want) {
			t.Errorf("numbers are %v", got)
		}
	})
	t.Run("a deleted post keeps its number, and the next one goes on", func(t *testing.T) {
		last := reply(t, b, ronin.ID, first.ID)
		if err := b.Delete(t.Context(), ronin.ID, last.ID, nil); err != nil {
			t.Fatal(err)
		}
		next := reply(t, b, ronin.ID, first.ID)
		if next.Number != last.Number+1 {
			t.Errorf("number after %d is %d", last.Number, next.Number)
		}
		tombstone, err := b.Post(t.Context(), first.Thread, last.Number)
		if err != nil || tombstone.State != board.Deleted || tombstone.HTML != "" || tombstone.Source != "" {
			t.Errorf("tombstone is %+v, %v", tombstone, err)
		}
	})
}

func TestRepeats(t *testing.T) {
	b := newBoard(t, board.Limits{})
	ronin, a, other := member(t, b, "ronin", board.RoleMember), stranger(t, b, "gaijin"), stranger(t, b, "mallory")
	first := article(t, b, ronin.ID)

	t.Run("a form posted twice makes one post", func(t *testing.T) {
		r := board.NewReply{By: ronin.ID, To: first.ID, FormKey: "k1", Text: board.Text{Markdown: "Once."}}
		one, err1 := b.Reply(t.Context(), r)
		two, err2 := b.Reply(t.Context(), r)
		if err := errors.Join(err1, err2); err != nil || one.ID != two.ID {
			t.Errorf("posts %d and %d, %v", one.ID, two.ID, err)
		}
	})
	t.Run("an article's form posted twice makes one thread", func(t *testing.T) {
		n := board.NewArticle{By: ronin.ID, FormKey: "k2", Title: "Ferries", Topics: []board.ActorID{topicID(t, b, "news")}, Text: board.Text{Markdown: "Every ten minutes."}}
		one, err1 := b.PostArticle(t.Context(), n)
		two, err2 := b.PostArticle(t.Context(), n)
		if err := errors.Join(err1, err2); err != nil || one.Thread != two.Thread {
			t.Errorf("threads %d and %d, %v", one.Thread, two.Thread, err)
		}
	})
	t.Run("a remote reply that comes again is the same post", func(t *testing.T) {
		one, err1 := b.Reply(t.Context(), remote(a, first.ID, "1"))
		two, err2 := b.Reply(t.Context(), remote(a, first.ID, "1"))
		if err := errors.Join(err1, err2); err != nil || one.ID != two.ID {
			t.Errorf("posts %d and %d, %v", one.ID, two.ID, err)
		}
	})
	t.Run("nobody takes over the id of somebody else's post", func(t *testing.T) {
		r := remote(a, first.ID, "1")
		r.By = other.ID
		_, err := b.Reply(t.Context(), r)
		wantKind(t, err, board.Conflict)
	})
	t.Run("what was deleted before it came does not come", func(t *testing.T) {
		r := remote(a, first.ID, "late")
		if err := b.Bury(t.Context(), r.Remote.URI, "far.example"); err != nil {
			t.Fatal(err)
		}
		_, err := b.Reply(t.Context(), r)
		wantKind(t, err, board.Gone)
	})
}

func TestLeadingMentions(t *testing.T) {
	b := newBoard(t, board.Limits{})
	ronin, a := member(t, b, "ronin", board.RoleMember), stranger(t, b, "gaijin")
	first := article(t, b, ronin.ID)
	const to = `<span class="h-card"><a href="https://board.example/members/ronin" class="u-url mention">@<span>ronin</span></a></span>`
	for id, test := range map[string]struct{ html, want string }{
		"the person answered is not shown again": {"<p>" + to + " Three months.</p>", "<p>Three months.</p>"},
		"a text that is nothing else stays":      {"<p>" + to + "</p>", "<p><span class=\"h-card\"><a href=\"https://board.example/members/ronin\" class=\"u-url mention\" rel=\"nofollow ugc noopener noreferrer\">@<span>ronin</span></a></span></p>"},
	} {
		t.Run(id, func(t *testing.T) {
			r := remote(a, first.ID, id)
			r.Text.HTML = test.html
			p, err := b.Reply(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, p.HTML); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("beside a picture nothing of it stays", func(t *testing.T) {
		r := remote(a, first.ID, "picture")
		r.Text.HTML = "<p>" + to + "</p>"
		r.Remote.Media.Attachments = []board.Attachment{{Kind: board.Image, URL: "https://far.example/1.png", Picture: "https://far.example/1.png"}}
		p, err := b.Reply(t.Context(), r)
		if err != nil || p.HTML != "" {
			t.Fatalf("%q, %v", p.HTML, err)
		}
		change := *r.Remote
		change.Updated = p.PublishedAt.Add(time.Hour)
		p, err = b.Edit(t.Context(), board.EditPost{By: a.ID, Post: p.ID, Text: r.Text, Remote: &change})
		if err != nil || p.HTML != "" {
			t.Errorf("after an edit: %q, %v", p.HTML, err)
		}
	})
}

func TestArticleRules(t *testing.T) {
	b := newBoard(t, board.Limits{TextBytes: 1000})
	ronin := member(t, b, "ronin", board.RoleMember)
	news, local := topicID(t, b, "news"), topicID(t, b, "local")
	if err := b.CloseTopic(t.Context(), 0, "local"); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		spoil func(*board.NewArticle)
		kind  board.Kind
		field string
	}{
		{"no title", func(n *board.NewArticle) { n.Title = " \n" }, board.Invalid, "title"},
		{"no topic", func(n *board.NewArticle) { n.Topics = nil }, board.Invalid, "topics"},
		{"six topics", func(n *board.NewArticle) { n.Topics = make([]board.ActorID, 6) }, board.Invalid, "topics"},
		{"a closed topic", func(n *board.NewArticle) { n.Topics = []board.ActorID{local} }, board.Forbidden, "topics"},
		{"a topic that is none", func(n *board.NewArticle) { n.Topics = []board.ActorID{ronin.ID} }, board.NotFound, ""},
		{"neither text nor source", func(n *board.NewArticle) { n.Text.Markdown = "" }, board.Invalid, "text"},
		{"a source that is no web address", func(n *board.NewArticle) { n.Citation.URL = "javascript:alert(1)" }, board.Invalid, "url"},
		{"a keyword of digits", func(n *board.NewArticle) { n.Keywords = []string{"2011"} }, board.Invalid, "keywords"},
		{"too much text", func(n *board.NewArticle) { n.Text.Markdown = string(make([]byte, 1001)) }, board.Invalid, "text"},
		{"nobody", func(n *board.NewArticle) { n.By = 9999 }, board.NotFound, ""},
	} {
		t.Run(test.name+" is refused, and nothing is written", func(t *testing.T) {
			before := kinds(t, b)
			n := board.NewArticle{By: ronin.ID, Title: "Title", Topics: []board.ActorID{news}, Text: board.Text{Markdown: "Text."}}
			test.spoil(&n)
			_, err := b.PostArticle(t.Context(), n)
			wantKind(t, err, test.kind)
			if e, ok := errors.AsType[*board.Error](err); ok && e.Field != test.field {
				t.Errorf("field is %q, want %q", e.Field, test.field)
			}
			if diff := cmp.Diff(before, kinds(t, b)); diff != "" {
				t.Errorf("the log changed: %s", diff)
			}
		})
	}
	t.Run("the remark becomes post 1 and answers the article", func(t *testing.T) {
		p, err := b.PostArticle(t.Context(), board.NewArticle{
			By: ronin.ID, Title: "Title", Topics: []board.ActorID{news, news}, Keywords: []string{"#Bridge", "bridge"},
			Citation: board.Citation{URL: "https://times.example/bridge"}, Remark: "I will believe it when I see it.",
		})
		if err != nil {
			t.Fatal(err)
		}
		remark, err := b.Post(t.Context(), p.Thread, 1)
		if err != nil || remark.To.Post != p.ID || remark.To.Number != 0 {
			t.Errorf("remark is %+v, %v", remark, err)
		}
		thread, err := b.Thread(t.Context(), p.Thread)
		if err != nil || len(thread.Topics) != 1 || len(thread.Keywords) != 1 || thread.Keywords[0].Word != "bridge" {
			t.Errorf("thread is %+v, %v", thread, err)
		}
	})
}

func TestPermissions(t *testing.T) {
	b := newBoard(t, board.Limits{})
	ronin, other := member(t, b, "ronin", board.RoleMember), member(t, b, "other", board.RoleMember)
	judge := member(t, b, "judge", board.RoleModerator)
	first := article(t, b, ronin.ID)
	edit := board.EditPost{By: other.ID, Post: first.ID, Text: board.Text{Markdown: "Mine now."}}

	_, err := b.Edit(t.Context(), edit)
	wantKind(t, err, board.Forbidden)
	wantKind(t, b.Delete(t.Context(), other.ID, first.ID, nil), board.Forbidden)
	wantKind(t, b.Remove(t.Context(), other.ID, first.ID, "No."), board.Forbidden)
	wantKind(t, b.Remove(t.Context(), judge.ID, first.ID, " "), board.Invalid)
	wantKind(t, b.CloseTopic(t.Context(), other.ID, "news"), board.Forbidden)
	_, err = b.OpenTopic(t.Context(), board.NewTopic{By: other.ID, Name: "mine", Title: "Mine"})
	wantKind(t, err, board.Forbidden)

	if err := b.Remove(t.Context(), judge.ID, first.ID, "Off topic."); err != nil {
		t.Fatal(err)
	}
	p, err := b.PostByID(t.Context(), first.ID)
	if err != nil || p.State != board.Removed || p.Reason != "Off topic." || p.ClosedBy != "judge" {
		t.Errorf("removed post is %+v, %v", p, err)
	}
	_, err = b.Reply(t.Context(), board.NewReply{By: ronin.ID, To: first.ID, Text: board.Text{Markdown: "Why?"}})
	wantKind(t, err, board.Gone)
}

func TestEdit(t *testing.T) {
	b := newBoard(t, board.Limits{})
	ronin, a := member(t, b, "ronin", board.RoleMember), stranger(t, b, "gaijin")
	first := article(t, b, ronin.ID)

	t.Run("a member's edit is at least a second after the last", func(t *testing.T) {
		last := first.PublishedAt
		for _, text := range []string{"For *eight* weeks.", "For *nine* weeks.", "For *ten* weeks."} {
			p, err := b.Edit(t.Context(), board.EditPost{By: ronin.ID, Post: first.ID, Title: "Bridge closes", Text: board.Text{Markdown: text}})
			if err != nil {
				t.Fatal(err)
			}
			if p.EditedAt.Sub(last) < time.Second {
				t.Errorf("edited %v after the last change", p.EditedAt.Sub(last))
			}
			last = p.EditedAt
		}
		thread, err := b.Thread(t.Context(), first.Thread)
		if err != nil || thread.Title != "Bridge closes" || thread.Article.HTML == first.HTML {
			t.Errorf("thread is %+v, %v", thread, err)
		}
	})
	t.Run("an edit that is older than the last one changes nothing", func(t *testing.T) {
		p, err := b.Reply(t.Context(), remote(a, first.ID, "1"))
		if err != nil {
			t.Fatal(err)
		}
		e := board.EditPost{By: a.ID, Post: p.ID, Text: board.Text{HTML: "<p>Old.</p>"}, Remote: &board.Remote{URI: p.URI, Updated: p.PublishedAt.Add(-time.Minute)}}
		if _, err := b.Edit(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		got, err := b.PostByID(t.Context(), p.ID)
		if err != nil || got.HTML != p.HTML || !got.EditedAt.IsZero() {
			t.Errorf("post is %+v, %v", got, err)
		}
	})
}

func TestLimits(t *testing.T) {
	b := newBoard(t, board.Limits{MemberPostsPerHour: 3, RemotePostsPerHour: 2})
	ronin, a := member(t, b, "ronin", board.RoleMember), stranger(t, b, "gaijin")
	first := article(t, b, ronin.ID)
	reply(t, b, ronin.ID, first.ID)
	reply(t, b, ronin.ID, first.ID)
	_, err := b.Reply(t.Context(), board.NewReply{By: ronin.ID, To: first.ID, Text: board.Text{Markdown: "Too much."}})
	wantKind(t, err, board.TooMany)
	if e, ok := errors.AsType[*board.Error](err); ok && e.RetryAfter < time.Minute {
		t.Errorf("retry after %v", e.RetryAfter)
	}
	for i := range 2 {
		if _, err := b.Reply(t.Context(), remote(a, first.ID, fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	_, err = b.Reply(t.Context(), remote(a, first.ID, "3"))
	wantKind(t, err, board.TooMany)
	letter := board.NewLetter{From: a.ID, To: ronin.ID, Text: board.Text{HTML: "<p>Between us.</p>"}}
	for i := range 2 {
		letter.Remote.URI = fmt.Sprintf("%s/letters/%d", a.URI, i)
		if err := b.ReceiveLetter(t.Context(), letter); err != nil {
			t.Fatal(err)
		}
	}
	letter.Remote.URI = a.URI + "/letters/3"
	wantKind(t, b.ReceiveLetter(t.Context(), letter), board.TooMany)
}

func TestLog(t *testing.T) {
	b := newBoard(t, board.Limits{})
	ronin, a := member(t, b, "ronin", board.RoleMember), stranger(t, b, "gaijin")
	before := len(kinds(t, b))
	first := article(t, b, ronin.ID)
	p, err := b.Reply(t.Context(), remote(a, first.ID, "1"))
	if err != nil {
		t.Fatal(err)
	}
	news := topicID(t, b, "news")
	for _, do := range []func(ctx context.Context) error{
		func(ctx context.Context) error { return b.Like(ctx, a.ID, first.ID) },
		func(ctx context.Context) error { return b.Like(ctx, a.ID, first.ID) }, // counted once
		func(ctx context.Context) error { return b.Share(ctx, a.ID, first.ID, "https://far.example/1") },
		func(ctx context.Context) error { return b.Unlike(ctx, a.ID, first.ID) },
		func(ctx context.Context) error {
			return b.Follow(ctx, board.Follow{Follower: a.ID, Of: news, URI: "https://far.example/f/1"})
		},
		func(ctx context.Context) error { // accepted each time
			return b.Follow(ctx, board.Follow{Follower: a.ID, Of: news, URI: "https://far.example/f/1"})
		},
		func(ctx context.Context) error { return b.Unfollow(ctx, a.ID, news) },
		func(ctx context.Context) error { return b.Unfollow(ctx, a.ID, news) }, // nothing
		func(ctx context.Context) error { return b.AddKeyword(ctx, ronin.ID, first.Thread, "Japan") },
		func(ctx context.Context) error { return b.AddKeyword(ctx, ronin.ID, first.Thread, "japan") }, // nothing
		func(ctx context.Context) error { return b.Delete(ctx, a.ID, p.ID, nil) },
		func(ctx context.Context) error { return b.Delete(ctx, a.ID, p.ID, nil) }, // nothing
	} {
		if err := do(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	want := []board.EventKind{
		board.ArticlePosted, board.ReplyPosted, board.PostLiked, board.PostShared, board.PostUnliked,
		board.Followed, board.Followed, board.Unfollowed, board.KeywordAdded, board.PostDeleted,
	}
	if diff := cmp.Diff(want, kinds(t, b)[before:]); diff != "" {
		t.Error(diff)
	}
}

func TestForgetActor(t *testing.T) {
	b := newBoard(t, board.Limits{})
	ronin, a := member(t, b, "ronin", board.RoleMember), stranger(t, b, "gaijin")
	first := article(t, b, ronin.ID)
	p, err := b.Reply(t.Context(), remote(a, first.ID, "1"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := b.ForgetActor(t.Context(), a.URI); err != nil {
			t.Fatal(err)
		}
	}
	got, err := b.PostByID(t.Context(), p.ID)
	if err != nil || got.State != board.Deleted || got.Number != p.Number {
		t.Errorf("post is %+v, %v", got, err)
	}
	_, err = b.KnowActor(t.Context(), a)
	wantKind(t, err, board.Gone)
	_, err = b.KnowActor(t.Context(), board.Actor{URI: ronin.URI, Host: "far.example", Name: "ronin"})
	wantKind(t, err, board.Forbidden)
	if err := b.ForgetActor(t.Context(), ronin.URI); err != nil {
		t.Fatal(err)
	}
	if m, err := b.Member(t.Context(), "ronin"); err != nil || !m.GoneAt.IsZero() {
		t.Errorf("a Delete from outside ended a member: %+v, %v", m, err)
	}
}

func TestLetters(t *testing.T) {
	b := newBoard(t, board.Limits{})
	ronin, a, other := member(t, b, "ronin", board.RoleMember), stranger(t, b, "gaijin"), stranger(t, b, "mallory")
	first := article(t, b, ronin.ID)
	uri := a.URI + "/statuses/private"
	letter := board.NewLetter{From: a.ID, To: ronin.ID, About: first.ID, Text: board.Text{HTML: "<p>Between us.</p>"}, Remote: board.Remote{URI: uri}}
	for range 2 {
		if err := b.ReceiveLetter(t.Context(), letter); err != nil {
			t.Fatal(err)
		}
	}
	kaya, late := member(t, b, "kaya", board.RoleMember), member(t, b, "late", board.RoleMember)
	letter.To = kaya.ID
	if err := b.ReceiveLetter(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	wantKind(t, b.DeleteLetter(t.Context(), other.ID, uri), board.Forbidden)
	got, err := b.LetterByURI(t.Context(), uri)
	if err != nil || got.HTML == "" || got.To != ronin.ID || got.From != a.ID || got.About != first.ID {
		t.Errorf("letter is %+v, %v", got, err)
	}
	if _, err := b.PostByURI(t.Context(), uri); board.KindOf(err) != board.NotFound {
		t.Errorf("a letter is a post: %v", err)
	}
	if posts, err := b.Posts(t.Context(), first.Thread, 1, 10); err != nil || len(posts) != 0 {
		t.Errorf("posts are %v, %v", posts, err)
	}
	both := func(html string) {
		t.Helper()
		for _, m := range []board.Member{ronin, kaya} {
			if got, err := b.LetterTo(t.Context(), uri, m.ID); err != nil || got.To != m.ID || got.HTML != html {
				t.Errorf("%s has %+v, %v; want %q", m.Name, got, err, html)
			}
		}
	}
	both("<p>Between us.</p>")
	if err := b.EditLetter(t.Context(), a.ID, board.Text{HTML: "<p>Between us three.</p>"}, board.Remote{URI: uri}); err != nil {
		t.Fatal(err)
	}
	both("<p>Between us three.</p>")
	if err := b.DeleteLetter(t.Context(), a.ID, uri); err != nil {
		t.Fatal(err)
	}
	both("")
	letter.To = late.ID
	if err := b.ReceiveLetter(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	_, err = b.LetterTo(t.Context(), uri, late.ID)
	wantKind(t, err, board.NotFound)
}

func TestAccounts(t *testing.T) {
	b := newBoard(t, board.Limits{})
	t.Run("an invitation is good for one account", func(t *testing.T) {
		secret, err := b.Invite(t.Context(), board.RoleAdmin, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		m, err := b.Join(t.Context(), secret, board.NewMember{Name: "owner", Password: "correct horse"})
		if err != nil || m.Role != board.RoleAdmin {
			t.Fatalf("member is %+v, %v", m, err)
		}
		_, err = b.Join(t.Context(), secret, board.NewMember{Name: "second", Password: "correct horse"})
		wantKind(t, err, board.NotFound)
	})
	t.Run("one sentence for a wrong name and for a wrong password", func(t *testing.T) {
		_, err1 := b.Login(t.Context(), "nobody", "correct horse")
		_, err2 := b.Login(t.Context(), "owner", "battery staple")
		wantKind(t, err1, board.Forbidden)
		if err1 == nil || err2 == nil || err1.Error() != err2.Error() {
			t.Errorf("%v; %v", err1, err2)
		}
		if _, err := b.Login(t.Context(), "owner", "correct horse"); err != nil {
			t.Error(err)
		}
	})
	t.Run("a name is never given twice, to whatever it belongs", func(t *testing.T) {
		_, err := b.AddMember(t.Context(), board.NewMember{Name: "news", Role: board.RoleMember})
		wantKind(t, err, board.Conflict)
		_, err = b.OpenTopic(t.Context(), board.NewTopic{Name: "owner", Title: "Owner"})
		wantKind(t, err, board.Conflict)
	})
	for _, name := range []string{"", "Ronin", "a b", "kw_x", "x_all", "admin", "аdmin", "a.b"} {
		t.Run(fmt.Sprintf("%q is no name", name), func(t *testing.T) {
			_, err := b.AddMember(t.Context(), board.NewMember{Name: name, Role: board.RoleMember})
			wantKind(t, err, board.Invalid)
		})
	}
	t.Run("a token belongs to its member", func(t *testing.T) {
		token, err := b.NewToken(t.Context(), "owner")
		if err != nil {
			t.Fatal(err)
		}
		if m, err := b.Authenticate(t.Context(), token); err != nil || m.Name != "owner" {
			t.Errorf("member is %+v, %v", m, err)
		}
		_, err = b.Authenticate(t.Context(), "x"+token)
		wantKind(t, err, board.Forbidden)
	})
}
