package storage_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
	"corkboard/storage/storagetest"
)

func TestServers(t *testing.T) {
	f := newFixture(t)
	article := f.article("A bridge", f.Topic)
	for _, server := range []string{"https://silent.example", "https://follows.example", "https://writes.example", "https://left.example"} {
		f.remote(server, "first")
	}
	f.follow(f.actor("follows.example").ID, f.Topic.ID)
	f.follow(f.actor("left.example").ID, f.Topic.ID)
	f.unfollow(f.actor("left.example").ID, f.Topic.ID)
	f.add(f.actor("writes.example"), article)
	if err := f.db.SetSoftware(t.Context(), f.peer(storagetest.Remote("https://follows.example", "first").SharedInbox).ID, "mastodon", board.Microblog); err != nil {
		t.Fatal(err)
	}
	got, err := f.db.Servers(t.Context(), "", 10)
	if err != nil {
		t.Fatal(err)
	}
	want := []board.Server{{Host: "follows.example", Software: "mastodon", Follows: true}, {Host: "writes.example"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got, err = f.db.Servers(t.Context(), "follows.example", 1); err != nil || len(got) != 1 || got[0].Host != "writes.example" {
		t.Errorf("the next page is %v, %v", got, err)
	}
}

func TestOwnThreads(t *testing.T) {
	f := newFixture(t)
	first, second, third := f.article("One", f.Topic), f.article("Two", f.Topic), f.article("Three", f.Topic)
	for _, test := range []struct {
		name        string
		first, last board.ThreadID
		want        []board.ThreadID
	}{
		{"a range has both its ends", first.Thread, second.Thread, []board.ThreadID{first.Thread, second.Thread}},
		{"what is outside is not there", third.Thread, third.Thread + 10, []board.ThreadID{third.Thread}},
		{"an empty range is no error", third.Thread + 1, third.Thread + 10, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			threads, err := f.db.OwnThreads(t.Context(), test.first, test.last)
			if err != nil {
				t.Fatal(err)
			}
			var got []board.ThreadID
			for _, thread := range threads {
				got = append(got, thread.ID)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// actor finds the person called first on a server.
func (f *fixture) actor(host string) board.Actor {
	f.t.Helper()
	a, err := f.db.ActorByHandle(f.t.Context(), "first", host)
	if err != nil {
		f.t.Fatal(err)
	}
	return a
}
