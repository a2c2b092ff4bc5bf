package board

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCleanMedia(t *testing.T) {
	image := func(address string) Attachment { return Attachment{Kind: Image, URL: address, Picture: address} }
	for _, test := range []struct {
		name      string
		got, want Media
	}{
		{"nothing", Media{}, Media{}},
		{"only what is at an address of the web", Media{Quote: "javascript:x", Attachments: []Attachment{
			image("data:image/png;base64,AAAA"), image("file:///etc/passwd"), image("//a.example/1"), image("https://u:p@a.example/1"), image("HTTPS://A.example/1"),
		}}, Media{Attachments: []Attachment{image("https://a.example/1")}}},
		{"a picture at no address is a link", Media{Attachments: []Attachment{{Kind: Video, URL: "https://a.example/1", Picture: "data:x", Width: 10, Height: 10}}},
			Media{Attachments: []Attachment{{Kind: Video, URL: "https://a.example/1"}}}},
		{"a kind that is none is a file", Media{Attachments: []Attachment{{Kind: "script", URL: "https://a.example/1"}}},
			Media{Attachments: []Attachment{{Kind: File, URL: "https://a.example/1"}}}},
		{"a description is one line without what disturbs", Media{Attachments: []Attachment{{Kind: File, URL: "https://a.example/1", Text: "a\n\u202eb " + strings.Repeat("x", 2000)}}},
			Media{Attachments: []Attachment{{Kind: File, URL: "https://a.example/1", Text: "a b " + strings.Repeat("x", 1496)}}}},
		{"sizes that cannot be are unknown", Media{Attachments: []Attachment{
			{Kind: Image, URL: "https://a.example/1", Picture: "https://a.example/1", Width: 1 << 30, Height: 1}, {Kind: Image, URL: "https://a.example/2", Picture: "https://a.example/2", Width: 5, Height: 0},
		}}, Media{Attachments: []Attachment{image("https://a.example/1"), image("https://a.example/2")}}},
		{"emojis with a name and an address, the first of each", Media{Emojis: []Emoji{
			{":cat:", "https://a.example/1"}, {"cat", "https://a.example/2"}, {`"><img>`, "https://a.example/3"}, {"c", "https://a.example/4"}, {"dog", "javascript:x"}, {"", "https://a.example/5"},
		}}, Media{Emojis: []Emoji{{"cat", "https://a.example/1"}}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, cleanMedia(test.got)); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("it has an end", func(t *testing.T) {
		var m Media
		for i := range 1000 {
			m.Attachments = append(m.Attachments, image(fmt.Sprintf("https://a.example/%d", i)))
			m.Emojis = append(m.Emojis, Emoji{fmt.Sprintf("cat%d", i), "https://a.example/"})
		}
		if clean := cleanMedia(m); len(clean.Attachments) != 16 || len(clean.Emojis) != 32 {
			t.Errorf("%d attachments, %d emojis", len(clean.Attachments), len(clean.Emojis))
		}
	})
}

func TestWithoutQuote(t *testing.T) {
	for _, test := range []struct{ name, html, want string }{
		{"nothing of the kind", "<p>a <b>b</b></p>", "<p>a <b>b</b></p>"},
		{"Mastodon's paragraph", `<p class="quote-inline">RE: <a href="https://a.test/">x</a></p><p>b</p>`, "<p>b</p>"},
		{"Misskey's span, with spans in it", `<p>a<span class="quote-inline"><br>RE: <span class="x"><a href="https://a.test/">x</a></span></span> b</p>`, "<p>a b</p>"},
		{"a link that has the word in it stays", `<p><a href="https://a.test/quote-inline">x</a></p>`, `<p><a href="https://a.test/quote-inline">x</a></p>`},
		{"a broken end is harmless", `<p>a<span class="quote-inline">b`, "<p>a"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := WithoutQuote(test.html); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
