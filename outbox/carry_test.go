package outbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/activitypub"
	"corkboard/board"
)

func TestCarry(t *testing.T) {
	t.Run("a follower gets the Accept and then what the topic says", followerGetsAcceptFirst)
	t.Run("what was said while nobody carried is carried after the start, once", saidWhileNobodyCarried)
	t.Run("one lane is in order while lanes go side by side", lanesSideBySide)
	t.Run("at most so many are in flight to one host, whatever the number of its inboxes", slotsOfOneHost)
	t.Run("stopping lets land what is in flight, and starts nothing more", stopLetsLand)
}

func followerGetsAcceptFirst(t *testing.T) {
	g := newGround(t, quick)
	s := newServer(t, "mastodon")
	f := g.stranger(s, "mariner")
	g.start()
	accept := g.follow(f, g.world.Topic.Actor.ID)
	first, second := g.post("thread:1"), g.post("thread:1")
	s.waitFor(accept, first, second)
	if diff := cmp.Diff(eventsIn(accept, first, second), s.events()); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	g.settled()
}

func saidWhileNobodyCarried(t *testing.T) {
	g := newGround(t, quick)
	s := newServer(t, "mastodon")
	f := g.stranger(s, "mariner")
	accept := g.follow(f, g.world.Topic.Actor.ID)
	post := g.post("thread:1")
	g.start()
	s.waitFor(accept, post)
	g.settled()
	g.end()
	later := g.post("thread:1")
	g.start()
	s.waitFor(accept, post, later)
	if n := len(s.attempts()); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
}

func lanesSideBySide(t *testing.T) {
	g := newGround(t, quick)
	s := newServer(t, "mastodon")
	f := g.stranger(s, "mariner")
	g.start()
	said := []board.Activity{g.follow(f, g.world.Topic.Actor.ID)}
	s.waitFor(said...)
	g.settled()
	for i := range 20 { // by which the host earns its slots
		said = append(said, g.post(fmt.Sprintf("thread:%d", i%6)))
	}
	s.waitFor(said...)
	release := s.hold()
	for i := range 60 {
		said = append(said, g.post(fmt.Sprintf("thread:%d", i%6)))
	}
	eventually(t, "all six lanes are in flight, and nothing else", func() bool { return g.courier.Stats().InFlight == 6 })
	release()
	s.waitFor(said...)
	for lane, events := range s.byLane() {
		if !slices.IsSorted(events) {
			t.Errorf("%s came as %v", lane, events)
		}
	}
}

func slotsOfOneHost(t *testing.T) {
	config := quick
	config.PerHost = 3
	g := newGround(t, config)
	s := newServer(t, "mastodon")
	var peers []board.PeerID
	for i := range 20 {
		peer, err := g.db.EnsurePeer(t.Context(), fmt.Sprintf("%s/users/%d/inbox", s.http.URL, i), s.host())
		if err != nil {
			t.Fatal(err)
		}
		peers = append(peers, peer)
	}
	g.start()
	for i := range 3 {
		g.say(board.Activity{Type: "Create", Lane: fmt.Sprintf("thread:%d", i)}, board.Rule{Peers: peers})
	}
	eventually(t, "all arrives", func() bool { return len(s.attempts()) == 60 })
	release := s.hold()
	for i := range 3 {
		g.say(board.Activity{Type: "Create", Lane: fmt.Sprintf("thread:%d", i)}, board.Rule{Peers: peers})
	}
	eventually(t, "three are in flight", func() bool { return g.courier.Stats().InFlight == 3 })
	time.Sleep(20 * time.Millisecond)
	if n := g.courier.Stats().InFlight; n != 3 {
		t.Errorf("%d in flight, want 3", n)
	}
	release()
	eventually(t, "all arrives", func() bool { return len(s.attempts()) == 120 })
}

func stopLetsLand(t *testing.T) {
	g := newGround(t, quick)
	s := newServer(t, "mastodon")
	f := g.stranger(s, "mariner")
	g.start()
	accept := g.follow(f, g.world.Topic.Actor.ID)
	s.waitFor(accept)
	g.settled()
	release := s.hold()
	post := g.post("thread:1")
	next := g.post("thread:1")
	eventually(t, "it is in flight", func() bool { return g.courier.Stats().InFlight == 1 })
	time.AfterFunc(50*time.Millisecond, release)
	g.end()
	s.waitFor(accept, post)
	g.start()
	s.waitFor(accept, post, next)
	if n := len(s.attempts()); n != 3 {
		t.Errorf("%d requests, want 3: what landed is saved", n)
	}
}

func TestFailures(t *testing.T) {
	t.Run("a peer is away and gets all in order, while its neighbour gets it at once", peerIsAway)
	t.Run("what a peer refuses for good is noted and passed", refusedForGood)
	t.Run("a poisoned activity is parked, with its lane and nothing else", poisonIsParked)
	t.Run("what is too old is given up with a note", tooOldIsGivenUp)
	t.Run("410 is passed on, for the follows of whose inbox it is", goneIsPassedOn)
	t.Run("a pause that was asked for is kept, and incoming requests do not end it", pauseIsKept)
	t.Run("one failure does not keep another lane waiting", secondOpinion)
	t.Run("hanging and broken hosts do not slow the others", hangingHosts)
}

func peerIsAway(t *testing.T) {
	g := newGround(t, quick)
	away, near := newServer(t, "mastodon"), newServer(t, "mastodon")
	topic := g.world.Topic.Actor.ID
	a, n := g.stranger(away, "mariner"), g.stranger(near, "carol")
	g.start()
	toAway, toNear := g.follow(a, topic), g.follow(n, topic)
	away.waitFor(toAway)
	near.waitFor(toNear)
	away.judgeBy(func(arrival) int { return http.StatusBadGateway })
	var said []board.Activity
	for i := range 400 { // more than a courier keeps in memory
		said = append(said, g.post(fmt.Sprintf("thread:%d", i%5)))
	}
	near.waitFor(append([]board.Activity{toNear}, said...)...)
	eventually(t, "only the one is behind", func() bool {
		behind, err := g.db.PeersBehind(t.Context(), 0, 10)
		return err == nil && len(behind) == 1 && behind[0].ID == a.peer && behind[0].Failures > 0
	})
	away.judgeBy(nil)
	g.courier.Wake(a.host)
	away.waitFor(append([]board.Activity{toAway}, said...)...)
	for lane, events := range away.byLane() {
		if !slices.IsSorted(events) {
			t.Errorf("%s came as %v", lane, events)
		}
	}
	g.settled()
}

// logged is the attributes of the one line of a log with this message.
func logged(t *testing.T, log *bytes.Buffer, message string) map[string]any {
	t.Helper()
	var found []map[string]any
	for line := range bytes.Lines(log.Bytes()) {
		var attributes map[string]any
		if err := json.Unmarshal(line, &attributes); err != nil {
			t.Fatal(err)
		}
		if attributes["msg"] == message {
			delete(attributes, "msg")
			delete(attributes, "time")
			found = append(found, attributes)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d lines say %q:\n%s", len(found), message, log)
	}
	return found[0]
}

func refusedForGood(t *testing.T) {
	var log bytes.Buffer
	config := quick
	config.Log = slog.New(slog.NewJSONHandler(&log, nil))
	g := newGround(t, config)
	s := newServer(t, "mastodon")
	f := g.stranger(s, "mariner")
	g.start()
	accept := g.follow(f, g.world.Topic.Actor.ID)
	s.waitFor(accept)
	s.judgeBy(func(a arrival) int {
		if a.Type == "Update" {
			return http.StatusUnprocessableEntity
		}
		return http.StatusAccepted
	})
	bad := g.say(board.Activity{Type: "Update", Lane: "thread:1"}, board.Rule{Followers: g.world.Topic.Actor.ID})
	good := g.post("thread:1")
	s.waitFor(accept, good)
	g.settled()
	failures, err := g.db.Failures(t.Context(), bad.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(failures) != 1 || failures[0].Peer != f.peer || failures[0].Status != 422 || failures[0].Answer != "answer 422" {
		t.Errorf("failures %+v", failures)
	}
	g.end()
	diff(t, "the log", map[string]any{
		"level": "WARN", "host": s.host(), "activity": float64(bad.ID), "type": "Update", "status": 422.0, "answer": "answer 422",
	}, logged(t, &log, "refused"))
}

func poisonIsParked(t *testing.T) {
	g := newGround(t, quick)
	s := newServer(t, "mastodon")
	f := g.stranger(s, "mariner")
	g.start()
	accept := g.follow(f, g.world.Topic.Actor.ID)
	s.waitFor(accept)
	var healed bool // under s.mu
	s.judgeBy(func(a arrival) int {
		if a.Type == "Update" && !healed {
			return http.StatusInternalServerError
		}
		return http.StatusAccepted
	})
	poison := g.say(board.Activity{Type: "Update", Lane: "thread:1"}, board.Rule{Followers: g.world.Topic.Actor.ID})
	behind := []board.Activity{g.post("thread:1"), g.post("thread:1")}
	others := []board.Activity{accept}
	for range 20 {
		others = append(others, g.post("thread:2"))
	}
	s.waitFor(others...)
	eventually(t, "three are parked", func() bool {
		parked, err := g.db.ParkedAt(t.Context(), f.peer)
		return err == nil && len(parked) == 3
	})
	g.kill() // and parked they stay
	g.start()
	late := g.post("thread:1")
	s.mu.Lock()
	healed = true
	s.mu.Unlock()
	s.waitFor(append(others, poison, behind[0], behind[1], late)...)
	if got := s.byLane()["thread:1"]; !slices.IsSorted(got) {
		t.Errorf("the lane came as %v", got)
	}
	g.settled()
	if parked, err := g.db.ParkedAt(t.Context(), f.peer); err != nil || len(parked) > 0 {
		t.Errorf("still parked: %+v, %v", parked, err)
	}
}

func tooOldIsGivenUp(t *testing.T) {
	var log bytes.Buffer
	config := quick
	config.GiveUp, config.Log = 300*time.Millisecond, slog.New(slog.NewJSONHandler(&log, nil))
	g := newGround(t, config)
	s := newServer(t, "mastodon")
	f := g.stranger(s, "mariner")
	g.start()
	accept := g.follow(f, g.world.Topic.Actor.ID)
	s.waitFor(accept)
	s.judgeBy(func(arrival) int { return broken })
	old := g.post("thread:1")
	eventually(t, "it is given up", func() bool {
		failures, err := g.db.Failures(t.Context(), old.ID)
		return err == nil && len(failures) == 1 && failures[0].Status == 0
	})
	s.judgeBy(nil)
	fresh := g.post("thread:1")
	s.waitFor(accept, fresh)
	g.end()
	if line := logged(t, &log, "given up"); line["level"] != "WARN" || line["activity"] != float64(old.ID) || line["answer"] == "" {
		t.Errorf("the log says %v", line)
	}
}

func goneIsPassedOn(t *testing.T) {
	g := newGround(t, quick)
	s := newServer(t, "mastodon")
	f := g.stranger(s, "mariner")
	s.judgeBy(func(arrival) int { return http.StatusGone })
	g.start()
	g.say(board.Activity{Type: "Create", Lane: "letters:1-2"}, board.Rule{Peers: []board.PeerID{f.peer}})
	select {
	case inbox := <-g.gone:
		if want := s.http.URL + "/inbox"; inbox != want {
			t.Errorf("%s is gone, want %s", inbox, want)
		}
	case <-time.After(time.Minute):
		t.Fatal("nobody was told")
	}
}

func pauseIsKept(t *testing.T) {
	config := quick
	client := &impatient{}
	config.Client = client
	g := newGround(t, config)
	client.Client = g.client
	s := newServer(t, "mastodon")
	f := g.stranger(s, "mariner")
	g.start()
	accept := g.follow(f, g.world.Topic.Actor.ID)
	s.waitFor(accept)
	s.mu.Lock()
	s.header.Set("Retry-After", "600") // 600 ms, with this client
	s.mu.Unlock()
	s.judgeBy(func(a arrival) int {
		if a.number == 1 {
			return http.StatusServiceUnavailable
		}
		return http.StatusAccepted
	})
	post := g.post("thread:1")
	eventually(t, "it was tried", func() bool { return len(s.attempts()) == 2 })
	asked := time.Now()
	other := g.post("thread:2")
	eventually(t, "it rests", func() bool { return g.courier.Stats().Resting == 1 })
	g.courier.Wake(f.host)
	s.waitFor(accept, post, other)
	if waited := time.Since(asked); waited < 500*time.Millisecond {
		t.Errorf("came back after %v", waited)
	}
}

func secondOpinion(t *testing.T) {
	config := quick
	config.MinBackoff, config.MaxBackoff = time.Hour, time.Hour
	g := newGround(t, config)
	s := newServer(t, "mastodon")
	f := g.stranger(s, "mariner")
	g.start()
	accept := g.follow(f, g.world.Topic.Actor.ID)
	s.waitFor(accept)
	s.judgeBy(func(a arrival) int {
		if a.Type == "Update" {
			return http.StatusInternalServerError
		}
		return http.StatusAccepted
	})
	g.say(board.Activity{Type: "Update", Lane: "thread:1"}, board.Rule{Followers: g.world.Topic.Actor.ID})
	eventually(t, "it rests", func() bool { return g.courier.Stats().Resting == 1 })
	s.waitFor(accept, g.post("thread:2"))
}

func hangingHosts(t *testing.T) {
	g := newGround(t, quick)
	topic := g.world.Topic.Actor.ID
	var bad []follower
	for range 5 {
		s := newServer(t, "")
		s.judgeBy(func(arrival) int { return hang })
		bad = append(bad, g.stranger(s, "mariner"))
	}
	near := newServer(t, "mastodon")
	n := g.stranger(near, "carol")
	g.start()
	for _, f := range bad {
		g.follow(f, topic)
	}
	said := []board.Activity{g.follow(n, topic)}
	for i := range 50 {
		said = append(said, g.post(fmt.Sprintf("thread:%d", i)))
	}
	near.waitFor(said...)
	eventually(t, "nothing but one request to each host that hangs is in flight", func() bool {
		return g.courier.Stats().InFlight <= len(bad)
	})
}

// impatient is a client for whom a second is a millisecond.
type impatient struct{ *activitypub.Client }

func (c *impatient) Post(ctx context.Context, inbox string, body []byte, signer activitypub.Signer) (activitypub.Answer, error) {
	answer, err := c.Client.Post(ctx, inbox, body, signer)
	answer.RetryAfter /= 1000
	return answer, err
}

func TestAudience(t *testing.T) {
	t.Run("nothing of a topic goes before the Accept was taken", acceptComesFirst)
	t.Run("where the Accept is refused, what follows is passed with a note", acceptIsRefused)
	t.Run("what is addressed to a person needs no Accept and no NodeInfo", addressedToPerson)
	t.Run("kinds of peers get what is meant for them", kindsOfPeers)
	t.Run("who has left gets nothing more, who returns only what comes then", leftAndReturned)
	t.Run("a deletion blanks what was not sent yet", deletionBlanks)
}

func acceptComesFirst(t *testing.T) {
	g := newGround(t, quick)
	s := newServer(t, "mastodon")
	f := g.stranger(s, "mariner")
	s.judgeBy(func(a arrival) int {
		if a.number < 3 {
			return http.StatusServiceUnavailable
		}
		return http.StatusAccepted
	})
	g.start()
	accept := g.follow(f, g.world.Topic.Actor.ID)
	one, two := g.post("thread:1"), g.post("thread:2")
	s.waitFor(accept, one, two)
	for _, a := range s.attempts()[:4] {
		if a.Type != "Accept" {
			t.Errorf("%s came before the Accept was taken", a.ID)
		}
	}
}

func acceptIsRefused(t *testing.T) {
	g := newGround(t, quick)
	s := newServer(t, "mastodon")
	f := g.stranger(s, "mariner")
	s.judgeBy(func(a arrival) int {
		if a.Type == "Accept" && a.number == 0 {
			return http.StatusNotFound
		}
		return http.StatusAccepted
	})
	g.start()
	g.follow(f, g.world.Topic.Actor.ID)
	post := g.post("thread:1")
	g.settled()
	failures, err := g.db.Failures(t.Context(), post.ID)
	if err != nil || len(failures) != 1 || failures[0].Status != 0 {
		t.Fatalf("failures %+v, %v", failures, err)
	}
	accept := g.follow(g.stranger(s, "carol"), g.world.Topic.Actor.ID)
	next := g.post("thread:1")
	s.waitFor(accept, next)
}

func addressedToPerson(t *testing.T) {
	g := newGround(t, quick)
	s := newServer(t, "")
	s.mute.Store(true)
	f := g.stranger(s, "mariner")
	g.start()
	letter := g.say(board.Activity{Type: "Create", Lane: "letters:1-2"}, board.Rule{Peers: []board.PeerID{f.peer}})
	s.waitFor(letter)
}

func kindsOfPeers(t *testing.T) {
	g := newGround(t, quick)
	topic := g.world.Topic.Actor.ID
	servers := map[string]*server{}
	said := map[string][]board.Activity{}
	g.start()
	for _, software := range []string{"mastodon", "lemmy", ""} {
		servers[software] = newServer(t, software)
		f := g.stranger(servers[software], "mariner")
		said[software] = append(said[software], g.follow(f, topic))
	}
	for range 3 {
		micro := g.say(board.Activity{Type: "Announce", Lane: "thread:1"}, board.Rule{Followers: topic, Kind: board.Microblog})
		forum := g.say(board.Activity{Type: "Announce", Lane: "thread:1"}, board.Rule{Followers: topic, Kind: board.Forum})
		said["mastodon"] = append(said["mastodon"], micro)
		said[""] = append(said[""], micro)
		said["lemmy"] = append(said["lemmy"], forum)
	}
	for software, s := range servers {
		s.waitFor(said[software]...)
	}
	g.settled()
}

func leftAndReturned(t *testing.T) {
	g := newGround(t, quick)
	topic := g.world.Topic.Actor.ID
	s := newServer(t, "mastodon")
	f := g.stranger(s, "mariner")
	stays := newServer(t, "mastodon")
	other := g.stranger(stays, "carol")
	var said, all []board.Activity
	said = append(said, g.follow(f, topic))
	all = append(all, g.follow(other, topic))
	post := func(seen bool) {
		a := g.post("thread:1")
		all = append(all, a)
		if seen {
			said = append(said, a)
		}
	}
	post(true)
	g.unfollow(f, topic)
	post(false)
	said = append(said, g.follow(f, topic))
	post(true)
	g.start() // the audience of each is worked out only now
	s.waitFor(said...)
	stays.waitFor(all...)
}

func deletionBlanks(t *testing.T) {
	g := newGround(t, quick)
	topic := g.world.Topic.Actor.ID
	s := newServer(t, "mastodon")
	f := g.stranger(s, "mariner")
	g.start()
	accept := g.follow(f, topic)
	s.waitFor(accept)
	s.judgeBy(func(arrival) int { return http.StatusServiceUnavailable })
	g.say(board.Activity{Type: "Create", Lane: "thread:1", Post: 7}, board.Rule{Followers: topic})
	g.say(board.Activity{Type: "Update", Lane: "thread:1", Post: 7}, board.Rule{Followers: topic})
	eventually(t, "it rests", func() bool { return g.courier.Stats().Resting == 1 })
	if err := g.courier.Blank(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	gone := g.say(board.Activity{Type: "Delete", Lane: "thread:1", Post: 7}, board.Rule{Followers: topic})
	other := g.say(board.Activity{Type: "Create", Lane: "thread:1", Post: 8}, board.Rule{Followers: topic})
	s.judgeBy(nil)
	s.waitFor(accept, gone, other)
	g.settled()
}
