package inbox_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"corkboard/activitypub"
	"corkboard/board"
	"corkboard/inbox"
)

// What both sides of the comparison do: 50 people, known with their keys, on 64
// connections, answer an article.
const (
	benchPeople      = 50
	benchConnections = 64
)

// signed is a request that is ready to be sent.
type signed struct {
	body []byte
	wire []byte // with its headers
}

// benchmark is a board and signed replies to its article.
type benchmark struct {
	*here
	article  board.Post
	requests []signed
}

func newBenchmark(b *testing.B) *benchmark {
	b.Helper()
	m := &benchmark{here: newHere(b, inbox.Config{})}
	m.article = m.here.article()
	pem := testPEM()
	people := make([]*person, benchPeople)
	for i := range people {
		name := fmt.Sprint("p", i)
		id := "http://127.0.0.1:9/users/" + name
		_, err := m.board.KnowActor(b.Context(), board.Actor{
			URI: id, Type: board.Person, Name: name, Host: "127.0.0.1:9", Inbox: id + "/inbox", KeyID: id + "#main-key", PublicKey: pem,
			FetchedAt: time.Now(),
		})
		if err != nil {
			b.Fatal(err)
		}
		people[i] = &person{id: id, name: name}
	}
	for i := range b.N {
		m.requests = append(m.requests, m.sign(b, people[i%benchPeople]))
	}
	return m
}

// sign makes a reply of the size that Mastodon's have.
func (m *benchmark) sign(b *testing.B, p *person) signed {
	b.Helper()
	note := p.note("I disagree. "+string(bytes.Repeat([]byte("The carrier is where it was, and so is the fleet. "), 8)), m.article.URI).with(object{
		"cc":  []string{p.id + "/followers", m.Member.URI, m.Topic.URI},
		"tag": []object{{"type": "Mention", "href": m.Member.URI, "name": "@gaijin"}, {"type": "Mention", "href": m.Topic.URI, "name": "@foreign_affairs"}}})
	body := encode(b, p.act("Create", note))
	r, err := http.NewRequest(http.MethodPost, m.Address.SharedInbox(), bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Content-Type", activitypub.MediaType)
	p.sign(b, r, body)
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		b.Fatal(err)
	}
	return signed{body, wire.Bytes()}
}

// inParallel hands out the requests to as many goroutines as there are connections.
func (m *benchmark) inParallel(b *testing.B, each func(next func() (signed, bool)) error) {
	b.Helper()
	var at atomic.Int64
	next := func() (signed, bool) {
		i := int(at.Add(1)) - 1
		if i >= len(m.requests) {
			return signed{}, false
		}
		return m.requests[i], true
	}
	var working sync.WaitGroup
	for range benchConnections {
		working.Go(func() {
			if err := each(next); err != nil {
				b.Error(err)
			}
		})
	}
	working.Wait()
}

// checkPosts waits until every request has become a post.
func (m *benchmark) checkPosts(b *testing.B) {
	b.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		_, posts, err := m.board.ThreadVersion(b.Context(), m.article.Thread)
		if err != nil {
			b.Fatal(err)
		}
		if posts == b.N {
			return
		}
		if time.Now().After(deadline) {
			b.Fatalf("%d posts of %d; %v", posts, b.N, m.refusals())
		}
	}
}

// BenchmarkReceived is from the socket to the committed post.
func BenchmarkReceived(b *testing.B) {
	m := newBenchmark(b)
	b.ResetTimer()
	waits := m.overHTTP(b, http.StatusAccepted)
	m.checkPosts(b)
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "posts/s")
	slices.Sort(waits)
	b.ReportMetric(float64(waits[len(waits)*95/100].Microseconds())/1000, "p95-ms")
}

// overHTTP sends the requests, and returns how long each waited for its answer.
func (m *benchmark) overHTTP(b *testing.B, want int) (waits []time.Duration) {
	b.Helper()
	var adding sync.Mutex
	m.inParallel(b, func(next func() (signed, bool)) error {
		conn, err := net.Dial("tcp", m.Address.Host())
		if err != nil {
			return err
		}
		defer conn.Close()
		answers := bufio.NewReader(conn)
		var waited []time.Duration
		for s, ok := next(); ok; s, ok = next() {
			started := time.Now()
			if _, err := conn.Write(s.wire); err != nil {
				return err
			}
			answer, err := http.ReadResponse(answers, nil)
			if err != nil {
				return err
			}
			text, err := io.ReadAll(answer.Body)
			if err != nil || answer.StatusCode != want && len(waited) > 0 {
				return fmt.Errorf("status %d %s %w", answer.StatusCode, text, err)
			}
			waited = append(waited, time.Since(started))
		}
		adding.Lock()
		defer adding.Unlock()
		waits = append(waits, waited...)
		return nil
	})
	return waits
}

// BenchmarkBare is the same steps called one after the other: no sockets, no
// receipts, no queue.
func BenchmarkBare(b *testing.B) {
	m := newBenchmark(b)
	policy := activitypub.SignaturePolicy{Origin: string(m.Address), AllowHTTP: true}
	keys := activitypub.NewKeyFinder(m.client, keyStore{m.db})
	b.ResetTimer()
	m.inParallel(b, func(next func() (signed, bool)) error {
		for s, ok := next(); ok; s, ok = next() {
			if err := m.bare(b.Context(), policy, keys, s); err != nil {
				return err
			}
		}
		return nil
	})
	m.checkPosts(b)
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "posts/s")
}

func (m *benchmark) bare(ctx context.Context, policy activitypub.SignaturePolicy, keys *activitypub.KeyFinder, s signed) error {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(s.wire)))
	if err != nil {
		return err
	}
	signature, err := policy.Read(r, s.body, time.Now())
	if err != nil {
		return err
	}
	if _, err := keys.Verify(ctx, signature, time.Now()); err != nil {
		return err
	}
	a, err := activitypub.Parse(s.body)
	if err != nil {
		return err
	}
	author, err := m.board.ActorByURI(ctx, a.Actor)
	if err != nil {
		return err
	}
	parent, err := m.board.PostByURI(ctx, a.Object.InReplyTo)
	if err != nil {
		return err
	}
	_, err = m.board.Reply(ctx, board.NewReply{
		By: author.ID, To: parent.ID, Text: board.Text{HTML: a.Object.Content, Language: a.Object.Language},
		Mentions: []board.ActorID{m.Member.ID}, Remote: &board.Remote{URI: a.Object.ID, Published: a.Object.Published, Original: s.body},
	})
	return err
}

// BenchmarkForged is what a request costs whose signature is wrong (G18). The
// first under each key makes the board look for a newer one, in vain.
func BenchmarkForged(b *testing.B) {
	m := newBenchmark(b)
	for i := range m.requests {
		m.requests[i].wire = bytes.Replace(m.requests[i].wire, []byte(`signature="`), []byte(`signature="AAAA`), 1)
	}
	b.ResetTimer()
	m.overHTTP(b, http.StatusUnauthorized)
}
