package storage_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
	"corkboard/storage"
)

// indexed runs the indexer until it has read everything.
func (f *fixture) indexed() {
	f.t.Helper()
	ctx, cancel := context.WithCancel(f.t.Context())
	ended := make(chan error)
	go func() { ended <- f.db.RunIndexer(ctx) }()
	last, err := f.db.LastEvent(ctx)
	for at := board.EventID(0); err == nil && at < last; time.Sleep(time.Millisecond) {
		at, err = f.db.Cursor(ctx, "indexer")
	}
	for err == nil && storage.IsStale(f.t, f.db) {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if stopped := <-ended; err != nil || !errors.Is(stopped, context.Canceled) {
		f.t.Fatal(err, stopped)
	}
}

// search looks for what somebody typed.
func (f *fixture) search(text string) board.Found {
	f.t.Helper()
	q, errs := board.ParseQuery(text)
	b := board.New(f.db, board.Config{Address: here}, slog.New(slog.DiscardHandler))
	found, err := b.Search(f.t.Context(), board.Search{Query: q, Zone: time.UTC, Limit: 50})
	if err != nil {
		f.t.Fatalf("%q: %v", text, err)
	}
	found.Problems = append(errs, found.Problems...)
	return found
}

// find fails the test unless these posts are found, in this order.
func (f *fixture) find(t *testing.T, text string, want ...board.PostID) {
	t.Helper()
	found := f.search(text)
	var got []board.PostID
	for _, p := range found.Posts {
		got = append(got, p.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" || len(found.Problems) > 0 {
		t.Errorf("%q: %s %v", text, diff, found.Problems)
	}
	if found.Count != len(got) || found.More || found.Next != 0 {
		t.Errorf("%q: %d found, more %v, next %d", text, found.Count, found.More, found.Next)
	}
}

// say adds a post with this text.
func (f *fixture) say(to board.Post, text string) board.Post {
	f.t.Helper()
	p := f.reply(to)
	f.edit(p, text)
	return p
}

func (f *fixture) edit(p board.Post, text string) {
	f.t.Helper()
	p.HTML = text
	f.change(func(tx board.Tx) error {
		if err := tx.EditPost(p, nil, nil); err != nil {
			return err
		}
		_, err := tx.Log(board.Event{Kind: board.PostEdited, Post: p.ID, Thread: p.Thread})
		return err
	})
}

func TestSearch(t *testing.T) {
	f := newFixture(t)
	article := f.article("Naval maneuvers")
	one := f.say(article, `<p>The Zürich&amp;Bern ferry</p><p>sails<br>at <b>mid</b>night</p>`)
	two := f.say(article, `<p>No ferry "today" -- AND tomorrow</p>`)
	three := f.say(article, `<p>Removed ferry</p>`)
	four := f.say(article, `<p>Edited later</p>`)
	f.change(func(tx board.Tx) error {
		three.State = board.Removed
		if err := tx.ClosePost(three, nil); err != nil {
			return err
		}
		_, err := tx.Log(board.Event{Kind: board.PostRemoved, Post: three.ID, Thread: three.Thread})
		return err
	})
	f.indexed()
	find := f.find

	t.Run("words are found newest first, without those of removed posts", func(t *testing.T) {
		find(t, "ferry", two.ID, one.ID)
		find(t, "FERRY zurich", one.ID)
		find(t, "ferry submarine")
	})
	t.Run("tags separate words where a reader sees it", func(t *testing.T) {
		find(t, "midnight sails bern", one.ID)
		find(t, "ferrysails")
	})
	t.Run("an article is found by title and keywords", func(t *testing.T) {
		find(t, "maneuvers", article.ID)
		find(t, "naval japan", article.ID)
	})
	t.Run("page by page", func(t *testing.T) {
		s := board.PostSearch{Terms: []board.Term{{Text: "ferry"}}, Limit: 1}
		first, err := f.db.SearchPosts(t.Context(), s)
		s.Before = first.Next
		second, err2 := f.db.SearchPosts(t.Context(), s)
		if err != nil || err2 != nil || len(first.Posts) != 1 || len(second.Posts) != 1 || first.Posts[0].ID != two.ID || second.Posts[0].ID != one.ID {
			t.Errorf("%v %v, %v %v", first.Posts, err, second.Posts, err2)
		}
		if first.Count != 2 || second.Count != 2 || first.Next != two.ID || second.Next != 0 || first.Posts[0].Title != "Naval maneuvers" {
			t.Errorf("%+v, %+v", first, second)
		}
	})
	t.Run("whatever is typed is words, never an operator", func(t *testing.T) {
		for words, want := range map[string][]board.PostID{
			`"today`: {two.ID}, `today" OR "sails`: nil, `AND`: {two.ID}, `ferry NOT today`: nil, `body:ferry`: nil,
			`NEAR(ferry today)`: nil, `^ferry`: {two.ID, one.ID}, `{title}: ferry`: nil, `"ferry" + today`: {two.ID},
			"\x00ferry\x00": {two.ID, one.ID}, `'; DROP TABLE posts --`: nil, "-today": {two.ID}, "\uE000n1 ferry": nil, "n1": nil,
		} {
			find(t, words, want...)
		}
	})
	t.Run("an edit replaces the words, a keyword adds one", func(t *testing.T) {
		f.edit(four, "<p>Submarine</p>")
		f.change(func(tx board.Tx) error {
			if _, err := tx.AddKeyword(article.Thread, board.Keyword{Word: "harbour", By: f.Member.ID}); err != nil {
				return err
			}
			_, err := tx.Log(board.Event{Kind: board.KeywordAdded, Thread: article.Thread})
			return err
		})
		f.indexed()
		find(t, "edited")
		find(t, "submarine", four.ID)
		find(t, "harbour maneuvers", article.ID)
	})
	t.Run("a deleted post is gone at once, and from the index", func(t *testing.T) {
		f.change(func(tx board.Tx) error {
			two.State = board.Deleted
			if err := tx.ClosePost(two, nil); err != nil {
				return err
			}
			_, err := tx.Log(board.Event{Kind: board.PostDeleted, Post: two.ID, Thread: two.Thread})
			return err
		})
		find(t, "ferry", one.ID)
		f.indexed()
		find(t, "ferry", one.ID)
	})
}

func TestSearchIndexesMoreThanOneBatch(t *testing.T) {
	f := newFixture(t)
	article := f.article("Naval maneuvers")
	f.change(func(tx board.Tx) error {
		for i := range 600 {
			if _, err := receive(tx, f.Remote.ID, article.ID, fmt.Sprint("https://social.example/batch/", i)); err != nil {
				return err
			}
		}
		return nil
	})
	f.indexed()
	if found := f.search("quick brown"); found.Count != 601 || found.More || len(found.Posts) != 50 {
		t.Errorf("found %d, and %d on the page", found.Count, len(found.Posts))
	}
}

func TestSearchFilters(t *testing.T) {
	f := newFixture(t)
	science := f.topic("science")
	older := f.article("Naval maneuvers")
	f.change(func(tx board.Tx) error {
		return tx.SetTitle(older.Thread, "Naval maneuvers", board.Citation{URL: "https://www.japantimes.co.jp/news/1", Publication: "Japan Times", Author: "Reiko Mori"})
	})
	answer := f.say(older, "<p>The ferry to Zürich</p>")
	f.clock.now = f.clock.now.Add(48 * time.Hour)
	newer := f.article("A comet", science, f.Topic)
	late := f.say(newer, "<p>No ferry goes there</p>")
	f.indexed()
	all := []board.PostID{late.ID, newer.ID, answer.ID, older.ID}

	for name, c := range map[string]struct {
		text string
		want []board.PostID
	}{
		"author":                               {"by:gaijin", []board.PostID{newer.ID, older.ID}},
		"author elsewhere":                     {"by:@mariner@social.example ferry", []board.PostID{late.ID, answer.ID}},
		"author elsewhere by his name":         {"by:mariner ferry", []board.PostID{late.ID, answer.ID}},
		"one of two authors":                   {"by:mariner by:gaijin", all},
		"whom it answers":                      {"to:gaijin", []board.PostID{late.ID, answer.ID}},
		"topic":                                {"topic:science", []board.PostID{late.ID, newer.ID}},
		"both topics":                          {"topic:science topic:foreign_affairs ferry", []board.PostID{late.ID}},
		"topic by its title":                   {`topic:"Foreign Affairs" zurich`, []board.PostID{answer.ID}},
		"keywords":                             {"keyword:japan keyword:defense", all},
		"a keyword that is nowhere":            {"keyword:zurich", nil},
		"source":                               {"source:japantimes.co.jp", []board.PostID{answer.ID, older.ID}},
		"source by a domain that it is in":     {"source:co.jp ferry", []board.PostID{answer.ID}},
		"source is not the end of a name":      {"source:times.co.jp", nil},
		"thread":                               {"thread:1", []board.PostID{answer.ID, older.ID}},
		"articles":                             {"in:articles", []board.PostID{newer.ID, older.ID}},
		"posts":                                {"in:posts", []board.PostID{late.ID, answer.ID}},
		"since":                                {"since:2026-11-26", []board.PostID{late.ID, newer.ID}},
		"since a month":                        {"since:2026-11", all},
		"until":                                {"until:2026-11-25", []board.PostID{answer.ID, older.ID}},
		"between":                              {"since:2026-11-25 until:2026-11-25", nil},
		"until before there was anything":      {"until:1999", nil},
		"since the future":                     {"since:2030", nil},
		"everything at once":                   {`ferry by:mariner to:gaijin topic:science keyword:japan since:2026 until:2026 in:posts thread:2`, []board.PostID{late.ID}},
		"publication and author of the source": {`"japan times" mori`, []board.PostID{older.ID}},
		"a phrase":                             {`"ferry to"`, []board.PostID{answer.ID}},
		"a phrase in the wrong order":          {`"to ferry"`, nil},
		"the beginning of a word":              {"zur*", []board.PostID{answer.ID}},
		"a phrase with an open end":            {`"ferry to zu"*`, []board.PostID{answer.ID}},
		"a beginning that nothing has":         {"zuz*", nil},
	} {
		t.Run(name, func(t *testing.T) { f.find(t, c.text, c.want...) })
	}
	t.Run("who is not here is said", func(t *testing.T) {
		for text, want := range map[string]string{
			"by:nobody ferry":         "by:nobody finds nothing: nobody of that name has written here.",
			"to:mariner@else.example": "to:mariner@else.example finds nothing: nobody of that name has written here.",
			"topic:nothing":           "topic:nothing finds nothing: there is no such topic.",
			"in:people by:gaijin x":   "People have a name and nothing else to look for: leave the other filters out.",
		} {
			found := f.search(text)
			if len(found.Problems) != 1 || found.Problems[0].Error() != want || len(found.Posts) > 0 {
				t.Errorf("%s: %v, %d posts", text, found.Problems, len(found.Posts))
			}
		}
	})
	t.Run("a keyword that is added later finds the replies too", func(t *testing.T) {
		f.change(func(tx board.Tx) error {
			if _, err := tx.AddKeyword(older.Thread, board.Keyword{Word: "harbour", By: f.Member.ID}); err != nil {
				return err
			}
			_, err := tx.Log(board.Event{Kind: board.KeywordAdded, Thread: older.Thread})
			return err
		})
		f.indexed()
		f.find(t, "keyword:harbour", answer.ID, older.ID)
	})
	t.Run("an article with another source takes its replies along", func(t *testing.T) {
		f.change(func(tx board.Tx) error {
			return tx.SetTitle(older.Thread, "Naval maneuvers", board.Citation{URL: "https://gazette.example/1"})
		})
		f.edit(older, "<p>Edited</p>")
		f.indexed()
		f.find(t, "source:gazette.example", answer.ID, older.ID)
		f.find(t, "source:japantimes.co.jp")
	})
	t.Run("people", func(t *testing.T) {
		for text, want := range map[string][]string{
			"in:people mar": {"mariner"}, "in:people GAI": {"gaijin"}, "in:people @mariner@social.example": {"mariner"},
			"in:people mariner@else.example": nil, "in:people ronin": nil, "in:people mar x": nil,
		} {
			var got []string
			for _, a := range f.search(text).People {
				got = append(got, a.Name)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(text, diff)
			}
		}
	})
}

func TestSearchInScriptsWithoutSpaces(t *testing.T) {
	f := newFixture(t)
	article := f.article("Title")
	japanese := f.say(article, "<p>日本の海軍がサーバーで訓練を行った。</p>")
	korean := f.say(article, "<p>한국은 해군을 훈련했다</p>")
	f.indexed()
	f.find(t, "海軍", japanese.ID)
	f.find(t, "ｻｰﾊﾞｰ 訓練", japanese.ID)
	f.find(t, "軍海")
	f.find(t, "海*", japanese.ID)
	f.find(t, "한국", korean.ID)
	f.find(t, `"해군을 훈"`, korean.ID)
}

// FuzzSearch proves that nothing that anybody types is an error of the index.
func FuzzSearch(f *testing.F) {
	for _, seed := range []string{`"`, `a" OR "b`, "NEAR(a b)", "^a*", "body:x", "a-b", "\x00", "日* by:\"", "\uE000n1 -- AND", "x* y* topic:a since:2011"} {
		f.Add(seed)
	}
	on := newFixture(f)
	on.say(on.article("Naval maneuvers"), "<p>A ferry</p>")
	on.indexed()
	b := board.New(on.db, board.Config{Address: here}, slog.New(slog.DiscardHandler))
	f.Fuzz(func(t *testing.T, text string) {
		q, _ := board.ParseQuery(text)
		if _, err := b.Search(t.Context(), board.Search{Query: q, Zone: time.UTC, Limit: 5}); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	})
}
