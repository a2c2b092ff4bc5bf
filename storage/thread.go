package storage

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"corkboard/board"
)

// threadRow is a thread by itself.
type threadRow struct {
	ID          int64  `db:"t.id"`
	Posts       int64  `db:"t.posts"`
	Version     int64  `db:"t.version"`
	CreatedAt   int64  `db:"t.created_at"`
	LastAt      int64  `db:"t.last_at"`
	LockedAt    int64  `db:"t.locked_at"`
	Title       string `db:"t.title"`
	URL         string `db:"t.citation_url"`
	Publication string `db:"t.citation_publication"`
	Author      string `db:"t.citation_author"`
	Date        string `db:"t.citation_date"`
}

// threadColumns are those of threadRow, of a table called t.
const threadColumns = `
	t.id AS "t.id", t.posts AS "t.posts", t.version AS "t.version", t.title AS "t.title",
	t.created_at AS "t.created_at", t.last_at AS "t.last_at", t.locked_at AS "t.locked_at",
	t.citation_url AS "t.citation_url", t.citation_publication AS "t.citation_publication",
	t.citation_author AS "t.citation_author", t.citation_date AS "t.citation_date"`

func (r threadRow) thread() board.Thread {
	return board.Thread{
		ID: board.ThreadID(r.ID), Title: r.Title, Posts: int(r.Posts), Version: r.Version,
		Citation:  board.Citation{URL: r.URL, Publication: r.Publication, Author: r.Author, Date: r.Date},
		CreatedAt: moment(r.CreatedAt), LastAt: moment(r.LastAt), LockedAt: moment(r.LockedAt),
	}
}

// listedRow is a thread with its article.
type listedRow struct {
	threadRow
	postRow
}

// Thread finds a thread, with its article, topics and keywords.
func (db *DB) Thread(ctx context.Context, id board.ThreadID) (board.Thread, error) {
	r := db.read(ctx)
	var row listedRow
	err := r.get(&row, `
		SELECT `+threadColumns+`, `+ownColumns+`
		FROM threads t
		JOIN posts p ON p.thread = t.id AND p.number = 0
		JOIN actors a ON a.id = p.author
		WHERE t.id = ?`, id)
	if err != nil {
		return board.Thread{}, err
	}
	threads, err := r.complete([]listedRow{row})
	if err != nil {
		return board.Thread{}, err
	}
	return threads[0], nil
}

// ThreadVersion is what a cached page is checked against.
func (db *DB) ThreadVersion(ctx context.Context, id board.ThreadID) (version int64, posts int, err error) {
	var row struct {
		Version int64 `db:"version"`
		Posts   int64 `db:"posts"`
	}
	err = db.read(ctx).get(&row, `
		SELECT version, posts
		FROM threads
		WHERE id = ?`, id)
	return row.Version, int(row.Posts), err
}

// BoardVersion is the number of the newest event: nothing visible changes
// without one, so the writer has no counter to keep.
func (db *DB) BoardVersion(ctx context.Context) (int64, error) {
	id, err := db.LastEvent(ctx)
	return int64(id), err
}

// threadsLimit bounds a list of threads.
const threadsLimit = 100

// Threads lists threads whose articles are live, with article, topics and keywords.
func (db *DB) Threads(ctx context.Context, q board.ThreadQuery) ([]board.Thread, error) {
	if q.Limit <= 0 || q.Limit > threadsLimit {
		q.Limit = threadsLimit
	}
	r := db.read(ctx)
	query, args := threadList(q)
	var rows []listedRow
	if err := r.selectAll(&rows, query, args...); err != nil || len(rows) == 0 {
		return nil, err
	}
	if climbs(q) {
		slices.Reverse(rows)
	}
	return r.complete(rows)
}

// threadList is the query of a list. Each of its forms walks along one index
// from its key; only an author's most active threads have to be sorted. CROSS
// JOIN is a JOIN that SQLite runs in the order in which it is written.
func threadList(q board.ThreadQuery) (query string, args []any) {
	from, where, id, last := `threads t CROSS JOIN posts p`, `p.state = 0`, `t.id`, `t.last_at`
	switch {
	case q.Author != 0:
		from, id = `posts p CROSS JOIN threads t`, `p.thread`
		where = `p.state = 0 AND p.author = ?`
		args = append(args, q.Author)
		if q.Topic != 0 {
			where += ` AND EXISTS (SELECT 1 FROM thread_topics l WHERE l.topic = ? AND l.thread = p.thread)`
			args = append(args, q.Topic)
		}
	case q.Topic != 0:
		from, id, last = `thread_topics l CROSS JOIN threads t CROSS JOIN posts p`, `l.thread`, `l.last_at`
		where = `p.state = 0 AND l.topic = ? AND t.id = l.thread`
		args = append(args, q.Topic)
	}
	key, order, keyArgs := threadKey(q, id, last)
	return `
		SELECT ` + threadColumns + `, ` + ownColumns + `
		FROM ` + from + `
		JOIN actors a ON a.id = p.author
		WHERE p.thread = t.id AND p.number = 0 AND ` + where + key + `
		ORDER BY ` + order + `
		LIMIT ?`, append(append(args, keyArgs...), q.Limit)
}

// threadKey is where a list begins, and in which direction it goes from there.
func threadKey(q board.ThreadQuery, id, last string) (where, order string, args []any) {
	compare, direction, key, at := ` < `, ` DESC`, q.Before, q.BeforeTime
	if climbs(q) {
		compare, direction, key, at = ` > `, ` ASC`, q.After, q.AfterTime
	}
	switch {
	case q.Active && !at.IsZero():
		where, args = ` AND (`+last+`, `+id+`)`+compare+`(?, ?)`, []any{millis(at), key}
	case !q.Active && key != 0:
		where, args = ` AND `+id+compare+`?`, []any{key}
	}
	if q.Active {
		return where, last + direction + `, ` + id + direction, args
	}
	return where, id + direction, args
}

// climbs reports whether a list goes up from its key, and so is read backwards.
func climbs(q board.ThreadQuery) bool { return q.After != 0 || !q.AfterTime.IsZero() }

// complete makes threads of rows and adds what stands in other tables, in one
// query for each table.
func (r *reader) complete(rows []listedRow) ([]board.Thread, error) {
	threads := make([]board.Thread, len(rows))
	place := make(map[int64]*board.Thread, len(rows))
	ids := make([]int64, len(rows))
	for i, row := range rows {
		threads[i] = row.thread()
		threads[i].Article = row.post()
		ids[i], place[row.threadRow.ID] = row.threadRow.ID, &threads[i]
	}
	topics, err := r.topicsOf(ids)
	if err != nil {
		return nil, err
	}
	for _, row := range topics {
		t := place[row.Thread]
		t.Topics = append(t.Topics, row.topic())
	}
	keywords, err := r.keywordsOf(ids)
	if err != nil {
		return nil, err
	}
	for _, row := range keywords {
		t := place[row.Thread]
		t.Keywords = append(t.Keywords, row.keyword())
	}
	return threads, nil
}

// topicsOf are the topics of some threads, in their order.
func (r *reader) topicsOf(threads []int64) ([]topicRow, error) {
	query, args, err := sqlx.In(`
		SELECT l.thread, l.position, `+topicColumns+`
		FROM thread_topics l
		JOIN topics o ON o.actor = l.topic
		JOIN actors a ON a.id = l.topic
		WHERE l.thread IN (?)
		ORDER BY l.thread, l.position`, threads)
	if err != nil {
		return nil, fmt.Errorf("ask for topics: %w", err)
	}
	var rows []topicRow
	err = r.selectAll(&rows, query, args...)
	return rows, err
}

type keywordRow struct {
	Thread    int64  `db:"thread"`
	Word      string `db:"word"`
	AddedBy   int64  `db:"added_by"`
	Published bool   `db:"published"`
}

func (r keywordRow) keyword() board.Keyword {
	return board.Keyword{Word: r.Word, By: board.ActorID(r.AddedBy), Published: r.Published}
}

// keywordsOf are the keywords of some threads, in their order.
func (r *reader) keywordsOf(threads []int64) ([]keywordRow, error) {
	query, args, err := sqlx.In(`
		SELECT thread, word, added_by, published
		FROM keywords
		WHERE thread IN (?)
		ORDER BY thread, position`, threads)
	if err != nil {
		return nil, fmt.Errorf("ask for keywords: %w", err)
	}
	var rows []keywordRow
	err = r.selectAll(&rows, query, args...)
	return rows, err
}

// Thread finds a thread, with its topics and without article and keywords.
func (tx *Tx) Thread(id board.ThreadID) (board.Thread, error) {
	var rows []struct {
		threadRow
		topicRow
	}
	err := tx.selectAll(&rows, `
		SELECT `+threadColumns+`, `+topicColumns+`
		FROM threads t
		JOIN thread_topics l ON l.thread = t.id
		JOIN topics o ON o.actor = l.topic
		JOIN actors a ON a.id = l.topic
		WHERE t.id = ?
		ORDER BY l.position
		LIMIT ?`, id, topicsLimit)
	if err != nil {
		return board.Thread{}, err
	}
	if len(rows) == 0 {
		return board.Thread{}, wrap(sql.ErrNoRows)
	}
	thread := rows[0].thread()
	for _, row := range rows {
		thread.Topics = append(thread.Topics, row.topic())
	}
	return thread, nil
}

// Keywords are those of a thread, in the order in which they were added.
func (tx *Tx) Keywords(id board.ThreadID) ([]board.Keyword, error) {
	rows, err := tx.keywordsOf([]int64{int64(id)})
	var keywords []board.Keyword
	for _, row := range rows {
		keywords = append(keywords, row.keyword())
	}
	return keywords, err
}

// AddThread opens a thread in its topics, with its keywords. It has no post yet.
func (tx *Tx) AddThread(t board.Thread) (board.ThreadID, error) {
	result, err := tx.exec(`
		INSERT INTO threads (title, citation_url, citation_publication, citation_author, citation_date, created_at, last_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`,
		t.Title, t.Citation.URL, t.Citation.Publication, t.Citation.Author, t.Citation.Date,
		millis(t.CreatedAt), millis(t.LastAt))
	if err != nil {
		return 0, err
	}
	t.ID = board.ThreadID(inserted(result))
	for i, topic := range t.Topics {
		if err := tx.fileUnder(t, i, topic.ID); err != nil {
			return 0, err
		}
	}
	for i, k := range t.Keywords {
		if _, err := tx.insertKeyword(t.ID, i, k); err != nil {
			return 0, err
		}
	}
	return t.ID, nil
}

// fileUnder puts a new thread into a topic and counts it there.
func (tx *Tx) fileUnder(t board.Thread, position int, topic board.ActorID) error {
	_, err := tx.exec(`
		INSERT INTO thread_topics (thread, position, topic, last_at)
		VALUES (?, ?, ?, ?)`, t.ID, position, topic, millis(t.LastAt))
	if err != nil {
		return err
	}
	return tx.one(tx.exec(`
		UPDATE topics
		SET articles = articles + 1
		WHERE actor = ?`, topic))
}

// SetTitle changes an article's title and source line.
func (tx *Tx) SetTitle(id board.ThreadID, title string, c board.Citation) error {
	return tx.one(tx.exec(`
		UPDATE threads
		SET title = ?, citation_url = ?, citation_publication = ?, citation_author = ?, citation_date = ?, version = version + 1
		WHERE id = ?`, title, c.URL, c.Publication, c.Author, c.Date, id))
}

// NextNumber gives a number that was never given in the thread before, and
// says that the thread is active.
func (tx *Tx) NextNumber(id board.ThreadID) (int, error) {
	var number int64
	err := tx.get(&number, `
		UPDATE threads
		SET posts = posts + 1, version = version + 1, last_at = ?
		WHERE id = ?
		RETURNING posts`, millis(tx.now), id)
	if err != nil {
		return 0, err
	}
	_, err = tx.exec(`
		UPDATE thread_topics
		SET last_at = ?
		WHERE thread = ? AND last_at <> ?`, millis(tx.now), id, millis(tx.now))
	return int(number), err
}

// Touch raises a thread's version.
func (tx *Tx) Touch(id board.ThreadID) error {
	return tx.one(tx.exec(`
		UPDATE threads
		SET version = version + 1
		WHERE id = ?`, id))
}

// AddKeyword puts a word behind the others of a thread, once.
func (tx *Tx) AddKeyword(id board.ThreadID, k board.Keyword) (added bool, err error) {
	var position int
	err = tx.get(&position, `
		SELECT COALESCE(max(position) + 1, 0)
		FROM keywords
		WHERE thread = ?`, id)
	if err != nil {
		return false, err
	}
	if added, err = tx.insertKeyword(id, position, k); err != nil || !added {
		return false, err
	}
	return true, tx.Touch(id)
}

func (tx *Tx) insertKeyword(id board.ThreadID, position int, k board.Keyword) (added bool, err error) {
	return changed(tx.exec(`
		INSERT INTO keywords (thread, position, word, added_by, added_at, published)
		VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (word, thread) DO NOTHING`, id, position, k.Word, k.By, millis(tx.now), k.Published))
}
