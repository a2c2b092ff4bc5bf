package inbox

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/mux"

	"corkboard/activitypub"
	"corkboard/board"
)

// comeBack is what Retry-After says where nobody knows better.
const comeBack = time.Minute

// problem is an answer other than success: a status, and a sentence for the
// administrator of the other server.
type problem struct {
	status int
	text   string
	field  string
	after  time.Duration // Retry-After; 0 leaves it out
}

func (p *problem) Error() string { return p.text }

func problemf(status int, format string, args ...any) error {
	return &problem{status: status, text: fmt.Sprintf(format, args...)}
}

// later asks the other side to come back.
func later(format string, args ...any) error {
	return &problem{status: http.StatusServiceUnavailable, text: fmt.Sprintf(format, args...), after: comeBack}
}

func busy() error {
	return later("This board has more requests than it can answer. Please come back in a minute.")
}

// receive takes one activity: whoever gets 202 can forget it.
func (in *Inbox) receive(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		in.refuse(w, r, problemf(http.StatusMethodNotAllowed, "This is an inbox: it takes POST, and nobody may read it."))
		return
	}
	if err := in.take(w, r); err != nil {
		in.refuse(w, r, err)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// take checks a request and keeps what it brings.
func (in *Inbox) take(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	owner, err := in.ownerOf(ctx, mux.Vars(r))
	if err != nil {
		return err
	}
	body, err := in.readBody(w, r)
	if err != nil {
		return err
	}
	// Only now: whoever sends slowly must not take the place of others.
	select {
	case in.slots <- struct{}{}:
		defer func() { <-in.slots }()
	default:
		return busy()
	}
	activity, err := activitypub.Parse(body)
	if err != nil {
		return problemf(http.StatusBadRequest, "%s.", sentence(err.Error()))
	}
	receipt, err := in.receiptFor(activity, body)
	if err != nil || in.hasNothingToSay(ctx, activity, receipt.Actor) {
		return err
	}
	if receipt.Actor, err = in.sender(r, activity, receipt.Actor, body); err != nil {
		return err
	}
	receipt.Inbox, receipt.Key = owner, keyOf(receipt, activity)
	return in.keep(ctx, receipt, activity)
}

// keep commits the receipt and hands it to the workers. A repeat is not
// worked out again, except a Follow: he asks again because he missed the answer.
func (in *Inbox) keep(ctx context.Context, r board.Receipt, activity *activitypub.Object) error {
	if !in.queue.hasRoom(activitypub.Host(r.Actor)) {
		return later("This board has more to work out than it can. Please come back in a minute.")
	}
	kept, fresh, err := in.Receipts.Receive(ctx, r)
	if err != nil {
		return err
	}
	if !fresh {
		if r.Type != "Follow" || kept.State == board.Waiting {
			return nil
		}
		kept.State, kept.Reason, kept.Tries, kept.Body = board.Waiting, "", 0, r.Body
		if err := in.Receipts.SettleReceipts(ctx, []board.Receipt{kept}); err != nil {
			return err
		}
	}
	in.queue.push(job{kept, activity})
	return nil
}

// ownerOf finds the actor whose own inbox was posted to; 0 for a shared one.
func (in *Inbox) ownerOf(ctx context.Context, vars map[string]string) (board.ActorID, error) {
	topic, member := vars["topic"], vars["member"]
	name := cmp.Or(topic, member)
	if name == "" {
		return 0, nil
	}
	uri := in.address.Member(member)
	if topic != "" {
		uri = in.address.Topic(topic)
	}
	a, err := in.known(ctx, uri)
	switch {
	case err != nil && board.KindOf(err) == board.NotFound:
		return 0, problemf(http.StatusNotFound, "There is no %.100q on this board.", name)
	case err != nil:
		return 0, err
	case !a.GoneAt.IsZero():
		return 0, problemf(http.StatusGone, "%s is gone.", name)
	}
	return a.ID, nil
}

// How much of a body any number of connections may have in memory, in bytes,
// and how many larger bodies are read at the same time.
const (
	smallBody   = 16 << 10
	largeBodies = 64
)

// readBody reads a request's body, bounded. GoToSocial's second tries declare a
// length and send nothing: they must not be taken for the activity.
func (in *Inbox) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if err := checkHeaders(r.Header); err != nil {
		return nil, err
	}
	tooLarge := problemf(http.StatusRequestEntityTooLarge, "The body is larger than %d bytes.", activitypub.MaxBody)
	if r.ContentLength > activitypub.MaxBody {
		w.Header().Set("Connection", "close")
		return nil, tooLarge
	}
	all := http.MaxBytesReader(w, r.Body, activitypub.MaxBody)
	body, err := readAll(make([]byte, 0, min(max(r.ContentLength, 512), smallBody)+1), io.LimitReader(all, smallBody))
	if err == nil && len(body) == smallBody {
		select {
		case in.large <- struct{}{}:
			defer func() { <-in.large }()
		default:
			return nil, busy()
		}
		body, err = readAll(body, all)
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, tooLarge
	}
	switch {
	case err != nil || r.ContentLength > int64(len(body)):
		return nil, problemf(http.StatusBadRequest, "The body ends after %d bytes, before its declared length.", len(body))
	case len(body) == 0:
		return nil, problemf(http.StatusBadRequest, "The body is empty.")
	}
	return body, nil
}

// readAll is io.ReadAll into a buffer that is large enough already, mostly.
func readAll(buffer []byte, r io.Reader) ([]byte, error) {
	for {
		if len(buffer) == cap(buffer) {
			buffer = append(buffer, 0)[:len(buffer)]
		}
		n, err := r.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		if errors.Is(err, io.EOF) {
			return buffer, nil
		}
		if err != nil {
			return buffer, err
		}
	}
}

// checkHeaders refuses what is not plain JSON.
func checkHeaders(h http.Header) error {
	if coding := h.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return problemf(http.StatusUnsupportedMediaType, "The Content-Encoding %.40q is not taken; send the body as it is.", coding)
	}
	media, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err == nil && (media == activitypub.MediaType || media == "application/ld+json" || media == "application/json") {
		return nil
	}
	return problemf(http.StatusUnsupportedMediaType, "The Content-Type %.100q is not taken; send %s.", h.Get("Content-Type"), activitypub.MediaType)
}

// statuses say how each kind of refusal of the board is answered.
var statuses = map[board.Kind]int{
	board.Invalid:     http.StatusBadRequest,
	board.Forbidden:   http.StatusForbidden,
	board.NotFound:    http.StatusNotFound,
	board.Gone:        http.StatusGone,
	board.Conflict:    http.StatusConflict,
	board.TooMany:     http.StatusTooManyRequests,
	board.Unavailable: http.StatusServiceUnavailable,
}

// asProblem finds the answer for an error.
func asProblem(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	e, ok := errors.AsType[*board.Error](err)
	if !ok {
		return &problem{status: http.StatusServiceUnavailable, text: "Something went wrong here. Please come back in a minute.", after: comeBack}
	}
	p := &problem{status: statuses[e.Kind], text: e.Text, field: e.Field, after: e.RetryAfter}
	if p.after == 0 && (e.Kind == board.TooMany || e.Kind == board.Unavailable) {
		p.after = comeBack
	}
	return p
}

// refuse answers an error in words, as JSON.
func (in *Inbox) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := asProblem(err)
	if _, ours := errors.AsType[*problem](err); !ours && board.KindOf(err) == board.Internal {
		in.Log.Error("request", "path", r.URL.Path, "err", err)
	}
	in.Log.Info("refused", "path", r.URL.Path, "status", p.status, "reason", p.text)
	if p.after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((p.after+time.Second-1)/time.Second)))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(p.status)
	answer := struct {
		Error string `json:"error"`
		Field string `json:"field,omitempty"`
	}{p.text, p.field}
	_ = json.NewEncoder(w).Encode(answer) // who has gone away needs no answer
}
