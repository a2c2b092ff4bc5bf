package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

func TestThread(t *testing.T) {
	w := newWorld(t)
	w.arrive(1, board.Text{HTML: "<p>Sechs Wochen?</p>", Language: "de"})
	w.reply(w.kaya.ID, 2, "You are an optimist.")
	page := w.visitor().get(w.path("")).wants(http.StatusOK)

	t.Run("the article has its title, source line, poster, text, topics and keywords", func(t *testing.T) {
		page.shows("h1", "Harbour bridge to close")
		page.shows(".source", "The Example Times ^ | Tuesday, 4 January 2011 | A. Writer")
		if got := page.attr(".source a.out", "href"); got != "https://times.example/bridge" {
			t.Errorf("the source leads to %q", got)
		}
		if got := page.text(".op > .meta:nth-of-type(2)"); !strings.HasPrefix(got, "Posted on ") || !strings.HasSuffix(got, "by ronin (Harbour pilot)") {
			t.Errorf("posted: %q", got)
		}
		page.shows(".op .body", "For six weeks.")
		page.shows(".filed", "TOPICS: News; Local KEYWORDS: bridge; ferries")
		if page.Find(".filed a[href='/topics/news']").Length() != 1 || page.Find(".filed a[href='/k/bridge']").Length() != 1 {
			t.Error("topics and keywords lead to their pages")
		}
	})
	t.Run("a post says whom it answers, its text, its number and author, and what can be done", func(t *testing.T) {
		var order []string
		page.Find("#p3").Children().Each(func(_ int, s *goquery.Selection) { order = append(order, s.AttrOr("class", "")) })
		if diff := cmp.Diff([]string{"vh", "to", "body e-content", "byline", "acts"}, order); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
		page.shows("#p3 .to", "To: gaijin #2")
		page.shows("#p3 .body", "You are an optimist.")
		if got := page.attr("#p3 .to a", "href"); got != "#p2" {
			t.Errorf("To leads to %q", got)
		}
		if got := page.text("#p3 .byline"); !strings.HasPrefix(got, "3 posted on ") || !strings.HasSuffix(got, " by kaya") {
			t.Errorf("byline: %q", got)
		}
		page.shows("#p3 .acts li:nth-child(1)", "Post Reply to post 3")
		page.shows("#p3 .acts li:nth-child(2)", "To 2")
		page.shows("#p2 .acts li:nth-child(3)", "View Replies (1) to post 2")
		page.shows("#p3 .acts code", w.server.URL+w.path("/3"))
	})
	t.Run("somebody from elsewhere is named with the handle and leads to the original", func(t *testing.T) {
		page.shows("#p2 .who", "Gaijin @gaijin@social.example")
		page.shows("#p2 h3", "Post 2 by gaijin@social.example, to ronin, post 1")
		if got := page.attr("#p2 .acts a[rel]", "href"); got != "https://social.example/@gaijin/2" {
			t.Errorf("original leads to %q", got)
		}
		page.shows("#p2 .acts code", "https://social.example/notes/2")
	})
	t.Run("the language of a post is said and never guessed", func(t *testing.T) {
		if got := page.attr("#p2 .body", "lang"); got != "de" {
			t.Errorf("post 2 has the language %q", got)
		}
		page.has("#p3 .body[lang]", 0)
		page.has("#p3 .body[dir=auto]", 1)
		if got := page.attr("html", "lang"); got != "en" {
			t.Errorf("the page has the language %q", got)
		}
	})
	t.Run("programs find the Note", func(t *testing.T) {
		want := w.server.URL + w.path("/0")
		if got := page.attr("link[rel=alternate]", "href"); got != want {
			t.Errorf("alternate is %q, not %q", got, want)
		}
		if got := page.header.Get("Link"); got != "<"+want+`>; rel="alternate"; type="application/activity+json"` {
			t.Errorf("Link: %s", got)
		}
		if got := page.attr("link[rel=canonical]", "href"); got != w.server.URL+w.path("") {
			t.Errorf("canonical is %q", got)
		}
	})
	t.Run("no link leads to pages that are not there yet", func(t *testing.T) {
		for _, word := range []string{"Private Reply"} {
			if strings.Contains(page.body, word) {
				t.Errorf("the page says %s", word)
			}
		}
	})
}

func TestContentWarning(t *testing.T) {
	w := newWorld(t)
	w.arrive(0, board.Text{HTML: "<p>It went down.</p>", Warning: "crash footage"})
	page := w.visitor().get(w.path(""))
	page.shows("#p2 details.cw summary", "Content warning: crash footage")
	page.has("#p2 details.cw[open]", 0)
	page.shows("#p2 details.cw p", "It went down.")
	page.shows("#p2 h3", "Post 2 by gaijin@social.example, to ronin, post 0, with content warning")
}

func TestHostilePost(t *testing.T) {
	w := newWorld(t)
	evil := w.stranger(`e"><script>alert(1)</script>`, "Rex \u202etxet")
	_, err := w.Reply(t.Context(), board.NewReply{
		By: evil.ID, To: w.article.ID,
		Text:   board.Text{HTML: `<h1>Big</h1><script>alert(1)</script><img src=x onerror=alert(1)><form action=/login><input name=p></form><a href="javascript:alert(1)">x</a></div></main><p style="position:fixed">Still here`, Warning: `"><b>`},
		Remote: &board.Remote{URI: "https://social.example/evil", URL: "javascript:alert(1)", Published: time.Now()},
	})
	w.must(err)
	page := w.visitor().get(w.path(""))
	page.has("body script, img, #p2 form, #p2 input, #p2 [style], #p2 [onerror], a[href^=javascript], #p2 h1, #p2 summary b", 0)
	page.has("h1", 1)
	page.has("main > section#comments > article#p2", 1)
	page.has("body > footer", 1)
	if got := page.text("#p2 .body"); !strings.Contains(got, "Still here") {
		t.Errorf("the text is %q", got)
	}
	page.has("#p2 .who > bdi", 1)
	page.has("#p2 .acts a[rel]", 0) // an original that is no web address is not linked
}

func TestTombstones(t *testing.T) {
	w := newWorld(t)
	second := w.reply(w.kaya.ID, 1, "My secret.")
	w.reply(w.ronin.ID, 2, "To a secret.")
	third := w.reply(w.kaya.ID, 1, "Buy boats.")
	w.must(w.Delete(t.Context(), w.kaya.ID, second.ID, nil))
	w.must(w.Remove(t.Context(), w.warden.ID, third.ID, "advertising"))
	visitor := w.visitor()

	t.Run("number and place stay in the thread", func(t *testing.T) {
		page := visitor.get(w.path("")).wants(http.StatusOK)
		page.has("article.post", 4)
		if got := page.text("#p2 .tomb"); !strings.HasPrefix(got, "2 deleted by its author on ") {
			t.Errorf("tombstone: %q", got)
		}
		if got := page.text("#p4 .tomb"); !strings.HasPrefix(got, "4 removed by warden on ") || !strings.HasSuffix(got, ": advertising") {
			t.Errorf("tombstone: %q", got)
		}
		page.shows("#p3 .to", "To: kaya #2")
		if strings.Contains(page.body, "secret.</p>") && strings.Contains(page.body, "My secret") {
			t.Error("the text is still there")
		}
	})
	t.Run("the post's own page is gone and shows the answers", func(t *testing.T) {
		page := visitor.get(w.path("/2")).wants(http.StatusGone)
		page.has("#p2 .tomb", 1)
		page.has("#p3", 1)
		page.has("link[rel=alternate]", 0)
		page.has(".mast", 1)
	})
	t.Run("the next post has the next number", func(t *testing.T) {
		if got := w.reply(w.kaya.ID, 1, "Another.").Number; got != 5 {
			t.Errorf("number %d", got)
		}
	})
	t.Run("a deleted article leaves its thread", func(t *testing.T) {
		w.must(w.Delete(t.Context(), w.ronin.ID, w.article.ID, nil))
		page := visitor.get(w.path("")).wants(http.StatusGone)
		if got := page.text(".op .tomb"); !strings.HasPrefix(got, "The article was deleted by its author on ") {
			t.Errorf("tombstone: %q", got)
		}
		page.has("#p3", 1)
		visitor.get(w.path("/0/reply")).wants(http.StatusGone)
		page.shows("h1", "(article deleted)")
		if got := page.text("title"); got != "(article deleted) · Example Board" {
			t.Errorf("title %q", got)
		}
	})
	t.Run("pages of its posts still say where they are", func(t *testing.T) {
		for _, path := range []string{"/1", "/1/reply", "/1/replies", "/1/history", "/1/delivery", "/1/remote", "?by=kaya"} {
			page := w.as("ronin").get(w.path(path))
			if got := page.text("main h1 bdi, main .crumbs bdi"); got != "(article deleted)" {
				t.Errorf("%s says %q", path, got)
			}
		}
	})
}

func TestUnavailableParent(t *testing.T) {
	w := newWorld(t)
	w.arriveAs(board.NewReply{By: w.gaijin.ID, Thread: w.article.Thread, ToURI: "https://lost.example/1", Text: board.Text{HTML: "<p>Hm.</p>"}})
	page := w.visitor().get(w.path(""))
	page.shows("#p2 .to", "To: a post that is not on this board")
	if got := page.attr("#p2 .to a", "href"); got != "https://lost.example/1" {
		t.Errorf("it leads to %q", got)
	}
}

func TestPages(t *testing.T) {
	w := newWorld(t)
	for n := range 119 {
		w.reply(w.kaya.ID, min(n, 1), "More.")
	}
	visitor := w.visitor()
	for _, test := range []struct {
		from        string
		first, last int
		current     string
		links       string
	}{
		{"", 1, 50, "1–50", "1–50 51–100 101–120 Next Last All"},
		{"?from=51", 51, 100, "51–100", "Previous 1–50 51–100 101–120 Next Last All"},
		{"?from=101", 101, 120, "101–120", "Previous 1–50 51–100 101–120 All"},
		{"?from=63", 63, 112, "63–112", "Previous 63–112 1–50 51–100 101–120 Next Last All"},
	} {
		t.Run("a page begins at "+test.from, func(t *testing.T) {
			page := visitor.get(w.path(test.from)).wants(http.StatusOK)
			posts := page.Find("article.post")
			if got := posts.First().AttrOr("id", ""); got != fmt.Sprintf("p%d", test.first) {
				t.Errorf("begins with %s", got)
			}
			if got := posts.Last().AttrOr("id", ""); got != fmt.Sprintf("p%d", test.last) {
				t.Errorf("ends with %s", got)
			}
			pager := page.Find(".pager").First()
			if got := pager.Find("[aria-current=page]").Text(); got != test.current {
				t.Errorf("this page is %s", got)
			}
			var links []string
			pager.Find("li").Each(func(_ int, s *goquery.Selection) { links = append(links, s.Text()) })
			if got := strings.Join(links, " "); got != test.links {
				t.Errorf("pager: %s", got)
			}
			if page.Find("link[rel=next]").Length() != page.Find(".pager").First().Find("a[rel=next]").Length() {
				t.Error("head and pager differ about the next page")
			}
		})
	}
	t.Run("an answer to a post of another page leads there", func(t *testing.T) {
		w.reply(w.kaya.ID, 3, "Late.")
		page := visitor.get(w.path("?from=101"))
		if got, want := page.attr("#p121 .to a", "href"), w.path("#p3"); got != want {
			t.Errorf("To leads to %s, not %s", got, want)
		}
		if got := page.attr("#p110 .to a", "href"); got != w.path("#p1") {
			t.Errorf("To leads to %s", got)
		}
		page.shows(".op .onward", "Read the article")
	})
	for from, want := range map[string]string{"?from=9999": "?from=101", "?from=x": "", "?from=-3": ""} {
		t.Run("there is a way on from "+from, func(t *testing.T) {
			if got := visitor.get(w.path(from)).wants(http.StatusFound).header.Get("Location"); got != w.path(want) {
				t.Errorf("leads to %s", got)
			}
		})
	}
	t.Run("a post beyond the end leads to the last", func(t *testing.T) {
		page := visitor.get(w.path("/500")).wants(http.StatusNotFound)
		if got := page.attr("main a", "href"); got != w.path("?from=101#p121") {
			t.Errorf("leads to %s", got)
		}
	})
	t.Run("fifty posts are less than 60 kB", func(t *testing.T) {
		if got := len(visitor.get(w.path("?from=51")).body); got > 60<<10 {
			t.Errorf("%d bytes before compression", got)
		}
	})
}

func TestPost(t *testing.T) {
	w := newWorld(t)
	w.reply(w.kaya.ID, 1, "Why?")
	w.reply(w.ronin.ID, 2, "Because.")
	page := w.visitor().get(w.path("/2")).wants(http.StatusOK)
	page.shows("h1", "Harbour bridge to close, post 2")
	page.has("main > #p2", 1)
	page.has("section #p3", 1)
	page.shows("h2#count", "1 reply")
	page.shows(".note .handle", w.server.URL+w.path("/2"))
	if got := page.attr("link[rel=alternate]", "href"); got != w.server.URL+w.path("/2") {
		t.Errorf("alternate: %s", got)
	}
	if got := page.attr("#p3 .to a", "href"); got != "#p2" {
		t.Errorf("To leads to %s", got)
	}
	if got := page.attr(".crumbs a", "href"); got != w.path("#p2") {
		t.Errorf("its place is %s", got)
	}
	if got := w.visitor().get(w.path("/0")).wants(http.StatusFound).header.Get("Location"); got != w.path("") {
		t.Errorf("the article's own page is %s", got)
	}
}
