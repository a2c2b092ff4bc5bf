package storage

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mattn/go-sqlite3"

	"corkboard/board"
)

// notes adds a table of the tests' own.
func notes(tx *Tx) error {
	_, err := tx.exec("CREATE TABLE IF NOT EXISTS notes (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID")
	return err
}

// open returns a new served board with a table of notes, closed when the test ends.
func open(t testing.TB, o Options) *DB {
	t.Helper()
	o.Serve, o.Migrate = true, true
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "board.db"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	try(t, db.update(t.Context(), notes))
	return db
}

// set writes one note.
func set(key, value string) func(*Tx) error {
	return func(tx *Tx) error {
		_, err := tx.exec("INSERT INTO notes (key, value) VALUES (?, ?)", key, value)
		return err
	}
}

// keys are those of all notes, sorted.
func keys(t testing.TB, db *DB) []string {
	t.Helper()
	var got []string
	if err := db.read(t.Context()).selectAll(&got, "SELECT key FROM notes ORDER BY key LIMIT 1000"); err != nil {
		t.Fatal(err)
	}
	return got
}

// together submits changes while the writer is held, so that they become one
// group, in this order, and returns their errors.
func together(t testing.TB, db *DB, changes ...func(*Tx) error) []error {
	t.Helper()
	release := hold(t, db)
	errs := make([]error, len(changes))
	var callers sync.WaitGroup
	for i, do := range changes {
		callers.Go(func() { errs[i] = db.update(context.Background(), do) })
		waitFor(t, "the change to be queued", func() bool { return db.Stats().Queue == i+1 })
	}
	release()
	callers.Wait()
	return errs
}

// hold keeps the writer inside a change until release is called.
func hold(t testing.TB, db *DB) (release func()) {
	t.Helper()
	held, free, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- db.update(context.Background(), func(*Tx) error {
			close(held)
			<-free
			return nil
		})
	}()
	<-held
	return sync.OnceFunc(func() {
		close(free)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("still waiting for %s", what)
		}
	}
}

func TestGroup(t *testing.T) {
	t.Run("changes that wait are committed in one transaction, in order", func(t *testing.T) {
		db := open(t, Options{})
		var order []int
		var times []time.Time
		var changes []func(*Tx) error
		for i := range 100 {
			changes = append(changes, func(tx *Tx) error {
				order, times = append(order, i), append(times, tx.Now())
				return set(fmt.Sprint(1000+i), "x")(tx)
			})
		}
		before := db.Stats().Groups
		for i, err := range together(t, db, changes...) {
			if err != nil {
				t.Errorf("change %d: %v", i, err)
			}
		}
		if got := db.Stats().Groups - before; got != 2 { // the one that held the writer, and ours
			t.Errorf("took %d transactions, want 2", got)
		}
		for i, n := range order {
			if n != i || !times[i].Equal(times[0]) {
				t.Fatalf("change %d ran as number %d, at %v of a group at %v", n, i, times[i], times[0])
			}
		}
		if got := len(keys(t, db)); got != 100 {
			t.Errorf("%d of 100 changes are there", got)
		}
	})

	t.Run("a change that fails does not spoil its neighbours", func(t *testing.T) {
		db := open(t, Options{})
		refused := board.Errorf(board.Forbidden, "This topic is closed.")
		errs := together(t, db,
			set("a", "1"),
			func(tx *Tx) error { return errors.Join(set("b", "1")(tx), refused) },
			set("a", "2"),
			func(tx *Tx) error { _ = set("c", "1")(tx); panic("no such post") },
			set("d", "1"),
		)
		if errs[0] != nil || !errors.Is(errs[1], refused) || errs[4] != nil {
			t.Errorf("errors are %v", errs)
		}
		if board.KindOf(errs[2]) != board.Conflict {
			t.Errorf("a second a: got %v, want a conflict", errs[2])
		}
		if errs[3] == nil || !strings.Contains(errs[3].Error(), "no such post") {
			t.Errorf("a panic: got %v", errs[3])
		}
		if diff := cmp.Diff([]string{"a", "d"}, keys(t, db)); diff != "" {
			t.Error(diff)
		}
		if got := db.Stats().Reruns; got != 0 {
			t.Errorf("%d groups were written again", got)
		}
	})

	t.Run("nobody is answered before the commit", func(t *testing.T) {
		db := open(t, Options{})
		for i := range 50 {
			key := fmt.Sprint(1000 + i)
			if err := db.update(t.Context(), set(key, "x")); err != nil {
				t.Fatal(err)
			}
			var value string
			if err := db.read(t.Context()).get(&value, "SELECT value FROM notes WHERE key = ?", key); err != nil {
				t.Fatalf("%s was answered and is not there: %v", key, err)
			}
		}
	})

	t.Run("a change sees what its neighbours before it wrote", func(t *testing.T) {
		db := open(t, Options{})
		var seen string
		errs := together(t, db, set("a", "1"), func(tx *Tx) error {
			return tx.get(&seen, "SELECT value FROM notes WHERE key = 'a'")
		})
		if err := errors.Join(errs...); err != nil || seen != "1" {
			t.Errorf("saw %q, %v", seen, err)
		}
	})
}

func TestCancelledCaller(t *testing.T) {
	t.Run("who goes away while waiting is not written and does not spoil the group", func(t *testing.T) {
		db := open(t, Options{})
		release := hold(t, db)
		ctx, cancel := context.WithCancel(t.Context())
		gone, stays := make(chan error, 1), make(chan error, 1)
		go func() { gone <- db.update(ctx, set("gone", "1")) }()
		waitFor(t, "the first change to be queued", func() bool { return db.Stats().Queue == 1 })
		go func() { stays <- db.update(t.Context(), set("stays", "1")) }()
		waitFor(t, "the second change to be queued", func() bool { return db.Stats().Queue == 2 })
		cancel()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Errorf("the caller who went away got %v", err)
		}
		release()
		if err := <-stays; err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"stays"}, keys(t, db)); diff != "" {
			t.Error(diff)
		}
	})

	t.Run("who goes away in the middle is written with the group", func(t *testing.T) {
		db := open(t, Options{})
		ctx, cancel := context.WithCancel(t.Context())
		written, more := make(chan struct{}), make(chan struct{})
		gone := make(chan error, 1)
		go func() {
			gone <- db.update(ctx, func(tx *Tx) error {
				close(written)
				<-more
				return set("late", "1")(tx)
			})
		}()
		<-written
		cancel()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Errorf("the caller who went away got %v", err)
		}
		close(more)
		waitFor(t, "the change", func() bool { return len(keys(t, db)) == 1 })
	})
}

func TestRerun(t *testing.T) {
	t.Run("a full disk fails only the change that does not fit", func(t *testing.T) {
		db := open(t, Options{})
		if err := db.update(t.Context(), func(tx *Tx) error {
			var pages int
			if err := tx.get(&pages, "PRAGMA page_count"); err != nil {
				return err
			}
			_, err := tx.exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages+10))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		big := strings.Repeat("x", 1<<20)
		var runs int
		errs := together(t, db,
			func(tx *Tx) error { runs++; return set("a", "1")(tx) },
			set("big", big),
			func(tx *Tx) error { // what it swallows must not be written half
				_ = set("big2", big)(tx)
				return set("after big2", "1")(tx)
			},
			set("z", "1"),
		)
		if errs[0] != nil || errs[3] != nil {
			t.Errorf("small changes failed: %v", errs)
		}
		if board.KindOf(errs[1]) != board.Unavailable || board.KindOf(errs[2]) != board.Unavailable {
			t.Errorf("big changes: got %v", errs[1:3])
		}
		if runs != 2 || db.Stats().Reruns != 1 {
			t.Errorf("the first change ran %d times in %d reruns, want 2 in 1", runs, db.Stats().Reruns)
		}
		if diff := cmp.Diff([]string{"a", "z"}, keys(t, db)); diff != "" {
			t.Error(diff)
		}
	})

	t.Run("a commit that fails fails only the guilty", func(t *testing.T) {
		db := open(t, Options{})
		if err := db.update(t.Context(), func(tx *Tx) error {
			_, err := tx.exec(`
				CREATE TABLE child (
					parent TEXT REFERENCES notes (key) DEFERRABLE INITIALLY DEFERRED
				)`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		errs := together(t, db, set("a", "1"), func(tx *Tx) error {
			_, err := tx.exec("INSERT INTO child (parent) VALUES ('nobody')")
			return err
		}, set("b", "1"))
		if errs[0] != nil || errs[1] == nil || errs[2] != nil {
			t.Errorf("errors are %v, want only the second", errs)
		}
		if diff := cmp.Diff([]string{"a", "b"}, keys(t, db)); diff != "" {
			t.Error(diff)
		}
	})

	t.Run("an interrupt in one change is no harm to the others", func(t *testing.T) {
		db := open(t, Options{})
		interrupted := false
		errs := together(t, db, set("a", "1"), func(tx *Tx) error {
			if !interrupted {
				interrupted = true
				return tx.note(sqlite3.Error{Code: sqlite3.ErrInterrupt})
			}
			return set("b", "1")(tx)
		})
		if err := errors.Join(errs...); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"a", "b"}, keys(t, db)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestBusy(t *testing.T) {
	db := open(t, Options{})
	other, err := Open(t.Context(), db.Path(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	release := hold(t, other) // as a command that takes its time, longer than SQLite itself waits
	defer release()
	ended := make(chan error, 1)
	go func() { ended <- db.update(context.Background(), set("a", "1")) }()
	select {
	case err := <-ended:
		t.Fatalf("wrote into another process's transaction: %v", err)
	case <-time.After(busyTimeout + busyTimeout/10):
	}
	release()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestQueue(t *testing.T) {
	t.Run("a full queue is refused", func(t *testing.T) {
		db := open(t, Options{})
		release := hold(t, db)
		var callers sync.WaitGroup
		for range queueLimit {
			callers.Go(func() {
				if err := db.update(context.Background(), func(*Tx) error { return nil }); err != nil {
					t.Error(err)
				}
			})
		}
		waitFor(t, "the queue to fill", func() bool { return db.Stats().Queue == queueLimit })
		if err := db.update(t.Context(), set("a", "1")); board.KindOf(err) != board.Unavailable {
			t.Errorf("got %v", err)
		}
		release()
		callers.Wait()
	})

	t.Run("closing writes what waits and refuses what comes", func(t *testing.T) {
		db := open(t, Options{})
		release := hold(t, db)
		waiting := make(chan error, 1)
		go func() { waiting <- db.update(context.Background(), set("a", "1")) }()
		waitFor(t, "the change to be queued", func() bool { return db.Stats().Queue == 1 })
		closed := make(chan struct{})
		go func() { db.writer.close(); close(closed) }()
		waitFor(t, "the refusal", func() bool {
			return board.KindOf(db.writer.enqueue(&change{caller: t.Context(), do: func(*Tx) error { return nil }, done: make(chan struct{})})) == board.Unavailable
		})
		release()
		<-closed
		if err := <-waiting; err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"a"}, keys(t, db)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestNow(t *testing.T) {
	clock := []time.Time{
		time.Date(2011, 1, 4, 9, 0, 0, 0, time.UTC), // the table of notes is made
		time.Date(2011, 1, 4, 12, 0, 0, 123_456_789, time.FixedZone("", 3600)),
		time.Date(2011, 1, 4, 10, 0, 0, 0, time.UTC), // somebody set it back
		time.Date(2011, 1, 4, 11, 0, 1, 0, time.UTC),
	}
	db := open(t, Options{Clock: func() time.Time {
		now := clock[0]
		clock = clock[1:]
		return now
	}})
	var got []time.Time
	for range 3 {
		if err := db.update(t.Context(), func(tx *Tx) error { got = append(got, tx.Now()); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	want := []time.Time{
		time.Date(2011, 1, 4, 11, 0, 0, 123_000_000, time.UTC),
		time.Date(2011, 1, 4, 11, 0, 0, 123_000_000, time.UTC),
		time.Date(2011, 1, 4, 11, 0, 1, 0, time.UTC),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
