package storage_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

func TestMember(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	hash := bytes.Repeat([]byte{7}, 32)
	f.change(func(tx board.Tx) error { return tx.AddToken(f.Moderator.ID, hash) })
	f.change(func(tx board.Tx) error { return tx.SetPassword(f.Moderator.ID, "argon") })
	want := f.Moderator
	want.PasswordHash = "argon"

	t.Run("a member is found by name, actor and token", func(t *testing.T) {
		for name, find := range map[string]func() (board.Member, error){
			"name":  func() (board.Member, error) { return f.db.Member(ctx, "ronin") },
			"actor": func() (board.Member, error) { return f.db.MemberByActor(ctx, f.Moderator.ID) },
			"token": func() (board.Member, error) { return f.db.MemberByToken(ctx, hash) },
		} {
			got, err := find()
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%s: %v %s", name, err, diff)
			}
		}
	})
	t.Run("topics, strangers and other tokens are no members", func(t *testing.T) {
		for name, find := range map[string]func() (board.Member, error){
			"topic":    func() (board.Member, error) { return f.db.Member(ctx, "foreign_affairs") },
			"stranger": func() (board.Member, error) { return f.db.MemberByActor(ctx, f.Remote.ID) },
			"token":    func() (board.Member, error) { return f.db.MemberByToken(ctx, hash[1:]) },
		} {
			if _, err := find(); board.KindOf(err) != board.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
	t.Run("members come by name, page by page", func(t *testing.T) {
		for after, want := range map[string]string{"": "gaijin", "gaijin": "ronin"} {
			got, err := f.db.Members(ctx, after, 1)
			if err != nil || len(got) != 1 || got[0].Name != want {
				t.Errorf("after %q: %v, %v", after, got, err)
			}
		}
	})
}

func TestTotals(t *testing.T) {
	f := newFixture(t)
	article := f.article("Title")
	f.reply(article) // not ours
	f.change(func(tx board.Tx) error {
		_, err := tx.AddPost(board.Post{Thread: article.Thread, Number: 9, URI: here.Post(article.Thread, 9), Author: f.Member.Actor}, "", nil, nil)
		return err
	})
	for _, c := range []struct {
		days int
		want board.Totals
	}{
		{0, board.Totals{Members: 2, ActiveMonth: 1, ActiveHalfyear: 1, Articles: 1, Replies: 1}},
		{31, board.Totals{Members: 2, ActiveHalfyear: 1, Articles: 1, Replies: 1}},
		{150, board.Totals{Members: 2, Articles: 1, Replies: 1}},
	} {
		f.clock.now = f.clock.now.AddDate(0, 0, c.days)
		got, err := f.db.Totals(t.Context())
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%d days later: %v %s", c.days, err, diff)
		}
	}
}

func TestInvitation(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	want := board.Invitation{Hash: []byte("secret"), Role: board.RoleAdmin, ExpiresAt: f.clock.now.Add(time.Hour)}
	short := board.Invitation{Hash: []byte("short"), Role: board.RoleMember, ExpiresAt: f.clock.now.Add(time.Minute)}
	f.change(func(tx board.Tx) error { return tx.AddInvitation(want) })
	f.change(func(tx board.Tx) error { return tx.AddInvitation(short) })
	take := func(hash string) func(tx board.Tx) error {
		return func(tx board.Tx) error {
			got, err := tx.TakeInvitation([]byte(hash))
			if diff := cmp.Diff(want, got); err == nil && diff != "" {
				t.Error(diff)
			}
			return err
		}
	}
	f.clock.now = short.ExpiresAt

	t.Run("it is good once", func(t *testing.T) {
		if got, err := f.db.Invitation(ctx, want.Hash); err != nil || got.Role != board.RoleAdmin {
			t.Error(got, err)
		}
		f.change(take("secret"))
		f.refused(board.NotFound, take("secret"))
		if _, err := f.db.Invitation(ctx, want.Hash); board.KindOf(err) != board.NotFound {
			t.Error(err)
		}
	})
	t.Run("until it expires", func(t *testing.T) { f.refused(board.NotFound, take("short")) })
	t.Run("and none other", func(t *testing.T) { f.refused(board.NotFound, take("guess")) })
}

func TestLetter(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	article := f.article("Title")
	want := board.Letter{
		URI: "https://social.example/letters/1", From: f.Remote.ID, To: f.Member.ID, About: article.ID, InReplyTo: article.URI,
		HTML: "<p>Psst</p>", Source: "Psst", Language: "en", Warning: "secret", SentAt: f.clock.now.Add(-time.Minute), ArrivedAt: f.clock.now,
	}
	f.change(func(tx board.Tx) (err error) { want.ID, err = tx.AddLetter(want); return err })
	check := func(t *testing.T) {
		t.Helper()
		for name, find := range map[string]func() (board.Letter, error){
			"URI":    func() (board.Letter, error) { return f.db.LetterByURI(ctx, want.URI) },
			"number": func() (board.Letter, error) { return f.db.LetterByID(ctx, want.ID) },
		} {
			got, err := find()
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%s: %v %s", name, err, diff)
			}
		}
	}

	t.Run("it is read as it was written", check)
	t.Run("it can be about nothing", func(t *testing.T) {
		other := want
		other.URI, other.About = "https://social.example/letters/2", 0
		f.change(func(tx board.Tx) (err error) { other.ID, err = tx.AddLetter(other); return err })
		if got, err := f.db.LetterByID(ctx, other.ID); got.About != 0 || err != nil {
			t.Error(got, err)
		}
	})
	t.Run("the same one again is a conflict", func(t *testing.T) {
		f.refused(board.Conflict, func(tx board.Tx) error { _, err := tx.AddLetter(want); return err })
	})
	t.Run("it can be changed and taken back", func(t *testing.T) {
		want.HTML, want.Source, want.Warning, want.EditedAt, want.DeletedAt = "", "", "", f.clock.now, f.clock.now
		f.change(func(tx board.Tx) error { return tx.SetLetter(want) })
		check(t)
	})
	t.Run("it is in no list", func(t *testing.T) {
		posts, err := f.db.PostsBy(ctx, f.Remote.ID, 0, 10)
		if len(posts) != 0 || err != nil {
			t.Error(posts, err)
		}
		if thread := f.thread(article.Thread); thread.Posts != 0 || thread.Article.Replies != 0 {
			t.Errorf("it was counted: %+v", thread)
		}
	})
}
