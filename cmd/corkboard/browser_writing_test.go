package main

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestBrowserReply answers posts as a member does, without scripts and with.
func TestBrowserReply(t *testing.T) {
	for _, script := range []bool{false, true} {
		t.Run(fmt.Sprintf("script %t", script), func(t *testing.T) {
			f := newFixture(t)
			b := newTab(t, f.URL, script)
			b.login("ronin")
			t.Run("a reply gets the next number and its place is shown", func(t *testing.T) { checkReply(t, b.in(t)) })
			t.Run("reloading posts nothing, and back shows the text or where it is", func(t *testing.T) { checkReload(t, b.in(t)) })
			t.Run("numbers go on after a deleted post", func(t *testing.T) {
				d := b.open("/t/1?from=121")
				if n := d.Find("article.post").Length(); n != 2 {
					t.Errorf("there are %d posts after 120", n)
				}
			})
		})
	}
}

func checkReply(t *testing.T, b *tab) {
	b.open("/t/1")
	d := b.follow("#p2 .acts a[href$='/reply']")
	if !strings.Contains(d.Find("main").Text(), "for the 2th time") {
		t.Error("the form does not show the post that is answered")
	}
	b.fill("#f-text", "I have *walked* there.")
	d = b.follow("button[value=post]")
	if here := b.here(); !strings.HasSuffix(here, "#p121") {
		t.Fatalf("it leads to %s: %s", here, squeeze(d.Find("main")))
	}
	post := d.Find("#p121")
	if to := post.Find(".to a").First(); squeeze(to) != "gaijin #2" && squeeze(to) != "ronin #2" || !strings.HasSuffix(to.AttrOr("href", ""), "#p2") {
		t.Errorf("the To line is %q and leads to %q", squeeze(post.Find(".to")), to.AttrOr("href", ""))
	}
	if got := js[string](b, "document.querySelector(':target').id"); got != "p121" {
		t.Errorf("the browser is at %q", got)
	}
}

func checkReload(t *testing.T, b *tab) {
	b.open("/t/1/3/reply")
	b.fill("#f-text", "Once only.")
	b.follow("button[value=post]")
	b.leads(chromedp.Reload())
	if n := strings.Count(b.page().Find("main").Text(), "Once only."); n != 1 {
		t.Errorf("after reloading the text is there %d times", n)
	}
	b.do(chromedp.NavigateBack())
	d := b.page()
	if text := perform(b, chromedp.Value(chromedp.CSS("#f-text"))); text != "Once only." && !strings.Contains(d.Find("main").Text(), "already") {
		t.Errorf("back shows neither the text nor where it is: %q, %s", text, squeeze(d.Find("main")))
	}
}

// TestBrowserDouble sends one form twice.
func TestBrowserDouble(t *testing.T) {
	f := newFixture(t)

	t.Run("two clicks within a moment make one post", func(t *testing.T) {
		b := newTab(t, f.URL, true)
		b.login("ronin")
		b.open("/t/1/5/reply")
		b.fill("#f-text", "Clicked twice.")
		b.leads(chromedp.DoubleClick(chromedp.CSS("button[value=post]")))
		b.until("the post is shown", "location.hash.startsWith('#p')")
		if d := b.open("/t/1?from=121"); strings.Count(d.Find("main").Text(), "Clicked twice.") != 1 {
			t.Errorf("after two clicks there is %s", squeeze(d.Find("main section")))
		}
	})

	t.Run("the same form again leads to the post that it made", func(t *testing.T) {
		client := loggedIn(t, f, "gaijin")
		d := document(t, client, f.URL+"/t/1/7/reply")
		form := d.Find("form[action$='/reply']")
		values := url.Values{"do": {"post"}, "text": {"Sent twice."}}
		form.Find("input[type=hidden], #f-to").Each(func(_ int, s *goquery.Selection) {
			values.Set(s.AttrOr("name", ""), s.AttrOr("value", ""))
		})
		var ways []string
		for range 2 {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.URL+"/t/1/7/reply", strings.NewReader(values.Encode()))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			answer, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			ways = append(ways, answer.Status+" "+answer.Header.Get("Location"))
		}
		if ways[0] != ways[1] || !strings.HasPrefix(ways[0], "303 ") || !strings.Contains(ways[0], "#p") {
			t.Errorf("the answers are %q", ways)
		}
	})
}

// loggedIn is a client without a browser, for what no browser would send.
func loggedIn(t *testing.T, f *fixture, name string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(f.URL+"/login", url.Values{"name": {name}, "password": {fixturePassword}})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("log in: %s", answer.Status)
	}
	return client
}

func document(t *testing.T, client *http.Client, address string) *goquery.Document {
	t.Helper()
	answer, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	d, err := goquery.NewDocumentFromReader(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestBrowserFormErrors sends forms with something missing.
func TestBrowserFormErrors(t *testing.T) {
	f := newFixture(t)
	b := newTab(t, f.URL, true)
	b.login("ronin")
	b.open("/post")
	b.fill("#f-text", "A text without a title.")
	b.fill("#f-keywords", "bridge")
	d := b.follow("button[value=post]")
	if b.Status != http.StatusUnprocessableEntity {
		t.Errorf("the status is %d", b.Status)
	}
	if title := d.Find("title").Text(); !strings.HasPrefix(title, "Error") {
		t.Errorf("the page is called %q", title)
	}
	b.until("what is wrong has the focus", "document.activeElement.matches('[role=alert]')")
	if d.Find("[role=alert] a[href='#f-title']").Length() != 1 {
		t.Error("no link leads to the field")
	}
	title := d.Find("#f-title")
	if title.AttrOr("aria-invalid", "") != "true" {
		t.Error("the field does not say that it is wrong")
	}
	described := title.AttrOr("aria-describedby", "")
	if id, _, _ := strings.Cut(described, " "); id == "" || d.Find("#"+id).Text() == "" {
		t.Errorf("the field is described by %q", described)
	}
	if text := strings.TrimSpace(d.Find("#f-text").Text()); text != "A text without a title." || d.Find("#f-keywords").AttrOr("value", "") != "bridge" {
		t.Errorf("what was typed is lost: %q", text)
	}
}

// TestBrowserKeyboard uses the board with the keyboard alone.
func TestBrowserKeyboard(t *testing.T) {
	f := newFixture(t)
	b := newTab(t, f.URL, true)
	b.open("/")
	b.enter("Log in", "a")
	b.tabTo("the name", "document.activeElement.name === 'name'")
	b.do(chromedp.KeyEvent("ronin"))
	b.tabTo("the password", "document.activeElement.name === 'password'")
	b.leads(chromedp.KeyEvent(fixturePassword + kb.Enter))
	b.open("/t/1/5")
	b.enter("Post Reply", "a")
	b.tabTo("the text", "document.activeElement.id === 'f-text'")
	b.do(chromedp.KeyEvent("Typed without a mouse."))
	b.enter("Preview", "button")
	if got := squeeze(b.page().Find(".preview")); !strings.Contains(got, "Typed without a mouse.") {
		t.Errorf("the preview is %q", got)
	}
	b.tabTo("Post", "document.activeElement.value === 'post'")
	b.leads(chromedp.KeyEvent(" "))
	if got := squeeze(b.page().Find("#p121")); !strings.Contains(got, "Typed without a mouse.") {
		t.Errorf("post 121 is %q", got)
	}
	b.open("/")
	b.enter("Log out", "button")
	if d := b.page(); d.Find("form[action='/logout']").Length() > 0 {
		t.Error("nobody has logged out")
	}
}

// enter goes with Tab to what has this text, and presses Enter.
func (b *tab) enter(text, tag string) {
	b.Helper()
	b.tabTo(text, fmt.Sprintf("document.activeElement.matches(%q) && document.activeElement.innerText.includes(%q)", tag, text))
	b.leads(chromedp.KeyEvent(kb.Enter))
}

// focused is where the focus is, and whether it can be seen there: it has an
// outline, and nothing lies on it.
const focused = `(() => {
	const e = document.activeElement, s = getComputedStyle(e), r = e.getClientRects()[0];
	const top = document.elementFromPoint(r.x + Math.min(r.width, 8) / 2, r.y + r.height / 2);
	return {on: e.outerHTML.slice(0, 90), outlined: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2, covered: !!top && !e.contains(top) && !top.contains(e)};
})()`

// tabTo presses Tab until a condition holds. Wherever the focus is on the way,
// it can be seen.
func (b *tab) tabTo(what, condition string) {
	b.Helper()
	for range 400 {
		if js[bool](b, "!!("+condition+")") {
			return
		}
		b.do(chromedp.KeyEvent(kb.Tab))
		if js[bool](b, "document.activeElement === document.body") {
			continue // round the end
		}
		focus := js[struct {
			On                string
			Outlined, Covered bool
		}](b, focused)
		if !focus.Outlined {
			b.Fatalf("the focus has no outline on %s", focus.On)
		}
		if focus.Covered { // what the last stop has opened closes in a moment
			b.until("nothing lies on "+focus.On, "!"+focused+".covered")
		}
	}
	b.Fatalf("at %s, Tab does not come to %s", b.here(), what)
}
