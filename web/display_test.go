package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"corkboard/board"
)

func TestSettings(t *testing.T) {
	w := newWorld(t)
	v := w.visitor()
	_, err := w.Reply(t.Context(), board.NewReply{By: w.kaya.ID, To: w.article.ID, Text: board.Text{Markdown: "Old picture.", Warning: "crash"}})
	w.must(err)
	page := v.send("/settings", url.Values{
		"language": {"de"}, "zone": {"Asia/Tokyo"}, "clock": {"us"}, "theme": {"dark"}, "size": {"large"}, "posts": {"25"},
		"byline": {"top"}, "images": {"click"}, "open": {"1"}, "brief": {"1"}, "keys": {"off"},
	})
	if page.status != http.StatusSeeOther {
		t.Fatalf("status %d", page.status)
	}
	t.Run("a page follows them", func(t *testing.T) {
		doc := v.get(w.path(""))
		for _, want := range []string{`lang="de"`, `data-theme="dark"`, `data-size="large"`} {
			if !strings.Contains(doc.body, want) {
				t.Errorf("no %s", want)
			}
		}
		if doc.Find("details.cw[open]").Length() != 1 {
			t.Error("the warning is closed")
		}
		if when := doc.Find("time").First().Text(); !strings.HasSuffix(when, "M JST") {
			t.Errorf("a time is written %q", when)
		}
	})
	t.Run("such a page is nobody else's", func(t *testing.T) {
		if got := v.get(w.path("")).header.Get("Cache-Control"); got != "private, no-store" {
			t.Errorf("Cache-Control %q", got)
		}
		if strings.Contains(w.visitor().get(w.path("")).body, "data-theme") {
			t.Error("another visitor got it")
		}
	})
	t.Run("the form shows what is set", func(t *testing.T) {
		doc := v.get("/settings")
		for _, selector := range []string{
			`#f-language option[value=de][selected]`, `#f-zone[value="Asia/Tokyo"]`, `#f-clock option[value=us][selected]`,
			`input[name=open][checked]`, `input[name=byline][checked]`, `#f-posts option[value="25"][selected]`,
		} {
			if doc.Find(selector).Length() != 1 {
				t.Errorf("no %s", selector)
			}
		}
	})
	t.Run("a zone that is nowhere comes back beside its field", func(t *testing.T) {
		page := v.send("/settings", url.Values{"zone": {"Mars/Olympus"}})
		if page.status != http.StatusUnprocessableEntity || page.Find("#e-zone").Length() != 1 || page.Find(`#f-zone[value="Mars/Olympus"]`).Length() != 1 {
			t.Errorf("status %d: %s", page.status, page.Find("main").Text())
		}
	})
	t.Run("a cookie of nonsense is passed over", func(t *testing.T) {
		r, err := http.NewRequest(http.MethodGet, w.server.URL+w.path(""), nil)
		w.must(err)
		r.AddCookie(&http.Cookie{Name: "corkboard_display", Value: "theme=%22%3E%3Cscript%3E&zone=../../etc/passwd&posts=1000000&language=" + strings.Repeat("x", 300)})
		answer, err := http.DefaultClient.Do(r)
		w.must(err)
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK || !strings.HasPrefix(answer.Header.Get("Cache-Control"), "public") {
			t.Errorf("status %d, Cache-Control %q", answer.StatusCode, answer.Header.Get("Cache-Control"))
		}
	})
}
