package storage

import (
	"context"

	"corkboard/board"
)

// ReadMark is how far a member has read a thread; the zero Mark if he has not begun.
func (db *DB) ReadMark(ctx context.Context, member board.ActorID, thread board.ThreadID) (mark board.Mark, err error) {
	err = db.read(ctx).each(func(c *cells) {
		mark = board.Mark{Number: int(c.int()), At: c.time(), Before: int(c.int()), BeforeAt: c.time()}
	}, `
		SELECT number, at, before, before_at
		FROM read_marks
		WHERE member = ? AND thread = ?`, member, thread)
	return mark, err
}

// ReadMarks are how far a member has read some threads; those that he has not
// begun are left out.
func (db *DB) ReadMarks(ctx context.Context, member board.ActorID, threads []board.ThreadID) (map[board.ThreadID]int, error) {
	marks := make(map[board.ThreadID]int, len(threads))
	if len(threads) == 0 {
		return marks, nil
	}
	list, args := among(threads)
	err := db.read(ctx).each(func(c *cells) { marks[board.ThreadID(c.int())] = int(c.int()) }, `
		SELECT thread, number
		FROM read_marks
		WHERE member = ? AND thread IN `+list+`
		ORDER BY thread`, append([]any{member}, args...)...)
	return marks, err
}

// FirstUnread is the number of the first live post behind a mark that is not
// the member's own; 0 if there is none.
func (db *DB) FirstUnread(ctx context.Context, member board.ActorID, thread board.ThreadID, mark int) (number int, err error) {
	err = db.read(ctx).each(func(c *cells) { number = int(c.int()) }, `
		SELECT number
		FROM posts
		WHERE thread = ? AND number > ? AND author <> ? AND state = 0
		ORDER BY number
		LIMIT 1`, thread, max(mark, 0), member)
	return number, err
}

// MarkSeen moves a member's mark over a run of posts if it ends where they
// begin. It never goes back, nor beyond the thread's last post.
func (tx *Tx) MarkSeen(s board.Seen) error {
	before := s.First - 1
	if s.First <= 1 {
		before = -1
		if err := tx.beginMark(s); err != nil {
			return err
		}
	}
	_, err := tx.exec(`
		UPDATE read_marks
		SET before = CASE ?6 WHEN 0 THEN -1 ELSE number END, before_at = at, at = ?3, number = (
			SELECT CASE WHEN t.posts < ?4 THEN t.posts ELSE ?4 END
			FROM threads t
			WHERE t.id = read_marks.thread
		)
		WHERE member = ?1 AND thread = ?2 AND number >= ?5 AND number < ?4`,
		s.Member, s.Thread, millis(tx.now), s.Last, before, s.First)
	return err
}

// beginMark makes a mark before everything, unless there is one.
func (tx *Tx) beginMark(s board.Seen) error {
	_, err := tx.exec(`
		INSERT INTO read_marks (member, thread, number, at, before, before_at)
		SELECT m.actor, t.id, -1, ?, -1, 0
		FROM members m
		CROSS JOIN threads t
		WHERE m.actor = ? AND t.id = ?
		ON CONFLICT (member, thread) DO NOTHING`, millis(tx.now), s.Member, s.Thread)
	return err
}

// MarkOwn moves a member's mark over his own new post where it is all that he
// has not read.
func (tx *Tx) MarkOwn(p board.Post) error {
	_, err := tx.exec(`
		UPDATE read_marks
		SET number = ?
		WHERE member = ? AND thread = ? AND number = ?`, p.Number, p.Author.ID, p.Thread, p.Number-1)
	return err
}
