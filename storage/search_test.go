package storage_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

// indexed runs the indexer until it has read everything.
func (f *fixture) indexed() {
	f.t.Helper()
	ctx, cancel := context.WithCancel(f.t.Context())
	ended := make(chan error)
	go func() { ended <- f.db.RunIndexer(ctx) }()
	last, err := f.db.LastEvent(ctx)
	for at := board.EventID(0); err == nil && at < last; time.Sleep(time.Millisecond) {
		at, err = f.db.Cursor(ctx, "indexer")
	}
	cancel()
	if stopped := <-ended; err != nil || !errors.Is(stopped, context.Canceled) {
		f.t.Fatal(err, stopped)
	}
}

// say adds a post with this text.
func (f *fixture) say(to board.Post, text string) board.Post {
	f.t.Helper()
	p := f.reply(to)
	f.edit(p, text)
	return p
}

func (f *fixture) edit(p board.Post, text string) {
	f.t.Helper()
	p.HTML = text
	f.change(func(tx board.Tx) error {
		if err := tx.EditPost(p, nil, nil); err != nil {
			return err
		}
		_, err := tx.Log(board.Event{Kind: board.PostEdited, Post: p.ID, Thread: p.Thread})
		return err
	})
}

func TestSearch(t *testing.T) {
	f := newFixture(t)
	article := f.article("Naval maneuvers")
	one := f.say(article, `<p>The Zürich&amp;Bern ferry</p><p>sails<br>at <b>mid</b>night</p>`)
	two := f.say(article, `<p>No ferry "today" -- AND tomorrow</p>`)
	three := f.say(article, `<p>Removed ferry</p>`)
	four := f.say(article, `<p>Edited later</p>`)
	f.change(func(tx board.Tx) error {
		three.State = board.Removed
		if err := tx.ClosePost(three, nil); err != nil {
			return err
		}
		_, err := tx.Log(board.Event{Kind: board.PostRemoved, Post: three.ID, Thread: three.Thread})
		return err
	})
	f.indexed()
	find := func(t *testing.T, words string, want ...board.PostID) {
		t.Helper()
		got, err := f.db.SearchPosts(t.Context(), words, 0, 10)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v %s", words, err, diff)
		}
	}

	t.Run("words are found newest first, without those of removed posts", func(t *testing.T) {
		find(t, "ferry", two.ID, one.ID)
		find(t, "FERRY zurich", one.ID)
		find(t, "ferry submarine")
	})
	t.Run("tags separate words where a reader sees it", func(t *testing.T) {
		find(t, "midnight sails bern", one.ID)
		find(t, "ferrysails")
	})
	t.Run("an article is found by title and keywords", func(t *testing.T) {
		find(t, "maneuvers", article.ID)
		find(t, "naval japan", article.ID)
	})
	t.Run("page by page", func(t *testing.T) {
		got, err := f.db.SearchPosts(t.Context(), "ferry", two.ID, 1)
		if diff := cmp.Diff([]board.PostID{one.ID}, got); err != nil || diff != "" {
			t.Error(err, diff)
		}
	})
	t.Run("whatever is typed is words, never an operator", func(t *testing.T) {
		for words, want := range map[string][]board.PostID{
			`"today`: {two.ID}, `today" OR "sails`: nil, `AND`: {two.ID}, `ferry NOT today`: nil, `body:ferry`: nil,
			`fer*`: nil, `NEAR(ferry today)`: nil, `^ferry`: {two.ID, one.ID}, `(((`: nil, `-`: nil, "": nil, "  ": nil,
			"\x00ferry\x00": {two.ID, one.ID}, `'; DROP TABLE posts --`: nil, "-today": {two.ID},
		} {
			find(t, words, want...)
		}
	})
	t.Run("an edit replaces the words, a keyword adds one", func(t *testing.T) {
		f.edit(four, "<p>Submarine</p>")
		f.change(func(tx board.Tx) error {
			if _, err := tx.AddKeyword(article.Thread, board.Keyword{Word: "harbour", By: f.Member.ID}); err != nil {
				return err
			}
			_, err := tx.Log(board.Event{Kind: board.KeywordAdded, Thread: article.Thread})
			return err
		})
		f.indexed()
		find(t, "edited")
		find(t, "submarine", four.ID)
		find(t, "harbour maneuvers", article.ID)
	})
	t.Run("a deleted post is gone at once, and from the index", func(t *testing.T) {
		f.change(func(tx board.Tx) error {
			two.State = board.Deleted
			if err := tx.ClosePost(two, nil); err != nil {
				return err
			}
			_, err := tx.Log(board.Event{Kind: board.PostDeleted, Post: two.ID, Thread: two.Thread})
			return err
		})
		find(t, "ferry", one.ID)
		f.indexed()
		find(t, "ferry", one.ID)
	})
}

func TestSearchIndexesMoreThanOneBatch(t *testing.T) {
	f := newFixture(t)
	article := f.article("Naval maneuvers")
	f.change(func(tx board.Tx) error {
		for i := range 600 {
			if _, err := receive(tx, f.Remote.ID, article.ID, fmt.Sprint("https://social.example/batch/", i)); err != nil {
				return err
			}
		}
		return nil
	})
	f.indexed()
	got, err := f.db.SearchPosts(t.Context(), "quick brown", 0, 1000)
	if err != nil || len(got) != 601 {
		t.Errorf("found %d, %v", len(got), err)
	}
}
