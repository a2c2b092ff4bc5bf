package storage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

// tagged opens a thread with these keywords.
func (f *fixture) tagged(title string, words ...string) board.Post {
	f.t.Helper()
	var p board.Post
	f.change(func(tx board.Tx) error {
		t := board.Thread{Title: title, Topics: []board.Topic{f.Topic}, CreatedAt: tx.Now(), LastAt: tx.Now()}
		for _, word := range words {
			t.Keywords = append(t.Keywords, board.Keyword{Word: word, By: f.Member.ID})
		}
		id, err := tx.AddThread(t)
		if err != nil {
			return err
		}
		p = board.Post{Thread: id, URI: here.Post(id, 0), Author: f.Member.Actor, HTML: "<p>Text</p>", PublishedAt: tx.Now(), ArrivedAt: tx.Now()}
		p.ID, err = tx.AddPost(p, "", nil, nil)
		return err
	})
	f.clock.now = f.clock.now.Add(time.Minute)
	return p
}

func (f *fixture) list(q board.ThreadQuery) []string {
	f.t.Helper()
	threads, err := f.db.Threads(f.t.Context(), q)
	if err != nil {
		f.t.Fatal(err)
	}
	return titles(threads)
}

func TestKeywordLists(t *testing.T) {
	f := newFixture(t)
	one := f.tagged("one", "china", "japan")
	f.tagged("two", "china")
	f.tagged("three", "japan", "china", "trade")
	f.tagged("four", "日本")
	gone := f.tagged("gone", "china", "japan")
	f.change(func(tx board.Tx) error {
		gone.State = board.Deleted
		return tx.ClosePost(gone, nil)
	})
	f.reply(one)
	for name, c := range map[string]struct {
		q    board.ThreadQuery
		want []string
	}{
		"newest first":          {board.ThreadQuery{Keywords: []string{"china"}}, []string{"three", "two", "one"}},
		"most active first":     {board.ThreadQuery{Keywords: []string{"china"}, Active: true}, []string{"one", "three", "two"}},
		"several, in any order": {board.ThreadQuery{Keywords: []string{"japan", "china"}}, []string{"three", "one"}},
		"several, active":       {board.ThreadQuery{Keywords: []string{"china", "japan"}, Active: true}, []string{"one", "three"}},
		"three":                 {board.ThreadQuery{Keywords: []string{"china", "japan", "trade"}}, []string{"three"}},
		"behind a thread":       {board.ThreadQuery{Keywords: []string{"china", "japan"}, Before: 3}, []string{"one"}},
		"above a thread":        {board.ThreadQuery{Keywords: []string{"china", "japan"}, After: one.Thread}, []string{"three"}},
		"another script":        {board.ThreadQuery{Keywords: []string{"日本"}}, []string{"four"}},
		"one that is nowhere":   {board.ThreadQuery{Keywords: []string{"china", "mars"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, f.list(c.q)); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("what stands together with a keyword", func(t *testing.T) {
		got, err := f.db.RelatedKeywords(t.Context(), []string{"china"}, 5)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]board.KeywordCount{{Word: "japan", Threads: 2}, {Word: "trade", Threads: 1}}, got); diff != "" {
			t.Error(diff)
		}
		got, err = f.db.RelatedKeywords(t.Context(), []string{"china", "japan"}, 5)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]board.KeywordCount{{Word: "trade", Threads: 1}}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("keywords are counted, and found by their beginning", func(t *testing.T) {
		counts, err := f.db.KeywordCounts(t.Context(), []string{"china", "mars", "日本"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]board.KeywordCount{{Word: "china", Threads: 3}, {Word: "日本", Threads: 1}}, counts); diff != "" {
			t.Error(diff)
		}
		with, err := f.db.KeywordsWith(t.Context(), "日", 5)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]board.KeywordCount{{Word: "日本", Threads: 1}}, with); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("since a time", func(t *testing.T) {
		f.clock.now = f.clock.now.Add(time.Hour)
		since := f.clock.now.Add(-time.Minute)
		f.reply(one)
		for _, q := range []board.ThreadQuery{{}, {Topic: f.Topic.ID}, {Keywords: []string{"china"}}} {
			q.Active, q.Since = true, since
			if diff := cmp.Diff([]string{"one"}, f.list(q)); diff != "" {
				t.Error(diff)
			}
		}
	})
}

// TestKeywordsReach puts two keywords on many threads each that have only few
// in common: a page looks at so many of them and says where it stopped.
func TestKeywordsReach(t *testing.T) {
	f := newFixture(t)
	f.tagged("first", "left", "right")
	f.change(func(tx board.Tx) error {
		for n := range 6000 {
			word := []string{"left", "right"}[n%2]
			id, err := tx.AddThread(board.Thread{
				Title: word, Topics: []board.Topic{f.Topic}, CreatedAt: tx.Now(), LastAt: tx.Now(),
				Keywords: []board.Keyword{{Word: word, By: f.Member.ID}},
			})
			if err != nil {
				return err
			}
			p := board.Post{Thread: id, URI: here.Post(id, 0), Author: f.Member.Actor, HTML: "<p>Text</p>", PublishedAt: tx.Now(), ArrivedAt: tx.Now()}
			if _, err := tx.AddPost(p, "", nil, nil); err != nil {
				return err
			}
		}
		return nil
	})
	f.tagged("last", "left", "right")
	for _, active := range []bool{false, true} {
		t.Run(fmt.Sprintf("active: %v", active), func(t *testing.T) {
			q := board.ThreadQuery{Keywords: []string{"left", "right"}, Active: active, Limit: 10}
			var found []string
			pages := 0
			for ; pages < 10; pages++ {
				found = append(found, f.list(q)...)
				reach, err := f.db.ThreadsReach(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				if reach == (board.ThreadKey{}) {
					break
				}
				q.Before, q.BeforeTime = reach.Thread, reach.At
			}
			if diff := cmp.Diff([]string{"last", "first"}, found); diff != "" || pages != 1 {
				t.Errorf("%d pages: %s", pages, diff)
			}
		})
	}
	t.Run("a rare one beside them is looked for first", func(t *testing.T) {
		f.tagged("rare", "left", "pearl")
		q := board.ThreadQuery{Keywords: []string{"left", "pearl"}}
		reach, err := f.db.ThreadsReach(t.Context(), q)
		if err != nil || reach != (board.ThreadKey{}) {
			t.Errorf("it stops at %v, %v", reach, err)
		}
		if diff := cmp.Diff([]string{"rare"}, f.list(q)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSourceList(t *testing.T) {
	f := newFixture(t)
	for n, link := range []string{"https://www.times.example/1", "https://times.example/2", "https://news.times.example/3", ""} {
		p := f.tagged(fmt.Sprint(n))
		f.change(func(tx board.Tx) error {
			return tx.SetTitle(p.Thread, fmt.Sprint(n), board.Citation{URL: link})
		})
	}
	if diff := cmp.Diff([]string{"1", "0"}, f.list(board.ThreadQuery{Source: "times.example"})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"2"}, f.list(board.ThreadQuery{Source: "news.times.example", Active: true})); diff != "" {
		t.Error(diff)
	}
}

func TestLatestPosts(t *testing.T) {
	f := newFixture(t)
	first, second := f.article("First"), f.article("Second")
	a := f.reply(first)
	b := f.reply(second)
	f.change(func(tx board.Tx) error {
		a.State = board.Deleted
		return tx.ClosePost(a, nil)
	})
	latest := func(q board.PostQuery) (got []string) {
		entries, err := f.db.LatestPosts(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			got = append(got, fmt.Sprintf("%s #%d by %s", e.Title, e.Number, e.Author.Name))
		}
		return got
	}
	all := []string{"Second #1 by mariner", "Second #0 by gaijin", "First #0 by gaijin"}
	for name, c := range map[string]struct {
		q    board.PostQuery
		want []string
	}{
		"newest first, without what was deleted": {board.PostQuery{}, all},
		"so many":                                {board.PostQuery{Limit: 2}, all[:2]},
		"behind one":                             {board.PostQuery{Before: b.ID}, all[1:]},
		"above one, the nearest":                 {board.PostQuery{After: first.ID, Limit: 1}, all[1:2]},
		"above one, in the same order":           {board.PostQuery{After: first.ID}, all[:2]},
		"of one author":                          {board.PostQuery{Author: f.Member.ID}, all[1:]},
		"of one author, above one":               {board.PostQuery{Author: f.Member.ID, After: first.ID}, all[1:2]},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, latest(c.q)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTopicNews(t *testing.T) {
	f := newFixture(t)
	other := f.topic("quiet")
	f.article("Old")
	f.clock.now = f.clock.now.Add(8 * 24 * time.Hour)
	f.article("New")
	at := f.clock.now
	f.clock.now = f.clock.now.Add(time.Minute)
	gone := f.article("Gone")
	f.change(func(tx board.Tx) error {
		gone.State = board.Deleted
		return tx.ClosePost(gone, nil)
	})
	news, err := f.db.TopicNews(t.Context(), f.clock.now.Add(-7*24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	want := map[board.ActorID]board.TopicNews{f.Topic.ID: {Articles: 2, LastArticle: at}, other.ID: {}}
	if diff := cmp.Diff(want, news); diff != "" {
		t.Error(diff)
	}
}
