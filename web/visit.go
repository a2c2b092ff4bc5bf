package web

import (
	"net/http"
	"strings"
	"time"
)

// visits reports whether somebody looks at the page that is asked for, and not
// a program on his behalf: a browser that loads what he might open next, or a
// page that asks for what is new.
func visits(r *http.Request) bool {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Moz"} {
		if strings.Contains(r.Header.Get(name), "prefetch") {
			return false
		}
	}
	mode := r.Header.Get("Sec-Fetch-Mode")
	return r.Method == http.MethodGet && (mode == "" || mode == "navigate")
}

// noteVisit tells the board that a member is here. Should that fail, his page
// is not worse for it.
func (h *Handler) noteVisit(r *request) {
	if r.visitor() || !visits(r.Request) {
		return
	}
	m, err := h.board.Visit(r.Context(), r.member, time.Now())
	if err != nil {
		h.config.Log.Warn("visit is not kept", "member", r.member.Name, "err", err)
		return
	}
	r.member = m
}
