package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// examined are the kinds of pages, each as somebody sees it; "" is a visitor.
var examined = []struct {
	as, name, path string
	then           func(b *tab) // what is done there before it is examined
}{
	{as: "", name: "the front page", path: "/"},
	{as: "", name: "the front page, titles only", path: "/?brief=1"},
	{as: "", name: "the topics", path: "/topics"},
	{as: "", name: "a topic", path: "/topics/japan"},
	{as: "", name: "a thread", path: "/t/1"},
	{as: "", name: "a thread's second page, with what came from elsewhere", path: "/t/1?from=51"},
	{as: "", name: "a thread without replies", path: "/t/2"},
	{as: "", name: "a removed article", path: "/t/3"},
	{as: "", name: "a post and its replies", path: "/t/1/5"},
	{as: "", name: "a post from elsewhere", path: "/t/1/60"},
	{as: "", name: "a deleted post", path: "/t/1/30"},
	{as: "", name: "a member", path: "/members/ronin"},
	{as: "", name: "somebody from elsewhere", path: "/~carol@HOST"},
	{as: "", name: "about", path: "/about"},
	{as: "", name: "what is not there", path: "/nowhere"},
	{as: "", name: "logging in", path: "/login"},
	{as: "", name: "a wrong password", path: "/login", then: func(b *tab) {
		b.fill("#f-name", "nobody")
		b.fill("#f-password", "wrong password")
		b.follow("main form button")
	}},
	{as: "", name: "settings", path: "/settings"},
	{as: "", name: "a reply by somebody who is not logged in", path: "/t/1/5/reply"},
	{as: "ronin", name: "a thread, by a member", path: "/t/1"},
	{as: "ronin", name: "posting an article", path: "/post"},
	{as: "ronin", name: "an article with errors", path: "/post", then: func(b *tab) { b.follow("button[value=post]") }},
	{as: "ronin", name: "the preview of an article", path: "/post", then: func(b *tab) {
		b.fill("#f-title", "A title")
		b.fill("#f-text", "> A quote\n\nand a text")
		b.follow("button[value=preview]")
	}},
	{as: "ronin", name: "a reply", path: "/t/1/5/reply"},
	{as: "ronin", name: "a reply with errors", path: "/t/1/5/reply", then: func(b *tab) { b.follow("button[value=post]") }},
	{as: "ronin", name: "editing", path: "/t/1/4/edit"},
	{as: "ronin", name: "deleting", path: "/t/1/4/delete"},
	{as: "warden", name: "removing", path: "/t/1/4/delete"},
}

// TestBrowserAxe lets axe-core look for what shuts people out (WCAG 2.2 A and
// AA), in light and dark, with the board's own script and without. axe is a
// script itself, so "without" means that the board's is not let through.
func TestBrowserAxe(t *testing.T) {
	axe := axeSource(t)
	f := newFixture(t)
	for _, script := range []bool{true, false} {
		tabs := map[string]*tab{}
		for _, p := range examined {
			b := tabs[p.as]
			if b == nil {
				b = newTab(t, f.URL, true)
				if !script {
					call(b, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{{URLPattern: "*://*/static/*.js", Block: true}}})
				}
				if p.as != "" {
					b.login(p.as)
				}
				tabs[p.as] = b
			}
			t.Run(fmt.Sprintf("%s, script %t", p.name, script), func(t *testing.T) {
				b := b.in(t)
				b.open(strings.ReplaceAll(p.path, "HOST", f.other.Host))
				if p.then != nil {
					p.then(b)
				}
				for _, scheme := range []string{"light", "dark"} {
					b.scheme(scheme)
					for _, v := range b.examine(axe) {
						t.Errorf("%s, %s: %s", b.here(), scheme, v)
					}
				}
			})
		}
	}
}

// violation is what axe says of a rule that is broken.
type violation struct {
	ID    string
	Help  string
	Nodes []struct {
		Target         []any
		FailureSummary string
	}
}

// String names the rule and the first places.
func (v violation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", v.ID, v.Help)
	for i, n := range v.Nodes {
		if i == 4 {
			fmt.Fprintf(&b, "\n  and %d more", len(v.Nodes)-i)
			break
		}
		fmt.Fprintf(&b, "\n  %v: %s", n.Target, strings.ReplaceAll(n.FailureSummary, "\n", " "))
	}
	return b.String()
}

// examine lets axe look at the page as it stands.
func (b *tab) examine(axe string) []violation {
	b.Helper()
	js[bool](b, axe+"; true")
	text := perform(b, chromedp.Evaluate[string](`axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations))`, chromedp.EvalAwaitPromise))
	var found []violation
	b.must(json.Unmarshal([]byte(text), &found))
	return found
}

// scheme makes the reader prefer light or dark.
func (b *tab) scheme(name string) {
	b.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
}
