package storage_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

func TestNumbers(t *testing.T) {
	f := newFixture(t)
	article := f.article("Numbers")

	t.Run("a number that was not used comes again, one that was used never", func(t *testing.T) {
		f.refused(board.Invalid, func(tx board.Tx) error {
			if n, err := tx.NextNumber(article.Thread); n != 1 || err != nil {
				t.Errorf("got %d, %v", n, err)
			}
			return board.Errorf(board.Invalid, "No.")
		})
		first := f.reply(article)
		f.change(func(tx board.Tx) error {
			first.State = board.Deleted
			return tx.ClosePost(first, nil)
		})
		if second := f.reply(article); first.Number != 1 || second.Number != 2 {
			t.Errorf("numbers %d and %d", first.Number, second.Number)
		}
	})

	t.Run("many at once get one each", func(t *testing.T) {
		var all sync.WaitGroup
		for i := range 50 {
			all.Go(func() {
				err := f.db.Update(t.Context(), func(tx board.Tx) error {
					_, err := receive(tx, f.Remote.ID, article.ID, fmt.Sprint("https://social.example/many/", i))
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		posts, err := f.db.Posts(t.Context(), article.Thread, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range posts {
			if p.Number != i+1 {
				t.Fatalf("place %d has number %d", i+1, p.Number)
			}
		}
		if got := f.thread(article.Thread).Posts; len(posts) != 52 || got != 52 {
			t.Errorf("%d posts, the thread says %d", len(posts), got)
		}
	})
}

func TestThread(t *testing.T) {
	f := newFixture(t)
	science := f.topic("science")
	article := f.article("Title", science, f.Topic)
	c := board.Citation{URL: "https://times.example/1", Publication: "The Example Times", Author: "A. Writer", Date: "2011-01-04"}
	f.change(func(tx board.Tx) error { return tx.SetTitle(article.Thread, "Other title", c) })

	t.Run("it has its article, topics and keywords in order", func(t *testing.T) {
		got := f.thread(article.Thread)
		science.Articles, science.LastAt = 1, f.clock.now
		foreign := f.Topic
		foreign.Articles, foreign.LastAt = 1, f.clock.now
		want := board.Thread{
			ID: article.Thread, Title: "Other title", Citation: c, Topics: []board.Topic{science, foreign},
			Keywords: []board.Keyword{{Word: "japan", By: f.Member.ID, Published: true}, {Word: "defense", By: f.Member.ID, Published: true}},
			Article:  f.post(article.ID), Version: 2, CreatedAt: f.clock.now, LastAt: f.clock.now,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		f.change(func(tx board.Tx) error {
			got, err := tx.Thread(article.Thread)
			want.Keywords, want.Article = nil, board.Post{}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error("in a change:", diff)
			}
			return err
		})
	})

	t.Run("a keyword is added once", func(t *testing.T) {
		add := func(word string) (added bool) {
			f.change(func(tx board.Tx) (err error) {
				added, err = tx.AddKeyword(article.Thread, board.Keyword{Word: word, By: f.Moderator.ID})
				return err
			})
			return added
		}
		if !add("navy") || add("navy") || add("japan") {
			t.Error("it was added twice, or not at all")
		}
		want := []board.Keyword{
			{Word: "japan", By: f.Member.ID, Published: true}, {Word: "defense", By: f.Member.ID, Published: true}, {Word: "navy", By: f.Moderator.ID},
		}
		if diff := cmp.Diff(want, f.thread(article.Thread).Keywords); diff != "" {
			t.Error(diff)
		}
	})

	t.Run("what is not there is not found", func(t *testing.T) {
		if _, err := f.db.Thread(t.Context(), 99); board.KindOf(err) != board.NotFound {
			t.Error(err)
		}
		if _, _, err := f.db.ThreadVersion(t.Context(), 99); board.KindOf(err) != board.NotFound {
			t.Error(err)
		}
		for name, change := range map[string]func(board.Tx) error{
			"Thread":     func(tx board.Tx) error { _, err := tx.Thread(99); return err },
			"NextNumber": func(tx board.Tx) error { _, err := tx.NextNumber(99); return err },
			"SetTitle":   func(tx board.Tx) error { return tx.SetTitle(99, "", c) },
			"Touch":      func(tx board.Tx) error { return tx.Touch(99) },
			"AddKeyword": func(tx board.Tx) error {
				_, err := tx.AddKeyword(99, board.Keyword{Word: "w", By: f.Member.ID})
				return err
			},
		} {
			t.Run(name, func(t *testing.T) { f.refused(board.NotFound, change) })
		}
	})
}

// TestVersion makes every change that a reader of the thread can see.
func TestVersion(t *testing.T) {
	f := newFixture(t)
	article := f.article("Title")
	reply := f.reply(article)
	for _, c := range []struct {
		name   string
		change func(tx board.Tx) error
	}{
		{"NextNumber", func(tx board.Tx) error { _, err := tx.NextNumber(article.Thread); return err }},
		{"SetTitle", func(tx board.Tx) error { return tx.SetTitle(article.Thread, "New", board.Citation{}) }},
		{"Touch", func(tx board.Tx) error { return tx.Touch(article.Thread) }},
		{"AddKeyword", func(tx board.Tx) error {
			_, err := tx.AddKeyword(article.Thread, board.Keyword{Word: "navy", By: f.Member.ID})
			return err
		}},
		{"EditPost", func(tx board.Tx) error { return tx.EditPost(reply, nil, nil) }},
		{"Like", func(tx board.Tx) error { _, err := tx.Like(reply.ID, f.Member.ID); return err }},
		{"Unlike", func(tx board.Tx) error { _, err := tx.Unlike(reply.ID, f.Member.ID); return err }},
		{"Share", func(tx board.Tx) error { _, err := tx.Share(reply.ID, f.Remote.ID, "https://x.example"); return err }},
		{"Unshare", func(tx board.Tx) error { _, err := tx.Unshare(reply.ID, f.Remote.ID); return err }},
		{"ClosePost", func(tx board.Tx) error {
			reply.State = board.Deleted
			return tx.ClosePost(reply, nil)
		}},
	} {
		t.Run(c.name+" raises it", func(t *testing.T) {
			before, _, err := f.db.ThreadVersion(t.Context(), article.Thread)
			if err != nil {
				t.Fatal(err)
			}
			f.change(c.change)
			if after, _, err := f.db.ThreadVersion(t.Context(), article.Thread); err != nil || after <= before {
				t.Errorf("from %d to %d, %v", before, after, err)
			}
		})
	}

	t.Run("the board's is raised by a post", func(t *testing.T) {
		before, err := f.db.BoardVersion(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		f.reply(article)
		if after, err := f.db.BoardVersion(t.Context()); err != nil || after <= before {
			t.Errorf("from %d to %d, %v", before, after, err)
		}
	})
}

// TestThreads has seven articles, a minute apart; the first and the third are
// answered after that, and the fourth is deleted.
func TestThreads(t *testing.T) {
	f := newFixture(t)
	science := f.topic("science")
	var articles []board.Post
	for i := range 7 {
		topics := []board.Topic{f.Topic}
		if i%2 == 0 {
			topics = append(topics, science)
		}
		articles = append(articles, f.article(fmt.Sprint(i), topics...))
		f.clock.now = f.clock.now.Add(time.Minute)
	}
	for _, i := range []int{2, 0} {
		f.reply(articles[i])
		f.clock.now = f.clock.now.Add(time.Minute)
	}
	f.change(func(tx board.Tx) error {
		articles[3].State = board.Deleted
		return tx.ClosePost(articles[3], nil)
	})
	id := func(i int) board.ThreadID { return articles[i].Thread }
	last := func(i int) time.Time { return f.thread(id(i)).LastAt }

	for _, c := range []struct {
		name  string
		query board.ThreadQuery
		want  []string
	}{
		{"newest first, without what was deleted", board.ThreadQuery{Limit: 10}, []string{"6", "5", "4", "2", "1", "0"}},
		{"no limit is the greatest", board.ThreadQuery{}, []string{"6", "5", "4", "2", "1", "0"}},
		{"the next page", board.ThreadQuery{Limit: 2, Before: id(5)}, []string{"4", "2"}},
		{"and back", board.ThreadQuery{Limit: 2, After: id(2)}, []string{"5", "4"}},
		{"active", board.ThreadQuery{Active: true, Limit: 3}, []string{"0", "2", "6"}},
		{"active, the next page", board.ThreadQuery{Active: true, Limit: 3, Before: id(6), BeforeTime: last(6)}, []string{"5", "4", "1"}},
		{"active and back", board.ThreadQuery{Active: true, Limit: 2, After: id(5), AfterTime: last(5)}, []string{"2", "6"}},
		{"a topic", board.ThreadQuery{Topic: science.ID, Limit: 3}, []string{"6", "4", "2"}},
		{"a topic, the next page", board.ThreadQuery{Topic: science.ID, Limit: 3, Before: id(4)}, []string{"2", "0"}},
		{"the other topic, without what was deleted", board.ThreadQuery{Topic: f.Topic.ID, Limit: 10}, []string{"6", "5", "4", "2", "1", "0"}},
		{"a topic, active", board.ThreadQuery{Topic: science.ID, Active: true, Limit: 2}, []string{"0", "2"}},
		{"a topic, active, the next page", board.ThreadQuery{Topic: science.ID, Active: true, Limit: 2, Before: id(2), BeforeTime: last(2)}, []string{"6", "4"}},
		{"an author", board.ThreadQuery{Author: f.Member.ID, Limit: 2, Before: id(2)}, []string{"1", "0"}},
		{"an author, active", board.ThreadQuery{Author: f.Member.ID, Active: true, Limit: 2}, []string{"0", "2"}},
		{"an author in a topic", board.ThreadQuery{Author: f.Member.ID, Topic: science.ID, Limit: 2}, []string{"6", "4"}},
		{"an author without articles", board.ThreadQuery{Author: f.Remote.ID, Limit: 2}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			threads, err := f.db.Threads(t.Context(), c.query)
			if diff := cmp.Diff(c.want, titles(threads)); err != nil || diff != "" {
				t.Error(err, diff)
			}
			for _, got := range threads {
				if diff := cmp.Diff(f.thread(got.ID), got); diff != "" {
					t.Error("not the same as alone:", diff)
				}
			}
		})
	}

	t.Run("who were active in the same instant are all listed, once", func(t *testing.T) {
		for i := range 5 {
			f.article(fmt.Sprint("same", i))
		}
		var got []string
		for q := (board.ThreadQuery{Active: true, Limit: 2}); len(got) < 6; {
			threads, err := f.db.Threads(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, titles(threads)...)
			q.Before, q.BeforeTime = threads[len(threads)-1].ID, threads[len(threads)-1].LastAt
		}
		if diff := cmp.Diff([]string{"same4", "same3", "same2", "same1", "same0", "0"}, got); diff != "" {
			t.Error(diff)
		}
	})
}
