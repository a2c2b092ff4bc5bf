package activitypub

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func corpus(t testing.TB) map[string][]byte {
	t.Helper()
	dir := os.Getenv("CORKBOARD_CORPUS")
	if dir == "" {
		dir = "../../shared/corpus"
	}
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".json") {
			return err
		}
		body, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, dir+"/")] = body
		return err
	})
	if err != nil || len(files) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the corpus of real payloads is not there: CORKBOARD_CORPUS must name its folder: %v", err)
		}
		t.Skipf("the corpus of real payloads is not there: %v", err)
	}
	return files
}

func TestParseCorpus(t *testing.T) {
	for name, body := range corpus(t) {
		t.Run(name, func(t *testing.T) {
			o, err := Parse(body)
			if err != nil {
				t.Fatal(err)
			}
			if o.Type == "" {
				t.Error("has no type")
			}
			t.Logf("%+v", o)
		})
	}
}
