package outbox_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"corkboard/activitypub"
	"corkboard/board"
	"corkboard/outbox"
	"corkboard/storage/storagetest"
)

// sink takes everything, at as many hosts as one likes: all of 127/8 is one
// machine, but each address is a host of its own for whoever sends.
type sink struct {
	http *httptest.Server
	port int
	wait func(host string) time.Duration
}

func newSink(b *testing.B) *sink {
	s := &sink{wait: func(string) time.Duration { return 0 }}
	listener, err := net.Listen("tcp4", "0.0.0.0:0")
	if err != nil {
		b.Fatal(err)
	}
	s.http = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if wait := s.wait(r.Host); wait > 0 {
			select {
			case <-time.After(wait):
			case <-r.Context().Done():
			}
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	s.http.Listener.Close()
	s.http.Listener = listener
	s.http.Start()
	s.port = listener.Addr().(*net.TCPAddr).Port
	b.Cleanup(func() {
		s.http.CloseClientConnections()
		s.http.Close()
	})
	return s
}

func (s *sink) host(n int) string  { return fmt.Sprintf("127.0.%d.%d:%d", n/250, n%250+1, s.port) }
func (s *sink) inbox(n int) string { return "http://" + s.host(n) + "/inbox" }

// crowd is a ground whose topic is followed from many hosts, all caught up.
func crowd(b *testing.B, s *sink, hosts int, config outbox.Config) *ground {
	g := newGround(b, config)
	topic := g.world.Topic.Actor.ID
	progress := board.Progress{}
	g.update(func(tx board.Tx) error {
		for n := range hosts {
			a := storagetest.Remote("https://"+s.host(n), "mariner")
			a.Inbox, a.SharedInbox = s.inbox(n), s.inbox(n)
			id, err := tx.AddActor(a)
			if err != nil {
				return err
			}
			if err := tx.AddFollow(board.Follow{Follower: id, Of: topic, URI: a.URI + "/follow"}, 1); err != nil {
				return err
			}
		}
		return nil
	})
	peers, err := g.db.Peers(b.Context(), 0, hosts)
	if err != nil {
		b.Fatal(err)
	}
	for _, p := range peers {
		if err := g.db.SetSoftware(b.Context(), p.ID, "mastodon", board.Microblog); err != nil {
			b.Fatal(err)
		}
		p.Behind = false
		progress.Peers = append(progress.Peers, p)
		progress.Greeted = append(progress.Greeted, board.Greeting{Actor: topic, Peer: p.ID, Event: 1})
	}
	if err := g.db.SaveProgress(b.Context(), progress); err != nil {
		b.Fatal(err)
	}
	return g
}

// carried is how long it takes until so many more were taken.
func (g *ground) carried(posts, deliveries int, lanes int) time.Duration {
	before := g.courier.Stats().Taken
	started := time.Now()
	for n := range posts {
		g.post(fmt.Sprintf("thread:%d", n%lanes))
	}
	for g.courier.Stats().Taken < before+int64(deliveries) {
		time.Sleep(time.Millisecond)
	}
	return time.Since(started)
}

// bare is how long signing and posting alone take, with so many workers.
func (g *ground) bare(s *sink, hosts, posts, workers int) time.Duration {
	text, err := g.db.PrivateKey(context.Background(), g.world.Topic.Actor.ID)
	if err != nil {
		g.t.Fatal(err)
	}
	key, err := activitypub.ParsePrivateKey(text)
	if err != nil {
		g.t.Fatal(err)
	}
	signer := activitypub.Signer{KeyID: g.world.Topic.Actor.KeyID, Key: key}
	inboxes := make(chan string, hosts*posts)
	for range posts {
		for n := range hosts {
			inboxes <- s.inbox(n)
		}
	}
	close(inboxes)
	body := fmt.Appendf(nil, `{"type":"Create","id":"https://board.example/activities/1000-0","lane":"thread:1"}`)
	started := time.Now()
	var workersDone sync.WaitGroup
	for range workers {
		workersDone.Go(func() {
			for inbox := range inboxes {
				if _, err := g.client.Post(context.Background(), inbox, body, signer); err != nil {
					g.t.Error(err)
				}
			}
		})
	}
	workersDone.Wait()
	return time.Since(started)
}

// BenchmarkFanOut compares with bare signing and posting to the same hosts: of-bare
// is 1 where the log, the cursors and the lanes cost nothing.
func BenchmarkFanOut(b *testing.B) {
	const hosts, posts = 500, 4
	for _, inAll := range []int{64, 512} {
		b.Run(fmt.Sprintf("%d in flight", inAll), func(b *testing.B) {
			s := newSink(b)
			g := crowd(b, s, hosts, outbox.Config{InAll: inAll})
			g.start()
			g.carried(1, hosts, 1) // connections
			var bare, courier time.Duration
			for b.Loop() {
				bare += g.bare(s, hosts, posts, inAll)
				courier += g.carried(posts, hosts*posts, posts)
			}
			b.ReportMetric(float64(bare)/float64(courier), "of-bare")
			b.ReportMetric(float64(hosts*posts*b.N)/courier.Seconds(), "deliveries/s")
		})
	}
}

// BenchmarkFarHost has one host that is 300 ms away, and 20 lanes: of-serial is
// how many times faster that is than one after the other.
func BenchmarkFarHost(b *testing.B) {
	const away, posts = 300 * time.Millisecond, 640
	s := newSink(b)
	s.wait = func(string) time.Duration { return away }
	g := crowd(b, s, 1, outbox.Config{})
	g.start()
	var took time.Duration
	for b.Loop() {
		took += g.carried(posts, posts, 20)
	}
	b.ReportMetric(float64(b.N*posts)*away.Seconds()/took.Seconds(), "of-serial")
}

// BenchmarkHangingHosts has 10 % of the hosts hang until the time-out: of-healthy is
// the rate to the others, of what it is when none hangs.
func BenchmarkHangingHosts(b *testing.B) {
	const hosts, posts = 500, 4
	rate := func(b *testing.B, wait func(string) time.Duration) time.Duration {
		s := newSink(b)
		g := crowd(b, s, hosts, outbox.Config{})
		s.wait = wait
		g.start()
		return g.carried(posts, hosts*posts*9/10, posts)
	}
	hanging := func(host string) time.Duration {
		var a, c, port int
		fmt.Sscanf(host, "127.0.%d.%d:%d", &a, &c, &port)
		if (c-1)%10 == 0 {
			return time.Hour
		}
		return 0
	}
	var healthy, disturbed time.Duration
	for b.Loop() {
		healthy += rate(b, func(string) time.Duration { return 0 })
		disturbed += rate(b, hanging)
	}
	b.ReportMetric(float64(healthy)/float64(disturbed), "of-healthy")
}
