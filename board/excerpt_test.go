package board_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

func TestExcerptLimits(t *testing.T) {
	now := time.Now()
	b := boardAt(t, &now, board.Excerpts{"times.example": 5, "free.times.example": 8, "wire.example": 0, "*": 10})
	gaijin := member(t, b, "gaijin", board.RoleMember)
	a := board.NewArticle{By: gaijin.ID, Title: "Title", Topics: []board.ActorID{topicID(t, b, "news")}, Remark: "Of my own I may write as much as I like to, here."}
	words := func(n int) string { return strings.TrimSpace(strings.Repeat("word ", n)) }

	t.Run("each source has its limit", func(t *testing.T) {
		for link, limit := range map[string]int{
			"https://www.times.example/1":       5,
			"https://m.times.example:8443/2":    5,
			"https://world.times.example/3":     5,
			"https://free.times.example/4":      8,
			"https://elsewhere.example/5":       10,
			"https://wire.example/6?utm_id=1":   0,
			"https://times.example.org.example": 10,
		} {
			a.Citation.URL, a.Text.Markdown = link, words(limit+1)
			_, err := b.PostArticle(t.Context(), a)
			wantKind(t, err, board.Invalid)
			a.Text.Markdown = words(limit)
			if _, err := b.PostArticle(t.Context(), a); err != nil {
				t.Errorf("%d words of %s: %v", limit, link, err)
			}
		}
	})
	t.Run("what has no source is no excerpt", func(t *testing.T) {
		a.Citation.URL, a.Text.Markdown = "", words(100)
		if _, err := b.PostArticle(t.Context(), a); err != nil {
			t.Error(err)
		}
	})
	t.Run("markup does not count, and the preview shows what is over", func(t *testing.T) {
		a.Citation.URL = "https://times.example/7"
		a.Text.Markdown = "> One **two** [three](https://times.example/a%20long%20one)\n\nfour five *six*\n\nseven"
		p, err := b.PreviewArticle(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		want := board.Quota{Source: "times.example", Limit: 5, Words: 7, Within: "One two three\nfour five", Over: "six\nseven"}
		if diff := cmp.Diff(want, p.Quota); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("characters count where there are no spaces", func(t *testing.T) {
		a.Citation.URL, a.Text.Markdown = "https://times.example/8", "2011年、海軍が去る。"
		p, err := b.PreviewArticle(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		want := board.Quota{Source: "times.example", Limit: 5, Words: 6, Within: "2011年、海軍が去", Over: "る。"}
		if diff := cmp.Diff(want, p.Quota); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("an edit keeps to it too, by the link that it leaves", func(t *testing.T) {
		a.Citation.URL, a.Text.Markdown = "https://times.example/9", words(5)
		p, err := b.PostArticle(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Edit(t.Context(), board.EditPost{By: gaijin.ID, Post: p.ID, Text: board.Text{Markdown: words(6)}})
		wantKind(t, err, board.Invalid)
		elsewhere := board.Citation{URL: "https://free.times.example/9"}
		if _, err = b.Edit(t.Context(), board.EditPost{By: gaijin.ID, Post: p.ID, Citation: &elsewhere, Text: board.Text{Markdown: words(6)}}); err != nil {
			t.Error(err)
		}
	})
	t.Run("articles of other servers are not ours to cut", func(t *testing.T) {
		far := stranger(t, b, "mariner")
		_, err := b.PostArticle(t.Context(), board.NewArticle{
			By: far.ID, Title: "Theirs", Topics: a.Topics, Citation: board.Citation{URL: "https://wire.example/10"}, Text: board.Text{HTML: "<p>" + words(50) + "</p>"},
			Remote: &board.Remote{URI: far.URI + "/10", URL: far.URI + "/10", Published: time.Now()},
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestPreviewArticle(t *testing.T) {
	now := time.Now()
	b := boardAt(t, &now, nil)
	gaijin := member(t, b, "gaijin", board.RoleMember)
	p, err := b.PreviewArticle(t.Context(), board.NewArticle{
		By: gaijin.ID, Title: " A  title ", Citation: board.Citation{URL: "javascript:alert(1)", Author: "A. Writer"}, Keywords: []string{"#Navy", "two words"},
		Text: board.Text{Markdown: "*Text*", Warning: "Ships", Language: "en"}, Remark: "My **remark**",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := board.ArticlePreview{
		Thread: board.Thread{
			Title: "A title", Citation: board.Citation{Author: "A. Writer"}, Keywords: []board.Keyword{{Word: "navy", By: gaijin.ID, Published: true}},
			Article: board.Post{Author: gaijin.Actor, HTML: "<p><em>Text</em></p>", Language: "en", Warning: "Ships"},
		},
		Remark: "<p>My <strong>remark</strong></p>", Quota: board.Quota{Limit: -1, Words: 1, Within: "Text"},
	}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Error(diff)
	}
}
