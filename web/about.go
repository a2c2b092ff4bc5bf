package web

import (
	"net/http"

	"corkboard/board"
)

// aboutPage says what this board is.
type aboutPage struct {
	frame
	Host       string
	Moderators []board.Actor
}

// showAbout answers /about.
func (h *Handler) showAbout(w http.ResponseWriter, r *request) error {
	version, err := h.board.BoardVersion(r.Context())
	if err != nil {
		return err
	}
	return h.showCached(w, r, "/about", version, func() (content, error) {
		moderators, err := h.board.Moderators(r.Context())
		if err != nil {
			return nil, err
		}
		p := &aboutPage{frame: h.frame(r, "about", r.t("About")), Host: h.config.Address.Host()}
		p.Canonical, p.Alternate = h.whole("/about"), h.config.Address.Site()
		for _, m := range moderators {
			p.Moderators = append(p.Moderators, m.Actor)
		}
		return p, nil
	})
}

// ownPage is a text of the owner's on a page of its own.
type ownPage struct {
	frame
}

// showRules answers /rules, if the owner has set any.
func (h *Handler) showRules(w http.ResponseWriter, r *request) error {
	if h.site.Words.Rules == "" {
		return board.Errorf(board.NotFound, "This board has no rules of its own.")
	}
	return h.showOwn(w, r, "rules", r.t("Rules"))
}

// showPrivacy answers /privacy.
func (h *Handler) showPrivacy(w http.ResponseWriter, r *request) error {
	return h.showOwn(w, r, "privacy", r.t("Privacy"))
}

func (h *Handler) showOwn(w http.ResponseWriter, r *request, name, title string) error {
	return h.showCached(w, r, "/"+name, 0, func() (content, error) {
		p := &ownPage{frame: h.frame(r, name, title)}
		p.Canonical = h.whole("/" + name)
		return p, nil
	})
}
