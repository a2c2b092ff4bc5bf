package storage

import (
	"context"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"corkboard/board"
)

const (
	indexBatch = 256                    // events in one transaction of the indexer
	indexPause = 200 * time.Millisecond // in which what happens is indexed together
	indexRetry = 5 * time.Second        // after an error
)

// RunIndexer brings the full-text index up to date whenever something happens,
// until ctx ends.
func (db *DB) RunIndexer(ctx context.Context) error {
	x := &indexing{db: db, met: map[string]bool{}}
	for {
		changed := db.Changed()
		wait := indexPause
		switch more, err := x.step(ctx); {
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

// indexing is one run of the indexer.
type indexing struct {
	db  *DB
	met map[string]bool // words that are in fts_words for sure; bounded by wordsMet
}

// wordsMet bounds what the indexer remembers; most posts are made of few words.
const wordsMet = 20_000

// batch is what one transaction of the indexer has to do.
type batch struct {
	events  []board.Event
	stale   staleThread
	entries []entryRow
	people  []personRow
	changed []board.ThreadID // threads whose posts have to be taken again
}

// step takes the next events and some posts of a stale thread, and reports
// whether there may be more.
func (x *indexing) step(ctx context.Context) (more bool, err error) {
	r := x.db.read(ctx)
	after, err := r.Cursor(board.Indexer)
	if err != nil {
		return false, err
	}
	var b batch
	if b.events, err = x.db.EventsAfter(ctx, after, indexBatch); err != nil {
		return false, err
	}
	if b.stale, err = r.staleThread(); err != nil || len(b.events) == 0 && b.stale.Thread == 0 {
		return false, err
	}
	if err := r.fill(&b); err != nil {
		return false, err
	}
	if err := x.db.update(ctx, func(tx *Tx) error { return x.write(tx, b) }); err != nil {
		return false, err
	}
	return len(b.events) == indexBatch || b.stale.Thread != 0 || len(b.changed) > 0, nil
}

// fill reads what the events and the stale thread are about, as it is now.
func (r *reader) fill(b *batch) error {
	var posts []board.PostID
	actors, edited := map[board.ActorID]bool{}, map[board.PostID]bool{}
	for _, e := range b.events {
		switch e.Kind {
		case board.ArticlePosted, board.ReplyPosted, board.PostEdited, board.PostDeleted, board.PostRemoved:
			posts = append(posts, e.Post)
			edited[e.Post] = edited[e.Post] || e.Kind == board.PostEdited
		case board.KeywordAdded, board.KeywordRemoved:
			b.changed = append(b.changed, e.Thread)
		case board.MemberJoined, board.ActorChanged, board.ActorGone:
			actors[e.Actor] = true
		}
	}
	var err error
	if posts, err = r.takeStale(&b.stale, posts); err != nil {
		return err
	}
	if b.entries, err = r.entries(posts); err != nil {
		return err
	}
	for _, e := range b.entries {
		actors[board.ActorID(e.Author)] = true
		if e.Number == 0 && e.Posts > 0 && edited[board.PostID(e.ID)] {
			// Its source, by which its replies are found, may be another one.
			b.changed = append(b.changed, board.ThreadID(e.Thread))
		}
	}
	b.people, err = r.peopleRows(actors)
	return err
}

// write brings the index up to date.
func (x *indexing) write(tx *Tx, b batch) error {
	for _, e := range b.entries {
		if err := x.reindex(tx, e); err != nil {
			return err
		}
	}
	for _, p := range b.people {
		if err := tx.indexPerson(p); err != nil {
			return err
		}
	}
	if err := tx.settleStale(b.stale); err != nil {
		return err
	}
	for _, thread := range b.changed {
		if err := tx.markStale(thread); err != nil {
			return err
		}
	}
	if len(b.events) == 0 {
		return nil
	}
	return tx.SetCursor(board.Indexer, b.events[len(b.events)-1].ID)
}

// entryRow is what the index is to know of a post now.
type entryRow struct {
	ID          int64  `db:"id"`
	Thread      int64  `db:"thread"`
	Number      int64  `db:"number"`
	Author      int64  `db:"author"`
	Answered    int64  `db:"answered"`
	State       int64  `db:"state"`
	Warning     string `db:"warning"`
	HTML        string `db:"html"`
	Title       string `db:"title"` // and the following, of the thread
	Posts       int64  `db:"posts"`
	Source      string `db:"source"`
	Publication string `db:"citation_publication"`
	SourceBy    string `db:"citation_author"`
	topics      []board.ActorID
	keywords    []string
	mentioned   []board.ActorID
}

// entries are some posts, each once.
func (r *reader) entries(posts []board.PostID) ([]entryRow, error) {
	if len(posts) == 0 {
		return nil, nil
	}
	list, args := among(posts)
	var entries []entryRow
	err := r.selectAll(&entries, `
		SELECT p.id, p.thread, p.number, p.author, COALESCE(p.answered, 0) AS answered, p.state, p.warning, p.html,
			t.title, t.posts, t.source, t.citation_publication, t.citation_author
		FROM posts p
		JOIN threads t ON t.id = p.thread
		WHERE p.id IN `+list+`
		ORDER BY p.id`, args...)
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	return entries, r.addFacets(entries)
}

// addFacets adds what stands in other tables.
func (r *reader) addFacets(entries []entryRow) error {
	var posts []board.PostID
	var threads []board.ThreadID
	seen := map[board.ThreadID]bool{}
	for _, e := range entries {
		posts = append(posts, board.PostID(e.ID))
		if id := board.ThreadID(e.Thread); !seen[id] {
			seen[id], threads = true, append(threads, id)
		}
	}
	topics, words, mentioned := map[int64][]board.ActorID{}, map[int64][]string{}, map[int64][]board.ActorID{}
	err := r.filed(threads, func(id board.ThreadID, topic board.ActorID) { topics[int64(id)] = append(topics[int64(id)], topic) })
	if err != nil {
		return err
	}
	err = r.keywords(threads, func(id board.ThreadID, k board.Keyword) { words[int64(id)] = append(words[int64(id)], k.Word) })
	if err != nil {
		return err
	}
	list, args := among(posts)
	err = r.each(func(c *cells) {
		post := c.int()
		mentioned[post] = append(mentioned[post], c.actorID())
	}, `
		SELECT post, actor
		FROM mentions
		WHERE post IN `+list+`
		ORDER BY post, actor`, args...)
	for i := range entries {
		e := &entries[i]
		e.topics, e.keywords, e.mentioned = topics[e.Thread], words[e.Thread], mentioned[e.ID]
	}
	return err
}

// The facets. Each is a letter that no word can have in it, and what it says.
const (
	facetMark    = "\uE000"
	facetAuthor  = facetMark + "a" // an actor's number
	facetTo      = facetMark + "o" // whom it answers or mentions
	facetTopic   = facetMark + "t"
	facetThread  = facetMark + "r"
	facetKeyword = facetMark + "k" // in hexadecimal
	facetSource  = facetMark + "s" // a host, in hexadecimal; each domain that it is in has a facet too
	facetArticle = facetMark + "n0"
	facetReply   = facetMark + "n1"
)

// blocks are the sizes, as powers of two, of the blocks of posts that a search
// goes through. Each post has a facet for its block of each size.
var blocks = []struct {
	bits  int
	facet string
}{{12, facetMark + "bc"}, {15, facetMark + "bf"}, {18, facetMark + "bi"}}

func facet[N ~int64](kind string, n N) string { return kind + strconv.FormatInt(int64(n), 10) }

func facetText(kind, text string) string { return kind + hex.EncodeToString([]byte(text)) }

// domains bounds the names that one host is found by.
const domains = 5

// facets are all of a post.
func (e entryRow) facets() string {
	facets := []string{facetReply, facet(facetAuthor, e.Author), facet(facetThread, e.Thread)}
	if e.Number == 0 {
		facets[0] = facetArticle
	}
	for _, b := range blocks {
		facets = append(facets, facet(b.facet, e.ID>>b.bits))
	}
	for _, actor := range append(e.mentioned, board.ActorID(e.Answered)) {
		if actor != 0 && int64(actor) != e.Author { // who answers himself speaks to others
			facets = append(facets, facet(facetTo, actor))
		}
	}
	for _, topic := range e.topics {
		facets = append(facets, facet(facetTopic, topic))
	}
	for _, word := range e.keywords {
		facets = append(facets, facetText(facetKeyword, word))
	}
	host := e.Source
	for i := 0; i < domains && host != ""; i++ {
		facets = append(facets, facetText(facetSource, host))
		_, host, _ = strings.Cut(host, ".")
	}
	return strings.Join(facets, " ")
}

// reindex replaces what the index knows of a post.
func (x *indexing) reindex(tx *Tx, e entryRow) error {
	if board.PostState(e.State) != board.Live {
		_, err := tx.exec(`
			DELETE FROM posts_fts
			WHERE rowid = ?`, e.ID)
		return err
	}
	var title, about string
	if e.Number == 0 {
		title = e.Title
		about = strings.Join(append(e.keywords, e.Publication, e.SourceBy), "\n")
	}
	var texts [3]string
	for i, text := range []string{title, about, e.Warning + "\n" + board.Plain(e.HTML)} {
		var err error
		if texts[i], err = x.words(tx, text); err != nil {
			return err
		}
	}
	_, err := tx.exec(`
		INSERT OR REPLACE INTO posts_fts (rowid, title, about, body, facets)
		VALUES (?, ?, ?, ?, ?)`, e.ID, texts[0], texts[1], texts[2], e.facets())
	return err
}

// words are those of a text, as the index takes them. New ones are written down.
func (x *indexing) words(tx *Tx, text string) (string, error) {
	var b strings.Builder
	for w := range board.Words(text) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.Text)
		if x.met[w.Text] || len(w.Text) < 2 || len(w.Text) > longestWord || utf8.RuneCountInString(w.Text) < 2 {
			continue
		}
		_, err := tx.exec(`
			INSERT INTO fts_words (word)
			VALUES (?)
			ON CONFLICT (word) DO NOTHING`, w.Text)
		if err != nil {
			return "", err
		}
		if len(x.met) >= wordsMet {
			clear(x.met)
		}
		x.met[w.Text] = true
	}
	return b.String(), nil
}

// longestWord is that of which the beginning is searched, in bytes.
const longestWord = 40
