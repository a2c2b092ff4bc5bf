package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"corkboard/board"
	"corkboard/web"
)

// indexed runs the indexer until it has read everything.
func (w *world) indexed() {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error)
	go func() { ended <- w.db.RunIndexer(ctx) }()
	for at := board.EventID(0); at < w.events(); time.Sleep(time.Millisecond) {
		var err error
		at, err = w.Cursor(ctx, board.Indexer)
		w.must(err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		w.t.Fatal(err)
	}
}

// search is the page of a search.
func (b *browser) search(text string) answer {
	b.w.t.Helper()
	return b.get("/search?" + url.Values{"q": {text}}.Encode())
}

func TestSearch(t *testing.T) {
	w := newWorld(t)
	w.reply(w.kaya.ID, 1, "The **ferry** sails at <b>noon</b> & \"later\", @ronin.")
	w.arrive(2, board.Text{HTML: "<p>Ferries were better. A FERRY is slow.</p>", Warning: "Old ships"})
	w.indexed()
	b := w.visitor()

	t.Run("the masthead leads there, and robots stay away", func(t *testing.T) {
		b.get("/").has(`.mast a[href="/search"]`, 1)
		a := b.get("/search").wants(http.StatusOK)
		a.has("h1", 1)
		a.has(`input[type=search]`, 1)
		a.has(`meta[name=robots][content=noindex]`, 1)
		a.has(".rows", 0)
	})
	t.Run("finds are listed newest first, with place, author and marks", func(t *testing.T) {
		a := b.search("ferry")
		a.shows("h2#found", "2 posts")
		a.has(".rows li", 2)
		a.shows(".rows li:first-child .excerpt", "Content warning: Old ships")
		a.shows(".rows li:first-child .host", "@gaijin@social.example")
		if got := a.attr(".rows li:last-child h3 a", "href"); got != w.path("#p2") {
			t.Error(got)
		}
		a.shows(".rows li:last-child mark", "ferry")
		a.shows(".rows li:last-child .excerpt", `The ferry sails at noon & "later", @ronin.`)
	})
	t.Run("the words stay in the box", func(t *testing.T) {
		a := b.search(`"sails at" by:kaya <x>`)
		if got := a.attr("#f-q", "value"); got != `"sails at" by:kaya <x>` {
			t.Error(got)
		}
	})
	t.Run("the fields narrow it, and stay", func(t *testing.T) {
		a := b.get("/search?q=ferry&by=kaya&topic=news&k=bridge+ferries&src=times.example&since=2020&until=&in=posts")
		a = b.follow(a) // without the field that was left empty
		a.shows("h2#found", "1 post")
		for name, want := range map[string]string{"by": "kaya", "k": "bridge ferries", "src": "times.example", "since": "2020"} {
			if got := a.attr("#f-"+name, "value"); got != want {
				t.Errorf("%s is %q", name, got)
			}
		}
		a.shows("#f-in option[selected]", "posts")
		a.shows("#f-topic option[selected]", "News")
		a.has("details[open]", 1)
	})
	t.Run("an article is found by its source, and its title is marked", func(t *testing.T) {
		a := b.search("harbour in:articles source:times.example")
		a.shows("h2#found", "1 post")
		a.shows(".rows h3 mark", "Harbour")
	})
	t.Run("a filter that is not understood is said in words", func(t *testing.T) {
		for text, want := range map[string]string{
			"ferry since:foo": "since: takes a day such as 2011-01-04, a month such as 2011-01 or a year; “foo” is none of them.",
			"ferry by:nobody": "by:nobody finds nothing: nobody of that name has written here.",
		} {
			a := b.search(text).wants(http.StatusOK)
			a.shows(".problems li", want)
		}
		b.get("/search?q=ferry&since=foo").has(".problems li", 1)
	})
	t.Run("nothing found says how to widen it", func(t *testing.T) {
		a := b.search(`"ferry noon" by:ronin`)
		a.shows("h2#found", "No posts match.")
		a.has(`section ul a[href^="/search?q="]`, 2)
	})
	t.Run("people beside posts, and alone", func(t *testing.T) {
		b.search("ron").has("#people ~ .rows .who", 1)
		b.search("in:people GAIJIN").shows("#people ~ .rows .host", "@gaijin@social.example")
		b.search("in:people nobody").shows(".note", "Nobody who has written here has such a name. To find somebody of another server, write @name@server.")
	})
	t.Run("a number or an address of ours leads to the post", func(t *testing.T) {
		for text, want := range map[string]string{
			fmt.Sprintf("%d/2", w.article.Thread):         w.path("#p2"),
			fmt.Sprintf("%d.2", w.article.Thread):         w.path("#p2"),
			fmt.Sprintf("#2 thread:%d", w.article.Thread): w.path("#p2"),
			fmt.Sprintf("%d/0", w.article.Thread):         w.path(""),
			string(w.Address()) + w.path("/2"):            w.path("/2"),
			w.post(3).URI:                                 w.path("#p3"),
			w.gaijin.URI:                                  "/~gaijin@social.example",
		} {
			if got := b.search(text).wants(http.StatusSeeOther).header.Get("Location"); got != want {
				t.Errorf("%s leads to %s", text, got)
			}
		}
		b.search("99/9").wants(http.StatusOK)
		if got := b.search(string(w.Address()) + "//evil.example").header.Get("Location"); got != "/" {
			t.Errorf("led to %s", got)
		}
		b.search(string(w.Address()) + ".evil.example/").wants(http.StatusOK)
	})
	t.Run("ready searches are for members", func(t *testing.T) {
		b.get("/search").has(".ready", 0)
		member := w.as("ronin")
		a := member.get("/search")
		a.shows(".ready", "Posts to me My posts")
		member.get(a.attr(".ready a", "href")).shows("h2#found", "1 post")
		member.get(a.attr(".ready a:last-child", "href")).shows("h2#found", "2 posts")
	})
	t.Run("a feed of it", func(t *testing.T) {
		a := b.search("ferry by:kaya")
		href := a.attr(`link[type="application/atom+xml"]`, "href")
		f := b.feed(href)
		if got := titles(f); len(got) != 1 || got[0] != "Post 2: Harbour bridge to close" || f.Title != "Search: ferry by:kaya · Example Board" {
			t.Error(got, f.Title)
		}
	})
	t.Run("a feed of what is not understood is refused in words", func(t *testing.T) {
		b.get("/search.atom?q=ferry+since:foo").wants(http.StatusUnprocessableEntity)
		b.get("/search.atom?q=ferry&since=foo").wants(http.StatusUnprocessableEntity)
	})
	t.Run("odd input is words", func(t *testing.T) {
		for _, text := range []string{`"`, "'", "*", "AND OR NOT", "NEAR(", "col:secret", "a-b", "^", "\x00", "\xff", strings.Repeat("* ", 1000), strings.Repeat("x", 10_000), "<script>", "in:", "12/", "{a}:b"} {
			b.search(text).wants(http.StatusOK).has("script:not([src])", 0)
		}
	})
}

func TestSearchPages(t *testing.T) {
	w := newWorld(t)
	for range 60 {
		w.reply(w.kaya.ID, 1, "More ferries.")
	}
	w.indexed()
	b := w.visitor()
	a := b.search("in:posts ferries")
	a.shows("h2#found", "60 posts")
	a.has(".rows li", 25)
	a = b.get(a.attr(`a[rel=next]`, "href"))
	a = b.get(a.attr(`a[rel=next]`, "href"))
	a.has(".rows li", 10)
	a.shows("h2#found", "60 posts")
	a.has("a[rel=next]", 0)
	b.get(a.attr(".pager a", "href")).has(".rows li", 25)
}

func TestSearchFloods(t *testing.T) {
	w := newWorld(t, func(c *web.Config) {
		c.Limits.SearchBurst, c.Limits.SearchEvery = 3, time.Hour
		c.ClientIP = func(r *http.Request) string { return r.Header.Get("X-Test-Address") }
	})
	ask := func(b *browser, from string) answer {
		r := b.request(http.MethodGet, "/search?q=ferry", nil)
		r.Header.Set("X-Test-Address", from)
		r.Header.Set("X-Forwarded-For", fmt.Sprint(time.Now().UnixNano()))
		return b.do(r)
	}
	visitor, member := w.visitor(), w.as("ronin")
	for range 3 {
		ask(visitor, "192.0.2.1").wants(http.StatusOK)
		ask(member, fmt.Sprintf("192.0.2.%d", time.Now().UnixNano()%100+50)).wants(http.StatusOK)
	}
	if a := ask(visitor, "192.0.2.1").wants(http.StatusTooManyRequests); a.header.Get("Retry-After") == "" || a.attr("#f-q", "value") != "ferry" {
		t.Error("it does not say when to come back, or forgets what was looked for")
	}
	ask(member, "192.0.2.200").wants(http.StatusTooManyRequests)
	ask(visitor, "192.0.2.2").wants(http.StatusOK)
	visitor.get("/search").wants(http.StatusOK)
}
