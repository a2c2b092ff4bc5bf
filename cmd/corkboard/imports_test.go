package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// mayImport is the drawing in docs/architecture.md: which folders of ours each
// folder may import. A folder that is not in it may not exist.
var mayImport = map[string][]string{
	"board":         {},
	"activitypub":   {},
	"storage":       {"board"},
	"web":           {"board"},
	"inbox":         {"board", "activitypub"},
	"outbox":        {"board", "activitypub"},
	"cmd/corkboard": {"board", "activitypub", "storage", "web", "inbox", "outbox"},
}

// mayImportAnything are folders that exist for tests only.
var mayImportAnything = []string{"storage/storagetest", "activitypub/activitypubtest"}

// knowsSQL is the one folder that may import any of speaksSQL.
const knowsSQL = "storage"

var speaksSQL = []string{"database/sql", "github.com/jmoiron/sqlx", "github.com/mattn/go-sqlite3"}

func TestImports(t *testing.T) {
	// The files are read here, not by go list, so that the test cache sees them change.
	complaints, err := wrongImports(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, complaint := range complaints {
		t.Error(complaint)
	}
}

func TestWrongImports(t *testing.T) {
	const board, storage = `import "corkboard/board"`, `import "corkboard/storage"`
	for _, test := range []struct {
		name, file, source string
		want               []string
	}{
		{"storage may import board", "storage/db.go", board, nil},
		{"web may not import storage", "web/web.go", storage, []string{"web/web.go: web must not import storage"}},
		{"board imports nothing of ours", "board/board.go", `import "corkboard/activitypub"`,
			[]string{"board/board.go: board must not import activitypub"}},
		{"a test may import anything", "board/board_test.go", storage, nil},
		{"storagetest may import anything", "storage/storagetest/open.go", storage, nil},
		{"a program may not import storagetest", "cmd/corkboard/main.go", `import "corkboard/storage/storagetest"`,
			[]string{"cmd/corkboard/main.go: cmd/corkboard must not import storage/storagetest"}},
		{"only storage knows SQL", "web/web.go", `import "database/sql"`,
			[]string{"web/web.go: only storage may import database/sql"}},
		{"a folder that nobody drew is refused", "util/util.go", "",
			[]string{"util/util.go: say in mayImport and in docs/architecture.md what package util may import"}},
		{"what go build passes over is passed over", "web/testdata/x/x.go", storage, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			source := "package p\n" + test.source
			got, err := wrongImports(fstest.MapFS{test.file: {Data: []byte(source)}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("complaints (-want +got):\n%s", diff)
			}
		})
	}
}

// wrongImports reads every Go file of the module that root holds and returns
// one complaint for each import that the drawing does not allow.
func wrongImports(root fs.FS) (complaints []string, err error) {
	err = fs.WalkDir(root, ".", func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && ignored(entry.Name()):
			return fs.SkipDir
		case entry.IsDir(), path.Ext(file) != ".go", strings.HasSuffix(file, "_test.go"):
			return nil
		}
		wrong, err := wrongImportsOf(root, file)
		complaints = append(complaints, wrong...)
		return err
	})
	return complaints, err
}

func wrongImportsOf(root fs.FS, file string) (complaints []string, err error) {
	folder := path.Dir(file)
	if slices.Contains(mayImportAnything, folder) {
		return nil, nil
	}
	allowed, drawn := mayImport[folder]
	if !drawn {
		return []string{fmt.Sprintf("%s: say in mayImport and in docs/architecture.md what package %s may import", file, folder)}, nil
	}
	imported, err := importsOf(root, file)
	for _, name := range imported {
		ours, isOurs := strings.CutPrefix(name, "corkboard/")
		switch {
		case isOurs && !slices.Contains(allowed, ours):
			complaints = append(complaints, fmt.Sprintf("%s: %s must not import %s", file, folder, ours))
		case folder != knowsSQL && slices.Contains(speaksSQL, name):
			complaints = append(complaints, fmt.Sprintf("%s: only %s may import %s", file, knowsSQL, name))
		}
	}
	return complaints, err
}

func importsOf(root fs.FS, file string) (names []string, err error) {
	source, err := fs.ReadFile(root, file)
	if err != nil {
		return nil, err
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, source, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	for _, spec := range parsed.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// ignored reports whether go build passes over folders of this name.
func ignored(name string) bool {
	hidden := name != "." && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_"))
	return hidden || name == "testdata"
}
