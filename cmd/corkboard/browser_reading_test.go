package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/cdproto/emulation"
)

// TestBrowserReading reads the board in Chromium as a visitor, without scripts.
func TestBrowserReading(t *testing.T) {
	f := newFixture(t)
	b := newTab(t, f.URL, false)

	for path, want := range map[string][2]string{ // h1, something of the content
		"/":              {"Latest articles", "Japan considers a new bridge"},
		"/t/1":           {"Japan considers a new bridge to the islands", "nine kilometres"},
		"/t/1/5":         {"Japan considers a new bridge to the islands", "for the 5th time"},
		"/topics/japan":  {"Japan", "Japan considers a new bridge"},
		"/topics":        {"Topics", "Harbour"},
		"/members/ronin": {"ronin", "of the board"},
		"/~ronin":        {"ronin", "of the board"},
		"/about":         {"About Corkboard", "fediverse"},
		"/search?q=nine": {"Search", "Japan considers a new bridge"},
	} {
		t.Run("without scripts, "+path+" is whole", func(t *testing.T) {
			d := b.open(path)
			if h1 := d.Find("h1").Text(); b.Status != http.StatusOK || !strings.Contains(h1, want[0]) {
				t.Errorf("status %d, heading %q", b.Status, h1)
			}
			if !strings.Contains(d.Find("main").Text(), want[1]) {
				t.Errorf("%q is not there", want[1])
			}
		})
	}

	t.Run("a post has its To line, text, byline and bar, in this order", func(t *testing.T) { checkPostOrder(t, b) })
	t.Run("an article has its source line, topics and keywords", func(t *testing.T) { checkArticle(t, b) })
	t.Run("pages of a thread go by number", func(t *testing.T) { checkPages(t, b) })
	t.Run("a deleted post keeps its number", func(t *testing.T) { checkTombstone(t, b) })
	t.Run("a warned text is closed until it is opened", func(t *testing.T) { checkWarning(t, b) })
	t.Run("each text says its language and direction", func(t *testing.T) { checkLanguages(t, b) })
	t.Run("an edited post says so", func(t *testing.T) {
		d := b.open("/t/1?from=50")
		if got := d.Find("#p50 .byline").Text(); !strings.Contains(got, "edited") {
			t.Errorf("the byline is %q", got)
		}
	})
	if trouble := b.troubles(); len(trouble) > 0 {
		t.Errorf("the pages complained: %q", trouble)
	}
}

func checkPostOrder(t *testing.T, b *tab) {
	d := b.open("/t/1")
	post := d.Find("#p5")
	var order []string
	post.Children().Each(func(_ int, s *goquery.Selection) {
		for _, class := range []string{"to", "body", "byline", "acts"} {
			if s.HasClass(class) {
				order = append(order, class)
			}
		}
	})
	if got := strings.Join(order, " "); got != "to body byline acts" {
		t.Errorf("the order is %s", got)
	}
	if to := post.Find(".to a"); squeeze(post.Find(".to")) != "To: ronin #2" || to.AttrOr("href", "") != "#p2" {
		t.Errorf("the To line is %q and leads to %s", squeeze(post.Find(".to")), to.AttrOr("href", ""))
	}
	if got := squeeze(post.Find(".byline")); !strings.HasPrefix(got, "5 posted on 20") || !strings.Contains(got, "UTC by gaijin") {
		t.Errorf("the byline is %q", got)
	}
	post.Find(".acts .vh").Remove()
	if got := squeeze(post.Find(".acts")); !strings.Contains(got, "Post Reply") || !strings.Contains(got, "To 2") || !strings.Contains(got, "View Replies") {
		t.Errorf("the bar is %q", got)
	}
}

// squeeze is a text with one space where there is any.
func squeeze(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

func checkArticle(t *testing.T, b *tab) {
	article := b.open("/t/1").Find("#p0")
	if got := squeeze(article.Find(".source")); got != "The Island Times ^ | Monday, 3 January 2011 | Ken Sato" && got != "The Island Times ^ | 2011-01-03 | Ken Sato" {
		t.Errorf("the source line is %q", got)
	}
	if got := article.Find(".source a.out").AttrOr("href", ""); got != "https://times.example/bridge" {
		t.Errorf("^ leads to %q", got)
	}
	if filed := squeeze(article.Find(".filed")); !strings.Contains(filed, "TOPICS: Japan; Harbour") || !strings.Contains(filed, "KEYWORDS: japan; bridge") {
		t.Errorf("filed under %q", filed)
	}
}

func checkPages(t *testing.T, b *tab) {
	d := b.open("/t/1")
	if n := d.Find("article.post").Length(); n != 50 {
		t.Errorf("the first page has %d posts", n)
	}
	nav := d.Find("nav.pager").First()
	if got := nav.Find("[aria-current=page]").Text(); got != "1–50" {
		t.Errorf("the current page is %q", got)
	}
	if nav.Find("a[rel=next]").Length() != 1 || nav.Find("a[rel=prev]").Length() != 0 || !strings.Contains(nav.Text(), "51–100") {
		t.Errorf("the pager is %q", nav.Text())
	}
	d = b.open("/t/1?from=63")
	if first := d.Find("article.post").First().AttrOr("id", ""); first != "p63" {
		t.Errorf("it begins with %s", first)
	}
	if d.Find("nav.pager a[rel=prev]").Length() == 0 || d.Find("nav.pager a[rel=next]").Length() == 0 {
		t.Error("there is no way back, or none on")
	}
	d = b.open("/t/1?from=101")
	if n := d.Find("article.post").Length(); n != 20 || d.Find("nav.pager a[rel=next]").Length() != 0 {
		t.Errorf("the last page has %d posts", n)
	}
}

func checkTombstone(t *testing.T, b *tab) {
	d := b.open("/t/1")
	if got := squeeze(d.Find("#p30")); !strings.Contains(got, "deleted by its author") {
		t.Errorf("post 30 is %q", got)
	}
	n := 0
	for _, path := range []string{"/t/1", "/t/1?from=51", "/t/1?from=101"} {
		n += b.open(path).Find("article.post").Length()
	}
	if n != 120 {
		t.Errorf("there are %d posts", n)
	}
	d = b.open("/t/1/30")
	if b.Status != http.StatusGone || !strings.Contains(d.Find("main").Text(), "deleted by its author") {
		t.Errorf("/t/1/30 answers %d: %s", b.Status, squeeze(d.Find("main")))
	}
}

const visible = `document.querySelector("#p40 .cw p").checkVisibility()`

func checkWarning(t *testing.T, b *tab) {
	d := b.open("/t/1")
	if got := d.Find("#p40 summary").Text(); !strings.Contains(got, "how it ends") {
		t.Errorf("the summary is %q", got)
	}
	if js[bool](b, visible) {
		t.Error("the text is open at first")
	}
	b.click("#p40 summary")
	if !js[bool](b, visible) {
		t.Error("the summary does not open the text")
	}
	b.open("/t/1")
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	if !js[bool](b, `document.querySelector("#p40 summary").checkVisibility()`) || js[bool](b, visible) {
		t.Error("on paper the warning is gone, or the text is open")
	}
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
}

func checkLanguages(t *testing.T, b *tab) {
	d := b.open("/t/1")
	if got := d.Find("html").AttrOr("lang", ""); got != "en" {
		t.Errorf("the page is in %q", got)
	}
	if got := d.Find("#p45 .body").AttrOr("lang", ""); got != "de" {
		t.Errorf("post 45 is in %q", got)
	}
	if got, ok := d.Find("#p5 .body").Attr("lang"); ok {
		t.Errorf("post 5 says %q and knows nothing", got)
	}
	d = b.open("/t/1?from=51")
	if got := d.Find("#p62 .body"); got.AttrOr("dir", "") != "auto" || got.AttrOr("lang", "") != "ar" {
		t.Error("the Arabic post does not say so")
	}
	if got := js[string](b, `getComputedStyle(document.querySelector("#p62 .body")).direction`); got != "rtl" {
		t.Errorf("the Arabic post runs %s", got)
	}
	byline := d.Find("#p62 .byline")
	if strings.ContainsRune(byline.Text(), '\u202e') || byline.Find("bdi").Length() == 0 {
		t.Errorf("the name turns its line: %q", byline.Text())
	}
}

// TestBrowserPagesKeep changes the posts on a page: links to posts stay right.
func TestBrowserPagesKeep(t *testing.T) {
	f := newFixture(t)
	b := newTab(t, f.URL, true)
	b.open("/settings")
	if n := js[int](b, `document.querySelector("select[name=posts], #f-posts") ? 1 : 0`); n == 0 {
		t.Fatal("there is no setting for the posts on a page")
	}
	b.fill("#f-posts", "25")
	b.follow("main form .primary")
	d := b.open("/t/1")
	if n := d.Find("article.post").Length(); n != 25 {
		t.Errorf("a page has %d posts", n)
	}
	d = b.open("/t/1?from=63#p63")
	if first := d.Find("article.post").First().AttrOr("id", ""); first != "p63" {
		t.Errorf("it begins with %s", first)
	}
	if got := js[string](b, `document.querySelector(":target").id`); got != "p63" {
		t.Errorf("the target is %s", got)
	}
}

// TestBrowserLanguage reads the board in another language.
func TestBrowserLanguage(t *testing.T) {
	f := newFixture(t)
	b := newTab(t, f.URL, false)
	b.open("/settings")
	b.fill("#f-language", "de")
	b.follow("main form .primary")
	d := b.open("/t/1")
	if got := d.Find("html").AttrOr("lang", ""); got != "de" {
		t.Errorf("the page says that it is in %q", got)
	}
	if got, ok := d.Find("#p5 .body").Attr("lang"); ok {
		t.Errorf("a post of unknown language takes the page's: %q", got)
	}
	if got := d.Find("#title").AttrOr("lang", ""); got != "en" {
		t.Errorf("the English article is in %q", got)
	}
	if text := squeeze(d.Find("#p5 .acts")); strings.Contains(text, "Post Reply") {
		t.Errorf("the bar is in English: %q", text)
	}
}

// TestBrowserRemoteAuthors looks wherever somebody from elsewhere appears.
func TestBrowserRemoteAuthors(t *testing.T) {
	f := newFixture(t)
	b := newTab(t, f.URL, false)
	for path, name := range map[string]string{"/": "carol", "/t/1?from=51": "carol", "/t/1/60": "carol", "/t/4": "carol", "/search?q=picture": "carol", "/posts": "carol"} {
		t.Run("the whole handle is seen on "+path, func(t *testing.T) {
			b.open(path)
			if text := js[string](b, "document.querySelector('main').innerText"); !strings.Contains(text, fmt.Sprintf("@%s@%s", name, f.other.Host)) {
				t.Error("it is not")
			}
		})
	}
	t.Run("a namesake of a member is told apart", func(t *testing.T) {
		d := b.open("/t/1?from=51")
		if got := squeeze(d.Find("#p63 .byline")); !strings.Contains(got, "@namesake@"+f.other.Host) {
			t.Errorf("the byline is %q", got)
		}
	})
}
