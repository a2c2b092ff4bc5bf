package main

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestBrowserScript tries what the board's script adds to pages.
func TestBrowserScript(t *testing.T) {
	f := newFixture(t)
	b := newTab(t, f.URL, true)
	b.login("ronin")

	t.Run("a new post is announced, and nothing moves until one follows", func(t *testing.T) { checkNotice(t, f, b.in(t)) })
	t.Run("a look at what is answered opens on hover and focus, and closes with Escape", func(t *testing.T) { checkLook(t, b.in(t)) })
	t.Run("what was typed is there after a reload, and gone when it is posted", func(t *testing.T) { checkDraft(t, b.in(t)) })
	t.Run("keys move from post to post, but not while one types", func(t *testing.T) { checkKeys(t, b.in(t)) })
	t.Run("names are completed while one types", func(t *testing.T) { checkCompletion(t, b.in(t)) })
	t.Run("who wants no motion gets none", func(t *testing.T) { checkMotion(t, b.in(t)) })
	t.Run("light and dark have different colours", func(t *testing.T) {
		b := b.in(t)
		b.open("/t/1")
		const colors = "getComputedStyle(document.body).backgroundColor + getComputedStyle(document.body).color"
		b.scheme("light")
		light := js[string](b, colors)
		b.scheme("dark")
		if dark := js[string](b, colors); light == dark {
			t.Errorf("both are %s", dark)
		}
	})
	if trouble := b.troubles(); len(trouble) > 0 {
		t.Errorf("the pages complained: %q", trouble)
	}
}

func checkNotice(t *testing.T, f *fixture, b *tab) {
	b.open("/t/1?from=101")
	b.scroll("#p110")
	before := js[float64](b, "document.querySelector('#p110').getBoundingClientRect().top")
	other := newTab(t, f.URL, false)
	other.login("gaijin")
	other.open("/t/1/110/reply")
	other.fill("#f-text", "Just now.")
	other.follow("button[value=post]")
	b.until("the notice", "[...document.querySelectorAll('[role=status]')].some(e => e.innerText.includes('1 new post'))")
	if after := js[float64](b, "document.querySelector('#p110').getBoundingClientRect().top"); after < before-1 || after > before+1 {
		t.Errorf("post 110 has moved from %v to %v", before, after)
	}
	if strings.Contains(b.page().Find("main").Text(), "Just now.") {
		t.Error("the post came without being asked for")
	}
	js[bool](b, "document.querySelector('[role=status] a').click(), true")
	b.until("the post is shown", "document.readyState === 'complete' && document.querySelector('main')?.innerText.includes('Just now.')")
}

func checkLook(t *testing.T, b *tab) {
	b.open("/t/1")
	const open = "!document.querySelector('#look').hidden && document.querySelector('#look').innerText"
	b.do(chromedp.Focus(chromedp.CSS("#p20 .to a")))
	b.until("it opens on focus", open+" && document.querySelector('#look').innerText.includes('for the 10th time')")
	b.do(chromedp.KeyEvent(kb.Escape))
	b.until("it closes", "document.querySelector('#look').hidden")
	b.do(chromedp.Blur(chromedp.CSS("#p20 .to a")))
	b.scroll("#p16 .to a")
	at := js[[]float64](b, "(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelector('#p16 .to a').getBoundingClientRect())")
	b.do(chromedp.MouseEvent("mouseMoved", at[0], at[1]+200), chromedp.MouseEvent("mouseMoved", at[0], at[1]))
	b.until("it opens on hover", open+" && document.querySelector('#look').innerText.includes('for the 8th time')")
	b.do(chromedp.KeyEvent(kb.Escape))
	b.until("it closes", "document.querySelector('#look').hidden")
}

func checkDraft(t *testing.T, b *tab) {
	const text = "document.querySelector('#f-text').value"
	b.open("/t/1/9/reply")
	b.do(chromedp.SendKeys(chromedp.CSS("#f-text"), "Half a thought"))
	b.leads(chromedp.Reload())
	b.until("the text is back", text+" === 'Half a thought'")
	if !js[bool](b, "[...document.querySelectorAll('[role=status]')].some(e => /draft/i.test(e.innerText))") {
		t.Error("it does not say that it is a draft")
	}
	b.follow("button[value=post]")
	b.open("/t/1/9/reply")
	if got := js[string](b, text); got != "" {
		t.Errorf("the draft of what was posted is still there: %q", got)
	}
}

func checkKeys(t *testing.T, b *tab) {
	b.open("/t/1")
	b.do(chromedp.KeyEvent("j"))
	first := js[string](b, "document.activeElement.id")
	b.do(chromedp.KeyEvent("j"))
	if second := js[string](b, "document.activeElement.id"); !strings.HasPrefix(first, "p") || !strings.HasPrefix(second, "p") || first == second {
		t.Errorf("j leads to %q, and then to %q", first, second)
	}
	b.open("/t/1/9/reply")
	b.do(chromedp.SendKeys(chromedp.CSS("#f-text"), "jj?"))
	if got := js[string](b, "location.pathname + document.querySelector('#f-text').value"); got != "/t/1/9/replyjj?" {
		t.Errorf("after typing it is %q", got)
	}
	b.fill("#f-text", "")
}

func checkCompletion(t *testing.T, b *tab) {
	b.open("/t/1/11/reply")
	b.do(chromedp.SendKeys(chromedp.CSS("#f-text"), "Hello @gai"))
	b.until("names are offered", "document.querySelector('#names li')?.textContent.includes('gaijin')")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until("the name is taken", "document.querySelector('#f-text').value.startsWith('Hello @gaijin')")
	b.fill("#f-text", "")
}

func checkMotion(t *testing.T, b *tab) {
	feature := emulation.MediaFeature{Name: "prefers-reduced-motion", Value: "reduce"}
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{&feature}})
	b.open("/t/1")
	const moving = `getComputedStyle(document.documentElement).scrollBehavior === "smooth" ||
		[...document.querySelectorAll("*")].some(e => (s => parseFloat(s.transitionDuration) > 0 || parseFloat(s.animationDuration) > 0)(getComputedStyle(e)))`
	if js[bool](b, moving) {
		t.Error("something moves")
	}
}

// TestBrowserWeight weighs a page of 50 posts with all that belongs to it.
func TestBrowserWeight(t *testing.T) {
	f := newFixture(t)
	b := newTab(t, f.URL, true)
	call(b, network.ClearBrowserCache, cdp.Empty{})
	b.open("/t/1?from=1")
	const weight = `[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].filter(e => e.initiatorType !== "img").reduce((sum, e) => sum + e.transferSize, 0)`
	n := js[float64](b, weight)
	t.Logf("50 posts weigh %.1f kB", n/1000)
	if n == 0 || n > 100_000 {
		t.Errorf("they weigh %.1f kB, and should not weigh more than 100", n/1000)
	}
}
