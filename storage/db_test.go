package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

func TestPragmas(t *testing.T) {
	db := open(t, Options{})
	for name, conn := range map[string]interface {
		GetContext(ctx context.Context, dest any, query string, args ...any) error
	}{"writer": db.writer.conn, "reader": db.reads} {
		got := map[string]string{}
		for _, pragma := range []string{"foreign_keys", "journal_mode", "synchronous", "trusted_schema", "cell_size_check", "query_only"} {
			var value string
			if err := conn.GetContext(t.Context(), &value, "PRAGMA "+pragma); err != nil {
				t.Fatal(err)
			}
			got[pragma] = value
		}
		want := map[string]string{"foreign_keys": "1", "journal_mode": "wal", "synchronous": "2", "trusted_schema": "0", "cell_size_check": "1", "query_only": "0"}
		if name == "reader" {
			want["query_only"] = "1"
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}

	t.Run("a pragma that does not take is refused", func(t *testing.T) {
		db := pool(db.Path(), "rw", 1, []pragma{{"foreign_key", "ON", "1"}})
		defer db.Close()
		if err := db.Ping(); err == nil || !strings.Contains(err.Error(), "foreign_key") {
			t.Errorf("got %v", err)
		}
	})
}

func TestOpen(t *testing.T) {
	t.Run("a new board is made whole and for its owner only", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "da ta?#%41", "board.db")
		visit(t, path, Options{Serve: true, Migrate: true})
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("mode is %v", info.Mode())
		}
		names, err := os.ReadDir(filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(names); strings.Contains(got, "new") || strings.Contains(got, "wal") {
			t.Errorf("left behind: %s", got)
		}
	})

	t.Run("what was written is there again", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "board.db")
		visit(t, path, Options{})
		again, err := Open(t.Context(), path, Options{Existing: true})
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		if diff := cmp.Diff([]string{"opened"}, keys(t, again)); diff != "" {
			t.Error(diff)
		}
	})

	t.Run("a second server is refused, a command is not", func(t *testing.T) {
		db := open(t, Options{})
		_, err := Open(t.Context(), db.Path(), Options{Serve: true})
		if want := fmt.Sprintf("is already in use by process %d;", os.Getpid()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
		command, err := Open(t.Context(), db.Path(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Close(); err != nil {
			t.Error(err)
		}
		if err := db.update(t.Context(), set("still", "here")); err != nil {
			t.Error(err)
		}
	})

	t.Run("a command opens the board while the server writes", func(t *testing.T) {
		db := open(t, Options{})
		release := hold(t, db)
		defer release()
		command, err := Open(t.Context(), db.Path(), Options{})
		try(t, err)
		try(t, command.Close())
	})

	t.Run("the lock is free again after Close", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "board.db")
		visit(t, path, Options{Serve: true})
		db, err := Open(t.Context(), path, Options{Serve: true})
		if err != nil {
			t.Fatal(err)
		}
		db.Close()
	})
}

// visit makes or opens the board at path, writes the note "opened" and closes it.
func visit(t *testing.T, path string, o Options) {
	t.Helper()
	db, err := Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	try(t, db.update(t.Context(), notes), db.update(t.Context(), set("opened", "1")))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestRefusedFiles(t *testing.T) {
	tests := map[string]struct {
		spoil   func(t *testing.T, path string)
		options Options
		want    string
	}{
		"a folder": {
			spoil: func(t *testing.T, path string) { try(t, os.Remove(path), os.Mkdir(path, 0o700)) },
			want:  "is a folder",
		},
		"an empty file": {
			spoil: func(t *testing.T, path string) { try(t, os.Truncate(path, 0)) },
			want:  "is empty",
		},
		"a file of something else": {
			spoil: func(t *testing.T, path string) {
				try(t, os.WriteFile(path, []byte(strings.Repeat("Dear diary. ", 1000)), 0o600))
			},
			want: "is not a Corkboard database",
		},
		"a file that lost its end": {
			spoil: func(t *testing.T, path string) { try(t, os.Truncate(path, 8192)) },
			want:  "is damaged and was left as it is; put a backup of the file in its place",
		},
		"a file cut in the first page": {
			spoil: func(t *testing.T, path string) { try(t, os.Truncate(path, 200)) },
			want:  "board.db",
		},
		"a damaged page": {
			options: Options{Serve: true},
			spoil: func(t *testing.T, path string) {
				f, err := os.OpenFile(path, os.O_WRONLY, 0)
				try(t, err)
				_, err = f.WriteAt([]byte(strings.Repeat("\xff", 4096)), 3*4096)
				try(t, err, f.Close())
			},
			want: "is damaged",
		},
		"a missing file whose log is there": {
			spoil: func(t *testing.T, path string) {
				try(t, os.Remove(path), os.WriteFile(path+"-wal", []byte("changes"), 0o600))
			},
			want: "is missing but",
		},
		"no file where there must be one": {
			options: Options{Existing: true},
			spoil:   func(t *testing.T, path string) { try(t, os.Remove(path)) },
			want:    "there is no database at",
		},
		"a database of another program": {
			spoil: func(t *testing.T, path string) {
				run(t, path, "DROP TABLE goose_db_version")
			},
			want: "of another program",
		},
		"a newer version": {
			options: Options{Serve: true, Migrate: true},
			spoil: func(t *testing.T, path string) {
				run(t, path, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
			},
			want: "was written by a newer Corkboard (its version is 9999, this program knows",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { checkRefusedFile(t, test.spoil, test.options, test.want) })
	}
}

// checkRefusedFile opens a board that was spoilt: it must be left as it is.
func checkRefusedFile(t *testing.T, spoil func(*testing.T, string), options Options, want string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "board.db")
	visit(t, path, Options{})
	spoil(t, path)
	before, _ := os.ReadFile(path)
	db, err := Open(t.Context(), path, options)
	if err == nil {
		db.Close()
		t.Fatal("was opened")
	}
	if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %q, want a sentence with %q", err, want)
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("the file was changed")
	}
}

// try ends the test at the first error.
func try(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// run executes a statement on the file at path, around the package.
func run(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	try(t, err)
	_, err = db.ExecContext(t.Context(), statement)
	try(t, err, db.Close())
}

func TestRead(t *testing.T) {
	db := open(t, Options{})
	if err := db.update(t.Context(), func(tx *Tx) error {
		_, err := tx.execNamed("INSERT INTO notes (key, value) VALUES (:key, :value)", note{"a", "1"})
		return err
	}); err != nil {
		t.Fatal(err)
	}

	t.Run("what is not there is not found", func(t *testing.T) {
		var value string
		err := db.read(t.Context()).get(&value, "SELECT value FROM notes WHERE key = 'b'")
		if board.KindOf(err) != board.NotFound {
			t.Errorf("got %v", err)
		}
	})

	t.Run("who has gone away is not answered", func(t *testing.T) {
		gone, leave := context.WithCancel(t.Context())
		leave()
		var value string
		err := db.read(gone).get(&value, "SELECT value FROM notes WHERE key = 'a'")
		if !errors.Is(err, context.Canceled) || value != "" {
			t.Errorf("got %q, %v", value, err)
		}
	})

	t.Run("a view sees one state", func(t *testing.T) {
		err := db.view(t.Context(), func(r *reader) error {
			var before, after []note
			if err := r.selectAll(&before, "SELECT key, value FROM notes ORDER BY key LIMIT 10"); err != nil {
				return err
			}
			if err := db.update(t.Context(), set("b", "2")); err != nil {
				return err
			}
			if err := r.selectAll(&after, "SELECT key, value FROM notes ORDER BY key LIMIT 10"); err != nil {
				return err
			}
			if diff := cmp.Diff([]note{{"a", "1"}}, after); diff != "" {
				t.Error(diff)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"a", "b"}, keys(t, db)); diff != "" {
			t.Error(diff)
		}
	})

	t.Run("a reader cannot write", func(t *testing.T) {
		if _, err := db.reads.Exec("DELETE FROM notes"); err == nil {
			t.Error("it could")
		}
	})
}

type note struct {
	Key   string `db:"key"`
	Value string `db:"value"`
}

func TestWatch(t *testing.T) {
	db := open(t, Options{})
	changed := make(chan struct{}, 100)
	go db.Watch(t.Context(), func() { changed <- struct{}{} })

	for i := range 3 {
		try(t, db.update(t.Context(), set(fmt.Sprint("own", i), "1")))
	}
	select {
	case <-changed:
		t.Error("was told of its own change")
	case <-time.After(2 * pause):
	}

	command, err := Open(t.Context(), db.Path(), Options{})
	try(t, err)
	defer command.Close()
	try(t, command.update(t.Context(), set("foreign", "1")))
	select {
	case <-changed:
	case <-time.After(time.Minute):
		t.Error("was not told of a command's change")
	}
}

func TestIdleWriterEmptiesTheLog(t *testing.T) {
	db := open(t, Options{})
	try(t, db.update(t.Context(), set("a", strings.Repeat("x", 100_000))))
	waitFor(t, "the text to reach the file", func() bool {
		info, err := os.Stat(db.Path())
		return err == nil && info.Size() > 100_000
	})
}
