package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"corkboard/activitypub/activitypubtest"
	"corkboard/board"
	"corkboard/storage"
)

const fixturePassword = "correct horse battery staple"

// longURL has 300 characters and no place to break.
var longURL = "https://long.example/" + strings.Repeat("abcdefghij", 27) + "/123456789"

// fixture is a served board with something of everything: thread 1 has an
// article and 120 posts, some of them special.
type fixture struct {
	*instance
	other *activitypubtest.Server // where others have their accounts
	news  *httptest.Server        // a newspaper, and whatever else is on the web
	posts []board.Post            // of thread 1, by number
	join  string                  // path of an invitation
}

// What is special about some posts of thread 1.
const (
	fixtureCode     = 3 // a long address, a code block
	fixtureDeleted  = 30
	fixtureWarned   = 40
	fixtureGerman   = 45
	fixtureEdited   = 50
	fixtureRemote   = 60 // with a picture and an emoji
	fixtureHostile  = 61
	fixtureArabic   = 62
	fixtureNamesake = 63 // its author calls himself ronin, like a member
	fixtureOrphan   = 70 // its parent is not here
)

// newFixture makes the board, its people and its posts, and serves it.
func newFixture(t *testing.T, env ...string) *fixture {
	t.Helper()
	browser(t) // nothing is made where it cannot be looked at
	f := &fixture{instance: newInstance(t, env...), other: activitypubtest.NewServer(t, "mastodon"), news: newNewspaper(t)}
	f.write(t)
	f.start(t)
	return f
}

// write makes everything through the board's own methods, before it is served.
func (f *fixture) write(t *testing.T) {
	t.Helper()
	c := &Config{URL: f.URL, Data: f.Data, Listen: f.listen, Timezone: "UTC"}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	clock := &demoClock{now: time.Now().Add(-48 * time.Hour).Truncate(time.Minute)}
	db, b, err := open(t.Context(), c, storage.Options{Serve: true, Migrate: true, Clock: clock.Now}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w := &fixtureWriter{T: t, fixture: f, board: b, clock: clock, people: map[string]board.ActorID{}}
	w.makePeople()
	w.makeThread()
	w.makeOthers()
	clock.now = time.Now()
	secret, err := b.Invite(t.Context(), board.RoleMember, time.Hour)
	w.must(err)
	f.join = "/join/" + secret
}

// fixtureWriter writes a fixture.
type fixtureWriter struct {
	*testing.T
	*fixture
	board  *board.Board
	clock  *demoClock
	people map[string]board.ActorID
}

func (w *fixtureWriter) ctx() context.Context { return w.Context() }

func (w *fixtureWriter) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *fixtureWriter) makePeople() {
	for name, role := range map[string]board.Role{"ronin": board.RoleMember, "gaijin": board.RoleMember, "warden": board.RoleModerator} {
		m, err := w.board.AddMember(w.ctx(), board.NewMember{Name: name, Password: fixturePassword, Role: role, Tagline: "of the board"})
		w.must(err)
		w.people[name] = m.ID
	}
	for _, t := range []board.NewTopic{{Name: "japan", Title: "Japan", About: "The *islands*."}, {Name: "harbour", Title: "Harbour"}} {
		topic, err := w.board.OpenTopic(w.ctx(), t)
		w.must(err)
		w.people[t.Name] = topic.ID
	}
	for name, label := range map[string]string{
		"carol": "Carol :blobcat:", "namesake": "ronin", "nour": "نور \u202e", "mallory": "Mallory",
		"a_handle_that_goes_on_and_on_and_on_until_it_ends": "Somebody with a display name of many words",
	} {
		remote := w.other.Actor(w.T, name)
		a, err := w.board.KnowActor(w.ctx(), board.Actor{
			URI: remote.URI, Type: board.Person, Name: name, Host: w.other.Host, DisplayName: label,
			URL: w.other.URL + "/@" + name, Inbox: remote.Inbox, SharedInbox: w.other.URL + "/inbox", FetchedAt: w.clock.Now(),
		})
		w.must(err)
		w.people[name] = a.ID
	}
}

// makeThread is thread 1.
func (w *fixtureWriter) makeThread() {
	article, err := w.board.PostArticle(w.ctx(), board.NewArticle{
		By: w.people["gaijin"], Title: "Japan considers a new bridge to the islands",
		Citation: board.Citation{URL: "https://times.example/bridge", Publication: "The Island Times", Author: "Ken Sato", Date: "2011-01-03"},
		Topics:   []board.ActorID{w.people["japan"], w.people["harbour"]}, Keywords: []string{"japan", "bridge"},
		Text: board.Text{Markdown: "> The bridge would be *nine* kilometres long.\n\nSo says the ministry.", Language: "en"}, Remark: "It will never be built.",
	})
	w.must(err)
	remark, err := w.board.Post(w.ctx(), article.Thread, 1)
	w.must(err)
	w.posts = []board.Post{article, remark}
	for n := 2; n <= 120; n++ {
		w.clock.now = w.clock.now.Add(10 * time.Minute)
		w.posts = append(w.posts, w.reply(n))
	}
	w.must(w.board.Delete(w.ctx(), w.posts[fixtureDeleted].Author.ID, w.posts[fixtureDeleted].ID, nil))
	_, err = w.board.Edit(w.ctx(), board.EditPost{
		By: w.posts[fixtureEdited].Author.ID, Post: w.posts[fixtureEdited].ID, Text: board.Text{Markdown: "It said five spans. It has seven."},
	})
	w.must(err)
}

// reply writes post n of thread 1.
func (w *fixtureWriter) reply(n int) board.Post {
	by := []string{"ronin", "gaijin"}[n%2]
	r := board.NewReply{To: w.posts[n/2].ID, Text: board.Text{Markdown: fmt.Sprintf("What I think of the bridge, for the %dth time.", n)}}
	said := func(html string) { r.Text = board.Text{HTML: html} }
	switch n {
	case fixtureCode:
		by, r.Text.Markdown = "ronin", "See "+longURL+"\n\n```\n"+strings.Repeat("if bridge.length() > river.width() then ", 8)+"\n```"
	case 6, 7:
		by, r.Text.Markdown, r.To = "ronin", "Twice is not a coincidence.", w.posts[2].ID
	case fixtureDeleted:
		r.To = w.posts[1].ID
	case fixtureWarned:
		r.Text.Warning = "how it ends"
		r.Text.Markdown = "The bridge falls down."
	case fixtureGerman:
		r.Text = board.Text{Markdown: "Die Brücke kommt nie.", Language: "de"}
	case fixtureRemote:
		by = "carol"
		said("<p>A picture of the old bridge :blobcat:</p>")
	case fixtureHostile:
		by = "mallory"
		said(hostile(w.news.URL))
	case fixtureArabic:
		by = "nour"
		said("<p>الجسر طويل جداً.</p>")
		r.Text.Language = "ar"
	case fixtureNamesake:
		by = "namesake"
		said("<p>I am the other one.</p>")
	case 64:
		by = "a_handle_that_goes_on_and_on_and_on_until_it_ends"
		said("<p>Short.</p>")
	case fixtureOrphan:
		by, r.To, r.Thread, r.ToURI = "carol", 0, w.posts[0].Thread, w.other.URL+"/users/nobody/statuses/1"
		said("<p>To somebody who is not here.</p>")
	}
	r.By = w.people[by]
	if r.Text.HTML != "" {
		uri := fmt.Sprintf("%s/users/%s/statuses/%d", w.other.URL, by, n)
		r.Remote = &board.Remote{URI: uri, URL: uri, Published: w.clock.now}
		if n == fixtureRemote {
			r.Remote.Media = board.Media{
				Attachments: []board.Attachment{
					{Kind: board.Image, URL: w.news.URL + "/bridge.png", Picture: w.news.URL + "/bridge.png", Text: "The old bridge at low tide", Width: 640, Height: 360},
					{Kind: board.Image, URL: w.news.URL + "/fog.png", Picture: w.news.URL + "/fog.png", Width: 640, Height: 360},
				},
				Emojis: []board.Emoji{{Shortcode: "blobcat", URL: w.news.URL + "/blobcat.png"}},
			}
		}
	}
	p, err := w.board.Reply(w.ctx(), r)
	w.must(err)
	return p
}

// makeOthers are a few more threads: one without an answer, one of another
// server, one that was removed.
func (w *fixtureWriter) makeOthers() {
	for i, title := range []string{"A harbour without ships", "Something that a moderator removes"} {
		p, err := w.board.PostArticle(w.ctx(), board.NewArticle{
			By: w.people["ronin"], Title: title, Topics: []board.ActorID{w.people["harbour"]},
			Keywords: []string{"japan"}, Text: board.Text{Markdown: "Nothing to see."},
		})
		w.must(err)
		if i == 1 {
			w.must(w.board.Remove(w.ctx(), w.people["warden"], p.ID, "Not news"))
		}
	}
	uri := w.other.URL + "/users/carol/statuses/article"
	_, err := w.board.PostArticle(w.ctx(), board.NewArticle{
		By: w.people["carol"], Title: "Carol writes from elsewhere", Topics: []board.ActorID{w.people["harbour"]},
		Text: board.Text{HTML: "<p>Far away.</p>", Language: "en"}, Remote: &board.Remote{URI: uri, URL: uri, Published: w.clock.now},
	})
	w.must(err)
}

// hostile is a text that tries to break out of its post, to run, and to call home.
func hostile(home string) string {
	return `<h1>I am the board now</h1><script>alert(1)</script><img src="` + home + `/spy.png" onerror="alert(2)">` +
		`<p style="position:fixed;inset:0;background:red" onclick="alert(3)">A readable sentence. <a href="javascript:alert(4)">click</a></p>` +
		`<form action="` + home + `/steal"><input name="password"></form><iframe src="` + home + `/frame"></iframe>` +
		`<table><tr><td><table><tr><td>a cell in a cell</td></tr></table></td></tr></table></div></div></article></main>` +
		`<style>body { display: none }</style><svg onload="alert(5)"></svg><link rel="stylesheet" href="` + home + `/style.css">`
}

// newNewspaper is a site with an article that says everything about itself,
// and pictures.
func newNewspaper(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /article", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><html lang="en"><head><title>Tunnel opens – The Daily Planet</title>
<meta property="og:site_name" content="The Daily Planet"><meta property="og:description" content="Trains run from Monday.">
<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle","headline":"Tunnel opens after nine years",
"datePublished":"2024-05-06T07:08:09Z","author":{"@type":"Person","name":"Lois Lane"},"publisher":{"@type":"Organization","name":"The Daily Planet"}}</script>
</head><body><h1>Tunnel opens after nine years</h1><p>Trains run from Monday.</p></body></html>`)
	})
	mux.HandleFunc("GET /forbidden", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusForbidden) })
	mux.HandleFunc("GET /{name}", func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.PathValue("name"), ".png") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "image/png")
		w.Write(picture(640, 360))
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// picture is a PNG of this size.
func picture(width, height int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.Set(x, y, color.RGBA{uint8(x), uint8(y), 160, 255})
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, m)
	return b.Bytes()
}
