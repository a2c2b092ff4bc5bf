package storage

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"corkboard/board"
)

// SearchPosts finds live posts, newest first. Words and filters are all terms
// of one index, which is walked from its newest entry; so a page costs the same
// wherever its posts are. See walkIndex for what is seldom found.
func (db *DB) SearchPosts(ctx context.Context, s board.PostSearch) (found board.FoundPosts, err error) {
	if s.Limit <= 0 || s.Limit > searchLimit {
		s.Limit = searchLimit
	}
	r := db.read(ctx)
	match, cut, err := r.match(s)
	if found.Cut = cut; err != nil || match == "" {
		return found, err
	}
	low, high, err := r.between(s)
	if err != nil {
		return found, err
	}
	from := high
	if s.Before != 0 {
		from = min(high, int64(s.Before)-1)
	}
	ids, reached, err := r.walkIndex(walk{match, low, from, s.Limit + 1, pageTime})
	if err != nil {
		return found, err
	}
	counted, end, err := r.walkIndex(walk{match, low, high, board.MaxCount + 1, countTime})
	if err != nil {
		return found, err
	}
	found.Count = min(max(len(counted), len(ids)), board.MaxCount)
	found.More = len(counted) > board.MaxCount || end > low && reached > low
	switch {
	case len(ids) > s.Limit:
		ids = ids[:s.Limit]
		found.Next = ids[s.Limit-1]
	case reached > low:
		found.Next = board.PostID(reached)
		if found.Searched, err = r.arrival(reached); err != nil {
			return found, err
		}
	}
	return found, r.show(&found, ids)
}

// and stands between what a post must have.
const and = " AND "

const (
	searchLimit = 100
	firstBlock  = 1                     // of blocks
	quickBlock  = time.Millisecond      // after it, one may be larger
	slowBlock   = 2 * time.Millisecond  // after it, one must be smaller
	pageTime    = 25 * time.Millisecond // for the blocks of a page
	countTime   = 5 * time.Millisecond  // for those that are only counted
)

// walk is a way along the index, from high down to low.
type walk struct {
	match     string
	low, high int64
	limit     int
	time      time.Duration // after which no block is begun
}

// searchBlock walks along the index from the newest post.
const searchBlock = `
	SELECT rowid
	FROM posts_fts
	WHERE posts_fts MATCH ? AND rowid >= ? AND rowid <= ?
	ORDER BY rowid DESC
	LIMIT ?`

// walkIndex collects posts, newest first, and says how far down it looked. Words
// that are common but never stand together would make one long way of it, and
// the index looks at nothing but rows that it has found. So it is asked block by
// block, each of which is one more term, in larger blocks where there is little;
// and it stops after a time with what it has. The next page goes on from there.
func (r *reader) walkIndex(w walk) (ids []board.PostID, reached int64, err error) {
	if !strings.Contains(w.match, " ") {
		return r.walkOne(w)
	}
	started, size := time.Now(), firstBlock
	for reached = w.high + 1; reached > w.low && len(ids) < w.limit; {
		begun := time.Now()
		block := blocks[size]
		n := (reached - 1) >> block.bits
		match := quoted(facet(block.facet, n)) + and + w.match
		err := r.each(func(c *cells) { ids = append(ids, board.PostID(c.int())) }, searchBlock, match, w.low, reached-1, w.limit-len(ids))
		if err != nil {
			return nil, 0, err
		}
		reached = max(w.low, n<<block.bits)
		if took := time.Since(begun); took < quickBlock {
			size = min(size+1, len(blocks)-1)
		} else if took > slowBlock {
			size = max(size-1, 0)
		}
		if time.Since(started) > w.time {
			break
		}
	}
	if len(ids) == w.limit {
		reached = max(int64(ids[len(ids)-1]), w.low)
	}
	return ids, reached, nil
}

// walkOne walks along a single word or facet, where every step is a find.
func (r *reader) walkOne(w walk) (ids []board.PostID, reached int64, err error) {
	err = r.each(func(c *cells) { ids = append(ids, board.PostID(c.int())) }, searchBlock, w.match, w.low, w.high, w.limit)
	if reached = w.low; len(ids) == w.limit {
		reached = max(int64(ids[len(ids)-1]), w.low)
	}
	return ids, reached, err
}

// between is between which posts a search is. Posts are numbered as they arrive.
func (r *reader) between(s board.PostSearch) (low, high int64, err error) {
	err = r.get(&high, `
		SELECT COALESCE(max(id), 0)
		FROM posts`)
	low = 1
	if err == nil && !s.Since.IsZero() {
		low, err = r.firstSince(s.Since, high)
	}
	if err == nil && !s.Until.IsZero() {
		high, err = r.firstSince(s.Until, high)
		high--
	}
	return low, high, err
}

// firstSince is the first post that arrived at a time or later, one behind the
// last if there is none.
func (r *reader) firstSince(t time.Time, last int64) (int64, error) {
	low, high := int64(1), last+1
	for low < high {
		middle := (low + high) / 2
		at, err := r.arrival(middle)
		if err != nil {
			return 0, err
		}
		if at.Before(t) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, nil
}

// arrival is when a post arrived, or the next one where there is none.
func (r *reader) arrival(id int64) (at time.Time, err error) {
	err = r.each(func(c *cells) { at = c.time() }, `
		SELECT arrived_at
		FROM posts
		WHERE id >= ?
		ORDER BY id
		LIMIT 1`, id)
	return at, err
}

// foundQuery reads posts that were found, up to the list of them.
const foundQuery = `
	SELECT ` + postColumns + `, t.title
	FROM posts p
	CROSS JOIN threads t
	WHERE t.id = p.thread AND p.state = 0 AND p.id IN `

// show reads the posts that were found, but for those that were closed since
// they were indexed.
func (r *reader) show(found *board.FoundPosts, ids []board.PostID) error {
	if len(ids) == 0 {
		return nil
	}
	list, args := among(ids)
	err := r.each(func(c *cells) {
		found.Posts = append(found.Posts, board.Entry{Post: c.post(), Title: c.text()})
	}, foundQuery+list+`
		ORDER BY p.id DESC`, args...)
	if err != nil {
		return err
	}
	if !found.More {
		found.Count -= len(ids) - len(found.Posts)
	}
	posts := make([]*board.Post, len(found.Posts))
	for i := range found.Posts {
		posts[i] = &found.Posts[i].Post
	}
	if err := r.addPeople(posts); err != nil {
		return err
	}
	return r.addMedia(posts)
}

// match is the FTS5 query, "" for one that can find nothing. There is nothing
// in it but words of board.Words and facets, each in quotes, between operators
// of ours: what was typed is never an operator.
func (r *reader) match(s board.PostSearch) (query string, cut []string, err error) {
	var all []string
	for _, t := range s.Terms {
		alternatives, more, err := r.phrases(t)
		if err != nil || len(alternatives) == 0 {
			return "", cut, err
		}
		if more {
			cut = append(cut, t.String())
		}
		all = append(all, oneOf(alternatives))
	}
	for _, id := range s.Topics {
		all = append(all, quoted(facet(facetTopic, id)))
	}
	for _, word := range s.Keywords {
		all = append(all, quoted(facetText(facetKeyword, word)))
	}
	if s.Thread != 0 {
		all = append(all, quoted(facet(facetThread, s.Thread)))
	}
	for _, group := range [][]string{facets(facetAuthor, s.By), facets(facetTo, s.To), sourceFacets(s.Sources)} {
		if len(group) > 0 {
			all = append(all, oneOf(group))
		}
	}
	switch {
	case s.In == board.ArticlesOnly:
		all = append(all, quoted(facetArticle))
	case s.In == board.PostsOnly:
		all = append(all, quoted(facetReply))
	case len(all) == 0:
		all = append(all, oneOf([]string{quoted(facetArticle), quoted(facetReply)}))
	}
	return strings.Join(all, and), cut, nil
}

func quoted(words ...string) string { return `"` + strings.Join(words, " ") + `"` }

func oneOf(queries []string) string { return "(" + strings.Join(queries, " OR ") + ")" }

func facets(kind string, ids []board.ActorID) (facets []string) {
	for _, id := range ids {
		facets = append(facets, quoted(facet(kind, id)))
	}
	return facets
}

func sourceFacets(hosts []string) (facets []string) {
	for _, host := range hosts {
		facets = append(facets, quoted(facetText(facetSource, host)))
	}
	return facets
}

// phrases are what a term stands for: itself, or with a * one phrase for each
// word that begins so.
func (r *reader) phrases(t board.Term) (phrases []string, more bool, err error) {
	words := t.Words()
	if !t.Prefix || len(words) == 0 {
		return []string{quoted(words...)}, false, nil
	}
	last := len(words) - 1
	endings, more, err := r.wordsFrom(words[last])
	for _, ending := range endings {
		phrases = append(phrases, quoted(append(words[:last:last], ending)...))
	}
	return phrases, more, err
}

const (
	endingsRead = 500 // words that begin alike
	endingsUsed = 30  // of them, the shortest
)

// wordsFrom are words that begin so. The index itself would read every entry of
// every such word first.
func (r *reader) wordsFrom(beginning string) (words []string, more bool, err error) {
	err = r.each(func(c *cells) { words = append(words, c.text()) }, `
		SELECT word
		FROM fts_words
		WHERE word >= ? AND word < ?
		ORDER BY word
		LIMIT ?`, beginning, beginning+lastRune, endingsRead)
	slices.SortStableFunc(words, func(a, b string) int {
		return cmp.Compare(utf8.RuneCountInString(a), utf8.RuneCountInString(b))
	})
	return words[:min(len(words), endingsUsed)], len(words) > endingsUsed, err
}

// lastRune comes behind everything that a word can go on with.
const lastRune = string(utf8.MaxRune)
