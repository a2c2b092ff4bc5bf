package main

import (
	"context"
	"net/url"
	"strings"
	"time"

	"corkboard/activitypub"
	"corkboard/board"
)

// elsewhereTimeout bounds how long somebody waits for his server's answer.
const elsewhereTimeout = 5 * time.Second

// elsewhere asks the server of a handle where its people follow or answer what
// stands on other servers: a template with {uri}.
func (s *server) elsewhere(ctx context.Context, handle string) (template string, err error) {
	ctx, cancel := context.WithTimeout(ctx, elsewhereTimeout)
	defer cancel()
	_, host, _ := strings.Cut(strings.TrimPrefix(handle, "@"), "@")
	if s.config.blocked(host) {
		return "", board.Errorf(board.Forbidden, "This board takes nothing from %s.", host)
	}
	jrd, err := s.client.WebFinger(ctx, handle)
	if err != nil {
		return "", board.Errorf(board.NotFound, "%s does not answer, or knows nobody of that name.", host)
	}
	template = jrd.Interact()
	u, err := url.Parse(strings.Replace(template, "{uri}", "x", 1))
	if template == "" || err != nil || activitypub.Host(u.String()) == "" || u.Scheme != "https" && !s.config.AllowHTTP {
		return "", board.Errorf(board.NotFound, "%s does not say where its people follow and answer what is elsewhere.", host)
	}
	return template, nil
}
