package inbox

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"corkboard/activitypub"
	"corkboard/board"
)

const (
	lookupsInMind  = 512
	lookupsAtOnce  = 16
	lookupTime     = 20 * time.Second // for all that one makes us fetch
	lookupPatience = 500 * time.Millisecond
	lookupGood     = 10 * time.Minute // of one that found something
	lookupBad      = 3 * time.Minute  // of one that found nothing
)

// lookups remember what our members had asked for lately, so that many who ask
// for the same make one request, and nobody has the same asked again and again.
type lookups struct {
	mu     sync.Mutex
	recent *lru.Cache[string, *lookup]
	slots  chan struct{} // those in flight
}

// lookup is one question. found is there when done is closed.
type lookup struct {
	done  chan struct{}
	found board.Lookup
	until time.Time
}

func newLookups() *lookups {
	return &lookups{recent: newMemory[*lookup](lookupsInMind), slots: make(chan struct{}, lookupsAtOnce)}
}

// now is what is known at this moment.
func (l *lookup) now(host string) board.Lookup {
	select {
	case <-l.done:
		return l.found
	default:
		return board.Lookup{Host: host}
	}
}

// find returns one that is good still.
func (l *lookups) find(text string) (*lookup, bool) {
	found, ok := l.recent.Get(text)
	if !ok {
		return nil, false
	}
	select {
	case <-found.done:
		return found, time.Now().Before(found.until)
	default:
		return found, true
	}
}

// Known is what has become of a handle or an address that was asked for lately.
func (in *Inbox) Known(text string) (found board.Lookup, ok bool) {
	in.lookups.mu.Lock()
	defer in.lookups.mu.Unlock()
	l, ok := in.lookups.find(text)
	if !ok {
		return board.Lookup{}, false
	}
	return l.now(hostAsked(text)), true
}

// Begin asks another server for a person (name@host) or whatever is at an
// address, unless somebody has already, and waits for a moment.
func (in *Inbox) Begin(ctx context.Context, text string) board.Lookup {
	l, err := in.begin(text)
	if err != nil {
		return board.Lookup{Host: hostAsked(text), Done: true, At: time.Now(), Err: err}
	}
	patience, cancel := context.WithTimeout(ctx, lookupPatience)
	defer cancel()
	select {
	case <-l.done:
	case <-patience.Done():
	}
	return l.now(hostAsked(text))
}

func (in *Inbox) begin(text string) (*lookup, error) {
	in.lookups.mu.Lock()
	defer in.lookups.mu.Unlock()
	if l, ok := in.lookups.find(text); ok {
		return l, nil
	}
	select {
	case in.lookups.slots <- struct{}{}:
	default:
		return nil, board.Errorf(board.Unavailable, "Very much is being looked up at the moment. Please try again in a minute.")
	}
	l := &lookup{done: make(chan struct{})}
	in.lookups.recent.Add(text, l)
	go func() {
		defer func() { <-in.lookups.slots }()
		in.ask(l, text)
	}()
	return l, nil
}

// ask does it. Nobody waits for it who could go away.
func (in *Inbox) ask(l *lookup, text string) {
	defer close(l.done)
	ctx, cancel := context.WithTimeout(context.Background(), lookupTime)
	defer cancel()
	host := hostAsked(text)
	a := in.onErrand(host)
	defer a.errand.end()
	err := in.unbroken(func() (err error) {
		if strings.Contains(text, "://") {
			l.found, err = in.lookAt(ctx, a, text)
		} else {
			l.found.Actor, err = in.lookFor(ctx, a, text)
		}
		return err
	})
	l.found.Host, l.found.Done, l.found.At, l.found.Err = host, true, time.Now(), in.inWords(err, host)
	if l.until = l.found.At.Add(lookupGood); err != nil {
		l.until = l.found.At.Add(lookupBad)
	}
}

// unbroken does what nobody waits for. A panic is an error: the board goes on.
func (in *Inbox) unbroken(do func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			in.Log.Error("looking elsewhere panicked", "err", cause, "stack", string(debug.Stack()))
			err = refusef("The board stumbled over it.")
		}
	}()
	return do()
}

// onErrand is an arrival of nothing: what is fetched for somebody here, within
// the same bounds.
func (in *Inbox) onErrand(host string) *arrival {
	return &arrival{errand: in.errands.begin(in, host), receipt: board.Receipt{Tries: insist}}
}

// hostAsked is the server that is asked for it.
func hostAsked(text string) string {
	if strings.Contains(text, "://") {
		return activitypub.Host(text)
	}
	_, host, _ := strings.Cut(text, "@")
	return activitypub.Host("https://" + host + "/")
}

// lookFor finds the actor with a handle (RFC 7033), also where the handle has
// another host than the actor.
func (in *Inbox) lookFor(ctx context.Context, a *arrival, handle string) (board.Actor, error) {
	switch host := hostAsked(handle); {
	case host == "" || host == in.address.Host():
		return board.Actor{}, refusef("%s is of this board, or no handle.", handle)
	case in.Blocked(host):
		return board.Actor{}, refusef("This board takes nothing from %s.", host)
	}
	if err := a.errand.spend(); err != nil {
		return board.Actor{}, err
	}
	found, err := in.Client.WebFinger(ctx, handle)
	if err != nil {
		return board.Actor{}, err
	}
	document, err := a.errand.fetch(ctx, found.Self())
	if err != nil {
		return board.Actor{}, err
	}
	return in.knowAs(ctx, a, document, handle)
}

// knowAs keeps an actor who was found under a handle of another host, if his own
// host says too that the handle is his: anybody can point at somebody else.
func (in *Inbox) knowAs(ctx context.Context, a *arrival, document *activitypub.Object, handle string) (board.Actor, error) {
	own, host := activitypub.Host(document.ID), hostAsked(handle)
	if host == own || a.errand.spend() != nil {
		return in.know(ctx, a, document)
	}
	found, err := in.Client.WebFinger(ctx, document.PreferredUsername+"@"+own)
	name, _, _ := strings.Cut(handle, "@")
	if err != nil || found.Self() != document.ID || !strings.EqualFold(found.Handle(), name+"@"+host) {
		return in.know(ctx, a, document)
	}
	actor, err := describe(document)
	if err != nil {
		return actor, err
	}
	actor.Host = host
	if actor, err = in.Board.KnowActor(ctx, actor, emojisOf(document)...); err != nil {
		return actor, err
	}
	return in.people.remember(actor), nil
}

// lookAt finds whom or what an address leads to.
func (in *Inbox) lookAt(ctx context.Context, a *arrival, uri string) (board.Lookup, error) {
	o, err := a.errand.fetch(ctx, uri)
	if err != nil {
		return board.Lookup{}, err
	}
	if o.Is(actorTypes...) {
		actor, err := in.know(ctx, a, o)
		return board.Lookup{Actor: actor}, err
	}
	if id, err := in.postAt(ctx, o.ID); err == nil {
		here, err := in.Board.PostByID(ctx, id)
		return board.Lookup{Here: &here}, err
	}
	return in.stranger(ctx, a, o)
}

// stranger describes a post that is not here.
func (in *Inbox) stranger(ctx context.Context, a *arrival, o *activitypub.Object) (board.Lookup, error) {
	p, err := publicPost(o)
	if err != nil {
		return board.Lookup{}, err
	}
	author, err := in.actor(ctx, a, p.author)
	if err != nil {
		return board.Lookup{}, err
	}
	text, err := in.textOf(ctx, o)
	if err != nil {
		return board.Lookup{}, err
	}
	remote := remoteOf(p)
	found := in.Board.CleanForeign(board.Foreign{
		URI: o.ID, URL: remote.URL, Title: o.Name, HTML: text.HTML, Language: text.Language, Warning: text.Warning,
		Published: remote.Published, Belongs: in.belongs(ctx, a, p),
	})
	return board.Lookup{Actor: author, Post: &found}, nil
}

// publicPost is a post that was fetched from its own host, if everybody may see it.
func publicPost(o *activitypub.Object) (post, error) {
	if o.Is("Tombstone") {
		return post{}, &activitypub.FetchError{URL: o.ID, Status: http.StatusGone, Reason: "it was deleted"}
	}
	author, err := authorOf(o, "")
	p := post{Object: o, author: author, original: o.Raw()}
	if err == nil && !p.Visibility(nil).IsPublic() {
		err = refusef("It is not public.")
	}
	return p, err
}

// belongs reports whether a post would have a place here: it answers, at
// however many removes, a post of this board, or names one of its topics.
func (in *Inbox) belongs(ctx context.Context, a *arrival, p post) bool {
	if isVote(p.Object) {
		return false
	}
	if p.InReplyTo == "" {
		topics, err := in.topics(ctx, p)
		return err == nil && len(topics) > 0
	}
	if _, err := in.postAt(ctx, p.InReplyTo); err == nil || in.address.Ours(p.InReplyTo) {
		return err == nil
	}
	chain, root, err := in.ancestors(ctx, a, p)
	if err != nil || root != 0 {
		return err == nil
	}
	topics, err := in.topics(ctx, chain[len(chain)-1])
	return err == nil && len(topics) > 0
}

// Take puts a public post of another server where it belongs, by the same rules
// as if it had been sent here.
func (in *Inbox) Take(ctx context.Context, uri string) (board.Post, error) {
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	host := hostAsked(uri)
	a := in.onErrand(host)
	defer a.errand.end()
	placed, err := in.fetchInto(ctx, a, uri)
	return placed, in.inWords(err, host)
}

func (in *Inbox) fetchInto(ctx context.Context, a *arrival, uri string) (board.Post, error) {
	o, err := a.errand.fetch(ctx, uri)
	if err != nil {
		return board.Post{}, err
	}
	p, err := publicPost(o)
	if err != nil {
		return board.Post{}, err
	}
	if err := in.hear(ctx, a, p); err != nil {
		return board.Post{}, err
	}
	return in.Board.PostByURI(ctx, p.ID)
}

// inWords puts into words for a reader why another server was no help.
func (in *Inbox) inWords(err error, host string) error {
	missing, ok := errors.AsType[*activitypub.FetchError](err)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errBusy):
		return board.Errorf(board.Unavailable, "Very much is being fetched from %s at the moment. Please try again in a minute.", host)
	case !ok && errors.Is(err, context.DeadlineExceeded):
		return board.Errorf(board.Unavailable, "%s did not answer in time.", host)
	case !ok:
		return err
	case missing.Gone():
		return board.Errorf(board.NotFound, "%s does not know it, or not any more.", host)
	case missing.Status == http.StatusUnauthorized, missing.Status == http.StatusForbidden:
		return board.Errorf(board.Forbidden, "%s does not show it to this board.", host)
	case missing.Status == http.StatusOK:
		return board.Errorf(board.Invalid, "%s has something there that this board cannot read.", host)
	case missing.Status != 0:
		return board.Errorf(board.Unavailable, "%s answered with the error %d.", host, missing.Status)
	case !missing.Temporary:
		return board.Errorf(board.Invalid, "%s cannot be asked from here.", host)
	}
	return board.Errorf(board.Unavailable, "%s did not answer.", host)
}
