package storage_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
	"corkboard/storage/storagetest"
)

// add answers a post for anyone.
func (f *fixture) add(by board.Actor, to board.Post) board.Post {
	f.t.Helper()
	f.urls++
	uri := fmt.Sprintf("https://%s/posts/%d", by.Host, f.urls)
	if by.Local() {
		uri = here.Post(to.Thread, f.thread(to.Thread).Posts+1)
	}
	var p board.Post
	f.change(func(tx board.Tx) (err error) {
		p, err = receive(tx, by.ID, to.ID, uri)
		return err
	})
	return p
}

func TestSelections(t *testing.T) {
	f := newFixture(t)
	article := f.article("Title")
	var p [8]board.Post // by number
	p[0] = article
	for n, answer := range []struct {
		by board.Actor
		to int
	}{{f.Member.Actor, 0}, {f.Remote, 1}, {f.Member.Actor, 2}, {f.Remote, 1}, {f.Member.Actor, 0}, {f.Remote, 3}, {f.Member.Actor, 2}} {
		p[n+1] = f.add(answer.by, p[answer.to])
	}
	other := f.article("Other")
	f.add(f.Member.Actor, other)
	p[3].State = board.Deleted
	f.change(func(tx board.Tx) error { return tx.ClosePost(p[3], nil) })
	thread := article.Thread
	for _, test := range []struct {
		name      string
		selection board.Selection
		want      []int
	}{
		{"an author's, without what he deleted", board.Selection{Thread: thread, By: f.Member.ID}, []int{1, 5, 7}},
		{"of nobody who wrote here", board.Selection{Thread: thread, By: f.Moderator.ID}, nil},
		{"direct answers, tombstones too", board.Selection{Thread: thread, Under: p[2].ID}, []int{3, 7}},
		{"a branch, through its tombstones", board.Selection{Thread: thread, Under: p[1].ID, Deep: true}, []int{2, 3, 4, 6, 7}},
		{"all under the article", board.Selection{Thread: thread, Under: p[0].ID, Deep: true}, []int{1, 2, 3, 4, 5, 6, 7}},
		{"under what nobody answers", board.Selection{Thread: thread, Under: p[5].ID, Deep: true}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := f.db.Numbers(t.Context(), test.selection)
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Errorf("%v %s", err, diff)
			}
		})
	}
	t.Run("posts are picked by number, in order", func(t *testing.T) {
		got, err := f.db.PostsAt(t.Context(), thread, []int{6, 0, 2, 99})
		if diff := cmp.Diff([]int{2, 6}, numbers(got)); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
		if got[0].Author.Name != f.Remote.Name {
			t.Errorf("post 2 is by %q", got[0].Author.Name)
		}
	})
}

func TestReach(t *testing.T) {
	f := newFixture(t)
	article := f.article("Title")
	var second, elsewhere board.Actor
	f.change(func(tx board.Tx) error {
		for _, s := range []struct {
			server, name string
			actor        *board.Actor
		}{{"https://social.example", "cook", &second}, {"https://other.example", "mate", &elsewhere}} {
			*s.actor = storagetest.Remote(s.server, s.name)
			var err error
			if s.actor.ID, err = tx.AddActor(*s.actor); err != nil {
				return err
			}
		}
		return nil
	})
	for _, by := range []board.Actor{f.Remote, f.Remote, second, elsewhere} {
		f.add(by, article)
	}
	f.change(func(tx board.Tx) error {
		number, err := tx.NextNumber(article.Thread)
		if err != nil {
			return err
		}
		_, err = tx.AddPost(board.Post{
			Thread: article.Thread, Number: number, Author: elsewhere, URI: "https://other.example/lost", HTML: "<p>Hm</p>",
			To: board.Answered{Number: -1, URI: "https://lost.example/1"}, PublishedAt: tx.Now(), ArrivedAt: tx.Now(),
		}, "", nil, nil)
		return err
	})
	got, err := f.db.Reach(t.Context(), article.Thread)
	want := board.Reach{Orphans: 1, Hosts: []board.HostShare{
		{Host: "social.example", People: 2, Posts: 3}, {Host: "other.example", People: 1, Posts: 2}, {Host: "", People: 1, Posts: 0},
	}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestFollowerHosts(t *testing.T) {
	f := newFixture(t)
	other := f.topic("ships")
	follow := func(follower board.Actor, of board.ActorID) {
		f.change(func(tx board.Tx) error {
			return tx.AddFollow(board.Follow{Follower: follower.ID, Of: of, URI: fmt.Sprint("https://f.example/", follower.ID, of)}, 1)
		})
	}
	count := func(want int, of ...board.ActorID) {
		t.Helper()
		if got, err := f.db.FollowerHosts(t.Context(), of); err != nil || got != want {
			t.Errorf("%d servers, not %d (%v)", got, want, err)
		}
	}
	count(0, f.Topic.ID)
	follow(f.Remote, f.Topic.ID)
	follow(f.Remote, other.ID)
	follow(f.Moderator.Actor, f.Topic.ID) // of ours: no server of its own
	count(1, f.Topic.ID, other.ID)
	f.change(func(tx board.Tx) error { return tx.RemoveFollow(f.Remote.ID, f.Topic.ID, 2) })
	count(0, f.Topic.ID)
	count(1, f.Topic.ID, other.ID)
}

// BenchmarkBranch is a chain of 10,000 posts, each an answer to the last: the
// most that a branch can cost.
func BenchmarkBranch(b *testing.B) {
	f := newFixture(b)
	article := f.article("Title")
	f.change(func(tx board.Tx) error {
		last := article
		for n := range 10000 {
			next, err := receive(tx, f.Remote.ID, last.ID, fmt.Sprint("https://social.example/chain/", n))
			if err != nil {
				return err
			}
			last = next
		}
		return nil
	})
	for name, s := range map[string]board.Selection{
		"chain":  {Thread: article.Thread, Under: article.ID, Deep: true},
		"author": {Thread: article.Thread, By: f.Remote.ID},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if n, err := f.db.Numbers(b.Context(), s); err != nil || len(n) != 10000 {
					b.Fatal(len(n), err)
				}
			}
		})
	}
	b.Run("reach", func(b *testing.B) {
		for b.Loop() {
			if _, err := f.db.Reach(b.Context(), article.Thread); err != nil {
				b.Fatal(err)
			}
		}
	})
}
