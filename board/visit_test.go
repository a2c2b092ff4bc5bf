package board_test

import (
	"testing"
	"time"

	"corkboard/board"
)

func TestVisit(t *testing.T) {
	b := newBoard(t, board.Limits{})
	m := member(t, b, "ronin", board.RoleMember)
	start := time.Now().Truncate(time.Millisecond).UTC()
	at := func(minutes int) board.Member {
		t.Helper()
		known, err := b.Member(t.Context(), "ronin")
		if err != nil {
			t.Fatal(err)
		}
		if m, err = b.Visit(t.Context(), known, start.Add(time.Duration(minutes)*time.Minute)); err != nil {
			t.Fatal(err)
		}
		kept, err := b.Member(t.Context(), "ronin")
		if err != nil {
			t.Fatal(err)
		}
		if !kept.SeenAt.Equal(m.SeenAt) || !kept.LastVisit.Equal(m.LastVisit) {
			t.Errorf("kept %v, %v but told %v, %v", kept.SeenAt, kept.LastVisit, m.SeenAt, m.LastVisit)
		}
		return m
	}
	minute := func(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }
	events := len(kinds(t, b))

	if got := at(0); !got.LastVisit.IsZero() || !got.SeenAt.Equal(start) {
		t.Errorf("the first visit: %v, %v", got.SeenAt, got.LastVisit)
	}
	if got := at(4); !got.SeenAt.Equal(start) {
		t.Errorf("a page after four minutes is written down: %v", got.SeenAt)
	}
	if got := at(6); !got.SeenAt.Equal(minute(6)) || !got.LastVisit.IsZero() {
		t.Errorf("a page after six minutes: %v, %v", got.SeenAt, got.LastVisit)
	}
	if got := at(36); !got.LastVisit.IsZero() || !got.SeenAt.Equal(minute(36)) {
		t.Errorf("thirty minutes without a page may be less: %v, %v", got.SeenAt, got.LastVisit)
	}
	if got := at(72); !got.LastVisit.Equal(minute(36)) || !got.SeenAt.Equal(minute(72)) {
		t.Errorf("another visit: %v, %v", got.SeenAt, got.LastVisit)
	}
	for n := 73; n < 140; n += 9 {
		if got := at(n); !got.LastVisit.Equal(minute(36)) {
			t.Fatalf("the last visit moved to %v while one reads", got.LastVisit)
		}
	}
	if got := len(kinds(t, b)); got != events {
		t.Errorf("%d events were written", got-events)
	}
	t.Run("of two pages at once one begins the visit", func(t *testing.T) {
		stale := m
		first := at(1000)
		second, err := b.Visit(t.Context(), stale, minute(1001))
		if err != nil {
			t.Fatal(err)
		}
		if !second.LastVisit.Equal(first.LastVisit) || !second.SeenAt.Equal(first.SeenAt) {
			t.Errorf("first %v, second %v", first.LastVisit, second.LastVisit)
		}
	})
}
