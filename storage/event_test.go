package storage_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
	"corkboard/storage"
)

func TestLog(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()

	t.Run("a new board has none", func(t *testing.T) {
		if last, err := f.db.LastEvent(ctx); last != 0 || err != nil {
			t.Error(last, err)
		}
	})
	article := f.article("Title")
	reply := f.reply(article)

	t.Run("an event is read as it was written, at the time of the transaction", func(t *testing.T) {
		var id board.EventID
		want := board.Event{Kind: board.PostRemoved, Actor: 1, Topic: 2, Thread: 3, Post: reply.ID, Data: "Off topic."}
		f.change(func(tx board.Tx) (err error) { id, err = tx.Log(want); return err })
		want.ID, want.At = id, f.clock.now
		got, err := f.db.Event(ctx, id)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Error(err, diff)
		}
		if last, err := f.db.LastEvent(ctx); last != id || err != nil {
			t.Error(last, err)
		}
	})
	t.Run("a post's event is the one at which it was accepted", func(t *testing.T) {
		id, err := f.db.PostEvent(ctx, reply.ID)
		if err != nil {
			t.Fatal(err)
		}
		if e, err := f.db.Event(ctx, id); err != nil || e.Kind != board.ReplyPosted {
			t.Error(e, err)
		}
		if _, err := f.db.PostEvent(ctx, 99); board.KindOf(err) != board.NotFound {
			t.Error(err)
		}
	})
	t.Run("what was rolled back leaves no gap", func(t *testing.T) {
		last, err := f.db.LastEvent(ctx)
		if err != nil {
			t.Fatal(err)
		}
		f.refused(board.Gone, func(tx board.Tx) error {
			if _, err := tx.Log(board.Event{Kind: board.PostLiked}); err != nil {
				return err
			}
			return board.Errorf(board.Gone, "No.")
		})
		f.change(func(tx board.Tx) error {
			id, err := tx.Log(board.Event{Kind: board.PostLiked})
			if id != last+1 {
				t.Errorf("after %d came %d", last, id)
			}
			return err
		})
	})
}

// TestOrder has a reader that follows the log while many write: an event
// that it has passed must never appear behind it.
func TestOrder(t *testing.T) {
	f := newFixture(t)
	const writers, each = 8, 40
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range each {
				err := f.db.Update(t.Context(), func(tx board.Tx) error {
					_, err := tx.Log(board.Event{Kind: board.PostLiked})
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	var at board.EventID
	for at < writers*each {
		changed := f.db.Changed()
		events, err := f.db.EventsAfter(t.Context(), at, 7)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.ID != at+1 {
				t.Fatalf("after %d came %d", at, e.ID)
			}
			at = e.ID
		}
		if len(events) == 0 {
			<-changed
		}
	}
	all.Wait()
}

func TestCursor(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	if at, err := f.db.Cursor(ctx, "notifier"); at != 0 || err != nil {
		t.Error(at, err)
	}
	for _, want := range []board.EventID{5, 9} {
		f.change(func(tx board.Tx) error { return tx.(*storage.Tx).SetCursor("notifier", want) })
		if at, err := f.db.Cursor(ctx, "notifier"); at != want || err != nil {
			t.Error(at, err)
		}
	}
	if at, err := f.db.Cursor(ctx, "another"); at != 0 || err != nil {
		t.Error("cursors are one for each reader:", at, err)
	}
}

func TestChanged(t *testing.T) {
	f := newFixture(t)
	rung := func(changed <-chan struct{}, within time.Duration) bool {
		select {
		case <-changed:
			return true
		case <-time.After(within):
			return false
		}
	}
	event := func(tx board.Tx) error {
		_, err := tx.Log(board.Event{Kind: board.PostLiked})
		return err
	}

	t.Run("an event wakes everybody who waits", func(t *testing.T) {
		one, two := f.db.Changed(), f.db.Changed()
		f.change(event)
		if !rung(one, 5*time.Second) || !rung(two, 5*time.Second) {
			t.Error("somebody sleeps")
		}
	})
	t.Run("what is not an event wakes nobody", func(t *testing.T) {
		changed := f.db.Changed()
		f.change(func(tx board.Tx) error { return tx.(*storage.Tx).SetCursor("notifier", 1) })
		if rung(changed, 20*time.Millisecond) {
			t.Error("it did")
		}
	})
	t.Run("an event of another process wakes them too", func(t *testing.T) {
		command, err := storage.Open(t.Context(), f.db.Path(), storage.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer command.Close()
		changed := f.db.Changed()
		if err := command.Update(t.Context(), event); err != nil {
			t.Fatal(err)
		}
		if !rung(changed, 5*time.Second) {
			t.Error("nobody woke")
		}
	})
}
