package inbox

import (
	"context"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode"

	lru "github.com/hashicorp/golang-lru/v2"

	"corkboard/activitypub"
	"corkboard/board"
)

const (
	actorFresh    = 24 * time.Hour // after that, an actor who does something is fetched again
	localFresh    = time.Minute
	peopleInMind  = 4096
	justMet       = 512
	largeDocument = 32 << 10 // bytes
	maxHandle     = 100
)

// people remembers who was heard of lately, so that not every activity asks
// the database or his server.
type people struct {
	known *lru.Cache[string, remembered]
	met   *lru.Cache[string, *activitypub.Object] // documents that came with a key and are not kept yet
}

// remembered is an actor without his long texts.
type remembered struct {
	actor board.Actor
	until time.Time
}

func newPeople() *people {
	return &people{known: newMemory[remembered](peopleInMind), met: newMemory[*activitypub.Object](justMet)}
}

// newMemory returns a map that forgets what was not asked for lately.
func newMemory[V any](size int) *lru.Cache[string, V] {
	memory, err := lru.New[string, V](size)
	if err != nil {
		return nil // only a size below 1 is an error
	}
	return memory
}

// meet keeps the document of somebody whose key was just fetched. A large one
// is fetched again when it is needed: strangers do not fill the memory.
func (p *people) meet(document *activitypub.Object) {
	if len(document.Raw()) <= largeDocument {
		p.met.Add(document.ID, document)
	}
}

func (p *people) remember(a board.Actor) board.Actor {
	a.Summary, a.PublicKey = "", ""
	until := a.FetchedAt.Add(actorFresh)
	if a.Local() {
		until = time.Now().Add(localFresh)
	}
	p.known.Add(a.URI, remembered{a, until})
	return a
}

func (p *people) forget(uri string) {
	p.known.Remove(uri)
	p.met.Remove(uri)
}

// known finds an actor whom the board knows, without asking anybody else.
func (in *Inbox) known(ctx context.Context, uri string) (board.Actor, error) {
	if r, ok := in.people.known.Get(uri); ok && time.Now().Before(r.until) {
		return r.actor, nil
	}
	a, err := in.Board.ActorByURI(ctx, uri)
	if err != nil {
		return board.Actor{}, err
	}
	if a.Local() || time.Since(a.FetchedAt) < actorFresh {
		return in.people.remember(a), nil
	}
	return a, nil
}

// actor finds an actor on another server, and fetches him if he is unknown or
// has not been looked at for a day. One who cannot be had now but was known
// before is as he was.
func (in *Inbox) actor(ctx context.Context, a *arrival, uri string) (board.Actor, error) {
	if in.address.Ours(uri) {
		return board.Actor{}, refusef("%s is of this board; nobody else may speak for it.", uri)
	}
	if document, ok := in.people.met.Get(uri); ok {
		in.people.met.Remove(uri)
		return in.know(ctx, a, document)
	}
	known, err := in.known(ctx, uri)
	switch {
	case err == nil && !known.GoneAt.IsZero():
		return known, board.Errorf(board.Gone, "The account %s was deleted.", uri)
	case err == nil && time.Since(known.FetchedAt) < actorFresh:
		return known, nil
	case err != nil && board.KindOf(err) != board.NotFound:
		return known, err
	}
	document, missing := a.errand.fetch(ctx, uri)
	if missing == nil {
		return in.know(ctx, a, document)
	}
	if err == nil && known.Inbox != "" {
		return known, nil
	}
	return known, missing
}

// refresh fetches an actor anew, whatever is known of him.
func (in *Inbox) refresh(ctx context.Context, a *arrival, uri string) error {
	in.people.forget(uri)
	in.Keys.Forget(uri)
	document, err := a.errand.fetch(ctx, uri)
	if err != nil {
		return err
	}
	if document.ID != uri {
		return refusef("What is at %s calls itself %.200q.", uri, document.ID)
	}
	_, err = in.know(ctx, a, document)
	return err
}

// forget ends an account that was deleted on its server.
func (in *Inbox) forget(ctx context.Context, uri string) error {
	err := in.Board.ForgetActor(ctx, uri)
	in.people.forget(uri)
	in.Keys.Forget(uri)
	return err
}

// know keeps an actor as his own server describes him.
func (in *Inbox) know(ctx context.Context, a *arrival, document *activitypub.Object) (board.Actor, error) {
	actor, err := describe(document)
	if err != nil {
		return board.Actor{}, err
	}
	actor.Host = in.handleHost(ctx, a, document, actor)
	if actor, err = in.Board.KnowActor(ctx, actor, emojisOf(document)...); err != nil {
		return actor, err
	}
	return in.people.remember(actor), nil
}

// actorTypes are the types that an actor may have.
var actorTypes = []string{"Person", "Group", "Application", "Service", "Organization"}

// describe turns an actor document, fetched from its own host, into an actor.
func describe(o *activitypub.Object) (board.Actor, error) {
	host := activitypub.Host(o.ID)
	switch {
	case host == "":
		return board.Actor{}, refusef("The actor's id %.200q is not an address.", o.ID)
	case !o.Is(actorTypes...):
		return board.Actor{}, refusef("%s is a %.40s, not an actor.", o.ID, o.Type)
	case activitypub.Host(o.Inbox) != host:
		return board.Actor{}, refusef("The inbox of %s is not on its own host.", o.ID)
	}
	a := board.Actor{
		URI: o.ID, Type: board.ActorType(o.Type), Name: handleName(o), Host: host, DisplayName: o.Name, Summary: o.Summary,
		URL: o.ID, Inbox: o.Inbox, SharedInbox: o.SharedInbox, FetchedAt: time.Now().UTC().Truncate(time.Millisecond),
	}
	for _, t := range o.Types {
		if isActorType(t) {
			a.Type = board.ActorType(t)
			break
		}
	}
	if activitypub.Host(o.URL) != "" {
		a.URL = o.URL
	}
	if activitypub.Host(o.Followers) == host {
		a.Followers = o.Followers
	}
	for _, k := range o.PublicKeys {
		if k.Owner == o.ID && activitypub.Host(k.ID) == host {
			a.KeyID, a.PublicKey = k.ID, k.PEM
			break
		}
	}
	return a, nil
}

func isActorType(t string) bool {
	for _, known := range actorTypes {
		if t == known {
			return true
		}
	}
	return false
}

// handleName is the part of the handle before the host, with nothing in it that
// could be taken for another host or a path.
func handleName(o *activitypub.Object) string {
	name := o.PreferredUsername
	if name == "" {
		if u, err := url.Parse(o.ID); err == nil {
			name = path.Base(u.Path)
		}
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-", r) {
			return r
		}
		return '_'
	}, name)
	if runes := []rune(name); len(runes) > maxHandle {
		name = string(runes[:maxHandle])
	}
	return name
}

// handleHost is the host of the handle. It is that of the id, unless the actor
// claims another one, or is known by another one, and WebFinger there leads back
// to the actor.
func (in *Inbox) handleHost(ctx context.Context, a *arrival, o *activitypub.Object, actor board.Actor) string {
	_, host, ok := strings.Cut(strings.TrimPrefix(o.Webfinger, "acct:"), "@")
	if known, err := in.Board.ActorByURI(ctx, o.ID); !ok && err == nil {
		host, ok = known.Host, true
	}
	host = activitypub.Host("https://" + host + "/")
	if !ok || host == "" || host == actor.Host || host == in.address.Host() || in.Blocked(host) || a.errand.spend() != nil {
		return actor.Host
	}
	found, err := in.Client.WebFinger(ctx, actor.Name+"@"+host)
	if err != nil || found.Self() != o.ID {
		return actor.Host
	}
	return host
}
