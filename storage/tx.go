package storage

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

// reader asks the database. Whatever can be asked is written once, as a method
// of reader, and serves a single read ([DB.read]), several that must see the
// same state ([DB.view]) and a change that reads what it has just written ([Tx]).
type reader struct {
	ctx     context.Context
	conn    queryer
	spoiled error // why nothing more can be asked: what broke the transaction, or that nobody waits
}

// queryer is a pool, a connection or a transaction of sqlx.
type queryer interface {
	GetContext(ctx context.Context, dest any, query string, args ...any) error
	SelectContext(ctx context.Context, dest any, query string, args ...any) error
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// get reads one row into dest, a struct with db tags or a single value. No row
// is a NotFound error.
func (r *reader) get(dest any, query string, args ...any) error {
	if r.spoiled != nil {
		return r.spoiled
	}
	return r.note(r.conn.GetContext(r.ctx, dest, query, args...))
}

// selectAll reads every row into dest, a slice. No rows are no error.
func (r *reader) selectAll(dest any, query string, args ...any) error {
	if r.spoiled != nil {
		return r.spoiled
	}
	return r.note(r.conn.SelectContext(r.ctx, dest, query, args...))
}

func (r *reader) note(err error) error {
	err = wrap(err)
	if spoils(err) {
		r.spoiled = err
	}
	return err
}

// Tx is one change inside the writer's transaction. It is good only until the
// closure that was given it returns, and only in its goroutine.
type Tx struct {
	reader
	conn   *sqlx.Conn
	now    time.Time
	logged bool // an event was written
}

// Now is the time of the transaction: whole milliseconds, UTC, the same for
// all changes of a group, and never before that of the group before.
func (tx *Tx) Now() time.Time { return tx.now }

// exec runs one statement with positional arguments.
func (tx *Tx) exec(query string, args ...any) (sql.Result, error) {
	if tx.spoiled != nil {
		return nil, tx.spoiled
	}
	result, err := tx.conn.ExecContext(tx.ctx, query, args...)
	return result, tx.note(err)
}

// execNamed runs one statement whose :names are the db tags of a struct, or
// the keys of a map.
func (tx *Tx) execNamed(query string, arg any) (sql.Result, error) {
	query, args, err := sqlx.Named(query, arg)
	if err != nil {
		return nil, fmt.Errorf("bind %q: %w", query, err)
	}
	return tx.exec(query, args...)
}

// one is for a change of one row that must be there: if it is not, the error
// is NotFound.
func (tx *Tx) one(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return wrap(sql.ErrNoRows)
}

// changed reports whether a statement changed anything.
func changed(result sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// inserted is the number of the row that a statement made, 0 if it failed.
func inserted(result sql.Result) int64 {
	if result == nil {
		return 0
	}
	id, _ := result.LastInsertId() // SQLite always knows it
	return id
}

// reference is an id as it is kept in a column that refers to another row: 0
// refers to none.
func reference[ID ~int64](id ID) any {
	if id == 0 {
		return nil
	}
	return int64(id)
}
