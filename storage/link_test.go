package storage

import (
	"log/slog"
	"path/filepath"
	"testing"
)

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
