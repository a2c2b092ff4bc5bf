package board_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

func TestPin(t *testing.T) {
	b := newBoard(t, board.Limits{})
	ronin, warden := member(t, b, "ronin", board.RoleMember), member(t, b, "warden", board.RoleModerator)
	var threads []board.ThreadID
	for range board.MaxPins + 1 {
		threads = append(threads, article(t, b, ronin.ID).Thread)
	}
	pin := func(id board.ThreadID) error {
		return b.Pin(t.Context(), board.Pin{By: warden.ID, Thread: id, Breaking: true, For: time.Hour})
	}
	pinned := func(at time.Time) (ids []board.ThreadID) {
		pins, err := b.Pins(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range pins {
			ids = append(ids, p.Thread)
		}
		return ids
	}
	before := len(kinds(t, b))

	t.Run("a member may not", func(t *testing.T) {
		wantKind(t, b.Pin(t.Context(), board.Pin{By: ronin.ID, Thread: threads[0], For: time.Hour}), board.Forbidden)
		wantKind(t, b.Unpin(t.Context(), ronin.ID, threads[0]), board.Forbidden)
	})
	t.Run("what is not there cannot be pinned, nor for ever", func(t *testing.T) {
		wantKind(t, pin(999), board.NotFound)
		for _, d := range []time.Duration{0, -time.Hour, 31 * 24 * time.Hour} {
			wantKind(t, b.Pin(t.Context(), board.Pin{By: warden.ID, Thread: threads[0], For: d}), board.Invalid)
		}
	})
	t.Run("five at most, the last first, each until its time is over", func(t *testing.T) {
		want := make([]board.ThreadID, 0, board.MaxPins)
		for _, id := range threads[:board.MaxPins] {
			if err := pin(id); err != nil {
				t.Fatal(err)
			}
			want = append([]board.ThreadID{id}, want...)
		}
		wantKind(t, pin(threads[board.MaxPins]), board.Conflict)
		if err := pin(threads[0]); err != nil { // once more
			t.Errorf("a pinned thread cannot be pinned for longer: %v", err)
		}
		if diff := cmp.Diff(want, pinned(time.Now())); diff != "" {
			t.Errorf("pinned (-want +got):\n%s", diff)
		}
		if got := pinned(time.Now().Add(2 * time.Hour)); len(got) != 0 {
			t.Errorf("after their time %v are pinned", got)
		}
	})
	t.Run("unpinning makes room, and twice does nothing", func(t *testing.T) {
		for range 2 {
			if err := b.Unpin(t.Context(), warden.ID, threads[0]); err != nil {
				t.Fatal(err)
			}
		}
		if err := pin(threads[board.MaxPins]); err != nil {
			t.Error(err)
		}
	})
	t.Run("a deleted article is not in front any more, and its place is free", func(t *testing.T) {
		post, err := b.Post(t.Context(), threads[1], 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Delete(t.Context(), ronin.ID, post.ID, nil); err != nil {
			t.Fatal(err)
		}
		if got := pinned(time.Now()); len(got) != board.MaxPins-1 {
			t.Errorf("pinned are %v", got)
		}
		wantKind(t, pin(threads[1]), board.Gone)
		if err := pin(threads[0]); err != nil {
			t.Error(err)
		}
	})
	var got []board.EventKind
	for _, kind := range kinds(t, b)[before:] {
		if kind != board.PostDeleted {
			got = append(got, kind)
		}
	}
	want := []board.EventKind{
		board.ThreadPinned, board.ThreadPinned, board.ThreadPinned, board.ThreadPinned, board.ThreadPinned, board.ThreadPinned,
		board.ThreadUnpinned, board.ThreadPinned, board.ThreadPinned,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
