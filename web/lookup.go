package web

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"corkboard/board"
)

// Lookup asks other servers for people and posts.
type Lookup interface {
	// Known is what has become of a handle or an address that was asked for lately.
	Known(text string) (found board.Lookup, ok bool)
	// Begin asks for it, unless somebody has already, and waits a moment.
	Begin(ctx context.Context, text string) board.Lookup
	// Take puts a post that was found into the thread that it belongs to.
	Take(ctx context.Context, uri string) (board.Post, error)
}

// lookupView is a person or post of another server that is looked for.
type lookupView struct {
	board.Lookup
	Text    string
	Login   string // path; set for visitors, for whom nobody is asked
	Ask     string // path; set where a link is to be followed before anybody is asked
	Again   string // path of the page with what has come meanwhile; set while it has not
	Failed  string // why there is nothing
	Excerpt string // of the post, plain text
	Profile string // of the person, there; may be empty
}

// foreignHandle is name@host as people write it.
var foreignHandle = regexp.MustCompile(`^(?:acct:)?[@!]?([\pL\pN_.-]+@[\pL\pN.-]+(?::[0-9]{1,5})?)$`)

// longestAddress is what may be looked up, in bytes.
const longestAddress = 2000

// isAddress reports whether somebody typed the address of a page.
func isAddress(text string) bool {
	return len(text) <= longestAddress && !strings.ContainsAny(text, " \t\n\"<>") && isWeb(text)
}

// searchLeads is the path that a search stands for: a post by its number, an
// address of ours, or one by which a post or person is known here. It is empty
// for everything else.
func (h *Handler) searchLeads(r *request, s searched) (string, error) {
	if thread, number, ok := s.query.NamesPost(); ok {
		return h.placeIfThere(r, thread, number)
	}
	if !isAddress(s.text) {
		return "", nil
	}
	if path, ok := strings.CutPrefix(s.text, string(h.config.Address)); ok && (path == "" || path[0] == '/') {
		return localPath(or(path, "/")), nil
	}
	post, err := h.board.PostByURI(r.Context(), s.text)
	if err == nil {
		return placePath(post.Thread, post.Number), nil
	}
	if board.KindOf(err) != board.NotFound {
		return "", err
	}
	actor, err := h.board.ActorByURI(r.Context(), s.text)
	if err == nil && actor.GoneAt.IsZero() && s.again == 0 { // who waits for an answer is shown it
		return actorPath(actor), nil
	}
	return "", ignoreMissing(err)
}

func ignoreMissing(err error) error {
	if err != nil && board.KindOf(err) == board.NotFound {
		return nil
	}
	return err
}

func (h *Handler) placeIfThere(r *request, thread board.ThreadID, number int) (string, error) {
	post, err := h.board.Post(r.Context(), thread, number)
	switch {
	case err != nil:
		return "", ignoreMissing(err)
	case number == 0:
		return threadPagePath(thread, 1), nil
	}
	return placePath(post.Thread, post.Number), nil
}

// maxAgain is how often a page comes back by itself for what is being fetched.
const maxAgain = 5

// lookUp adds to a search what another server knows, or is being asked.
func (h *Handler) lookUp(w http.ResponseWriter, r *request, p *searchPage, s searched) error {
	text, host := s.text, ""
	if m := foreignHandle.FindStringSubmatch(s.text); m != nil {
		text = m[1]
		name, at, _ := strings.Cut(text, "@")
		if host = strings.ToLower(at); host == h.config.Address.Host() {
			return nil // people of ours are found by the search
		}
		actor, err := h.board.ActorByHandle(r.Context(), name, host)
		if err == nil && actor.GoneAt.IsZero() {
			p.Lookup = h.viewLookup(r, text, board.Lookup{Host: host, Done: true, Actor: actor, At: actor.FetchedAt})
			return nil
		}
		if ignoreMissing(err) != nil {
			return err
		}
	} else if u, err := url.Parse(s.text); isAddress(s.text) && err == nil {
		host = u.Host
	} else {
		return nil
	}
	return h.askFor(w, r, p, searched{text: text, again: s.again}, host)
}

// askFor asks the other server, if the reader may have it asked.
func (h *Handler) askFor(w http.ResponseWriter, r *request, p *searchPage, s searched, host string) error {
	view := &lookupView{Lookup: board.Lookup{Host: host}, Text: s.text}
	p.Lookup = view
	if h.config.Lookup == nil {
		p.Lookup = nil
		return nil
	}
	if r.visitor() {
		view.Login = loginPath(p.Here)
		return nil
	}
	found, known := h.config.Lookup.Known(s.text)
	if !known {
		if r.Header.Get("Sec-Fetch-Site") == "cross-site" {
			view.Ask = p.Here // a link on another site has nobody asked
			return nil
		}
		if wait := h.askings.wait("member " + r.member.Name); wait > 0 {
			return board.TooManyErrorf(max(wait, time.Second), "You have had very many servers asked. Please wait a little.")
		}
		found = h.config.Lookup.Begin(r.Context(), s.text)
	}
	if found.Here != nil {
		return &away{placePath(found.Here.Thread, found.Here.Number)}
	}
	p.Lookup = h.viewLookup(r, s.text, found)
	if !found.Done {
		p.Lookup.Again = againPath(r, s.again+1)
		if s.again < maxAgain {
			w.Header().Set("Refresh", "2; url="+p.Lookup.Again)
		}
	}
	return nil
}

// againPath is the same page, counted.
func againPath(r *request, n int) string {
	values := r.URL.Query()
	values.Set("again", strconv.Itoa(n))
	return r.URL.Path + "?" + values.Encode()
}

func (h *Handler) viewLookup(r *request, text string, found board.Lookup) *lookupView {
	view := &lookupView{Lookup: found, Text: text}
	if found.Err != nil {
		_, view.Failed = h.answerTo(r, found.Err)
	}
	if isWeb(found.Actor.URL) {
		view.Profile = found.Actor.URL
	}
	if found.Post != nil && found.Post.Warning == "" {
		view.Excerpt = board.Excerpt(found.Post.HTML, excerptWords)
	}
	return view
}

// postTake answers POST /search/take: a member wants a post that was looked up
// in the thread that it belongs to.
func (h *Handler) postTake(w http.ResponseWriter, r *request) error {
	f, err := readForm(r, "/search/take")
	if err != nil {
		return err
	}
	if r.visitor() {
		return &away{loginPath("/search?" + url.Values{"q": {f.Get("uri")}}.Encode())}
	}
	if h.config.Lookup == nil || !isAddress(f.Get("uri")) {
		return board.Errorf(board.NotFound, "There is no such post.")
	}
	if wait := h.askings.wait("member " + r.member.Name); wait > 0 {
		return board.TooManyErrorf(max(wait, time.Second), "You have had very many servers asked. Please wait a little.")
	}
	post, err := h.config.Lookup.Take(r.Context(), f.Get("uri"))
	if err != nil {
		return err
	}
	return seeOther(w, placePath(post.Thread, post.Number))
}
