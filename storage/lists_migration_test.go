package storage

import (
	"io/fs"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestListsOfAnOldBoard brings a board up to date that has threads already.
func TestListsOfAnOldBoard(t *testing.T) {
	before := fstest.MapFS{}
	names, err := embedded.ReadDir("migrations")
	try(t, err)
	for _, name := range names {
		if path := "migrations/" + name.Name(); name.Name() < "0005" {
			data, err := fs.ReadFile(embedded, path)
			try(t, err)
			before[path] = &fstest.MapFile{Data: data}
		}
	}
	path := filepath.Join(t.TempDir(), "board.db")
	db := pool(path, "rwc", 1, migrating)
	defer db.Close()
	try(t, migrate(t.Context(), db, before, slog.New(slog.DiscardHandler)))
	_, err = db.Exec(`
		INSERT INTO actors (id, uri, type, name, created_at) VALUES (1, 'https://board.example/members/ronin', 'Person', 'ronin', 1);
		INSERT INTO threads (id, title, created_at, last_at) VALUES (1, 'One', 5, 70), (2, 'Two', 6, 60);
		INSERT INTO keywords (thread, position, word, added_by, added_at, published)
		VALUES (1, 0, 'china', 1, 5, 1), (1, 1, 'japan', 1, 5, 1), (2, 0, 'china', 1, 6, 1);`)
	try(t, err)
	try(t, migrate(t.Context(), db, embedded, slog.New(slog.DiscardHandler)))

	var words, last []string
	try(t, db.Select(&words, "SELECT word || ' ' || threads FROM words ORDER BY word"))
	try(t, db.Select(&last, "SELECT word || ' ' || thread || ' ' || last_at FROM keywords ORDER BY word, last_at DESC"))
	if diff := cmp.Diff([]string{"china 2", "japan 1"}, words); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"china 1 70", "china 2 60", "japan 1 70"}, last); diff != "" {
		t.Error(diff)
	}
}
