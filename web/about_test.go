package web_test

import (
	"net/http"
	"strings"
	"testing"

	"corkboard/board"
	"corkboard/web"
)

func TestAboutThisBoard(t *testing.T) {
	w := newWorld(t, func(c *web.Config) {
		c.Owner = web.Owner{
			Contact: "mailto:owner@board.example", Rules: "Be **kind**.", Blocked: []string{"bad.example"},
			Version: "1.2.3", Source: "https://source.example/corkboard",
		}
	})
	w.arrive(1, board.Text{HTML: "<p>It is so.</p>"})
	b := w.visitor()
	about := b.get("/about").wants(http.StatusOK)
	t.Run("it says who runs it, on what, and where the source is", func(t *testing.T) {
		about.has(`main a[href="mailto:owner@board.example"]`, 1)
		about.has(`main a[href="/members/warden"]`, 1)
		about.has(`main a[href="https://source.example/corkboard"]`, 1)
		if !strings.Contains(about.text("main"), "Version 1.2.3.") {
			t.Error("the version is not there")
		}
	})
	t.Run("what the owner sets is on pages of its own", func(t *testing.T) {
		b.get("/rules").wants(http.StatusOK).shows("main strong", "kind")
		b.get("/privacy").wants(http.StatusOK).has("main h2", 3)
	})
	t.Run("every page leads to help in the same place", func(t *testing.T) {
		for _, path := range []string{"/", "/about", "/help", "/rules", "/privacy", "/instances", "/topics/news", w.path(""), w.path("/1"), "/login", "/nowhere"} {
			b.get(path).has(`footer nav a[href="/help"]`, 1)
		}
	})
	t.Run("servers that take part and that are blocked are named", func(t *testing.T) {
		page := b.get("/instances").wants(http.StatusOK)
		if got := page.text("main"); !strings.Contains(got, "social.example") || !strings.Contains(got, "bad.example") {
			t.Error(got)
		}
	})
	t.Run("the bookmarklet opens the form", func(t *testing.T) {
		href := b.get("/help").attr("main p > a.btn", "href")
		if !strings.HasPrefix(href, "javascript:location.href='"+string(w.Address())+"/post?url='+encodeURIComponent(location.href)") {
			t.Error(href)
		}
	})
	t.Run("a board without rules has no page of them", func(t *testing.T) {
		plain := newWorld(t).visitor()
		plain.get("/rules").wants(http.StatusNotFound)
		plain.get("/").has(`a[href="/rules"]`, 0)
	})
}
