package web_test

import (
	"net/http"
	"net/url"
	"testing"

	"corkboard/board"
)

// TestWordsInAddresses asks for what is named in other scripts, and by who
// escapes more than he must.
func TestWordsInAddresses(t *testing.T) {
	w := newWorld(t)
	_, err := w.PostArticle(t.Context(), board.NewArticle{
		By: w.ronin.ID, Title: "日本", Topics: []board.ActorID{w.topic("news")}, Text: board.Text{Markdown: "Far."},
		Keywords: []string{"日本", "été"}, Citation: board.Citation{URL: "https://bücher.example/1"},
	})
	w.must(err)
	w.arrive(1, board.Text{HTML: "<p>It is so.</p>"})
	for _, path := range []string{
		"/k/" + url.PathEscape("日本"), "/k/" + url.PathEscape("été") + "+" + url.PathEscape("日本"), "/k/br%69dge", "/topics/n%65ws", "/members/r%6Fnin",
		"/~gaijin%40social.example", "/source/xn--bcher-kva.example",
	} {
		w.visitor().get(path).wants(http.StatusOK)
		w.visitor().get(path + ".atom").wants(http.StatusOK)
	}
}
