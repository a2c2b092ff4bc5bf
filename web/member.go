package web

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"corkboard/board"
)

const writtenPerPage = 20

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
	Written  []written
	Newest   string // path of the first page; empty on it
}

// Local reports whether the person is a member here.
func (p *memberPage) Local() bool { return p.Person.Local() }

// written is a post in the list of what somebody wrote.
type written struct {
	board.Post
	Title   string // of its thread
	Path    string
	Excerpt string // plain text
}

// Article reports whether it is one.
func (w written) Article() bool { return w.Number == 0 }

// showMember answers /members/{name}.
func (h *Handler) showMember(w http.ResponseWriter, r *request) error {
	member, err := h.board.Member(r.Context(), mux.Vars(r.Request)["name"])
	if err != nil {
		return err
	}
	if !member.GoneAt.IsZero() {
		return board.Errorf(board.Gone, "%s has left.", member.Name)
	}
	return h.showPerson(w, r, member.Actor, func(p *memberPage) {
		p.Articles, p.Posts = member.Articles, member.Posts
		if member.Role != board.RoleMember {
			p.Role = string(member.Role)
		}
		p.Alternate = member.URI
	})
}

// showHandle answers /~{name} and /~{name@host}: the page here of somebody from
// elsewhere. Those of ours have theirs under /members and /topics.
func (h *Handler) showHandle(w http.ResponseWriter, r *request) error {
	name, host, _ := strings.Cut(mux.Vars(r.Request)["handle"], "@")
	if strings.EqualFold(host, h.config.Address.Host()) {
		host = ""
	}
	person, err := h.board.ActorByHandle(r.Context(), name, host)
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
	return h.showPerson(w, r, person, func(p *memberPage) {
		if isWeb(person.URL) {
			p.Profile = person.URL
		}
	})
}

// leadToHandle answers /@{name}, as Mastodon's pages are called.
func (h *Handler) leadToHandle(w http.ResponseWriter, r *request) error {
	http.Redirect(w, r.Request, "/~"+url.PathEscape(mux.Vars(r.Request)["handle"]), http.StatusMovedPermanently)
	return nil
}

func (h *Handler) showPerson(w http.ResponseWriter, r *request, person board.Actor, fill func(*memberPage)) error {
	version, err := h.board.BoardVersion(r.Context())
	if err != nil {
		return err
	}
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64) // what is no number is the first page
	path := actorPath(person)
	here := writtenPath(path, board.PostID(before))
	return h.showCached(w, r, here, version, func() (content, error) {
		posts, err := h.board.PostsBy(r.Context(), person.ID, board.PostID(max(before, 0)), writtenPerPage+1)
		if err != nil {
			return nil, err
		}
		p := &memberPage{
			frame: h.frame(r, "member", person.Label()), Person: person, Handle: person.Handle(h.config.Address),
			About: safe(person.Summary),
		}
		if len(posts) > writtenPerPage {
			posts = posts[:writtenPerPage]
			p.Older = writtenPath(path, posts[writtenPerPage-1].ID)
		}
		if before > 0 {
			p.Newest = path
		}
		p.Canonical = string(h.config.Address) + here
		fill(p)
		p.Written, err = h.written(r.Context(), posts)
		return p, err
	})
}

func writtenPath(path string, before board.PostID) string {
	if before <= 0 {
		return path
	}
	return fmt.Sprintf("%s?before=%d", path, before)
}

// written finds the titles of the posts' threads and their first words.
func (h *Handler) written(ctx context.Context, posts []board.Post) ([]written, error) {
	titles := map[board.ThreadID]string{}
	list := make([]written, 0, len(posts))
	for _, p := range posts {
		if p.State != board.Live {
			continue
		}
		title, known := titles[p.Thread]
		if !known {
			thread, err := h.board.Thread(ctx, p.Thread)
			if err != nil {
				return nil, err
			}
			title = thread.Title
			titles[p.Thread] = title
		}
		w := written{Post: p, Title: title, Path: placePath(p.Thread, p.Number)}
		if p.Number == 0 {
			w.Path = threadPagePath(p.Thread, 1)
		}
		if p.Warning == "" {
			w.Excerpt = board.Excerpt(p.HTML, excerptWords)
		}
		list = append(list, w)
	}
	return list, nil
}
