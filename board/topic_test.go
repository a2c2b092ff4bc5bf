package board_test

import (
	"testing"

	"corkboard/board"
)

func TestTopicGroups(t *testing.T) {
	b := newBoard(t, board.Limits{})
	news, err := b.Topic(t.Context(), "news")
	if err != nil {
		t.Fatal(err)
	}
	all, err := b.ActorByHandle(t.Context(), "news"+board.AllSuffix, "")
	if err != nil {
		t.Fatal(err)
	}
	if all.ID != news.All || all.URI == news.URI {
		t.Errorf("the second Group is %d at %s, want %d at an address of its own", all.ID, all.URI, news.All)
	}
	if news.URL != news.URI || all.URL != news.URI {
		t.Errorf("people find the Groups at %s and %s, want both at %s", news.URL, all.URL, news.URI)
	}
}
