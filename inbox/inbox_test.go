package inbox_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"corkboard/inbox"
)

func TestReply(t *testing.T) {
	h, s := newHere(t, inbox.Config{}), newRemote(t)
	carol := s.person("carol")
	article := h.article()

	first := carol.note("I disagree.", article.URI)
	if reason := carol.says(h, carol.act("Create", first)); reason != "" {
		t.Fatal(reason)
	}
	second := carol.note("And again.", first["id"].(string))
	if reason := carol.says(h, carol.act("Create", second)); reason != "" {
		t.Fatal(reason)
	}
	want := []string{"1 carol to 0: I disagree.", "2 carol to 1: And again."}
	if diff := cmp.Diff(want, h.column(article.Thread)); diff != "" {
		t.Error(diff)
	}
}
