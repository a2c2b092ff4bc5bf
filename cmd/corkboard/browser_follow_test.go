package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// newHome is another server, which says where its people follow and answer.
func newHome(t *testing.T) *httptest.Server {
	var home *httptest.Server
	home = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/.well-known/webfinger" {
			w.Header().Set("Content-Type", "application/jrd+json")
			fmt.Fprintf(w, `{"subject": "acct:a@mock", "links": [{"rel": "http://ostatus.org/schema/1.0/subscribe", "template": "%s/authorize?uri={uri}"}]}`, home.URL)
			return
		}
		fmt.Fprintf(w, "<title>Home</title><h1>Follow %s</h1>", r.URL.Query().Get("uri"))
	}))
	t.Cleanup(home.Close)
	return home
}

// goes waits until the browser is at an address.
func (b *tab) goes(address string) {
	b.Helper()
	for deadline := time.Now().Add(stepTime); b.here() != strings.TrimPrefix(address, b.board); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			b.Fatalf("the browser is at %s and not at %s", b.here(), address)
		}
	}
	b.until("the page is there", "document.readyState === 'complete'")
}

// TestBrowserFollow follows and answers from another server, without scripts
// and with: the policy of our pages lets a form go nowhere else, and must not
// stand in the way.
func TestBrowserFollow(t *testing.T) {
	f := newFixture(t)
	home := newHome(t)
	host := strings.TrimPrefix(home.URL, "http://")
	for _, script := range []bool{false, true} {
		t.Run(fmt.Sprintf("script %t", script), func(t *testing.T) {
			b := newTab(t, f.URL, script)
			b.open("/topics/japan")
			b.fill("#f-address", "a@"+host)
			b.leads(chromedp.Click(chromedp.CSS(".follow form button")))
			want := home.URL + "/authorize?uri=" + url.QueryEscape(f.URL+"/topics/japan")
			b.goes(want)
			b.open("/t/1/2/remote")
			if got := js[string](b, "document.querySelector('#f-address').value"); got != "a@"+host {
				t.Errorf("the form remembers %q", got)
			}
			b.leads(chromedp.Click(chromedp.CSS("main form button")))
			b.goes(home.URL + "/authorize?uri=" + url.QueryEscape(f.posts[2].URI))
			for _, trouble := range b.troubles() {
				t.Error(trouble)
			}
		})
	}
	t.Run("a server that is not there leaves what is to be copied", func(t *testing.T) {
		b := newTab(t, f.URL, false)
		b.open("/topics/japan")
		b.fill("#f-address", "a@127.0.0.1:1")
		d := b.follow(".follow form button")
		if b.Status != http.StatusOK || d.Find("#f-address").AttrOr("value", "") != "a@127.0.0.1:1" || !strings.HasPrefix(d.Find("main code.handle").Text(), "@japan@") {
			t.Errorf("%d: %s", b.Status, squeeze(d.Find("main")))
		}
	})
}
