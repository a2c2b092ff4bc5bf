package storage

import (
	"context"
	"sync"
)

// bell wakes whoever waits.
type bell struct {
	mu   sync.Mutex
	next chan struct{} // closed when it rings; nil while nobody waits
}

func (b *bell) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == nil {
		b.next = make(chan struct{})
	}
	return b.next
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}

// Changed returns a channel that is closed when the log of events has grown:
// at once after a commit of this process, and soon (about 250 ms) after one of
// another process. A reader of the log asks for it, then reads, then waits.
func (db *DB) Changed() <-chan struct{} { return db.writer.grown.wait() }

// Watch calls changed each time the log of events has grown, until ctx ends.
// What happens while it is being called leads to one more call.
func (db *DB) Watch(ctx context.Context, changed func()) {
	next := db.Changed()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next:
			next = db.Changed()
			changed()
		}
	}
}

// lookAround asks the writer's own connection, for which data_version moves
// only when somebody else has written.
func (w *writer) lookAround() {
	var version int64
	if err := w.conn.GetContext(background, &version, "PRAGMA data_version"); err != nil {
		w.log.Warn("look for other writers", "err", err)
		return
	}
	if version == w.version {
		return
	}
	w.version = version
	w.grown.ring() // what it has written may be events
}
