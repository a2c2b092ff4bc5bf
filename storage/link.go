package storage

import (
	"context"
	"slices"
	"time"

	"corkboard/board"
)

// linkedLimit is how many threads with one link are known to one another.
const linkedLimit = 20

// threadsLinked walks along the threads with one link, the newest first.
const threadsLinked = `
	SELECT t.id
	FROM threads t
	WHERE t.link = ? AND t.link <> ''
	ORDER BY t.id DESC
	LIMIT ?`

// ThreadsLinked are the threads whose article has this link, however it was
// written, the newest first, but for one of them; with article, topics and keywords.
func (db *DB) ThreadsLinked(ctx context.Context, link string, but board.ThreadID, limit int) ([]board.Thread, error) {
	r := db.read(ctx)
	ids, err := r.linked(board.LinkKey(link), limit+1)
	ids = slices.DeleteFunc(ids, func(id board.ThreadID) bool { return id == but })
	ids = ids[:min(len(ids), limit)]
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	list, args := among(ids)
	return r.threads(len(ids), `
		SELECT `+threadColumns+`, `+postColumns+`
		FROM threads t
		JOIN posts p ON p.thread = t.id AND p.number = 0
		WHERE t.id IN `+list+`
		ORDER BY t.id DESC`, args...)
}

func (r *reader) linked(key string, limit int) ([]board.ThreadID, error) {
	var ids []board.ThreadID
	if key == "" {
		return nil, nil
	}
	err := r.selectAll(&ids, threadsLinked, key, min(limit, linkedLimit))
	return ids, err
}

// Linked is the newest thread whose article has this link, without article
// and keywords. Error: NotFound.
func (tx *Tx) Linked(link string) (board.Thread, error) {
	ids, err := tx.linked(board.LinkKey(link), 1)
	if err != nil {
		return board.Thread{}, err
	}
	ids = append(ids, 0) // no thread has this number
	return tx.Thread(ids[0])
}

// touchLinked raises the version of the newest threads that have a link, all
// but one: each names the others on its page.
func (tx *Tx) touchLinked(key string, but board.ThreadID) error {
	ids, err := tx.linked(key, linkedLimit)
	for _, id := range ids {
		if err == nil && id != but {
			err = tx.Touch(id)
		}
	}
	return err
}

// titlesLimit bounds how many titles are looked through.
const titlesLimit = 500

// newestTitles walks back from the newest thread.
const newestTitles = `
	SELECT t.id, t.title, t.posts, t.created_at
	FROM threads t
	ORDER BY t.id DESC
	LIMIT ?`

// TitlesSince are the threads opened since then, the newest first, at most 500
// of them, with ID, Title, Posts and CreatedAt.
func (db *DB) TitlesSince(ctx context.Context, since time.Time) ([]board.Thread, error) {
	var threads []board.Thread
	err := db.read(ctx).each(func(c *cells) {
		t := board.Thread{ID: board.ThreadID(c.int()), Title: c.text(), Posts: int(c.int()), CreatedAt: c.time()}
		if t.Title != "" && !t.CreatedAt.Before(since) {
			threads = append(threads, t)
		}
	}, newestTitles, titlesLimit)
	return threads, err
}

// KnownKeywords are those of the words that some thread has, in their order.
func (db *DB) KnownKeywords(ctx context.Context, words []string) ([]string, error) {
	var known []string
	for _, word := range words {
		var has bool
		err := db.read(ctx).get(&has, `
			SELECT EXISTS (
				SELECT 1
				FROM keywords
				WHERE word = ?
			)`, word)
		if err != nil {
			return nil, err
		}
		if has {
			known = append(known, word)
		}
	}
	return known, nil
}
