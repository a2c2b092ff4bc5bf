package web

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/gorilla/mux"

	"corkboard/board"
)

// recent is how many articles and posts the first tab of a member's page has.
const recent = 5

// The tabs of a member's page, as their addresses end.
const (
	tabAbout    = ""
	tabArticles = "articles"
	tabPosts    = "posts"
)

// roles are what those are called who may do more than post.
var roles = map[board.Role]string{board.RoleModerator: phrase("moderator"), board.RoleAdmin: phrase("administrator")}

// memberPage is a person, of this board or of another server, and what the
// board has from him.
type memberPage struct {
	frame
	Person   board.Actor
	Handle   string // name@host
	Role     string // of those who moderate; empty for everybody else
	Articles int    // of a member
	Posts    int
	Profile  string // of somebody from elsewhere: his page there
	About    template.HTML
	Tab      string
	Tabs     []tab
	List     list    // of his articles
	Entries  entries // of all that he wrote
	More     struct{ Articles, Posts string }
}

func (p *memberPage) fill(l list) { p.List = l }

// Local reports whether the person is a member here.
func (p *memberPage) Local() bool { return p.Person.Local() }

// showMember answers /members/{name} and the tabs under it.
func (h *Handler) showMember(w http.ResponseWriter, r *request) error {
	member, err := h.board.Member(r.Context(), r.named("name"))
	if err != nil {
		return err
	}
	if !member.GoneAt.IsZero() {
		return board.Errorf(board.Gone, "%s has left.", member.Name)
	}
	p := h.memberPage(r, member.Actor)
	p.Articles, p.Posts, p.Alternate = member.Articles, member.Posts, member.URI
	if role, ok := roles[member.Role]; ok {
		p.Role = r.t(role)
	}
	return h.showPerson(w, r, p)
}

// showHandle answers /~{name} and /~{name@host}: the page here of somebody from
// elsewhere. Those of ours have theirs under /members and /topics.
func (h *Handler) showHandle(w http.ResponseWriter, r *request) error {
	person, err := h.handled(r)
	if err != nil {
		return err
	}
	if person.Local() {
		http.Redirect(w, r.Request, actorPath(person), http.StatusMovedPermanently)
		return nil
	}
	if !person.GoneAt.IsZero() {
		return board.Errorf(board.Gone, "The account @%s is gone.", person.Handle(h.config.Address))
	}
	p := h.memberPage(r, person)
	if isWeb(person.URL) {
		p.Profile = person.URL
	}
	return h.showPerson(w, r, p)
}

// handled is the actor whose name or handle is in the address.
func (h *Handler) handled(r *request) (board.Actor, error) {
	name, host, _ := strings.Cut(r.named("handle"), "@")
	if strings.EqualFold(host, h.config.Address.Host()) {
		host = ""
	}
	return h.board.ActorByHandle(r.Context(), name, host)
}

// leadToHandle answers /@{name}, as Mastodon's pages are called.
func (h *Handler) leadToHandle(w http.ResponseWriter, r *request) error {
	http.Redirect(w, r.Request, "/~"+url.PathEscape(r.named("handle")), http.StatusMovedPermanently)
	return nil
}

// memberPage begins the page of a person, at the tab that the address names.
func (h *Handler) memberPage(r *request, person board.Actor) *memberPage {
	at := mux.Vars(r.Request)["tab"]
	p := &memberPage{
		frame: h.frame(r, "member", person.Label()), Person: person, Handle: person.Handle(h.config.Address),
		About: safe(person.Summary), Tab: at,
	}
	for _, t := range []struct{ tab, label string }{
		{tabAbout, r.t("About")}, {tabArticles, r.t("Articles")}, {tabPosts, r.t("Posts")},
	} {
		p.Tabs = append(p.Tabs, tab{t.label, tabPath(person, t.tab), t.tab == at})
	}
	p.Feed = feedPath(actorPath(person))
	p.More.Articles, p.More.Posts = tabPath(person, tabArticles), tabPath(person, tabPosts)
	return p
}

func tabPath(person board.Actor, tab string) string {
	return strings.TrimSuffix(actorPath(person)+"/"+tab, "/")
}

// showPerson answers with one tab.
func (h *Handler) showPerson(w http.ResponseWriter, r *request, p *memberPage) error {
	path := tabPath(p.Person, p.Tab)
	switch p.Tab {
	case tabArticles:
		p.Title = r.t("Articles by %s", p.Person.Label())
		q := readListQuery(r, path, board.ThreadQuery{Author: p.Person.ID}, byNewest)
		return h.showList(w, r, q, func([]board.Pinned) (articles, error) { return p, nil })
	case tabPosts:
		p.Title = r.t("Posts by %s", p.Person.Label())
		return h.showEntries(w, r, readEntryQuery(r, path, p.Person.ID), func(list entries) content {
			p.Entries = list
			return p
		})
	}
	version, pins, err := h.listVersion(r)
	if err != nil {
		return err
	}
	return h.showCached(w, r, path, version, func() (content, error) {
		p.Canonical = string(h.config.Address) + path
		return p, h.addRecent(r, p, pins)
	})
}

// addRecent adds what somebody wrote last.
func (h *Handler) addRecent(r *request, p *memberPage, pins []board.Pinned) error {
	threads, err := h.board.Threads(r.Context(), board.ThreadQuery{Author: p.Person.ID, Limit: recent})
	if err != nil {
		return err
	}
	for _, t := range threads {
		p.List.Articles = append(p.List.Articles, newListed(r, t, true, pins))
	}
	posts, err := h.board.LatestPosts(r.Context(), board.PostQuery{Author: p.Person.ID, Limit: recent})
	if err != nil {
		return err
	}
	p.Entries.Alone = true
	for _, e := range posts {
		p.Entries.Posts = append(p.Entries.Posts, newEntry(r, e, true))
	}
	return h.countNew(r, p.List.Articles)
}
