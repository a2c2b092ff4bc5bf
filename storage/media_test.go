package storage_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

// brought is a post of the remote actor that brings something along.
func (f *fixture) brought(uri string, p board.Post) board.Post {
	f.t.Helper()
	article := f.article("Title of " + uri)
	p.Thread, p.URI, p.Author = article.Thread, uri, f.Remote
	p.To = board.Answered{Post: article.ID, URI: article.URI, Author: f.Member.Actor}
	p.PublishedAt, p.ArrivedAt = f.clock.now, f.clock.now
	f.change(func(tx board.Tx) (err error) {
		if p.Number, err = tx.NextNumber(p.Thread); err != nil {
			return err
		}
		p.ID, err = tx.AddPost(p, "", nil, nil)
		return err
	})
	return p
}

var (
	harbour = board.Attachment{Kind: board.Image, URL: "https://files.example/1.png", Picture: "https://files.example/1.png", Text: "The harbour", Width: 640, Height: 480}
	song    = board.Attachment{Kind: board.Audio, URL: "https://files.example/2.ogg"}
)

func TestAttachments(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	p := f.brought("https://social.example/1", board.Post{
		Attachments: []board.Attachment{harbour, song}, Sensitive: true, Emojis: []string{"blobcat", "anchor"}, HTML: "<p>Ahoy :blobcat:</p>",
	})
	other := f.brought("https://social.example/2", board.Post{HTML: "<p>Nothing</p>"})

	t.Run("they are read with the post, alone and in a list", func(t *testing.T) {
		one, err := f.db.PostByID(ctx, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		list, err := f.db.PostsBy(ctx, f.Remote.ID, 0, 10)
		if err != nil || len(list) != 2 {
			t.Fatalf("%d posts, %v", len(list), err)
		}
		for _, got := range []board.Post{one, list[1]} {
			if diff := cmp.Diff(p.Attachments, got.Attachments); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(p.Emojis, got.Emojis); diff != "" || !got.Sensitive {
				t.Errorf("sensitive: %v, %s", got.Sensitive, diff)
			}
		}
		if list[0].ID != other.ID || list[0].Attachments != nil || list[0].Emojis != nil {
			t.Errorf("the other post: %+v", list[0])
		}
	})
	t.Run("a picture is found by its key, nothing else is", func(t *testing.T) {
		got, err := f.db.Picture(ctx, harbour.Key())
		if err != nil || got != harbour.Picture {
			t.Errorf("%q, %v", got, err)
		}
		for _, key := range []string{"", board.MediaKey(song.URL), board.MediaKey("https://files.example/3.png")} {
			if got, err := f.db.Picture(ctx, key); board.KindOf(err) != board.NotFound {
				t.Errorf("%q: %q, %v", key, got, err)
			}
		}
	})
	t.Run("an edit replaces them", func(t *testing.T) {
		p.Attachments, p.Emojis, p.Sensitive = []board.Attachment{song}, nil, false
		f.change(func(tx board.Tx) error { return tx.EditPost(p, nil, nil) })
		got, err := f.db.PostByID(ctx, p.ID)
		if diff := cmp.Diff(p.Attachments, got.Attachments); err != nil || diff != "" || got.Sensitive || got.Emojis != nil {
			t.Errorf("%v %+v %s", err, got, diff)
		}
		if _, err := f.db.Picture(ctx, harbour.Key()); board.KindOf(err) != board.NotFound {
			t.Errorf("the old picture: %v", err)
		}
	})
	t.Run("they go with the post", func(t *testing.T) {
		p.Attachments, p.Emojis = []board.Attachment{harbour}, []string{"blobcat"}
		f.change(func(tx board.Tx) error { return tx.EditPost(p, nil, nil) })
		p.State = board.Deleted
		f.change(func(tx board.Tx) error { return tx.ClosePost(p, nil) })
		got, err := f.db.PostByID(ctx, p.ID)
		if err != nil || got.Attachments != nil || got.Emojis != nil {
			t.Errorf("%v %+v", err, got)
		}
		if _, err := f.db.Picture(ctx, harbour.Key()); board.KindOf(err) != board.NotFound {
			t.Errorf("the picture: %v", err)
		}
	})
}

func TestEmojis(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	f.change(func(tx board.Tx) error {
		if err := tx.KnowEmojis("a.example", []board.Emoji{{Shortcode: "cat", URL: "https://a.example/1.png"}, {Shortcode: "dog", URL: "https://a.example/2.png"}}); err != nil {
			return err
		}
		if err := tx.KnowEmojis("b.example", []board.Emoji{{Shortcode: "cat", URL: "https://b.example/1.png"}}); err != nil {
			return err
		}
		return tx.KnowEmojis("a.example", []board.Emoji{{Shortcode: "dog", URL: "https://a.example/3.png"}})
	})
	for _, test := range []struct{ name, host, shortcode, want string }{
		{"a server's own", "a.example", "cat", "https://a.example/1.png"},
		{"another server's of the same name", "b.example", "cat", "https://b.example/1.png"},
		{"the newest", "a.example", "dog", "https://a.example/3.png"},
		{"none of that server", "b.example", "dog", ""},
		{"none of that case", "a.example", "Cat", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := f.db.Emoji(ctx, test.host, test.shortcode)
			if got.URL != test.want || (err != nil) != (test.want == "") {
				t.Errorf("%q, %v", got.URL, err)
			}
		})
	}
}

func TestQuoted(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	const uri = "https://social.example/quoted"
	quoting := f.brought("https://social.example/1", board.Post{Quoted: board.Quoted{URI: uri}, HTML: "<p>See</p>"})
	version := func() int64 {
		v, _, err := f.db.ThreadVersion(ctx, quoting.Thread)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	see := func(want bool) {
		t.Helper()
		got, err := f.db.PostByID(ctx, quoting.ID)
		if err != nil || got.Quoted.Known() != want || got.Quoted.URI != uri {
			t.Errorf("%v %+v", err, got.Quoted)
		}
	}
	see(false)
	before := version()
	quoted := f.brought(uri, board.Post{HTML: "<p>This</p>", Warning: "salt", Language: "en"})
	t.Run("it is there once it is known", func(t *testing.T) {
		see(true)
		got, err := f.db.PostByID(ctx, quoting.ID)
		want := board.Quoted{
			URI: uri, Post: quoted.ID, Thread: quoted.Thread, Number: 1, Author: shown(f.Remote), HTML: "<p>This</p>", Warning: "salt", Language: "en",
		}
		if diff := cmp.Diff(want, got.Quoted); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
	})
	t.Run("pages that show it become new when it comes, changes and goes", func(t *testing.T) {
		if version() == before {
			t.Error("it came")
		}
		before = version()
		f.change(func(tx board.Tx) error { return tx.EditPost(quoted, nil, nil) })
		if version() == before {
			t.Error("it changed")
		}
		before = version()
		quoted.State = board.Deleted
		f.change(func(tx board.Tx) error { return tx.ClosePost(quoted, nil) })
		if version() == before {
			t.Error("it went")
		}
		see(false)
	})
}
