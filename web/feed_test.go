package web_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

// atomFeed is what a feed reader takes from a feed.
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomEntry struct {
	ID        string     `xml:"id"`
	Title     string     `xml:"title"`
	Published string     `xml:"published"`
	Updated   string     `xml:"updated"`
	Name      string     `xml:"author>name"`
	URI       string     `xml:"author>uri"`
	Links     []atomLink `xml:"link"`
	To        struct {
		Ref  string `xml:"ref,attr"`
		Href string `xml:"href,attr"`
	} `xml:"http://purl.org/syndication/thread/1.0 in-reply-to"`
	Categories []struct {
		Term string `xml:"term,attr"`
	} `xml:"category"`
	Summary string `xml:"summary"`
	Content *struct {
		Type     string `xml:"type,attr"`
		Language string `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
		Text     string `xml:",chardata"`
	} `xml:"content"`
}

type atomLink struct {
	Rel   string `xml:"rel,attr"`
	Type  string `xml:"type,attr"`
	Href  string `xml:"href,attr"`
	Count string `xml:"http://purl.org/syndication/thread/1.0 count,attr"`
}

// rel is the address of a link; empty if there is none.
func rel(links []atomLink, rel string) string {
	for _, l := range links {
		if l.Rel == rel {
			return l.Href
		}
	}
	return ""
}

// feed reads a feed and holds it to RFC 4287.
func (b *browser) feed(path string) atomFeed {
	b.w.t.Helper()
	p := b.get(path)
	if p.status != http.StatusOK || p.header.Get("Content-Type") != "application/atom+xml; charset=utf-8" {
		b.w.t.Fatalf("%s: %d %s", path, p.status, p.header.Get("Content-Type"))
	}
	var f atomFeed
	if err := xml.Unmarshal([]byte(p.body), &f); err != nil {
		b.w.t.Fatalf("%s: %v", path, err)
	}
	for _, wrong := range invalid(f, string(b.w.Address())+path) {
		b.w.t.Errorf("%s: %s", path, wrong)
	}
	return f
}

// invalid says what RFC 4287 forbids: §4.1.1, §4.1.2, §4.2.6, §4.2.7, §4.2.15.
func invalid(f atomFeed, self string) (wrong []string) {
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	absolute := func(what, address string) {
		if u, err := url.Parse(address); err != nil || !u.IsAbs() {
			say("%s %q is not absolute", what, address)
		}
	}
	date := func(what, text string) time.Time {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			say("%s %q is no date", what, text)
		}
		return at
	}
	absolute("the feed's id", f.ID)
	if f.Title == "" {
		say("the feed has no title")
	}
	if got := rel(f.Links, "self"); got != self {
		say("self is %s", got)
	}
	newest, ids := date("updated", f.Updated), map[string]bool{f.ID: true}
	for _, e := range f.Entries {
		absolute("an id", e.ID)
		if ids[e.ID] {
			say("%s is there twice", e.ID)
		}
		ids[e.ID] = true
		if e.Title == "" || e.Name == "" {
			say("%s has no title or no author", e.ID)
		}
		absolute("an author's uri", e.URI)
		if at := date("updated", e.Updated); at.After(newest) || at.Before(date("published", e.Published)) {
			say("%s was updated %s", e.ID, e.Updated)
		}
		for _, l := range e.Links {
			absolute("a link", l.Href)
		}
		if rel(e.Links, "alternate") == "" && e.Content == nil {
			say("%s has neither content nor a page", e.ID)
		}
		if e.Content != nil && e.Content.Type != "html" {
			say("the content of %s is %s", e.ID, e.Content.Type)
		}
	}
	for _, l := range f.Links {
		absolute("a link", l.Href)
	}
	return wrong
}

// getWith asks with one more header.
func (b *browser) getWith(path, header, value string) answer {
	b.w.t.Helper()
	r := b.request(http.MethodGet, path, nil)
	r.Header.Set(header, value)
	return b.do(r)
}

func titles(f atomFeed) (titles []string) {
	for _, e := range f.Entries {
		titles = append(titles, e.Title)
	}
	return titles
}

func TestFeeds(t *testing.T) {
	w := newWorld(t)
	remote := w.arrive(1, board.Text{HTML: `<p>It is <b>true</b>, <a href="https://elsewhere.example/x">see</a>.</p>`, Language: "de"})
	w.reply(w.kaya.ID, 2, "Thank you.")
	address, b := string(w.Address()), w.visitor()

	t.Run("the newest articles, with source, keywords and the number of posts", func(t *testing.T) {
		f := b.feed("/index.atom")
		if len(f.Entries) != 1 {
			t.Fatalf("%d entries", len(f.Entries))
		}
		e := f.Entries[0]
		if e.ID != w.article.URI || e.Title != "Harbour bridge to close" || e.Name != "ronin" || e.URI != address+"/members/ronin" {
			t.Errorf("the article is %+v", e)
		}
		want := "<p>The Example Times | 2011-01-04 | A. Writer</p><p>For six weeks.</p>"
		if strings.TrimSpace(e.Content.Text) != want || e.Content.Language != "en" {
			t.Errorf("content %+v", e.Content)
		}
		var terms []string
		for _, c := range e.Categories {
			terms = append(terms, c.Term)
		}
		if diff := cmp.Diff([]string{"news", "local", "bridge", "ferries"}, terms); diff != "" {
			t.Error(diff)
		}
		if got := rel(e.Links, "via"); got != "https://times.example/bridge" {
			t.Errorf("via %s", got)
		}
		if got := rel(e.Links, "replies"); got != address+w.path("")+".atom" {
			t.Errorf("replies %s", got)
		}
	})
	t.Run("a topic has its own", func(t *testing.T) {
		if got := titles(b.feed("/topics/local.atom")); len(got) != 1 {
			t.Error(got)
		}
		if got := b.get("/topics/nowhere.atom").status; got != http.StatusNotFound {
			t.Error(got)
		}
	})
	t.Run("a thread's posts, newest first, remote ones with their own ids and servers", func(t *testing.T) {
		f := b.feed(w.path("") + ".atom")
		want := []string{
			"Post 3: Harbour bridge to close", "Post 2: Harbour bridge to close", "Post 1: Harbour bridge to close", "Harbour bridge to close",
		}
		if diff := cmp.Diff(want, titles(f)); diff != "" {
			t.Fatal(diff)
		}
		e := f.Entries[1]
		if e.ID != remote.URI || e.Name != "Gaijin (@gaijin@social.example)" || e.Content.Language != "de" {
			t.Errorf("the remote post is %+v", e)
		}
		if e.To.Ref != w.post(1).URI || e.To.Href != address+w.path("/1") {
			t.Errorf("it answers %+v", e.To)
		}
	})
	t.Run("what somebody wrote, here or elsewhere", func(t *testing.T) {
		if diff := cmp.Diff([]string{"Post 1: Harbour bridge to close", "Harbour bridge to close"}, titles(b.feed("/members/ronin.atom"))); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"Post 2: Harbour bridge to close"}, titles(b.feed("/~gaijin@social.example.atom"))); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFeedPages(t *testing.T) {
	w := newWorld(t)
	for range 70 {
		w.reply(w.kaya.ID, 1, "More.")
	}
	b := w.visitor()
	f := b.feed(w.path("") + ".atom")
	if len(f.Entries) != 50 || f.Entries[0].Title != "Post 71: Harbour bridge to close" {
		t.Fatalf("%d entries, first %s", len(f.Entries), f.Entries[0].Title)
	}
	next := strings.TrimPrefix(rel(f.Links, "next"), string(w.Address()))
	older := b.feed(next)
	if len(older.Entries) != 22 || older.Entries[0].Title != "Post 21: Harbour bridge to close" || rel(older.Links, "next") != "" {
		t.Fatalf("%d entries, first %s", len(older.Entries), older.Entries[0].Title)
	}
	if got := rel(older.Links, "first"); got != string(w.Address())+w.path("")+".atom" {
		t.Errorf("first is %s", got)
	}
}

func TestFeedsHideWhatPagesHide(t *testing.T) {
	w := newWorld(t)
	warned := w.arrive(1, board.Text{HTML: "<p>The butler did it.</p>", Warning: "The end of a novel"})
	w.arrive(1, board.Text{HTML: "<p>a\u0001b ]]> <script>alert(1)</script></p>"})
	gone := w.reply(w.kaya.ID, 1, "Written in anger.")
	w.must(w.Delete(t.Context(), w.kaya.ID, gone.ID, nil))
	f := w.visitor().feed(w.path("") + ".atom")
	if len(f.Entries) != 4 {
		t.Fatalf("%d entries", len(f.Entries))
	}
	for _, e := range f.Entries {
		switch {
		case e.ID == warned.URI && (e.Content != nil || e.Summary != "Content warning: The end of a novel"):
			t.Errorf("under the warning: %+v", e)
		case e.Content != nil && (strings.Contains(e.Content.Text, "script") || strings.Contains(e.Content.Text, "anger")):
			t.Errorf("content %s", e.Content.Text)
		}
	}
}

func TestFeedsAreSentOnce(t *testing.T) {
	w := newWorld(t)
	b := w.visitor()
	first := b.get("/index.atom")
	for header, value := range map[string]string{
		"If-None-Match": first.header.Get("ETag"), "If-Modified-Since": time.Now().Add(time.Minute).UTC().Format(http.TimeFormat),
	} {
		if got := b.getWith("/index.atom", header, value).status; got != http.StatusNotModified {
			t.Errorf("with %s: %d", header, got)
		}
	}
	if _, err := http.ParseTime(first.header.Get("Last-Modified")); err != nil {
		t.Error(err)
	}
	w.reply(w.kaya.ID, 1, "News.")
	if got := b.getWith("/index.atom", "If-None-Match", first.header.Get("ETag")).status; got != http.StatusOK {
		t.Errorf("after a post: %d", got)
	}
}
