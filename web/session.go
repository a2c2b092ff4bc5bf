package web

import (
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"corkboard/board"
)

// sessionLife is how long somebody stays logged in.
const sessionLife = 30 * 24 * time.Hour

// memberKey is where a session says whose it is. There is nothing else in it.
const memberKey = "member"

// newSessions makes the sessions' manager. There is no idle time-out: it would
// write on every request.
func newSessions(c Config) *scs.SessionManager {
	s := scs.New()
	s.Store, s.Lifetime = c.Sessions, sessionLife
	s.Cookie = scs.SessionCookie{
		Name: "corkboard", Path: "/", HttpOnly: true, Persist: true, SameSite: http.SameSiteLaxMode,
	}
	if (&Handler{config: c}).secure() {
		// A __Host- cookie is taken over https only, and from no other host.
		s.Cookie.Name, s.Cookie.Secure = "__Host-corkboard", true
	}
	return s
}

// viewer finds out who makes a request. Visitors cost nothing; a cookie that
// is old, or whose member is gone, is a visitor's.
func (h *Handler) viewer(r *http.Request) (board.Viewer, board.Member, error) {
	cookie, err := r.Cookie(h.sessions.Cookie.Name)
	if err != nil || cookie.Value == "" {
		return board.Viewer{}, board.Member{}, nil
	}
	ctx, err := h.sessions.Load(r.Context(), cookie.Value)
	if err != nil {
		return board.Viewer{}, board.Member{}, err
	}
	id := h.sessions.GetInt64(ctx, memberKey)
	if id == 0 {
		return board.Viewer{}, board.Member{}, nil
	}
	viewer, member, err := h.board.Viewer(r.Context(), board.ActorID(id))
	if err != nil {
		if kind := board.KindOf(err); kind == board.NotFound || kind == board.Gone {
			return board.Viewer{}, board.Member{}, nil
		}
		return board.Viewer{}, board.Member{}, err
	}
	return viewer, member, nil
}

// logIn begins a session under a new token; one that the browser had before
// is worth nothing any more.
func (h *Handler) logIn(w http.ResponseWriter, r *request, member board.Member) error {
	if err := h.logOut(w, r); err != nil {
		return err
	}
	ctx, err := h.sessions.Load(r.Context(), "")
	if err != nil {
		return err
	}
	h.sessions.Put(ctx, memberKey, int64(member.ID))
	token, expiry, err := h.sessions.Commit(ctx)
	if err != nil {
		return err
	}
	w.Header().Del("Set-Cookie")
	h.sessions.WriteSessionCookie(ctx, w, token, expiry)
	h.makeFamiliar(w, member)
	w.Header().Set("Cache-Control", "private, no-store")
	return nil
}

// logOut ends the session, here and in the browser.
func (h *Handler) logOut(w http.ResponseWriter, r *request) error {
	cookie, err := r.Cookie(h.sessions.Cookie.Name)
	if err != nil {
		return nil // nobody was logged in
	}
	ctx, err := h.sessions.Load(r.Context(), cookie.Value)
	if err != nil {
		return err
	}
	if err := h.sessions.Destroy(ctx); err != nil {
		return err
	}
	h.sessions.WriteSessionCookie(ctx, w, "", time.Time{})
	w.Header().Set("Cache-Control", "private, no-store")
	return nil
}
