package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

// lastHere says when a member's visit before this one ended.
func (w *world) lastHere(m board.Member, last time.Time) {
	w.t.Helper()
	w.must(w.db.Update(w.t.Context(), func(tx board.Tx) error { return tx.SetVisit(m.ID, time.Now(), last) }))
}

func (w *world) post25(count int, title string) {
	w.t.Helper()
	for n := range count {
		_, err := w.PostArticle(w.t.Context(), board.NewArticle{
			By: w.ronin.ID, Title: fmt.Sprintf("%s %d", title, n), Topics: []board.ActorID{w.topic("news")}, Text: board.Text{Markdown: "Text."},
		})
		w.must(err)
	}
}

// order is what a list has: titles, and where one was.
func (a answer) order() (list []string) {
	a.Find(".articles > li").Each(func(_ int, s *goquery.Selection) {
		if s.HasClass("here") {
			list = append(list, "here")
			return
		}
		list = append(list, s.Find("h2 a").Text())
	})
	return list
}

func TestLastVisit(t *testing.T) {
	w := newWorld(t)
	time.Sleep(2 * time.Millisecond) // the article is older than the visit
	last := time.Now()
	time.Sleep(2 * time.Millisecond)
	w.post25(2, "New")
	warden := w.as("warden")

	t.Run("the first visit has no line", func(t *testing.T) {
		page := warden.get("/").wants(http.StatusOK)
		page.has(".here", 0)
		page.shows(".sorts nav:first-child li:nth-child(3)", "Since last visit")
		if got := warden.get("/?sort=visit").text("main .hint"); !strings.HasPrefix(got, "This is your first visit") {
			t.Errorf("it says %s", got)
		}
	})
	w.lastHere(w.warden, last)
	t.Run("the list says how far one was", func(t *testing.T) {
		page := warden.get("/").wants(http.StatusOK)
		if diff := cmp.Diff([]string{"New 1", "New 0", "here", "Harbour bridge to close"}, page.order()); diff != "" {
			t.Error(diff)
		}
		page.has(".badge.fresh", 2)
		if got := page.attr(".here time", "datetime"); got != last.UTC().Format("2006-01-02T15:04:05Z") {
			t.Errorf("it says %s", got)
		}
	})
	t.Run("and in a list by activity, in a topic and in one that is sorted otherwise", func(t *testing.T) {
		w.reply(w.kaya.ID, 0, "Still here.")
		for _, path := range []string{"/?sort=active", "/topics/news?sort=active"} {
			want := []string{"Harbour bridge to close", "New 1", "New 0"}
			if diff := cmp.Diff(want, warden.get(path).order()); diff != "" {
				t.Errorf("%s: %s", path, diff)
			}
		}
	})
	t.Run("what had posts since then is a list of its own", func(t *testing.T) {
		w.lastHere(w.warden, time.Now())
		time.Sleep(2 * time.Millisecond)
		warden.get("/?sort=visit").shows("main .note", "Nothing new since then.")
		w.reply(w.kaya.ID, 0, "And again.")
		if diff := cmp.Diff([]string{"Harbour bridge to close"}, warden.get("/?sort=visit").order()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("nothing new is said as well", func(t *testing.T) {
		w.lastHere(w.warden, time.Now())
		if got := warden.get("/").order(); got[0] != "here" {
			t.Errorf("the list is %v", got)
		}
	})
	t.Run("visitors have no last visit", func(t *testing.T) {
		page := w.visitor().get("/?sort=visit").wants(http.StatusOK)
		page.has(".here", 0)
		page.has(".sorts nav:first-child li", 2)
		page.has(".articles h2", 3)
	})
	t.Run("the line stands at the end of a page where the next one is older", func(t *testing.T) {
		w.lastHere(w.warden, time.Now())
		time.Sleep(2 * time.Millisecond)
		w.post25(25, "Page")
		page := warden.get("/")
		order := page.order()
		if len(order) != 26 || order[25] != "here" {
			t.Errorf("the list is %v", order)
		}
		next := warden.get(page.attr("nav a[rel=next]", "href"))
		next.has(".here", 0)
		back := warden.get(next.attr("nav a[rel=prev]", "href"))
		back.has(".articles h2", 25)
	})
}

func TestVisitsAreNotMadeByPrograms(t *testing.T) {
	w := newWorld(t)
	warden := w.as("warden")
	long := time.Now().Add(-time.Hour).Truncate(time.Millisecond).UTC()
	seen := func() time.Time {
		m, err := w.Member(t.Context(), "warden")
		w.must(err)
		return m.SeenAt
	}
	away := func() {
		w.must(w.db.Update(t.Context(), func(tx board.Tx) error { return tx.SetVisit(w.warden.ID, long, long) }))
	}
	for name, change := range map[string]func(r *http.Request){
		"a HEAD":                      func(r *http.Request) { r.Method = http.MethodHead },
		"a page loaded before":        func(r *http.Request) { r.Header.Set("Sec-Purpose", "prefetch;prerender") },
		"one loaded before, as once":  func(r *http.Request) { r.Header.Set("Purpose", "prefetch") },
		"a script that asks for news": func(r *http.Request) { r.Header.Set("Sec-Fetch-Mode", "cors") },
	} {
		t.Run(name, func(t *testing.T) {
			away()
			r := warden.request(http.MethodGet, "/", nil)
			change(r)
			warden.do(r).wants(http.StatusOK)
			if got := seen(); !got.Equal(long) {
				t.Errorf("seen at %v", got)
			}
		})
	}
	t.Run("a page that is read is one", func(t *testing.T) {
		away()
		warden.get(w.path("")).wants(http.StatusOK)
		m, err := w.Member(t.Context(), "warden")
		w.must(err)
		if !m.LastVisit.Equal(long) || time.Since(m.SeenAt) > time.Minute {
			t.Errorf("seen at %v, last visit %v", m.SeenAt, m.LastVisit)
		}
	})
}

func TestUnread(t *testing.T) {
	w := newWorld(t)
	warden := w.as("warden")
	w.must(w.MarkRead(t.Context(), w.warden.ID, w.article.Thread, 1))
	warden.get("/").has(".new", 0)
	for range 60 {
		w.reply(w.kaya.ID, 1, "More.")
	}
	page := warden.get("/")
	page.shows(".articles .new", "60 new")
	place := page.attr(".articles .new", "href")
	path, anchor, _ := strings.Cut(place, "#")
	if warden.get(path).Find("#"+anchor).Length() != 1 || anchor != "p2" {
		t.Errorf("new leads to %s", place)
	}
	w.visitor().get("/").has(".new", 0)
}

func TestBriefLists(t *testing.T) {
	w := newWorld(t)
	visitor := w.visitor()
	visitor.get("/").has(".excerpt", 1)
	page := visitor.get("/?brief=1").wants(http.StatusOK)
	page.has(".excerpt", 0)
	if got := page.header.Get("Cache-Control"); !strings.Contains(got, "private") {
		t.Errorf("a page with a cookie is for everybody: %s", got)
	}
	t.Run("the choice is remembered, on every list", func(t *testing.T) {
		for _, path := range []string{"/", "/topics/news", "/k/bridge", "/source/times.example", "/members/ronin/articles"} {
			visitor.get(path).wants(http.StatusOK).has(".articles .excerpt, .articles .filed", 0)
		}
	})
	t.Run("and taken back", func(t *testing.T) {
		page := visitor.get(visitor.get("/").attr(".sorts nav:nth-of-type(2) a", "href"))
		page.has(".excerpt", 1)
		if got := page.header.Get("Cache-Control"); !strings.Contains(got, "private") {
			t.Errorf("a page with a cookie is for everybody: %s", got)
		}
		visitor.get("/").has(".excerpt", 1)
	})
	t.Run("what a browser loads before it is asked for changes nothing", func(t *testing.T) {
		r := visitor.request(http.MethodGet, "/?brief=1", nil)
		r.Header.Set("Sec-Purpose", "prefetch")
		if got := visitor.do(r).header.Get("Set-Cookie"); got != "" {
			t.Errorf("cookie %s", got)
		}
	})
}

func TestPins(t *testing.T) {
	w := newWorld(t)
	visitor, warden := w.visitor(), w.as("warden")
	visitor.get("/").has(".pins", 0)

	t.Run("a moderator pins a thread with a form", func(t *testing.T) {
		page := warden.get(warden.get(w.path("")).attr(".op .acts a[href$='/pin']", "href")).wants(http.StatusOK)
		page.shows(".crumbs", "Harbour bridge to close")
		warden.send(w.path("/pin"), url.Values{"hours": {"nonsense"}, "do": {"pin"}}).wants(http.StatusUnprocessableEntity).has("[aria-invalid]", 1)
		if got := warden.send(w.path("/pin"), url.Values{"hours": {"12"}, "breaking": {"1"}, "do": {"pin"}}).wants(http.StatusSeeOther).header.Get("Location"); got != "/" {
			t.Errorf("leads to %s", got)
		}
	})
	t.Run("it stands in front, and is called breaking wherever it is listed", func(t *testing.T) {
		page := visitor.get("/").wants(http.StatusOK)
		page.shows(".pins li", "Breaking Harbour bridge to close 1 post")
		for _, path := range []string{"/", "/topics/news", "/k/bridge", "/members/ronin/articles"} {
			visitor.get(path).shows(".articles h2 .breaking", "Breaking")
		}
	})
	t.Run("until its time is over, without a change of the board", func(t *testing.T) {
		w.must(w.db.Update(t.Context(), func(tx board.Tx) error {
			return tx.SetPin(board.Pinned{Thread: w.article.Thread, Breaking: true, ExpiresAt: time.Now().Add(-time.Second)})
		}))
		visitor.get("/").has(".pins, .breaking", 0)
	})
	t.Run("and is unpinned", func(t *testing.T) {
		warden.send(w.path("/pin"), url.Values{"hours": {"12"}, "do": {"pin"}}).wants(http.StatusSeeOther)
		visitor.get("/").shows(".pins li", "Harbour bridge to close 1 post")
		warden.get(w.path("/pin")).has("[value=unpin]", 1)
		warden.send(w.path("/pin"), url.Values{"do": {"unpin"}}).wants(http.StatusSeeOther)
		visitor.get("/").has(".pins", 0)
	})
	t.Run("nobody else may", func(t *testing.T) {
		for _, b := range []*browser{visitor, w.as("ronin")} {
			b.get(w.path("")).has("a[href$='/pin']", 0)
			b.get(w.path("/pin")).wants(http.StatusForbidden)
			b.send(w.path("/pin"), url.Values{"hours": {"12"}}).wants(http.StatusForbidden)
		}
		warden.get("/t/999/pin").wants(http.StatusNotFound)
	})
}
