package storage

import (
	"context"
	"math"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"corkboard/board"
)

// indexer is the reader of the log that feeds the full-text index.
const indexer = "indexer"

const (
	indexBatch = 256                    // events in one transaction of the indexer
	indexPause = 200 * time.Millisecond // in which what happens is indexed together
	indexRetry = 5 * time.Second        // after an error
	queryWords = 20                     // words of a query that are looked for
)

// SearchPosts finds the live posts that have all of the words, newest first,
// beginning behind one of them; before 0 begins with the newest. A post is
// found about a second after it was posted.
func (db *DB) SearchPosts(ctx context.Context, words string, before board.PostID, limit int) ([]board.PostID, error) {
	match := matchAll(words)
	if match == "" {
		return nil, nil
	}
	if before == 0 {
		before = math.MaxInt64
	}
	var ids []board.PostID
	err := db.read(ctx).selectAll(&ids, searchNewest, match, before, limit)
	return ids, err
}

// searchNewest walks along the index from the newest post.
const searchNewest = `
	SELECT f.rowid
	FROM posts_fts f
	CROSS JOIN posts p
	WHERE p.id = f.rowid AND f.posts_fts MATCH ? AND f.rowid < ? AND p.state = 0
	ORDER BY f.rowid DESC
	LIMIT ?`

// matchAll is the FTS5 query for all of the words. Each is a string in quotes,
// so that nothing that anyone types is an operator.
func matchAll(words string) string {
	var quoted []string
	for _, word := range strings.Fields(strings.ReplaceAll(words, "\x00", " ")) {
		if len(quoted) < queryWords && strings.ContainsFunc(word, isWordRune) {
			quoted = append(quoted, `"`+strings.ReplaceAll(word, `"`, `""`)+`"`)
		}
	}
	return strings.Join(quoted, " ")
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// RunIndexer brings the full-text index up to date whenever something happens,
// until ctx ends.
func (db *DB) RunIndexer(ctx context.Context) error {
	for {
		changed := db.Changed()
		wait := indexPause
		switch more, err := db.index(ctx); {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			db.writer.log.Warn("index posts", "err", err)
			wait = indexRetry
		case more:
			continue
		default:
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-changed:
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// index takes the next batch of events, and reports whether there may be more.
func (db *DB) index(ctx context.Context) (more bool, err error) {
	r := db.read(ctx)
	after, err := r.Cursor(indexer)
	if err != nil {
		return false, err
	}
	events, err := db.EventsAfter(ctx, after, indexBatch)
	if err != nil || len(events) == 0 {
		return false, err
	}
	entries, err := r.entriesOf(events)
	if err != nil {
		return false, err
	}
	err = db.update(ctx, func(tx *Tx) error {
		for _, e := range entries {
			if err := tx.reindex(e); err != nil {
				return err
			}
		}
		return tx.SetCursor(indexer, events[len(events)-1].ID)
	})
	return len(events) == indexBatch, err
}

// entryRow is what the index is to know of a post now.
type entryRow struct {
	ID       int64  `db:"id"`
	Thread   int64  `db:"thread"`
	State    int64  `db:"state"`
	HTML     string `db:"html"`
	Title    string `db:"title"` // of an article
	Keywords string // of an article's thread
}

// entriesOf are the posts that events have changed, each once.
func (r *reader) entriesOf(events []board.Event) ([]entryRow, error) {
	var posts []board.PostID
	var threads []board.ThreadID
	for _, e := range events {
		switch e.Kind {
		case board.ArticlePosted, board.ReplyPosted, board.PostEdited, board.PostDeleted, board.PostRemoved:
			posts = append(posts, e.Post)
		case board.KeywordAdded:
			threads = append(threads, e.Thread)
		}
	}
	postList, args := among(posts)
	threadList, threadArgs := among(threads)
	var entries []entryRow
	err := r.selectAll(&entries, `
		SELECT p.id, p.thread, p.state, p.html, CASE p.number WHEN 0 THEN t.title ELSE '' END AS title
		FROM posts p
		JOIN threads t ON t.id = p.thread
		WHERE p.id IN `+postList+` OR (p.thread IN `+threadList+` AND p.number = 0)
		ORDER BY p.id`, append(args, threadArgs...)...)
	if err != nil {
		return nil, err
	}
	return entries, r.addWords(entries)
}

// addWords gives articles, which have a title, the keywords of their threads.
func (r *reader) addWords(entries []entryRow) error {
	var threads []board.ThreadID
	for _, e := range entries {
		if e.Title != "" {
			threads = append(threads, board.ThreadID(e.Thread))
		}
	}
	words := map[board.ThreadID][]string{}
	err := r.keywords(threads, func(id board.ThreadID, k board.Keyword) { words[id] = append(words[id], k.Word) })
	if err != nil {
		return err
	}
	for i, e := range entries {
		if e.Title != "" {
			entries[i].Keywords = strings.Join(words[board.ThreadID(e.Thread)], " ")
		}
	}
	return nil
}

// reindex replaces what the index knows of a post.
func (tx *Tx) reindex(e entryRow) error {
	if board.PostState(e.State) != board.Live {
		_, err := tx.exec(`
			DELETE FROM posts_fts
			WHERE rowid = ?`, e.ID)
		return err
	}
	_, err := tx.exec(`
		INSERT OR REPLACE INTO posts_fts (rowid, title, keywords, body)
		VALUES (?, ?, ?, ?)`, e.ID, e.Title, e.Keywords, plainText(e.HTML))
	return err
}

// plainText is the text of safe HTML, with a space wherever a reader sees one.
func plainText(source string) string {
	var text strings.Builder
	for tokens := html.NewTokenizer(strings.NewReader(source)); ; {
		switch tokens.Next() {
		case html.ErrorToken:
			return text.String()
		case html.TextToken:
			text.Write(tokens.Text())
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := tokens.TagName()
			if !inline[atom.Lookup(name)] {
				text.WriteByte(' ')
			}
		}
	}
}

// inline are the elements that may begin or end inside a word.
var inline = map[atom.Atom]bool{
	atom.A: true, atom.B: true, atom.Code: true, atom.Del: true, atom.Em: true, atom.I: true, atom.Ins: true,
	atom.S: true, atom.Span: true, atom.Strong: true, atom.Sub: true, atom.Sup: true, atom.U: true,
}
