package web_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
	"corkboard/web"
)

func TestKnownAddresses(t *testing.T) {
	w := newWorld(t, func(c *web.Config) { c.Owner.Contact = "mailto:owner@board.example" })
	b := w.visitor()
	for path, kind := range map[string]string{
		"/robots.txt": "text/plain; charset=utf-8", "/humans.txt": "text/plain; charset=utf-8", "/.well-known/security.txt": "text/plain; charset=utf-8",
		"/sitemap.xml": "application/xml; charset=utf-8", "/opensearch.xml": "application/opensearchdescription+xml",
		"/site.webmanifest": "application/manifest+json", "/index.atom": "application/atom+xml; charset=utf-8",
	} {
		page := b.get(path).wants(http.StatusOK)
		if got := page.header.Get("Content-Type"); got != kind {
			t.Errorf("%s is %s", path, got)
		}
		if !strings.HasPrefix(page.header.Get("Cache-Control"), "public") {
			t.Errorf("%s may not be kept", path)
		}
	}
	if got := b.get("/.well-known/change-password"); got.status != http.StatusFound || b.follow(got).status != http.StatusOK {
		t.Errorf("change-password leads to %s", got.header.Get("Location"))
	}
}

func TestSecurity(t *testing.T) {
	w := newWorld(t, func(c *web.Config) { c.Owner.Contact = "mailto:owner@board.example" })
	text := w.visitor().get("/.well-known/security.txt").body
	if !strings.HasPrefix(text, "Contact: mailto:owner@board.example\n") {
		t.Error(text)
	}
	_, rest, _ := strings.Cut(text, "\nExpires: ")
	line, _, _ := strings.Cut(rest, "\n")
	expires, err := time.Parse(time.RFC3339, line)
	if err != nil || time.Until(expires) < 30*24*time.Hour || time.Until(expires) > 365*24*time.Hour {
		t.Errorf("expires %s, %v", line, err)
	}
}

// allowed reports whether a robot may read a path (RFC 9309, §2.2.2: the
// longest rule that matches counts; here all of them forbid).
func allowed(robots, path string) bool {
	for line := range strings.Lines(robots) {
		rule, ok := strings.CutPrefix(strings.TrimSpace(line), "Disallow: ")
		if !ok {
			continue
		}
		pattern := strings.ReplaceAll(regexp.QuoteMeta(rule), `\*`, `.*`)
		if strings.HasSuffix(rule, "$") {
			pattern = strings.TrimSuffix(pattern, `\$`) + "$"
		}
		if regexp.MustCompile("^" + pattern).MatchString(path) {
			return false
		}
	}
	return true
}

func TestRobots(t *testing.T) {
	w := newWorld(t)
	robots := w.visitor().get("/robots.txt").body
	for path, want := range map[string]bool{
		"/": true, "/t/12": true, "/t/12?from=51": true, "/t/12/5": true, "/posts": true, "/posts?before=9": true, "/topics/news": true,
		"/topics/news?before=12": true, "/k/search": true, "/index.atom": true, "/members/login": true,
		"/search?q=x": false, "/login?next=/": false, "/post": false, "/post?url=x": false, "/t/12/5/reply": false, "/t/12?all=1": false,
		"/?sort=active": false, "/topics/news?brief=1&sort=active": false, "/interact?uri=x": false, "/oembed?url=x": false, "/follow": false,
	} {
		if got := allowed(robots, path); got != want {
			t.Errorf("%s is allowed: %v", path, got)
		}
	}
	if !strings.Contains(robots, "\nSitemap: "+string(w.Address())+"/sitemap.xml\n") {
		t.Error("the sitemap is not named")
	}
}

func TestSitemap(t *testing.T) {
	w := newWorld(t)
	_, err := w.PostArticle(t.Context(), board.NewArticle{
		By: w.gaijin.ID, Title: "From elsewhere", Topics: []board.ActorID{w.topic("news")}, Text: board.Text{HTML: "<p>Far.</p>"},
		Remote: &board.Remote{URI: "https://social.example/notes/a", URL: "https://social.example/@gaijin/a", Published: time.Now()},
	})
	w.must(err)
	gone, err := w.PostArticle(t.Context(), board.NewArticle{
		By: w.ronin.ID, Title: "Withdrawn", Topics: []board.ActorID{w.topic("news")}, Text: board.Text{Markdown: "No."},
	})
	w.must(err)
	w.must(w.Delete(t.Context(), w.ronin.ID, gone.ID, nil))
	address := string(w.Address())
	read := func(path string) (places []string) {
		var said struct {
			Maps []string `xml:"sitemap>loc"`
			URLs []string `xml:"url>loc"`
		}
		page := w.visitor().get(path).wants(http.StatusOK)
		if err := xml.Unmarshal([]byte(page.body), &said); err != nil {
			t.Fatal(err)
		}
		return slices.Concat(said.Maps, said.URLs)
	}
	if diff := cmp.Diff([]string{address + "/sitemap/topics.xml", address + "/sitemap/0.xml"}, read("/sitemap.xml")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{address + w.path("")}, read("/sitemap/0.xml")); diff != "" {
		t.Error("threads of our own members alone:", diff)
	}
	if got := read("/sitemap/topics.xml"); !slices.Contains(got, address+"/topics/local") {
		t.Error(got)
	}
	if got := read("/sitemap/999999999999.xml"); len(got) != 0 {
		t.Error(got)
	}
}

func TestManifestAndSearch(t *testing.T) {
	w := newWorld(t)
	b := w.visitor()
	home := b.get("/")
	var m struct {
		Name  string `json:"name"`
		Start string `json:"start_url"`
		Icons []struct{ Src string }
		Share struct {
			Action, Method string
			Params         map[string]string
		} `json:"share_target"`
	}
	if err := json.Unmarshal([]byte(b.get(home.attr("link[rel=manifest]", "href")).body), &m); err != nil {
		t.Fatal(err)
	}
	if m.Name != "Example Board" || m.Start != "/" || m.Share.Action != "/post" || m.Share.Method != "GET" || m.Share.Params["url"] != "url" {
		t.Errorf("the manifest says %+v", m)
	}
	if got := b.get(m.Icons[0].Src).status; got != http.StatusOK {
		t.Errorf("the icon: %d", got)
	}
	var d struct {
		Name string `xml:"ShortName"`
		URLs []struct {
			Type     string `xml:"type,attr"`
			Template string `xml:"template,attr"`
		} `xml:"Url"`
	}
	if err := xml.Unmarshal([]byte(b.get(home.attr("link[rel=search]", "href")).body), &d); err != nil {
		t.Fatal(err)
	}
	if d.Name != "Example Board" || d.URLs[0].Template != string(w.Address())+"/search?q={searchTerms}" {
		t.Errorf("the search says %+v", d)
	}
}
