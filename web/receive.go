package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"corkboard/board"
)

// errLoggedOut is what a member hears whose log-in ended while he wrote.
var errLoggedOut = board.Errorf(board.Forbidden, "You are logged out. Log in right here to send this: your text is still in the form.")

// receive reads a form that members send. Why it is not to be taken, whatever
// it says, is in refused: its page is shown again with all that was typed. Whose
// log-in ended logs in with the form itself.
func (h *Handler) receive(w http.ResponseWriter, r *request) (form, error) {
	f, err := readForm(r, r.URL.Path)
	if refused, ok := errors.AsType[*refusal](err); ok && refused.status == http.StatusRequestEntityTooLarge {
		f.refused = err
	} else if err != nil {
		return f, err
	}
	if f.refused == nil && r.visitor() {
		f.refused = h.logInWith(w, r, &f)
	}
	f.Values.Del("password")
	f.Login = r.visitor()
	r.sent = &f
	return f, nil
}

// logInWith logs in whoever sends a form with name and password beside the
// text, so that the request goes on as his.
func (h *Handler) logInWith(w http.ResponseWriter, r *request, f *form) error {
	if f.Get("member") == "" && f.Get("password") == "" {
		return errLoggedOut
	}
	member, err := h.checkLogin(r, f, "member")
	if err != nil {
		return err
	}
	if err := h.logIn(w, r, member); err != nil {
		return err
	}
	r.viewer, r.member, err = h.board.Viewer(r.Context(), member.ID)
	return err
}

// sending is what stands under a form that members send.
type sending struct {
	*form
	Label string // of the button that posts
}

// Send is the buttons of a form.
func (f *form) Send(label string) sending { return sending{f, label} }

// kept is what somebody typed into a form whose page cannot be shown, so that
// it is not lost.
type kept struct {
	form
	Again  bool // it may be sent again from there
	Hidden []input
}

// typed are the inputs that somebody writes a text into.
var typed = []string{"text", "remark", "title", "url", "reason"}

// notKept are the inputs that nothing of is told again.
var notKept = []string{"password", "member", "text"}

// kept finds what was typed, if it was anything. It may be sent again where
// what failed may go another way, or where only the log-in is missing.
func (h *Handler) kept(r *request, status int) *kept {
	if r.Method != http.MethodPost {
		return nil
	}
	if r.sent == nil {
		_, _ = readForm(r, r.URL.Path) // then there is nothing to be kept
	}
	if r.sent == nil || !r.sent.hasText() {
		return nil
	}
	k := &kept{form: *r.sent, Again: r.sent.Login || status == http.StatusTooManyRequests || status >= http.StatusInternalServerError}
	for name, values := range k.Values {
		for _, value := range values {
			if !slices.Contains(notKept, name) {
				k.Hidden = append(k.Hidden, input{Name: name, Value: value})
			}
		}
	}
	slices.SortFunc(k.Hidden, func(a, b input) int { return strings.Compare(a.Name, b.Name) })
	return k
}

// hasText reports whether anything was typed that somebody would miss.
func (f *form) hasText() bool {
	return slices.ContainsFunc(typed, func(name string) bool { return strings.TrimSpace(f.Get(name)) != "" })
}
