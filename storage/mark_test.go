package storage_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

func TestReadMarks(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	article := f.article("Title")
	for range 9 {
		f.reply(article)
	}
	other := f.article("Not read")
	thread, reader := article.Thread, f.Moderator.ID
	want := board.Mark{}
	for _, step := range []struct {
		name        string
		first, last int
		want        int // where it is moved to
		moved       bool
	}{
		{"who opens a later page first has not begun", 5, 9, 0, false},
		{"who opens the thread has read what he saw", 1, 3, 3, true},
		{"a gap stays unread", 6, 9, 0, false},
		{"the next page moves it", 4, 5, 5, true},
		{"so does one that begins before the mark", 3, 7, 7, true},
		{"it never goes back", 1, 2, 0, false},
		{"it never goes beyond the last post", 8, 500, 9, true},
	} {
		t.Run(step.name, func(t *testing.T) {
			f.clock.now = f.clock.now.Add(time.Minute)
			f.change(func(tx board.Tx) error {
				return tx.MarkSeen(board.Seen{Member: reader, Thread: thread, First: step.first, Last: step.last})
			})
			if step.moved {
				before := board.Mark{Number: -1, At: f.clock.now}
				if want.Begun() {
					before = want
				}
				want = board.Mark{Number: step.want, At: f.clock.now, Before: before.Number, BeforeAt: before.At}
			}
			got, err := f.db.ReadMark(ctx, reader, thread)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%v %s", err, diff)
			}
		})
	}
	t.Run("many are read at once, without those that were not begun", func(t *testing.T) {
		got, err := f.db.ReadMarks(ctx, reader, []board.ThreadID{other.Thread, thread})
		if diff := cmp.Diff(map[board.ThreadID]int{thread: 9}, got); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
	})
	t.Run("they are each member's own", func(t *testing.T) {
		got, err := f.db.ReadMark(ctx, f.Member.ID, thread)
		if err != nil || got.Begun() {
			t.Errorf("%v %v", got, err)
		}
	})
	t.Run("nobody else can have one, nor a thread that is not there", func(t *testing.T) {
		f.change(func(tx board.Tx) error {
			if err := tx.MarkSeen(board.Seen{Member: f.Remote.ID, Thread: thread, First: 1, Last: 2}); err != nil {
				return err
			}
			return tx.MarkSeen(board.Seen{Member: reader, Thread: 999, First: 1, Last: 2})
		})
		got, err := f.db.ReadMarks(ctx, f.Remote.ID, []board.ThreadID{thread, 999})
		if err != nil || len(got) > 0 {
			t.Errorf("%v %v", got, err)
		}
	})
}

func TestFirstUnread(t *testing.T) {
	f := newFixture(t)
	article := f.article("Title")
	first := f.reply(article)
	var own board.Post
	f.change(func(tx board.Tx) (err error) {
		own, err = receive(tx, f.Member.ID, article.ID, here.Post(article.Thread, 2))
		return err
	})
	f.reply(article)
	unread := func(mark int) int {
		n, err := f.db.FirstUnread(t.Context(), f.Member.ID, article.Thread, mark)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, test := range []struct {
		name       string
		mark, want int
	}{
		{"the first behind the mark", 0, 1},
		{"not one's own", 1, 3},
		{"none when all is read", 3, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := unread(test.mark); got != test.want {
				t.Errorf("post %d, not %d", got, test.want)
			}
		})
	}
	t.Run("not a deleted one", func(t *testing.T) {
		first.State = board.Deleted
		f.change(func(tx board.Tx) error { return tx.ClosePost(first, nil) })
		if got := unread(0); got != 3 {
			t.Errorf("post %d", got)
		}
	})
	t.Run("an own post moves the mark only where nothing else is unread", func(t *testing.T) {
		mark := func(number int) int {
			f.change(func(tx board.Tx) error {
				if err := tx.MarkSeen(board.Seen{Member: f.Member.ID, Thread: article.Thread, Last: number}); err != nil {
					return err
				}
				return tx.MarkOwn(own)
			})
			m, err := f.db.ReadMark(t.Context(), f.Member.ID, article.Thread)
			if err != nil {
				t.Fatal(err)
			}
			return m.Number
		}
		if got := mark(0); got != 0 {
			t.Errorf("with post 1 unread it is at %d", got)
		}
		if got := mark(1); got != 2 {
			t.Errorf("with nothing unread it is at %d", got)
		}
	})
}
