package web

import (
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"corkboard/board"
)

// followPage leads somebody with an account on another server there, to follow
// or to answer what stands here.
type followPage struct {
	frame
	Form    form
	Answer  bool   // else to follow
	What    string // title of the thread, topic or member
	Back    string // path of it
	Address string // what is pasted into the search of another server
	URI     string // what that server is led to
	Field   string // of the form, that names what is followed; empty for an answer
	Name    string // its value
	Target  string // whole address of the page there; empty until it is known
	Server  string // host of it
	Why     string // why it is not known, once that was asked
}

func (p *followPage) sent() *form { return &p.Form }

// serverCookie is where the browser keeps who its owner is elsewhere.
const (
	serverCookie = "corkboard_server"
	serverAge    = 365 * 24 * time.Hour
	longAddress  = 200 // bytes
)

// showFollow answers /follow?topic= and /follow?member=.
func (h *Handler) showFollow(w http.ResponseWriter, r *request) error {
	p, err := h.followPage(r, r.URL.Query())
	if err != nil {
		return err
	}
	return h.showElsewhere(w, r, p)
}

// postFollow looks up where the reader's own server follows from.
func (h *Handler) postFollow(w http.ResponseWriter, r *request) error {
	f, err := readForm(r, "/follow")
	if err != nil {
		return err
	}
	p, err := h.followPage(r, f.Values)
	if err != nil {
		return err
	}
	p.Form = f
	return h.leadElsewhere(w, r, p)
}

// followPage is about the topic or the member whom the values name.
func (h *Handler) followPage(r *request, values url.Values) (*followPage, error) {
	p := &followPage{frame: h.frame(r, "follow", r.t("Follow from your own server")), Form: newForm("/follow"), Field: "topic"}
	var actor board.Actor
	if p.Name = values.Get("topic"); p.Name != "" {
		topic, err := h.board.Topic(r.Context(), p.Name)
		if err != nil {
			return nil, err
		}
		actor = topic.Actor
	} else {
		p.Field, p.Name = "member", values.Get("member")
		member, err := h.board.Member(r.Context(), p.Name)
		if err != nil {
			return nil, err
		}
		if !member.GoneAt.IsZero() {
			return nil, board.Errorf(board.Gone, "%s has left.", member.Name)
		}
		actor = member.Actor
	}
	p.What, p.Back, p.Address, p.URI = actor.Label(), actorPath(actor), "@"+actor.Handle(h.config.Address), actor.URI
	return p, nil
}

// showAnswerElsewhere answers /t/{thread}/{number}/remote.
func (h *Handler) showAnswerElsewhere(w http.ResponseWriter, r *request) error {
	p, err := h.answerPage(r)
	if err != nil {
		return err
	}
	return h.showElsewhere(w, r, p)
}

// postAnswerElsewhere looks up where the reader's own server answers from.
func (h *Handler) postAnswerElsewhere(w http.ResponseWriter, r *request) error {
	p, err := h.answerPage(r)
	if err != nil {
		return err
	}
	if p.Form, err = readForm(r, p.Form.Action); err != nil {
		return err
	}
	return h.leadElsewhere(w, r, p)
}

func (h *Handler) answerPage(r *request) (*followPage, error) {
	id, number := threadID(r), postNumber(r)
	thread, post, err := h.threadAndPost(r, id, number)
	if err != nil {
		return nil, err
	}
	if post.State != board.Live {
		return nil, board.Errorf(board.Gone, "This post was deleted.")
	}
	return &followPage{
		frame: h.frame(r, "follow", r.t("Reply from your own server")), Form: newForm(formPath(id, number, "remote")), Answer: true,
		What: thread.Title, Back: postPagePath(id, number), Address: post.URI, URI: post.URI,
	}, nil
}

// showElsewhere shows the form, with the address that was used here last.
func (h *Handler) showElsewhere(w http.ResponseWriter, r *request, p *followPage) error {
	p.Here = r.URL.RequestURI()
	if cookie, err := r.Cookie(serverCookie); err == nil && len(cookie.Value) <= longAddress {
		if address, err := url.QueryUnescape(cookie.Value); err == nil {
			p.Form.Values.Set("address", address)
		}
	}
	return h.show(w, r, p)
}

// leadElsewhere shows the way to the reader's own server, and goes it: not by
// a redirect, for a form may be sent nowhere else. Where the way cannot be had,
// what can be pasted there stays on the page.
func (h *Handler) leadElsewhere(w http.ResponseWriter, r *request, p *followPage) error {
	p.Here = p.Back
	user, host, ok := readHandle(p.Form.Get("address"))
	if !ok {
		return h.refuse(w, r, p, board.FieldErrorf("address", "Your address looks like you@your.server."))
	}
	p.Server = strings.ToLower(host)
	if p.Server == h.config.Address.Host() {
		return &away{loginPath(p.Back)}
	}
	if wait := h.askings.wait("elsewhere " + network(h.config.ClientIP(r.Request))); wait > 0 {
		return h.refuse(w, r, p, board.TooManyErrorf(wait, "You have asked for many servers. Please wait a little."))
	}
	if h.config.Elsewhere == nil {
		return h.show(w, r, p)
	}
	template, err := h.config.Elsewhere(r.Context(), user+"@"+p.Server)
	if err != nil {
		if kind := board.KindOf(err); kind == board.Internal {
			return err
		}
		_, p.Why = h.answerTo(r, err)
		return h.show(w, r, p)
	}
	if target := strings.Replace(template, "{uri}", url.QueryEscape(p.URI), 1); isWeb(target) {
		p.Target = target
		w.Header().Set("Refresh", "0; url="+linkEscaper.Replace(target))
		h.keepServer(w, user+"@"+p.Server)
	}
	return h.show(w, r, p)
}

// readHandle is whom somebody calls himself: you@your.server, or the address of
// a profile whose last part is the name.
func readHandle(address string) (user, host string, ok bool) {
	address = strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(address), "acct:"), "@")
	if u, err := url.Parse(address); err == nil && u.Scheme == "https" {
		user, host = strings.TrimPrefix(path.Base(u.Path), "@"), u.Host
	} else {
		user, host, _ = strings.Cut(address, "@")
	}
	return user, host, user != "" && host != "" && len(user)+len(host) <= longAddress &&
		!strings.ContainsAny(user, "/:@?# ") && user != "." && !strings.ContainsAny(host, "/@?# ")
}

// keepServer lets the browser remember the address, so that the next time it
// is in the form already.
func (h *Handler) keepServer(w http.ResponseWriter, address string) {
	http.SetCookie(w, &http.Cookie{
		Name: serverCookie, Value: url.QueryEscape(address), Path: "/", MaxAge: int(serverAge.Seconds()),
		HttpOnly: true, Secure: h.secure(), SameSite: http.SameSiteLaxMode,
	})
}
