package web

import (
	"errors"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// files are kept in a folder up to a number of bytes; those asked for least
// recently go first. A file is there whole or not at all: it is written under
// another name and renamed.
type files struct {
	dir   string
	limit int64
	log   *slog.Logger
	once  sync.Once // what is in the folder is read when the first is asked for

	mu    sync.Mutex
	known *simplelru.LRU[string, held]
	bytes int64
}

// held is one file that is there.
type held struct {
	extension string
	size      int64
	touched   time.Time
}

// unfinished begins the names of files that are being written.
const unfinished = ".new-"

func newFiles(dir string, limit int64, log *slog.Logger) *files {
	f := &files{dir: dir, limit: limit, log: log}
	// The count is not the bound: the bytes are. NewLRU's one error is a size of 0.
	f.known, _ = simplelru.NewLRU(math.MaxInt32, func(name string, k held) {
		f.bytes -= k.size
		if err := os.Remove(f.path(name, k.extension)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			f.log.Warn("remove a picture", "err", err)
		}
	})
	return f
}

// path puts files into 256 folders.
func (f *files) path(name, extension string) string {
	return filepath.Join(f.dir, name[len(name)-2:], name+"."+extension)
}

// load finds out what an earlier run has left: the oldest first, so that it
// goes first.
func (f *files) load() {
	type found struct {
		name string
		held
	}
	var list []found
	err := filepath.WalkDir(f.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if strings.HasPrefix(entry.Name(), unfinished) {
			return os.Remove(path)
		}
		name, extension, _ := strings.Cut(entry.Name(), ".")
		info, err := entry.Info()
		if err == nil && len(name) >= 2 && f.path(name, extension) == path {
			list = append(list, found{name, held{extension, info.Size(), info.ModTime()}})
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.log.Warn("read the folder of pictures", "err", err)
	}
	slices.SortFunc(list, func(a, b found) int { return a.touched.Compare(b.touched) })
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, one := range list {
		f.add(one.name, one.held)
	}
}

// add counts a file and makes room for it. The lock is held.
func (f *files) add(name string, k held) {
	f.known.Add(name, k)
	for f.bytes += k.size; f.bytes > f.limit && f.known.Len() > 1; {
		f.known.RemoveOldest()
	}
}

// touchEvery is how exactly it is remembered over a restart what was asked for.
const touchEvery = time.Hour

// open opens a file that is there.
func (f *files) open(name string) (file *os.File, extension string, ok bool) {
	f.once.Do(f.load)
	f.mu.Lock()
	defer f.mu.Unlock()
	k, ok := f.known.Get(name)
	if !ok {
		return nil, "", false
	}
	path := f.path(name, k.extension)
	file, err := os.Open(path)
	if err != nil {
		f.known.Remove(name)
		return nil, "", false
	}
	if now := time.Now(); now.Sub(k.touched) > touchEvery && os.Chtimes(path, now, now) == nil {
		k.touched = now
		f.known.Add(name, k)
	}
	return file, k.extension, true
}

// begin begins a file. It is kept by keep, or else must be dropped.
func (f *files) begin() (*os.File, error) {
	f.once.Do(f.load)
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return nil, err
	}
	return os.CreateTemp(f.dir, unfinished)
}

// drop closes a file and removes it, unless it was kept.
func drop(file *os.File) {
	_ = file.Close()
	_ = os.Remove(file.Name())
}

// keep gives a file that is written its name.
func (f *files) keep(file *os.File, name, extension string) error {
	info, err := file.Stat()
	if err == nil {
		err = file.Sync() // or the name could outlive a power cut, and the content not
	}
	path := f.path(name, extension)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known.Remove(name)
	if err := os.Rename(file.Name(), path); err != nil {
		return err
	}
	f.add(name, held{extension, info.Size(), time.Now()})
	return nil
}

// names are those of all files, and forget removes one.
func (f *files) names() []string {
	f.once.Do(f.load)
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.known.Keys()
}

func (f *files) forget(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known.Remove(name)
}
