package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// stepTime is how long one step of the browser may take; the machine may have
// much else to do.
const stepTime = 90 * time.Second

// chromium is one headless browser for all tests of a run.
var chromium = sync.OnceValues(func() (*headless, error) {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return nil, errors.New("Chromium is not here (Debian: apt-get install chromium)")
	}
	profile, err := os.MkdirTemp("", "chromium")
	if err != nil {
		return nil, err
	}
	flags := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.WSURLReadTimeout(stepTime),
	}
	for _, flag := range []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync", "hide-scrollbars", "disable-dev-shm-usage"} {
		flags = append(flags, chromedp.Flag(flag, true))
	}
	if hosts != "" {
		flags = append(flags, chromedp.Flag("host-resolver-rules", hosts))
	}
	flags = append(flags, chromedp.Flag("disable-features", "BackForwardCache")) // chromedp waits for ever for a page that comes out of it
	allocator, _ := chromedp.NewExecAllocator(context.Background(), flags...)
	ctx, stop := chromedp.NewContext(allocator)
	closeBrowser = func() {
		_ = chromedp.Cancel(ctx) // it has nothing to save
		stop()
		os.RemoveAll(profile)
	}
	return &headless{ctx}, chromedp.Do(ctx)
})

// hosts is where the browser finds hosts that do not exist; it is set before
// the browser starts.
var hosts string

// closeBrowser ends the browser, if there was one.
var closeBrowser = func() {}

// headless is a running browser.
type headless struct{ ctx context.Context }

// browser is the running browser. Without one the test is passed over, which
// CI does not allow.
func browser(t testing.TB) *headless {
	t.Helper()
	h, err := chromium()
	if err != nil {
		missing(t, err.Error())
	}
	return h
}

// missing ends a test that needs something which is not on this machine.
func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// tab is a page of a browser profile of its own: nobody is logged in.
type tab struct {
	*testing.T
	ctx    context.Context
	board  string // its address
	Status int64  // of the last page
	events *events
}

// events are what happened in a tab.
type events struct {
	mu      sync.Mutex
	asked   []string // addresses of all requests
	trouble []string // what the page complained about, and dialogs that opened
}

// newTab opens a tab on a board. With script false no script runs in it.
func newTab(t *testing.T, board string, script bool) *tab {
	t.Helper()
	b := &tab{T: t, board: board, events: &events{}}
	ctx, cancel := chromedp.NewContext(browser(t).ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.listen))
	t.Cleanup(cancel)
	b.ctx = ctx
	b.must(chromedp.Do(ctx)) // this makes the tab, and must not have a context that ends
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !script})
	b.size(1200, 900)
	return b
}

// call calls a command of the browser's protocol that there is no action for.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	result, err := chromedp.Call(ctx, command, params)
	b.must(err)
	return result
}

func (b *tab) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// in is the tab within a sub-test, which fails instead of the whole.
func (b *tab) in(t *testing.T) *tab {
	sub := &tab{T: t, ctx: b.ctx, board: b.board, events: b.events}
	return sub
}

// listen keeps what the page asks for and complains about.
func (b *tab) listen(event any) {
	b.events.mu.Lock()
	defer b.events.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.events.asked = append(b.events.asked, e.Request.URL)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.Text, "the server responded with a status of") {
			b.events.trouble = append(b.events.trouble, e.Entry.Text)
		}
	case *runtime.EventExceptionThrown:
		b.events.trouble = append(b.events.trouble, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			b.events.trouble = append(b.events.trouble, fmt.Sprintf("console.error with %d arguments", len(e.Args)))
		}
	case *page.EventJavascriptDialogOpening:
		b.events.trouble = append(b.events.trouble, "a dialog opened: "+e.Message)
		go func() {
			_, _ = chromedp.Call(b.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
		}()
	}
}

// troubles are what was complained about so far.
func (b *tab) troubles() []string {
	b.events.mu.Lock()
	defer b.events.mu.Unlock()
	return append([]string(nil), b.events.trouble...)
}

// hosts are those that the tab asked for anything.
func (b *tab) hosts() map[string]bool {
	b.events.mu.Lock()
	defer b.events.mu.Unlock()
	hosts := map[string]bool{}
	for _, address := range b.events.asked {
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			hosts[u.Host] = true
		}
	}
	return hosts
}

// perform runs an action, and fails the test where it does not work in time.
func perform[T any](b *tab, action chromedp.Action[T]) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	result, err := chromedp.Run(ctx, action)
	if err != nil {
		b.Fatalf("at %s: %v", b.here(), err)
	}
	return result
}

// do runs actions that have no result.
func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	perform(b, chromedp.Steps(actions...))
}

// here is the address of the page; empty where there is none.
func (b *tab) here() (address string) {
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
	defer cancel()
	address, _ = chromedp.Run(ctx, chromedp.Location())
	return strings.TrimPrefix(address, b.board)
}

// leads runs an action that leads to another page, and waits until that is there.
func (b *tab) leads(action chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	answer, err := chromedp.RunResponse(ctx, action)
	if err != nil {
		b.Fatalf("at %s: %v", b.here(), err)
	}
	b.Status = answer.Status
}

// open goes to an address of the board.
func (b *tab) open(path string) *goquery.Document {
	b.Helper()
	b.leads(chromedp.Navigate(b.board + path))
	return b.page()
}

// follow clicks on what leads to another page.
func (b *tab) follow(selector string) *goquery.Document {
	b.Helper()
	b.leads(chromedp.Click(chromedp.CSS(selector)))
	return b.page()
}

// page is the document as it stands.
func (b *tab) page() *goquery.Document {
	b.Helper()
	d, err := goquery.NewDocumentFromReader(strings.NewReader(js[string](b, "document.documentElement.outerHTML")))
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// fill types into a field, over what is there.
func (b *tab) fill(selector, text string) {
	b.Helper()
	const script = `(e => { e.value = %q; e.dispatchEvent(new Event("input", {bubbles: true})); return true; })(document.querySelector(%q))`
	js[bool](b, fmt.Sprintf(script, text, selector))
}

// js evaluates JavaScript in the page, for the test; it works with scripts off too.
func js[T any](b *tab, script string) T {
	b.Helper()
	return perform(b, chromedp.Evaluate[T](script))
}

// shows opens a page again and again, until a text is on it: what arrives from
// elsewhere is worked out a moment later.
func (b *tab) shows(path, text string) {
	b.Helper()
	for deadline := time.Now().Add(stepTime); !strings.Contains(b.open(path).Find("main").Text(), text); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(deadline) {
			b.Fatalf("%s does not show %q", path, text)
		}
	}
}

// until waits until JavaScript says yes.
func (b *tab) until(what, condition string) {
	b.Helper()
	for deadline := time.Now().Add(stepTime); !js[bool](b, "!!("+condition+")"); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			b.Fatalf("at %s, this does not come true: %s", b.here(), what)
		}
	}
}

// size sets the window's size in CSS pixels.
func (b *tab) size(width, height int64) {
	b.Helper()
	b.do(chromedp.EmulateViewport(width, height))
}

// login logs somebody of the fixture in.
func (b *tab) login(name string) {
	b.Helper()
	b.open("/login")
	b.fill("#f-name", name)
	b.fill("#f-password", fixturePassword)
	if d := b.follow("main form button"); d.Find("form[action='/logout']").Length() == 0 {
		b.Fatalf("%s is not logged in, but at %s:\n%s", name, b.here(), d.Find("main").Text())
	}
}

// axeSource is the script of axe-core, which checks a page for what would shut
// people out. It is fetched with npm, and not part of the project.
func axeSource(t testing.TB) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("testdata", "axe", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		missing(t, "axe-core is not here (npm ci --prefix cmd/corkboard/testdata/axe)")
	}
	return string(source)
}

// scroll brings something into the middle of the window at once, not smoothly.
func (b *tab) scroll(selector string) {
	b.Helper()
	js[bool](b, fmt.Sprintf("document.querySelector(%q).scrollIntoView({behavior: 'instant', block: 'center'}), true", selector))
}

// click clicks on what leads nowhere else.
func (b *tab) click(selector string) {
	b.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector)))
}
