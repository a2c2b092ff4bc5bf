package storage

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// lock takes the lock that says who serves the database at path: a file beside
// it, locked by flock, so that it is free again however its holder ended.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		if err != syscall.EWOULDBLOCK {
			return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
		}
		return nil, fmt.Errorf("%s is already in use%s; stop that server first, or give this one a data folder of its own", path, holder(f))
	}
	// The number only serves the sentence above; the lock is flock's.
	if err := f.Truncate(0); err == nil {
		fmt.Fprintln(f, os.Getpid())
	}
	return f, nil
}

// holder says which process wrote its number into the lock file.
func holder(f *os.File) string {
	number := make([]byte, 20)
	n, _ := f.Read(number)
	if pid := strings.TrimSpace(string(number[:n])); pid != "" {
		return " by process " + pid
	}
	return ""
}
