package web_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"corkboard/board"
	"corkboard/web"
)

// told is what the board is said to know of how far its posts have come.
type told struct {
	spread atomic.Pointer[board.Spread]
	asked  atomic.Int64
}

func (s *told) Of(context.Context, board.PostID) (board.Spread, error) {
	s.asked.Add(1)
	return *s.spread.Load(), nil
}

func TestDelivery(t *testing.T) {
	since := time.Date(2011, 1, 4, 1, 52, 29, 0, time.UTC)
	trouble := board.Trouble{Host: "ill.example", Since: since, NextTry: since.Add(time.Hour), Answer: "503: Service Unavailable"}
	posted := board.SpreadRound{Kind: board.ReplyPosted, At: since, Servers: 15, Reached: 14, Failing: 1, Troubles: []board.Trouble{trouble}}
	for _, test := range []struct {
		name   string
		spread board.Spread
		phrase string
	}{
		{"what waits to be told", board.Spread{}, "queued"},
		{"what nobody elsewhere hears of", board.Spread{Said: true}, "not sent to other servers"},
		{"what waits to be sent", board.Spread{Said: true, Rounds: []board.SpreadRound{{Servers: 3}}}, "queued"},
		{"what all took", board.Spread{Said: true, Rounds: []board.SpreadRound{{Servers: 1, Reached: 1}}}, "delivered to 1 of 1 server"},
		{"what one does not take", board.Spread{Said: true, Rounds: []board.SpreadRound{posted}}, "delivered to 14 of 15 servers, 1 server failing since 2011-01-04 01:52:29 UTC"},
		{"an edit", board.Spread{Said: true, Rounds: []board.SpreadRound{{Kind: board.PostEdited, Servers: 15, Reached: 13}, posted}}, "update sent to 13 of 15 servers"},
		{"a deletion", board.Spread{Said: true, Rounds: []board.SpreadRound{{Kind: board.PostDeleted, Servers: 15, Reached: 15}, posted}}, "removal sent to 15 of 15 servers"},
	} {
		t.Run(test.name, func(t *testing.T) {
			spreads := &told{}
			spreads.spread.Store(&test.spread)
			w := newWorld(t, func(c *web.Config) { c.Spreads = spreads })
			page := w.as("ronin").get(w.path(""))
			page.shows("#p1 .byline a[href$='/1/delivery']", test.phrase)
			page.shows(".op .meta a[href$='/0/delivery']", test.phrase)
			w.visitor().get(w.path("")).has("a[href$='/delivery']", 0)
		})
	}
	spreads := &told{}
	spreads.spread.Store(&board.Spread{Said: true, Rounds: []board.SpreadRound{{Kind: board.PostDeleted, Servers: 15, Reached: 15}, posted}})
	w := newWorld(t, func(c *web.Config) { c.Spreads = spreads })
	w.reply(w.kaya.ID, 1, "Mine.")
	t.Run("the byline says it to the author and to moderators", func(t *testing.T) {
		w.as("ronin").get(w.path("")).has("#p2 a[href$='/delivery']", 0)
		w.as("warden").get(w.path("")).has("#p1 a[href$='/delivery'], #p2 a[href$='/delivery']", 2)
	})
	t.Run("the page has figures for all, and names for those whom it concerns", func(t *testing.T) {
		for who, names := range map[*browser]int{w.visitor(): 0, w.as("ronin"): 1, w.as("warden"): 1} {
			page := who.get(w.path("/1/delivery")).wants(http.StatusOK)
			page.has("section.round", 2)
			page.has("table", names)
			if got := page.text(".round:nth-of-type(1) li"); got != "Confirmed by none: servers do not say whether they have removed a post." {
				t.Errorf("of the removal it says %q", got)
			}
			if got := page.text(".round:nth-of-type(2) li"); got != "1 server failing since 2011-01-04 01:52:29 UTC. They are asked again for 30 days." {
				t.Errorf("of the post it says %q", got)
			}
			if strings.Contains(page.body, "ill.example") != (names == 1) {
				t.Error("a server is named to whom it does not concern, or not to whom it does")
			}
		}
	})
	t.Run("what was found out is remembered", func(t *testing.T) {
		visitor := w.visitor()
		visitor.get(w.path("/2/delivery"))
		before := spreads.asked.Load()
		for range 5 {
			visitor.get(w.path("/2/delivery"))
		}
		if got := spreads.asked.Load(); got != before {
			t.Errorf("it was asked %d times more", got-before)
		}
	})
	t.Run("what is not there has none", func(t *testing.T) {
		w.visitor().get(w.path("/99/delivery")).wants(http.StatusNotFound)
	})
}
