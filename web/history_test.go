package web_test

import (
	"net/http"
	"strings"
	"testing"

	"corkboard/board"
)

func TestHistory(t *testing.T) {
	w := newWorld(t)
	post := w.reply(w.kaya.ID, 1, "I *will* not move.")
	visitor := w.visitor()
	t.Run("a post that was never edited says so", func(t *testing.T) {
		visitor.get(w.path("")).has("#p2 a[href$='/history']", 0)
		page := visitor.get(w.path("/2/history")).wants(http.StatusOK)
		if got := page.text("p.note"); !strings.HasPrefix(got, "Nothing was changed since it was posted on ") {
			t.Errorf("it says %q", got)
		}
	})
	edit := func(text board.Text) {
		t.Helper()
		_, err := w.Edit(t.Context(), board.EditPost{By: w.kaya.ID, Post: post.ID, Text: text})
		w.must(err)
	}
	edit(board.Text{Markdown: "I *will* move."})
	edit(board.Text{Markdown: "I *will* move <b>tomorrow</b>.", Warning: "moving"})
	t.Run("edited leads to every change, the newest first", func(t *testing.T) {
		page := visitor.get(visitor.get(w.path("")).attr("#p2 .byline a[href$='/history']", "href")).wants(http.StatusOK)
		page.has("section.edit", 2)
		page.shows(".edit:nth-of-type(1) .fields", "Content warning: moving")
		page.has(".edit:nth-of-type(1) .fields ins", 1)
		page.shows(".edit:nth-of-type(1) .changed del", "move.")
		page.shows(".edit:nth-of-type(1) .changed ins", "move <b>tomorrow</b>.")
		page.shows(".edit:nth-of-type(2) .changed", "I *will* not move.")
		page.shows(".edit:nth-of-type(2) .changed del", "not")
		page.has(".changed b", 0) // it is the source that is compared
		page.has("h1", 1)
		page.has("meta[name=robots][content=noindex]", 1)
	})
	t.Run("an article's title and source line are compared too", func(t *testing.T) {
		citation := board.Citation{URL: "https://times.example/bridge", Publication: "The Sample Times", Author: "A. Writer", Date: "2011-01-04"}
		_, err := w.Edit(t.Context(), board.EditPost{
			By: w.ronin.ID, Post: w.article.ID, Title: "Harbour bridge to open", Citation: &citation, Text: board.Text{Markdown: "For six weeks.", Language: "en"},
		})
		w.must(err)
		page := visitor.get(visitor.get(w.path("")).attr(".op .meta a[href$='/history']", "href")).wants(http.StatusOK)
		page.shows(".fields", "Title: Harbour bridge to closeopen Publication: The Example Sample Times")
		page.has(".changed", 0)
	})
	t.Run("what another server sent is compared as text", func(t *testing.T) {
		p := w.arrive(1, board.Text{HTML: "<p>One</p><p>two</p>"})
		_, err := w.Edit(t.Context(), board.EditPost{
			By: w.gaijin.ID, Post: p.ID, Text: board.Text{HTML: "<p>One</p><p>three</p>"},
			Remote: &board.Remote{URI: p.URI, Updated: p.PublishedAt.Add(1e10)},
		})
		w.must(err)
		page := visitor.get(w.path("/3/history"))
		page.shows(".changed del", "two")
		page.shows(".changed ins", "three")
	})
	t.Run("a post that is gone has none", func(t *testing.T) {
		w.must(w.Delete(t.Context(), w.kaya.ID, post.ID, nil))
		page := visitor.get(w.path("/2/history")).wants(http.StatusGone)
		page.has(".edit", 0)
		page.shows("p.note", "The post was taken away, and its history with it.")
	})
	t.Run("a post that is not there has none", func(t *testing.T) {
		visitor.get(w.path("/77/history")).wants(http.StatusNotFound)
	})
}
