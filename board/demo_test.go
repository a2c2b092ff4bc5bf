package board_test

import (
	"testing"

	"corkboard/board"
)

func TestOpenDemo(t *testing.T) {
	happened := map[string]func(t *testing.T, b *board.Board){
		"a member has joined": func(t *testing.T, b *board.Board) { member(t, b, "ronin", board.RoleMember) },
		"somebody follows a topic": func(t *testing.T, b *board.Board) {
			follow := board.Follow{Follower: stranger(t, b, "carol").ID, Of: topicID(t, b, "news"), URI: "https://far.example/follows/1"}
			if err := b.Follow(t.Context(), follow); err != nil {
				t.Fatal(err)
			}
		},
		"it is a demo already": func(t *testing.T, b *board.Board) {
			if err := b.OpenDemo(t.Context()); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, happen := range happened {
		t.Run("it is refused where "+name, func(t *testing.T) {
			b := newBoard(t, board.Limits{})
			happen(t, b)
			if err := b.OpenDemo(t.Context()); board.KindOf(err) != board.Conflict {
				t.Errorf("got %v", err)
			}
		})
	}

	t.Run("a board of topics alone stays marked", func(t *testing.T) {
		b := newBoard(t, board.Limits{})
		if since, err := b.Demo(t.Context()); err != nil || !since.IsZero() {
			t.Errorf("it is one before: %v, %v", since, err)
		}
		if err := b.OpenDemo(t.Context()); err != nil {
			t.Fatal(err)
		}
		if since, err := b.Demo(t.Context()); err != nil || since.IsZero() {
			t.Errorf("it is none afterwards: %v, %v", since, err)
		}
	})
}
