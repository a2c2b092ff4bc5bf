package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"corkboard/board"
	"corkboard/web"
)

// What a viewer gets of a route.
const (
	yes   = "yes"
	no    = "no"     // refused, or not there
	login = "log in" // asked to
)

// access is who may use a route: a visitor, a member, the author of what it is
// about, a moderator and an administrator.
type access struct {
	route string // method and path as the router has it, without its patterns
	path  func(*world) string
	form  url.Values
	want  [5]string
}

func at(path string) func(*world) string { return func(*world) string { return path } }

// under is a path of a post that ronin has just written.
func under(rest string) func(*world) string {
	return func(w *world) string {
		p := w.reply(w.ronin.ID, 0, "A fresh post about ferries.")
		return w.path(fmt.Sprintf("/%d%s", p.Number, rest))
	}
}

func thread(rest string) func(*world) string { return func(w *world) string { return w.path(rest) } }

var (
	everybody = [5]string{yes, yes, yes, yes, yes}
	members   = [5]string{login, yes, yes, yes, yes}
	author    = [5]string{login, no, yes, no, no}
	nobody    = [5]string{no, no, no, no, no}
)

// TestWhoMay walks every route as everybody. A new route fails it until it is
// said here who may use it.
func TestWhoMay(t *testing.T) {
	w := newWorld(t, func(c *web.Config) {
		c.Limits.LoginBurst, c.Owner.Rules, c.Seeker = 1000, "Be kind.", &seeker{}
	})
	w.member(board.NewMember{Name: "mariner", Password: password, Role: board.RoleMember})
	w.member(board.NewMember{Name: "steward", Password: password, Role: board.RoleAdmin})
	viewers := []*browser{w.visitor(), w.as("mariner"), w.as("ronin"), w.as("warden"), w.as("steward")}
	names := []string{"a visitor", "another member", "the author", "a moderator", "an administrator"}
	said := map[string]bool{}
	for _, a := range whoMay() {
		said[a.route] = true
		for i, b := range viewers {
			t.Run(names[i]+" "+a.route, func(t *testing.T) {
				path := a.path(w)
				got := b.ask(a, path)
				if outcome := outcomeOf(got); outcome != a.want[i] {
					t.Errorf("%s: %s, not %s (%d %s, %.300s)", path, outcome, a.want[i], got.status, got.header.Get("Location"), got.text("main"))
				}
			})
		}
	}
	for _, route := range w.routes() {
		if !said[route] {
			t.Errorf("it is not said who may %s", route)
		}
	}
}

func (b *browser) ask(a access, path string) answer {
	b.w.t.Helper()
	if strings.HasPrefix(a.route, "POST") {
		return b.send(path, a.form)
	}
	return b.get(path)
}

// whoMay is every route and who may use it.
func whoMay() []access {
	all := []access{
		{"POST /t/{thread}/read", thread("/read"), url.Values{"number": {"1"}}, members},
		{"GET /t/{thread}/missing", thread("/missing"), nil, members},
		{"POST /t/{thread}/missing", thread("/missing"), nil, members},
		{"GET /t/{thread}/{number}/history", under("/history"), nil, everybody},
		{"GET /t/{thread}/{number}/delivery", under("/delivery"), nil, everybody},
		{"POST /search/take", at("/search/take"), url.Values{"uri": {"https://far.example/1"}}, [5]string{login, no, no, no, no}}, // nobody is asked here,
		{"GET /post", at("/post"), nil, members},
		{"POST /post", at("/post"), url.Values{"title": {""}}, members},
		{"GET /t/{thread}/{number}/reply", under("/reply"), nil, everybody},
		{"POST /t/{thread}/{number}/reply", under("/reply"), url.Values{"text": {"Mine."}}, members},
		{"GET /t/{thread}/{number}/edit", under("/edit"), nil, author},
		{"POST /t/{thread}/{number}/edit", under("/edit"), url.Values{"text": {"Changed."}}, author},
		{"GET /t/{thread}/{number}/delete", under("/delete"), nil, [5]string{login, no, yes, yes, yes}},
		{"POST /t/{thread}/{number}/delete", under("/delete"), url.Values{"reason": {"Off topic."}}, [5]string{login, no, yes, yes, yes}},
		{"GET /t/{thread}/pin", thread("/pin"), nil, [5]string{no, no, no, yes, yes}},
		{"POST /t/{thread}/pin", thread("/pin"), url.Values{"hours": {"24"}}, [5]string{no, no, no, yes, yes}},
		{"GET /t/{thread}/keywords", thread("/keywords"), nil, everybody},
		{"POST /t/{thread}/keywords", thread("/keywords"), url.Values{"keywords": {"bridge"}}, members},
		{"POST /t/{thread}/keywords/remove", thread("/keywords/remove"), url.Values{"keyword": {"nothing"}}, [5]string{login, no, yes, yes, yes}},
		{"GET /drafts", at("/drafts"), nil, members},
		{"POST /drafts", at("/drafts"), url.Values{"target": {"/post"}, "text": {"A beginning."}}, members},
		{"POST /drafts/delete", at("/drafts/delete"), url.Values{"target": {"/post"}}, members},
		{"GET /complete", at("/complete?q=@ro"), nil, members},
		{"GET /join/{secret}", at("/join/unknown"), nil, nobody},
		{"POST /join/{secret}", at("/join/unknown"), url.Values{"name": {"mole"}, "password": {password}}, nobody},
		{"POST /settings", at("/settings"), url.Values{"theme": {""}}, everybody},
		{"POST /follow", at("/follow"), url.Values{"topic": {"news"}, "address": {""}}, everybody},
		{"POST /t/{thread}/{number}/remote", under("/remote"), url.Values{"address": {""}}, everybody},
		{"POST /login", at("/login"), url.Values{"name": {"nobody"}, "password": {"wrong"}}, everybody},
		{"GET /sitemap/{n}.xml", at("/sitemap/0.xml"), nil, everybody},
		{"GET /media/{key}", at("/media/" + strings.Repeat("0", 32)), nil, nobody},
		{"GET /media/emoji/{host}/{shortcode}", at("/media/emoji/far.example/blob"), nil, nobody},
		{"GET /static/{file}", at("/static/none.css"), nil, nobody},
		{"GET /t/{thread}/{number}", under(""), nil, everybody},
		{"GET /t/{thread}/{number}/replies", under("/replies"), nil, everybody},
		{"GET /t/{thread}/{number}/glance", under("/glance"), nil, everybody},
		{"GET /t/{thread}/{number}/remote", under("/remote"), nil, everybody},
		{"GET /oembed", func(w *world) string { return "/oembed?url=" + url.QueryEscape(w.server.URL+w.path("")) }, nil, everybody},
		{"POST /logout", at("/logout"), nil, everybody}, // the last: nobody is logged in after it
	}
	open := map[string]string{
		"/t/{thread}": "/t/1", "/t/{thread}/unread": "/t/1/unread", "/t/{thread}/last": "/t/1/last", "/t/{thread}/since": "/t/1/since?n=0",
		"/t/{thread}.atom": "/t/1.atom", "/t/{thread}/{title}": "/t/1/harbour", "/": "/", "/index.atom": "/index.atom",
		"/posts": "/posts", "/posts.atom": "/posts.atom", "/topics": "/topics", "/topics/{name}": "/topics/news", "/topics/{name}.atom": "/topics/news.atom",
		"/k/{words}": "/k/bridge", "/k/{words}.atom": "/k/bridge.atom", "/source/{host}": "/source/times.example", "/source/{host}.atom": "/source/times.example.atom",
		"/members/{name}": "/members/ronin", "/members/{name}.atom": "/members/ronin.atom", "/members/{name}/{tab}": "/members/ronin/posts",
		"/~{handle}": "/~gaijin@social.example", "/~{handle}.atom": "/~gaijin@social.example.atom", "/~{handle}/{tab}": "/~gaijin@social.example/posts",
		"/@{handle}": "/@ronin", "/search": "/search?q=bridge", "/search.atom": "/search.atom?q=bridge", "/favicon.ico": "/favicon.ico",
		"/about": "/about", "/help": "/help", "/rules": "/rules", "/privacy": "/privacy", "/instances": "/instances", "/follow": "/follow?topic=news",
		"/interact": "/interact?uri=https://far.example/1", "/robots.txt": "/robots.txt", "/humans.txt": "/humans.txt", "/sitemap.xml": "/sitemap.xml",
		"/sitemap/topics.xml": "/sitemap/topics.xml", "/opensearch.xml": "/opensearch.xml", "/site.webmanifest": "/site.webmanifest",
		"/.well-known/security.txt": "/.well-known/security.txt", "/.well-known/change-password": "/.well-known/change-password",
		"/settings": "/settings", "/login": "/login",
	}
	for route, path := range open {
		all = append([]access{{"GET " + route, at(path), nil, everybody}}, all...)
	}
	return all
}

// outcomeOf tells an answer's meaning. A form that comes back with other
// reasons than who sent it was allowed.
func outcomeOf(a answer) string {
	where := a.header.Get("Location")
	switch {
	case strings.HasPrefix(where, "/login"), a.status == http.StatusForbidden && a.Find("form [name=password]").Length() > 0,
		a.status == http.StatusForbidden && strings.Contains(a.body, "logged out"),
		a.status == http.StatusForbidden && strings.Contains(a.body, "Only members"):
		return login
	case a.status < 400, a.status == http.StatusUnprocessableEntity:
		return yes
	}
	return no
}

// routes are all that the router has, their patterns taken out.
func (w *world) routes() (all []string) {
	w.t.Helper()
	err := w.server.Config.Handler.(*mux.Router).Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		path, err := route.GetPathTemplate()
		if err != nil {
			return err
		}
		methods, err := route.GetMethods()
		for _, method := range methods {
			if name := method + " " + plainPath(path); method != http.MethodHead && !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
		return err
	})
	w.must(err)
	return all
}

// plainPath takes the patterns out of {thread:[0-9]{1,18}}.
func plainPath(path string) string {
	var plain strings.Builder
	depth, pattern := 0, false
	for _, c := range path {
		switch {
		case c == '{':
			depth++
		case c == '}':
			depth--
		case c == ':' && depth == 1:
			pattern = true
		}
		if depth == 0 {
			pattern = false
		}
		if !pattern && depth < 2 {
			plain.WriteRune(c)
		}
	}
	return plain.String()
}
