package storage_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"corkboard/board"
	"corkboard/storage"
	"corkboard/storage/storagetest"
)

// clock is what a fixture's time is taken from.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

// fixture is a small board with a clock of its own.
type fixture struct {
	storagetest.World
	t     testing.TB
	db    *storage.DB
	clock *clock
	urls  int
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	f := &fixture{t: t, clock: &clock{time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}}
	var err error
	f.db, err = storage.Open(t.Context(), filepath.Join(t.TempDir(), "board.db"), storage.Options{Serve: true, Migrate: true, Clock: f.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.db.Close(); err != nil {
			t.Error(err)
		}
	})
	f.World = storagetest.Fill(t, f.db, here)
	return f
}

// change makes a change that must not fail.
func (f *fixture) change(change func(tx board.Tx) error) {
	f.t.Helper()
	if err := f.db.Update(f.t.Context(), change); err != nil {
		f.t.Fatal(err)
	}
}

// refused makes a change that must fail in this way, and changes nothing.
func (f *fixture) refused(kind board.Kind, change func(tx board.Tx) error) {
	f.t.Helper()
	err := f.db.Update(f.t.Context(), change)
	if err == nil || board.KindOf(err) != kind {
		f.t.Fatalf("got %v, want an error of kind %d", err, kind)
	}
}

// article opens a thread of the member's.
func (f *fixture) article(title string, topics ...board.Topic) board.Post {
	f.t.Helper()
	if len(topics) == 0 {
		topics = []board.Topic{f.Topic}
	}
	var p board.Post
	f.change(func(tx board.Tx) (err error) {
		p, err = openThread(tx, f.Member.Actor, title, topics...)
		return err
	})
	return p
}

// reply answers a post from the other server.
func (f *fixture) reply(to board.Post) board.Post {
	f.t.Helper()
	f.urls++
	uri := fmt.Sprintf("https://social.example/users/mariner/statuses/%d", f.urls)
	var p board.Post
	f.change(func(tx board.Tx) (err error) {
		p, err = receive(tx, f.Remote.ID, to.ID, uri)
		return err
	})
	return p
}

// post reads a post again.
func (f *fixture) post(id board.PostID) board.Post {
	f.t.Helper()
	p, err := f.db.PostByID(f.t.Context(), id)
	if err != nil {
		f.t.Fatal(err)
	}
	return p
}

// thread reads a thread again.
func (f *fixture) thread(id board.ThreadID) board.Thread {
	f.t.Helper()
	thread, err := f.db.Thread(f.t.Context(), id)
	if err != nil {
		f.t.Fatal(err)
	}
	return thread
}

// topic opens another topic.
func (f *fixture) topic(name string) board.Topic {
	f.t.Helper()
	f.change(func(tx board.Tx) error {
		var ids []board.ActorID
		for _, name := range []string{name, name + board.AllSuffix} {
			id, err := tx.AddActor(board.Actor{URI: here.Topic(name), Type: board.Group, Name: name, DisplayName: name, CreatedAt: tx.Now()})
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return tx.AddTopic(ids[0], ids[1])
	})
	topic, err := f.db.Topic(f.t.Context(), name)
	if err != nil {
		f.t.Fatal(err)
	}
	return topic
}

func numbers(posts []board.Post) []int {
	var n []int
	for _, p := range posts {
		n = append(n, p.Number)
	}
	return n
}

func titles(threads []board.Thread) []string {
	var s []string
	for _, t := range threads {
		s = append(s, t.Title)
	}
	return s
}
