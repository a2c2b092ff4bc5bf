package web_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

// posts are the ids of the posts on a page, in order.
func (a answer) posts() (ids []string) {
	for _, post := range a.Find("#comments article.post").EachIter() {
		ids = append(ids, post.AttrOr("id", ""))
	}
	return ids
}

func (a answer) lists(want ...string) {
	a.t.Helper()
	if diff := cmp.Diff(want, a.posts()); diff != "" {
		a.t.Errorf("%s (-want +got):\n%s", a.path, diff)
	}
}

func TestByAuthor(t *testing.T) {
	w := newWorld(t)
	w.reply(w.kaya.ID, 1, "One.")
	w.arrive(2, board.Text{HTML: "<p>Two.</p>"})
	w.reply(w.kaya.ID, 2, "Three.")
	visitor := w.visitor()
	page := visitor.get(w.path("?by=kaya")).wants(http.StatusOK)
	page.lists("p2", "p4")
	page.shows("#count", "2 posts by kaya")
	page.has("meta[name=robots][content=noindex]", 1)
	page.has("h1", 1)
	if got := page.attr("#p4 .to a", "href"); got != "#p2" {
		t.Errorf("To leads to %s", got)
	}
	if got := page.attr("#p2 .to a", "href"); got != w.path("#p1") {
		t.Errorf("To leads to %s", got)
	}
	visitor.get(w.path("?by=gaijin%40social.example")).lists("p3")
	visitor.get(w.path("?by=KAYA@"+w.Address().Host())).lists("p2", "p4")
	visitor.get(w.path("")).has("#p3 .addr a[href='"+w.path("?by=gaijin%40social.example")+"']", 1)
	missing := visitor.get(w.path("?by=nobody")).wants(http.StatusNotFound)
	if got := missing.attr("main a", "href"); got != w.path("") {
		t.Errorf("it leads on to %s", got)
	}
	visitor.get(w.path("?by=warden")).wants(http.StatusOK).lists()
}

func TestReplies(t *testing.T) {
	w := newWorld(t)
	for _, to := range []int{1, 2, 3, 2, 1} { // 2 to 6
		w.reply(w.kaya.ID, to, "Hm.")
	}
	w.must(w.Delete(t.Context(), w.kaya.ID, w.post(3).ID, nil))
	visitor := w.visitor()
	page := visitor.get(w.path("/2/replies")).wants(http.StatusOK)
	page.lists("p3", "p5")
	page.has("main > #p2", 1)
	page.has("h1", 1)
	page.shows(".sorts [aria-current]", "Direct replies")
	deep := visitor.get(page.attr(".sorts a", "href")).wants(http.StatusOK)
	deep.lists("p3", "p4", "p5")
	deep.shows("#count", "3 replies")
	if got := deep.attr("#p4 .to a", "href"); got != "#p3" {
		t.Errorf("To leads to %s", got)
	}
	visitor.get(w.path("/6/replies")).shows("#count", "No replies to this post")
	visitor.get(w.path("/0/replies")).lists("p1")
	if got := visitor.get(w.path("/0/replies?deep=1")).wants(http.StatusFound).header.Get("Location"); got != w.path("") {
		t.Errorf("everything answers the article: %s", got)
	}
	if got := visitor.get(w.path("/99/replies")).wants(http.StatusNotFound).attr("main a", "href"); got != w.path("#p6") {
		t.Errorf("it leads on to %s", got)
	}
	if got := visitor.get(w.path("")).attr("#p2 .acts li:nth-child(3) a", "href"); got != w.path("/2/replies") {
		t.Errorf("View Replies leads to %s", got)
	}
}

func TestPagesOfReplies(t *testing.T) {
	w := newWorld(t)
	for n := range 60 {
		w.reply(w.kaya.ID, n%2, "Hm.") // 31 answer post 1
	}
	reader := w.visitor()
	reader.send("/settings", url.Values{"posts": {"25"}})
	first := reader.get(w.path("/1/replies"))
	if got := len(first.posts()); got != 25 {
		t.Errorf("%d on the first page", got)
	}
	second := reader.get(first.attr(".pager a[rel=next]", "href"))
	if got := len(second.posts()); got != 5 {
		t.Errorf("%d on the second page", got)
	}
	second.shows(".pager:first-of-type [aria-current]", "26–30")
	if got := second.attr(".pager a[rel=prev]", "href"); got != w.path("/1/replies#comments") {
		t.Errorf("back is %s", got)
	}
	far := reader.get(w.path("/1/replies?from=9999")).wants(http.StatusOK)
	if got := len(far.posts()); got != 1 {
		t.Errorf("%d beyond the end", got)
	}
}

func TestPostPage(t *testing.T) {
	w := newWorld(t)
	w.reply(w.kaya.ID, 1, "Why?")
	w.arrive(2, board.Text{HTML: "<p>Because.</p>"})
	visitor := w.visitor()
	t.Run("what it answers is folded above it", func(t *testing.T) {
		page := visitor.get(w.path("/3")).wants(http.StatusOK)
		page.shows(".parent summary", "In reply to #2")
		page.shows(".parent .body", "Why?")
		page.has(".parent[open], .parent article", 0)
		page.has("main > .parent + #p3", 1)
		if got := page.attr("link[rel=prev]", "href"); got != w.path("/2") {
			t.Errorf("before it is %s", got)
		}
	})
	t.Run("what answers the article has nothing above it", func(t *testing.T) {
		visitor.get(w.path("/1")).has(".parent", 0)
	})
	t.Run("members answer there and then, visitors read how", func(t *testing.T) {
		page := w.as("ronin").get(w.path("/2"))
		if got := page.attr("form.reply", "action"); got != w.path("/2/reply") {
			t.Errorf("the form goes to %q", got)
		}
		page.has(".note", 0)
		page = visitor.get(w.path("/2"))
		page.has("form.reply", 0)
		page.shows(".note .handle", w.server.URL+w.path("/2"))
	})
	t.Run("of an answer to what was deleted, the number stays", func(t *testing.T) {
		w.must(w.Delete(t.Context(), w.kaya.ID, w.post(2).ID, nil))
		page := visitor.get(w.path("/3"))
		page.shows("#p3 .to", "To: kaya #2")
		page.has(".parent .tomb", 1)
		gone := visitor.get(w.path("/2")).wants(http.StatusGone)
		gone.lists("p3")
		gone.has("form.reply, .note", 0)
	})
}

func TestRemovedAtItsOrigin(t *testing.T) {
	w := newWorld(t)
	p := w.arrive(1, board.Text{HTML: "<p>Hm.</p>"})
	w.must(w.Delete(t.Context(), w.gaijin.ID, p.ID, nil))
	got := w.visitor().get(w.path("")).text("#p2 .tomb")
	if want := "2 removed at its origin (social.example) on "; len(got) < len(want) || got[:len(want)] != want {
		t.Errorf("tombstone: %s", got)
	}
}

func TestReadersWays(t *testing.T) {
	w := newWorld(t)
	w.arrive(0, board.Text{HTML: "<p>It went down.</p>", Warning: "crash footage"})
	quote := ""
	for range 20 {
		quote += "> Words.\n>\n"
	}
	w.reply(w.kaya.ID, 1, quote+"\nNo.")
	reader := w.visitor()
	page := reader.get(w.path(""))
	page.has("#p3 details.quote:not([open]) > blockquote", 1)
	page.shows("#p3 .quote summary", "Quote of 20 lines")
	page.has("#p2 details.cw[open]", 0)
	page.has("#p2 .body + .byline", 1)
	reader.send("/settings", url.Values{"byline": {"top"}, "open": {"1"}})
	page = reader.get(w.path(""))
	page.has("#p2 details.cw[open]", 1)
	page.has("#p2 .byline + .to + .body + .acts", 1)
}
