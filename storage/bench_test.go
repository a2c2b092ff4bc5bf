package storage

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
)

// prepareNotes makes a table like that of posts: about 1,400 bytes a row, of
// which 4 indexes, one of them unique on an address.
func prepareNotes(b *testing.B, db *DB) {
	b.Helper()
	err := db.update(b.Context(), func(tx *Tx) error {
		_, err := tx.exec(`
			CREATE TABLE notes (
				id INTEGER PRIMARY KEY,
				uri TEXT NOT NULL UNIQUE,
				thread INTEGER NOT NULL,
				author INTEGER NOT NULL,
				at INTEGER NOT NULL,
				html TEXT NOT NULL,
				source TEXT NOT NULL
			);
			CREATE INDEX notes_thread ON notes (thread, id);
			CREATE INDEX notes_author ON notes (author, id);
			CREATE INDEX notes_at ON notes (at);
			CREATE TABLE log (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, note INTEGER NOT NULL);`)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

var (
	markup = strings.Repeat("<p>twenty-one letters", 33)
	source = strings.Repeat("ten letters", 60)
)

// addNote writes what a post takes at least: a row, a fact in the log and a look.
func addNote(tx *Tx, n int64) error {
	result, err := tx.exec(`
		INSERT INTO notes (uri, thread, author, at, html, source)
		VALUES (?, ?, ?, ?, ?, ?)`,
		fmt.Sprintf("https://%x.example/notes/%d", n*7919%65537, n), n%100, n%1000, tx.Now().UnixMilli(), markup, source)
	if err != nil {
		return err
	}
	id, err := result.LastInsertId()
	if err != nil {
		return err
	}
	var thread int64
	if err := tx.get(&thread, "SELECT thread FROM notes WHERE id = ?", id); err != nil {
		return err
	}
	_, err = tx.exec("INSERT INTO log (at, note) VALUES (?, ?)", tx.Now().UnixMilli(), id)
	return err
}

// BenchmarkUpdate writes with one caller, and with 64 who share commits.
func BenchmarkUpdate(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			db := open(b, Options{})
			prepareNotes(b, db)
			var n atomic.Int64
			before := db.Stats()
			b.SetParallelism((callers + 1) / 2) // times GOMAXPROCS, 2 where this is compared
			if callers == 1 {
				for b.Loop() {
					if err := db.update(context.Background(), func(tx *Tx) error { return addNote(tx, n.Add(1)) }); err != nil {
						b.Fatal(err)
					}
				}
			} else {
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						number := n.Add(1)
						if err := db.update(context.Background(), func(tx *Tx) error { return addNote(tx, number) }); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			after := db.Stats()
			b.ReportMetric(float64(after.Changes-before.Changes)/b.Elapsed().Seconds(), "changes/s")
			b.ReportMetric(float64(after.Changes-before.Changes)/float64(after.Groups-before.Groups), "changes/group")
		})
	}
}

// BenchmarkSavepoint is what each change pays for not harming its neighbours:
// 100 notes in a transaction, each with and without a savepoint.
func BenchmarkSavepoint(b *testing.B) {
	for name, savepoint := range map[string]func(w *writer, statement string) error{
		"without": func(*writer, string) error { return nil },
		"with":    (*writer).exec,
	} {
		b.Run(name, func(b *testing.B) {
			db := open(b, Options{})
			prepareNotes(b, db)
			w := db.writer // which rests: nobody else submits anything
			tx := &Tx{reader: reader{ctx: background, conn: w.conn}, conn: w.conn, now: w.now()}
			var n int64
			for b.Loop() {
				if n++; n%100 == 1 {
					must(b, w.exec("BEGIN IMMEDIATE"))
				}
				must(b, savepoint(w, "SAVEPOINT change"))
				must(b, addNote(tx, n))
				must(b, savepoint(w, "RELEASE change"))
				if n%100 == 0 {
					must(b, w.exec("COMMIT"))
				}
			}
			w.rollback()
		})
	}
}

func must(b *testing.B, err error) {
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkGet compares the driver's cache of statements with one that is
// prepared by hand.
func BenchmarkGet(b *testing.B) {
	db := open(b, Options{})
	if err := db.update(b.Context(), set("a", "1")); err != nil {
		b.Fatal(err)
	}
	const query = "SELECT value FROM notes WHERE key = ?"
	var value string
	b.Run("cached by text", func(b *testing.B) {
		for b.Loop() {
			if err := db.read(context.Background()).get(&value, query, "a"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("prepared", func(b *testing.B) {
		statement, err := db.reads.Preparex(query)
		if err != nil {
			b.Fatal(err)
		}
		defer statement.Close()
		for b.Loop() {
			if err := statement.Get(&value, "a"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("in a view", func(b *testing.B) {
		for b.Loop() {
			err := db.view(context.Background(), func(r *reader) error { return r.get(&value, query, "a") })
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("in a change", func(b *testing.B) {
		err := db.update(context.Background(), func(tx *Tx) error {
			for b.Loop() {
				if err := tx.get(&value, query, "a"); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	})
}
