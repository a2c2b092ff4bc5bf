package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestBrowserArticle posts articles, from the link to the thread.
func TestBrowserArticle(t *testing.T) {
	for _, script := range []bool{false, true} {
		t.Run(fmt.Sprintf("script %t", script), func(t *testing.T) {
			f := newFixture(t)
			b := newTab(t, f.URL, script)
			b.login("ronin")
			t.Run("a link fills the form, and the article and its remark are posted", func(t *testing.T) { checkFetched(t, f, b.in(t)) })
			t.Run("the same link, written otherwise, leads to the thread and wants a reason", func(t *testing.T) { checkLinkAgain(t, f, b.in(t)) })
			t.Run("a page that refuses is named, and nothing is lost", func(t *testing.T) {
				b := b.in(t)
				b.open("/post")
				b.fill("#f-url", f.news.URL+"/forbidden")
				b.fill("#f-text", "Typed before.")
				d := b.follow("button[value=details]")
				if text := squeeze(d.Find("main")); !strings.Contains(text, "403") || strings.TrimSpace(d.Find("#f-text").Text()) != "Typed before." {
					t.Errorf("the page says %s", text)
				}
			})
		})
	}
}

func checkFetched(t *testing.T, f *fixture, b *tab) {
	b.open("/post")
	b.fill("#f-url", f.news.URL+"/article")
	d := b.follow("button[value=details]")
	for field, want := range map[string]string{
		"title": "Tunnel opens after nine years", "publication": "The Daily Planet", "author": "Lois Lane", "date": "2024-05-06",
	} {
		if got := d.Find("#f-"+field).AttrOr("value", ""); !strings.HasPrefix(got, want) {
			t.Errorf("%s is %q", field, got)
		}
	}
	b.click("input[name=topics][value=harbour]")
	b.fill("#f-text", "> Trains run from Monday.")
	b.fill("#f-remark", "I have a ticket.")
	d = b.follow("button[value=preview]")
	if got := squeeze(d.Find("section.preview").First()); !strings.Contains(got, "not posted") || !strings.Contains(got, "Trains run from Monday.") {
		t.Errorf("the preview is %q", got)
	}
	if !strings.Contains(d.Find(".preview").Text(), "Mastodon") {
		t.Error("it does not say how Mastodon will show it")
	}
	d = b.follow("button[value=post]")
	if b.Status != http.StatusOK || !strings.HasPrefix(b.here(), "/t/5") {
		t.Fatalf("it leads to %s with %d", b.here(), b.Status)
	}
	if got := squeeze(d.Find("#p0")); !strings.Contains(got, "Tunnel opens after nine years") || !strings.Contains(got, "Lois Lane") {
		t.Errorf("the article is %q", got)
	}
	if got := squeeze(d.Find("#p1")); !strings.Contains(got, "I have a ticket.") {
		t.Errorf("post 1 is %q", got)
	}
}

func checkLinkAgain(t *testing.T, f *fixture, b *tab) {
	b.open("/post")
	b.fill("#f-url", f.news.URL+"/article/?utm_source=somewhere#top")
	b.fill("#f-title", "Have you heard of the tunnel?")
	b.click("input[name=topics][value=harbour]")
	d := b.follow("button[value=post]")
	if b.Status == http.StatusOK && strings.HasPrefix(b.here(), "/t/") {
		t.Fatal("it was posted without a reason")
	}
	if d.Find("main a[href^='/t/5']").Length() == 0 {
		t.Errorf("the thread is not named: %s", squeeze(d.Find("main")))
	}
	if got := d.Find("#f-title").AttrOr("value", ""); got != "Have you heard of the tunnel?" {
		t.Errorf("the title is lost: %q", got)
	}
	b.fill("#f-again", "It has opened a second time.")
	b.follow("button[value=post]")
	if !strings.HasPrefix(b.here(), "/t/6") {
		t.Errorf("with a reason it leads to %s: %s", b.here(), squeeze(b.page().Find("[role=alert]")))
	}
}

// TestBrowserUnread reads a thread in parts, and finds what is new.
func TestBrowserUnread(t *testing.T) {
	f := newFixture(t)
	b := newTab(t, f.URL, false)
	b.login("ronin")
	b.open("/t/1")
	b.open("/t/1?from=51")
	b.open("/t/1?from=101")
	other := newTab(t, f.URL, false)
	other.login("gaijin")
	for _, text := range []string{"The first that is new.", "The second that is new."} {
		other.open("/t/1/100/reply")
		other.fill("#f-text", text)
		other.follow("button[value=post]")
	}
	t.Run("the front page says how many are new", func(t *testing.T) {
		d := b.in(t).open("/")
		fresh := d.Find("main a.new").First()
		if squeeze(fresh) != "2 new" || !strings.Contains(fresh.AttrOr("href", ""), "121") && !strings.HasSuffix(fresh.AttrOr("href", ""), "/unread") {
			t.Errorf("it says %q and leads to %q", squeeze(fresh), fresh.AttrOr("href", ""))
		}
	})
	t.Run("/unread leads to the first that is new, under one line", func(t *testing.T) {
		b := b.in(t)
		d := b.open("/t/1/unread")
		if here := b.here(); !strings.Contains(here, "#p121") && !strings.HasSuffix(here, "#new") {
			t.Errorf("it leads to %s", here)
		}
		lines := d.Find(".newline")
		if lines.Length() != 1 || lines.Next().AttrOr("id", "") != "p121" {
			t.Errorf("there are %d lines, before %s", lines.Length(), lines.Next().AttrOr("id", ""))
		}
	})
	t.Run("one's own reply does not make read what came before it", func(t *testing.T) {
		other := other.in(t)
		other.open("/t/1/3/reply")
		other.fill("#f-text", "A third one.")
		other.follow("button[value=post]")
		b := b.in(t)
		b.open("/t/1/2/reply")
		b.fill("#f-text", "Mine, without having looked.")
		d := b.follow("button[value=post]")
		if lines := d.Find(".newline"); lines.Length() != 1 || lines.Next().AttrOr("id", "") != "p123" {
			t.Errorf("there are %d lines, before %q", lines.Length(), lines.Next().AttrOr("id", ""))
		}
	})
}
