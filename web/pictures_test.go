package web_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
	"corkboard/web"
)

// plain is a picture of one colour.
func plain(width, height int, c color.Color) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := 0; i < len(m.Pix); i += 4 {
		r, g, b, a := c.RGBA()
		m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3] = byte(r>>8), byte(g>>8), byte(b>>8), byte(a>>8)
	}
	return m
}

func asPNG(m image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func asJPEG(m image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// moving is a GIF of two frames.
func moving(width, height int) []byte {
	var b bytes.Buffer
	frame := func(c uint8) *image.Paletted {
		m := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.Black, color.White})
		for i := range m.Pix {
			m.Pix[i] = c
		}
		return m
	}
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame(0), frame(1)}, Delay: []int{10, 10}}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// claiming is the beginning of a PNG that says that it is so large.
func claiming(width, height uint32) []byte {
	b := asPNG(plain(1, 1, color.White))
	binary.BigEndian.PutUint32(b[16:], width)
	binary.BigEndian.PutUint32(b[20:], height)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

// avif is the header of an AVIF picture of a size.
func avif(width, height uint32) []byte {
	b := []byte("\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf\x00\x00\x00\x14ispe\x00\x00\x00\x00")
	return append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, width), height), make([]byte, 600)...)
}

// far are the servers that pictures come from: what is at each address.
type far struct {
	mu      sync.Mutex
	files   map[string][]byte
	asked   map[string]int
	waiting chan struct{} // closed lets them answer; nil does not let them wait
}

func (f *far) fetch(ctx context.Context, address string, most int64, to io.Writer) error {
	f.mu.Lock()
	f.asked[address]++
	file, ok := f.files[address]
	waiting := f.waiting
	f.mu.Unlock()
	if waiting != nil {
		select {
		case <-waiting:
		case <-ctx.Done():
			return board.Errorf(board.Unavailable, "It took too long.")
		}
	}
	switch {
	case !ok:
		return board.Errorf(board.NotFound, "There is nothing at %s.", address)
	case int64(len(file)) > most:
		return board.Errorf(board.NotFound, "It is too large.")
	}
	_, err := to.Write(file)
	return err
}

func (f *far) count(address string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked[address]
}

const catURL = "https://files.example/cat"

// gallery is a world with one picture at catURL, and its address here.
func gallery(t *testing.T, file []byte, change ...func(*web.Config)) (*world, *far, string) {
	t.Helper()
	f := &far{files: map[string][]byte{catURL: file}, asked: map[string]int{}}
	w := withMedia(t, board.Text{HTML: "<p>See</p>"}, board.Media{
		Attachments: []board.Attachment{pictureOf(catURL, "A cat")}, Emojis: []board.Emoji{{Shortcode: "cat", URL: catURL}},
	}, append([]func(*web.Config){shown(f.fetch)}, change...)...)
	return w, f, "/media/" + board.MediaKey(catURL)
}

func TestAPictureThatADecoderStumblesOverEndsNothing(t *testing.T) {
	w, _, path := gallery(t, nil, shown(func(context.Context, string, int64, io.Writer) error { panic("index out of range") }))
	w.visitor().get(path).wants(http.StatusNotFound)
	w.visitor().get("/").wants(http.StatusOK)
}

func TestPictures(t *testing.T) {
	small := asPNG(plain(20, 10, color.White))

	t.Run("one comes as it is, does nothing, and stays", func(t *testing.T) {
		w, f, path := gallery(t, small)
		got := w.visitor().get(path)
		if got.status != http.StatusOK || got.body != string(small) {
			t.Fatalf("%d, %d bytes", got.status, len(got.body))
		}
		want := map[string]string{
			"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox",
			"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "public, max-age=31536000, immutable", "Vary": "", "Set-Cookie": "",
		}
		seen := map[string]string{}
		for name := range want {
			seen[name] = got.header.Get(name)
		}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Error(diff)
		}
		b := w.visitor()
		again := b.request(http.MethodGet, path, nil)
		again.Header.Set("If-None-Match", got.header.Get("ETag"))
		if status := b.do(again).status; status != http.StatusNotModified {
			t.Errorf("asked for again: %d", status)
		}
		if n := f.count(catURL); n != 1 {
			t.Errorf("fetched %d times", n)
		}
	})
	t.Run("many who ask at once wait for one fetch", func(t *testing.T) {
		w, f, path := gallery(t, small)
		f.waiting = make(chan struct{})
		var good atomic.Int64
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if w.visitor().get(path).status == http.StatusOK {
					good.Add(1)
				}
			})
		}
		for f.count(catURL) == 0 {
			time.Sleep(time.Millisecond)
		}
		close(f.waiting)
		all.Wait()
		if n := f.count(catURL); n != 1 || good.Load() != 20 {
			t.Errorf("fetched %d times for %d", n, good.Load())
		}
	})
	t.Run("one that cannot be had is not asked for again at once", func(t *testing.T) {
		w, f, path := gallery(t, nil)
		delete(f.files, catURL)
		for range 3 {
			got := w.visitor().get(path)
			if got.status != http.StatusNotFound || !strings.HasPrefix(got.header.Get("Content-Type"), "text/plain") || !strings.Contains(got.body, "There is nothing at") {
				t.Errorf("%d %s", got.status, got.body)
			}
		}
		if n := f.count(catURL); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
	t.Run("it is there after a restart, and what was half written is not", func(t *testing.T) {
		folder := t.TempDir()
		in := func(c *web.Config) { c.Pictures = folder }
		w, _, path := gallery(t, small, in)
		w.visitor().get(path)
		half := filepath.Join(folder, ".new-1234")
		if err := os.WriteFile(half, small[:10], 0o600); err != nil {
			t.Fatal(err)
		}
		w, f, path := gallery(t, small, in)
		if got := w.visitor().get(path); got.status != http.StatusOK || got.body != string(small) || f.count(catURL) != 0 {
			t.Errorf("%d, fetched %d times", got.status, f.count(catURL))
		}
		if _, err := os.Stat(half); err == nil {
			t.Error("the half is there")
		}
	})
	t.Run("one that somebody deleted is fetched again", func(t *testing.T) {
		folder := t.TempDir()
		w, f, path := gallery(t, small, func(c *web.Config) { c.Pictures = folder })
		w.visitor().get(path)
		for _, file := range filesIn(t, folder) {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.visitor().get(path); got.status != http.StatusOK || f.count(catURL) != 2 {
			t.Errorf("%d, fetched %d times", got.status, f.count(catURL))
		}
	})
	t.Run("the folder does not grow beyond its limit", func(t *testing.T) {
		folder := t.TempDir()
		file := append(bytes.Clone(small), make([]byte, 10_000)...)
		w, f, _ := gallery(t, file, func(c *web.Config) { c.Pictures, c.Limits.MediaBytes = folder, 35_000 })
		for i := range 8 {
			address := fmt.Sprintf("https://files.example/%d", i)
			f.files[address] = file
			w.bring(board.Text{HTML: "<p>x</p>"}, board.Media{Attachments: []board.Attachment{pictureOf(address, "")}})
			if got := w.visitor().get("/media/" + board.MediaKey(address)); got.status != http.StatusOK {
				t.Fatalf("picture %d: %d", i, got.status)
			}
			w.visitor().get("/media/" + board.MediaKey("https://files.example/0")) // asked for all the time
		}
		if n := len(filesIn(t, folder)); n != 3 {
			t.Errorf("%d files", n)
		}
		if n := f.count("https://files.example/0"); n != 1 {
			t.Errorf("the one that is asked for all the time was fetched %d times", n)
		}
	})
	t.Run("what is known of no post is never fetched", func(t *testing.T) {
		w, f, _ := gallery(t, small)
		f.files["https://other.example/"] = small
		for _, path := range []string{
			"/media/", "/media/x", "/media/" + board.MediaKey("https://other.example/"), "/media/https://other.example/",
			"/media/?url=https://other.example/", "/media/" + board.MediaKey(catURL) + "/../../etc/passwd", "/media/..%2f..%2fboard.db",
			"/media/emoji/other.example/cat", "/media/emoji/social.example/dog", "/media/emoji/social.example/..", "/media/emoji/https:%2F%2Fother.example/cat",
			"/media/" + strings.ToUpper(board.MediaKey(catURL)),
		} {
			if got := w.visitor().get(path); got.status < 300 || got.status >= 500 {
				t.Errorf("%s: %d", path, got.status)
			}
		}
		if n := len(f.asked); n != 0 {
			t.Errorf("%d addresses were asked: %v", n, f.asked)
		}
	})
	t.Run("those of deleted posts are removed from disk", func(t *testing.T) {
		folder := t.TempDir()
		var handler *web.Handler
		w, _, path := gallery(t, small, func(c *web.Config) { c.Pictures = folder })
		handler, err := web.New(web.Config{Board: w.Board, Sessions: w.db.Sessions(), Address: w.Address(), Fetch: noFetch, Pictures: folder})
		w.must(err)
		w.visitor().get(path)
		w.visitor().get("/media/emoji/social.example/cat")
		w.must(handler.SweepPictures(t.Context()))
		if n := len(filesIn(t, folder)); n != 2 {
			t.Errorf("%d files before", n)
		}
		w.must(w.Delete(t.Context(), w.gaijin.ID, w.post(2).ID, nil))
		w.must(handler.SweepPictures(t.Context()))
		if n := len(filesIn(t, folder)); n != 1 {
			t.Errorf("%d files after: the emoji should be left", n)
		}
	})
}

func filesIn(t *testing.T, folder string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// The rows F17, C09 and X20 of the security notes: what is no picture, or too
// large a one, is not passed on, whatever its server calls it.
func TestNoPictures(t *testing.T) {
	small := asPNG(plain(20, 10, color.White))
	for name, file := range map[string][]byte{
		"nothing":                        {},
		"a page":                         []byte("<!doctype html><script>alert(1)</script>"),
		"SVG with a script":              []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>`),
		"SVG after a declaration":        []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
		"a script":                       []byte("alert(1)"),
		"PDF":                            []byte("%PDF-1.7 x"),
		"an icon":                        append([]byte("\x00\x00\x01\x00"), make([]byte, 600)...),
		"a bitmap":                       append([]byte("BM"), make([]byte, 600)...),
		"a picture that ends":            small[:20],
		"a PNG of 50,000 × 50,000":       claiming(50_000, 50_000),
		"a PNG of 4,100 × 4,100":         claiming(4_100, 4_100),
		"a PNG of 4,294,967,295 × 1":     claiming(1<<32-1, 1),
		"a PNG of 30,000 × 1":            claiming(30_000, 1),
		"a PNG of nothing":               claiming(0, 10),
		"an AVIF of 50,000 × 50,000":     avif(50_000, 50_000),
		"an AVIF of no size":             append([]byte("\x00\x00\x00\x1cftypavif"), make([]byte, 600)...),
		"a large PNG without its pixels": claiming(2_000, 2_000),
		"a GIF without its pixels":       moving(20, 10)[:30],
	} {
		t.Run(name, func(t *testing.T) {
			w, _, path := gallery(t, file)
			got := w.visitor().get(path)
			if got.status != http.StatusNotFound || !strings.HasPrefix(got.header.Get("Content-Type"), "text/plain") || got.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%d %s: %.100s", got.status, got.header.Get("Content-Type"), got.body)
			}
			if len(file) > 0 && strings.Contains(got.body, string(file)) {
				t.Error("it was passed on")
			}
		})
	}
}

func TestThumbnails(t *testing.T) {
	red := color.NRGBA{200, 30, 30, 255}
	glass := color.NRGBA{200, 30, 30, 100}
	exif := func() []byte {
		b := asJPEG(plain(2000, 1000, red))
		return append(append(bytes.Clone(b[:2]), "\xff\xe1\x00\x10Exif\x00\x00MM\x00*\x00\x00\x00\x08"...), b[2:]...)
	}()
	const emoji = "/media/emoji/social.example/cat"
	for _, test := range []struct {
		name          string
		file          []byte
		path          string // where it is asked for; "" is the attachment's
		kind          string
		width, height int
		same          bool // byte for byte
	}{
		{"small ones stay as they are", asJPEG(plain(700, 500, red)), "", "image/jpeg", 700, 500, true},
		{"wide ones become smaller", asPNG(plain(2000, 1000, red)), "", "image/jpeg", 768, 384, false},
		{"high ones become smaller", asJPEG(plain(1000, 3000, red)), "", "image/jpeg", 384, 1152, false},
		{"what can be seen through stays so", asPNG(plain(2000, 1000, glass)), "", "image/png", 768, 384, false},
		{"a photograph with Exif stays as it is", exif, "", "image/jpeg", 2000, 1000, true},
		{"what moves stands still", moving(100, 50), "", "image/png", 100, 50, false},
		{"AVIF is passed on", avif(3000, 2000), "", "image/avif", 0, 0, true},
		{"a large emoji becomes small", asPNG(plain(512, 256, glass)), emoji, "image/png", 80, 40, false},
		{"an emoji that moves stands still", moving(40, 40), emoji, "image/png", 40, 40, false},
		{"a thin line does not vanish", asPNG(plain(10_000, 1, red)), "", "image/jpeg", 768, 1, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			w, _, path := gallery(t, test.file)
			if test.path != "" {
				path = test.path
			}
			got := w.visitor().get(path)
			if got.status != http.StatusOK || got.header.Get("Content-Type") != test.kind || (got.body == string(test.file)) != test.same {
				t.Fatalf("%d %s, %d bytes of %d: %.100s", got.status, got.header.Get("Content-Type"), len(got.body), len(test.file), got.body)
			}
			if test.width == 0 {
				return
			}
			m, _, err := image.Decode(strings.NewReader(got.body))
			if err != nil {
				t.Fatal(err)
			}
			if size := m.Bounds().Size(); size != image.Pt(test.width, test.height) {
				t.Errorf("it is %v", size)
			}
		})
	}
}
