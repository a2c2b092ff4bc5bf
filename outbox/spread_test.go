package outbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"corkboard/board"
	"corkboard/outbox"
)

var _ outbox.SpreadStore = outboxStore(nil)

type outboxStore interface {
	outbox.Store
	outbox.SpreadStore
}

func TestSpread(t *testing.T) {
	s := newStage(t)
	spreads := &outbox.Spreads{Board: s.Board, Store: s.db}
	good, bad, refusing := newNeighbour(t, "mastodon"), newNeighbour(t, "mastodon"), newNeighbour(t, "mastodon")
	s.follow(s.topics["japan"].ID, s.person(good, "carol"), s.person(bad, "dan"), s.person(refusing, "eve"))
	s.follow(s.world.Member.ID, s.person(good, "carol"), s.person(bad, "dan"))
	first := s.article("japan")
	of := func(id board.PostID) board.Spread {
		t.Helper()
		got, err := spreads.Of(t.Context(), id)
		s.check(err)
		return got
	}
	t.Run("before it is spoken of it is queued", func(t *testing.T) {
		if diff := cmp.Diff(board.Spread{}, of(first.ID)); diff != "" {
			t.Error(diff)
		}
	})
	s.speak()
	s.carried()
	bad.answer(http.StatusServiceUnavailable)
	refusing.answer(http.StatusForbidden)
	article := s.article("japan")
	s.said()
	var round board.SpreadRound
	s.until("one server has it, one refuses it, one fails", func() bool {
		round = board.SpreadRound{}
		if got := of(article.ID); len(got.Rounds) == 1 {
			round = got.Rounds[0]
		}
		return round.Reached == 1 && round.Refused == 1 && round.Failing == 1
	})
	t.Run("troubles are named", func(t *testing.T) {
		want := board.SpreadRound{
			Kind: board.ArticlePosted, Servers: 3, Reached: 1, Refused: 1, Failing: 1,
			Troubles: []board.Trouble{{Host: bad.host()}, {Host: refusing.host(), Refused: true}},
		}
		if diff := cmp.Diff(want, round,
			cmpopts.IgnoreFields(board.SpreadRound{}, "At"), cmpopts.IgnoreFields(board.Trouble{}, "Since", "NextTry", "Answer"),
			cmpopts.SortSlices(func(a, b board.Trouble) bool { return !a.Refused && b.Refused })); diff != "" {
			t.Error(diff)
		}
		for _, trouble := range round.Troubles {
			if trouble.Since.IsZero() || time.Since(trouble.Since) > time.Minute || trouble.NextTry.IsZero() != trouble.Refused {
				t.Errorf("since when, and when again: %+v", trouble)
			}
			if want := map[bool]string{true: "Forbidden", false: "503"}[trouble.Refused]; !strings.Contains(trouble.Answer, want) {
				t.Errorf("it says %q, not %s", trouble.Answer, want)
			}
		}
		if round.Settled() || round.Waiting() != 0 {
			t.Errorf("settled: %v, waiting: %d", round.Settled(), round.Waiting())
		}
	})
	bad.answer(http.StatusAccepted)
	s.check(s.Delete(t.Context(), article.Author.ID, article.ID, nil))
	s.carried()
	s.until("all is settled", func() bool {
		got := of(article.ID)
		return len(got.Rounds) == 2 && got.Rounds[0].Settled() && got.Rounds[1].Settled()
	})
	t.Run("the newest comes first", func(t *testing.T) {
		got := of(article.ID)
		if got.Rounds[0].Kind != board.PostDeleted || got.Rounds[1].Kind != board.ArticlePosted || got.Rounds[1].Reached != 2 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("what nobody elsewhere hears of has no rounds", func(t *testing.T) {
		lonely := s.article("defense")
		s.said()
		reply := s.reply(s.world.Moderator, lonely, "Hm.")
		s.said()
		if diff := cmp.Diff(board.Spread{Said: true}, of(reply.ID)); diff != "" {
			t.Error(diff)
		}
	})
}
