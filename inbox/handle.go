package inbox

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"corkboard/activitypub"
	"corkboard/board"
)

// handleTimeout is for one activity, with all that it makes us fetch.
const handleTimeout = time.Minute

// arrival is an activity while a worker works it out.
type arrival struct {
	*activitypub.Object
	receipt board.Receipt
	errand  *errand
}

// speaker is who did it, as the activity says; a post without an activity is
// its author's doing.
func (a *arrival) speaker() string {
	if isPost(a.Object) {
		return a.AttributedTo
	}
	return a.Actor
}

// handler acts on an activity whose sender is proved. Its error is the reason
// for a refusal, or says that another try may succeed ([isForNow]).
type handler func(in *Inbox, ctx context.Context, a *arrival) error

// handlers say what is done about each type. What is not here is in notYet,
// or unheard of.
var handlers map[string]handler

func init() {
	handlers = map[string]handler{
		"Follow": (*Inbox).follow, "Undo": (*Inbox).undo, "Accept": (*Inbox).accept, "Reject": (*Inbox).accept,
		"Create": (*Inbox).create, "Update": (*Inbox).update, "Delete": (*Inbox).delete,
		"Like": (*Inbox).like, "Announce": (*Inbox).announce,
	}
}

// handle finds the handler. A panic is a refusal: the next one is worked out.
func (in *Inbox) handle(ctx context.Context, j job) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			in.Log.Error("handler panicked", "activity", j.Activity, "err", cause, "stack", string(debug.Stack()))
			err = refusef("The board stumbled over it: %v.", cause)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, handleTimeout)
	defer cancel()
	a := &arrival{Object: j.activity, receipt: j.Receipt}
	if a.Object == nil {
		if a.Object, err = activitypub.Parse(j.Body); err != nil {
			return refusef("It cannot be read any more: %s.", err)
		}
	}
	a.errand = in.errands.begin(in, activitypub.Host(j.Actor))
	defer a.errand.end()
	if a.speaker() != j.Actor {
		return in.handedOn(ctx, a, a.Object)
	}
	if isPost(a.Object) {
		return in.bare(ctx, a)
	}
	if act, ok := handlers[a.Type]; ok {
		return act(in, ctx, a)
	}
	return notActedOn(a.Type)
}

// judge says what becomes of a receipt after a try.
func (in *Inbox) judge(r board.Receipt, err error, now time.Time) board.Receipt {
	if errors.Is(err, errBusy) {
		r.NextTryAt = now.Add(whileBusy)
		return r
	}
	r.Tries++
	wait, forNow := isForNow(err)
	switch {
	case err == nil:
		r.State, r.Reason = board.Done, ""
	case !forNow:
		r.State, r.Reason = board.Refused, reason(err)
	case now.Sub(r.ReceivedAt) > in.GiveUp:
		r.State, r.Reason = board.Refused, fmt.Sprintf("Given up after %d tries: %s", r.Tries, reason(err))
	default:
		r.NextTryAt, r.Reason = now.Add(max(wait, in.retryAfter(r.Tries))), reason(err)
	}
	in.record(r, err)
	return r
}

func (in *Inbox) record(r board.Receipt, err error) {
	values := []any{"activity", r.Activity, "type", r.Type, "actor", r.Actor}
	switch {
	case err == nil:
		in.Log.Debug("done", values...)
	case r.State == board.Refused:
		in.Log.Info("refused", append(values, "reason", r.Reason)...)
	case isInternal(err):
		in.Log.Error("tried in vain", append(values, "next", r.NextTryAt, "err", err)...)
	default:
		in.Log.Info("tried in vain", append(values, "next", r.NextTryAt, "reason", r.Reason)...)
	}
}

// retryAfter is how long to wait after so many tries.
func (in *Inbox) retryAfter(tries int) time.Duration {
	wait := in.FirstRetry
	for range tries - 1 {
		if wait *= 4; wait >= in.LastRetry {
			return in.LastRetry
		}
	}
	return wait
}

// refusef is a refusal: a sentence for the administrator.
func refusef(format string, args ...any) error { return board.Errorf(board.Invalid, format, args...) }

// isForNow reports whether another try may succeed, and when at the earliest
// if the error says so.
func isForNow(err error) (wait time.Duration, forNow bool) {
	if missing, ok := errors.AsType[*activitypub.FetchError](err); ok {
		return 0, missing.Temporary
	}
	e, ok := errors.AsType[*board.Error](err)
	if !ok {
		return 0, true
	}
	return e.RetryAfter, e.Kind == board.TooMany || e.Kind == board.Unavailable || e.Kind == board.Internal
}

// isInternal reports whether the fault is ours.
func isInternal(err error) bool {
	_, fetching := errors.AsType[*activitypub.FetchError](err)
	return !fetching && !errors.Is(err, context.DeadlineExceeded) && board.KindOf(err) == board.Internal
}

// reason puts an error into words that an administrator can read.
func reason(err error) string {
	if missing, ok := errors.AsType[*activitypub.FetchError](err); ok {
		return fmt.Sprintf("%s could not be had: %s.", missing.URL, sentence(missing.Reason))
	}
	if e, ok := errors.AsType[*board.Error](err); ok {
		return e.Text
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "It took too long to work out."
	}
	return "Something went wrong here: " + sentence(err.Error()) + "."
}

// sentence is a text without a full stop at its end.
func sentence(text string) string { return strings.TrimRight(text, ". ") }
