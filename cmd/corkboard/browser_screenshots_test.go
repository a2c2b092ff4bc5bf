package main

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
)

var screenshots = flag.Bool("screenshots", false, "write docs/screenshots anew, of a demo")

// pictured are the pages of docs/screenshots. Those as a member are mariner's;
// a thread is found by its title. The choice of headers is remembered, so that
// it comes last.
var pictured = []struct {
	name, thread, path string
	member             bool
	height             int64 // of the wide picture in CSS pixels
	dark               bool
}{
	{name: "front", path: "/", height: 1500},
	{name: "topic", path: "/topics/harbour", height: 1300},
	{name: "thread", thread: "Harbour bridge to close", path: "", height: 1900},
	{name: "thread-dark", thread: "Harbour bridge to close", path: "", height: 1900, dark: true},
	{name: "thread-long", thread: "Council votes to switch off", path: "?from=201", height: 1500},
	{name: "pictures", thread: "Four mornings of fog", path: "", height: 1500},
	{name: "history", thread: "Kelp forest off the cape", path: "/3/history", height: 900},
	{name: "search", path: "/search?q=lighthouse", height: 1300},
	{name: "post", path: "/post", member: true, height: 1500},
	{name: "settings", path: "/settings", height: 1100},
	{name: "headers", path: "/?brief=1", height: 1000},
}

// TestScreenshots writes docs/screenshots, wide and narrow.
func TestScreenshots(t *testing.T) {
	if !*screenshots {
		t.Skip("only with -screenshots")
	}
	i := newInstance(t)
	hosts = "MAP board.example " + i.listen // the pictures show a board with a name
	browser(t)
	i.env = append(i.env, "CORKBOARD_URL=http://board.example")
	password := ""
	for line := range strings.Lines(i.run(t, "", "demo")) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "mariner" {
			password = fields[1]
		}
	}
	i.start(t)
	visitor, member := newTab(t, "http://board.example", true), newTab(t, "http://board.example", true)
	member.open("/login")
	member.fill("#f-name", "mariner")
	member.fill("#f-password", password)
	member.follow("main form button")
	threads := visitor.threads()
	for _, p := range pictured {
		path := p.path
		for title, thread := range threads {
			if p.thread != "" && strings.HasPrefix(title, p.thread) {
				path = thread + p.path
			}
		}
		b := visitor
		if p.member {
			b = member
		}
		b.scheme(map[bool]string{false: "light", true: "dark"}[p.dark])
		b.picture(p.name, path, 1200, p.height)
		b.picture(p.name, path, 320, 900)
	}
}

// threads are the paths of all threads by their titles.
func (b *tab) threads() map[string]string {
	b.Helper()
	threads := map[string]string{}
	for path := "/"; path != ""; {
		d := b.open(path)
		for _, s := range d.Find("article h2 a").EachIter() {
			threads[squeeze(s)] = s.AttrOr("href", "")
		}
		path = strings.TrimPrefix(d.Find("link[rel=next]").AttrOr("href", ""), b.board)
	}
	return threads
}

// picture writes the beginning of a page as it is at this size. Narrow ones are
// as sharp as telephones show them.
func (b *tab) picture(name, path string, width, height int64) {
	b.Helper()
	b.size(width, height)
	b.open(path)
	b.until("its pictures are there", "(document.querySelectorAll('img').forEach(i => i.loading = 'eager'), [...document.images].every(i => i.complete))")
	shot := call(b, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: "png"})
	m, err := png.Decode(bytes.NewReader(shot.Data))
	b.must(err)
	file := filepath.Join("..", "..", "docs", "screenshots", fmt.Sprintf("%s-%d.png", name, width))
	b.must(os.MkdirAll(filepath.Dir(file), 0o755))
	b.must(os.WriteFile(file, small(m), 0o644))
}

// photographic is how many colours only a picture with photographs has.
const photographic = 2048

// small is a PNG with as few colours as a page needs, which is a third of the size.
func small(m image.Image) []byte {
	var palette color.Palette
	known := map[color.RGBA]int{}
	bounds := m.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			r, g, bl, _ := m.At(x, y).RGBA()
			known[color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(bl >> 8), 255}]++
		}
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if len(known) > photographic {
		_ = encoder.Encode(&b, m)
		return b.Bytes()
	}
	for len(palette) < 256 && len(known) > 0 {
		best, most := color.RGBA{}, 0
		for c, n := range known {
			if n > most {
				best, most = c, n
			}
		}
		palette = append(palette, best)
		delete(known, best)
	}
	flat := image.NewPaletted(bounds, palette)
	draw.Draw(flat, bounds, m, bounds.Min, draw.Src)
	_ = encoder.Encode(&b, flat)
	return b.Bytes()
}
