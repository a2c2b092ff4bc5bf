package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"corkboard/board"
	"corkboard/web"
)

// shown is a world that shows pictures, of which fetch is told.
func shown(fetch web.Fetch) func(*web.Config) {
	return func(c *web.Config) { c.Fetch = fetch }
}

func noFetch(context.Context, string, int64, io.Writer) error {
	return board.Errorf(board.NotFound, "There is nothing.")
}

// withMedia is a world with a post of gaijin's that brings something along.
func withMedia(t *testing.T, text board.Text, m board.Media, change ...func(*web.Config)) *world {
	t.Helper()
	folder := t.TempDir()
	w := newWorld(t, append([]func(*web.Config){func(c *web.Config) { c.Pictures, c.Fetch = folder, noFetch }}, change...)...)
	w.bring(text, m)
	return w
}

func (w *world) bring(text board.Text, m board.Media) board.Post {
	w.t.Helper()
	_, posts, err := w.ThreadVersion(w.t.Context(), w.article.Thread)
	w.must(err)
	p, err := w.Reply(w.t.Context(), board.NewReply{By: w.gaijin.ID, To: w.article.ID, Text: text, Remote: &board.Remote{
		URI: fmt.Sprintf("https://social.example/notes/%d", posts+1), Published: time.Now(), Media: m,
	}})
	w.must(err)
	return p
}

func pictureOf(address, text string) board.Attachment {
	return board.Attachment{Kind: board.Image, URL: address, Picture: address, Text: text}
}

func TestFigures(t *testing.T) {
	harbour := board.Attachment{Kind: board.Image, URL: "https://files.example/1.png", Picture: "https://files.example/1.png", Text: `The "harbour" <at> night`, Width: 640, Height: 480}
	nameless := pictureOf("https://files.example/2.png", "")
	text := board.Text{HTML: "<p>See</p>", Language: "de"}
	const figure = "#p2 .body figure"

	t.Run("a picture has its description beside it, its size, and a link", func(t *testing.T) {
		page := withMedia(t, text, board.Media{Attachments: []board.Attachment{harbour}}).visitor().get("/t/1")
		img := page.Find(figure + " img")
		got := map[string]string{}
		for _, name := range []string{"src", "alt", "width", "height", "loading", "decoding"} {
			got[name], _ = img.Attr(name)
		}
		want := map[string]string{"src": "/media/" + harbour.Key(), "alt": harbour.Text, "width": "384", "height": "288", "loading": "lazy", "decoding": "async"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		caption := page.Find(figure + " figcaption")
		if words := strings.TrimSpace(caption.Text()); words != harbour.Text+" Picture at files.example" {
			t.Errorf("the caption says %q", words)
		}
		if lang, _ := caption.Find("span").Attr("lang"); lang != "de" {
			t.Errorf("the description is in %q", lang)
		}
		link := caption.Find("a")
		if href, _ := link.Attr("href"); href != harbour.URL || link.AttrOr("rel", "") != "nofollow ugc noopener noreferrer" {
			t.Errorf("the link is %v", link.Nodes[0].Attr)
		}
	})
	t.Run("one without a description says so", func(t *testing.T) {
		page := withMedia(t, text, board.Media{Attachments: []board.Attachment{nameless}}).visitor().get("/t/1")
		if alt, ok := page.Find(figure + " img").Attr("alt"); !ok || alt != "" {
			t.Errorf("alt is %q, %v", alt, ok)
		}
		if words := page.Find(figure + " figcaption").Text(); !strings.HasPrefix(words, "Image without description") {
			t.Errorf("the caption says %q", words)
		}
	})
	t.Run("films and sounds are links", func(t *testing.T) {
		page := withMedia(t, text, board.Media{Attachments: []board.Attachment{
			{Kind: board.Video, URL: "https://files.example/1.mp4", Text: "Waves", Picture: "https://files.example/still.jpg"},
			{Kind: board.Audio, URL: "https://files.example/1.ogg"}, {Kind: board.File, URL: "https://files.example/1.pdf", Text: "Minutes"},
		}}).visitor().get("/t/1")
		if n := page.Find("video, audio, iframe, object, embed").Length(); n != 0 {
			t.Errorf("%d players", n)
		}
		if n := page.Find(figure + " img").Length(); n != 1 {
			t.Errorf("%d stills", n)
		}
		want := []string{"Waves Video at files.example", "Sound at files.example", "Minutes File at files.example"}
		if diff := cmp.Diff(want, texts(page.Find(figure+" figcaption"))); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("more than four are folded", func(t *testing.T) {
		var many []board.Attachment
		for i := range 7 {
			many = append(many, pictureOf(fmt.Sprintf("https://files.example/%d.png", i), "x"))
		}
		page := withMedia(t, text, board.Media{Attachments: many}).visitor().get("/t/1")
		if words := page.Find("#p2 .media > details > summary").Text(); words != "and 3 more" {
			t.Errorf("it says %q", words)
		}
		if open, folded := page.Find("#p2 .body > .media > figure").Length(), page.Find("#p2 .media details figure").Length(); open != 4 || folded != 3 {
			t.Errorf("%d are open, %d folded", open, folded)
		}
	})
	t.Run("sensitive ones are folded, the text is not", func(t *testing.T) {
		page := withMedia(t, text, board.Media{Sensitive: true, Attachments: []board.Attachment{harbour}}).visitor().get("/t/1")
		fold := page.Find("#p2 .body details.cw")
		if fold.Find("summary").Text() != "Sensitive media – show" || fold.Find("img").Length() != 1 || strings.Contains(fold.Text(), "See") {
			t.Errorf("folded: %s", fold.Text())
		}
		if _, open := fold.Attr("open"); open {
			t.Error("it is open")
		}
	})
	t.Run("a warning folds both, once", func(t *testing.T) {
		page := withMedia(t, board.Text{HTML: "<p>See</p>", Warning: "Salt"}, board.Media{Sensitive: true, Attachments: []board.Attachment{harbour}}).visitor().get("/t/1")
		fold := page.Find("#p2 .body details")
		if fold.Length() != 1 || fold.Find("summary").Text() != "Content warning: Salt" || fold.Find("img").Length() != 1 || !strings.Contains(fold.Text(), "See") {
			t.Errorf("%d folds: %s", fold.Length(), fold.Text())
		}
	})
	for images, want := range map[string]string{"off": "no picture", "click": "a folded picture"} {
		t.Run("who set images to "+images+" gets "+want, func(t *testing.T) {
			b := withMedia(t, board.Text{HTML: "<p>See :cat:</p>"}, board.Media{
				Attachments: []board.Attachment{harbour}, Emojis: []board.Emoji{{Shortcode: "cat", URL: "https://files.example/cat.png"}},
			}).visitor()
			r := b.request(http.MethodGet, "/t/1", nil)
			r.AddCookie(&http.Cookie{Name: "corkboard_display", Value: "images=" + images})
			page := b.do(r)
			pictures, folded := page.Find(figure+" img").Length(), page.Find(figure+" details > img").Length()
			if images == "off" && pictures != 0 || images == "click" && (pictures != 1 || folded != 1) {
				t.Errorf("%d pictures, %d folded", pictures, folded)
			}
			if images == "off" && (page.Find("#p2 img").Length() != 0 || !strings.Contains(page.Find("#p2 .body").Text(), "See :cat:")) {
				t.Errorf("the text: %s", page.Find("#p2 .body").Text())
			}
		})
	}
	t.Run("a board that keeps no pictures shows links", func(t *testing.T) {
		w := withMedia(t, text, board.Media{Attachments: []board.Attachment{harbour}}, shown(nil))
		page := w.visitor().get("/t/1")
		if page.Find("#p2 img").Length() != 0 || page.Find(figure+" figcaption a").Length() != 1 {
			t.Error(page.Find("#p2 .body").Html())
		}
	})
	t.Run("what an edit or a deletion takes away is gone", func(t *testing.T) {
		w := withMedia(t, text, board.Media{Attachments: []board.Attachment{harbour}})
		if got := w.visitor().get("/media/" + harbour.Key()); !strings.Contains(got.body, "There is nothing.") {
			t.Errorf("before: %d %s", got.status, got.body)
		}
		w.must(w.Delete(t.Context(), w.gaijin.ID, w.post(2).ID, nil))
		if got := w.visitor().get("/media/" + harbour.Key()); got.status != http.StatusNotFound || strings.Contains(got.body, "There is nothing.") {
			t.Errorf("after: %d %s", got.status, got.body)
		}
		if page := w.visitor().get("/t/1"); page.Find("#p2 img").Length() != 0 {
			t.Error("the page still has it")
		}
	})
}

func TestMediaInFeeds(t *testing.T) {
	w := withMedia(t, board.Text{HTML: "<p>See</p>"}, board.Media{
		Attachments: []board.Attachment{pictureOf("https://files.example/1.png", "A <cat>"), {Kind: board.Audio, URL: "https://files.example/2.ogg"}},
		Quote:       "https://elsewhere.example/1",
	})
	for _, path := range []string{"/t/1.atom", "/posts.atom"} {
		feed := w.visitor().get(path).body
		for _, want := range []string{"https://files.example/1.png", "A &amp;lt;cat&amp;gt;", "Sound at files.example", "https://elsewhere.example/1"} {
			if !strings.Contains(feed, want) {
				t.Errorf("%s is missing in %s", want, path)
			}
		}
		if strings.Contains(feed, "&lt;img") {
			t.Errorf("a picture stands in %s", path)
		}
	}
}

func TestMediaInLists(t *testing.T) {
	w := withMedia(t, board.Text{}, board.Media{Attachments: []board.Attachment{{Kind: board.Audio, URL: "https://files.example/2.ogg"}}})
	w.indexed()
	for _, path := range []string{"/posts", "/~gaijin@social.example/posts", "/search?q=by:gaijin@social.example"} {
		if page := w.visitor().get(path); !strings.Contains(page.text("main"), "Sound at files.example") || strings.Contains(page.body, "%!") {
			t.Errorf("%s says %q", path, page.text("main"))
		}
	}
}

func TestEmojis(t *testing.T) {
	cat := board.Emoji{Shortcode: "cat", URL: "https://files.example/cat.png"}
	const path = "/media/emoji/social.example/cat"

	t.Run("they are pictures in the text, and only the server's own", func(t *testing.T) {
		page := withMedia(t, board.Text{HTML: "<p>A :cat: <b>:cat:</b> :dog: 10:30:45</p><pre>:cat:</pre><p><code>x :cat: y</code></p>"},
			board.Media{Emojis: []board.Emoji{cat}}).visitor().get("/t/1")
		imgs := page.Find("#p2 .body img")
		if imgs.Length() != 2 || page.Find("#p2 pre img, #p2 code img").Length() != 0 {
			t.Errorf("%d pictures", imgs.Length())
		}
		if src, alt := imgs.AttrOr("src", ""), imgs.AttrOr("alt", ""); src != path || alt != ":cat:" || imgs.AttrOr("class", "") != "emoji" {
			t.Errorf("src %q alt %q", src, alt)
		}
		if words := page.Find("#p2 .body").Text(); strings.TrimSpace(words) != "A   :dog: 10:30:45:cat:x :cat: y" {
			t.Errorf("the text is %q", words)
		}
	})
	t.Run("they are pictures in a warning", func(t *testing.T) {
		page := withMedia(t, board.Text{HTML: "<p>x</p>", Warning: "A :cat: <b>"}, board.Media{Emojis: []board.Emoji{cat}}).visitor().get("/t/1")
		summary := page.Find("#p2 summary").First()
		if summary.Find("img").Length() != 1 || summary.Text() != "Content warning: A  <b>" {
			t.Error(summary.Html())
		}
	})
	t.Run("they are pictures in names; what has none is left out", func(t *testing.T) {
		w := withMedia(t, board.Text{HTML: "<p>x</p>"}, board.Media{})
		a := w.gaijin
		a.DisplayName = "Gaijin :cat: :dog: \u202eevil"
		_, err := w.KnowActor(t.Context(), a, cat)
		w.must(err)
		w.bring(board.Text{HTML: "<p>y</p>"}, board.Media{})
		who := w.visitor().get("/t/1").Find("#p3 .byline .who > bdi")
		if who.Find("img").AttrOr("src", "") != path || strings.Join(strings.Fields(who.Text()), " ") != "Gaijin evil" {
			t.Error(who.Html())
		}
	})
	t.Run("what another server has for the word is not shown", func(t *testing.T) {
		w := withMedia(t, board.Text{HTML: "<p>:cat:</p>"}, board.Media{})
		w.bring(board.Text{HTML: "<p>:cat:</p>"}, board.Media{Emojis: []board.Emoji{cat}})
		page := w.visitor().get("/t/1")
		if page.Find("#p2 .body img").Length() != 0 || page.Find("#p3 .body img").Length() != 1 {
			t.Error("a post without the emoji shows it")
		}
		if got := w.visitor().get("/media/emoji/elsewhere.example/cat"); got.status != http.StatusNotFound {
			t.Errorf("of elsewhere: %d", got.status)
		}
	})
}

func TestQuotes(t *testing.T) {
	fallback := board.Text{HTML: `<p class="quote-inline">RE: <a href="https://social.example/@gaijin/2">social.example/@gaijin/2</a></p><p>Indeed</p>`}
	t.Run("a post of this board is shown", func(t *testing.T) {
		w := withMedia(t, board.Text{HTML: "<p>The <b>quoted</b> words</p>", Language: "de"}, board.Media{})
		w.bring(fallback, board.Media{Quote: "https://social.example/notes/2"})
		quote := w.visitor().get("/t/1").Find("#p3 .body blockquote.cited")
		if words := texts(quote.Find("p").Last()); !cmp.Equal(words, []string{"The quoted words"}) {
			t.Errorf("it says %q", words)
		}
		if quote.Find(".who").Length() != 1 || quote.Find("a[href='/t/1#p2']").Text() != "#2" || quote.Find("p[lang=de]").Length() != 1 {
			t.Error(quote.Html())
		}
	})
	t.Run("what stands there for others is not", func(t *testing.T) {
		w := withMedia(t, board.Text{HTML: "<p>Quoted</p>"}, board.Media{})
		w.bring(fallback, board.Media{Quote: "https://social.example/notes/2"})
		if words := w.visitor().get("/t/1").Find("#p3 .body").Text(); strings.Contains(words, "RE:") || !strings.Contains(words, "Indeed") {
			t.Errorf("it says %q", words)
		}
	})
	t.Run("the words under a warning are not shown", func(t *testing.T) {
		w := withMedia(t, board.Text{HTML: "<p>Quoted</p>", Warning: "Salt"}, board.Media{})
		w.bring(board.Text{HTML: "<p>x</p>"}, board.Media{Quote: "https://social.example/notes/2"})
		if words := w.visitor().get("/t/1").Find("#p3 blockquote").Text(); strings.Contains(words, "Quoted") || !strings.Contains(words, "Content warning: Salt") {
			t.Errorf("it says %q", words)
		}
	})
	t.Run("a post of elsewhere is a link", func(t *testing.T) {
		w := withMedia(t, board.Text{HTML: "<p>x</p>"}, board.Media{Quote: "https://elsewhere.example/1"})
		link := w.visitor().get("/t/1").Find("#p2 .body a")
		if link.AttrOr("href", "") != "https://elsewhere.example/1" || link.Text() != "It quotes a post that is not on this board." {
			t.Error(link.Html())
		}
	})
	t.Run("a quoted post that is deleted is not shown any more", func(t *testing.T) {
		w := withMedia(t, board.Text{HTML: "<p>Quoted</p>"}, board.Media{})
		w.bring(board.Text{HTML: "<p>x</p>"}, board.Media{Quote: "https://social.example/notes/2"})
		w.visitor().get("/t/1")
		w.must(w.Delete(t.Context(), w.gaijin.ID, w.post(2).ID, nil))
		if body := w.visitor().get("/t/1").body; strings.Contains(body, "Quoted") {
			t.Error("it is")
		}
	})
}

// texts are what is in each element of a selection.
func texts(found *goquery.Selection) []string {
	return found.Map(func(_ int, s *goquery.Selection) string { return strings.TrimSpace(s.Text()) })
}
