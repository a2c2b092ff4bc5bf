package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

// titles are those of a list, from top to bottom.
func (a answer) titles() (list []string) {
	a.Find(".articles h2").Each(func(_ int, s *goquery.Selection) { list = append(list, s.Text()) })
	return list
}

func TestHome(t *testing.T) {
	w := newWorld(t)
	visitor := w.visitor()
	w.arrive(0, board.Text{HTML: "<p>Hm.</p>"})

	t.Run("an article has its title, source line, poster, count, first words, topics and keywords", func(t *testing.T) {
		page := visitor.get("/").wants(http.StatusOK)
		page.shows(".articles h2", "Harbour bridge to close")
		if got := page.attr(".articles h2 a", "href"); got != w.path("") {
			t.Errorf("the title leads to %s", got)
		}
		page.shows(".articles .source", "The Example Times ^ | Tuesday, 4 January 2011 | A. Writer")
		if got := page.text(".articles .meta:nth-of-type(2)"); !strings.HasPrefix(got, "Posted ") || !strings.HasSuffix(got, " by ronin (Harbour pilot) · 2 posts") {
			t.Errorf("posted: %s", got)
		}
		page.shows(".articles .excerpt", "For six weeks.")
		page.shows(".articles .filed", "TOPICS: News; Local KEYWORDS: bridge; ferries")
		page.has("aside .topics li", 2)
	})
	t.Run("headers only are titles only", func(t *testing.T) {
		page := visitor.get("/?brief=1").wants(http.StatusOK)
		page.has(".excerpt, .filed", 0)
		page.shows(".articles h2", "Harbour bridge to close")
		page.shows(".sorts [aria-current]", "NewestHeaders")
	})
	t.Run("a new board says how to begin", func(t *testing.T) {
		w.must(w.Delete(t.Context(), w.ronin.ID, w.article.ID, nil))
		page := visitor.get("/").wants(http.StatusOK)
		page.shows("main .note", "No articles yet. Post the first one.")
	})
}

func TestListPages(t *testing.T) {
	w := newWorld(t)
	visitor := w.visitor()
	want := []string{"Harbour bridge to close"}
	for n := range 59 {
		title := fmt.Sprintf("Article %d", n)
		_, err := w.PostArticle(t.Context(), board.NewArticle{
			By: w.ronin.ID, Title: title, Topics: []board.ActorID{w.topic("news")}, Text: board.Text{Markdown: "Text."},
		})
		w.must(err)
		want = append([]string{title}, want...)
	}
	t.Run("newest first", func(t *testing.T) { walk(t, visitor, "/", want) })
	t.Run("in a topic", func(t *testing.T) { walk(t, visitor, "/topics/news", want) })
	t.Run("headers only", func(t *testing.T) { walk(t, visitor, "/?brief=1", want) })

	w.reply(w.kaya.ID, 0, "The oldest is alive.")
	active := append([]string{"Harbour bridge to close"}, want[:len(want)-1]...)
	t.Run("most active first", func(t *testing.T) { walk(t, visitor, "/?sort=active", active) })
	t.Run("nonsense is the first page", func(t *testing.T) {
		for _, query := range []string{"?before=x", "?before=-4", "?sort=active&before=7", "?after=1.2.3", "?sort=no", "?before=99999999999999999999"} {
			if got := visitor.get("/" + query).wants(http.StatusOK).titles(); len(got) != 25 {
				t.Errorf("%s has %d articles", query, len(got))
			}
		}
	})
}

// walk goes from page to page to the end of a list and back.
func walk(t *testing.T, b *browser, path string, want []string) {
	t.Helper()
	var down, up []string
	page := b.get(path)
	page.has("a[rel=prev]", 0)
	for {
		down = append(down, page.titles()...)
		next := page.attr("nav a[rel=next]", "href")
		if next == "" {
			break
		}
		page = b.get(next).wants(http.StatusOK)
	}
	if diff := cmp.Diff(want, down); diff != "" {
		t.Errorf("down (-want +got):\n%s", diff)
	}
	for {
		up = append(page.titles(), up...)
		previous := page.attr("nav a[rel=prev]", "href")
		if previous == "" {
			break
		}
		page = b.get(previous).wants(http.StatusOK)
	}
	if diff := cmp.Diff(want, up); diff != "" {
		t.Errorf("up (-want +got):\n%s", diff)
	}
}

func TestTopic(t *testing.T) {
	w := newWorld(t)
	visitor := w.visitor()
	host := strings.TrimPrefix(w.server.URL, "http://")

	t.Run("a topic says how it is followed", func(t *testing.T) {
		page := visitor.get("/topics/news").wants(http.StatusOK)
		page.shows("h1", "News")
		page.shows(".follow code.handle", "@news@"+host)
		if got := page.text(".follow"); !strings.Contains(got, "0 followers") || !strings.Contains(got, "each article, not each reply") || !strings.Contains(got, "@news_all@"+host) {
			t.Errorf("it says %s", got)
		}
		if got := page.attr("link[rel=alternate]", "href"); got != w.server.URL+"/topics/news" {
			t.Errorf("alternate: %s", got)
		}
		if diff := cmp.Diff([]string{"Harbour bridge to close"}, page.titles()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a follower is counted at once", func(t *testing.T) {
		w.must(w.Follow(t.Context(), board.Follow{Follower: w.gaijin.ID, Of: w.topic("news"), URI: "https://social.example/follows/1"}))
		if got := visitor.get("/topics/news").text(".follow"); !strings.Contains(got, "1 follower") {
			t.Errorf("it says %s", got)
		}
	})
	t.Run("the index has them all", func(t *testing.T) {
		page := visitor.get("/topics").wants(http.StatusOK)
		page.has(".rows > li", 2)
		if got := page.text(".rows > li:nth-child(2)"); !strings.HasPrefix(got, "News @news@"+host+" · 1 follower · 1 article in 7 days · last article ") {
			t.Errorf("it says %s", got)
		}
	})
	t.Run("a closed one takes no article", func(t *testing.T) {
		w.must(w.CloseTopic(t.Context(), w.warden.ID, "local"))
		page := visitor.get("/topics/local").wants(http.StatusOK)
		page.has("a.btn", 0)
		w.as("ronin").get("/post").has("[name=topics]", 1)
	})
}

func TestMember(t *testing.T) {
	w := newWorld(t)
	visitor := w.visitor()
	for range 29 {
		w.reply(w.kaya.ID, 1, "Again and again.")
	}
	w.arrive(1, board.Text{HTML: "<p>From afar.</p>"})

	t.Run("a member has a name, a tagline and what he wrote", func(t *testing.T) {
		page := visitor.get("/members/ronin").wants(http.StatusOK)
		page.shows("h1", "ronin")
		page.shows(".tag", "(Harbour pilot)")
		page.shows("code.handle", "@ronin@"+strings.TrimPrefix(w.server.URL, "http://"))
		page.shows("[aria-labelledby=articles] li h3", "Harbour bridge to close")
		page.shows("[aria-labelledby=posts] li:nth-child(1) h3", "Harbour bridge to close #1")
		page.shows("[aria-labelledby=posts] li:nth-child(2) h3", "Article: Harbour bridge to close")
		page.shows(".rows li:nth-child(1) .excerpt", "I doubt it.")
		if got := page.attr("link[rel=alternate]", "href"); got != w.server.URL+"/members/ronin" {
			t.Errorf("alternate: %s", got)
		}
	})
	t.Run("much goes over several pages, and back", func(t *testing.T) {
		page := visitor.get(visitor.get("/members/kaya").attr("nav a[href$='/posts']", "href")).wants(http.StatusOK)
		page.has(".rows > li", 25)
		older := visitor.get(page.attr("nav a[rel=next]", "href")).wants(http.StatusOK)
		older.has(".rows > li", 4)
		older.has("a[rel=next]", 0)
		newer := visitor.get(older.attr("nav a[rel=prev]", "href")).wants(http.StatusOK)
		newer.has("a[rel=prev]", 0)
		if newer.text(".rows") != page.text(".rows") {
			t.Error("the way back leads elsewhere")
		}
	})
	t.Run("somebody from elsewhere has a page too, and it says so", func(t *testing.T) {
		page := visitor.get("/~gaijin@social.example").wants(http.StatusOK)
		page.shows("code.handle", "@gaijin@social.example")
		if got := page.text(".note"); !strings.Contains(got, "Member of social.example – posts seen here only.") {
			t.Errorf("it says %s", got)
		}
		if got := page.attr(".note a", "href"); got != "https://social.example/@gaijin" {
			t.Errorf("profile: %s", got)
		}
		page.shows(".rows .excerpt", "From afar.")
	})
	for from, to := range map[string]string{
		"/~ronin": "/members/ronin", "/@ronin": "/~ronin", "/~ronin@" + strings.TrimPrefix(w.server.URL, "http://"): "/members/ronin",
		"/@gaijin@social.example": "/~gaijin@social.example", "/~news": "/topics/news",
	} {
		t.Run(from+" leads to "+to, func(t *testing.T) {
			if got := visitor.get(from).wants(http.StatusMovedPermanently).header.Get("Location"); got != to {
				t.Errorf("leads to %s", got)
			}
		})
	}
}

func TestSameName(t *testing.T) {
	w := newWorld(t)
	w.gaijin = w.stranger("mimic", "ronin")
	w.arrive(1, board.Text{HTML: "<p>I am he.</p>"})
	page := w.visitor().get(w.path(""))
	page.shows("#p1 .who", "ronin")
	page.shows("#p2 .who", "@mimic@social.example ronin")
}
