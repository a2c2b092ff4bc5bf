package storage

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// files are the released migrations and one more.
func files(t *testing.T, next string) fstest.MapFS {
	t.Helper()
	all := fstest.MapFS{"migrations/9000_next.sql": {Data: []byte("-- +goose Up\n" + next)}}
	names, err := embedded.ReadDir("migrations")
	try(t, err)
	for _, name := range names {
		path := "migrations/" + name.Name()
		data, err := embedded.ReadFile(path)
		try(t, err)
		all[path] = &fstest.MapFile{Data: data}
	}
	return all
}

func TestMigrate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "board.db")
	visit(t, path, Options{})
	db := pool(path, "rw", 1, migrating)
	defer db.Close()

	t.Run("rows that refer to nothing are not committed", func(t *testing.T) {
		err := migrate(t.Context(), db, files(t, `
			CREATE TABLE child (parent TEXT REFERENCES notes (key));
			INSERT INTO child (parent) VALUES ('nobody');`), slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(err.Error(), "leaves rows in child that refer to nothing") {
			t.Errorf("got %v", err)
		}
		if v, err := version(t.Context(), db); err != nil || v >= 9000 {
			t.Errorf("version is %d, %v", v, err)
		}
		if _, err := db.Exec("SELECT parent FROM child"); err == nil {
			t.Error("the table is there")
		}
	})

	t.Run("a table may be dropped and made anew under its references", func(t *testing.T) {
		err := migrate(t.Context(), db, files(t, `
			CREATE TABLE child (parent TEXT REFERENCES notes (key));
			INSERT INTO child (parent) VALUES ('opened');
			CREATE TABLE next (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL, changed INTEGER) STRICT;
			INSERT INTO next (key, value) SELECT key, value FROM notes;
			DROP TABLE notes;
			ALTER TABLE next RENAME TO notes;`), slog.New(slog.DiscardHandler))
		try(t, err)
		if v, err := version(t.Context(), db); err != nil || v != 9000 {
			t.Errorf("version is %d, %v", v, err)
		}
	})
}

func TestOlderVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "board.db")
	visit(t, path, Options{})
	db := pool(path, "rw", 1, migrating)
	defer db.Close()
	next := files(t, "CREATE TABLE next (id INTEGER PRIMARY KEY);")

	err := bringUp(t.Context(), db, path, next, Options{})
	if err == nil || !strings.Contains(err.Error(), "is of an older version") {
		t.Errorf("a command got %v", err)
	}
	try(t, bringUp(t.Context(), db, path, next, Options{Migrate: true, Log: slog.New(slog.DiscardHandler)}))
	if v, err := version(t.Context(), db); err != nil || v != 9000 {
		t.Errorf("version is %d, %v", v, err)
	}
}

// TestLinksOfOlderBoards proves that articles which were there before their
// links were compared are found by them too.
func TestLinksOfOlderBoards(t *testing.T) {
	older := files(t, "")
	for path := range older {
		if path > "migrations/0008" {
			delete(older, path)
		}
	}
	db := pool(filepath.Join(t.TempDir(), "board.db"), "rwc", 1, migrating)
	defer db.Close()
	try(t, migrate(t.Context(), db, older, slog.New(slog.DiscardHandler)))
	_, err := db.Exec(`
		INSERT INTO threads (title, citation_url, created_at, last_at)
		VALUES ('One', 'https://www.times.example/1/?utm_source=x', 1, 1), ('Two', '', 1, 1)`)
	try(t, err)

	try(t, migrate(t.Context(), db, embedded, slog.New(slog.DiscardHandler)))
	var got []struct{ Link, Source string }
	try(t, db.Select(&got, "SELECT link, source FROM threads ORDER BY id"))
	if len(got) != 2 || got[0].Link != "times.example/1" || got[0].Source != "times.example" || got[1].Link != "" {
		t.Errorf("got %v", got)
	}
}
