package outbox

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

func TestReaches(t *testing.T) {
	const peer, one, two = 9, 1, 2
	had := func(actor board.ActorID, kind board.PeerKind, from, to board.EventID) board.Interval {
		return board.Interval{Actor: actor, Peer: peer, Kind: kind, From: from, To: to, Greeted: true}
	}
	forum := func(of board.ActorID) board.Rule {
		return board.Rule{Followers: of, Kind: board.Forum, At: 50, Topics: []board.ActorID{one, two}, Since: 20}
	}
	for _, test := range []struct {
		name string
		rule board.Rule
		had  []board.Interval
		want bool
	}{
		{"an inbox that is named", board.Rule{Peers: []board.PeerID{3, peer}}, nil, true},
		{"an inbox that is not", board.Rule{Peers: []board.PeerID{3}}, nil, false},
		{"who began at the event itself", board.Rule{Followers: one, At: 10}, []board.Interval{had(one, board.Microblog, 10, 0)}, true},
		{"who began later", board.Rule{Followers: one, At: 10}, []board.Interval{had(one, board.Microblog, 11, 0)}, false},
		{"who left later", board.Rule{Followers: one, At: 10}, []board.Interval{had(one, board.Microblog, 5, 11)}, true},
		{"who left at the event itself", board.Rule{Followers: one, At: 10}, []board.Interval{had(one, board.Microblog, 5, 10)}, false},
		{"who left and came back", board.Rule{Followers: one, At: 10}, []board.Interval{had(one, board.Microblog, 5, 8), had(one, board.Microblog, 9, 0)}, true},
		{"who follows another", board.Rule{Followers: one, At: 10}, []board.Interval{had(two, board.Microblog, 5, 0)}, false},
		{"the right kind", board.Rule{Followers: one, Kind: board.Forum, At: 10}, []board.Interval{had(one, board.Forum, 5, 0)}, true},
		{"the wrong kind", board.Rule{Followers: one, Kind: board.Forum, At: 10}, []board.Interval{had(one, board.Microblog, 5, 0)}, false},
		{"the kind that it was then", board.Rule{Followers: one, Kind: board.Microblog, At: 10}, []board.Interval{had(one, board.Microblog, 5, 12), had(one, board.Forum, 12, 0)}, true},
		{"a forum through the first topic", forum(one), []board.Interval{had(one, board.Forum, 5, 0), had(two, board.Forum, 5, 0)}, true},
		{"a forum not through the second too", forum(two), []board.Interval{had(one, board.Forum, 5, 0), had(two, board.Forum, 5, 0)}, false},
		{"a forum through the one that it followed when the article came", forum(two), []board.Interval{had(one, board.Forum, 30, 0), had(two, board.Forum, 5, 0)}, true},
		{"a forum not through one that it follows only now", forum(one), []board.Interval{had(one, board.Forum, 30, 0), had(two, board.Forum, 5, 0)}, false},
		{"a forum that came later, through the first", forum(one), []board.Interval{had(one, board.Forum, 30, 0), had(two, board.Forum, 40, 0)}, true},
		{"a forum that has left the topic of then", forum(two), []board.Interval{had(one, board.Forum, 5, 40), had(two, board.Forum, 30, 0)}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, got := reaches([]board.Rule{test.rule}, peer, test.had); got != test.want {
				t.Errorf("reaches: %t, want %t", got, test.want)
			}
		})
	}
}

func TestWay(t *testing.T) {
	greeted := board.Interval{Actor: 1, Peer: 9, Kind: board.Microblog, From: 5, Greeted: true}
	ungreeted := board.Interval{Actor: 2, Peer: 9, Kind: board.Microblog, From: 6}
	unknown := board.Interval{Actor: 3, Peer: 9, From: 7}
	followers := func(of board.ActorID) board.Rule { return board.Rule{Followers: of, Kind: board.Microblog, At: 10} }
	for _, test := range []struct {
		name  string
		rules []board.Rule
		want  way
	}{
		{"by followers who were not greeted, it waits", []board.Rule{followers(2)}, way{ungreeted: []board.Interval{ungreeted}}},
		{"one way that is free is enough", []board.Rule{followers(2), followers(1)}, way{}},
		{"an inbox that is named waits for nothing", []board.Rule{followers(2), followers(3), {Peers: []board.PeerID{9}}}, way{}},
		{"where the kind counts, the software has to be known", []board.Rule{followers(3)}, way{unknown: true}},
		{"where it comes anyway, the software does not matter", []board.Rule{followers(3), followers(2)}, way{ungreeted: []board.Interval{ungreeted}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, ok := reaches(test.rules, 9, []board.Interval{greeted, ungreeted, unknown})
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(way{})); diff != "" || !ok {
				t.Errorf("ok: %t; way (-want +got):\n%s", ok, diff)
			}
		})
	}
}
