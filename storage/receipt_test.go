package storage_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
	"corkboard/storage"
	"corkboard/storage/storagetest"
)

func arrived(n int) board.Receipt {
	return board.Receipt{
		Key: fmt.Appendf(nil, "key %d", n), Actor: "https://social.example/users/mariner", Activity: fmt.Sprintf("https://social.example/%d", n),
		Type: "Create", Lane: fmt.Sprintf("https://social.example/notes/%d", n), Body: fmt.Appendf(nil, "body %d", n),
	}
}

func mustReceive(t *testing.T, db *storage.DB, n int) board.Receipt {
	t.Helper()
	r, fresh, err := db.Receive(t.Context(), arrived(n))
	if err != nil || !fresh {
		t.Fatalf("receipt %d: fresh %v, %v", n, fresh, err)
	}
	return r
}

func TestReceive(t *testing.T) {
	db := storagetest.Open(t)
	first := mustReceive(t, db, 1)
	again, fresh, err := db.Receive(t.Context(), arrived(1))
	if err != nil || fresh || again.ID != first.ID {
		t.Errorf("a repeat is %d, fresh %v, %v; the first was %d", again.ID, fresh, err, first.ID)
	}
	waiting, err := db.WaitingReceipts(t.Context(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]board.Receipt{first}, waiting); diff != "" {
		t.Errorf("what waits (-want +got):\n%s", diff)
	}
	if first.ReceivedAt.IsZero() {
		t.Error("nobody knows when it came")
	}
}

func TestSettleReceipts(t *testing.T) {
	db := storagetest.Open(t)
	done, refused, later := mustReceive(t, db, 1), mustReceive(t, db, 2), mustReceive(t, db, 3)
	done.State = board.Done
	refused.State, refused.Reason = board.Refused, "It is for nobody here."
	later.Tries, later.NextTryAt, later.Body = 2, time.UnixMilli(9e12).UTC(), nil
	if err := db.SettleReceipts(t.Context(), []board.Receipt{done, refused, later}); err != nil {
		t.Fatal(err)
	}
	waiting, err := db.WaitingReceipts(t.Context(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	later.Body = []byte("body 3") // what waits keeps it
	if diff := cmp.Diff([]board.Receipt{later}, waiting); diff != "" {
		t.Errorf("what waits (-want +got):\n%s", diff)
	}
	refusals, err := db.LatestRefusals(t.Context(), 0, 10)
	refused.Body = nil
	if diff := cmp.Diff([]board.Receipt{refused}, refusals); diff != "" || err != nil {
		t.Errorf("what was refused, %v (-want +got):\n%s", err, diff)
	}

	// A Follow that came again waits again, with its body.
	done.State, done.Body = board.Waiting, []byte("again")
	if err := db.SettleReceipts(t.Context(), []board.Receipt{done}); err != nil {
		t.Fatal(err)
	}
	waiting, err = db.WaitingReceipts(t.Context(), 0, 1)
	if diff := cmp.Diff([]board.Receipt{done}, waiting); diff != "" || err != nil {
		t.Errorf("%v, what waits (-want +got):\n%s", err, diff)
	}
}

func TestReceiptByKey(t *testing.T) {
	db := storagetest.Open(t)
	want := mustReceive(t, db, 1)
	want.Body = nil
	got, err := db.ReceiptByKey(t.Context(), want.Key)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if _, err := db.ReceiptByKey(t.Context(), []byte("another")); board.KindOf(err) != board.NotFound {
		t.Errorf("error %v", err)
	}
}

func TestDropReceipts(t *testing.T) {
	db := storagetest.Open(t)
	var settled []board.Receipt
	for n := range 5 {
		r := mustReceive(t, db, n)
		r.State = board.Done
		if n != 2 {
			settled = append(settled, r)
		}
	}
	if err := db.SettleReceipts(t.Context(), settled); err != nil {
		t.Fatal(err)
	}
	drop := func(before time.Time, limit int) (more bool) {
		t.Helper()
		more, err := db.DropReceipts(t.Context(), before, limit)
		if err != nil {
			t.Fatal(err)
		}
		return more
	}
	left := func() (n int) {
		t.Helper()
		for i := range 5 {
			if _, err := db.ReceiptByKey(t.Context(), arrived(i).Key); err == nil {
				n++
			}
		}
		return n
	}
	if drop(settled[0].ReceivedAt, 10); left() != 5 {
		t.Errorf("%d are left of 5 that are not old", left())
	}
	future := time.Now().Add(time.Hour)
	if more := drop(future, 3); !more || left() != 2 {
		t.Errorf("more %v, %d left, want 2", more, left())
	}
	if more := drop(future, 3); more || left() != 1 {
		t.Errorf("more %v, %d left, want the one that waits", more, left())
	}
}

func TestFollowByURI(t *testing.T) {
	db := storagetest.Open(t)
	w := storagetest.Fill(t, db, "https://board.example")
	follow := board.Follow{Follower: w.Remote.ID, Of: w.Topic.Actor.ID, URI: "https://social.example/follows/1"}
	err := db.Update(t.Context(), func(tx board.Tx) error {
		id, err := tx.Log(board.Event{Kind: board.Followed, Actor: follow.Follower, Topic: follow.Of})
		return errors.Join(err, tx.AddFollow(follow, id))
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := db.FollowByURI(t.Context(), w.Remote.ID, follow.URI)
	if diff := cmp.Diff(follow, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if _, err := db.FollowByURI(t.Context(), w.Member.Actor.ID, follow.URI); board.KindOf(err) != board.NotFound {
		t.Errorf("somebody else's: %v", err)
	}
}

func TestActorByInbox(t *testing.T) {
	db := storagetest.Open(t)
	w := storagetest.Fill(t, db, "https://board.example")
	got, err := db.ActorByInbox(t.Context(), w.Remote.Inbox)
	if err != nil || got.ID != w.Remote.ID {
		t.Errorf("actor %d, %v", got.ID, err)
	}
	for _, inbox := range []string{w.Remote.SharedInbox, "", "https://social.example/none"} {
		if got, err := db.ActorByInbox(t.Context(), inbox); board.KindOf(err) != board.NotFound {
			t.Errorf("the inbox %q is that of %s, %v", inbox, got.URI, err)
		}
	}
}
