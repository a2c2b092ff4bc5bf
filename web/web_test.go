package web_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gorilla/mux"

	"corkboard/board"
	"corkboard/storage"
	"corkboard/storage/storagetest"
	"corkboard/web"
)

const password = "correct horse"

// world is a board that is served: two topics, three members, one person from
// elsewhere, and one article with the poster's remark.
type world struct {
	*board.Board
	t       testing.TB
	db      *storage.DB
	server  *httptest.Server
	ronin   board.Member // posted the article
	kaya    board.Member
	warden  board.Member // a moderator
	gaijin  board.Actor  // of social.example
	article board.Post
}

func newWorld(t testing.TB, change ...func(*web.Config)) *world {
	t.Helper()
	return newLimitedWorld(t, board.Limits{TextBytes: 64 << 10}, change...)
}

func newLimitedWorld(t testing.TB, limits board.Limits, change ...func(*web.Config)) *world {
	t.Helper()
	w := &world{t: t, db: storagetest.Open(t), server: httptest.NewUnstartedServer(nil)}
	address := board.Address("http://" + w.server.Listener.Addr().String())
	w.Board = board.New(w.db, board.Config{
		Address: address, Limits: limits, Excerpts: board.Excerpts{"short.example": 3, "wire.example": 0},
		NewKey: func() (string, string, error) { return "private", "public", nil },
	}, slog.New(slog.DiscardHandler))
	config := web.Config{
		Board: w.Board, Sessions: w.db.Sessions(), Address: address, Name: "Example Board",
		Owner: web.Owner{Disclaimer: "Run by volunteers."}, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	for _, c := range change {
		c(&config)
	}
	handler, err := web.New(config)
	w.must(err)
	router := mux.NewRouter().UseEncodedPath() // as the program has it
	handler.Register(router)
	w.server.Config.Handler = router
	w.server.Start()
	t.Cleanup(w.server.Close)
	w.fill()
	return w
}

func (w *world) fill() {
	w.t.Helper()
	ctx := w.t.Context()
	_, err := w.OpenSite(ctx)
	w.must(err)
	for name, title := range map[string]string{"news": "News", "local": "Local"} {
		_, err := w.OpenTopic(ctx, board.NewTopic{Name: name, Title: title, About: "All about it."})
		w.must(err)
	}
	w.ronin = w.member(board.NewMember{Name: "ronin", Password: password, Role: board.RoleMember, Tagline: "Harbour pilot"})
	w.kaya = w.member(board.NewMember{Name: "kaya", Role: board.RoleMember})
	w.warden = w.member(board.NewMember{Name: "warden", Password: password, Role: board.RoleModerator})
	w.gaijin = w.stranger("gaijin", "Gaijin")
	w.article, err = w.PostArticle(ctx, board.NewArticle{
		By: w.ronin.ID, Title: "Harbour bridge to close", Topics: []board.ActorID{w.topic("news"), w.topic("local")},
		Citation: board.Citation{URL: "https://times.example/bridge", Publication: "The Example Times", Author: "A. Writer", Date: "2011-01-04"},
		Keywords: []string{"bridge", "ferries"}, Text: board.Text{Markdown: "For six weeks.", Language: "en"}, Remark: "I doubt it.",
	})
	w.must(err)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) member(n board.NewMember) board.Member {
	w.t.Helper()
	m, err := w.AddMember(w.t.Context(), n)
	w.must(err)
	return m
}

func (w *world) stranger(name, display string) board.Actor {
	w.t.Helper()
	uri := "https://social.example/users/" + name
	a, err := w.KnowActor(w.t.Context(), board.Actor{
		URI: uri, URL: "https://social.example/@" + name, Type: board.Person, Name: name, Host: "social.example",
		DisplayName: display, Inbox: uri + "/inbox",
	})
	w.must(err)
	return a
}

func (w *world) topic(name string) board.ActorID {
	w.t.Helper()
	t, err := w.Topic(w.t.Context(), name)
	w.must(err)
	return t.ID
}

// reply answers the post of a number, from within the board.
func (w *world) reply(by board.ActorID, to int, markdown string) board.Post {
	w.t.Helper()
	p, err := w.Reply(w.t.Context(), board.NewReply{By: by, To: w.post(to).ID, Text: board.Text{Markdown: markdown}})
	w.must(err)
	return p
}

// arrive is a reply of gaijin's, as the inbox would hand it over.
func (w *world) arrive(to int, text board.Text) board.Post {
	w.t.Helper()
	r := board.NewReply{By: w.gaijin.ID, To: w.post(to).ID, Text: text}
	return w.arriveAs(r)
}

func (w *world) arriveAs(r board.NewReply) board.Post {
	w.t.Helper()
	_, posts, err := w.ThreadVersion(w.t.Context(), w.article.Thread)
	w.must(err)
	r.Remote = &board.Remote{
		URI: fmt.Sprintf("https://social.example/notes/%d", posts+1), URL: fmt.Sprintf("https://social.example/@gaijin/%d", posts+1),
		Published: time.Now(),
	}
	p, err := w.Reply(w.t.Context(), r)
	w.must(err)
	return p
}

func (w *world) post(number int) board.Post {
	w.t.Helper()
	p, err := w.Post(w.t.Context(), w.article.Thread, number)
	w.must(err)
	return p
}

// events is how often the board was changed.
func (w *world) events() board.EventID {
	w.t.Helper()
	id, err := w.LastEvent(context.Background())
	w.must(err)
	return id
}

// browser is one person's, without JavaScript.
type browser struct {
	w      *world
	client *http.Client
}

// visitor is a browser with nobody logged in.
func (w *world) visitor() *browser {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	w.must(err)
	return &browser{w, &http.Client{
		Jar: jar, Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// as is a browser with a member logged in.
func (w *world) as(name string) *browser {
	w.t.Helper()
	b := w.visitor()
	if got := b.send("/login", url.Values{"name": {name}, "password": {password}}); got.status != http.StatusSeeOther {
		w.t.Fatalf("log in as %s: %d %s", name, got.status, got.text("main"))
	}
	return b
}

// answer is what came back.
type answer struct {
	t      testing.TB
	path   string
	status int
	header http.Header
	body   string
	*goquery.Document
}

func (b *browser) do(r *http.Request) answer {
	b.w.t.Helper()
	response, err := b.client.Do(r)
	b.w.must(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	b.w.must(err)
	document, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	b.w.must(err)
	return answer{b.w.t, r.URL.RequestURI(), response.StatusCode, response.Header, string(body), document}
}

func (b *browser) request(method, path string, body io.Reader) *http.Request {
	b.w.t.Helper()
	r, err := http.NewRequestWithContext(b.w.t.Context(), method, b.w.server.URL+path, body)
	b.w.must(err)
	return r
}

func (b *browser) get(path string) answer {
	b.w.t.Helper()
	return b.do(b.request(http.MethodGet, path, nil))
}

func (b *browser) send(path string, values url.Values) answer {
	b.w.t.Helper()
	r := b.request(http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

// follow goes where a redirect leads.
func (b *browser) follow(a answer) answer {
	b.w.t.Helper()
	location := a.header.Get("Location")
	if location == "" {
		b.w.t.Fatalf("%s leads nowhere: %d %s", a.path, a.status, a.text("main"))
	}
	return b.get(location)
}

func (a answer) wants(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s answered %d, not %d: %s", a.path, a.status, status, a.text("main"))
	}
	return a
}

// text is the words of what a selector finds, with single spaces.
func (a answer) text(selector string) string {
	return strings.Join(strings.Fields(a.Find(selector).Text()), " ")
}

func (a answer) shows(selector, want string) {
	a.t.Helper()
	if got := a.text(selector); got != want {
		a.t.Errorf("%s: %s says %q, not %q", a.path, selector, got, want)
	}
}

func (a answer) has(selector string, times int) {
	a.t.Helper()
	if got := a.Find(selector).Length(); got != times {
		a.t.Errorf("%s has %d of %s, not %d", a.path, got, selector, times)
	}
}

func (a answer) attr(selector, name string) string {
	value, _ := a.Find(selector).First().Attr(name)
	return value
}

// path of something in the article's thread.
func (w *world) path(rest string) string { return fmt.Sprintf("/t/%d%s", w.article.Thread, rest) }
