package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

// long is a world whose thread has so many posts.
func long(t *testing.T, posts int) *world {
	t.Helper()
	w := newWorld(t)
	for n := 1; n < posts; n++ {
		w.reply(w.kaya.ID, min(n, 1), "More.")
	}
	return w
}

// read is how far somebody has read the thread, -1 if he has not begun. A page
// is answered before the mark is kept; the next answer on the same connection
// comes after it.
func (b *browser) read(who board.ActorID) int {
	w := b.w
	w.t.Helper()
	b.do(b.request(http.MethodHead, "/about", nil))
	marks, err := w.ReadMarks(w.t.Context(), who, []board.ThreadID{w.article.Thread})
	w.must(err)
	if number, ok := marks[w.article.Thread]; ok {
		return number
	}
	return -1
}

// newline is the numbers of the posts before which a page has its line.
func newline(page answer) (before []string) {
	for _, line := range page.Find("p#new").EachIter() {
		before = append(before, line.Next().AttrOr("id", ""))
	}
	return before
}

func TestReadingOn(t *testing.T) {
	w := long(t, 120)
	ronin := w.as("ronin")
	reads := func(want int) {
		t.Helper()
		if got := ronin.read(w.ronin.ID); got != want {
			t.Errorf("ronin has read up to %d, not %d", got, want)
		}
	}
	t.Run("who has not begun sees no line, and goes to the beginning", func(t *testing.T) {
		if got := ronin.get(w.path("/unread")).wants(http.StatusFound).header.Get("Location"); got != w.path("") {
			t.Errorf("unread leads to %s", got)
		}
		reads(-1)
	})
	t.Run("the third page alone reads nothing", func(t *testing.T) {
		page := ronin.get(w.path("?from=101")).wants(http.StatusOK)
		page.has("form.catchup", 1)
		reads(-1)
	})
	t.Run("a page that is seen moves the mark to its last post", func(t *testing.T) {
		page := ronin.get(w.path("")).wants(http.StatusOK)
		page.has("p#new", 0)
		reads(50)
	})
	t.Run("what nobody looks at does not", func(t *testing.T) {
		for name, change := range map[string]func(*http.Request){
			"HEAD":         func(r *http.Request) { r.Method = http.MethodHead },
			"a prefetch":   func(r *http.Request) { r.Header.Set("Sec-Purpose", "prefetch;prerender") },
			"an old one":   func(r *http.Request) { r.Header.Set("Purpose", "prefetch") },
			"revalidation": func(r *http.Request) { r.Header.Set("If-None-Match", `W/"1-1"`) },
		} {
			r := ronin.request(http.MethodGet, w.path("?from=51"), nil)
			change(r)
			ronin.do(r)
			if got := ronin.read(w.ronin.ID); got != 50 {
				t.Errorf("%s read up to %d", name, got)
			}
		}
	})
	t.Run("a page after a gap does not", func(t *testing.T) {
		ronin.get(w.path("?from=101"))
		reads(50)
	})
	t.Run("the line stands on the page of the first new post, and nowhere else", func(t *testing.T) {
		page := ronin.get(w.path("?from=101"))
		page.has("p#new", 0)
		if got, want := page.attr(".pager a.first-new", "href"), w.path("?from=51#p51"); got != want {
			t.Errorf("first new is %s, not %s", got, want)
		}
		if got, want := page.attr("a.skip + a.skip", "href"), w.path("?from=51#p51"); got != want {
			t.Errorf("the second skip link leads to %s, not %s", got, want)
		}
		ronin.get(w.path("?from=51")).has("p#new", 1)
		reads(100)
		ronin.get(w.path("?from=101"))
		reads(120)
	})
	t.Run("when all was seen the line stays for this visit, and unread is the last post", func(t *testing.T) {
		page := ronin.get(w.path("?from=101"))
		if diff := cmp.Diff([]string{"p101"}, newline(page)); diff != "" {
			t.Errorf("before (-want +got):\n%s", diff)
		}
		page.has("form.catchup", 0)
		ronin.get(w.path("?from=51")).has("p#new, .first-new", 0)
		if got, want := ronin.get(w.path("/unread")).header.Get("Location"), w.path("?from=101#p120"); got != want {
			t.Errorf("unread leads to %s, not %s", got, want)
		}
	})
	t.Run("two new posts on the third page have one line before the first", func(t *testing.T) {
		w.reply(w.kaya.ID, 1, "New.")
		w.arrive(1, board.Text{HTML: "<p>Newer.</p>"})
		if got, want := ronin.get(w.path("/unread")).wants(http.StatusFound).header.Get("Location"), w.path("?from=101#p121"); got != want {
			t.Errorf("unread leads to %s, not %s", got, want)
		}
		ronin.send(w.path("/1/reply"), url.Values{"text": {"Mine."}, "do": {"post"}, "key": {"one"}}).wants(http.StatusSeeOther)
		reads(120)
		page := ronin.get(w.path("?from=101"))
		if diff := cmp.Diff([]string{"p121"}, newline(page)); diff != "" {
			t.Errorf("before (-want +got):\n%s", diff)
		}
		if got := page.attr("a.skip + a.skip", "href"); got != "#new" {
			t.Errorf("the second skip link leads to %q", got)
		}
		reads(123)
	})
	t.Run("one's own post is not new, and leaves the line where it is", func(t *testing.T) {
		ronin.send(w.path("/1/reply"), url.Values{"text": {"Mine again."}, "do": {"post"}, "key": {"two"}}).wants(http.StatusSeeOther)
		reads(124)
		if diff := cmp.Diff([]string{"p121"}, newline(ronin.get(w.path("?from=101")))); diff != "" {
			t.Errorf("before (-want +got):\n%s", diff)
		}
	})
	t.Run("a deleted post is not new", func(t *testing.T) {
		w.must(w.Delete(t.Context(), w.kaya.ID, w.reply(w.kaya.ID, 1, "Oops.").ID, nil))
		page := ronin.get(w.path("?from=101"))
		if slices.Contains(newline(page), "p125") {
			t.Error("there is a line before it")
		}
	})
	t.Run("visitors see none of it", func(t *testing.T) {
		page := w.visitor().get(w.path("?from=101"))
		page.has("p#new, .first-new, form.catchup", 0)
		if got, want := w.visitor().get(w.path("/unread")).wants(http.StatusFound).header.Get("Location"), w.path("?from=101#p125"); got != want {
			t.Errorf("unread leads to %s, not %s", got, want)
		}
	})
	t.Run("nothing of it is in the log", func(t *testing.T) {
		before := w.events()
		w.reply(w.kaya.ID, 1, "One more.")
		ronin.get(w.path("?from=101"))
		reads(126)
		if got := w.events(); got != before+1 {
			t.Errorf("%d events for one post", got-before)
		}
	})
}

func TestMarkAllRead(t *testing.T) {
	w := long(t, 60)
	ronin := w.as("ronin")
	page := ronin.get(w.path("?from=51"))
	values := url.Values{"number": {page.attr(".catchup [name=number]", "value")}, "next": {page.attr(".catchup [name=next]", "value")}}
	if got := ronin.send(page.attr(".catchup", "action"), values).wants(http.StatusSeeOther).header.Get("Location"); got != w.path("?from=51") {
		t.Errorf("it leads to %s", got)
	}
	if got := ronin.read(w.ronin.ID); got != 60 {
		t.Errorf("read up to %d", got)
	}
	for _, number := range []string{"", "x", "-1"} {
		if got := ronin.send(w.path("/read"), url.Values{"number": {number}}).status; got != http.StatusUnprocessableEntity {
			t.Errorf("%q is answered %d", number, got)
		}
	}
	w.visitor().send(w.path("/read"), values).wants(http.StatusForbidden)
	if got := ronin.send(w.path("/read"), url.Values{"number": {"3"}, "next": {"https://evil.example/"}}).header.Get("Location"); got != "/" {
		t.Errorf("it leads to %s", got)
	}
}

func TestPostsOnAPage(t *testing.T) {
	w := long(t, 120)
	for setting, want := range map[string]struct{ from, first, last, current string }{
		"25":  {"?from=63", "p63", "p87", "63–87"},
		"":    {"?from=63", "p63", "p112", "63–112"},
		"100": {"?from=63", "p63", "p120", "63–120"},
	} {
		t.Run(fmt.Sprintf("%s posts", setting), func(t *testing.T) {
			reader := w.visitor()
			if setting != "" {
				reader.send("/settings", url.Values{"posts": {setting}}).wants(http.StatusSeeOther)
			}
			page := reader.get(w.path(want.from)).wants(http.StatusOK)
			if first := page.Find("article.post").First().AttrOr("id", ""); first != want.first {
				t.Errorf("it begins with %s", first)
			}
			if last := page.Find("article.post").Last().AttrOr("id", ""); last != want.last {
				t.Errorf("it ends with %s", last)
			}
			if got := page.Find(".pager").First().Find("[aria-current=page]").Text(); got != want.current {
				t.Errorf("this page is %s", got)
			}
		})
	}
	t.Run("a place is found on the pages that one has", func(t *testing.T) {
		reader := w.visitor()
		reader.send("/settings", url.Values{"posts": {"25"}})
		if got, want := reader.get(w.path("/last")).wants(http.StatusFound).header.Get("Location"), w.path("?from=101#p120"); got != want {
			t.Errorf("the last is at %s, not %s", got, want)
		}
		if got, want := reader.get(w.path("/90")).attr(".crumbs a", "href"), w.path("?from=76#p90"); got != want {
			t.Errorf("post 90 is at %s, not %s", got, want)
		}
	})
	t.Run("all are on one page", func(t *testing.T) {
		page := w.visitor().get(w.path("?all=1")).wants(http.StatusOK)
		page.has("article.post", 120)
		page.has(".pager a", 2) // back to the pages, above and below
		if got, want := page.attr("link[rel=canonical]", "href"), w.server.URL+w.path(""); got != want {
			t.Errorf("canonical is %s, not %s", got, want)
		}
	})
	t.Run("a thread without posts has neither pages nor a last one", func(t *testing.T) {
		article, err := w.PostArticle(t.Context(), board.NewArticle{
			By: w.ronin.ID, Title: "Alone", Topics: []board.ActorID{w.topic("news")}, Text: board.Text{Markdown: "Nobody answers."},
		})
		w.must(err)
		path := fmt.Sprintf("/t/%d", article.Thread)
		w.visitor().get(path).has(".pager", 0)
		for _, rest := range []string{"/last", "/unread"} {
			if got := w.visitor().get(path + rest).header.Get("Location"); got != path {
				t.Errorf("%s leads to %s", rest, got)
			}
		}
		ronin := w.as("ronin")
		ronin.get(path).wants(http.StatusOK)
		ronin.read(w.ronin.ID)
		marks, err := w.ReadMarks(t.Context(), w.ronin.ID, []board.ThreadID{article.Thread})
		if number, ok := marks[article.Thread]; err != nil || !ok || number != 0 {
			t.Errorf("an article that was read has the mark %d, %v (%v)", number, ok, err)
		}
	})
	t.Run("the title in an address is for people only", func(t *testing.T) {
		for from, want := range map[string]string{"/harbour-bridge": "", "/2011-bridge?from=51": "?from=51", "/%E6%A9%8B": ""} {
			if got := w.visitor().get(w.path(from)).wants(http.StatusMovedPermanently).header.Get("Location"); got != w.path(want) {
				t.Errorf("%s leads to %s", from, got)
			}
		}
	})
	t.Run("links of older boards find their post", func(t *testing.T) {
		w.visitor().get(w.path("")).has(`#p5 a[id="5"]`, 1)
	})
}

func TestAllHasABound(t *testing.T) {
	w := newWorld(t)
	parent := w.post(1)
	for range 520 {
		_, err := w.Reply(t.Context(), board.NewReply{By: w.kaya.ID, To: parent.ID, Text: board.Text{Markdown: "More."}})
		w.must(err)
	}
	page := w.visitor().get(w.path("?all=1"))
	page.has("article.post", 500)
	page.shows("p.note", "The thread is too long for one page: these are posts 1–500 of 521.")
	w.visitor().get(page.attr(".pager a[rel=next]", "href")).has("article.post", 21)
}
