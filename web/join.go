package web

import (
	"net/http"

	"github.com/gorilla/mux"

	"corkboard/board"
)

// joinPage is the form with which an invited person takes a name.
type joinPage struct {
	frame
	Role board.Role
	Host string
	Form form
}

func (p *joinPage) sent() *form { return &p.Form }

// showJoin answers GET /join/{secret}.
func (h *Handler) showJoin(w http.ResponseWriter, r *request) error {
	p, err := h.joinPage(r, newForm(r.URL.Path))
	if err != nil {
		return err
	}
	return h.show(w, r, p)
}

// postJoin answers POST /join/{secret}: the link is used up, and the new
// member is logged in.
func (h *Handler) postJoin(w http.ResponseWriter, r *request) error {
	f, err := readForm(r, r.URL.Path)
	if err != nil {
		return err
	}
	p, err := h.joinPage(r, f)
	if err != nil {
		return err
	}
	member, err := h.board.Join(r.Context(), mux.Vars(r.Request)["secret"], board.NewMember{
		Name: h.typedName(f.Get("name")), Password: f.Get("password"), Tagline: f.Get("tagline"),
	})
	if err != nil {
		return h.refuse(w, r, p, err)
	}
	if err := h.logIn(w, r, member); err != nil {
		return err
	}
	return seeOther(w, "/")
}

func (h *Handler) joinPage(r *request, f form) (*joinPage, error) {
	invitation, err := h.board.CheckInvitation(r.Context(), mux.Vars(r.Request)["secret"])
	if err != nil {
		return nil, err
	}
	return &joinPage{
		frame: h.frame(r, "join", r.t("Join %s", h.config.Name)), Role: invitation.Role, Host: h.config.Address.Host(), Form: f,
	}, nil
}
