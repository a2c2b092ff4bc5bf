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
	if a.Type == board.Person {
		jrd.Links = append(jrd.Links, d.intents()...)
	}
	body, err := json.Marshal(jrd)
	return &answer{kind: "application/jrd+json", body: body, maxAge: keep}, err
}

// intents lead a member who comes from another server's page to the form for
// his answer (OStatus 1.0, FEP-3b86). There is none to follow people with: our
// members follow nobody elsewhere.
func (d *Documents) intents() []activitypub.JRDLink {
	page := string(d.address()) + "/interact?uri="
	return []activitypub.JRDLink{
		{Rel: activitypub.RelSubscribe, Template: page + "{uri}"},
		{Rel: activitypub.RelIntentObject, Template: page + "{object}"},
		{Rel: activitypub.RelIntentCreate, Template: page + "{inReplyTo}"},
	}
}

// sought finds whom a WebFinger resource means: a handle, the address of an
// actor or of its page, or the site by its address or bare host.
func (d *Documents) sought(ctx context.Context, resource string) (board.Actor, error) {
	host, here := d.address().Host(), string(d.address())
	if len(resource) >= len(here) && strings.EqualFold(resource[:len(here)], here) {
		resource = here + strings.TrimSuffix(resource[len(here):], "/")
	}
	name, isPage := strings.CutPrefix(resource, here+"/@")
	if !isPage {
		name, isPage = strings.CutPrefix(resource, here+"/~")
	}
	switch {
	case isPage:
		return d.local(ctx, name, board.Person)
	case resource == here, strings.EqualFold(resource, host):
		return d.board.ActorByHandle(ctx, board.SiteName, "")
	case strings.Contains(resource, "://"):
		return d.board.ActorByURI(ctx, resource)
	}
	return d.handled(ctx, strings.ToLower(resource), host)
}

// handled finds an actor by handle: acct:name@host, with or without acct: or @.
func (d *Documents) handled(ctx context.Context, handle, host string) (board.Actor, error) {
	handle = strings.TrimPrefix(strings.TrimPrefix(handle, "acct:"), "@")
	name, at, ok := strings.Cut(handle, "@")
	switch {
	case !ok || name == "":
		return board.Actor{}, board.FieldErrorf("resource", "A handle is written acct:name@%s.", host)
	case at != host:
		return board.Actor{}, board.Errorf(board.NotFound, "This is %s; it knows nobody of %s.", host, at)
	case name == host:
		name = board.SiteName
	}
	return d.board.ActorByHandle(ctx, name, "")
}

// hostMeta leads to WebFinger (RFC 6415).
func (d *Documents) hostMeta(context.Context, *http.Request) (*answer, error) {
	return &answer{kind: "application/xrd+xml; charset=utf-8", body: activitypub.HostMeta(string(d.address())), maxAge: keep}, nil
}

// hostMetaJSON says the same in JSON.
func (d *Documents) hostMetaJSON(context.Context, *http.Request) (*answer, error) {
	body, err := json.Marshal(activitypub.JRDLinks{Links: []activitypub.JRDLink{
		{Rel: "lrdd", Type: "application/jrd+json", Template: string(d.address()) + "/.well-known/webfinger?resource={uri}"},
	}})
	return &answer{kind: "application/jrd+json", body: body, maxAge: keep}, err
}
