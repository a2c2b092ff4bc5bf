// Package storagetest gives tests a real database.
package storagetest

import (
	"path/filepath"
	"testing"

	"corkboard/storage"
)

// Open returns a new, empty, served board in a folder of the test's own,
// closed when the test ends.
func Open(t testing.TB) *storage.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "board.db"), storage.Options{Serve: true, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}
