package main

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"corkboard/activitypub"
)

// TestBrowserHostile looks at a post that tries to break out, to run, and to
// call home, and at pictures of other servers.
func TestBrowserHostile(t *testing.T) {
	f := newFixture(t)
	b := newTab(t, f.URL, true)
	d := b.open("/t/1?from=51")
	b.scroll("#p60 img")
	b.until("the pictures are there", "[...document.querySelectorAll('#p60 img')].every(i => i.complete && i.naturalWidth > 0)")

	t.Run("nothing runs and nobody else is asked", func(t *testing.T) {
		if trouble := b.troubles(); len(trouble) > 0 {
			t.Errorf("the page complained: %q", trouble)
		}
		for host := range b.hosts() {
			if host != f.listen {
				t.Errorf("the page asked %s", host)
			}
		}
	})
	t.Run("its text can be read and stays in its post", func(t *testing.T) {
		post := d.Find("#p61")
		if text := squeeze(post.Find(".body")); !strings.Contains(text, "A readable sentence.") || !strings.Contains(text, "a cell in a cell") {
			t.Errorf("the text is %q", text)
		}
		if bad := post.Find("script, style, form, iframe, table, svg, h1, [style], [onclick], [onerror], a[href^=javascript]"); bad.Length() > 0 {
			t.Errorf("%d elements and attributes are left", bad.Length())
		}
		if js[string](b, "getComputedStyle(document.body).display") == "none" || d.Find("main #p62").Length() != 1 {
			t.Error("it has broken out of its post")
		}
	})
	t.Run("pictures and emoji say what they show", func(t *testing.T) {
		post := d.Find("#p60")
		if got := post.Find("figure img").First().AttrOr("alt", ""); got != "The old bridge at low tide" {
			t.Errorf("the picture's text is %q", got)
		}
		if got := squeeze(post.Find("figure").Last()); !strings.Contains(got, "without description") {
			t.Errorf("of the other it says %q", got)
		}
		if got := post.Find("img.emoji, .body p img").First().AttrOr("alt", ""); got != ":blobcat:" {
			t.Errorf("the emoji's text is %q", got)
		}
	})
	t.Run("an orphan says whom it answers", func(t *testing.T) {
		if got := squeeze(d.Find("#p70 .to")); !strings.HasPrefix(got, "To: ") || d.Find("#p70 .to a").AttrOr("href", "") != f.other.URL+"/users/nobody/statuses/1" {
			t.Errorf("the To line is %q", got)
		}
	})
}

// TestBrowserFederatedReply lets somebody elsewhere answer, edit and delete,
// and looks at what readers see of it.
func TestBrowserFederatedReply(t *testing.T) {
	f := newFixture(t)
	carol := f.other.Actor(t, "carol")
	b := newTab(t, f.URL, false)
	says := func(activity map[string]any) {
		answer := carol.Post(t, f.URL+"/inbox", activity)
		answer.Body.Close()
		if answer.StatusCode != http.StatusAccepted {
			t.Fatalf("the board answers %s", answer.Status)
		}
	}
	mention := func(path, name string) string {
		return fmt.Sprintf(`<span class="h-card"><a href="%s" class="u-url mention">@<span>%s</span></a></span> `, f.URL+path, name)
	}
	parent := f.URL + "/t/1/5"
	create := carol.Reply("new", parent, "<p>"+mention("/topics/japan", "japan")+mention("/members/gaijin", "gaijin")+"I have crossed it.</p>", f.URL+"/topics/japan")
	says(create)
	b.shows("/t/1?from=121", "I have crossed it.")

	t.Run("it gets the next number, and the mentions are in the To line alone", func(t *testing.T) {
		post := b.in(t).open("/t/1?from=121").Find("#p121")
		if got := squeeze(post.Find(".to")); got != "To: gaijin #5" {
			t.Errorf("the To line is %q", got)
		}
		if got := squeeze(post.Find(".body")); got != "I have crossed it." {
			t.Errorf("the text is %q", got)
		}
		if post.Find(`a[href="`+carol.URI+`/statuses/new"]`).Length() == 0 {
			t.Error("nothing leads to the original")
		}
	})
	t.Run("an edit shows, with its history", func(t *testing.T) {
		note := create["object"].(map[string]any)
		note["content"], note["contentMap"] = "<p>I have crossed it twice.</p>", map[string]string{"en": "<p>I have crossed it twice.</p>"}
		note["updated"] = time.Now().Add(2 * time.Second).UTC().Format(time.RFC3339)
		f.other.Put("/users/carol/statuses/new", note)
		says(map[string]any{"@context": activitypub.ContextURI, "id": carol.URI + "/updates/1", "type": "Update", "actor": carol.URI, "to": []string{activitypub.Public}, "object": note})
		b := b.in(t)
		b.shows("/t/1?from=121", "I have crossed it twice.")
		d := b.page()
		if !strings.Contains(d.Find("#p121 .byline").Text(), "edited") {
			t.Error("the byline does not say so")
		}
		if text := b.open("/t/1/121/history").Find("main").Text(); b.Status != http.StatusOK || !strings.Contains(text, "twice") {
			t.Errorf("the history answers %d", b.Status)
		}
	})
	t.Run("a deletion leaves a tombstone with the number", func(t *testing.T) {
		f.other.Put("/users/carol/statuses/new", nil)
		says(map[string]any{"@context": activitypub.ContextURI, "id": carol.URI + "/deletes/1", "type": "Delete", "actor": carol.URI, "to": []string{activitypub.Public},
			"object": map[string]any{"id": carol.URI + "/statuses/new", "type": "Tombstone"}})
		b := b.in(t)
		b.shows("/t/1?from=121", "removed at")
		if b.page().Find("#p121").Length() != 1 {
			t.Error("the number is gone")
		}
	})
}

// TestBrowserHead compares what a thread's page says of itself with what
// programs get.
func TestBrowserHead(t *testing.T) {
	f := newFixture(t)
	b := newTab(t, f.URL, false)
	d := b.open("/t/1")
	attr := func(selector, name string) string { return d.Find("head "+selector).First().AttrOr(name, "") }
	alternate := attr("link[type='application/activity+json']", "href")

	t.Run("the head says what the page is", func(t *testing.T) {
		for selector, want := range map[[2]string]string{
			{"link[rel=canonical]", "href"}:                    f.URL + "/t/1",
			{"link[type='application/activity+json']", "href"}: f.URL + "/t/1/0",
			{"meta[property='og:title']", "content"}:           "Japan considers a new bridge to the islands",
			{"meta[property='og:url']", "content"}:             f.URL + "/t/1",
			{"meta[name='fediverse:creator']", "content"}:      "@gaijin@" + f.listen,
		} {
			if got := attr(selector[0], selector[1]); got != want {
				t.Errorf("%s is %q", selector[0], got)
			}
		}
	})
	t.Run("the same address gives programs the article", func(t *testing.T) {
		_, body := fetch(t, f.URL+"/t/1", activitypub.MediaType)
		var note struct{ ID string }
		if err := json.Unmarshal(body, &note); err != nil || note.ID != alternate {
			t.Errorf("its id is %q, the page says %q (%v)", note.ID, alternate, err)
		}
	})
	t.Run("the feed has the newest 50 posts, those from elsewhere too", func(t *testing.T) {
		_, body := fetch(t, f.URL+strings.TrimPrefix(attr("link[type='application/atom+xml']", "href"), f.URL), "*/*")
		var feed struct {
			Entries []struct {
				Title string `xml:"title"`
			} `xml:"entry"`
		}
		if err := xml.Unmarshal(body, &feed); err != nil || len(feed.Entries) != 50 {
			t.Errorf("it has %d entries (%v)", len(feed.Entries), err)
		}
		_, body = fetch(t, f.URL+"/posts.atom", "*/*")
		if !strings.Contains(string(body), "carol@"+f.other.Host) {
			t.Error("nobody from elsewhere is in the feed of all posts")
		}
	})
	for path, want := range map[string]string{
		"/opensearch.xml": "application/opensearchdescription+xml", "/.well-known/security.txt": "text/plain",
		"/robots.txt": "text/plain", "/sitemap.xml": "application/xml", "/site.webmanifest": "application/manifest+json",
	} {
		t.Run(path+" is there", func(t *testing.T) {
			answer, body := fetch(t, f.URL+path, "*/*")
			if got := answer.Header.Get("Content-Type"); answer.StatusCode != http.StatusOK || !strings.HasPrefix(got, want) || len(body) == 0 {
				t.Errorf("the answer is %s, %s, %d bytes", answer.Status, got, len(body))
			}
		})
	}
}

// fetch gets an address as a program does.
func fetch(t *testing.T, address, accept string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", accept)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, body
}
