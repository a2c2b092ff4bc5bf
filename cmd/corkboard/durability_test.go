package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"corkboard/activitypub"
	"corkboard/activitypub/activitypubtest"
)

var kills = flag.Int("kills", 5, "how often TestKill ends the board with kill -9")

// TestKill proves that nothing acknowledged is lost: under load from many
// connections the real program is ended with kill -9 at random instants; what
// was answered with 202 or 201 is there afterwards, once, and every follower's
// server gets every activity, repeats only under the same id.
func TestKill(t *testing.T) {
	w := newWorld(t)
	for range *kills {
		stop := w.load(t, 6)
		time.Sleep(100*time.Millisecond + rand.N(900*time.Millisecond))
		w.board.kill()
		stop()
		w.board.start(t)
	}
	stop := w.load(t, 6)
	time.Sleep(300 * time.Millisecond)
	stop()
	w.settle(t)
	n := len(w.acknowledged())
	t.Logf("%d kills, %d posts acknowledged, all of them there once", *kills, n)
	if n < 20**kills {
		t.Errorf("only %d posts were acknowledged: the load was no load", n)
	}
}

// TestStop proves the same for a stop by the operator, within five seconds.
func TestStop(t *testing.T) {
	w := newWorld(t)
	stop := w.load(t, 6)
	time.Sleep(500 * time.Millisecond)
	started := time.Now()
	w.board.stop()
	t.Logf("stopped after %v", time.Since(started))
	stop()
	w.board.start(t)
	w.settle(t)
}

// TestPeerAway proves that a server which is away for a while gets everything
// in order when it is back, and that its neighbours do not wait for it.
func TestPeerAway(t *testing.T) {
	w := newWorld(t)
	w.forum.Answer(func(activitypubtest.Received) int { return http.StatusServiceUnavailable })
	stop := w.load(t, 2)
	time.Sleep(500 * time.Millisecond)
	stop()
	w.settleAt(t, w.microblog)
	w.forum.Answer(nil)
	// Anything signed that arrives from a server wakes it up.
	like := map[string]any{"id": w.forum.URL + "/likes/1", "type": "Like", "actor": w.forum.Actor(t, "reader").URI, "object": w.article}
	w.forum.Actor(t, "reader").Post(t, w.board.URL+"/inbox", like).Body.Close()
	w.settle(t)
	w.checkOrder(t, w.forum)
}

// world is a board with an article in a topic, followed from two servers.
type world struct {
	board     *instance
	forum     *activitypubtest.Server // gets every activity of the topic
	microblog *activitypubtest.Server // follows the member: gets what he posts
	token     string
	article   string

	mu     sync.Mutex
	remote map[string]bool // ids of acknowledged Notes of other servers
	local  map[string]bool // ids of acknowledged Notes of ours
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{board: newInstance(t), remote: map[string]bool{}, local: map[string]bool{}}
	w.forum = activitypubtest.NewServer(t, "lemmy")
	w.microblog = activitypubtest.NewServer(t, "mastodon")
	w.board.start(t)
	w.board.run(t, "", "topic", "add", "harbour", "--title", "Harbour")
	w.token = w.board.token(t, "ronin")
	w.follow(t, w.forum, "/topics/harbour")
	w.follow(t, w.microblog, "/members/ronin")
	w.article = w.post(t, map[string]any{
		"type": "Note", "name": "Harbour bridge to close", "to": []string{w.board.URL + "/topics/harbour"},
		"source": map[string]string{"content": "For six weeks.", "mediaType": "text/markdown"},
	})
	return w
}

func (w *world) follow(t *testing.T, s *activitypubtest.Server, path string) {
	t.Helper()
	reader := s.Actor(t, "reader")
	answer := reader.Post(t, w.board.URL+path+"/inbox", reader.Follow(w.board.URL+path))
	answer.Body.Close()
	if answer.StatusCode != http.StatusAccepted {
		t.Fatalf("Follow of %s: %s", path, answer.Status)
	}
	s.WaitFor(t, "Accept of "+path, func(r activitypubtest.Received) bool { return r.Object.Type == "Accept" })
}

// post posts a Note as ronin and returns its id, "" if it was not acknowledged.
func (w *world) post(t *testing.T, note map[string]any) string {
	t.Helper()
	id, err := w.tryPost(http.DefaultClient, note)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (w *world) tryPost(client *http.Client, note map[string]any) (id string, err error) {
	body, err := json.Marshal(note)
	if err != nil {
		return "", err
	}
	r, err := http.NewRequest(http.MethodPost, w.board.URL+"/members/ronin/outbox", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", activitypub.MediaType)
	r.Header.Set("Authorization", "Bearer "+w.token)
	answer, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", err
	}
	if answer.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("%s: %s", answer.Status, text)
	}
	created, err := activitypub.Parse(text)
	if err != nil {
		return "", err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.local[created.Object.ID] = true
	return created.Object.ID, nil
}

// load posts from n connections of strangers and n of the member until stop is called.
func (w *world) load(t *testing.T, n int) (stop func()) {
	t.Helper()
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 2 * n}}
	ended := make(chan struct{})
	var running sync.WaitGroup
	work := func(once func(k int)) {
		running.Go(func() {
			for k := 0; ; k++ {
				select {
				case <-ended:
					return
				default:
					once(k)
				}
			}
		})
	}
	run := rand.Uint32()
	for i := range n {
		stranger := w.microblog.Actor(t, fmt.Sprintf("stranger%d", i))
		work(func(k int) { w.remoteReply(t, client, stranger, fmt.Sprintf("%d-%d", run, k)) })
		work(func(k int) {
			_, _ = w.tryPost(client, map[string]any{"type": "Note", "inReplyTo": w.article, "content": fmt.Sprintf("Local %d-%d-%d.", run, i, k)})
		})
	}
	return func() {
		close(ended)
		running.Wait()
		client.CloseIdleConnections()
	}
}

func (w *world) remoteReply(t *testing.T, client *http.Client, by *activitypubtest.Actor, id string) {
	reply := by.Reply(id, w.article, "<p>Remote "+id+".</p>", w.board.URL+"/topics/harbour")
	answer, err := client.Do(by.Request(t, w.board.URL+"/inbox", reply))
	if err != nil {
		return // not acknowledged
	}
	answer.Body.Close()
	if answer.StatusCode == http.StatusAccepted {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.remote[by.URI+"/statuses/"+id] = true
	}
}

func (w *world) acknowledged() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var ids []string
	for id := range w.remote {
		ids = append(ids, id)
	}
	for id := range w.local {
		ids = append(ids, id)
	}
	return ids
}

// settle waits until everything acknowledged is in the thread, once, and was
// spoken to both servers.
func (w *world) settle(t *testing.T) {
	t.Helper()
	w.eventually(t, "in the thread", func() []string { return w.missing(t, w.inThread(t)) })
	w.settleAt(t, w.forum)
	w.settleAt(t, w.microblog)
}

// settleAt waits until one server got all that it is owed.
func (w *world) settleAt(t *testing.T, s *activitypubtest.Server) {
	t.Helper()
	w.eventually(t, "at the "+s.URL, func() []string {
		got := w.spoken(t, s)
		if s == w.forum {
			return w.missing(t, got)
		}
		var missing []string
		w.mu.Lock()
		defer w.mu.Unlock()
		for id := range w.local {
			if id != w.article && got[id] == 0 {
				missing = append(missing, id)
			}
		}
		return missing
	})
}

func (w *world) missing(t *testing.T, got map[string]int) (missing []string) {
	t.Helper()
	for _, id := range w.acknowledged() {
		switch got[id] {
		case 0:
			missing = append(missing, id)
		case 1:
		default:
			t.Fatalf("%s is there %d times", id, got[id])
		}
	}
	return missing
}

func (w *world) eventually(t *testing.T, where string, missing func() []string) {
	t.Helper()
	var lost []string
	for deadline := time.Now().Add(90 * time.Second); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if lost = missing(); len(lost) == 0 {
			return
		}
	}
	t.Fatalf("%d acknowledged posts are not %s, among them %s\n%s", len(lost), where, lost[0], w.board.stderr)
}

// inThread counts the ids of the thread's context collection.
func (w *world) inThread(t *testing.T) map[string]int {
	t.Helper()
	thread := w.article[:strings.LastIndex(w.article, "/")]
	counts := map[string]int{}
	for page := thread + "/context"; page != ""; {
		r, err := http.NewRequest(http.MethodGet, page, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", activitypub.MediaType)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("context: %s %v", answer.Status, err)
		}
		page = countItems(t, body, counts)
	}
	return counts
}

func countItems(t *testing.T, body []byte, counts map[string]int) (next string) {
	t.Helper()
	var c struct {
		OrderedItems []string        `json:"orderedItems"`
		First        json.RawMessage `json:"first"`
		Next         string          `json:"next"`
	}
	if err := json.Unmarshal(body, &c); err != nil {
		t.Fatalf("context: %v\n%s", err, body)
	}
	for _, id := range c.OrderedItems {
		counts[id]++
	}
	if c.Next == "" && len(c.OrderedItems) == 0 && len(c.First) > 0 {
		var first string
		if json.Unmarshal(c.First, &first) == nil {
			return first
		}
		return countItems(t, c.First, counts)
	}
	return c.Next
}

// spoken counts, for each object, the different activities that told of its creation.
func (w *world) spoken(t *testing.T, s *activitypubtest.Server) map[string]int {
	t.Helper()
	ids := map[string]map[string]bool{}
	for _, r := range s.Received() {
		create := r.Object
		if create.Type == "Announce" {
			create = create.Object
		}
		if r.Status >= 300 || create.Type != "Create" || create.Object == nil {
			continue
		}
		if ids[create.Object.ID] == nil {
			ids[create.Object.ID] = map[string]bool{}
		}
		ids[create.Object.ID][r.Object.ID] = true
	}
	counts := map[string]int{}
	for object, activities := range ids {
		counts[object] = len(activities)
	}
	return counts
}

// checkOrder proves that the posts of the thread came in the order of their numbers.
func (w *world) checkOrder(t *testing.T, s *activitypubtest.Server) {
	t.Helper()
	seen, last := map[string]bool{}, -1
	order := w.threadOrder(t)
	for _, r := range s.Received() {
		if r.Status >= 300 || r.Object.Type != "Announce" || seen[r.Object.ID] || r.Object.Object.Object == nil {
			continue
		}
		seen[r.Object.ID] = true
		number, ok := order[r.Object.Object.Object.ID]
		if !ok {
			continue
		}
		if number < last {
			t.Errorf("number %d came after %d", number, last)
		}
		last = number
	}
}

// threadOrder gives every post of the thread its place.
func (w *world) threadOrder(t *testing.T) map[string]int {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, w.article[:strings.LastIndex(w.article, "/")]+"/context", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", activitypub.MediaType)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var c struct {
		OrderedItems []string `json:"orderedItems"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&c); err != nil {
		t.Fatal(err)
	}
	order := map[string]int{}
	for place, id := range c.OrderedItems {
		order[id] = place
	}
	return order
}
