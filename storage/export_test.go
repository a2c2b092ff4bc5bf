package storage

import "testing"

// IsStale reports whether the indexer has threads to take again.
func IsStale(t testing.TB, db *DB) bool {
	t.Helper()
	s, err := db.read(t.Context()).staleThread()
	if err != nil {
		t.Fatal(err)
	}
	return s.Thread != 0
}
