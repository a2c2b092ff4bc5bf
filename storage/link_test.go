package storage_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

func TestLinks(t *testing.T) {
	f := newFixture(t)
	cite := func(p board.Post, link string) {
		t.Helper()
		f.change(func(tx board.Tx) error {
			return tx.SetTitle(p.Thread, "Title", board.Citation{URL: link})
		})
	}
	linked := func(link string) (ids []board.ThreadID) {
		t.Helper()
		threads, err := f.db.ThreadsLinked(t.Context(), link, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, thread := range threads {
			ids = append(ids, thread.ID)
		}
		return ids
	}
	first, second, other := f.article("One"), f.article("Two"), f.article("Three")
	cite(first, "https://www.times.example/1?utm_source=feed")
	cite(other, "https://times.example/2")

	t.Run("a thread is found by another spelling of its link", func(t *testing.T) {
		if diff := cmp.Diff([]board.ThreadID{first.Thread}, linked("http://times.example/1/#top")); diff != "" {
			t.Error(diff)
		}
		f.change(func(tx board.Tx) error {
			found, err := tx.Linked("https://m.times.example/1")
			if found.ID != first.Thread {
				t.Errorf("in a change it is thread %d, %v", found.ID, err)
			}
			return err
		})
	})

	t.Run("what has no link is not found by none", func(t *testing.T) {
		if ids := linked(""); ids != nil {
			t.Errorf("found %v", ids)
		}
		f.refused(board.NotFound, func(tx board.Tx) error { _, err := tx.Linked(""); return err })
		f.refused(board.NotFound, func(tx board.Tx) error { _, err := tx.Linked("https://times.example/3"); return err })
	})

	t.Run("threads that share a link change together", func(t *testing.T) {
		version := func() int64 { return f.thread(first.Thread).Version }
		before := version()
		cite(second, "https://times.example/1")
		if diff := cmp.Diff([]board.ThreadID{second.Thread, first.Thread}, linked("https://times.example/1")); diff != "" {
			t.Error(diff)
		}
		came := version()
		second.State = board.Deleted
		f.change(func(tx board.Tx) error { return tx.ClosePost(second, nil) })
		if came <= before || version() <= came {
			t.Errorf("the version went from %d to %d to %d", before, came, version())
		}
		if diff := cmp.Diff([]board.ThreadID{first.Thread}, linked("https://times.example/1")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTitlesSince(t *testing.T) {
	f := newFixture(t)
	f.article("Yesterday's")
	f.clock.now = f.clock.now.Add(24 * time.Hour)
	f.article("Today's")
	f.article("Today's too")
	threads, err := f.db.TitlesSince(t.Context(), f.clock.now.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, thread := range threads {
		titles = append(titles, thread.Title)
	}
	if diff := cmp.Diff([]string{"Today's too", "Today's"}, titles); diff != "" {
		t.Error(diff)
	}
}

func TestKnownKeywords(t *testing.T) {
	f := newFixture(t)
	f.article("Title")
	known, err := f.db.KnownKeywords(t.Context(), []string{"navy", "defense", "japan"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"defense", "japan"}, known); diff != "" {
		t.Error(diff)
	}
}
