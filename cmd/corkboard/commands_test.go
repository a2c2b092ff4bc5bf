package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestCommands runs the scripts of testdata with the real program.
func TestCommands(t *testing.T) {
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", filepath.Dir(path)+string(os.PathListSeparator)+e.Getenv("PATH"))
			e.Setenv("CORKBOARD_DATA", filepath.Join(e.WorkDir, "data"))
			e.Setenv("CORKBOARD_URL", "https://board.example")
			e.Setenv("CORKBOARD_LISTEN", "127.0.0.1:0")
			return nil
		},
	})
}
