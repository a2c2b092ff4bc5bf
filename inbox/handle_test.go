package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
	"corkboard/inbox"
	"corkboard/storage"
)

func TestTriesAgain(t *testing.T) {
	t.Run("what failed for a while is tried again", func(t *testing.T) {
		h, s := newHere(t, inbox.Config{FirstRetry: 20 * time.Millisecond}), newRemote(t)
		carol, dave, article := s.person("carol"), s.person("dave"), h.article()
		parent := carol.note("First.", article.URI)
		s.serveAs(parent, page{status: http.StatusServiceUnavailable})
		if status := dave.send(h, dave.act("Create", dave.note("Second.", parent["id"].(string)))); status != http.StatusAccepted {
			t.Fatal(status)
		}
		waitFor(t, func() bool { return s.count(parent["id"].(string)) > 0 })
		s.serve(parent)
		waitFor(t, func() bool { return len(h.column(article.Thread)) == 2 })
		if diff := cmp.Diff([]string{"1 carol to 0: First.", "2 dave to 1: Second."}, h.column(article.Thread)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("and given up after its time, in words", func(t *testing.T) {
		h, s := newHere(t, inbox.Config{FirstRetry: 10 * time.Millisecond, GiveUp: time.Millisecond}), newRemote(t)
		carol := s.person("carol")
		s.serveAs(object{"id": s.URL + "/down"}, page{status: http.StatusServiceUnavailable})
		create := carol.act("Create", carol.note("Hello?", s.URL+"/down"))
		carol.send(h, create)
		waitFor(t, func() bool { return h.refusals()[create["id"].(string)] != "" })
		if reason := h.refusals()[create["id"].(string)]; !strings.Contains(reason, "Given up after") || !strings.Contains(reason, "/down") {
			t.Errorf("reason %q", reason)
		}
	})
	t.Run("a lane waits behind its first", func(t *testing.T) {
		h, s := newHere(t, inbox.Config{FirstRetry: 50 * time.Millisecond}), newRemote(t)
		carol, article := s.person("carol"), h.article()
		note := carol.note("Old.", s.URL+"/down")
		s.serveAs(object{"id": s.URL + "/down"}, page{status: http.StatusServiceUnavailable})
		carol.send(h, carol.act("Create", note))
		waitFor(t, func() bool { return s.count(s.URL+"/down") > 0 })
		carol.send(h, carol.act("Update", note.with(object{"content": "New.", "updated": "2026-02-02T00:00:00Z", "inReplyTo": article.URI})))
		time.Sleep(20 * time.Millisecond)
		if got := h.column(article.Thread); len(got) != 0 {
			t.Fatalf("the second was worked out before the first: %v", got)
		}
		s.serve(carol.note("Parent.", article.URI).with(object{"id": s.URL + "/down"}))
		waitFor(t, func() bool { return strings.Contains(strings.Join(h.column(article.Thread), " "), "New.") })
	})
}

func waitFor(t testing.TB, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it did not happen")
		}
	}
}

// stubborn is a store that settles nothing: as if the board was killed after
// the work, and before it was noted.
type stubborn struct{ *storage.DB }

func (stubborn) SettleReceipts(context.Context, []board.Receipt) error {
	return errors.New("the disk is away")
}

func TestRestart(t *testing.T) {
	t.Run("what waits is worked out by the next run, in order", func(t *testing.T) {
		h, s := newHere(t, inbox.Config{}), newRemote(t)
		carol, article := s.person("carol"), h.article()
		h.stop() // the door stays open: what comes now is only kept
		var want []string
		for i := range 30 {
			note := carol.note(fmt.Sprintf("Old %d.", i), article.URI)
			carol.send(h, carol.act("Create", note))
			carol.send(h, carol.act("Update", note.with(object{"content": fmt.Sprintf("New %d.", i), "updated": "2026-02-02T00:00:00Z"})))
			want = append(want, fmt.Sprintf("New %d.", i))
		}
		if got := h.column(article.Thread); len(got) != 0 {
			t.Fatalf("nobody works, and there is %v", got)
		}
		h.start()
		waitFor(t, func() bool { return len(h.column(article.Thread)) == len(want) })
		h.settle()
		for _, line := range h.column(article.Thread) {
			if !strings.Contains(line, "New") {
				t.Errorf("the Update was lost or came first: %s", line)
			}
		}
	})
	t.Run("what was worked out and not noted is worked out again, and is there once", func(t *testing.T) {
		h, s := newHere(t, inbox.Config{}), newRemote(t)
		h.stop()
		h.config.Receipts = stubborn{h.db}
		h.start()
		carol, article := s.person("carol"), h.article()
		carol.send(h, carol.act("Create", carol.note("Once.", article.URI)))
		carol.send(h, carol.act("Like", article.URI))
		waitFor(t, func() bool { p, _ := h.board.PostByID(t.Context(), article.ID); return p.Likes == 1 && p.Replies == 1 })
		h.stop()
		h.config.Receipts = h.db
		h.start()
		waitFor(t, func() bool {
			left, err := h.db.WaitingReceipts(t.Context(), 0, 10)
			return err == nil && len(left) == 0
		})
		if diff := cmp.Diff([]string{"1 carol to 0: Once."}, h.column(article.Thread)); diff != "" {
			t.Error(diff)
		}
		if p, _ := h.board.PostByID(t.Context(), article.ID); p.Likes != 1 {
			t.Errorf("%d likes", p.Likes)
		}
	})
	t.Run("what is put off stays so", func(t *testing.T) {
		h, s := newHere(t, inbox.Config{FirstRetry: time.Hour, LastRetry: time.Hour}), newRemote(t)
		carol := s.person("carol")
		s.serveAs(object{"id": s.URL + "/down"}, page{status: http.StatusServiceUnavailable})
		carol.send(h, carol.act("Create", carol.note("Hello?", s.URL+"/down")))
		waitFor(t, func() bool {
			left, err := h.db.WaitingReceipts(t.Context(), 0, 10)
			return err == nil && len(left) == 1 && left[0].Tries == 1
		})
		asked := s.count(s.URL + "/down")
		h.stop()
		h.start()
		waitFor(t, func() bool { return h.inbox.Backlog() == 1 })
		if got := s.count(s.URL + "/down"); got != asked {
			t.Errorf("it was tried again at once: %d requests instead of %d", got, asked)
		}
	})
}

// What has no room in memory waits on disk, and nothing of it is lost.
func TestSmallMemory(t *testing.T) {
	h, s := newHere(t, inbox.Config{MaxMemory: 4000, Workers: 2}), newRemote(t)
	article := h.article()
	var sending sync.WaitGroup
	for i := range 8 {
		p := s.person(fmt.Sprint("p", i))
		sending.Go(func() {
			for j := range 10 {
				if status := p.send(h, p.act("Create", p.note(fmt.Sprint(j), article.URI))); status != http.StatusAccepted {
					t.Errorf("status %d", status)
				}
			}
		})
	}
	sending.Wait()
	waitFor(t, func() bool { return len(h.column(article.Thread)) == 80 })
	h.settle()
}

func TestOrderWithinALane(t *testing.T) {
	h, s := newHere(t, inbox.Config{}), newRemote(t)
	article := h.article()
	var sending sync.WaitGroup
	for i := range 4 {
		p := s.person(fmt.Sprint("p", i))
		sending.Go(func() {
			for range 10 {
				p.send(h, p.act("Follow", h.Topic.URI))
				p.send(h, p.act("Like", article.URI))
				p.send(h, p.act("Undo", p.act("Follow", h.Topic.URI)))
				p.send(h, p.act("Undo", p.act("Like", article.URI)))
			}
			p.send(h, p.act("Like", article.URI))
			p.send(h, p.act("Follow", h.Topic.URI))
		})
	}
	sending.Wait()
	h.settle()
	n, _ := h.board.FollowerCount(t.Context(), h.Topic.ID)
	if p, _ := h.board.PostByID(t.Context(), article.ID); n != 4 || p.Likes != 4 {
		t.Errorf("%d followers and %d likes, want 4 and 4", n, p.Likes)
	}
}

// Each activity arrives five times, in any order and at the same time, and the
// end is always the same.
func TestAnyOrder(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			c := newScene(t)
			root := c.s.serve(c.carol.note("Root.", c.article.URI))
			child := c.evil.serve(c.mallory.note("Child.", root["id"].(string)))
			grandchild := c.s.serve(c.dave.note("Grandchild.", child["id"].(string)))
			edited := grandchild.with(object{"content": "Grandchild, edited.", "updated": "2026-02-02T00:00:00Z"})
			c.s.serve(edited)
			dead := c.carol.note("Dead.", c.article.URI)
			c.s.gone(dead["id"].(string))
			type sent struct {
				by *person
				o  object
			}
			var all []sent
			for _, one := range []sent{
				{c.carol, c.carol.act("Create", root)}, {c.mallory, c.mallory.act("Create", child)}, {c.dave, c.dave.act("Create", grandchild)},
				{c.dave, c.dave.act("Update", edited)}, {c.carol, c.carol.act("Create", dead)}, {c.carol, c.carol.act("Delete", dead["id"])},
				{c.mallory, c.mallory.act("Like", c.article.URI)}, {c.mallory, c.mallory.act("Follow", c.Topic.URI)},
			} {
				for range 5 {
					all = append(all, one)
				}
			}
			random := rand.New(rand.NewPCG(seed, 1))
			random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			var sending sync.WaitGroup
			for part := range 4 {
				sending.Go(func() {
					for i := part; i < len(all); i += 4 {
						all[i].by.send(c.here, all[i].o)
					}
				})
			}
			sending.Wait()
			c.settle()
			c.checkAnyOrder()
		})
	}
}

// checkAnyOrder compares what does not hang on the order: numbers do.
func (c *scene) checkAnyOrder() {
	c.t.Helper()
	posts, err := c.board.Posts(c.t.Context(), c.article.Thread, 1, 100)
	if err != nil {
		c.t.Fatal(err)
	}
	got := map[string]string{}
	numbers := map[int]string{0: "the article"}
	for i, p := range posts {
		if p.Number != i+1 {
			c.t.Errorf("post %d has number %d", i+1, p.Number)
		}
		if p.State != board.Live {
			continue // Dead came before its Delete, and keeps its place
		}
		text := board.Plain(p.HTML)
		numbers[p.Number] = text
		got[text] = numbers[p.To.Number]
	}
	want := map[string]string{"Root.": "the article", "Child.": "Root.", "Grandchild, edited.": "Child."}
	if diff := cmp.Diff(want, got); diff != "" {
		c.t.Errorf("what answers what (-want +got):\n%s", diff)
	}
	n, _ := c.board.FollowerCount(c.t.Context(), c.Topic.ID)
	if p, _ := c.board.PostByID(c.t.Context(), c.article.ID); n != 1 || p.Likes != 1 {
		c.t.Errorf("%d followers, %d likes", n, p.Likes)
	}
}

// One slow server holds up nobody else (X15).
func TestSlowServer(t *testing.T) {
	h, s, slow := newHere(t, inbox.Config{Workers: 16}), newRemote(t), newRemote(t)
	carol, article := s.person("carol"), h.article()
	snail := slow.person("snail")
	snail.says(h, snail.act("Follow", h.Topic.URI))
	slow.serveAs(object{"id": slow.URL + "/slow"}, page{status: 200, wait: 2 * time.Second})
	for range 40 {
		snail.send(h, snail.act("Create", snail.note("Wait for me.", slow.URL+"/slow")))
	}
	started := time.Now()
	carol.send(h, carol.act("Create", carol.note("Quick.", article.URI)))
	waitFor(t, func() bool { return len(h.column(article.Thread)) == 1 })
	if took := time.Since(started); took > 1500*time.Millisecond {
		t.Errorf("a reply took %s while another server was slow", took)
	}
}

// panics is a store that panics when it is asked for one thing.
type panics struct{ *storage.DB }

func (panics) FollowByURI(context.Context, board.ActorID, string) (board.Follow, error) { panic("oh") }

func TestPanic(t *testing.T) {
	h, s := newHere(t, inbox.Config{}), newRemote(t)
	h.stop()
	h.config.Receipts = panics{h.db}
	h.start()
	carol := s.person("carol")
	carol.says(h, carol.act("Follow", h.Topic.URI))
	if reason := carol.says(h, carol.act("Undo", carol.id+"/unknown")); !strings.Contains(reason, "stumbled") {
		t.Errorf("reason %q", reason)
	}
	if reason := carol.says(h, carol.act("Undo", carol.act("Follow", h.Topic.URI))); reason != "" {
		t.Errorf("the next one was refused: %s", reason)
	}
}

func TestGone(t *testing.T) {
	c := newScene(t)
	c.mustSay(c.carol, c.carol.act("Follow", c.Topic.URI))
	for _, address := range []string{c.carol.id + "/inbox", c.s.URL + "/inbox", c.dave.id + "/inbox"} {
		if err := c.inbox.Gone(t.Context(), address); err != nil {
			t.Fatal(err)
		}
	}
	if n, _ := c.board.FollowerCount(t.Context(), c.Topic.ID); n != 1 {
		t.Fatal("somebody was forgotten who is there")
	}
	c.s.gone(c.carol.id)
	if err := c.inbox.Gone(t.Context(), c.carol.id+"/inbox"); err != nil {
		t.Fatal(err)
	}
	if n, _ := c.board.FollowerCount(t.Context(), c.Topic.ID); n != 0 {
		t.Errorf("%d followers", n)
	}
}
