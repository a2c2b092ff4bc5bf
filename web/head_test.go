package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

// meta is what the page's head says under these names.
func (a answer) meta(names ...string) map[string]string {
	said := map[string]string{}
	for _, name := range names {
		if got := a.attr("meta[property='"+name+"'], meta[name='"+name+"']", "content"); got != "" {
			said[name] = got
		}
	}
	return said
}

func TestHead(t *testing.T) {
	w := newWorld(t)
	remote := w.arrive(1, board.Text{HTML: "<p>It is so.</p>", Language: "de"})
	warned := w.arrive(1, board.Text{HTML: "<p>The butler.</p>", Warning: "The end"})
	address, b := string(w.Address()), w.visitor()
	names := []string{"og:site_name", "og:title", "og:url", "og:type", "og:description", "og:locale", "fediverse:creator", "article:published_time"}
	stamp := func(p board.Post) string { return p.PublishedAt.UTC().Format("2006-01-02T15:04:05Z") }
	for _, test := range []struct {
		path string
		want map[string]string
	}{
		{w.path(""), map[string]string{
			"og:site_name": "Example Board", "og:title": "Harbour bridge to close", "og:url": address + w.path(""), "og:type": "article",
			"og:description": "For six weeks.", "og:locale": "en_US", "fediverse:creator": "@ronin@" + w.Address().Host(),
			"article:published_time": stamp(w.article),
		}},
		{w.path("/2"), map[string]string{
			"og:site_name": "Example Board", "og:title": "Harbour bridge to close", "og:url": address + w.path("/2"), "og:type": "article",
			"og:description": "It is so.", "og:locale": "de_DE", "fediverse:creator": "@gaijin@social.example",
			"article:published_time": stamp(remote),
		}},
		{w.path("/3"), map[string]string{
			"og:site_name": "Example Board", "og:title": "Harbour bridge to close", "og:url": address + w.path("/3"), "og:type": "article",
			"og:description": "Content warning: The end", "og:locale": "en_US", "fediverse:creator": "@gaijin@social.example",
			"article:published_time": stamp(warned),
		}},
		{"/topics/news", map[string]string{
			"og:site_name": "Example Board", "og:title": "News", "og:url": address + "/topics/news", "og:type": "website",
		}},
	} {
		t.Run(test.path, func(t *testing.T) {
			if diff := cmp.Diff(test.want, b.get(test.path).wants(http.StatusOK).meta(names...)); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("every page leads to its feed, and every feed is there", func(t *testing.T) {
		for page, want := range map[string]string{
			"/": "/index.atom", "/posts": "/posts.atom", "/topics/news": "/topics/news.atom", "/k/bridge": "/k/bridge.atom",
			"/source/times.example": "/source/times.example.atom", w.path(""): w.path(".atom"), w.path("/2"): w.path(".atom"),
			"/members/ronin": "/members/ronin.atom", "/members/ronin/posts": "/members/ronin.atom", "/~gaijin@social.example": "/~gaijin@social.example.atom",
		} {
			got := b.get(page).wants(http.StatusOK).attr("link[type='application/atom+xml']", "href")
			if got != want {
				t.Errorf("%s leads to %s", page, got)
				continue
			}
			if f := b.feed(got); len(f.Entries) == 0 {
				t.Errorf("%s is empty", got)
			}
		}
	})
}

func TestDataForSearchEngines(t *testing.T) {
	w := newWorld(t)
	w.arrive(1, board.Text{HTML: `<p>&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; so on</p>`})
	w.arrive(1, board.Text{HTML: "<p>The butler.</p>", Warning: "The end"})
	gone := w.reply(w.kaya.ID, 1, "Written in anger.")
	w.must(w.Delete(t.Context(), w.kaya.ID, gone.ID, nil))
	page := w.visitor().get(w.path(""))
	page.has("script[type='application/ld+json']", 1)
	var said struct {
		Type, Headline, URL string
		Shared              struct{ URL string } `json:"sharedContent"`
		Author              struct{ Name, URL string }
		Count               int `json:"commentCount"`
		Comment             []struct{ URL, Text string }
	}
	if err := json.Unmarshal([]byte(page.Find("script[type='application/ld+json']").Text()), &said); err != nil {
		t.Fatal(err)
	}
	address := string(w.Address())
	if said.Headline != "Harbour bridge to close" || said.URL != address+w.path("") || said.Author.URL != address+"/members/ronin" ||
		said.Shared.URL != "https://times.example/bridge" || said.Count != 4 {
		t.Errorf("the article is %+v", said)
	}
	var texts []string
	for _, c := range said.Comment {
		texts = append(texts, c.Text)
	}
	want := []string{"I doubt it.", "</script><script>alert(1)</script> & so on", "Content warning: The end"}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(page.body, "<script>alert") {
		t.Error("the text has broken out")
	}
}

// TestMicroformats reads pages as the parsers of microformats2 do: by class.
func TestMicroformats(t *testing.T) {
	w := newWorld(t)
	w.arrive(1, board.Text{HTML: "<p>It is so.</p>"})
	b := w.visitor()
	for path, want := range map[string]map[string]string{
		w.path("") + " article.op.h-entry":    {".p-name": "Harbour bridge to close", ".e-content": "For six weeks.", ".p-author.h-card": "ronin"},
		w.path("") + " #p2.h-entry":           {".e-content": "It is so.", ".p-author.h-card": "Gaijin @gaijin@social.example", ".u-in-reply-to": "ronin #1"},
		"/ ol.h-feed .h-entry":                {".p-name": "Harbour bridge to close", ".p-summary": "For six weeks.", ".p-author.h-card": "ronin"},
		"/posts .h-feed .h-entry:first-child": {".p-summary": "It is so.", ".p-author.h-card": "Gaijin @gaijin@social.example", ".u-in-reply-to": "ronin #1"},
	} {
		address, entry, _ := strings.Cut(path, " ")
		page := b.get(address)
		for class, text := range want {
			page.shows(entry+" "+class, text)
		}
		page.has(entry+" time.dt-published", 1)
		if page.attr(entry+" a.u-url", "href") == "" {
			t.Errorf("%s has no address", path)
		}
	}
}
