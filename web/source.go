package web

import (
	"net/http"
	"net/url"

	"corkboard/board"
)

// sourcePage is the articles that cite one publication.
type sourcePage struct {
	frame
	List list
	Host string
}

func (p *sourcePage) fill(l list) { p.List = l }

// sourcePath leads to the articles that cite a host; nowhere if there is none.
func sourcePath(host string) string {
	if host == "" {
		return ""
	}
	return "/source/" + url.PathEscape(host)
}

// showSource answers /source/{host}. The variants of a host, as www., lead to
// one page; every other subdomain is a source of its own.
func (h *Handler) showSource(w http.ResponseWriter, r *request) error {
	said := r.named("host")
	host := board.LinkSource("https://" + said)
	if host == "" {
		return board.Errorf(board.NotFound, "%s is not the name of a host.", said)
	}
	if host != said {
		http.Redirect(w, r.Request, withQuery(sourcePath(host), r.URL.RawQuery), http.StatusMovedPermanently)
		return nil
	}
	q := readListQuery(r, sourcePath(host), board.ThreadQuery{Source: host}, byNewest, byActive)
	return h.showList(w, r, q, func([]board.Pinned) (articles, error) {
		return &sourcePage{frame: h.frame(r, "source", r.t("Articles from %s", host)), Host: host}, nil
	})
}
