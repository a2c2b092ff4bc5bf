package outbox

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

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
	demo    bool
	log     *slog.Logger
}

// DocumentsConfig configures [Documents].
type DocumentsConfig struct {
	Board   *board.Board
	Store   ActivityStore
	Version string // of the program, for NodeInfo
	Demo    bool   // what is on the board is invented, for NodeInfo
	Log     *slog.Logger
}

// NewDocuments returns the documents of a board.
func NewDocuments(c DocumentsConfig) *Documents {
	return &Documents{scribe: scribe{c.Board}, store: c.Store, version: c.Version, demo: c.Demo, log: c.Log}
}

// document makes the answer to one GET.
type document func(ctx context.Context, r *http.Request) (*answer, error)

// answer is a document, or a way to it.
type answer struct {
	status   int // 0 is 200
	location string
	kind     string        // Content-Type; empty is activity+json
	maxAge   time.Duration // how long others may keep it unasked
	wait     time.Duration // before another try; 0 if there is nothing to wait for
	etag     string        // empty: made of the body
	body     []byte
}

// Register adds the routes. Register them before the pages for people: where
// both share an address, they answer only who asks for ActivityPub, and so they
// do where there is nothing for machines.
func (d *Documents) Register(r *mux.Router) {
	const name, thread, number = "{name:[a-z0-9_]+}", "/t/{thread:[0-9]{1,18}}", "/{number:[0-9]{1,9}}"
	routes := func(answers map[string]document, matchers ...mux.MatcherFunc) {
		for path, answer := range answers {
			route := r.Path(path).Methods(http.MethodGet, http.MethodHead).HandlerFunc(d.serve(answer))
			for _, m := range matchers {
				route.MatcherFunc(m)
			}
		}
	}
	routes(map[string]document{
		"/": d.site, "/about": d.aboutSite,
		"/topics/" + name: d.topic, "/members/" + name: d.member, "/{sigil:[~@]}" + name: d.nicknamed,
		thread: d.thread, thread + number: d.note, thread + number + "/replies": d.replies,
	}, wanted)
	routes(map[string]document{
		thread + "/context": d.context, thread + number + "/likes": d.likes, thread + number + "/shares": d.shares,
		"/activities/{event:[0-9]{1,18}}": d.activity, "/activities/{event:[0-9]{1,18}}-{k:[0-9]{1,4}}": d.activity,
		"/actor": d.site, "/actor/outbox": d.siteOutbox,
		"/topics/" + name + "/outbox": d.topicOutbox, "/topics/" + name + "/moderators": d.moderators,
		"/members/" + name + "/outbox":                d.memberOutbox,
		"/{of:topics|members}/" + name + "/followers": d.followers, "/{of:topics|members}/" + name + "/following": d.following,
		"/{of:topics|members}/" + name + "/featured": d.featured,
		"/.well-known/webfinger":                     d.webfinger,
		"/.well-known/host-meta":                     d.hostMeta, "/.well-known/host-meta.json": d.hostMetaJSON,
		"/.well-known/nodeinfo": d.nodeInfoIndex, "/nodeinfo/{version:2\\.[01]}": d.nodeInfo,
	})
	r.Methods(http.MethodGet, http.MethodHead).MatcherFunc(wanted).HandlerFunc(d.serve(nothing))
}

func wanted(r *http.Request, _ *mux.RouteMatch) bool { return activitypub.Wanted(r) }

// serve answers requests with a document. Errors are JSON with a sentence,
// never a page.
func (d *Documents) serve(make document) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a, err := make(r.Context(), r)
		if err != nil {
			a = d.refusal(r, err)
		}
		if a.status == 0 {
			a.status = http.StatusOK
		}
		a.head(w.Header())
		if a.status == http.StatusOK && known(r.Header.Get("If-None-Match"), a.etag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
		w.WriteHeader(a.status)
		if r.Method != http.MethodHead {
			w.Write(a.body)
		}
	}
}

// head says all that is said before the body.
func (a *answer) head(header http.Header) {
	header.Set("Vary", "Accept")
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-cache") // keep it, and ask whether it is still so
	if a.maxAge > 0 {
		header.Set("Cache-Control", fmt.Sprintf("public, max-age=%.0f", a.maxAge.Seconds()))
	}
	if a.wait > 0 {
		header.Set("Retry-After", fmt.Sprintf("%.0f", math.Ceil(a.wait.Seconds())))
	}
	if a.location != "" {
		header.Set("Location", a.location)
		return
	}
	if a.kind == "" {
		a.kind = activitypub.MediaType
	}
	header.Set("Content-Type", a.kind)
	if a.status == http.StatusOK {
		if a.etag == "" {
			a.etag = digest(a.body)
		}
		header.Set("ETag", a.etag)
	}
}

// digest is an ETag that no page for people has.
func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return fmt.Sprintf(`"ap-%x"`, sum[:12])
}

// known reports whether If-None-Match has the ETag (RFC 9110, 13.1.2).
func known(match, etag string) bool {
	return match != "" && (strings.TrimSpace(match) == "*" || strings.Contains(match, etag))
}

// statuses is the table of refusals to answers.
var statuses = map[board.Kind]int{
	board.Invalid: http.StatusBadRequest, board.Forbidden: http.StatusForbidden, board.NotFound: http.StatusNotFound,
	board.Gone: http.StatusGone, board.TooMany: http.StatusTooManyRequests, board.Unavailable: http.StatusServiceUnavailable,
}

// refusal says why there is no document. What caused it is nobody's business.
func (d *Documents) refusal(r *http.Request, err error) *answer {
	a, text := &answer{kind: "application/json", status: http.StatusInternalServerError}, "Something went wrong here."
	if refused, ok := errors.AsType[*board.Error](err); ok && statuses[refused.Kind] != 0 {
		a.status, a.wait, text = statuses[refused.Kind], refused.RetryAfter, refused.Text
	} else {
		d.log.Error("answer a document", "path", r.URL.Path, "err", err)
	}
	if a.wait == 0 && (a.status == http.StatusTooManyRequests || a.status == http.StatusServiceUnavailable) {
		a.wait = soon
	}
	a.body = fmt.Appendf(nil, `{"error":%s}`, quoted(text))
	return a
}

func quoted(text string) []byte {
	body, err := json.Marshal(text)
	if err != nil {
		return []byte(`""`) // a string can always be written
	}
	return body
}

// nothing answers whoever asks for ActivityPub where there is none.
func nothing(context.Context, *http.Request) (*answer, error) {
	return nil, board.Errorf(board.NotFound, "There is nothing here for ActivityPub.")
}

const (
	keep = 3 * time.Minute  // how long others may keep what seldom changes
	soon = 30 * time.Second // when to ask again for what cannot be had now
)

// marshal makes the answer of a document that may change at any time.
func marshal(v any) (*answer, error) {
	body, err := activitypub.Marshal(v)
	return &answer{body: body}, err
}

// gone is the answer where something was.
func gone(t *activitypub.Tombstone) (*answer, error) {
	a, err := marshal(t)
	a.status = http.StatusGone
	return a, err
}

func see(uri string) (*answer, error) {
	return &answer{status: http.StatusSeeOther, location: uri}, nil
}

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
		return see(p.URI)
	}
	if p.State != board.Live {
		return gone(tombstone(p))
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
	return see(p.URI)
}

// activity is what was said, while its body is kept.
func (d *Documents) activity(ctx context.Context, r *http.Request) (*answer, error) {
	a, err := d.store.ActivityOf(ctx, board.EventID(number(r, "event")), int(number(r, "k")))
	if err != nil {
		return nil, err
	}
	if !a.Public {
		return nil, board.Errorf(board.NotFound, "There is no such activity.")
	}
	if a.Body == nil {
		return nil, board.Errorf(board.Gone, "What this activity spoke of was deleted, or it is too old.")
	}
	return &answer{body: a.Body}, nil
}

// site is the board's own actor.
func (d *Documents) site(ctx context.Context, _ *http.Request) (*answer, error) {
	a, err := d.board.ActorByHandle(ctx, board.SiteName, "")
	if err != nil {
		return nil, err
	}
	return d.actorDocument(ctx, a)
}

// aboutSite and nicknamed lead from what people paste to whom they mean.
func (d *Documents) aboutSite(context.Context, *http.Request) (*answer, error) {
	return see(d.address().Site())
}

func (d *Documents) nicknamed(ctx context.Context, r *http.Request) (*answer, error) {
	a, err := d.local(ctx, mux.Vars(r)["name"], board.Person)
	if err != nil {
		return nil, err
	}
	return see(a.URI)
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
	return d.actorDocument(ctx, a)
}

// local finds an actor of ours of this type.
func (d *Documents) local(ctx context.Context, name string, kind board.ActorType) (board.Actor, error) {
	a, err := d.board.ActorByHandle(ctx, name, "")
	if err == nil && a.Type != kind {
		err = board.Errorf(board.NotFound, "There is nobody here by this name.")
	}
	return a, err
}

func (d *Documents) actorDocument(ctx context.Context, of board.Actor) (*answer, error) {
	if !of.GoneAt.IsZero() {
		return gone(&activitypub.Tombstone{ID: of.URI, Type: "Tombstone", FormerType: string(of.Type), Deleted: of.GoneAt})
	}
	document, err := d.actor(ctx, of)
	if err != nil {
		return nil, err
	}
	a, err := marshal(document)
	a.maxAge = keep
	return a, err
}
