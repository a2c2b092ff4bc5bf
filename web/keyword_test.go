package web_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

func (w *world) tagged(title string, words ...string) board.Post {
	w.t.Helper()
	p, err := w.PostArticle(w.t.Context(), board.NewArticle{
		By: w.ronin.ID, Title: title, Topics: []board.ActorID{w.topic("news")}, Text: board.Text{Markdown: "Text."}, Keywords: words,
	})
	w.must(err)
	return p
}

// links are the paths that a selector finds.
func (a answer) links(selector string) (paths []string) {
	a.Find(selector).Each(func(_ int, s *goquery.Selection) { paths = append(paths, s.AttrOr("href", "")) })
	return paths
}

func TestKeyword(t *testing.T) {
	w := newWorld(t)
	visitor := w.visitor()
	w.tagged("Both", "china", "japan", "trade")
	w.tagged("One", "china", "日本")
	alone := w.tagged("Alone", "pearl")

	t.Run("a keyword has its articles and what stands with it", func(t *testing.T) {
		page := visitor.get("/k/china").wants(http.StatusOK)
		page.shows("h1", "Keyword: china")
		if diff := cmp.Diff([]string{"One", "Both"}, page.titles()); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"/k/japan", "/k/trade", "/k/%E6%97%A5%E6%9C%AC"}, page.links("main > .filed div:nth-child(1) a")); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"/k/china+japan", "/k/china+trade", "/k/china+%E6%97%A5%E6%9C%AC"}, page.links("main > .filed div:nth-child(2) a")); diff != "" {
			t.Error(diff)
		}
		if got := page.attr("link[rel=canonical]", "href"); got != w.server.URL+"/k/china" {
			t.Errorf("canonical: %s", got)
		}
	})
	t.Run("several at once have what has all of them", func(t *testing.T) {
		page := visitor.get("/k/china+japan").wants(http.StatusOK)
		page.shows("h1", "Keyword: china + japan")
		page.has("meta[name=robots][content=noindex]", 1)
		if diff := cmp.Diff([]string{"Both"}, page.titles()); diff != "" {
			t.Error(diff)
		}
		visitor.get("/k/china+pearl").wants(http.StatusOK).shows("main .note", "No article has all of them.")
	})
	for from, to := range map[string]string{
		"/k/China": "/k/china", "/k/japan+china": "/k/china+japan", "/k/%23china": "/k/china", "/k/china+china": "/k/china",
		"/k/china%20japan?sort=active": "/k/china+japan?sort=active", "/k/+china+": "/k/china",
	} {
		t.Run(from+" leads to "+to, func(t *testing.T) {
			if got := visitor.get(from).wants(http.StatusMovedPermanently).header.Get("Location"); got != to {
				t.Errorf("leads to %s", got)
			}
		})
	}
	t.Run("words of any script", func(t *testing.T) {
		page := visitor.get("/k/%E6%97%A5%E6%9C%AC").wants(http.StatusOK)
		page.shows("h1", "Keyword: 日本")
		page.has(".articles h2", 1)
	})
	t.Run("an unknown one leads to those that are spelled like it, and to a search", func(t *testing.T) {
		page := visitor.get("/k/chnia").wants(http.StatusNotFound)
		if diff := cmp.Diff([]string{"/k/china", "/search?q=chnia", "/"}, page.links("main a")); diff != "" {
			t.Error(diff)
		}
		visitor.get("/k/china+mars").wants(http.StatusNotFound).shows("main p:nth-of-type(1)", "Nothing has the keyword mars.")
	})
	t.Run("more than five are too many", func(t *testing.T) {
		page := visitor.get("/k/a+b+c+d+e+f").wants(http.StatusNotFound)
		if got := page.attr("main a", "href"); got != "/k/a+b+c+d+e" {
			t.Errorf("leads to %s", got)
		}
	})
	t.Run("of deleted articles nothing is listed", func(t *testing.T) {
		w.must(w.Delete(t.Context(), w.ronin.ID, alone.ID, nil))
		visitor.get("/k/pearl").wants(http.StatusNotFound)
	})
}

func TestKeywordPages(t *testing.T) {
	w := newWorld(t)
	var want []string
	for n := range 60 {
		title := fmt.Sprintf("Article %d", n)
		w.tagged(title, "left", "right")
		want = append([]string{title}, want...)
	}
	for _, path := range []string{"/k/left", "/k/left+right", "/k/left?sort=active", "/k/left+right?sort=active", "/members/ronin/articles"} {
		t.Run(path, func(t *testing.T) {
			list := want
			if path == "/members/ronin/articles" {
				list = append(list, "Harbour bridge to close")
			}
			walk(t, w.visitor(), path, list)
		})
	}
}

func TestSource(t *testing.T) {
	w := newWorld(t)
	visitor := w.visitor()
	page := visitor.get("/").wants(http.StatusOK)
	if got := page.attr(".articles cite a", "href"); got != "/source/times.example" {
		t.Errorf("the source leads to %s", got)
	}
	page = visitor.get("/source/times.example").wants(http.StatusOK)
	page.shows("h1", "Articles from times.example")
	page.shows(".articles h2", "Harbour bridge to close")
	visitor.get("/source/news.times.example").wants(http.StatusOK).shows("main .note", "Nothing from there yet. Browse")
	for _, from := range []string{"/source/www.times.example", "/source/TIMES.example", "/source/m.times.example"} {
		if got := visitor.get(from).wants(http.StatusMovedPermanently).header.Get("Location"); got != "/source/times.example" {
			t.Errorf("%s leads to %s", from, got)
		}
	}
	visitor.get("/source/%20").wants(http.StatusNotFound)
}

func TestLatest(t *testing.T) {
	w := newWorld(t)
	visitor := w.visitor()
	other := w.tagged("Other")
	w.arrive(1, board.Text{HTML: "<p>From afar.</p>", Language: "de"})
	secret, err := w.Reply(t.Context(), board.NewReply{By: w.kaya.ID, To: other.ID, Text: board.Text{Markdown: "Hidden.", Warning: "Spoiler"}})
	w.must(err)

	t.Run("posts of all threads, with whom they answer and their first words", func(t *testing.T) {
		page := visitor.get("/posts").wants(http.StatusOK)
		var got []string
		page.Find(".rows h3").Each(func(_ int, s *goquery.Selection) { got = append(got, s.Text()) })
		want := []string{"Other #1", "Harbour bridge to close #2", "Article: Other", "Harbour bridge to close #1", "Article: Harbour bridge to close"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		page.shows(".rows li:nth-child(1) .excerpt", "Content warning: Spoiler")
		page.shows(".rows li:nth-child(2) .excerpt", "From afar.")
		page.shows(".rows li:nth-child(2) .meta a:last-child", "ronin #1")
		page.shows(".rows li:nth-child(2) .who", "Gaijin @gaijin@social.example")
	})
	t.Run("the newest stand beside the articles", func(t *testing.T) {
		if diff := cmp.Diff([]string{"/posts", fmt.Sprintf("/t/%d#p1", other.Thread), w.path("#p2")}, visitor.get("/").links(".beside section:first-child a:not(.who)")[:3]); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("an article that is gone has no title, and its posts stay", func(t *testing.T) {
		w.must(w.Delete(t.Context(), w.ronin.ID, other.ID, nil))
		visitor.get("/posts").shows(".rows li:nth-child(1) h3", "(article deleted) #1")
		w.must(w.Delete(t.Context(), w.kaya.ID, secret.ID, nil))
		visitor.get("/posts").has(".rows > li", 3)
	})
	t.Run("both ways", func(t *testing.T) {
		for range 60 {
			w.reply(w.kaya.ID, 1, "More.")
		}
		var down []string
		page := visitor.get("/posts")
		for {
			down = append(down, page.links(".rows h3 a")...)
			next := page.attr("nav a[rel=next]", "href")
			if next == "" {
				break
			}
			page = visitor.get(next)
		}
		var up []string
		for {
			up = append(page.links(".rows h3 a"), up...)
			previous := page.attr("nav a[rel=prev]", "href")
			if previous == "" {
				break
			}
			page = visitor.get(previous)
		}
		if diff := cmp.Diff(down, up); diff != "" || len(down) != 63 {
			t.Errorf("%d posts: %s", len(down), diff)
		}
	})
	t.Run("nonsense is the first page", func(t *testing.T) {
		for _, query := range []string{"?before=x", "?before=-1", "?after=1.5"} {
			visitor.get("/posts"+query).wants(http.StatusOK).has(".rows > li", 25)
		}
		visitor.get("/posts?before=1").wants(http.StatusOK).has(".rows > li", 0)
	})
}

func TestTopicsIndex(t *testing.T) {
	w := newWorld(t)
	for n := range 40 {
		_, err := w.OpenTopic(t.Context(), board.NewTopic{Name: fmt.Sprintf("t%d", n), Title: fmt.Sprintf("%c topic", 'a'+n%20)})
		w.must(err)
	}
	_, err := w.OpenTopic(t.Context(), board.NewTopic{Name: "accent", Title: "Écologie"})
	w.must(err)
	page := w.visitor().get("/topics").wants(http.StatusOK)
	page.has("nav[aria-label=Letters] a", 20) // A to T; E has the accent too, L and N what was there before
	page.Find("nav[aria-label=Letters] a").Each(func(_ int, s *goquery.Selection) {
		if page.Find("[id='"+s.AttrOr("href", "#")[1:]+"']").Length() != 1 {
			t.Errorf("%s leads nowhere", s.Text())
		}
	})
	page.has(".rows > li", 43)
}

func TestThoseWhoAreGone(t *testing.T) {
	w := newWorld(t)
	w.arrive(1, board.Text{HTML: "<p>Hm.</p>"})
	w.must(w.ForgetActor(t.Context(), w.gaijin.URI))
	visitor := w.visitor()
	for _, tab := range []string{"", "/articles", "/posts"} {
		visitor.get("/~gaijin@social.example" + tab).wants(http.StatusGone)
		visitor.get("/members/nobody" + tab).wants(http.StatusNotFound)
	}
	visitor.get("/members/ronin/nothing").wants(http.StatusNotFound)
}
