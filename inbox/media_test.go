package inbox

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corkboard/activitypub"
	"corkboard/board"
)

func TestMedia(t *testing.T) {
	const cat = "https://far.example/cat.png"
	picture := board.Attachment{Kind: board.Image, URL: cat, Picture: cat}
	for _, test := range []struct {
		name, object string
		want         board.Media
	}{
		{"nothing", `{"type":"Note","content":"x"}`, board.Media{}},
		{"Mastodon's document, with size and description",
			`{"type":"Note","sensitive":true,"attachment":[{"type":"Document","mediaType":"image/jpeg","url":"https://far.example/1","name":"A cat","blurhash":"U","focalPoint":[0,0],"width":640,"height":480}]}`,
			board.Media{Sensitive: true, Attachments: []board.Attachment{{Kind: board.Image, URL: "https://far.example/1", Picture: "https://far.example/1", Text: "A cat", Width: 640, Height: 480}}}},
		{"one alone, not in a list", `{"type":"Note","attachment":{"type":"Image","url":"` + cat + `"}}`, board.Media{Attachments: []board.Attachment{picture}}},
		{"the description rather than the file's name", `{"type":"Note","attachment":{"type":"Image","url":"` + cat + `","name":"cat.png","summary":"A cat"}}`,
			board.Media{Attachments: []board.Attachment{{Kind: board.Image, URL: cat, Picture: cat, Text: "A cat"}}}},
		{"Pleroma's list of addresses", `{"type":"Note","attachment":[{"type":"Document","mediaType":"image/png","url":[{"type":"Link","href":"` + cat + `","mediaType":"image/png"}]}]}`,
			board.Media{Attachments: []board.Attachment{picture}}},
		{"Lemmy's picture attached as a link", `{"type":"Page","attachment":[{"type":"Link","href":"` + cat + `"}],"image":{"type":"Image","url":"` + cat + `"}}`,
			board.Media{Attachments: []board.Attachment{picture}}},
		{"Lemmy's picture of a linked page", `{"type":"Page","attachment":[{"type":"Link","href":"https://news.example/"}],"image":{"type":"Image","url":"` + cat + `"}}`,
			board.Media{Attachments: []board.Attachment{picture}}},
		{"the source of an article is not attached too", `{"type":"Page","attachment":[{"type":"Link","href":"https://news.example/"},{"type":"Link","href":"https://more.example/","name":"More"}]}`,
			board.Media{Attachments: []board.Attachment{{Kind: board.File, URL: "https://more.example/", Text: "More"}}}},
		{"a link that stands in the text is not attached too", `{"type":"Note","inReplyTo":"https://b.example/1","content":"<a href=\"https://more.example/?a=1&amp;b\">x</a>","attachment":[{"type":"Link","href":"https://first.example/"},{"type":"Link","href":"https://more.example/?a=1&b"}]}`,
			board.Media{Attachments: []board.Attachment{{Kind: board.File, URL: "https://first.example/"}}}},
		{"pictures that no browser shows, and SVG, are links", `{"type":"Note","attachment":[{"type":"Document","mediaType":"image/svg+xml","url":"https://far.example/1"},{"type":"Document","mediaType":"image/heic","url":"https://far.example/2"}]}`,
			board.Media{Attachments: []board.Attachment{{Kind: board.Image, URL: "https://far.example/1"}, {Kind: board.Image, URL: "https://far.example/2"}}}},
		{"films and sounds have a still, and no size", `{"type":"Note","attachment":[{"type":"Document","mediaType":"video/mp4","url":"https://far.example/1","width":640,"height":480,"icon":{"type":"Image","url":"` + cat + `"}},{"type":"Audio","url":"https://far.example/2"}]}`,
			board.Media{Attachments: []board.Attachment{{Kind: board.Video, URL: "https://far.example/1", Picture: cat}, {Kind: board.Audio, URL: "https://far.example/2"}}}},
		{"files are files", `{"type":"Note","attachment":[{"type":"Document","mediaType":"application/pdf","url":"https://far.example/1","name":"Minutes"}]}`,
			board.Media{Attachments: []board.Attachment{{Kind: board.File, URL: "https://far.example/1", Text: "Minutes"}}}},
		{"lines of a profile are none", `{"type":"Note","attachment":[{"type":"PropertyValue","name":"x","value":"y","url":"https://far.example/"}]}`, board.Media{}},
		{"Misskey folds one of them", `{"type":"Note","attachment":[{"type":"Document","mediaType":"image/png","url":"` + cat + `","sensitive":true}]}`,
			board.Media{Sensitive: true, Attachments: []board.Attachment{picture}}},
		{"an Image is a picture of itself", `{"type":"Image","name":"A cat","url":[{"type":"Link","href":"https://far.example/p","mediaType":"text/html"},{"type":"Link","href":"` + cat + `","mediaType":"image/png"}]}`,
			board.Media{Attachments: []board.Attachment{{Kind: board.Image, URL: cat, Picture: cat, Text: "A cat"}}}},
		{"emojis", `{"type":"Note","tag":[{"type":"Emoji","name":":cat:","icon":{"type":"Image","url":"` + cat + `"}},{"type":"Hashtag","name":"#x"}]}`,
			board.Media{Emojis: []board.Emoji{{Shortcode: ":cat:", URL: cat}}}},
		{"a quote", `{"type":"Note","quote":"https://far.example/n"}`, board.Media{Quote: "https://far.example/n"}},
		{"a quote of Misskey", `{"type":"Note","_misskey_quote":"https://far.example/n"}`, board.Media{Quote: "https://far.example/n"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			o, err := activitypub.Parse([]byte(test.object))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, mediaOf(o)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMediaOfPeerTube(t *testing.T) {
	folder := os.Getenv("CORKBOARD_CORPUS")
	if folder == "" {
		folder = filepath.Join("..", "..", "shared", "corpus")
	}
	body, err := os.ReadFile(filepath.Join(folder, "peertube", "objects", "video.json"))
	if err != nil {
		t.Skipf("no corpus of real payloads: set CORKBOARD_CORPUS to its folder (%v)", err)
	}
	o, err := activitypub.Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	got := mediaOf(o).Attachments
	want := []board.Attachment{{
		Kind: board.Video, URL: "https://tilvids.com/videos/watch/e7946124-7b72-4ad7-9d22-844a84bb2de1", Text: o.Name,
		Picture: "https://tilvids.com/lazy-static/previews/ef6088ee-c83a-4fcf-8be2-58db95ca5135.jpg",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWarnings(t *testing.T) {
	for _, test := range []struct{ name, object, want string }{
		{"the summary of a Note", `{"type":"Note","summary":"Salt","sensitive":true}`, "Salt"},
		{"of a Note that does not say that it is sensitive", `{"type":"Note","summary":"Salt"}`, "Salt"},
		{"not the excerpt of an article", `{"type":"Article","summary":"Salt"}`, ""},
		{"not the subject of what is answered", `{"type":"Note","summary":"Re: Salt"}`, ""},
		{"unless it is sensitive", `{"type":"Note","summary":"re: Salt","sensitive":true}`, "re: Salt"},
		{"not one that is empty", `{"type":"Note","summary":""}`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			o, err := activitypub.Parse([]byte(test.object))
			if err != nil {
				t.Fatal(err)
			}
			text, err := new(Inbox).textOf(t.Context(), o)
			if err != nil || text.Warning != test.want {
				t.Errorf("got %q, %v; want %q", text.Warning, err, test.want)
			}
		})
	}
}
