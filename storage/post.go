package storage

import (
	"context"
	"strings"
	"time"

	"corkboard/board"
)

// postRow is a post, its author, and whom it answers.
type postRow struct {
	ID          int64     `db:"id"`
	Thread      int64     `db:"thread"`
	Number      int64     `db:"number"`
	State       int64     `db:"state"`
	Unlisted    int64     `db:"unlisted"`
	Likes       int64     `db:"likes"`
	Shares      int64     `db:"shares"`
	Replies     int64     `db:"replies"`
	PublishedAt int64     `db:"published_at"`
	ArrivedAt   int64     `db:"arrived_at"`
	EditedAt    int64     `db:"edited_at"`
	ClosedAt    int64     `db:"closed_at"`
	URI         string    `db:"uri"`
	URL         string    `db:"url"`
	Language    string    `db:"language"`
	Warning     string    `db:"warning"`
	ClosedBy    string    `db:"closed_by"`
	Reason      string    `db:"reason"`
	HTML        string    `db:"html"`
	Source      string    `db:"source"`
	Parent      int64     `db:"parent"`
	ToNumber    int64     `db:"to_number"`
	ToURI       string    `db:"to_uri"`
	Author      authorRow `db:"author"`
	Answered    authorRow `db:"answered"`
}

// ownColumns are a post's and its author's, of tables called p and a.
const ownColumns = `
	p.id, p.thread, p.number, p.state, p.unlisted, p.likes, p.shares, p.replies,
	p.published_at, p.arrived_at, p.edited_at, p.closed_at,
	p.uri, p.url, p.language, p.warning, p.closed_by, p.reason, p.html, p.source,
	a.id AS "author.id", a.uri AS "author.uri", a.type AS "author.type", a.name AS "author.name", a.host AS "author.host",
	a.display_name AS "author.display_name", a.tagline AS "author.tagline", a.url AS "author.url", a.gone_at AS "author.gone_at"`

// postQuery selects posts, up to its WHERE.
const postQuery = `
	SELECT ` + ownColumns + `, COALESCE(p.parent, 0) AS parent, p.to_number, p.to_uri,
		COALESCE(b.id, 0) AS "answered.id", COALESCE(b.uri, '') AS "answered.uri",
		COALESCE(b.name, '') AS "answered.name", COALESCE(b.host, '') AS "answered.host",
		COALESCE(b.display_name, '') AS "answered.display_name", COALESCE(b.url, '') AS "answered.url"
	FROM posts p
	JOIN actors a ON a.id = p.author
	LEFT JOIN actors b ON b.id = p.answered`

func (r postRow) post() board.Post {
	p := board.Post{
		ID: board.PostID(r.ID), Thread: board.ThreadID(r.Thread), Number: int(r.Number),
		URI: r.URI, URL: r.URL, Author: r.Author.actor(),
		HTML: r.HTML, Source: r.Source, Language: r.Language, Warning: r.Warning, Unlisted: r.Unlisted != 0,
		PublishedAt: moment(r.PublishedAt), ArrivedAt: moment(r.ArrivedAt), EditedAt: moment(r.EditedAt),
		State: board.PostState(r.State), ClosedAt: moment(r.ClosedAt), ClosedBy: r.ClosedBy, Reason: r.Reason,
		Likes: int(r.Likes), Shares: int(r.Shares), Replies: int(r.Replies),
	}
	if p.URL == "" {
		p.URL = p.URI
	}
	p.To = board.Answered{Post: board.PostID(r.Parent), Number: int(r.ToNumber), URI: r.ToURI, Author: r.Answered.actor()}
	return p
}

// onePost reads a single post.
func (r *reader) onePost(where string, args ...any) (board.Post, error) {
	var row postRow
	if err := r.get(&row, postQuery+where, args...); err != nil {
		return board.Post{}, err
	}
	return row.post(), nil
}

// posts reads a list of posts.
func (r *reader) posts(where string, args ...any) ([]board.Post, error) {
	var rows []postRow
	err := r.selectAll(&rows, postQuery+where, args...)
	posts := make([]board.Post, len(rows))
	for i := range rows {
		posts[i] = rows[i].post()
	}
	return posts, err
}

// Post finds a post by its place in a thread.
func (db *DB) Post(ctx context.Context, thread board.ThreadID, number int) (board.Post, error) {
	return db.read(ctx).onePost(`
		WHERE p.thread = ? AND p.number = ?`, thread, number)
}

// PostByID finds a post.
func (db *DB) PostByID(ctx context.Context, id board.PostID) (board.Post, error) {
	return db.read(ctx).Post(id)
}

// PostByURI finds a post by its ActivityPub id.
func (db *DB) PostByURI(ctx context.Context, uri string) (board.Post, error) {
	return db.read(ctx).PostByURI(uri)
}

func (r *reader) Post(id board.PostID) (board.Post, error) {
	return r.onePost(`
		WHERE p.id = ?`, id)
}

// PostByURI asks for the number alone first: of most that arrive there is none yet.
func (r *reader) PostByURI(uri string) (board.Post, error) {
	var id board.PostID
	err := r.get(&id, `
		SELECT id
		FROM posts
		WHERE uri = ?`, uri)
	if err != nil {
		return board.Post{}, err
	}
	return r.Post(id)
}

// Posts are the replies of a thread from a number on, tombstones too.
func (db *DB) Posts(ctx context.Context, thread board.ThreadID, from, limit int) ([]board.Post, error) {
	return db.read(ctx).posts(`
		WHERE p.thread = ? AND p.number >= ?
		ORDER BY p.number
		LIMIT ?`, thread, max(from, 1), limit)
}

// PostURIs are the ids of a thread's live posts, in order, the article's first.
func (db *DB) PostURIs(ctx context.Context, thread board.ThreadID, limit int) ([]string, error) {
	var uris []string
	err := db.read(ctx).selectAll(&uris, `
		SELECT uri
		FROM posts
		WHERE thread = ? AND state = 0
		ORDER BY number
		LIMIT ?`, thread, limit)
	return uris, err
}

// Replies are the direct answers to a post, in order, tombstones too.
func (db *DB) Replies(ctx context.Context, to board.PostID, limit int) ([]board.Post, error) {
	return db.read(ctx).posts(`
		WHERE p.parent = ?
		ORDER BY p.number
		LIMIT ?`, to, limit)
}

// PostsBy are an author's live posts, newest first, beginning behind one of
// them; before 0 begins with the newest.
func (db *DB) PostsBy(ctx context.Context, author board.ActorID, before board.PostID, limit int) ([]board.Post, error) {
	if before == 0 {
		return db.read(ctx).posts(`
			WHERE p.author = ? AND p.state = 0
			ORDER BY p.arrived_at DESC, p.id DESC
			LIMIT ?`, author, limit)
	}
	return db.read(ctx).posts(`
		WHERE p.author = ? AND p.state = 0
			AND (p.arrived_at, p.id) < ((SELECT arrived_at FROM posts WHERE id = ?), ?)
		ORDER BY p.arrived_at DESC, p.id DESC
		LIMIT ?`, author, before, before, limit)
}

// Original is a post as another server sent it; nil for ours.
func (db *DB) Original(ctx context.Context, id board.PostID) ([]byte, error) {
	var bodies [][]byte
	err := db.read(ctx).selectAll(&bodies, `
		SELECT body
		FROM originals
		WHERE post = ?
		ORDER BY post
		LIMIT 1`, id)
	if err != nil || len(bodies) == 0 {
		return nil, err
	}
	return bodies[0], nil
}

// mentionsLimit bounds whom one post may mention.
const mentionsLimit = 500

// Mentioned are the actors whom a post mentions.
func (db *DB) Mentioned(ctx context.Context, id board.PostID) ([]board.Actor, error) {
	var rows []actorRow
	err := db.read(ctx).selectAll(&rows, `
		SELECT `+actorColumns+`
		FROM mentions n
		JOIN actors a ON a.id = n.actor
		WHERE n.post = ?
		ORDER BY n.actor
		LIMIT ?`, id, mentionsLimit)
	actors := make([]board.Actor, len(rows))
	for i, row := range rows {
		actors[i] = row.actor()
	}
	return actors, err
}

// AddPost keeps a post and counts it for its parent and its author. The
// thread's version was raised when the number was given. Error: Conflict, if
// the URI, the number or the author's form key is known.
func (tx *Tx) AddPost(p board.Post, formKey string, mentions []board.ActorID, original []byte) (board.PostID, error) {
	url := p.URL
	if url == p.URI {
		url = ""
	}
	result, err := tx.exec(`
		INSERT INTO posts (thread, number, author, parent, answered, to_number, unlisted, published_at, arrived_at,
			uri, url, to_uri, form_key, language, warning, html, source)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		p.Thread, p.Number, p.Author.ID, reference(p.To.Post), reference(p.To.Author.ID), p.To.Number,
		p.Unlisted, millis(p.PublishedAt), millis(p.ArrivedAt),
		p.URI, url, p.To.URI, formKey, p.Language, p.Warning, p.HTML, p.Source)
	if err != nil {
		return 0, err
	}
	p.ID = board.PostID(inserted(result))
	if err := tx.addReplies(p.To.Post, 1); err != nil {
		return 0, err
	}
	if p.Local() {
		if err := tx.countPost(p); err != nil {
			return 0, err
		}
	}
	if err := tx.addMentions(p.ID, mentions); err != nil {
		return 0, err
	}
	return p.ID, tx.addOriginal(p.ID, original)
}

// addReplies counts a direct answer to a post, or takes it off.
func (tx *Tx) addReplies(parent board.PostID, n int) error {
	if parent == 0 {
		return nil
	}
	return tx.one(tx.exec(`
		UPDATE posts
		SET replies = replies + ?
		WHERE id = ?`, n, parent))
}

func (tx *Tx) addMentions(post board.PostID, actors []board.ActorID) error {
	if len(actors) == 0 {
		return nil
	}
	actors = actors[:min(len(actors), mentionsLimit)]
	args := make([]any, 0, 2*len(actors))
	for _, actor := range actors {
		args = append(args, post, actor)
	}
	_, err := tx.exec(`
		INSERT INTO mentions (post, actor)
		VALUES (?, ?)`+strings.Repeat(`, (?, ?)`, len(actors)-1)+`
		ON CONFLICT (post, actor) DO NOTHING`, args...)
	return err
}

func (tx *Tx) addOriginal(post board.PostID, body []byte) error {
	if len(body) == 0 {
		return nil
	}
	_, err := tx.exec(`
		INSERT INTO originals (post, body)
		VALUES (?, ?)
		ON CONFLICT (post) DO UPDATE
		SET body = excluded.body`, post, body)
	return err
}

// PostByFormKey finds what an author posted with one form.
func (tx *Tx) PostByFormKey(author board.ActorID, key string) (board.Post, error) {
	return tx.onePost(`
		WHERE p.author = ? AND p.form_key = ? AND p.form_key <> ''`, author, key)
}

// PostsSince counts an author's posts after a time, up to limit.
func (tx *Tx) PostsSince(author board.ActorID, since time.Time, limit int) (int, error) {
	var n int
	err := tx.get(&n, `
		SELECT count(*)
		FROM (
			SELECT 1
			FROM posts
			WHERE author = ? AND arrived_at > ?
			LIMIT ?
		) AS recent`, author, millis(since), limit)
	return n, err
}

// PostsOf are an author's live posts that come behind one of them, in the
// order of arrival; after 0 begins with the first.
func (tx *Tx) PostsOf(author board.ActorID, after board.PostID, limit int) ([]board.Post, error) {
	return tx.posts(`
		WHERE p.author = ? AND p.state = 0
			AND (p.arrived_at, p.id) > (COALESCE((SELECT arrived_at FROM posts WHERE id = ?), 0), ?)
		ORDER BY p.arrived_at, p.id
		LIMIT ?`, author, after, after, limit)
}

// changePost runs an update of one post and returns the post's thread.
func (tx *Tx) changePost(query string, args ...any) (board.ThreadID, error) {
	var thread board.ThreadID
	err := tx.get(&thread, query, args...)
	return thread, err
}
