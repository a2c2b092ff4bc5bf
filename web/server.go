package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"corkboard/board"
)

const serversPerPage = 100

// serversPage lists the servers whose people are seen here, and those that the
// board takes nothing from.
type serversPage struct {
	frame
	Servers []board.Server
	Blocked []string
}

// showServers answers /instances. The list is at most an hour old.
func (h *Handler) showServers(w http.ResponseWriter, r *request) error {
	after := strings.ToLower(r.URL.Query().Get("after"))
	here := "/instances"
	if after != "" {
		here += "?after=" + url.QueryEscape(after)
	}
	hour := time.Now().Unix() / int64(knownAge.Seconds())
	return h.showCached(w, r, here, hour, func() (content, error) {
		servers, err := h.board.Servers(r.Context(), after, serversPerPage+1)
		if err != nil {
			return nil, err
		}
		p := &serversPage{frame: h.frame(r, "servers", r.t("Servers"))}
		p.Canonical = h.whole(here)
		if len(servers) > serversPerPage {
			servers = servers[:serversPerPage]
			p.Older = "/instances?after=" + url.QueryEscape(servers[serversPerPage-1].Host)
		}
		if p.Servers = servers; after == "" {
			p.Blocked = h.site.Owner.Blocked
		}
		return p, nil
	})
}
