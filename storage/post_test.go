package storage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"corkboard/board"
)

// shown is what of an actor stands beside a post.
func shown(a board.Actor) board.Actor {
	return board.Actor{
		ID: a.ID, URI: a.URI, Type: a.Type, Name: a.Name, Host: a.Host,
		DisplayName: a.DisplayName, Tagline: a.Tagline, URL: a.URL, GoneAt: a.GoneAt,
	}
}

// notOfParent leaves out what is not shown beside the post that is answered: its
// author's type and tagline.
var notOfParent = cmp.FilterPath(func(p cmp.Path) bool {
	name := p.Last().String()
	return len(p) > 3 && p.Index(1).String() == ".To" && (name == ".Type" || name == ".Tagline")
}, cmp.Ignore())

func TestPost(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	article := f.article("Title")
	uri := "https://social.example/users/mariner/statuses/a"
	want := board.Post{
		Thread: article.Thread, Number: 1, URI: uri, URL: "https://social.example/@mariner/a", Author: shown(f.Remote),
		HTML: "<p>Ahoy</p>", Language: "en", Warning: "salt", Unlisted: true,
		PublishedAt: f.clock.now.Add(-time.Minute), ArrivedAt: f.clock.now,
		To: board.Answered{Post: article.ID, Number: 0, URI: article.URI, Author: shown(f.Member.Actor)},
	}
	f.change(func(tx board.Tx) (err error) {
		if want.Number, err = tx.NextNumber(article.Thread); err != nil {
			return err
		}
		want.ID, err = tx.AddPost(want, "", []board.ActorID{f.Moderator.ID, f.Member.ID, f.Member.ID}, []byte("as it came"))
		return err
	})
	t.Run("it is found by number, id and URI, in and out of a change", func(t *testing.T) {
		finders := map[string]func() (board.Post, error){
			"place": func() (board.Post, error) { return f.db.Post(ctx, article.Thread, 1) },
			"id":    func() (board.Post, error) { return f.db.PostByID(ctx, want.ID) },
			"URI":   func() (board.Post, error) { return f.db.PostByURI(ctx, uri) },
			"URI, in a change": func() (p board.Post, err error) {
				f.change(func(tx board.Tx) error { p, err = tx.PostByURI(uri); return err })
				return p, err
			},
		}
		for name, find := range finders {
			got, err := find()
			if diff := cmp.Diff(want, got, notOfParent); err != nil || diff != "" {
				t.Errorf("%s: %v %s", name, err, diff)
			}
		}
	})

	t.Run("its own URI is its page where there is no other", func(t *testing.T) {
		p := board.Post{Thread: article.Thread, Number: 50, URI: here.Post(article.Thread, 50), URL: here.Post(article.Thread, 50), Author: f.Member.Actor}
		f.change(func(tx board.Tx) (err error) { p.ID, err = tx.AddPost(p, "", nil, nil); return err })
		if got := f.post(p.ID); got.URL != p.URI {
			t.Error(got.URL)
		}
	})

	t.Run("it counts for its parent and its author", func(t *testing.T) {
		if got := f.post(article.ID).Replies; got != 1 {
			t.Errorf("%d replies", got)
		}
		m, err := f.db.Member(ctx, "gaijin")
		if err != nil || m.Articles != 1 || m.Posts != 2 {
			t.Errorf("%d articles of %d posts, %v", m.Articles, m.Posts, err)
		}
	})

	t.Run("whom it mentions is known, each once", func(t *testing.T) {
		got, err := f.db.Mentioned(ctx, want.ID)
		if diff := cmp.Diff([]board.Actor{f.Member.Actor, f.Moderator.Actor}, got); err != nil || diff != "" {
			t.Error(err, diff)
		}
	})

	t.Run("its original is there, and ours has none", func(t *testing.T) {
		if got, err := f.db.Original(ctx, want.ID); err != nil || string(got) != "as it came" {
			t.Errorf("%q, %v", got, err)
		}
		if got, err := f.db.Original(ctx, article.ID); err != nil || got != nil {
			t.Errorf("%q, %v", got, err)
		}
	})

	t.Run("the same URI or number again is a conflict", func(t *testing.T) {
		again := want
		again.Number = 99
		f.refused(board.Conflict, func(tx board.Tx) error { _, err := tx.AddPost(again, "", nil, nil); return err })
		again.Number, again.URI = 1, uri+"/other"
		f.refused(board.Conflict, func(tx board.Tx) error { _, err := tx.AddPost(again, "", nil, nil); return err })
	})
}

func TestPostThatAnswersNothing(t *testing.T) {
	f := newFixture(t)
	article := f.article("Title")

	t.Run("an article answers nothing", func(t *testing.T) {
		got := f.post(article.ID)
		if diff := cmp.Diff(board.Answered{}, got.To); diff != "" || got.URL != here.Thread(article.Thread) {
			t.Error(diff, got.URL)
		}
	})

	t.Run("a parent that could not be had is a URI and nothing else", func(t *testing.T) {
		orphan := board.Post{
			Thread: article.Thread, Number: 60, URI: "https://social.example/users/mariner/statuses/orphan", Author: f.Remote,
			To: board.Answered{Number: -1, URI: "https://gone.example/1"},
		}
		f.change(func(tx board.Tx) (err error) { orphan.ID, err = tx.AddPost(orphan, "", nil, nil); return err })
		got := f.post(orphan.ID)
		if diff := cmp.Diff(orphan.To, got.To); diff != "" || !got.To.Unavailable() {
			t.Error(diff)
		}
	})
}

func TestFormKey(t *testing.T) {
	f := newFixture(t)
	article := f.article("Title")
	add := func(by board.Actor, number int, key string) func(tx board.Tx) error {
		return func(tx board.Tx) error {
			_, err := tx.AddPost(board.Post{
				Thread: article.Thread, Number: number, URI: here.Post(article.Thread, number), Author: by,
			}, key, nil, nil)
			return err
		}
	}
	f.change(add(f.Member.Actor, 1, "key"))
	f.change(add(f.Moderator.Actor, 2, "key"))
	f.change(add(f.Member.Actor, 3, ""))
	f.change(add(f.Member.Actor, 4, ""))

	t.Run("one form is one post", func(t *testing.T) {
		f.refused(board.Conflict, add(f.Member.Actor, 5, "key"))
	})
	t.Run("it is found by its author's key", func(t *testing.T) {
		f.change(func(tx board.Tx) error {
			p, err := tx.PostByFormKey(f.Moderator.ID, "key")
			if p.Number != 2 {
				t.Errorf("found number %d", p.Number)
			}
			return err
		})
		f.refused(board.NotFound, func(tx board.Tx) error { _, err := tx.PostByFormKey(f.Member.ID, ""); return err })
	})
}

func TestEditPost(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	article := f.article("First title")
	reply := f.reply(article)
	citation := board.Citation{URL: "https://times.example/1", Publication: "The Times", Author: "A. Writer", Date: "2011-01-04"}
	f.change(func(tx board.Tx) error { return tx.SetTitle(article.Thread, "First title", citation) })
	for i, p := range []board.Post{f.post(article.ID), f.post(reply.ID)} {
		f.clock.now = f.clock.now.Add(time.Hour)
		want := p
		want.HTML, want.Source, want.Language, want.Warning, want.EditedAt = "<p>New</p>", "New", "de", "hot", f.clock.now
		f.change(func(tx board.Tx) error {
			if err := tx.EditPost(want, []board.ActorID{f.Moderator.ID}, []byte("new original")); err != nil || i > 0 {
				return err
			}
			return tx.SetTitle(article.Thread, "Second title", board.Citation{})
		})
		if diff := cmp.Diff(want, f.post(p.ID), cmpopts.IgnoreFields(board.Post{}, "To")); diff != "" {
			t.Error(diff)
		}
		title, citation := "First title", citation
		if p.Number > 0 {
			title, citation = "", board.Citation{}
		}
		revisions, err := f.db.Revisions(ctx, p.ID, 10)
		wantRevisions := []board.Revision{{Post: p.ID, At: f.clock.now, Title: title, Citation: citation, HTML: p.HTML, Language: p.Language, Warning: p.Warning}}
		if diff := cmp.Diff(wantRevisions, revisions); err != nil || diff != "" {
			t.Error(err, diff)
		}
		mentioned, err := f.db.Mentioned(ctx, p.ID)
		if len(mentioned) != 1 || mentioned[0].ID != f.Moderator.ID || err != nil {
			t.Error(mentioned, err)
		}
		if got, err := f.db.Original(ctx, p.ID); string(got) != "new original" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}

	t.Run("an edit without an original keeps the one there is", func(t *testing.T) {
		f.change(func(tx board.Tx) error { return tx.EditPost(reply, nil, nil) })
		if got, err := f.db.Original(ctx, reply.ID); string(got) != "new original" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	})
	t.Run("of what is not there is not found", func(t *testing.T) {
		f.refused(board.NotFound, func(tx board.Tx) error { return tx.EditPost(board.Post{ID: 99}, nil, nil) })
	})
}

func TestClosePostKeepsTheDelete(t *testing.T) {
	f := newFixture(t)
	p := f.reply(f.article("Title"))
	f.change(func(tx board.Tx) error { return tx.EditPost(p, nil, []byte("the Create")) })
	p.State = board.Deleted
	f.change(func(tx board.Tx) error { return tx.ClosePost(p, []byte("the Delete")) })
	if got, err := f.db.Original(t.Context(), p.ID); string(got) != "the Delete" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestClosePost(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	article := f.article("Title")
	reply := f.reply(article)
	answer := f.reply(reply)
	f.change(func(tx board.Tx) error { return tx.EditPost(reply, nil, nil) })

	closed := f.post(reply.ID)
	closed.State, closed.ClosedAt, closed.ClosedBy, closed.Reason = board.Removed, f.clock.now, "ronin", "Off topic."
	f.change(func(tx board.Tx) error { return tx.ClosePost(closed, nil) })

	t.Run("number and place stay, text, revisions and original go", func(t *testing.T) {
		want := closed
		want.HTML, want.Source, want.Warning = "", "", ""
		if diff := cmp.Diff(want, f.post(reply.ID)); diff != "" {
			t.Error(diff)
		}
		posts, err := f.db.Posts(ctx, article.Thread, 0, 10)
		if diff := cmp.Diff([]int{1, 2}, numbers(posts)); err != nil || diff != "" {
			t.Error(err, diff)
		}
		if got, err := f.db.Original(ctx, reply.ID); got != nil || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		if got, err := f.db.Revisions(ctx, reply.ID, 10); len(got) != 0 || err != nil {
			t.Error(got, err)
		}
	})
	t.Run("it counts no more for its parent, its own answers stay", func(t *testing.T) {
		if got := f.post(article.ID).Replies; got != 0 {
			t.Errorf("%d replies of the article", got)
		}
		if got := f.post(reply.ID).Replies; got != 1 {
			t.Errorf("%d replies of the tombstone", got)
		}
		if got := f.post(answer.ID).To; got.Post != reply.ID || got.Number != 1 {
			t.Errorf("the answer is to %+v", got)
		}
	})
	t.Run("a second time is not found and lowers nothing", func(t *testing.T) {
		f.refused(board.NotFound, func(tx board.Tx) error { return tx.ClosePost(closed, nil) })
		if got := f.post(article.ID).Replies; got != 0 {
			t.Errorf("%d replies", got)
		}
	})
	t.Run("it is not among the live ones", func(t *testing.T) {
		uris, err := f.db.PostURIs(ctx, article.Thread, 10)
		if diff := cmp.Diff([]string{article.URI, answer.URI}, uris); err != nil || diff != "" {
			t.Error(err, diff)
		}
		by, err := f.db.PostsBy(ctx, f.Remote.ID, 0, 10)
		if diff := cmp.Diff([]int{2}, numbers(by)); err != nil || diff != "" {
			t.Error(err, diff)
		}
	})
	t.Run("an article's title and source line go too", func(t *testing.T) {
		f.change(func(tx board.Tx) error {
			if err := tx.SetTitle(article.Thread, "Title", board.Citation{URL: "https://times.example"}); err != nil {
				return err
			}
			article.State = board.Deleted
			return tx.ClosePost(article, nil)
		})
		got := f.thread(article.Thread)
		if got.Title != "" || got.Citation != (board.Citation{}) || got.Posts != 2 {
			t.Errorf("left: %+v", got)
		}
	})
}

func TestPostLists(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	article := f.article("Title")
	one := f.reply(article)   // 1
	two := f.reply(one)       // 2
	f.reply(article)          // 3
	other := f.article("Two") // another thread
	f.reply(other)            // 1 there
	f.reply(one)              // 4
	f.change(func(tx board.Tx) error {
		two.State = board.Deleted
		return tx.ClosePost(two, nil)
	})
	for _, c := range []struct {
		name string
		list func() ([]board.Post, error)
		want []int
	}{
		{"a thread begins behind its article", func() ([]board.Post, error) { return f.db.Posts(ctx, article.Thread, 0, 3) }, []int{1, 2, 3}},
		{"a thread from a number on", func() ([]board.Post, error) { return f.db.Posts(ctx, article.Thread, 3, 3) }, []int{3, 4}},
		{"the answers to the article", func() ([]board.Post, error) { return f.db.Replies(ctx, article.ID, 10) }, []int{1, 3}},
		{"the answers to a reply, tombstones too", func() ([]board.Post, error) { return f.db.Replies(ctx, one.ID, 10) }, []int{2, 4}},
		{"the first answer", func() ([]board.Post, error) { return f.db.Replies(ctx, one.ID, 1) }, []int{2}},
		{"whose posts, newest first", func() ([]board.Post, error) { return f.db.PostsBy(ctx, f.Remote.ID, 0, 3) }, []int{4, 1, 3}},
		{"whose posts, the next page", func() ([]board.Post, error) { return f.db.PostsBy(ctx, f.Remote.ID, one.ID+2, 3) }, []int{1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			posts, err := c.list()
			if diff := cmp.Diff(c.want, numbers(posts)); err != nil || diff != "" {
				t.Error(err, diff)
			}
		})
	}

	t.Run("all of an author's live posts, page by page", func(t *testing.T) {
		var got []int
		for after := board.PostID(0); ; {
			var posts []board.Post
			f.change(func(tx board.Tx) (err error) {
				posts, err = tx.PostsOf(f.Remote.ID, after, 2)
				return err
			})
			if len(posts) == 0 {
				break
			}
			got = append(got, numbers(posts)...)
			after = posts[len(posts)-1].ID
		}
		if diff := cmp.Diff([]int{1, 3, 1, 4}, got); diff != "" {
			t.Error(diff)
		}
	})

	t.Run("posts since a time are counted up to a limit", func(t *testing.T) {
		since := f.clock.now
		f.clock.now = f.clock.now.Add(time.Minute)
		f.reply(article)
		f.reply(article)
		for _, c := range []struct {
			since time.Time
			limit int
			want  int
		}{{since, 10, 2}, {since.Add(-1), 10, 7}, {since.Add(-time.Hour), 3, 3}, {f.clock.now, 10, 0}} {
			f.change(func(tx board.Tx) error {
				n, err := tx.PostsSince(f.Remote.ID, c.since, c.limit)
				if n != c.want {
					t.Errorf("since %s at most %d: got %d, want %d", c.since, c.limit, n, c.want)
				}
				return err
			})
		}
	})
}

func TestTombstone(t *testing.T) {
	f := newFixture(t)
	uri := "https://social.example/never"
	for range 2 {
		f.change(func(tx board.Tx) error { return tx.Bury(uri, "social.example") })
	}
	for uri, want := range map[string]bool{uri: true, "https://social.example/ever": false} {
		f.change(func(tx board.Tx) error {
			buried, err := tx.Buried(uri)
			if buried != want {
				t.Errorf("Buried(%s) = %t", uri, buried)
			}
			return err
		})
	}
}

func TestLike(t *testing.T) {
	f := newFixture(t)
	article := f.article("Title")
	type reaction func(tx board.Tx, by board.ActorID) (bool, error)
	for _, c := range []struct {
		name       string
		react      reaction
		takeBack   reaction
		count      func(board.Post) int
		otherCount func(board.Post) int
	}{
		{
			"like",
			func(tx board.Tx, by board.ActorID) (bool, error) { return tx.Like(article.ID, by) },
			func(tx board.Tx, by board.ActorID) (bool, error) { return tx.Unlike(article.ID, by) },
			func(p board.Post) int { return p.Likes }, func(p board.Post) int { return p.Shares },
		},
		{
			"share",
			func(tx board.Tx, by board.ActorID) (bool, error) {
				return tx.Share(article.ID, by, fmt.Sprint("https://s.example/", by))
			},
			func(tx board.Tx, by board.ActorID) (bool, error) { return tx.Unshare(article.ID, by) },
			func(p board.Post) int { return p.Shares }, func(p board.Post) int { return p.Likes },
		},
	} {
		t.Run("a "+c.name+" counts once", func(t *testing.T) {
			for _, step := range []struct {
				react reaction
				by    board.ActorID
				did   bool
				count int
			}{
				{c.react, f.Remote.ID, true, 1}, {c.react, f.Remote.ID, false, 1}, {c.react, f.Member.ID, true, 2},
				{c.takeBack, f.Remote.ID, true, 1}, {c.takeBack, f.Remote.ID, false, 1}, {c.takeBack, f.Moderator.ID, false, 1},
				{c.react, f.Remote.ID, true, 2}, {c.takeBack, f.Remote.ID, true, 1}, {c.takeBack, f.Member.ID, true, 0},
			} {
				f.change(func(tx board.Tx) error {
					did, err := step.react(tx, step.by)
					if did != step.did {
						t.Errorf("by %d: did %t, want %t", step.by, did, step.did)
					}
					return err
				})
				if got := f.post(article.ID); c.count(got) != step.count || c.otherCount(got) != 0 {
					t.Errorf("counted %d, want %d, and %d of the other", c.count(got), step.count, c.otherCount(got))
				}
			}
		})
	}
	t.Run("what is not there is not liked", func(t *testing.T) {
		f.refused(board.NotFound, func(tx board.Tx) error { _, err := tx.Like(99, f.Member.ID); return err })
	})
}
