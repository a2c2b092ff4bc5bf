package storage_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
	"corkboard/storage/storagetest"
)

// follow and unfollow are what the board does, and return the event.
func (f *fixture) follow(who, of board.ActorID) (at board.EventID) {
	f.t.Helper()
	f.change(func(tx board.Tx) (err error) {
		if at, err = tx.Log(board.Event{Kind: board.Followed, Actor: who, Topic: of}); err != nil {
			return err
		}
		return tx.AddFollow(board.Follow{Follower: who, Of: of, URI: "https://f.example/1"}, at)
	})
	return at
}

func (f *fixture) unfollow(who, of board.ActorID) (at board.EventID) {
	f.t.Helper()
	f.change(func(tx board.Tx) (err error) {
		if at, err = tx.Log(board.Event{Kind: board.Unfollowed, Actor: who, Topic: of}); err != nil {
			return err
		}
		return tx.RemoveFollow(who, of, at)
	})
	return at
}

// remote adds somebody on another server.
func (f *fixture) remote(server, name string) board.Actor {
	f.t.Helper()
	a := storagetest.Remote(server, name)
	f.change(func(tx board.Tx) (err error) {
		a.CreatedAt = tx.Now()
		a.ID, err = tx.AddActor(a)
		return err
	})
	return a
}

// peer finds the peer of an inbox.
func (f *fixture) peer(inbox string) board.Peer {
	f.t.Helper()
	peers, err := f.db.Peers(f.t.Context(), 0, 100)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, p := range peers {
		if p.Inbox == inbox {
			return p
		}
	}
	f.t.Fatalf("no peer %s among %d", inbox, len(peers))
	return board.Peer{}
}

func (f *fixture) intervals(inbox string) []board.Interval {
	f.t.Helper()
	intervals, err := f.db.Intervals(f.t.Context(), f.peer(inbox).ID)
	if err != nil {
		f.t.Fatal(err)
	}
	return intervals
}

func (f *fixture) followers(of board.ActorID, want int) {
	f.t.Helper()
	if n, err := f.db.FollowerCount(f.t.Context(), of); err != nil || n != want {
		f.t.Errorf("%d followers, want %d, %v", n, want, err)
	}
}

func TestFollow(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	const shared = "https://social.example/inbox"
	ann, bob := f.Remote, f.remote("https://social.example", "bob")
	topic := f.Topic.ID

	from := f.follow(ann.ID, topic)
	peer := f.peer(shared)
	first := board.Interval{Actor: topic, Peer: peer.ID, From: from}
	wantIntervals := func(t *testing.T, want ...board.Interval) {
		t.Helper()
		if diff := cmp.Diff(want, f.intervals(shared)); diff != "" {
			t.Error(diff)
		}
	}

	t.Run("the first follower behind an inbox opens an interval", func(t *testing.T) {
		wantIntervals(t, first)
		if peer.Host != "social.example" {
			t.Errorf("the peer's host is %s", peer.Host)
		}
	})
	t.Run("the second does not", func(t *testing.T) {
		f.follow(bob.ID, topic)
		wantIntervals(t, first)
		f.followers(topic, 2)
	})
	t.Run("who follows again is counted once and has the new Follow's id", func(t *testing.T) {
		f.change(func(tx board.Tx) error {
			return tx.AddFollow(board.Follow{Follower: ann.ID, Of: topic, URI: "https://f.example/2"}, 99)
		})
		wantIntervals(t, first)
		f.followers(topic, 2)
		got, err := f.db.Follow(ctx, ann.ID, topic)
		if diff := cmp.Diff(board.Follow{Follower: ann.ID, Of: topic, URI: "https://f.example/2"}, got); err != nil || diff != "" {
			t.Error(err, diff)
		}
	})
	t.Run("the interval stays open while anybody is left, and closes with the last", func(t *testing.T) {
		f.unfollow(ann.ID, topic)
		wantIntervals(t, first)
		first.To = f.unfollow(bob.ID, topic)
		wantIntervals(t, first)
		f.followers(topic, 0)
	})
	t.Run("who returns opens another one, of the kind that is known, not greeted", func(t *testing.T) {
		if err := f.db.SaveProgress(ctx, board.Progress{Greeted: []board.Greeting{{Peer: peer.ID, Actor: topic, Event: first.From}}}); err != nil {
			t.Fatal(err)
		}
		if err := f.db.SetSoftware(ctx, peer.ID, "mastodon", board.Microblog); err != nil {
			t.Fatal(err)
		}
		first.Greeted, first.Kind = true, board.Microblog
		second := board.Interval{Actor: topic, Peer: peer.ID, Kind: board.Microblog, From: f.follow(ann.ID, topic)}
		wantIntervals(t, first, second)
	})
	t.Run("ending what is not there changes nothing", func(t *testing.T) {
		f.unfollow(bob.ID, topic)
		f.followers(topic, 1)
	})
}

func TestFollowOthers(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()

	t.Run("a topic's second Group and a member have followers of their own", func(t *testing.T) {
		f.follow(f.Remote.ID, f.Topic.All)
		f.follow(f.Remote.ID, f.Member.ID)
		f.followers(f.Topic.ID, 0)
		f.followers(f.Topic.All, 1)
		f.followers(f.Member.ID, 1)
		if got := len(f.intervals("https://social.example/inbox")); got != 2 {
			t.Errorf("%d intervals", got)
		}
	})
	t.Run("our own members have no peer", func(t *testing.T) {
		f.follow(f.Member.ID, f.Topic.ID)
		f.followers(f.Topic.ID, 1)
		if peers, err := f.db.Peers(ctx, 0, 10); err != nil || len(peers) != 1 {
			t.Error(peers, err)
		}
	})
	t.Run("who has no shared inbox is a peer of his own", func(t *testing.T) {
		a := storagetest.Remote("https://alone.example:8443", "ann")
		a.SharedInbox = ""
		f.change(func(tx board.Tx) (err error) { a.ID, err = tx.AddActor(a); return err })
		f.follow(a.ID, f.Topic.ID)
		if got := f.peer(a.Inbox).Host; got != "alone.example:8443" {
			t.Error(got)
		}
	})
	t.Run("who follows again from another inbox has left the first", func(t *testing.T) {
		a := f.remote("https://moved.example", "ann")
		from := f.follow(a.ID, f.Topic.ID)
		old := a.SharedInbox
		a.SharedInbox = "https://moved.example/other"
		f.change(func(tx board.Tx) error { return tx.SetActor(a) })
		to := f.follow(a.ID, f.Topic.ID)
		if got := f.intervals(old); len(got) != 1 || got[0].From != from || got[0].To != to {
			t.Errorf("%+v", got)
		}
		if got := f.intervals(a.SharedInbox); len(got) != 1 || got[0].From != to || got[0].To != 0 {
			t.Errorf("%+v", got)
		}
		f.followers(f.Topic.ID, 3)
	})
	t.Run("an account that is gone follows nobody", func(t *testing.T) {
		f.change(func(tx board.Tx) error { return tx.RemoveFollowsBy(f.Remote.ID, 1000) })
		f.followers(f.Topic.All, 0)
		f.followers(f.Member.ID, 0)
		for _, i := range f.intervals("https://social.example/inbox") {
			if i.To != 1000 {
				t.Errorf("still open: %+v", i)
			}
		}
	})
	t.Run("who has no inbox cannot follow", func(t *testing.T) {
		a := storagetest.Remote("https://mute.example", "ann")
		a.Inbox, a.SharedInbox = "", ""
		f.change(func(tx board.Tx) (err error) { a.ID, err = tx.AddActor(a); return err })
		f.refused(board.Invalid, func(tx board.Tx) error {
			return tx.AddFollow(board.Follow{Follower: a.ID, Of: f.Topic.ID}, 1)
		})
	})
	t.Run("who does not follow is not found", func(t *testing.T) {
		if _, err := f.db.Follow(ctx, f.Remote.ID, f.Topic.ID); board.KindOf(err) != board.NotFound {
			t.Error(err)
		}
	})
}
