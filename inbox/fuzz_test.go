package inbox

import (
	"strings"
	"testing"

	"corkboard/activitypub"
	"corkboard/board"
	"corkboard/storage/storagetest"
)

// FuzzTranslation puts whatever arrives into the board's words.
func FuzzTranslation(f *testing.F) {
	for _, seed := range []string{
		`{"id":"https://a.example/1","type":"Create","actor":"https://a.example/u","object":{"id":"https://a.example/n","type":"Note","content":"<p>x","to":"as:Public"}}`,
		`{"id":"https://a.example/n","type":["Question","Note"],"attributedTo":["https://a.example/u",{"id":"https://a.example/c"}],"oneOf":[{"name":"a"}],"anyOf":1}`,
		`{"type":"Announce","actor":"https://g.example/c","object":{"type":"Undo","object":{"type":"Like","object":"https://board.example/t/1/0"}}}`,
		`{"id":"https://a.example/u","type":"Person","preferredUsername":"../x@y","inbox":"https://a.example/i","publicKey":{"id":"https://a.example/u#k","owner":"https://a.example/u"}}`,
		`{"type":"Page","id":"https://a.example/p","name":"x","attachment":[{"type":"Link","href":"https://b.example"},{"type":"Image","url":"https://a.example/1.png"}],"tag":[{"type":"Hashtag","name":"#x"},{"type":"Mention","href":"https://board.example/topics/foreign_affairs"}],"mediaType":"text/markdown","content":"*x* @y@z"}`,
		`{"type":"Video","id":"https://a.example/v","url":[{"href":"https://a.example/w","mediaType":"text/html"}],"icon":[{"url":"https://a.example/1","width":9}],"quote":"https://b.example/1","tag":{"type":"Emoji","name":":cat:","icon":{"url":"https://a.example/cat"}},"attachment":{"type":"Document","url":"data:x","preview":[{}]}}`,
		`{"type":"Delete","actor":"https://a.example/u","object":["https://a.example/1",{"type":"Tombstone"},5]}`,
	} {
		f.Add([]byte(seed))
	}
	db := storagetest.Open(f)
	w := storagetest.Fill(f, db, "https://board.example")
	in := New(Config{Board: board.New(db, board.Config{Address: w.Address}, nil), Receipts: db})
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := activitypub.Parse(body)
		if err != nil {
			return
		}
		if r, err := in.receiptFor(o, body); err == nil {
			if activitypub.Host(r.Actor) == "" || in.address.Ours(r.Actor) || in.address.Ours(r.Activity) {
				t.Errorf("a receipt for %q of %q", r.Activity, r.Actor)
			}
			_ = keyOf(r, o)
		}
		for range 4 {
			checkTranslation(t, in, w, o)
			if o = o.Object; o == nil {
				return
			}
		}
	})
}

// checkTranslation looks for what must hold of every object.
func checkTranslation(t *testing.T, in *Inbox, w storagetest.World, o *activitypub.Object) {
	t.Helper()
	for _, sender := range []string{"", o.AttributedTo, "https://a.example/u"} {
		author, err := authorOf(o, sender)
		if err == nil && sender != "" && author != sender {
			t.Errorf("%q sent what %q wrote", sender, author)
		}
		if err == nil && len(o.Authors) > 0 && !activitypub.SameHost(author, o.ID) {
			t.Errorf("%q is of %q", o.ID, author)
		}
	}
	if _, err := in.textOf(t.Context(), o); err != nil && board.KindOf(err) == board.Internal {
		t.Error(err)
	}
	for _, word := range keywordsOf(o, []board.Topic{w.Topic}) {
		if word == "" || strings.EqualFold(word, w.Topic.Name) {
			t.Errorf("keyword %q", word)
		}
	}
	if c := citationOf(o); c.URL != "" && activitypub.Host(c.URL) == "" {
		t.Errorf("the source is %q", c.URL)
	}
	if r := remoteOf(post{Object: o}); r.URL != o.ID && !activitypub.SameHost(r.URL, o.ID) {
		t.Errorf("the page of %q is %q", o.ID, r.URL)
	}
	if a, err := describe(o); err == nil && (a.Host != activitypub.Host(a.Inbox) || strings.ContainsAny(a.Name, "@/ ")) {
		t.Errorf("actor %+v", a)
	}
	_ = reason(notActedOn(o.Type))
	_ = reason(notUndone(o.Type))
	_ = typed(o)
}

// FuzzMarkdown puts HTML of programs into Markdown, whose text must stay.
func FuzzMarkdown(f *testing.F) {
	for _, seed := range []string{"<p>a <b>b</b><br>c</p>", "</a></a>", "<a href='x'>y", "<blockquote><p>q</blockquote>", "a &amp; <ul><li>1<li>2</ul>", "*x* [y](z)"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		if got := markdownOf(source); len(got) > 20*len(source)+100 {
			t.Errorf("%d bytes became %d", len(source), len(got))
		}
	})
}
