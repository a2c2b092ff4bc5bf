package outbox

import (
	"cmp"
	"context"
	"slices"

	"corkboard/board"
)

// SpreadStore is what is asked to find out how far a post has come.
type SpreadStore interface {
	AudienceStore
	ActivitiesOf(ctx context.Context, post board.PostID) ([]board.Activity, error)
	// PeersAmong finds those of some peers that are there; at most 512 at once.
	PeersAmong(ctx context.Context, ids []board.PeerID) ([]board.Peer, error)
	Watermark(ctx context.Context) (board.ActivityID, error)
	Failures(ctx context.Context, activity board.ActivityID) ([]board.Failure, error)
	// ParkedOf lists the peers at which an activity is parked.
	ParkedOf(ctx context.Context, activity board.ActivityID) ([]board.Parked, error)
}

// Spreads says how far posts have come, from what the couriers have saved: at
// most a second old. It costs what the post's audience costs, about 20 ms for a
// thousand servers: keep the answer.
type Spreads struct {
	Board *board.Board
	Store SpreadStore
}

const (
	roundsShown   = 10
	troublesShown = 100
	askedAtOnce   = 512
)

// Of is how far a post has come. Error: NotFound.
func (s *Spreads) Of(ctx context.Context, post board.PostID) (board.Spread, error) {
	accepted, err := s.Board.PostEvent(ctx, post)
	if err != nil {
		return board.Spread{}, err
	}
	spoken, err := s.Board.Cursor(ctx, reading)
	if err != nil || spoken < accepted {
		return board.Spread{}, err
	}
	said, err := s.Store.ActivitiesOf(ctx, post)
	if err != nil {
		return board.Spread{}, err
	}
	spread := board.Spread{Said: true}
	for len(said) > 0 && len(spread.Rounds) < roundsShown {
		event := said[len(said)-1].Event
		first := slices.IndexFunc(said, func(a board.Activity) bool { return a.Event == event })
		round, err := s.round(ctx, said[first:])
		if err != nil {
			return spread, err
		}
		if round.Servers > 0 {
			spread.Rounds = append(spread.Rounds, round)
		}
		said = said[:first]
	}
	return spread, nil
}

// round is what came of the activities of one event.
func (s *Spreads) round(ctx context.Context, said []board.Activity) (board.SpreadRound, error) {
	event, err := s.Board.Event(ctx, said[0].Event)
	if err != nil {
		return board.SpreadRound{}, err
	}
	reached, err := s.Store.Watermark(ctx)
	if err != nil {
		return board.SpreadRound{}, err
	}
	hosts := map[string]fate{}
	for _, a := range said {
		if err := s.count(ctx, a, reached, hosts); err != nil {
			return board.SpreadRound{}, err
		}
	}
	return summed(event, hosts), nil
}

// fate is what became of a round at one server: of several activities, and
// of several inboxes, the worst.
type fate struct {
	rank int
	board.Trouble
}

// The ranks of a fate.
const (
	hasIt = iota
	refusedIt
	waitsForIt
	failsAtIt
)

// count adds what became of one activity at every server that it is for.
func (s *Spreads) count(ctx context.Context, a board.Activity, reached board.ActivityID, hosts map[string]fate) error {
	audience, err := audienceOf(ctx, s.Store, a.Audience)
	if err != nil || len(audience) == 0 {
		return err
	}
	refusals, err := s.refusals(ctx, a.ID)
	if err != nil {
		return err
	}
	parked, err := s.parked(ctx, a.ID)
	if err != nil {
		return err
	}
	ids := make([]board.PeerID, 0, len(audience))
	for id, w := range audience {
		if !w.unknown { // else it is not known yet whether it will go there
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for some := range slices.Chunk(ids, askedAtOnce) {
		peers, err := s.Store.PeersAmong(ctx, some)
		if err != nil {
			return err
		}
		for _, p := range peers {
			became := fateAt(p, a.ID, reached)
			if f, ok := refusals[p.ID]; ok {
				became = fate{refusedIt, board.Trouble{Refused: true, Since: f.At, Answer: f.Answer}}
			} else if held, ok := parked[p.ID]; ok {
				became = fate{failsAtIt, board.Trouble{NextTry: held.NextTryAt, Answer: p.LastError}}
			}
			became.Host = p.Host
			if known, ok := hosts[p.Host]; !ok || became.rank > known.rank {
				hosts[p.Host] = became
			}
		}
	}
	return nil
}

// fateAt is what became of an activity at a peer that has neither refused nor
// parked it.
func fateAt(p board.Peer, id, reached board.ActivityID) fate {
	if p.Behind {
		reached = p.Cursor
	}
	switch {
	case id <= reached:
		return fate{rank: hasIt}
	case p.Failures > 0:
		return fate{failsAtIt, board.Trouble{Since: p.FirstFailAt, NextTry: p.NextTryAt, Answer: p.LastError}}
	}
	return fate{rank: waitsForIt}
}

func (s *Spreads) refusals(ctx context.Context, id board.ActivityID) (map[board.PeerID]board.Failure, error) {
	failures, err := s.Store.Failures(ctx, id)
	found := make(map[board.PeerID]board.Failure, len(failures))
	for _, f := range failures {
		found[f.Peer] = f
	}
	return found, err
}

func (s *Spreads) parked(ctx context.Context, id board.ActivityID) (map[board.PeerID]board.Parked, error) {
	rows, err := s.Store.ParkedOf(ctx, id)
	found := make(map[board.PeerID]board.Parked, len(rows))
	for _, p := range rows {
		found[p.Peer] = p
	}
	return found, err
}

// summed counts servers by what became of a round there.
func summed(event board.Event, hosts map[string]fate) board.SpreadRound {
	round := board.SpreadRound{Kind: event.Kind, At: event.At, Servers: len(hosts)}
	for _, became := range hosts {
		switch became.rank {
		case hasIt:
			round.Reached++
		case refusedIt:
			round.Refused++
		case failsAtIt:
			round.Failing++
		}
		if became.rank == refusedIt || became.rank == failsAtIt {
			round.Troubles = append(round.Troubles, became.Trouble)
		}
	}
	slices.SortFunc(round.Troubles, func(a, b board.Trouble) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Host, b.Host))
	})
	round.Troubles = round.Troubles[:min(len(round.Troubles), troublesShown)]
	return round
}
