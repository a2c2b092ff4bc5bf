package web

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"corkboard/board"
)

// statusOf is what each kind of refusal is in HTTP.
var statusOf = map[board.Kind]int{
	board.Internal:    http.StatusInternalServerError,
	board.Invalid:     http.StatusUnprocessableEntity,
	board.Forbidden:   http.StatusForbidden,
	board.NotFound:    http.StatusNotFound,
	board.Gone:        http.StatusGone,
	board.Conflict:    http.StatusUnprocessableEntity, // a form with another value may go through
	board.TooMany:     http.StatusTooManyRequests,
	board.Unavailable: http.StatusServiceUnavailable,
}

// refusal is one that only HTTP has.
type refusal struct {
	status int
	text   string
}

func (e *refusal) Error() string { return e.text }

// missing is a page that is not there, with a way on to one that is.
type missing struct{ text, way, path string }

func (e *missing) Error() string { return e.text }

// away is no error: the reader is led to another path of ours.
type away struct{ path string }

func (e *away) Error() string { return "see " + e.path }

// errorPage says what went wrong and where to go.
type errorPage struct {
	frame
	Heading string
	Text    string
	Way     string // text of the link that leads on; may be empty
	WayPath string
	Kept    *kept  // what was typed; nil for nothing
	Sought  string // in the search box
}

// headings are what the errors are called.
var headings = map[int]string{
	http.StatusBadRequest:            phrase("This cannot be read"),
	http.StatusForbidden:             phrase("This is not allowed"),
	http.StatusNotFound:              phrase("There is no such page"),
	http.StatusMethodNotAllowed:      phrase("This does not work here"),
	http.StatusGone:                  phrase("This is gone"),
	http.StatusRequestEntityTooLarge: phrase("This is too long"),
	http.StatusUnsupportedMediaType:  phrase("This cannot be read"),
	http.StatusUnprocessableEntity:   phrase("Something is missing"),
	http.StatusTooManyRequests:       phrase("Not so fast"),
	http.StatusServiceUnavailable:    phrase("Please come back in a moment"),
	http.StatusInternalServerError:   phrase("Something went wrong here"),
}

// fail answers a request that came to nothing.
func (h *Handler) fail(w http.ResponseWriter, r *request, err error) {
	if away, ok := errors.AsType[*away](err); ok {
		_ = seeOther(w, away.path) // it returns nil
		return
	}
	status, text := h.answerTo(r, err)
	if refused, ok := errors.AsType[*board.Error](err); ok {
		setRetryAfter(w.Header(), refused)
	}
	if wantsNoHTML(r.Request) {
		problemJSON(w, status, text)
		return
	}
	p := &errorPage{frame: h.frame(r, "error", r.t(headings[status])), Heading: r.t(headings[status]), Text: text}
	p.status, p.Kept, p.Sought = status, h.kept(r, status), sought(r)
	if errors.Is(err, errLoggedOut) {
		p.Heading = r.t("You are logged out")
	}
	if missing, ok := errors.AsType[*missing](err); ok {
		p.Way, p.WayPath = missing.way, missing.path
	}
	if err := h.show(w, r, p); err != nil {
		h.config.Log.Error("error page", "err", err)
		plainError(w, status, text)
	}
}

// sought is what was looked for when it failed.
func sought(r *request) string {
	if r.URL.Path != "/search" {
		return ""
	}
	return strings.ToValidUTF8(r.URL.Query().Get("q"), "\uFFFD")
}

// answerTo finds the status and the sentence for an error. What is our fault is
// logged in full and told by a number alone.
func (h *Handler) answerTo(r *request, err error) (status int, text string) {
	if refused, ok := errors.AsType[*board.Error](err); ok && refused.Kind != board.Internal {
		return statusOf[refused.Kind], r.t(refused.Format, refused.Args...)
	}
	if refused, ok := errors.AsType[*refusal](err); ok {
		return refused.status, refused.text
	}
	if missing, ok := errors.AsType[*missing](err); ok {
		return http.StatusNotFound, missing.text
	}
	id := rand.Text()[:8]
	if r.Context().Err() == nil { // a reader who went away is nobody's fault
		h.config.Log.Error("page failed", "request", id, "method", r.Method, "path", r.URL.Path, "err", err)
	}
	return http.StatusInternalServerError, r.t("It is not your fault, and it has been noted. If you tell us about it, say %s.", id)
}

// setRetryAfter says when to come back, in whole seconds.
func setRetryAfter(head http.Header, err *board.Error) {
	if err.Kind != board.TooMany && err.Kind != board.Unavailable {
		return
	}
	wait := or(err.RetryAfter, time.Minute)
	head.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
}

// wantsNoHTML reports whether the request is a program's that reads JSON, or
// sends it: servers post to inboxes without saying what they accept.
func wantsNoHTML(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return (strings.Contains(accept, "json") || strings.Contains(r.Header.Get("Content-Type"), "json")) && !strings.Contains(accept, "text/html")
}

// problemJSON answers a program as the inbox does.
func problemJSON(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": text}) // who has gone away needs no answer
}

func plainError(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n")
}

// showNotFound answers addresses that are nowhere. One with a stroke too many
// at its end leads to the one without.
func (h *Handler) showNotFound(_ http.ResponseWriter, r *request) error {
	if p := r.URL.Path; len(p) > 1 && strings.HasSuffix(p, "/") && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		// Written anew, for a browser takes /\host for another site's address.
		return &away{(&url.URL{Path: path.Clean("/" + strings.Trim(p, "/"))}).String()}
	}
	return board.Errorf(board.NotFound, "Perhaps the address was cut off or mistyped.")
}

// showWrongMethod answers addresses that are there, but not for this method.
func (h *Handler) showWrongMethod(w http.ResponseWriter, r *request) error {
	w.Header().Set("Allow", strings.Join(h.allowed(r.Request), ", "))
	return &refusal{http.StatusMethodNotAllowed, r.t("This address does not take %s.", r.Method)}
}

// allowed are the methods that an address takes (RFC 9110, §15.5.6 asks for them).
func (h *Handler) allowed(r *http.Request) (methods []string) {
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		with := r.Clone(r.Context())
		with.Method = method
		if match := (mux.RouteMatch{}); h.router.Match(with, &match) && match.MatchErr == nil {
			methods = append(methods, method)
		}
	}
	return methods
}
