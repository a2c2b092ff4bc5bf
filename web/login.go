package web

import (
	"net/http"
	"strings"
	"time"

	"corkboard/board"
)

// loginPage is the form of name and password.
type loginPage struct {
	frame
	Form form
}

func (p *loginPage) sent() *form { return &p.Form }

// showLogin answers GET /login.
func (h *Handler) showLogin(w http.ResponseWriter, r *request) error {
	next := localPath(r.URL.Query().Get("next"))
	if !r.visitor() {
		return &away{next}
	}
	f := newForm("/login")
	f.Values.Set("next", next)
	return h.show(w, r, h.loginPage(r, f))
}

func (h *Handler) loginPage(r *request, f form) *loginPage {
	return &loginPage{frame: h.frame(r, "login", r.t("Log in")), Form: f}
}

// postLogin answers POST /login. What it says of a wrong name and of a wrong
// password is the same.
func (h *Handler) postLogin(w http.ResponseWriter, r *request) error {
	f, err := readForm(r, "/login")
	if err != nil {
		return err
	}
	member, err := h.checkLogin(r, &f, "name")
	if err != nil {
		return h.refuse(w, r, h.loginPage(r, f), err)
	}
	if err := h.logIn(w, r, member); err != nil {
		return err
	}
	return seeOther(w, localPath(f.Get("next")))
}

// checkLogin finds the member whose name and password a form has; field is the
// input for the name. There are only so many tries.
func (h *Handler) checkLogin(r *request, f *form, field string) (board.Member, error) {
	name, password := h.typedName(f.Get(field)), f.Get("password")
	f.Values.Del("password") // it is shown to nobody and kept nowhere
	account := "name " + name
	if h.familiar(r, name) {
		account += " in a familiar browser"
	}
	if wait := h.logins.wait(account, "from "+network(h.config.ClientIP(r.Request))); wait > 0 {
		return board.Member{}, tooManyLogins(wait)
	}
	member, err := h.board.Login(r.Context(), name, password)
	if err != nil && board.KindOf(err) == board.Forbidden {
		err = board.FieldErrorf(field, "Name or password is wrong.")
	}
	return member, err
}

func tooManyLogins(wait time.Duration) error {
	return board.TooManyErrorf(wait, "That was tried too often. Please wait a little and try again.")
}

// typedName takes a name in the ways in which people write theirs: Ronin,
// @ronin, @ronin@board.example.
func (h *Handler) typedName(name string) string {
	name = strings.ToLower(strings.TrimLeft(strings.TrimSpace(name), "@~"))
	return strings.TrimSuffix(name, "@"+h.config.Address.Host())
}

// postLogout answers POST /logout.
func (h *Handler) postLogout(w http.ResponseWriter, r *request) error {
	if err := h.logOut(w, r); err != nil {
		return err
	}
	return seeOther(w, "/")
}
