package storage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/mattn/go-sqlite3"

	"corkboard/board"
)

const (
	groupLimit = 256  // changes in one transaction
	queueLimit = 4096 // changes that wait; half a second's work
	beginTries = 10   // times busyTimeout that another process may hold the database
	pause      = 250 * time.Millisecond
	idleAfter  = 4 // pauses without a change
)

// change is one caller's closure on its way through the writer.
type change struct {
	caller context.Context // only asked whether anybody still waits
	do     func(*Tx) error
	logged bool // it wrote an event
	err    error
	done   chan struct{}
}

// writer is the only one who writes: one goroutine, one connection.
type writer struct {
	conn  *sqlx.Conn
	log   *slog.Logger
	clock func() time.Time
	queue chan *change
	grown bell // rings when the log of events has grown
	ended chan struct{}

	closing sync.RWMutex // held for writing while the queue is closed
	closed  bool

	last    time.Time // the last group's Now
	resting int       // glances since the last change
	version int64     // PRAGMA data_version at the last glance

	groups, changes, reruns, took atomic.Int64
}

func newWriter(conn *sqlx.Conn, clock func() time.Time, log *slog.Logger) *writer {
	return &writer{
		conn:    conn,
		log:     log,
		clock:   clock,
		queue:   make(chan *change, queueLimit),
		ended:   make(chan struct{}),
		resting: idleAfter,
	}
}

// submit waits until the change is committed or refused, or ctx ends.
func (w *writer) submit(ctx context.Context, do func(*Tx) error) error {
	c := &change{caller: ctx, do: do, done: make(chan struct{})}
	if err := w.enqueue(c); err != nil {
		return err
	}
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return fmt.Errorf("wait for the commit: %w", ctx.Err())
	}
}

func (w *writer) enqueue(c *change) error {
	w.closing.RLock()
	defer w.closing.RUnlock()
	if w.closed {
		return board.Errorf(board.Unavailable, "The board is shutting down; please try again in a moment.")
	}
	select {
	case w.queue <- c:
		return nil
	default:
		return board.Errorf(board.Unavailable, "The board has more to write than it can; please try again in a moment.")
	}
}

// close lets nothing more in, and returns when all that waited is written.
func (w *writer) close() {
	w.closing.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.closing.Unlock()
	<-w.ended
}

// run writes until the queue is closed and empty.
func (w *writer) run() {
	defer close(w.ended)
	clock := time.NewTicker(pause)
	defer clock.Stop()
	for {
		select {
		case c, open := <-w.queue:
			if !open {
				return
			}
			// Whoever is about to submit does so first. Under load this makes
			// groups twice as large, and a commit costs as much as three changes.
			runtime.Gosched()
			w.write(w.gather(c))
			w.resting = 0
		case <-clock.C:
			w.glance()
		}
	}
}

// gather adds to the first change whatever waits already.
func (w *writer) gather(first *change) []*change {
	group := []*change{first}
	for len(group) < groupLimit {
		select {
		case c, open := <-w.queue:
			if !open {
				return group
			}
			group = append(group, c)
		default:
			return group
		}
	}
	return group
}

// write commits a group and answers its callers. A group that is spoiled is
// written again, each change by itself, so that only the guilty one fails.
func (w *writer) write(group []*change) {
	started := time.Now()
	if err := w.begin(); err != nil {
		for _, c := range group {
			c.answer(wrap(err))
		}
		return
	}
	err := w.commit(group)
	if err != nil && len(group) > 1 {
		w.reruns.Add(1)
		w.log.Warn("group is written again, one change at a time", "changes", len(group), "err", err)
		for _, c := range group {
			w.write([]*change{c})
		}
		return
	}
	w.groups.Add(1)
	w.changes.Add(int64(len(group)))
	w.took.Store(int64(time.Since(started)))
	if err == nil && slices.ContainsFunc(group, func(c *change) bool { return c.logged }) {
		w.grown.ring()
	}
	for _, c := range group {
		if c.err == nil {
			c.err = wrap(err)
		}
		c.answer(c.err)
	}
}

func (c *change) answer(err error) {
	c.err = err
	close(c.done)
}

// begin takes the write lock, and waits for another process that has it.
func (w *writer) begin() error {
	var err error
	for range beginTries {
		if err = w.exec("BEGIN IMMEDIATE"); err == nil {
			return nil
		}
		if e, ok := errors.AsType[sqlite3.Error](err); !ok || e.Code != sqlite3.ErrBusy {
			break
		}
	}
	w.rollback() // should a broken transaction stand in the way, the next begin finds none
	return fmt.Errorf("begin: %w", err)
}

// commit runs every change of the group and commits. After an error nothing of
// the group has happened.
func (w *writer) commit(group []*change) error {
	now := w.now()
	for _, c := range group {
		if err := w.apply(c, now); err != nil {
			w.rollback()
			return err
		}
	}
	if err := w.exec("COMMIT"); err != nil {
		w.rollback()
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// now is the clock's time in whole milliseconds, never before the last one.
func (w *writer) now() time.Time {
	if now := w.clock().UTC().Truncate(time.Millisecond); now.After(w.last) {
		w.last = now
	}
	return w.last
}

// apply runs one change in a savepoint of its own. The change's own error is
// kept for its caller; an error that is returned has spoiled the transaction.
func (w *writer) apply(c *change, now time.Time) error {
	if c.err = c.caller.Err(); c.err != nil {
		return nil // nobody waits for it any more
	}
	if err := w.exec("SAVEPOINT change"); err != nil {
		return err
	}
	tx := &Tx{reader: reader{ctx: background, conn: w.conn}, conn: w.conn, now: now}
	c.err = w.call(c.do, tx)
	c.logged = tx.logged
	if tx.spoiled != nil {
		return tx.spoiled
	}
	if c.err != nil {
		if err := w.exec("ROLLBACK TO change"); err != nil {
			return err
		}
	}
	return w.exec("RELEASE change")
}

// call turns a panic of the closure into its error: the writer serves others too.
func (w *writer) call(do func(*Tx) error, tx *Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			w.log.Error("change panicked", "err", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("change panicked: %v", p)
		}
	}()
	return do(tx)
}

// background is the writer's context. It never ends, so that nobody who goes
// away can interrupt a statement of his neighbours.
var background = context.Background()

func (w *writer) exec(query string) error {
	_, err := w.conn.ExecContext(background, query)
	return err
}

// rollback ends whatever transaction there is; SQLite may have done so itself.
func (w *writer) rollback() {
	_ = w.exec("ROLLBACK")
}

// glance is what the writer does besides writing: see whether another process
// has written, and bring the log into the database when nobody else works.
func (w *writer) glance() {
	w.lookAround()
	if w.resting++; w.resting != idleAfter {
		return
	}
	// PASSIVE waits for nobody. What a reader holds back, the next one takes.
	if err := w.exec("PRAGMA wal_checkpoint(PASSIVE)"); err != nil {
		w.log.Warn("checkpoint", "err", err)
	}
}
