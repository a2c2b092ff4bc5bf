package board_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

func TestNearestKeywords(t *testing.T) {
	b := newBoard(t, board.Limits{})
	ronin := member(t, b, "ronin", board.RoleMember)
	for _, words := range [][]string{{"japan", "defense", "日本経済"}, {"japan", "governance"}, {"government", "jalan", "defence"}, {"élection"}} {
		_, err := b.PostArticle(t.Context(), board.NewArticle{
			By: ronin.ID, Title: "T", Topics: []board.ActorID{topicID(t, b, "news")}, Text: board.Text{Markdown: "T."}, Keywords: words,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for word, want := range map[string][]string{
		"japna":      {"japan"},          // changed over
		"jaapan":     {"japan", "jalan"}, // one too many; the other is two of six letters away
		"jpan":       {"japan"},          // one too few
		"jaban":      {"japan", "jalan"}, // another letter; the more used first
		"defens":     {"defense", "defence"},
		"govermnent": {"government"},
		"日本経":        {"日本経済"},
		"xylophone":  nil,
		"élections":  {"élection"},
		"ajpan":      {"japan"}, // at the beginning too
		"":           nil,
	} {
		t.Run(word, func(t *testing.T) {
			near, err := b.NearestKeywords(t.Context(), word)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, k := range near {
				got = append(got, k.Word)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("nothing is near to a word as long as a book, and that is known at once", func(t *testing.T) {
		begun := time.Now()
		near, err := b.NearestKeywords(t.Context(), strings.Repeat("a", 20000))
		if took := time.Since(begun); err != nil || len(near) > 0 || took > time.Second {
			t.Errorf("%v, %v after %v", near, err, took)
		}
	})
}
