package outbox_test

import (
	"fmt"
	"testing"

	"corkboard/board"
	"corkboard/outbox"
	"corkboard/storage/storagetest"
)

// BenchmarkSpread is how long it takes to find out how far a post has come that
// went to the followers of a topic and of its author on a thousand servers.
func BenchmarkSpread(b *testing.B) {
	db := storagetest.Open(b)
	world := storagetest.Fill(b, db, "https://board.example")
	brd := board.New(db, board.Config{Address: "https://board.example", NewKey: oneKey}, nil)
	err := db.Update(b.Context(), func(tx board.Tx) error {
		for n := range 1000 {
			a := storagetest.Remote(fmt.Sprintf("https://s%d.example", n), "reader")
			id, err := tx.AddActor(a)
			if err != nil {
				return err
			}
			for _, of := range []board.ActorID{world.Topic.ID, world.Member.ID} {
				if err := tx.AddFollow(board.Follow{Follower: id, Of: of, URI: fmt.Sprint(a.URI, of)}, 1); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	p, err := brd.PostArticle(b.Context(), board.NewArticle{By: world.Member.ID, Title: "T", Topics: []board.ActorID{world.Topic.ID}, Text: board.Text{Markdown: "Text."}})
	if err != nil {
		b.Fatal(err)
	}
	event, err := brd.PostEvent(b.Context(), p.ID)
	if err != nil {
		b.Fatal(err)
	}
	_, err = db.Speak(b.Context(), 0, event, []board.Activity{
		{Event: event, Type: "Create", Actor: world.Member.ID, Post: p.ID, Lane: "t1", Audience: []board.Rule{{Followers: world.Member.ID, At: event}}},
		{Event: event, K: 1, Type: "Announce", Actor: world.Topic.ID, Post: p.ID, Lane: "t1", Audience: []board.Rule{{Followers: world.Topic.ID, At: event}}},
	})
	if err != nil {
		b.Fatal(err)
	}
	spreads := &outbox.Spreads{Board: brd, Store: db}
	for b.Loop() {
		spread, err := spreads.Of(b.Context(), p.ID)
		if err != nil || spread.Rounds[0].Servers != 1000 {
			b.Fatal(spread, err)
		}
	}
}
