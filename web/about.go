package web

import "net/http"

// aboutPage says what this board is.
type aboutPage struct {
	frame
	Host string
}

// showAbout answers /about.
func (h *Handler) showAbout(w http.ResponseWriter, r *request) error {
	return h.showCached(w, r, "/about", 0, func() (content, error) {
		p := &aboutPage{frame: h.frame(r, "about", r.t("About")), Host: h.config.Address.Host()}
		p.Canonical, p.Alternate = string(h.config.Address)+"/about", h.config.Address.Site()
		return p, nil
	})
}
