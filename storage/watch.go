package storage

import "context"

// Watch calls changed soon (about 250 ms) after another process has committed
// something, until ctx ends. What this process writes is not reported. Only one
// Watch at a time.
func (db *DB) Watch(ctx context.Context, changed func()) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-db.writer.foreign:
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
	select {
	case w.foreign <- struct{}{}:
	default: // it has not been told of the last one yet
	}
}
