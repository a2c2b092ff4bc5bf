package storage

import (
	"database/sql"
	"strings"
	"time"

	"corkboard/board"
)

// cells are the columns of one row, taken one after the other in the order in
// which the query names them. What is read on every page is read so: finding
// the fields of a struct by their tags takes longer than SQLite needs for the row.
type cells struct {
	values   []any
	pointers []any // to the values
	taken    int
}

func newCells(columns int) *cells {
	c := &cells{values: make([]any, columns), pointers: make([]any, columns)}
	for i := range c.values {
		c.pointers[i] = &c.values[i]
	}
	return c
}

func (c *cells) take() any {
	c.taken++
	return c.values[c.taken-1]
}

// int takes a number; NULL is 0.
func (c *cells) int() int64 {
	n, _ := c.take().(int64)
	return n
}

// text takes a text; NULL is empty.
func (c *cells) text() string {
	s, _ := c.take().(string)
	return s
}

// time takes a time in milliseconds; 0 is none.
func (c *cells) time() time.Time { return moment(c.int()) }

func (c *cells) actorID() board.ActorID { return board.ActorID(c.int()) }

// each hands every row to take, which must not keep it. No rows are no error.
func (r *reader) each(take func(*cells), query string, args ...any) error {
	if r.spoiled != nil {
		return r.spoiled
	}
	return r.note(r.scan(take, query, args))
}

// only hands a single row to take. No row is a NotFound error.
func (r *reader) only(take func(*cells), query string, args ...any) error {
	found := false
	err := r.each(func(c *cells) {
		found = true
		take(c)
	}, query, args...)
	if err == nil && !found {
		err = wrap(sql.ErrNoRows)
	}
	return err
}

func (r *reader) scan(take func(*cells), query string, args []any) error {
	rows, err := r.conn.QueryContext(r.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	c := newCells(len(columns))
	for rows.Next() {
		if err := rows.Scan(c.pointers...); err != nil {
			return err
		}
		c.taken = 0
		take(c)
	}
	return rows.Err()
}

// among is "(?, ?, …)" with its values, to stand behind IN. There is one more
// text of a query for each doubling of the ids, not one for each number of them:
// every text is prepared once on each connection, and kept.
func among[ID ~int64](ids []ID) (list string, args []any) {
	list, args = places(len(ids))
	for i := range args {
		args[i] = int64(0) // the number of nothing
		if i < len(ids) {
			args[i] = int64(ids[i])
		}
	}
	return list, args
}

// amongTexts is among for texts, none of which is empty.
func amongTexts(texts []string) (list string, args []any) {
	list, args = places(len(texts))
	for i := range args {
		args[i] = ""
		if i < len(texts) {
			args[i] = texts[i]
		}
	}
	return list, args
}

// places are for at least n values.
func places(n int) (list string, args []any) {
	count := 1
	for count < n {
		count *= 2
	}
	return "(?" + strings.Repeat(", ?", count-1) + ")", make([]any, count)
}
