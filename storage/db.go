package storage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/jmoiron/sqlx"
)

// readers is the size of the read pool: one more than two cores can use, so
// that a long page holds up nobody.
const readers = 3

// Options say for what a database is opened. The zero value is what a command
// needs that works on a board, served at the moment or not.
type Options struct {
	// Serve holds the lock that at most one process has, and looks the file over.
	Serve bool
	// Migrate brings an older database up to date. Without it, an older one is refused.
	Migrate bool
	// Existing refuses to make a new database where there is none.
	Existing bool
	// Clock is what Tx.Now is taken from; nil means time.Now.
	Clock func() time.Time
	// Log is told of migrations and of whatever goes wrong; nil means nobody is.
	Log *slog.Logger
}

// DB is the open database. It may be used by any number of goroutines.
type DB struct {
	path   string
	lock   *os.File // nil unless it serves
	reads  *sqlx.DB
	writes *sqlx.DB
	writer *writer
}

// Open opens the database at path, and makes a new one where there is none. A
// file that it cannot use is left as it is and refused in a sentence: one that
// is damaged, of another program, or of a newer version; and with
// Options.Serve one that is served already. The result must be closed.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	db := &DB{path: path}
	if err := db.open(ctx, o); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (db *DB) open(ctx context.Context, o Options) (err error) {
	if err := os.MkdirAll(filepath.Dir(db.path), 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	if o.Serve {
		if db.lock, err = lock(db.path); err != nil {
			return err
		}
	}
	if err := prepare(ctx, db.path, o); err != nil {
		return err
	}
	db.writes = pool(db.path, "rw", 1, writing)
	conn, err := db.writes.Connx(ctx)
	if err != nil {
		return refusal(db.path, err)
	}
	db.reads = pool(db.path, "ro", readers, reading)
	if err := db.reads.PingContext(ctx); err != nil {
		return refusal(db.path, err)
	}
	db.writer = newWriter(conn, o.Clock, o.Log)
	if err := conn.GetContext(ctx, &db.writer.version, "PRAGMA data_version"); err != nil {
		return refusal(db.path, err)
	}
	go db.writer.run()
	return nil
}

// Close writes what waits to be written, and closes the file. Whoever still
// reads gets an error.
func (db *DB) Close() error {
	var errs []error
	if db.writer != nil {
		db.writer.close()
		errs = append(errs, db.writer.conn.Close())
	}
	// The writer goes last: it alone may bring the log into the database.
	for _, pool := range []*sqlx.DB{db.reads, db.writes} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	if db.lock != nil {
		errs = append(errs, db.lock.Close())
	}
	return errors.Join(errs...)
}

// Path is the absolute path of the database's file.
func (db *DB) Path() string { return db.path }

// update runs do in the writer's transaction, together with the changes of
// other callers, and returns after the commit. An error of do undoes what do
// has written and nothing else.
//
// do may run twice, must touch nothing but tx, and must not call update. When
// ctx ends first, update returns at once with an error, but the change may
// still happen: nothing that do sets may be read after an error.
//
// A board that is closing, or has too much to write, answers Unavailable.
func (db *DB) update(ctx context.Context, do func(tx *Tx) error) error {
	return db.writer.submit(ctx, do)
}

// outcome is update for a do that has a result. After an error nobody looks at
// the result: do may still be at work on it.
func outcome[T any](ctx context.Context, db *DB, do func(tx *Tx) (T, error)) (T, error) {
	var result T
	err := db.update(ctx, func(tx *Tx) (err error) {
		result, err = do(tx)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return result, nil
}

// read asks for one thing, as of the newest commit. Who has gone away already
// is not answered; but a query that has begun is finished, for it is short, and
// to watch the context costs as much as to find a row.
func (db *DB) read(ctx context.Context) *reader {
	return &reader{ctx: context.WithoutCancel(ctx), conn: db.reads, spoiled: ctx.Err()}
}

// view lets do ask for several things that all belong to one state of the
// board. It holds one of few connections: no waiting inside.
func (db *DB) view(ctx context.Context, do func(r *reader) error) error {
	tx, err := db.reads.BeginTxx(ctx, nil)
	if err != nil {
		return wrap(err)
	}
	defer tx.Rollback()
	return do(&reader{ctx: ctx, conn: tx})
}

// Stats is what the writer has done since it was opened.
type Stats struct {
	Groups     int64         // transactions
	Changes    int64         // closures in them
	Reruns     int64         // groups that had to be written again, one by one
	Queue      int           // closures that wait now
	LastCommit time.Duration // how long the last group took, all in all
	Log        int64         // size of the write-ahead log in bytes
}

// Stats returns the figures for /metrics.
func (db *DB) Stats() Stats {
	w := db.writer
	s := Stats{
		Groups:     w.groups.Load(),
		Changes:    w.changes.Load(),
		Reruns:     w.reruns.Load(),
		Queue:      len(w.queue),
		LastCommit: time.Duration(w.took.Load()),
	}
	if info, err := os.Stat(db.path + "-wal"); err == nil {
		s.Log = info.Size()
	}
	return s
}
