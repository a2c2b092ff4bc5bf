package storage_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

func TestDraft(t *testing.T) {
	f := newFixture(t)
	fields := url.Values{"text": {"a & b=c\nd"}, "topics": {"news", "local"}}
	save := func(form string) {
		t.Helper()
		f.change(func(tx board.Tx) error {
			return tx.SaveDraft(board.Draft{Member: f.Member.ID, Form: form, Fields: fields, SavedAt: tx.Now()})
		})
	}
	forms := func() (forms []string) {
		t.Helper()
		drafts, err := f.db.Drafts(t.Context(), f.Member.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range drafts {
			forms = append(forms, d.Form)
		}
		return forms
	}
	save("/post")
	f.clock.now = f.clock.now.Add(24 * time.Hour)
	save("/t/1/1/reply")

	t.Run("what was saved is found with all its inputs", func(t *testing.T) {
		got, err := f.db.Draft(t.Context(), f.Member.ID, "/post")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(fields, got.Fields); diff != "" {
			t.Error(diff)
		}
		if _, err := f.db.Draft(t.Context(), f.Moderator.ID, "/post"); board.KindOf(err) != board.NotFound {
			t.Errorf("of another member: %v", err)
		}
	})
	t.Run("one that nobody came back to for 90 days goes, the others stay", func(t *testing.T) {
		if diff := cmp.Diff([]string{"/t/1/1/reply", "/post"}, forms()); diff != "" {
			t.Error(diff)
		}
		f.clock.now = f.clock.now.Add(89*24*time.Hour + time.Minute)
		if err := f.db.DropOldDrafts(t.Context()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"/t/1/1/reply"}, forms()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("dropping what is not there changes nothing", func(t *testing.T) {
		for range 2 {
			f.change(func(tx board.Tx) error { return tx.DropDraft(f.Member.ID, "/t/1/1/reply") })
		}
		if got := forms(); len(got) != 0 {
			t.Errorf("left: %v", got)
		}
	})
}
