package inbox

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"corkboard/activitypub"
	"corkboard/board"
)

const (
	settleBatch   = 256
	settleEvery   = 50 * time.Millisecond
	settleLast    = 3 * time.Second // when the board stops
	loadPage      = 100
	lookEvery     = time.Second
	sweepEvery    = time.Hour
	sweepBatch    = 500
	handleTimeout = time.Minute
)

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

// Run works out what arrives until ctx ends, beginning with what an earlier run
// left. It returns when what was begun is finished or left for the next run.
func (in *Inbox) Run(ctx context.Context) error {
	var settling, working errgroup.Group
	settling.Go(func() error { in.settle(); return nil })
	stop := context.AfterFunc(ctx, in.queue.stop)
	defer stop()
	for range in.Workers {
		working.Go(func() error {
			for {
				l, j, ok := in.queue.next(ctx)
				if !ok {
					return nil
				}
				in.work(ctx, l, j)
			}
		})
	}
	working.Go(func() error { in.lookAfter(ctx); return nil })
	err := working.Wait()
	in.settled <- board.Receipt{} // none has ID 0: the end
	return errors.Join(err, settling.Wait())
}

// lookAfter loads what waits on disk when its turn has come, and drops what is
// past its time.
func (in *Inbox) lookAfter(ctx context.Context) {
	look, sweep := time.NewTicker(lookEvery), time.NewTicker(sweepEvery)
	defer look.Stop()
	defer sweep.Stop()
	in.sweep(ctx)
	for {
		if in.queue.wantsLoading(time.Now()) {
			if err := in.load(ctx); err != nil && ctx.Err() == nil {
				in.Log.Error("load receipts", "err", err)
			}
		}
		select {
		case <-look.C:
		case <-in.queue.drained:
		case <-sweep.C:
			in.sweep(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// load reads what waits on disk, in order, as far as there is room. It reads
// twice: what was kept on disk while it read the first time comes with the second.
func (in *Inbox) load(ctx context.Context) error {
	for range 2 {
		away, after := 0, int64(0)
		for {
			page, err := in.Receipts.WaitingReceipts(ctx, after, loadPage)
			if err != nil {
				return err
			}
			for _, r := range page {
				after = r.ID
				if r.NextTryAt.After(time.Now()) {
					in.queue.remember(r)
					away++
				} else if !in.queue.load(job{Receipt: r}) {
					return nil
				}
			}
			if len(page) < loadPage {
				break
			}
		}
		in.queue.caughtUp(away)
	}
	return nil
}

// sweep drops receipts that were settled long ago.
func (in *Inbox) sweep(ctx context.Context) {
	for more := true; more && ctx.Err() == nil; {
		var err error
		if more, err = in.Receipts.DropReceipts(ctx, time.Now().Add(-in.Keep), sweepBatch); err != nil && ctx.Err() == nil {
			in.Log.Warn("drop old receipts", "err", err)
		}
	}
}

// work works out the first of a lane, and gives the lane back.
func (in *Inbox) work(ctx context.Context, l *lane, j job) {
	if until, ok := in.queue.isPutOff(l, time.Now()); ok {
		in.postpone(l, j.Receipt, until)
		return
	}
	err := in.handle(ctx, j)
	if err != nil && ctx.Err() != nil {
		in.queue.done(l) // it stays on disk, and is the next run's
		return
	}
	r := in.judge(j.Receipt, err, time.Now())
	if r.State == board.Waiting {
		in.postpone(l, r, r.NextTryAt)
		return
	}
	in.settled <- r
	in.queue.done(l)
}

// postpone puts a lane off; those behind its first wait as long.
func (in *Inbox) postpone(l *lane, first board.Receipt, until time.Time) {
	first.NextTryAt, first.Body = until, nil
	behind := in.queue.putOff(l, first.ID, until)
	in.settled <- first
	for _, j := range behind {
		j.NextTryAt, j.Body = until, nil
		in.settled <- j.Receipt
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

// waitf says that another try may succeed.
func waitf(format string, args ...any) error { return board.Errorf(board.Unavailable, format, args...) }

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

// settle keeps what became of receipts, many in one transaction.
func (in *Inbox) settle() {
	tick := time.NewTicker(settleEvery)
	defer tick.Stop()
	var batch []board.Receipt
	for {
		full := false
		select {
		case r := <-in.settled:
			if r.ID == 0 {
				ctx, cancel := context.WithTimeout(context.Background(), settleLast)
				defer cancel()
				in.save(ctx, batch)
				return
			}
			batch = append(batch, r)
			full = len(batch) >= settleBatch
		case <-tick.C:
			full = len(batch) > 0
		}
		if full && in.save(context.Background(), batch) {
			batch = batch[:0]
		}
	}
}

// save reports whether it succeeded. What could not be saved is worked out
// again after a restart, which changes nothing.
func (in *Inbox) save(ctx context.Context, batch []board.Receipt) bool {
	if len(batch) == 0 {
		return true
	}
	if err := in.Receipts.SettleReceipts(ctx, batch); err != nil {
		in.Log.Error("settle receipts", "count", len(batch), "err", err)
		time.Sleep(settleEvery)
		return false
	}
	in.queue.release(batch)
	return true
}
