package storage

import (
	"context"

	"corkboard/board"
)

// selectionLimit bounds the posts that are selected of one thread.
const selectionLimit = 10000

const (
	numbersBy = `
		SELECT number
		FROM posts
		WHERE thread = ? AND author = ? AND state = 0 AND number > 0
		ORDER BY number
		LIMIT ?`
	numbersUnder = `
		SELECT number
		FROM posts
		WHERE parent = ?
		ORDER BY number
		LIMIT ?`
	// An answer has a higher number than what it answers, so the bound ends the walk.
	numbersOfBranch = `
		WITH RECURSIVE branch (id, number, bound) AS (
			SELECT id, number, number + ?
			FROM posts
			WHERE id = ?
			UNION ALL
			SELECT p.id, p.number, b.bound
			FROM branch b
			JOIN posts p ON p.parent = b.id AND p.number <= b.bound
		)
		SELECT number
		FROM branch
		WHERE id <> ?
		ORDER BY number`
)

// Numbers are those of the posts of a selection, in order.
func (db *DB) Numbers(ctx context.Context, s board.Selection) ([]int, error) {
	query, args := numbersUnder, []any{s.Under, selectionLimit}
	switch {
	case s.By != 0:
		query, args = numbersBy, []any{s.Thread, s.By, selectionLimit}
	case s.Deep:
		query, args = numbersOfBranch, []any{selectionLimit, s.Under, s.Under}
	}
	var numbers []int
	err := db.read(ctx).each(func(c *cells) { numbers = append(numbers, int(c.int())) }, query, args...)
	return numbers, err
}

// pickedLimit bounds how many posts may be picked by number.
const pickedLimit = 1000

// PostsAt are the posts of a thread with some numbers, in order.
func (db *DB) PostsAt(ctx context.Context, thread board.ThreadID, numbers []int) ([]board.Post, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	ids := make([]int64, min(len(numbers), pickedLimit))
	for i := range ids {
		ids[i] = int64(numbers[i])
	}
	list, args := among(ids)
	return db.read(ctx).posts(len(ids), `
		WHERE p.thread = ? AND p.number > 0 AND p.number IN `+list+`
		ORDER BY p.number`, append([]any{thread}, args...)...)
}

const (
	reachPosts   = 20000 // looked at to find out who takes part
	reachHosts   = 100
	reachOrphans = 1000
)

// shares counts authors and posts by server, through an index that has all of it.
const shares = `
	SELECT a.host, count(*) AS people, sum(w.posts) AS posts
	FROM (
		SELECT author, sum(CASE WHEN number > 0 THEN 1 ELSE 0 END) AS posts
		FROM (
			SELECT author, number
			FROM posts
			WHERE thread = ? AND state = 0
			ORDER BY author, number
			LIMIT ?
		) AS live
		GROUP BY author
	) AS w
	JOIN actors a ON a.id = w.author
	GROUP BY a.host
	ORDER BY posts DESC, a.host
	LIMIT ?`

// Reach is what is known of where a thread is read and written.
func (db *DB) Reach(ctx context.Context, id board.ThreadID) (board.Reach, error) {
	var reach board.Reach
	err := db.read(ctx).each(func(c *cells) {
		reach.Hosts = append(reach.Hosts, board.HostShare{Host: c.text(), People: int(c.int()), Posts: int(c.int())})
	}, shares, id, reachPosts, reachHosts)
	if err != nil {
		return reach, err
	}
	err = db.read(ctx).get(&reach.Orphans, `
		SELECT count(*)
		FROM (
			SELECT 1
			FROM posts
			WHERE thread = ? AND to_number = -1
			LIMIT ?
		) AS orphans`, id, reachOrphans)
	return reach, err
}
