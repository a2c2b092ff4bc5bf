//go:build !sqlite_fts5 && !fts5

package storage

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestBuiltWithoutTag(t *testing.T) {
	_, err := Open(t.Context(), filepath.Join(t.TempDir(), "board.db"), Options{})
	if err == nil || !strings.Contains(err.Error(), "-tags sqlite_fts5") {
		t.Errorf("got %v", err)
	}
}
