package main

import (
	"context"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// refused runs a command that must fail, and returns what it says.
func (i *instance) refused(t *testing.T, args ...string) string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = i.env
	out, err := cmd.CombinedOutput()
	if err == nil || ctx.Err() != nil {
		t.Errorf("corkboard %s did not refuse: %s", strings.Join(args, " "), out)
	}
	if strings.Contains(string(out), "panic") || strings.Contains(string(out), "goroutine") {
		t.Errorf("it fell over: %s", out)
	}
	return string(out)
}

// TestFilesThatAreNotServed proves that a database which must not be served is
// left as it is, with a sentence that says why.
func TestFilesThatAreNotServed(t *testing.T) {
	board := newInstance(t)
	board.start(t)
	t.Run("a board that is served already is not served twice", func(t *testing.T) {
		if said := board.refused(t, "serve", "--listen", "127.0.0.1:0"); !strings.Contains(said, "use") {
			t.Errorf("it says %q", said)
		}
		if answer := board.do(t, "GET", "/", ""); answer.StatusCode != 200 {
			t.Errorf("the first is answered %s", answer.Status)
		}
	})
	t.Run("the log tells no password and no key", func(t *testing.T) {
		board.run(t, password+"\n", "member", "add", "ronin", "--password-stdin")
		board.logIn(t)
		if log := board.stderr.String(); strings.Contains(log, password) || strings.Contains(log, "PRIVATE KEY") {
			t.Error("it does")
		}
	})
	t.Run("the files are for nobody else", func(t *testing.T) {
		info, err := os.Stat(filepath.Join(board.Data, "board.db"))
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("the database is %v %v", info.Mode(), err)
		}
	})
	board.stop()
	file := filepath.Join(board.Data, "board.db")
	t.Run("a board of a newer version is refused", func(t *testing.T) {
		db, err := sql.Open("sqlite3", file)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)"); err != nil {
			t.Fatal(err)
		}
		if said := board.refused(t, "serve"); !strings.Contains(said, "newer") {
			t.Errorf("it says %q", said)
		}
		if _, err := db.Exec("DELETE FROM goose_db_version WHERE version_id = 9999"); err != nil {
			t.Fatal(err)
		}
	})
	for what, spoil := range map[string]func([]byte) []byte{
		"a file that is something else": func([]byte) []byte { return []byte(strings.Repeat("This is a letter. ", 1000)) },
		"a file that was cut":           func(all []byte) []byte { return all[:len(all)/3] },
	} {
		t.Run(what+" is refused and left as it is", func(t *testing.T) {
			other := newInstance(t)
			all, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			spoiled := filepath.Join(other.Data, "board.db")
			if err := os.WriteFile(spoiled, spoil(all), 0o600); err != nil {
				t.Fatal(err)
			}
			if said := other.refused(t, "serve"); !strings.Contains(said, "board.db") {
				t.Errorf("it says %q", said)
			}
			if after, err := os.ReadFile(spoiled); err != nil || string(after) != string(spoil(all)) {
				t.Errorf("the file has changed (%v)", err)
			}
		})
	}
}
