package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
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
	{as: "", name: "a topic, most active first", path: "/topics/japan?sort=active"},
	{as: "", name: "the latest posts", path: "/posts"},
	{as: "", name: "a keyword", path: "/k/japan"},
	{as: "", name: "two keywords", path: "/k/bridge+japan"},
	{as: "", name: "an unknown keyword", path: "/k/nothing"},
	{as: "", name: "a source", path: "/source/times.example"},
	{as: "", name: "a thread", path: "/t/1"},
	{as: "", name: "a thread's second page, with what came from elsewhere", path: "/t/1?from=51"},
	{as: "", name: "all posts of a thread", path: "/t/1?all=1"},
	{as: "", name: "the posts of one author", path: "/t/1?by=ronin"},
	{as: "", name: "a thread without replies", path: "/t/2"},
	{as: "", name: "a removed article", path: "/t/3"},
	{as: "", name: "a post and its replies", path: "/t/1/5"},
	{as: "", name: "the replies to a post", path: "/t/1/2/replies"},
	{as: "", name: "the history of a post", path: "/t/1/50/history"},
	{as: "", name: "a post from elsewhere", path: "/t/1/60"},
	{as: "", name: "a deleted post", path: "/t/1/30"},
	{as: "", name: "a member", path: "/members/ronin"},
	{as: "", name: "a member's posts", path: "/members/ronin/posts"},
	{as: "", name: "somebody from elsewhere", path: "/~carol@HOST"},
	{as: "", name: "about", path: "/about"},
	{as: "", name: "help", path: "/help"},
	{as: "", name: "the rules", path: "/rules"},
	{as: "", name: "privacy", path: "/privacy"},
	{as: "", name: "servers", path: "/instances"},
	{as: "", name: "following from elsewhere", path: "/follow?topic=japan"},
	{as: "", name: "an own server that does not answer", path: "/follow?topic=japan", then: func(b *tab) {
		b.fill("#f-address", "a@127.0.0.1:1")
		b.follow("main form button")
	}},
	{as: "", name: "an own server that is none", path: "/t/1/5/remote", then: func(b *tab) {
		b.fill("#f-address", "nonsense")
		b.follow("main form button")
	}},
	{as: "ronin", name: "coming from another server", path: "/interact?uri=https://far.example/notes/1"},
	{as: "", name: "what is not there", path: "/nowhere"},
	{as: "", name: "logging in", path: "/login"},
	{as: "", name: "a wrong password", path: "/login", then: func(b *tab) {
		b.fill("#f-name", "nobody")
		b.fill("#f-password", "wrong password")
		b.follow("main form button")
	}},
	{as: "", name: "joining", path: "JOIN"},
	{as: "", name: "joining with errors", path: "JOIN", then: func(b *tab) { b.follow("main form button") }},
	{as: "", name: "a used invitation", path: "/join/NOTHING"},
	{as: "", name: "searching", path: "/search"},
	{as: "", name: "what a search found", path: "/search?q=bridge"},
	{as: "", name: "people that a search found", path: "/search?q=in:people+ronin"},
	{as: "", name: "a search that found nothing", path: "/search?q=zeppelin"},
	{as: "", name: "a search that is not understood", path: "/search?q=since:yesterday+topic:nowhere"},
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
	{as: "ronin", name: "an article whose link is here already", path: "/post?url=https://www.times.example/bridge%3Futm_source=x", then: func(b *tab) {
		b.fill("#f-title", "A title")
		b.follow("button[value=post]")
	}},
	{as: "ronin", name: "an article whose page cannot be read", path: "/post?url=http://10.0.0.1/", then: func(b *tab) { b.follow("button[value=details]") }},
	{as: "ronin", name: "a reply", path: "/t/1/5/reply"},
	{as: "ronin", name: "a reply with errors", path: "/t/1/5/reply", then: func(b *tab) { b.follow("button[value=post]") }},
	{as: "ronin", name: "how far a post has come", path: "/t/1/4/delivery"},
	{as: "ronin", name: "what is new in a thread", path: "/t/1/unread"},
	{as: "ronin", name: "a search by a member", path: "/search?q=bridge"},
	{as: "ronin", name: "editing", path: "/t/1/4/edit"},
	{as: "ronin", name: "deleting", path: "/t/1/4/delete"},
	{as: "ronin", name: "keywords", path: "/t/1/keywords"},
	{as: "ronin", name: "no drafts", path: "/drafts"},
	{as: "ronin", name: "drafts", path: "/t/1/5/reply", then: func(b *tab) {
		b.fill("#f-text", "Not finished yet")
		b.follow("button[value=draft]")
		b.open("/drafts")
	}},
	{as: "ronin", name: "a draft restored", path: "/t/1/5/reply"},
	{as: "warden", name: "pinning", path: "/t/1/pin"},
	{as: "warden", name: "removing", path: "/t/1/4/delete"},
}

// TestBrowserPages examines every kind of page, with the board's own script
// and without. axe is a script itself, so "without" means that the board's is
// not let through.
func TestBrowserPages(t *testing.T) {
	axe := axeSource(t)
	f := newFixture(t, "CORKBOARD_RULES=1. Say *something*.", "CORKBOARD_DISCLAIMER=Posts are not ours.")
	for _, script := range []bool{true, false} {
		tabs := map[string]*tab{}
		for _, p := range examined {
			b := tabs[p.as]
			if b == nil {
				b = newTab(t, f.URL, true)
				if !script {
					b.blockScripts()
				}
				if p.as != "" {
					b.login(p.as)
				}
				tabs[p.as] = b
			}
			t.Run(fmt.Sprintf("%s, script %t", p.name, script), func(t *testing.T) {
				b := b.in(t)
				b.size(1200, 900)
				b.open(strings.NewReplacer("HOST", f.other.Host, "JOIN", f.join).Replace(p.path))
				if p.then != nil {
					p.then(b)
				}
				checkSkipLink(b)
				checkOutline(b)
				checkTargets(b)
				checkAxe(b, axe)
				checkReflow(b)
			})
		}
	}
}

// blockScripts lets no script of the board through.
func (b *tab) blockScripts() {
	b.Helper()
	pattern := network.BlockPattern{URLPattern: "*://*/static/*.js", Block: true}
	call(b, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{&pattern}})
}

// checkSkipLink presses Tab and Enter: the first stop leads past the masthead.
// A page that begins elsewhere, at what was wrong, is passed over.
func checkSkipLink(b *tab) {
	b.Helper()
	if js[bool](b, "document.activeElement !== document.body || !!document.querySelector('[autofocus]')") {
		return
	}
	b.do(chromedp.KeyEvent(kb.Tab))
	if got := js[string](b, "document.activeElement.className"); got != "skip" {
		b.Errorf("the first Tab stop is %q", got)
		return
	}
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until("the focus has followed the skip link", "document.activeElement.id === document.querySelector('.skip').hash.slice(1)")
}

// checkOutline looks at headings and landmarks.
func checkOutline(b *tab) {
	b.Helper()
	const complaints = `(() => {
		const bad = [], all = s => [...document.querySelectorAll(s)];
		if (all("h1").length !== 1) bad.push(all("h1").length + " h1");
		if (all("main").length !== 1) bad.push(all("main").length + " main");
		let last = 0;
		for (const h of all("h1,h2,h3,h4,h5,h6")) {
			const level = +h.tagName[1];
			if (level > last + 1) bad.push(h.tagName + " after H" + last + ": " + h.textContent.trim());
			last = level;
		}
		const named = e => e.getAttribute("aria-label") || document.getElementById(e.getAttribute("aria-labelledby"))?.textContent;
		const names = all("nav").map(named);
		if (names.some(n => !n)) bad.push("a nav without a name");
		if (new Set(names).size !== names.length) bad.push("two navs of one name: " + names);
		for (const p of all("article.post")) {
			const h = p.querySelector("h2,h3");
			if (!h || !/Post \d+(, | by )\S/.test(h.textContent)) bad.push("no heading with number and author in " + p.id);
		}
		return bad;
	})()`
	if bad := js[[]string](b, complaints); len(bad) > 0 {
		b.Errorf("the outline has %q", bad)
	}
}

// checkTargets measures what one clicks: 24 CSS pixels each way.
func checkTargets(b *tab) {
	b.Helper()
	const small = `[...document.querySelectorAll(".acts a, .acts summary, .pager a, .mast a, nav a, button, .btn, .crumbs a")]
		.filter(e => e.checkVisibility({visibilityProperty: true}))
		.map(e => [e, e.getBoundingClientRect()])
		.filter(([e, r]) => r.width > 0 && (r.width < 24 || r.height < 24))
		.map(([e, r]) => e.textContent.trim().slice(0, 40) + " " + Math.round(r.width) + "×" + Math.round(r.height))`
	if found := js[[]string](b, small); len(found) > 0 {
		b.Errorf("too small to hit: %q", found)
	}
}

// checkReflow looks at the page at 320 pixels with text of twice the size.
func checkReflow(b *tab) {
	b.Helper()
	b.size(320, 800)
	for _, size := range []string{"100%", "200%"} {
		const wide = `document.documentElement.style.fontSize = %q;
			[...document.querySelectorAll("body *")].filter(e => document.scrollingElement.scrollWidth > innerWidth && e.getBoundingClientRect().right > innerWidth + 1 && !e.closest("pre") && e.checkVisibility())
			.map(e => e.tagName + "." + e.className + ": " + e.textContent.trim().slice(0, 30)).slice(0, 4)`
		if found := js[[]string](b, fmt.Sprintf(wide, size)); len(found) > 0 {
			b.Errorf("at 320 pixels and text of %s it scrolls sideways: %q", size, found)
		}
	}
}

// checkAxe lets axe-core look for what shuts people out (WCAG 2.2 A and AA).
func checkAxe(b *tab, axe string) {
	b.Helper()
	for _, scheme := range []string{"light", "dark"} {
		b.scheme(scheme)
		for _, v := range b.examine(axe) {
			b.Errorf("%s, %s: %s", b.here(), scheme, v)
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
