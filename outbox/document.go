package outbox

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"corkboard/activitypub"
	"corkboard/board"
)

// Documents answers the GETs of other servers: actors, notes, activities and
// collections. It needs no signature: everything here is public.
type Documents struct {
	scribe
	store   ActivityStore
	version string
	log     *slog.Logger
}

// DocumentsConfig configures [Documents].
type DocumentsConfig struct {
	Board   *board.Board
	Store   ActivityStore
	Version string // of the program, for NodeInfo
	Log     *slog.Logger
}

// NewDocuments returns the documents of a board.
func NewDocuments(c DocumentsConfig) *Documents {
	return &Documents{scribe: scribe{c.Board}, store: c.Store, version: c.Version, log: c.Log}
}

// document makes the answer to one GET.
type document func(ctx context.Context, r *http.Request) (*answer, error)

// answer is a document, or a way to it.
type answer struct {
	status   int // 0 is 200
	location string
	kind     string // Content-Type; empty is activity+json
	maxAge   int    // seconds that others may keep it
	etag     string // empty: made of the body
	body     []byte
}

// Register adds the routes. Register them before the pages for people: where
// both share an address, they answer only who asks for ActivityPub.
func (d *Documents) Register(r *mux.Router) {
	const name, thread, number = "{name:[a-z0-9_]+}", "/t/{thread:[0-9]{1,18}}", "/{number:[0-9]{1,9}}"
	for _, route := range []struct {
		path   string
		answer document
	}{
		{thread + number, d.note},
		{"/topics/" + name, d.topic},
		{"/members/" + name, d.member},
		{thread, d.thread},
		{"/", d.site},
	} {
		r.Path(route.path).Methods(http.MethodGet, http.MethodHead).MatcherFunc(wanted).HandlerFunc(d.serve(route.answer))
	}
	for _, route := range []struct {
		path   string
		answer document
	}{
		{thread + number + "/replies", d.replies}, {thread + number + "/likes", d.likes}, {thread + number + "/shares", d.shares},
		{thread + "/context", d.context},
		{"/activities/{event:[0-9]{1,18}}", d.activity}, {"/activities/{event:[0-9]{1,18}}-{k:[0-9]{1,4}}", d.activity},
		{"/actor", d.site}, {"/actor/outbox", d.siteOutbox},
		{"/topics/" + name + "/outbox", d.topicOutbox}, {"/topics/" + name + "/moderators", d.moderators},
		{"/members/" + name + "/outbox", d.memberOutbox},
		{"/{of:topics|members}/" + name + "/followers", d.followers}, {"/{of:topics|members}/" + name + "/following", d.following},
		{"/{of:topics|members}/" + name + "/featured", d.featured},
		{"/.well-known/webfinger", d.webfinger}, {"/.well-known/host-meta", d.hostMeta},
		{"/.well-known/nodeinfo", d.nodeInfoIndex}, {"/nodeinfo/{version:2\\.[01]}", d.nodeInfo},
	} {
		r.Path(route.path).Methods(http.MethodGet, http.MethodHead).HandlerFunc(d.serve(route.answer))
	}
}

func wanted(r *http.Request, _ *mux.RouteMatch) bool { return activitypub.Wanted(r) }

// serve writes an answer. Errors are JSON with a sentence, never a page.
func (d *Documents) serve(make document) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Vary", "Accept")
		header.Set("Access-Control-Allow-Origin", "*")
		header.Set("X-Content-Type-Options", "nosniff")
		a, err := make(r.Context(), r)
		if err != nil {
			a = d.refusal(r, err)
		}
		if a.location != "" {
			header.Set("Location", a.location)
		}
		if a.kind == "" {
			a.kind = activitypub.MediaType
		}
		header.Set("Content-Type", a.kind)
		if a.maxAge > 0 {
			header.Set("Cache-Control", "public, max-age="+strconv.Itoa(a.maxAge))
		}
		if a.status == 0 {
			a.status = http.StatusOK
			if a.etag == "" {
				a.etag = digest(a.body)
			}
			header.Set("ETag", a.etag)
			if match := r.Header.Get("If-None-Match"); match != "" && strings.Contains(match, a.etag) {
				w.WriteHeader(http.StatusNotModified)
				return
			}
		}
		header.Set("Content-Length", strconv.Itoa(len(a.body)))
		w.WriteHeader(a.status)
		if r.Method != http.MethodHead {
			w.Write(a.body)
		}
	}
}

// digest is an ETag that no page for people has.
func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return fmt.Sprintf(`"ap-%x"`, sum[:12])
}

// statuses is the table of refusals to answers.
var statuses = map[board.Kind]int{
	board.Invalid: http.StatusBadRequest, board.Forbidden: http.StatusForbidden, board.NotFound: http.StatusNotFound,
	board.Gone: http.StatusGone, board.TooMany: http.StatusTooManyRequests, board.Unavailable: http.StatusServiceUnavailable,
}

func (d *Documents) refusal(r *http.Request, err error) *answer {
	status, ok := statuses[board.KindOf(err)]
	text := err.Error()
	if !ok {
		status, text = http.StatusInternalServerError, "Something went wrong here."
		d.log.Error("answer a document", "path", r.URL.Path, "err", err)
	}
	body, err := json.Marshal(map[string]string{"error": text})
	if err != nil {
		body = []byte(`{}`)
	}
	return &answer{status: status, kind: "application/json", body: body}
}

// keep is how long others may keep what seldom changes, in seconds.
const keep = 180

func marshal(v any) (*answer, error) {
	body, err := activitypub.Marshal(v)
	return &answer{body: body, maxAge: keep}, err
}

func see(uri string) *answer { return &answer{status: http.StatusSeeOther, location: uri} }

// number reads a number of the path, which the route has checked.
func number(r *http.Request, name string) int64 {
	n, err := strconv.ParseInt(mux.Vars(r)[name], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// find finds the post that a path names.
func (d *Documents) find(ctx context.Context, r *http.Request) (board.Post, error) {
	return d.board.Post(ctx, board.ThreadID(number(r, "thread")), int(number(r, "number")))
}

// note is a post of ours; others' posts are at home elsewhere.
func (d *Documents) note(ctx context.Context, r *http.Request) (*answer, error) {
	p, err := d.find(ctx, r)
	if err != nil {
		return nil, err
	}
	if !p.Local() {
		return see(p.URI), nil
	}
	if p.State != board.Live {
		a, err := marshal(tombstone(p))
		if a != nil {
			a.status = http.StatusGone
		}
		return a, err
	}
	t, err := d.board.Thread(ctx, p.Thread)
	if err != nil {
		return nil, err
	}
	note, err := d.full(ctx, p, t)
	if err != nil {
		return nil, err
	}
	return marshal(note)
}

// thread leads to the article, so that any address of ours that somebody
// pastes into a search finds the right Note.
func (d *Documents) thread(ctx context.Context, r *http.Request) (*answer, error) {
	p, err := d.board.Post(ctx, board.ThreadID(number(r, "thread")), 0)
	if err != nil {
		return nil, err
	}
	return see(p.URI), nil
}

// activity is what was said, while its body is kept.
func (d *Documents) activity(ctx context.Context, r *http.Request) (*answer, error) {
	a, err := d.store.ActivityOf(ctx, board.EventID(number(r, "event")), int(number(r, "k")))
	if err != nil || !a.Public {
		return nil, board.Errorf(board.NotFound, "There is no such activity.")
	}
	if a.Body == nil {
		return nil, board.Errorf(board.Gone, "What this activity spoke of was deleted, or it is too old.")
	}
	return &answer{body: a.Body, maxAge: keep}, nil
}

// site is the board's own actor.
func (d *Documents) site(ctx context.Context, _ *http.Request) (*answer, error) {
	a, err := d.board.ActorByHandle(ctx, board.SiteName, "")
	if err != nil {
		return nil, err
	}
	return d.actorDocument(a)
}

func (d *Documents) topic(ctx context.Context, r *http.Request) (*answer, error) {
	return d.named(ctx, r, board.Group)
}

func (d *Documents) member(ctx context.Context, r *http.Request) (*answer, error) {
	return d.named(ctx, r, board.Person)
}

func (d *Documents) named(ctx context.Context, r *http.Request, kind board.ActorType) (*answer, error) {
	a, err := d.local(ctx, mux.Vars(r)["name"], kind)
	if err != nil {
		return nil, err
	}
	return d.actorDocument(a)
}

// local finds an actor of ours of this type.
func (d *Documents) local(ctx context.Context, name string, kind board.ActorType) (board.Actor, error) {
	a, err := d.board.ActorByHandle(ctx, name, "")
	if err == nil && a.Type != kind {
		err = board.Errorf(board.NotFound, "There is nobody here by this name.")
	}
	return a, err
}

func (d *Documents) actorDocument(a board.Actor) (*answer, error) {
	if !a.GoneAt.IsZero() {
		gone, err := marshal(&activitypub.Tombstone{ID: a.URI, Type: "Tombstone", FormerType: string(a.Type), Deleted: a.GoneAt})
		if gone != nil {
			gone.status = http.StatusGone
		}
		return gone, err
	}
	return marshal(d.actor(a))
}
