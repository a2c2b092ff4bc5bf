package storage_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
	"corkboard/storage"
	"corkboard/storage/storagetest"
)

// said is a board with one event, on which something may be said.
func said(t *testing.T) (*storage.DB, storagetest.World, board.EventID) {
	t.Helper()
	db := storagetest.Open(t)
	w := storagetest.Fill(t, db, "https://board.example")
	return db, w, logged(t, db)
}

func logged(t *testing.T, db *storage.DB) (id board.EventID) {
	t.Helper()
	err := db.Update(t.Context(), func(tx board.Tx) (err error) {
		id, err = tx.Log(board.Event{Kind: board.ReplyPosted})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestSpeak(t *testing.T) {
	db, w, event := said(t)
	activity := board.Activity{
		Event: event, Type: "Create", Actor: w.Member.Actor.ID, Post: 7, Lane: "thread:1", Public: true, Body: []byte("{}"),
		Audience: []board.Rule{{Followers: 1, Kind: board.Forum, At: event, Topics: []board.ActorID{1, 2}, Since: 1}, {Peers: []board.PeerID{4}}},
	}
	kept, err := db.Speak(t.Context(), 0, event, []board.Activity{activity})
	if err != nil {
		t.Fatal(err)
	}
	t.Run("it comes back as it was said", func(t *testing.T) {
		got, err := db.ActivityOf(t.Context(), event, 0)
		if err != nil {
			t.Fatal(err)
		}
		activity.ID, activity.At = kept[0].ID, kept[0].At
		if diff := cmp.Diff(activity, got); diff != "" {
			t.Errorf("activity (-want +got):\n%s", diff)
		}
	})
	t.Run("the cursor has moved with it, and what is said twice is a conflict", func(t *testing.T) {
		if at, err := db.Cursor(t.Context(), "speaker"); err != nil || at != event {
			t.Errorf("cursor %d, %v; want %d", at, err, event)
		}
		if _, err := db.Speak(t.Context(), 0, event, []board.Activity{activity}); board.KindOf(err) != board.Conflict {
			t.Errorf("again: %v, want a conflict", err)
		}
	})
	t.Run("one that cannot be kept keeps the others and the cursor from moving", func(t *testing.T) {
		next := logged(t, db)
		bad := activity // the same event and number
		good := activity
		good.Event = next
		if _, err := db.Speak(t.Context(), event, next, []board.Activity{good, bad}); err == nil {
			t.Fatal("no error")
		}
		if at, err := db.Cursor(t.Context(), "speaker"); err != nil || at != event {
			t.Errorf("cursor %d, %v; want %d", at, err, event)
		}
		if all, err := db.ActivitiesAfter(t.Context(), 0, 10); err != nil || len(all) != 1 {
			t.Errorf("%d activities, %v; want 1", len(all), err)
		}
	})
	t.Run("blanking a post drops the body and nothing else", func(t *testing.T) {
		if err := db.BlankBodies(t.Context(), 7); err != nil {
			t.Fatal(err)
		}
		if body, err := db.ActivityBody(t.Context(), kept[0].ID); err != nil || body != nil {
			t.Errorf("body %q, %v", body, err)
		}
		if all, err := db.ActivitiesOf(t.Context(), 7); err != nil || len(all) != 1 || len(all[0].Audience) != 2 {
			t.Errorf("activities of the post %+v, %v", all, err)
		}
	})
}

func TestSaveProgress(t *testing.T) {
	db, w, event := said(t)
	kept, err := db.Speak(t.Context(), 0, event, []board.Activity{{Event: event, Type: "Create", Actor: w.Member.Actor.ID, Lane: "thread:1"}})
	if err != nil {
		t.Fatal(err)
	}
	id, err := db.EnsurePeer(t.Context(), "https://social.example/inbox", "social.example")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := db.EnsurePeer(t.Context(), "https://social.example/inbox", "social.example"); err != nil || again != id {
		t.Errorf("the same inbox is peer %d and %d, %v", id, again, err)
	}
	peer, err := db.Peer(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if !peer.Behind || peer.Cursor != kept[0].ID {
		t.Errorf("a new peer is %+v; it must be behind, from the newest activity on", peer)
	}
	now := time.UnixMilli(1_700_000_000_000).UTC()
	peer.Failures, peer.FirstFailAt, peer.NextTryAt, peer.LastError = 2, now, now.Add(time.Minute), "502: no"
	progress := board.Progress{
		Watermark: kept[0].ID,
		Peers:     []board.Peer{peer},
		Failures:  []board.Failure{{Activity: kept[0].ID, Since: kept[0].ID, Peer: id, Status: 422, Answer: "no", At: now}},
		Parked:    []board.Parked{{Peer: id, Activity: kept[0].ID, Failures: 1, NextTryAt: now}},
	}
	t.Run("all of it or nothing", func(t *testing.T) {
		bad := progress
		bad.Parked = append(bad.Parked, board.Parked{Peer: id, Activity: 12345})
		if err := db.SaveProgress(t.Context(), bad); err == nil {
			t.Fatal("an activity that is not there was parked")
		}
		if mark, err := db.Watermark(t.Context()); err != nil || mark != 0 {
			t.Errorf("watermark %d, %v; want 0", mark, err)
		}
		if failures, err := db.LatestFailures(t.Context(), 10); err != nil || len(failures) != 0 {
			t.Errorf("failures %+v, %v", failures, err)
		}
	})
	t.Run("what is saved comes back", func(t *testing.T) {
		if err := db.SaveProgress(t.Context(), progress); err != nil {
			t.Fatal(err)
		}
		got := board.Progress{}
		var errs [4]error
		got.Watermark, errs[0] = db.Watermark(t.Context())
		got.Peers, errs[1] = db.PeersBehind(t.Context(), 0, 10)
		got.Failures, errs[2] = db.Failures(t.Context(), kept[0].ID)
		got.Parked, errs[3] = db.ParkedAt(t.Context(), id)
		if diff := cmp.Diff(progress, got); diff != "" || errs != [4]error{} {
			t.Errorf("%v; progress (-want +got):\n%s", errs, diff)
		}
	})
	t.Run("what is old is dropped", func(t *testing.T) {
		if _, err := db.DropOld(t.Context(), now.Add(time.Second), 10); err != nil {
			t.Fatal(err)
		}
		if failures, err := db.LatestFailures(t.Context(), 10); err != nil || len(failures) != 0 {
			t.Errorf("failures %+v, %v", failures, err)
		}
	})
}

func TestSetSoftware(t *testing.T) {
	db, w, event := said(t)
	topic := w.Topic.Actor.ID
	err := db.Update(t.Context(), func(tx board.Tx) error {
		return tx.AddFollow(board.Follow{Follower: w.Remote.ID, Of: topic, URI: "https://social.example/follow"}, event)
	})
	if err != nil {
		t.Fatal(err)
	}
	had, err := db.IntervalsAt(t.Context(), topic, event)
	if err != nil || len(had) != 1 {
		t.Fatalf("intervals %+v, %v", had, err)
	}
	peer := had[0].Peer
	greet := board.Progress{Greeted: []board.Greeting{{Actor: topic, Peer: peer, Event: event}}}
	if err := db.SaveProgress(t.Context(), greet); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name string
		kind board.PeerKind
		want []board.Interval
	}{
		{"an interval that waited gets the kind", board.Microblog, []board.Interval{
			{Actor: topic, Peer: peer, Kind: board.Microblog, From: event, Greeted: true},
		}},
		{"the same kind changes nothing", board.Microblog, []board.Interval{
			{Actor: topic, Peer: peer, Kind: board.Microblog, From: event, Greeted: true},
		}},
		{"another kind closes it and opens another", board.Forum, []board.Interval{
			{Actor: topic, Peer: peer, Kind: board.Microblog, From: event, To: event + 1, Greeted: true},
			{Actor: topic, Peer: peer, Kind: board.Forum, From: event + 1, Greeted: true},
		}},
	} {
		t.Run(step.name, func(t *testing.T) {
			if err := db.SetSoftware(t.Context(), peer, "lemmy", step.kind); err != nil {
				t.Fatal(err)
			}
			got, err := db.Intervals(t.Context(), peer)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(step.want, got); diff != "" {
				t.Errorf("intervals (-want +got):\n%s", diff)
			}
		})
	}
}
