package board_test

import (
	"testing"
	"time"

	"corkboard/board"
)

func TestLastMark(t *testing.T) {
	now := time.Date(2011, 1, 4, 12, 0, 0, 0, time.UTC)
	yesterday := now.AddDate(0, 0, -1)
	for name, test := range map[string]struct {
		mark board.Mark
		want int // -1 for none
	}{
		"a thread that was not begun":   {board.Mark{}, -1},
		"the first visit":               {board.Mark{Number: 50, At: now, Before: -1}, -1},
		"a visit that goes on":          {board.Mark{Number: 52, At: now.Add(-29 * time.Minute), Before: 50, BeforeAt: yesterday}, 50},
		"one that is over":              {board.Mark{Number: 52, At: now.Add(-31 * time.Minute), Before: 50, BeforeAt: yesterday}, -1},
		"an article with its first one": {board.Mark{Number: 1, At: now, Before: 0, BeforeAt: yesterday}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			last, ok := test.mark.Last(now)
			if ok != (test.want >= 0) || ok && (last.Number != test.want || !last.At.Equal(yesterday)) {
				t.Errorf("%+v, %v", last, ok)
			}
		})
	}
}
