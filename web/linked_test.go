package web_test

import (
	"testing"

	"corkboard/board"
)

func TestAnEditedTitleIsNamedNowhereElse(t *testing.T) {
	w := newWorld(t)
	second, err := w.PostArticle(t.Context(), board.NewArticle{
		By: w.kaya.ID, Title: "A slander", Topics: []board.ActorID{w.topic("news")}, Again: "It is new.",
		Citation: board.Citation{URL: "https://times.example/bridge"}, Text: board.Text{Markdown: "So."},
	})
	w.must(err)
	w.visitor().get(w.path("")).shows(".also bdi", "A slander")
	_, err = w.Edit(t.Context(), board.EditPost{By: w.kaya.ID, Post: second.ID, Title: "A correction", Text: board.Text{Markdown: "So."}})
	w.must(err)
	w.visitor().get(w.path("")).shows(".also bdi", "A correction")
}
