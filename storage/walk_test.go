package storage

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

// TestWalk goes through an index of several blocks, in which one post of a
// thousand has a rare word, and odd and even never stand together.
func TestWalk(t *testing.T) {
	db := open(t, Options{})
	const last = 70_000
	var rare []board.PostID
	err := db.update(t.Context(), func(tx *Tx) error {
		for id := int64(1); id <= last; id++ {
			body := []string{"common even", "common odd"}[id%2]
			if id%1000 == 7 {
				body += " rare"
				rare = append(rare, board.PostID(id))
			}
			facets := ""
			for _, b := range blocks {
				facets += facet(b.facet, id>>b.bits) + " "
			}
			if _, err := tx.exec(`INSERT INTO posts_fts (rowid, title, about, body, facets) VALUES (?, '', '', ?, ?)`, id, body, facets); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	r := db.read(t.Context())
	walked := func(w walk) ([]board.PostID, int64) {
		ids, reached, err := r.walkIndex(w)
		if err != nil {
			t.Fatal(err)
		}
		return ids, reached
	}
	t.Run("page by page, nothing is left out and nothing comes twice", func(t *testing.T) {
		for _, match := range []string{`"rare"`, `"common" AND "rare"`, `"odd rare" AND "common"`, `("rare" OR "nothing") AND ("odd" OR "even")`} {
			for _, patience := range []time.Duration{time.Minute, time.Nanosecond} {
				var got []board.PostID
				for high := int64(last); high >= 1; {
					ids, reached := walked(walk{match, 1, high, 9, patience})
					got, high = append(got, ids...), reached-1
				}
				want := make([]board.PostID, len(rare))
				for i, id := range rare {
					want[len(rare)-1-i] = id
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: %s", match, diff)
				}
			}
		}
	})
	t.Run("between two posts", func(t *testing.T) {
		ids, reached := walked(walk{`"common" AND "rare"`, 5_000, 66_006, 100, time.Minute})
		if len(ids) != 61 || ids[0] != 65_007 || ids[60] != 5_007 || reached != 5_000 {
			t.Errorf("%d, down to %d", len(ids), reached)
		}
	})
	t.Run("what is never found ends where the time does, and says so", func(t *testing.T) {
		ids, reached := walked(walk{`"odd" AND "even"`, 1, last, 10, time.Nanosecond})
		if len(ids) != 0 || reached != 65_536 {
			t.Errorf("%v, down to %d", ids, reached)
		}
		if ids, reached = walked(walk{`"odd" AND "even"`, 1, last, 10, time.Minute}); len(ids) != 0 || reached != 1 {
			t.Errorf("%v, down to %d", ids, reached)
		}
	})
}
