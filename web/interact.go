package web

import (
	"net/http"
	"net/url"
	"strings"

	"corkboard/board"
)

// interactPage says what a member can do here with something that stands on
// another server.
type interactPage struct {
	frame
	URI    string
	Person board.Actor // zero unless it is somebody whom the board knows
	Page   string      // path of what the board has of him
	Search string      // path
}

// showInteract answers /interact?uri=, where other servers lead our members
// who want to follow or to answer something: WebFinger names it.
func (h *Handler) showInteract(w http.ResponseWriter, r *request) error {
	uri := strings.TrimSpace(r.URL.Query().Get("uri"))
	if uri == "" || len(uri) > 2000 {
		return board.Errorf(board.NotFound, "The address does not say what it is about.")
	}
	path, err := h.replyPath(r, uri)
	if err != nil {
		return err
	}
	if path != "" {
		return &away{path}
	}
	p := &interactPage{frame: h.frame(r, "interact", r.t("On another server")), URI: uri, Search: "/search?q=" + url.QueryEscape(uri)}
	p.Here = r.URL.RequestURI()
	person, err := h.actorOf(r, uri)
	switch {
	case err != nil && board.KindOf(err) != board.NotFound:
		return err
	case err == nil && person.Local():
		return &away{actorPath(person)}
	case err == nil:
		p.Person, p.Page = person, actorPath(person)
	}
	return h.show(w, r, p)
}

// replyPath leads to the form for an answer to a post that is on this board;
// empty for whatever else a URI means.
func (h *Handler) replyPath(r *request, uri string) (string, error) {
	post, err := h.board.PostByURI(r.Context(), uri)
	if err != nil && board.KindOf(err) == board.NotFound {
		id, ours := h.config.Address.ThreadOf(uri)
		if !ours {
			return "", nil
		}
		post, err = h.board.Post(r.Context(), id, 0)
	}
	switch {
	case err != nil && board.KindOf(err) == board.NotFound:
		return "", nil
	case err != nil:
		return "", err
	case post.State != board.Live:
		return postPagePath(post.Thread, post.Number), nil
	}
	return formPath(post.Thread, post.Number, "reply"), nil
}

// actorOf finds the actor that a URI or a handle means.
func (h *Handler) actorOf(r *request, uri string) (board.Actor, error) {
	if strings.Contains(uri, "://") {
		return h.board.ActorByURI(r.Context(), uri)
	}
	name, host, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(uri, "acct:"), "@"), "@")
	if strings.EqualFold(host, h.config.Address.Host()) {
		host = ""
	}
	return h.board.ActorByHandle(r.Context(), name, host)
}
