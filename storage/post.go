package storage

import (
	"context"
	"slices"
	"strings"
	"time"

	"corkboard/board"
)

// postColumns are a post's own, of a table called p, as cells.post takes them.
const postColumns = `
	p.id, p.thread, p.number, p.uri, p.url, p.author, p.parent, p.to_number, p.to_uri, p.answered,
	p.html, p.source, p.language, p.warning, p.unlisted, p.published_at, p.arrived_at, p.edited_at,
	p.state, p.closed_at, p.closed_by, p.reason, p.likes, p.shares, p.replies, p.same_as,
	p.attachments, p.sensitive, p.emojis, p.quote`

// postQuery selects posts, up to its WHERE.
const postQuery = `
	SELECT ` + postColumns + `
	FROM posts p`

// post takes postColumns. Of the author, and of whom the post answers, only
// the IDs are known, of what it brings along only how much; addPeople and
// addMedia fill in the rest.
func (c *cells) post() board.Post {
	p := board.Post{
		ID: board.PostID(c.int()), Thread: board.ThreadID(c.int()), Number: int(c.int()),
		URI: c.text(), URL: c.text(), Author: board.Actor{ID: c.actorID()},
		To: board.Answered{
			Post: board.PostID(c.int()), Number: int(c.int()), URI: c.text(), Author: board.Actor{ID: c.actorID()},
		},
		HTML: c.text(), Source: c.text(), Language: c.text(), Warning: c.text(), Unlisted: c.int() != 0,
		PublishedAt: c.time(), ArrivedAt: c.time(), EditedAt: c.time(),
		State: board.PostState(c.int()), ClosedAt: c.time(), ClosedBy: c.text(), Reason: c.text(),
		Likes: int(c.int()), Shares: int(c.int()), Replies: int(c.int()), SameAs: int(c.int()),
		Attachments: c.attachments(), Sensitive: c.int() != 0, Emojis: c.shortcodes(), Quoted: board.Quoted{URI: c.text()},
	}
	if p.URL == "" {
		p.URL = p.URI
	}
	return p
}

// onePostQuery selects a post with its author and whom it answers.
var onePostQuery = `
	SELECT ` + postColumns + `, ` + personColumns + `, ` + strings.ReplaceAll(personColumns, "a.", "b.") + `
	FROM posts p
	JOIN actors a ON a.id = p.author
	LEFT JOIN actors b ON b.id = p.answered`

// onePost reads a single post.
func (r *reader) onePost(where string, args ...any) (post board.Post, err error) {
	err = r.only(func(c *cells) {
		post = c.post()
		post.Author, post.To.Author = c.person(), c.person()
	}, onePostQuery+where, args...)
	if err != nil {
		return post, err
	}
	return post, r.addMedia([]*board.Post{&post})
}

// posts reads a list of at most limit posts.
func (r *reader) posts(limit int, where string, args ...any) ([]board.Post, error) {
	posts := make([]board.Post, 0, max(0, min(limit, postsExpected)))
	err := r.each(func(c *cells) { posts = append(posts, c.post()) }, postQuery+where+`
		LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, err
	}
	people := make([]*board.Post, len(posts))
	for i := range posts {
		people[i] = &posts[i]
	}
	if err := r.addPeople(people); err != nil {
		return nil, err
	}
	if err := r.addAlso(people); err != nil {
		return nil, err
	}
	return posts, r.addMedia(people)
}

// postsExpected is what most lists of posts have at most.
const postsExpected = 50

// addPeople fills in who wrote some posts and whom they answer. There are few
// people on a page, so they are read once each and not with every post.
func (r *reader) addPeople(posts []*board.Post) error {
	if len(posts) == 0 {
		return nil
	}
	ids := make([]board.ActorID, 0, 2*len(posts))
	for _, p := range posts {
		ids = append(ids, p.Author.ID, p.To.Author.ID)
	}
	people, err := r.people(ids)
	if err != nil {
		return err
	}
	for _, p := range posts {
		p.Author = people[p.Author.ID]
		if p.To.Author.ID != 0 {
			p.To.Author = people[p.To.Author.ID]
		}
	}
	return nil
}

// Post finds a post by its place in a thread.
func (db *DB) Post(ctx context.Context, thread board.ThreadID, number int) (board.Post, error) {
	r := db.read(ctx)
	post, err := r.onePost(`
		WHERE p.thread = ? AND p.number = ?`, thread, number)
	if err != nil {
		return post, err
	}
	return post, r.addAlso([]*board.Post{&post})
}

// PostByID finds a post.
func (db *DB) PostByID(ctx context.Context, id board.PostID) (board.Post, error) {
	r := db.read(ctx)
	post, err := r.Post(id)
	if err != nil {
		return post, err
	}
	return post, r.addAlso([]*board.Post{&post})
}

// PostByURI finds a post by its ActivityPub id.
func (db *DB) PostByURI(ctx context.Context, uri string) (board.Post, error) {
	r := db.read(ctx)
	post, err := r.PostByURI(uri)
	if err != nil {
		return post, err
	}
	return post, r.addAlso([]*board.Post{&post})
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
	return db.read(ctx).posts(limit, `
		WHERE p.thread = ? AND p.number >= ?
		ORDER BY p.number`, thread, max(from, 1))
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
	return db.read(ctx).posts(limit, `
		WHERE p.parent = ?
		ORDER BY p.number`, to)
}

// PostsBy are an author's live posts, newest first, beginning behind one of
// them; before 0 begins with the newest.
func (db *DB) PostsBy(ctx context.Context, author board.ActorID, before board.PostID, limit int) ([]board.Post, error) {
	if before == 0 {
		return db.read(ctx).posts(limit, `
			WHERE p.author = ? AND p.state = 0
			ORDER BY p.arrived_at DESC, p.id DESC`, author)
	}
	return db.read(ctx).posts(limit, `
		WHERE p.author = ? AND p.state = 0
			AND (p.arrived_at, p.id) < ((SELECT arrived_at FROM posts WHERE id = ?), ?)
		ORDER BY p.arrived_at DESC, p.id DESC`, author, before, before)
}

// latestLimit bounds a list of the latest posts.
const latestLimit = 100

// LatestPosts are live posts, everybody's or one author's, with the titles of
// their threads.
func (db *DB) LatestPosts(ctx context.Context, q board.PostQuery) ([]board.Entry, error) {
	if q.Limit <= 0 || q.Limit > latestLimit {
		q.Limit = latestLimit
	}
	entries := make([]board.Entry, 0, min(q.Limit, postsExpected))
	r := db.read(ctx)
	query, args := latestList(q)
	err := r.each(func(c *cells) { entries = append(entries, board.Entry{Post: c.post(), Title: c.text()}) }, query, args...)
	if err != nil {
		return nil, err
	}
	if q.After != 0 {
		slices.Reverse(entries)
	}
	posts := make([]*board.Post, len(entries))
	for i := range entries {
		posts[i] = &entries[i].Post
	}
	if err := r.addPeople(posts); err != nil {
		return nil, err
	}
	return entries, r.addMedia(posts)
}

// latestList is the query of a list of posts. It walks along one index.
func latestList(q board.PostQuery) (query string, args []any) {
	where, compare, direction, key := `p.state = 0`, ` < `, ` DESC`, q.Before
	if q.Author != 0 {
		where, args = where+` AND p.author = ?`, []any{q.Author}
	}
	if q.After != 0 {
		compare, direction, key = ` > `, ` ASC`, q.After
	}
	if key != 0 {
		where += ` AND (p.arrived_at, p.id)` + compare + `((SELECT arrived_at FROM posts WHERE id = ?), ?)`
		args = append(args, key, key)
	}
	return `
		SELECT ` + postColumns + `, t.title
		FROM posts p
		CROSS JOIN threads t
		WHERE t.id = p.thread AND ` + where + `
		ORDER BY p.arrived_at` + direction + `, p.id` + direction + `
		LIMIT ?`, append(args, q.Limit)
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
	actors := []board.Actor{}
	err := db.read(ctx).each(func(c *cells) { actors = append(actors, c.actor()) }, `
		SELECT `+actorColumns+`
		FROM mentions n
		JOIN actors a ON a.id = n.actor
		WHERE n.post = ?
		ORDER BY n.actor
		LIMIT ?`, id, mentionsLimit)
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
			uri, url, to_uri, form_key, language, warning, html, source, same_as, attachments, sensitive, emojis, quote)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		p.Thread, p.Number, p.Author.ID, reference(p.To.Post), reference(p.To.Author.ID), p.To.Number,
		p.Unlisted, millis(p.PublishedAt), millis(p.ArrivedAt),
		p.URI, url, p.To.URI, formKey, p.Language, p.Warning, p.HTML, p.Source, p.SameAs,
		len(p.Attachments), p.Sensitive, shortcodes(p.Emojis), p.Quoted.URI)
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
	if err := tx.addAddressees(p.ID, p.Also); err != nil {
		return 0, err
	}
	if !p.Local() {
		if err := tx.addBrought(p); err != nil {
			return 0, err
		}
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
	return tx.posts(limit, `
		WHERE p.author = ? AND p.state = 0
			AND (p.arrived_at, p.id) > (COALESCE((SELECT arrived_at FROM posts WHERE id = ?), 0), ?)
		ORDER BY p.arrived_at, p.id`, author, after, after)
}

// changePost runs an update of one post and returns the post's thread.
func (tx *Tx) changePost(query string, args ...any) (board.ThreadID, error) {
	var thread board.ThreadID
	err := tx.get(&thread, query, args...)
	return thread, err
}
