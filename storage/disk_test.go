package storage

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

// TestFailingDisk lets the disk take less and less of a group's log, through
// the limit on the size of files, and so fail at another write each time.
func TestFailingDisk(t *testing.T) {
	signal.Ignore(syscall.SIGXFSZ) // write answers EFBIG instead
	defer signal.Reset(syscall.SIGXFSZ)
	db := open(t, Options{})
	var want []string
	failed := 0
	for room := int64(100_000); room >= 0; room -= 4_000 {
		var changes []func(*Tx) error
		for i := range 10 {
			changes = append(changes, set(fmt.Sprintf("%06d-%d", 900_000-room, i), strings.Repeat("x", 5_000)))
		}
		limit(t, db.Stats().Log+room)
		errs := together(t, db, changes...)
		keys(t, db) // reading goes on
		limit(t, -1)
		for i, err := range errs {
			switch {
			case err == nil:
				want = append(want, fmt.Sprintf("%06d-%d", 900_000-room, i))
			case board.KindOf(err) == board.Unavailable:
				failed++
			default:
				t.Errorf("with room for %d bytes: %v", room, err)
			}
		}
	}
	if failed == 0 || len(want) == 0 {
		t.Errorf("%d changes failed and %d did not; the test shows nothing", failed, len(want))
	}
	if diff := cmp.Diff(want, keys(t, db)); diff != "" {
		t.Errorf("answered and kept differ: %s", diff)
	}
	if err := errors.Join(together(t, db, set("a", "1"), set("b", "1"))...); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	var finding string
	if err := db.read(t.Context()).get(&finding, "PRAGMA quick_check(1)"); err != nil || finding != "ok" {
		t.Errorf("the file is %q, %v", finding, err)
	}
}

// limit makes every write past size bytes of a file fail; -1 lifts the limit.
func limit(t *testing.T, size int64) {
	t.Helper()
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
		t.Fatal(os.NewSyscallError("getrlimit", err))
	}
	if l.Cur = l.Max; size >= 0 {
		l.Cur = uint64(size)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
		t.Fatal(os.NewSyscallError("setrlimit", err))
	}
}
