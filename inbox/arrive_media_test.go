package inbox_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

// newestPost is the last post of the thread that every scene begins with.
func (c *scene) newestPost() board.Post {
	c.t.Helper()
	posts, err := c.board.Posts(c.t.Context(), c.article.Thread, 1, 100)
	if err != nil || len(posts) == 0 {
		c.t.Fatalf("no post: %v", err)
	}
	return posts[len(posts)-1]
}

func picture(address, text string) object {
	return object{"type": "Document", "mediaType": "image/png", "url": address, "name": text}
}

func TestArrivingMedia(t *testing.T) {
	const cat = "https://pics.example/cat.png"
	texts := func(p board.Post) (list []string) {
		for _, a := range p.Attachments {
			list = append(list, a.Text)
		}
		return list
	}
	t.Run("a picture without a word is a post", func(t *testing.T) {
		c := newScene(t)
		c.mustSay(c.carol, c.carol.act("Create", c.carol.note("", c.article.URI).with(object{"attachment": picture(cat, "A cat"), "contentMap": nil})))
		if p := c.newestPost(); p.HTML != "" || !cmp.Equal(texts(p), []string{"A cat"}) {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("neither words nor pictures is none", func(t *testing.T) {
		c := newScene(t)
		c.mustNotSay(c.carol, c.carol.act("Create", c.carol.note("", c.article.URI).with(object{"contentMap": nil, "attachment": picture("data:image/png;base64,AAAA", "x")})), "no text")
	})
	t.Run("an article without words has the description for a title", func(t *testing.T) {
		c := newScene(t)
		c.mustSay(c.carol, c.carol.act("Create", c.carol.note("", "").with(object{"audience": c.Topic.URI, "contentMap": nil, "attachment": picture(cat, "A cat")})))
		if got := c.newest().Title; got != "A cat" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("an edit replaces, a deletion takes away", func(t *testing.T) {
		c := newScene(t)
		note := c.carol.note("See.", c.article.URI).with(object{"sensitive": true, "attachment": []object{picture(cat, "A cat")}})
		c.mustSay(c.carol, c.carol.act("Create", note))
		p := c.newestPost()
		key := p.Attachments[0].Key()
		if address, err := c.board.Picture(t.Context(), key); err != nil || address != cat || !p.Sensitive {
			t.Errorf("%q, %v, %+v", address, err, p)
		}
		c.mustSay(c.carol, c.carol.act("Update", note.with(object{"sensitive": false, "updated": "2100-01-01T00:00:00Z", "attachment": picture("https://pics.example/dog.png", "A dog")})))
		if p = c.newestPost(); !cmp.Equal(texts(p), []string{"A dog"}) || p.Sensitive {
			t.Errorf("after the edit: %+v", p)
		}
		if _, err := c.board.Picture(t.Context(), key); board.KindOf(err) != board.NotFound {
			t.Errorf("the cat: %v", err)
		}
		c.mustSay(c.carol, c.carol.act("Delete", note["id"]))
		if p = c.newestPost(); p.Attachments != nil {
			t.Errorf("after the deletion: %+v", p)
		}
	})
	t.Run("a private one has links, which only its reader sees", func(t *testing.T) {
		c := newScene(t)
		note := c.carol.note("For you.", "").with(object{"to": c.Member.URI, "cc": nil, "attachment": []object{picture(cat, "A cat")},
			"tag": []object{{"type": "Mention", "href": c.Member.URI}}})
		c.mustSay(c.carol, c.carol.act("Create", note))
		l, err := c.board.LetterByURI(t.Context(), note["id"].(string))
		if err != nil || !strings.Contains(l.HTML, `href="`+cat+`"`) {
			t.Errorf("%v, %s", err, l.HTML)
		}
		if _, err := c.board.Picture(t.Context(), board.MediaKey(cat)); board.KindOf(err) != board.NotFound {
			t.Errorf("anybody gets the picture: %v", err)
		}
	})
	t.Run("thousands are cut", func(t *testing.T) {
		c := newScene(t)
		var pictures, tags []object
		for i := range 2000 {
			pictures = append(pictures, picture(fmt.Sprintf("https://pics.example/%d.png", i), "x"))
			tags = append(tags, object{"type": "Emoji", "name": fmt.Sprintf(":e%d:", i), "icon": object{"type": "Image", "url": fmt.Sprintf("https://pics.example/e%d.png", i)}})
		}
		c.mustSay(c.carol, c.carol.act("Create", c.carol.note("See :e1:.", c.article.URI).with(object{"attachment": pictures, "tag": tags})))
		if p := c.newestPost(); len(p.Attachments) != 16 || len(p.Emojis) != 32 {
			t.Errorf("%d attachments, %d emojis", len(p.Attachments), len(p.Emojis))
		}
	})
	t.Run("emojis are those of the author's server, whatever they are called", func(t *testing.T) {
		c := newScene(t)
		emoji := func(name, address string) object {
			return object{"type": "Emoji", "name": name, "icon": object{"type": "Image", "url": address}}
		}
		c.mustSay(c.carol, c.carol.act("Create", c.carol.note("See :cat:.", c.article.URI).with(object{"tag": []object{
			emoji(":cat:", cat), emoji(`:"><img onerror=x>:`, cat), emoji(":js:", "javascript:alert(1)"), emoji("dog", "https://pics.example/dog.png"),
		}})))
		p := c.newestPost()
		if diff := cmp.Diff([]string{"cat", "dog"}, p.Emojis); diff != "" {
			t.Error(diff)
		}
		if e, err := c.board.Emoji(t.Context(), board.EmojiHost(p.URI), "cat"); err != nil || e.URL != cat {
			t.Errorf("%+v, %v", e, err)
		}
		if _, err := c.board.Emoji(t.Context(), "elsewhere.example", "cat"); board.KindOf(err) != board.NotFound {
			t.Errorf("of another server: %v", err)
		}
	})
}
