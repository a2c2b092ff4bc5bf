package outbox_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"corkboard/board"
)

// storm is a random life of a board: people follow and leave, servers fail in
// every way, and the process is killed. It keeps its own book of who is owed
// what.
type storm struct {
	*ground
	random  *rand.Rand
	servers []*server
	people  []follower
	follows map[board.PeerID]bool
	owed    map[board.PeerID][]board.Activity
}

func TestStorm(t *testing.T) {
	seeds := 3
	if testing.Short() {
		seeds = 1
	}
	for range seeds {
		seed := rand.Uint64()
		t.Run(fmt.Sprintf("everybody gets everything in order, seed %d", seed), func(t *testing.T) {
			config := quick
			config.Timeout = 150 * time.Millisecond
			config.MinBackoff, config.MaxBackoff = 20*time.Millisecond, 80*time.Millisecond
			s := &storm{
				ground: newGround(t, config), random: rand.New(rand.NewPCG(seed, 0)),
				follows: map[board.PeerID]bool{}, owed: map[board.PeerID][]board.Activity{},
			}
			s.rage()
		})
	}
}

func (s *storm) rage() {
	for i := range 5 {
		server := newServer(s.t, []string{"mastodon", "lemmy", ""}[i%3])
		s.servers = append(s.servers, server)
		s.people = append(s.people, s.stranger(server, "mariner"))
	}
	s.start()
	for round := range 8 {
		for _, server := range s.servers {
			server.judgeBy(s.mood())
		}
		for range 30 {
			s.step()
		}
		time.Sleep(time.Duration(s.random.IntN(80)) * time.Millisecond)
		if round%2 == 1 {
			s.kill()
			s.audit()
			s.start()
		}
	}
	for _, server := range s.servers {
		server.judgeBy(nil)
	}
	s.settled()
	s.audit()
	s.compare()
}

// mood is how a server behaves for a while.
func (s *storm) mood() func(arrival) int {
	switch s.random.IntN(5) {
	case 0, 1:
		return nil
	case 2:
		return func(arrival) int { return http.StatusBadGateway }
	case 3:
		return func(arrival) int { return hang }
	}
	random := rand.New(rand.NewPCG(s.random.Uint64(), 0))
	return func(arrival) int { // under the server's lock
		return []int{202, 200, 500, 503, 429, 401, broken, 202}[random.IntN(8)]
	}
}

func (s *storm) step() {
	topic := s.world.Topic.Actor.ID
	someone := s.people[s.random.IntN(len(s.people))]
	switch n := s.random.IntN(20); {
	case n == 0 && !s.follows[someone.peer]:
		s.follows[someone.peer] = true
		s.owe(s.follow(someone, topic), someone.peer)
	case n == 0:
		s.follows[someone.peer] = false
		s.unfollow(someone, topic)
	case n == 1:
		letter := board.Activity{Type: "Create", Lane: fmt.Sprintf("letters:%d", someone.actor)}
		s.owe(s.say(letter, board.Rule{Peers: []board.PeerID{someone.peer}}), someone.peer)
	default:
		post := s.post(fmt.Sprintf("thread:%d", s.random.IntN(4)))
		for peer, follows := range s.follows {
			if follows {
				s.owe(post, peer)
			}
		}
	}
}

func (s *storm) owe(a board.Activity, peer board.PeerID) { s.owed[peer] = append(s.owed[peer], a) }

// audit looks at a database in which nobody works: whoever is owed something
// that his mark has passed has it, or it is parked.
func (s *storm) audit() {
	s.t.Helper()
	ctx := context.Background()
	mark, err := s.db.Watermark(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	for i, person := range s.people {
		peer, err := s.db.Peer(ctx, person.peer)
		if err != nil {
			s.t.Fatal(err)
		}
		passed := mark
		if peer.Behind {
			passed = peer.Cursor
		}
		parked, err := s.db.ParkedAt(ctx, person.peer)
		if err != nil {
			s.t.Fatal(err)
		}
		has := s.servers[i].events()
		for _, a := range s.owed[person.peer] {
			isParked := slices.ContainsFunc(parked, func(p board.Parked) bool { return p.Activity == a.ID })
			if a.ID <= passed && !isParked && !slices.Contains(has, a.Event) {
				s.t.Errorf("%d has passed activity %d (behind: %t), which peer %d has not got", passed, a.ID, peer.Behind, person.peer)
			}
		}
	}
}

// compare looks at what arrived in the end.
func (s *storm) compare() {
	s.t.Helper()
	for i, person := range s.people {
		server := s.servers[i]
		server.waitFor(s.owed[person.peer]...)
		for lane, events := range server.byLane() {
			if !slices.IsSorted(events) {
				s.t.Errorf("peer %d got %s as %v", person.peer, lane, events)
			}
		}
	}
}
