package storage

import (
	"corkboard/board"
)

// staleThread is a thread whose posts have to be indexed again; 0 is none.
type staleThread struct {
	Thread int64 `db:"thread"`
	Done   int64 `db:"done"`
	last   bool  // its last posts are in this batch
}

// staleThread is the next one.
func (r *reader) staleThread() (s staleThread, err error) {
	err = r.each(func(c *cells) { s = staleThread{Thread: c.int(), Done: c.int()} }, `
		SELECT thread, done
		FROM fts_stale
		ORDER BY thread
		LIMIT 1`)
	return s, err
}

// takeStale adds the next posts of a stale thread to others.
func (r *reader) takeStale(s *staleThread, posts []board.PostID) ([]board.PostID, error) {
	if s.Thread == 0 {
		return posts, nil
	}
	n := 0
	err := r.each(func(c *cells) {
		posts = append(posts, board.PostID(c.int()))
		s.Done = c.int()
		n++
	}, `
		SELECT id, number
		FROM posts
		WHERE thread = ? AND number > ?
		ORDER BY number
		LIMIT ?`, s.Thread, s.Done, indexBatch)
	s.last = n < indexBatch
	return posts, err
}

// settleStale notes how far a stale thread was taken.
func (tx *Tx) settleStale(s staleThread) error {
	var err error
	switch {
	case s.Thread == 0:
	case s.last:
		_, err = tx.exec(`
			DELETE FROM fts_stale
			WHERE thread = ?`, s.Thread)
	default:
		_, err = tx.exec(`
			UPDATE fts_stale
			SET done = ?
			WHERE thread = ?`, s.Done, s.Thread)
	}
	return err
}

// markStale begins a thread anew.
func (tx *Tx) markStale(id board.ThreadID) error {
	_, err := tx.exec(`
		INSERT INTO fts_stale (thread, done)
		VALUES (?, -1)
		ON CONFLICT (thread) DO UPDATE
		SET done = -1`, id)
	return err
}
