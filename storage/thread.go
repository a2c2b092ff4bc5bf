package storage

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"corkboard/board"
)

// threadColumns are a thread's own, of a table called t, as cells.thread takes them.
const threadColumns = `
	t.id, t.title, t.citation_url, t.citation_publication, t.citation_author, t.citation_date, t.again,
	t.posts, t.version, t.created_at, t.last_at, t.locked_at`

func (c *cells) thread() board.Thread {
	return board.Thread{
		ID: board.ThreadID(c.int()), Title: c.text(),
		Citation: board.Citation{URL: c.text(), Publication: c.text(), Author: c.text(), Date: c.text()}, Again: c.text(),
		Posts: int(c.int()), Version: c.int(), CreatedAt: c.time(), LastAt: c.time(), LockedAt: c.time(),
	}
}

// Thread finds a thread, with its article, topics and keywords.
func (db *DB) Thread(ctx context.Context, id board.ThreadID) (board.Thread, error) {
	threads, err := db.read(ctx).threads(1, `
		SELECT `+threadColumns+`, `+postColumns+`
		FROM threads t
		JOIN posts p ON p.thread = t.id AND p.number = 0
		WHERE t.id = ?`, id)
	if err != nil {
		return board.Thread{}, err
	}
	if len(threads) == 0 {
		return board.Thread{}, wrap(sql.ErrNoRows)
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

const ownThreads = `
	SELECT t.id, t.last_at
	FROM threads t
	CROSS JOIN posts p
	CROSS JOIN actors a
	WHERE t.id BETWEEN ? AND ? AND p.thread = t.id AND p.number = 0 AND p.state = 0 AND a.id = p.author AND a.host = ''
	ORDER BY t.id`

// OwnThreads are those of our members' live articles in a range of ids.
func (db *DB) OwnThreads(ctx context.Context, first, last board.ThreadID) ([]board.Thread, error) {
	var threads []board.Thread
	err := db.read(ctx).each(func(c *cells) {
		threads = append(threads, board.Thread{ID: board.ThreadID(c.int()), LastAt: c.time()})
	}, ownThreads, first, last)
	return threads, err
}

// Heading is what a link to a thread says.
func (db *DB) Heading(ctx context.Context, id board.ThreadID) (heading board.Heading, err error) {
	err = db.read(ctx).only(func(c *cells) {
		heading = board.Heading{Title: c.text(), Posts: int(c.int())}
	}, `
		SELECT title, posts
		FROM threads
		WHERE id = ?`, id)
	return heading, err
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
	reach, err := r.reach(&q)
	if err != nil {
		return nil, err
	}
	query, args := threadList(q, reach)
	threads, err := r.threads(q.Limit, query, args...)
	if climbs(q) {
		slices.Reverse(threads)
	}
	return threads, err
}

// threadList is the query of a list. Each of its forms walks along one index
// from its key; only an author's most active threads have to be sorted. CROSS
// JOIN is a JOIN that SQLite runs in the order in which it is written. reach is
// where to end, if not at the end.
func threadList(q board.ThreadQuery, reach board.ThreadKey) (query string, args []any) {
	from, where, id, last := `threads t CROSS JOIN posts p`, `p.state = 0`, `t.id`, `t.last_at`
	switch {
	case len(q.Keywords) > 0:
		id, last = `k.thread`, `k.last_at`
		from, where, args = withAll(q.Keywords)
		from += ` CROSS JOIN threads t CROSS JOIN posts p`
		where += ` AND p.state = 0 AND t.id = k.thread`
	case q.Source != "":
		where, args = `p.state = 0 AND t.source = ?`, []any{q.Source}
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
	key, order, keyArgs := threadKey(q, reach, id, last)
	return `
		SELECT ` + threadColumns + `, ` + postColumns + `
		FROM ` + from + `
		WHERE p.thread = t.id AND p.number = 0 AND ` + where + key + `
		ORDER BY ` + order + `
		LIMIT ?`, append(append(args, keyArgs...), q.Limit)
}

// threadKey is where a list begins and ends, and in which direction it goes.
func threadKey(q board.ThreadQuery, reach board.ThreadKey, id, last string) (where, order string, args []any) {
	compare, back, direction, key := ` < `, ` >= `, ` DESC`, board.ThreadKey{Thread: q.Before, At: q.BeforeTime}
	if climbs(q) {
		compare, back, direction, key = ` > `, ` <= `, ` ASC`, board.ThreadKey{Thread: q.After, At: q.AfterTime}
	}
	bound := func(compare string, key board.ThreadKey) {
		switch {
		case q.Active && !key.At.IsZero():
			where += ` AND (` + last + `, ` + id + `)` + compare + `(?, ?)`
			args = append(args, millis(key.At), key.Thread)
		case !q.Active && key.Thread != 0:
			where += ` AND ` + id + compare + `?`
			args = append(args, key.Thread)
		}
	}
	bound(compare, key)
	bound(back, reach)
	if !q.Active {
		return where, id + direction, args
	}
	if !q.Since.IsZero() {
		where += ` AND ` + last + ` > ?`
		args = append(args, millis(q.Since))
	}
	return where, last + direction + `, ` + id + direction, args
}

// climbs reports whether a list goes up from its key, and so is read backwards.
func climbs(q board.ThreadQuery) bool { return q.After != 0 || !q.AfterTime.IsZero() }

// threads reads at most limit threads with their articles, and adds what
// stands in other tables, in one query for each table.
func (r *reader) threads(limit int, query string, args ...any) ([]board.Thread, error) {
	threads := make([]board.Thread, 0, limit)
	err := r.each(func(c *cells) {
		t := c.thread()
		t.Article = c.post()
		threads = append(threads, t)
	}, query, args...)
	if err != nil || len(threads) == 0 {
		return nil, err
	}
	place := make(map[board.ThreadID]*board.Thread, len(threads))
	articles := make([]*board.Post, len(threads))
	ids := make([]board.ThreadID, len(threads))
	for i := range threads {
		t := &threads[i]
		ids[i], articles[i], place[t.ID] = t.ID, &t.Article, t
	}
	for _, add := range []func() error{
		func() error { return r.addPeople(articles) },
		func() error { return r.addMedia(articles) },
		func() error { return r.addTopics(ids, place) },
		func() error { return r.addKeywords(ids, place) },
	} {
		if err := add(); err != nil {
			return nil, err
		}
	}
	return threads, nil
}

// filed hands over the topics of some threads, in their order.
func (r *reader) filed(threads []board.ThreadID, take func(board.ThreadID, board.ActorID)) error {
	list, args := among(threads)
	return r.each(func(c *cells) { take(board.ThreadID(c.int()), c.actorID()) }, `
		SELECT thread, topic
		FROM thread_topics
		WHERE thread IN `+list+`
		ORDER BY thread, position`, args...)
}

// addTopics puts topics into their threads, in their order. Each topic is read
// once, however many of the threads are in it.
func (r *reader) addTopics(ids []board.ThreadID, place map[board.ThreadID]*board.Thread) error {
	var topics []board.ActorID
	err := r.filed(ids, func(id board.ThreadID, topic board.ActorID) {
		t := place[id]
		t.Topics = append(t.Topics, board.Topic{Actor: board.Actor{ID: topic}})
		topics = append(topics, topic)
	})
	if err != nil {
		return err
	}
	found, err := r.topics(topics)
	for _, t := range place {
		for i := range t.Topics {
			t.Topics[i] = found[t.Topics[i].ID]
		}
	}
	return err
}

// Thread finds a thread, with its topics and without article and keywords.
func (tx *Tx) Thread(id board.ThreadID) (board.Thread, error) {
	var thread board.Thread
	err := tx.each(func(c *cells) {
		topics := thread.Topics
		thread = c.thread()
		thread.Topics = append(topics, c.topic())
	}, `
		SELECT `+threadColumns+`, `+topicColumns+`
		FROM threads t
		JOIN thread_topics l ON l.thread = t.id
		JOIN topics o ON o.actor = l.topic
		JOIN actors a ON a.id = l.topic
		WHERE t.id = ?
		ORDER BY l.position
		LIMIT ?`, id, topicsLimit)
	if err == nil && thread.ID == 0 {
		err = wrap(sql.ErrNoRows)
	}
	return thread, err
}

// AddThread opens a thread in its topics, with its keywords. It has no post yet.
func (tx *Tx) AddThread(t board.Thread) (board.ThreadID, error) {
	result, err := tx.exec(`
		INSERT INTO threads (title, citation_url, citation_publication, citation_author, citation_date, link, source, again, created_at, last_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.Title, t.Citation.URL, t.Citation.Publication, t.Citation.Author, t.Citation.Date,
		board.LinkKey(t.Citation.URL), board.LinkSource(t.Citation.URL), t.Again, millis(t.CreatedAt), millis(t.LastAt))
	if err != nil {
		return 0, err
	}
	t.ID = board.ThreadID(inserted(result))
	if err := tx.touchLinked(board.LinkKey(t.Citation.URL), t.ID); err != nil {
		return 0, err
	}
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

// SetTitle changes an article's title and source line. The threads that have
// its old link, or its new one, show that on their pages.
func (tx *Tx) SetTitle(id board.ThreadID, title string, c board.Citation) error {
	var before string
	err := tx.get(&before, `
		SELECT link
		FROM threads
		WHERE id = ?`, id)
	if err != nil {
		return err
	}
	after := board.LinkKey(c.URL) // the threads with the same link name this one by its title
	err = tx.one(tx.exec(`
		UPDATE threads
		SET title = ?, citation_url = ?, citation_publication = ?, citation_author = ?, citation_date = ?,
			link = ?, source = ?, version = version + 1
		WHERE id = ?`, title, c.URL, c.Publication, c.Author, c.Date, after, board.LinkSource(c.URL), id))
	if err != nil || before == after {
		return errors.Join(err, tx.touchLinked(after, id))
	}
	return errors.Join(tx.touchLinked(before, id), tx.touchLinked(after, id))
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
	if err != nil {
		return 0, err
	}
	_, err = tx.exec(`
		UPDATE keywords
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
