package web_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"corkboard/board"
	"corkboard/web"
)

// everyPage is one address of each kind that shows a page to a visitor.
func everyPage(w *world) map[string]int {
	return map[string]int{
		"/": 200, "/?sort=active": 200, "/?brief=1": 200, "/topics": 200, "/topics/news": 200,
		w.path(""): 200, w.path("/1"): 200, w.path("/1/reply"): 200, w.path("/0/reply"): 200, w.path("?from=51"): 200,
		"/posts": 200, "/k/bridge": 200, "/k/bridge+ferries": 200, "/source/times.example": 200, "/?sort=visit": 200,
		"/members/ronin": 200, "/members/ronin/articles": 200, "/members/ronin/posts": 200, "/~gaijin@social.example/posts": 200,
		"/k/unknown": 404, "/k/8": 404, "/k/+": 404, w.path("/pin"): 403,
		"/~gaijin@social.example": 200, "/about": 200, "/login": 200,
		"/nowhere": 404, "/t/999": 404, w.path("/999"): 404, "/topics/none": 404, "/members/none": 404, "/~none@far.example": 404,
		"/join/unknown": 404, "/t/99999999999999999999": 404, "/t/0": 404,
	}
}

// memberPages are those that only members are shown.
func memberPages(w *world) []string {
	return []string{"/post", w.path("/1/edit"), w.path("/0/edit"), w.path("/1/delete"), w.path("/1/reply"), w.path("")}
}

func TestEveryPage(t *testing.T) {
	w := newWorld(t)
	w.arrive(1, board.Text{HTML: "<p>Hm.</p>"})
	for range 60 {
		w.reply(w.kaya.ID, 1, "More.")
	}
	visitor, ronin := w.visitor(), w.as("ronin")
	check := func(t *testing.T, page answer) {
		page.has("h1", 1)
		page.has("main", 1)
		page.has("header.mast", 1)
		page.has("footer", 1)
		page.has("script:not([src]):not([type='application/ld+json']), [style], [onclick]", 0)
		first := page.Find("a, button, input, textarea, select, summary").First()
		if target := first.AttrOr("href", ""); !first.HasClass("skip") || page.Find(target).Length() != 1 {
			t.Errorf("the first stop of Tab is not a skip link to something on the page: %q", target)
		}
		page.Find("nav").Each(func(_ int, s *goquery.Selection) {
			name := s.AttrOr("aria-label", "")
			if name == "" || page.Find("nav[aria-label='"+name+"']").Length() != 1 {
				t.Errorf("a nav has no name of its own: %q", name)
			}
		})
		level := 0
		page.Find("h1, h2, h3, h4").Each(func(_ int, s *goquery.Selection) {
			next := int(goquery.NodeName(s)[1] - '0')
			if next > level+1 {
				t.Errorf("heading %q is of level %d after %d", s.Text(), next, level)
			}
			level = next
		})
		ids := map[string]bool{}
		page.Find("[id]").Each(func(_ int, s *goquery.Selection) {
			if id := s.AttrOr("id", ""); ids[id] {
				t.Errorf("two have the id %s", id)
			} else {
				ids[id] = true
			}
		})
		page.Find("input:not([type=hidden]):not([type=checkbox]), textarea, select").Each(func(_ int, s *goquery.Selection) {
			if page.Find("label[for="+s.AttrOr("id", "none")+"]").Length() != 1 {
				t.Errorf("input %s has no label", s.AttrOr("name", ""))
			}
		})
		checkHeaders(t, page.header)
		if got := page.header.Get("Vary"); got != "Accept, Accept-Encoding, Accept-Language, Cookie" {
			t.Errorf("Vary: %s", got)
		}
	}
	for path, status := range everyPage(w) {
		t.Run("a visitor at "+path, func(t *testing.T) {
			page := visitor.get(path).wants(status)
			page.t = t
			check(t, page)
			if page.header.Get("Set-Cookie") != "" && path != "/?brief=1" {
				t.Error("a visitor is given a cookie")
			}
		})
	}
	for _, path := range memberPages(w) {
		t.Run("a member at "+path, func(t *testing.T) {
			page := ronin.get(path).wants(http.StatusOK)
			page.t = t
			check(t, page)
			if got := page.header.Get("Cache-Control"); got != "private, no-store" {
				t.Errorf("Cache-Control: %s", got)
			}
		})
	}
}

// checkHeaders are those that every answer has.
func checkHeaders(t *testing.T, head http.Header) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"X-Content-Type-Options":  "nosniff",
		"Referrer-Policy":         "same-origin",
		"X-Frame-Options":         "DENY",
	} {
		if got := head.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	w := newWorld(t)
	w.arrive(1, board.Text{HTML: "<p>Hm.</p>"})
	for name, b := range map[string]*browser{"visitor": w.visitor(), "member": w.as("ronin"), "moderator": w.as("warden")} {
		seen, todo := map[string]bool{}, []string{"/", w.path("")}
		for len(todo) > 0 && len(seen) < 200 {
			path := todo[0]
			todo = todo[1:]
			if seen[path] {
				continue
			}
			seen[path] = true
			page := b.get(path)
			if page.status >= 400 {
				t.Errorf("%s: a link leads to %s, which answers %d", name, path, page.status)
			}
			page.Find("a[href^='/'], link[rel=stylesheet], link[rel=icon]").Each(func(_ int, s *goquery.Selection) {
				next, _, _ := strings.Cut(s.AttrOr("href", ""), "#")
				todo = append(todo, next)
			})
			page.Find("a[href^='#']").Each(func(_ int, s *goquery.Selection) {
				if page.Find(s.AttrOr("href", "#")).Length() == 0 {
					t.Errorf("%s: %s leads to %s, which is not on the page", name, path, s.AttrOr("href", ""))
				}
			})
		}
	}
}

func TestNothingChangesByGET(t *testing.T) {
	w := newWorld(t)
	ronin, before := w.as("ronin"), w.events()
	for path := range everyPage(w) {
		ronin.get(path)
	}
	for _, path := range append(memberPages(w), "/logout", w.path("/1/delete?do=post")) {
		ronin.get(path)
	}
	if got := w.events(); got != before {
		t.Errorf("%d events happened", got-before)
	}
	ronin.get("/logout").wants(http.StatusMethodNotAllowed)
	if ronin.get("/").text(".me") != "Drafts ronin Log out" {
		t.Error("somebody was logged out")
	}
}

func TestOtherSitesFormsAreRefused(t *testing.T) {
	w := newWorld(t)
	ronin, before := w.as("ronin"), w.events()
	for _, path := range []string{"/post", w.path("/1/reply"), w.path("/1/edit"), w.path("/1/delete"), "/login", "/logout"} {
		for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			t.Run(path+" with "+header, func(t *testing.T) {
				r := ronin.request(http.MethodPost, path, strings.NewReader(url.Values{"text": {"Evil."}}.Encode()))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set(header, value)
				checkHeaders(t, ronin.do(r).wants(http.StatusForbidden).header)
			})
		}
	}
	t.Run("as plain text", func(t *testing.T) {
		r := ronin.request(http.MethodPost, w.path("/1/reply"), strings.NewReader("text=Evil."))
		r.Header.Set("Content-Type", "text/plain")
		ronin.do(r).wants(http.StatusUnsupportedMediaType)
	})
	if got := w.events(); got != before {
		t.Errorf("%d events happened", got-before)
	}
}

func TestErrors(t *testing.T) {
	w := newWorld(t)
	ronin := w.as("ronin")
	t.Run("a body that is too long is refused", func(t *testing.T) {
		ronin.send(w.path("/1/reply"), url.Values{"text": {strings.Repeat("x", 2<<20)}}).wants(http.StatusRequestEntityTooLarge).has(".mast", 1)
	})
	t.Run("a wrong method is refused", func(t *testing.T) {
		page := ronin.do(ronin.request(http.MethodDelete, w.path("/1/reply"), nil)).wants(http.StatusMethodNotAllowed)
		page.has(".mast", 1)
		if got := page.header.Get("Allow"); got != "GET, HEAD, POST" {
			t.Errorf("Allow: %s", got)
		}
	})
	t.Run("a form that is no form is refused", func(t *testing.T) {
		r := ronin.request(http.MethodPost, w.path("/1/reply"), strings.NewReader("text=%zz"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		ronin.do(r).wants(http.StatusBadRequest)
	})
	t.Run("a program that asks for JSON gets no HTML", func(t *testing.T) {
		r := ronin.request(http.MethodGet, "/nowhere", nil)
		r.Header.Set("Accept", "application/activity+json")
		page := ronin.do(r).wants(http.StatusNotFound)
		if got := page.header.Get("Content-Type"); got != "application/json" {
			t.Errorf("Content-Type: %s", got)
		}
	})
	t.Run("a stroke too many leads to no other site", func(t *testing.T) {
		for path, want := range map[string]string{"/%5cevil.example/": "/%5Cevil.example", "/%09/evil.example/": "/%09/evil.example", "/a%3Fb/": "/a%3Fb", "/%2Fevil.example/": "/evil.example"} {
			if got := ronin.get(path).wants(http.StatusSeeOther).header.Get("Location"); got != want {
				t.Errorf("%s leads to %q", path, got)
			}
		}
	})
	t.Run("a stroke too many leads to the page", func(t *testing.T) {
		if got := ronin.get("/topics/news/").wants(http.StatusSeeOther).header.Get("Location"); got != "/topics/news" {
			t.Errorf("leads to %s", got)
		}
	})
	t.Run("a topic's second Group leads to the topic's page", func(t *testing.T) {
		if got := ronin.get("/topics/news_all").wants(http.StatusSeeOther).header.Get("Location"); got != "/topics/news" {
			t.Errorf("leads to %s", got)
		}
	})
	t.Run("what is our fault is told by a number alone", func(t *testing.T) {
		b := newWorld(t, func(c *web.Config) { c.Sessions = brokenSessions{} }).visitor()
		r := b.request(http.MethodGet, "/", nil)
		r.AddCookie(&http.Cookie{Name: "corkboard", Value: "token"})
		page := b.do(r).wants(http.StatusInternalServerError)
		page.has(".mast", 1)
		if strings.Contains(page.body, "/var/lib") || !strings.Contains(page.text("main"), "If you tell us about it, say ") {
			t.Errorf("it says: %s", page.text("main"))
		}
	})
}

// brokenSessions is a store that fails with what is nobody's business.
type brokenSessions struct{}

var errBroken = errors.New("open /var/lib/board.db: disk I/O error")

func (brokenSessions) Find(string) ([]byte, bool, error)      { return nil, false, errBroken }
func (brokenSessions) Commit(string, []byte, time.Time) error { return errBroken }
func (brokenSessions) Delete(string) error                    { return errBroken }

func TestCaching(t *testing.T) {
	w := newWorld(t)
	visitor := w.visitor()
	conditional := func(path, tag string) answer {
		r := visitor.request(http.MethodGet, path, nil)
		r.Header.Set("If-None-Match", tag)
		return visitor.do(r)
	}
	t.Run("a visitor's page may be kept shortly and asked for again", func(t *testing.T) {
		page := visitor.get(w.path("")).wants(http.StatusOK)
		if got := page.header.Get("Cache-Control"); got != "public, max-age=10" {
			t.Errorf("Cache-Control: %s", got)
		}
		again := conditional(w.path(""), `"other", `+page.header.Get("ETag")).wants(http.StatusNotModified)
		if again.body != "" || again.header.Get("ETag") != page.header.Get("ETag") {
			t.Errorf("304 with %q and %q", again.header.Get("ETag"), again.body)
		}
	})
	t.Run("the same page comes compressed to whoever takes that", func(t *testing.T) {
		plain := visitor.request(http.MethodGet, w.path(""), nil)
		plain.Header.Set("Accept-Encoding", "gzip;q=0")
		got := visitor.do(plain).wants(http.StatusOK)
		if got.header.Get("Content-Encoding") != "" {
			t.Error("compressed against the reader's will")
		}
		zipped := visitor.request(http.MethodGet, w.path(""), nil)
		zipped.Header.Set("Accept-Encoding", "br, gzip")
		response, err := visitor.client.Do(zipped)
		w.must(err)
		defer response.Body.Close()
		if response.Header.Get("Content-Encoding") != "gzip" || response.ContentLength >= int64(len(got.body)) {
			t.Errorf("%q, %d bytes of %d", response.Header.Get("Content-Encoding"), response.ContentLength, len(got.body))
		}
	})
	changes := map[string]func(){
		"a new reply": func() { w.reply(w.kaya.ID, 1, "Fresh.") },
		"an edit": func() {
			_, err := w.Edit(t.Context(), board.EditPost{By: w.ronin.ID, Post: w.post(1).ID, Text: board.Text{Markdown: "Edited."}})
			w.must(err)
		},
		"a deletion": func() { w.must(w.Delete(t.Context(), w.kaya.ID, w.post(2).ID, nil)) },
		"a keyword":  func() { w.must(w.AddKeyword(t.Context(), w.kaya.ID, w.article.Thread, "japan")) },
	}
	for _, name := range []string{"a new reply", "an edit", "a deletion", "a keyword"} {
		t.Run(name+" is seen at once", func(t *testing.T) {
			before := visitor.get(w.path(""))
			changes[name]()
			after := conditional(w.path(""), before.header.Get("ETag")).wants(http.StatusOK)
			if after.body == before.body {
				t.Error("the old page came")
			}
			if got, _ := after.Html(); !strings.Contains(got, visitor.get(w.path("")).text("h2#count")) {
				t.Error("the cache has another page")
			}
		})
	}
	t.Run("lists are fresh too", func(t *testing.T) {
		for _, path := range []string{"/", "/topics/news", "/members/ronin", "/members/ronin/articles", "/posts", "/topics"} {
			before := visitor.get(path)
			_, err := w.PostArticle(t.Context(), board.NewArticle{
				By: w.ronin.ID, Title: "About " + path, Topics: []board.ActorID{w.topic("news")}, Text: board.Text{Markdown: "New."},
			})
			w.must(err)
			if after := visitor.get(path); after.body == before.body {
				t.Errorf("%s shows the old page", path)
			}
		}
	})
	t.Run("what a member sees is not what a visitor gets", func(t *testing.T) {
		ronin := w.as("ronin")
		ronin.get(w.path("")).has("a[href$='/1/edit']", 1)
		page := visitor.get(w.path(""))
		page.has("a[href$='/edit'], form", 0)
		page.shows(".me", "Log in")
	})
}

func TestSmallCacheForgetsAndStillShowsEverything(t *testing.T) {
	w := newWorld(t, func(c *web.Config) { c.Limits.CacheBytes = 8 << 10 })
	visitor := w.visitor()
	for range 3 {
		for _, path := range []string{"/", w.path(""), "/topics", "/about"} {
			visitor.get(path).wants(http.StatusOK)
		}
	}
}

func TestStatic(t *testing.T) {
	w := newWorld(t)
	visitor := w.visitor()
	css := visitor.get("/").attr("link[rel=stylesheet]", "href")
	page := visitor.get(css).wants(http.StatusOK)
	checkHeaders(t, page.header)
	if got := page.header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
		t.Errorf("Cache-Control: %s", got)
	}
	if got := page.header.Get("Content-Type"); got != "text/css; charset=utf-8" {
		t.Errorf("Content-Type: %s", got)
	}
	visitor.get("/static/board.000000000000.css").wants(http.StatusNotFound)
	visitor.follow(visitor.get("/favicon.ico").wants(http.StatusFound)).wants(http.StatusOK)
}
