package outbox

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"corkboard/activitypub"
	"corkboard/board"
)

// webfinger finds an actor of ours by handle, by address, or the site by the
// bare host (RFC 7033).
func (d *Documents) webfinger(ctx context.Context, r *http.Request) (*answer, error) {
	resource := strings.TrimSpace(r.URL.Query().Get("resource"))
	if resource == "" {
		return nil, board.FieldErrorf("resource", "Say whom you look for: ?resource=acct:name@%s", d.address().Host())
	}
	a, err := d.sought(ctx, resource)
	if err != nil {
		return nil, err
	}
	if !a.Local() {
		return nil, board.Errorf(board.NotFound, "There is nobody here by this name.")
	}
	if !a.GoneAt.IsZero() {
		return nil, board.Errorf(board.Gone, "This account was deleted.")
	}
	jrd := activitypub.JRD{
		Subject: "acct:" + a.Handle(d.address()),
		Aliases: []string{a.URI},
		Links: []activitypub.JRDLink{
			{Rel: activitypub.RelProfile, Type: "text/html", Href: a.URL},
			{Rel: activitypub.RelSelf, Type: activitypub.MediaType, Href: a.URI},
		},
	}
	body, err := json.Marshal(jrd)
	return &answer{kind: "application/jrd+json", body: body, maxAge: keep}, err
}

// sought finds whom a WebFinger resource means.
func (d *Documents) sought(ctx context.Context, resource string) (board.Actor, error) {
	host := d.address().Host()
	lower := strings.ToLower(resource)
	switch {
	case lower == strings.ToLower(string(d.address())), lower == strings.ToLower(string(d.address()))+"/", lower == host:
		return d.board.ActorByHandle(ctx, board.SiteName, "")
	case strings.HasPrefix(lower, "http://"), strings.HasPrefix(lower, "https://"):
		return d.board.ActorByURI(ctx, strings.TrimSuffix(resource, "/"))
	}
	handle := strings.TrimPrefix(strings.TrimPrefix(lower, "acct:"), "@")
	name, at, ok := strings.Cut(handle, "@")
	if !ok || name == "" {
		return board.Actor{}, board.FieldErrorf("resource", "A handle is written acct:name@%s.", host)
	}
	if at != host {
		return board.Actor{}, board.Errorf(board.NotFound, "This is %s; it knows nobody of %s.", host, at)
	}
	if name == host {
		name = board.SiteName
	}
	return d.board.ActorByHandle(ctx, name, "")
}

// hostMeta leads to WebFinger (RFC 6415).
func (d *Documents) hostMeta(context.Context, *http.Request) (*answer, error) {
	return &answer{kind: "application/xrd+xml; charset=utf-8", body: activitypub.HostMeta(string(d.address())), maxAge: keep}, nil
}
