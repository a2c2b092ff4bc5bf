package inbox

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"corkboard/board"
)

const (
	settleBatch = 256
	settleAfter = 10 * time.Millisecond
	saveAgain   = time.Second     // when the disk did not take it
	settleLast  = 3 * time.Second // when the board stops
	loadPage    = 100
	lookEvery   = time.Second
	sweepEvery  = time.Hour
	sweepBatch  = 500
)

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
	r.Body = nil
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

// settle keeps what became of receipts, many in one transaction: what comes
// within settleAfter of the first.
func (in *Inbox) settle() {
	due := time.NewTimer(0)
	<-due.C
	defer due.Stop()
	var batch []board.Receipt
	for {
		var now bool
		select {
		case r := <-in.settled:
			if r.ID == 0 {
				ctx, cancel := context.WithTimeout(context.Background(), settleLast)
				defer cancel()
				in.save(ctx, batch)
				return
			}
			if batch = append(batch, r); len(batch) == 1 {
				due.Reset(settleAfter)
			}
			now = len(batch) == settleBatch
		case <-due.C:
			now = true
		}
		if !now {
			continue
		}
		if in.save(context.Background(), batch) {
			batch = batch[:0]
		} else {
			due.Reset(saveAgain)
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
		return false
	}
	in.queue.release(batch)
	return true
}
