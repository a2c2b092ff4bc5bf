package web_test

import (
	"net/http"
	"testing"
	"time"

	"corkboard/board"
)

func TestAboutThisThread(t *testing.T) {
	w := newWorld(t)
	t.Run("a thread of our own has all of it", func(t *testing.T) {
		w := newWorld(t)
		page := w.visitor().get(w.path(""))
		page.shows(".reach .where", "All of it was written here.")
	})
	w.must(w.Follow(t.Context(), board.Follow{Follower: w.gaijin.ID, Of: w.topic("local"), URI: "https://social.example/follows/1"}))
	w.arrive(1, board.Text{HTML: "<p>Hm.</p>"})
	w.arriveAs(board.NewReply{By: w.gaijin.ID, Thread: w.article.Thread, ToURI: "https://lost.example/1", Text: board.Text{HTML: "<p>Hm.</p>"}})
	t.Run("servers that take part are named, and gaps are not hidden", func(t *testing.T) {
		page := w.visitor().get(w.path(""))
		page.shows(".reach .where", "People of 2 servers take part: social.example (2 posts), this board (1 post). Its topics have followers on 1 server.")
		page.shows(".reach .gaps", "Replies may be missing here. 1 post answers one that never came.")
	})
	t.Run("an article from elsewhere leads to where it is answered too", func(t *testing.T) {
		p, err := w.PostArticle(t.Context(), board.NewArticle{
			By: w.gaijin.ID, Title: "Far", Topics: []board.ActorID{w.topic("news")}, Text: board.Text{HTML: "<p>Away.</p>"},
			Remote: &board.Remote{URI: "https://social.example/notes/a", URL: "https://social.example/@gaijin/a", Published: time.Now()},
		})
		w.must(err)
		page := w.visitor().get(string(w.Address().Thread(p.Thread))[len(w.server.URL):]).wants(http.StatusOK)
		page.shows(".reach .gaps", "Replies may be missing here. The article comes from social.example; what is answered there is not always sent here. Look there")
		if got := page.attr(".gaps a", "href"); got != "https://social.example/@gaijin/a" {
			t.Errorf("it leads to %s", got)
		}
	})
}
