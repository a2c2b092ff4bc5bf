package storage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"corkboard/board"
)

// addKeywords puts keywords into their threads, in their order.
func (r *reader) addKeywords(ids []board.ThreadID, place map[board.ThreadID]*board.Thread) error {
	return r.keywords(ids, func(id board.ThreadID, k board.Keyword) {
		place[id].Keywords = append(place[id].Keywords, k)
	})
}

// keywords hands over those of some threads, in their order.
func (r *reader) keywords(threads []board.ThreadID, take func(board.ThreadID, board.Keyword)) error {
	list, args := among(threads)
	return r.each(func(c *cells) {
		take(board.ThreadID(c.int()), board.Keyword{Word: c.text(), By: c.actorID(), Published: c.int() != 0})
	}, `
		SELECT thread, word, added_by, published
		FROM keywords
		WHERE thread IN `+list+`
		ORDER BY thread, position`, args...)
}

// Keywords are those of a thread, in the order in which they were added.
func (tx *Tx) Keywords(id board.ThreadID) ([]board.Keyword, error) {
	var keywords []board.Keyword
	err := tx.keywords([]board.ThreadID{id}, func(_ board.ThreadID, k board.Keyword) {
		keywords = append(keywords, k)
	})
	return keywords, err
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
	added, err = changed(tx.exec(`
		INSERT INTO keywords (thread, position, word, added_by, added_at, published, last_at)
		VALUES (?, ?, ?, ?, ?, ?, COALESCE((SELECT last_at FROM threads WHERE id = ?), 0))
		ON CONFLICT (word, thread) DO NOTHING`, id, position, k.Word, k.By, millis(tx.now), k.Published, id))
	if err != nil || !added {
		return false, err
	}
	_, err = tx.exec(`
		INSERT INTO words (word, threads)
		VALUES (?, 1)
		ON CONFLICT (word) DO UPDATE
		SET threads = threads + 1`, k.Word)
	return true, err
}

const (
	// reachLimit bounds how many threads with one keyword are looked at for
	// those that have others too.
	reachLimit = 2000
	// relatedAmong bounds how many threads with a keyword say what stands with it.
	relatedAmong = 200
	wordsLimit   = 100
)

// reach puts the keywords of a list into the order in which they are looked
// for, the rarest first, and says where it stops: where none of them is rare, it
// would go through all threads that have the first.
func (r *reader) reach(q *board.ThreadQuery) (reach board.ThreadKey, err error) {
	if len(q.Keywords) == 0 {
		return reach, nil
	}
	if q.Keywords, err = r.rarestFirst(q.Keywords); err != nil || len(q.Keywords) == 1 {
		return reach, err
	}
	query, args := reachQuery(*q)
	err = r.each(func(c *cells) { reach = board.ThreadKey{Thread: board.ThreadID(c.int()), At: c.time()} }, query, args...)
	return reach, err
}

// rarestFirst orders keywords by how many threads have them.
func (r *reader) rarestFirst(words []string) ([]string, error) {
	words = slices.Compact(slices.Sorted(slices.Values(words)))
	words = words[:min(len(words), board.MaxKeywordsAtOnce)]
	if len(words) == 1 {
		return words, nil
	}
	counts, err := r.keywordCounts(words)
	if err != nil {
		return nil, err
	}
	threads := map[string]int{} // none, where there is no such keyword
	for _, k := range counts {
		threads[k.Word] = k.Threads
	}
	slices.SortFunc(words, func(a, b string) int {
		return cmp.Or(cmp.Compare(threads[a], threads[b]), strings.Compare(a, b))
	})
	return words, nil
}

// reachQuery finds the last of the threads that are looked at, if there are so
// many. What it passes over are entries of one index, never more than these.
func reachQuery(q board.ThreadQuery) (query string, args []any) {
	key, order, keyArgs := threadKey(q, board.ThreadKey{}, `k.thread`, `k.last_at`)
	at := `0`
	if q.Active {
		at = `k.last_at`
	}
	return `
		SELECT k.thread, ` + at + `
		FROM keywords k
		WHERE k.word = ?` + key + `
		ORDER BY ` + order + `
		LIMIT 1 OFFSET ?`, append(append([]any{q.Keywords[0]}, keyArgs...), reachLimit-1)
}

// ThreadsReach is where a list of the threads with several keywords stops.
func (db *DB) ThreadsReach(ctx context.Context, q board.ThreadQuery) (board.ThreadKey, error) {
	return db.read(ctx).reach(&q)
}

// KeywordCounts are those of some words that are keywords.
func (db *DB) KeywordCounts(ctx context.Context, words []string) ([]board.KeywordCount, error) {
	return db.read(ctx).keywordCounts(words[:min(len(words), wordsLimit)])
}

func (r *reader) keywordCounts(words []string) ([]board.KeywordCount, error) {
	if len(words) == 0 {
		return nil, nil
	}
	args := make([]any, len(words))
	for i, word := range words {
		args[i] = word
	}
	return r.counts(len(words), `
		SELECT word, threads
		FROM words
		WHERE word IN (?`+strings.Repeat(", ?", len(words)-1)+`)
		ORDER BY word
		LIMIT ?`, args...)
}

// KeywordsWith are the keywords that begin so.
func (db *DB) KeywordsWith(ctx context.Context, prefix string, limit int) ([]board.KeywordCount, error) {
	return db.read(ctx).counts(limit, keywordsWithQuery, prefix, prefix+"\U0010FFFF")
}

const keywordsWithQuery = `
	SELECT word, threads
	FROM words
	WHERE word >= ? AND word < ?
	ORDER BY word
	LIMIT ?`

// RelatedKeywords are those of the newest threads that have some words, the
// most frequent first.
func (db *DB) RelatedKeywords(ctx context.Context, words []string, limit int) ([]board.KeywordCount, error) {
	q := board.ThreadQuery{Keywords: words, Limit: relatedAmong}
	r := db.read(ctx)
	reach, err := r.reach(&q)
	if err != nil || len(q.Keywords) == 0 {
		return nil, err
	}
	query, args := relatedQuery(q, reach)
	return r.counts(limit, query, args...)
}

// withAll joins the threads that have all of some words, those with the first
// of them in a table called k.
func withAll(words []string) (from, where string, args []any) {
	from, where, args = `keywords k`, `k.word = ?`, []any{words[0]}
	for i, word := range words[1:] {
		o := fmt.Sprintf("o%d", i)
		from += ` CROSS JOIN keywords ` + o
		where += ` AND ` + o + `.word = ? AND ` + o + `.thread = k.thread`
		args = append(args, word)
	}
	return from, where, args
}

// relatedQuery counts the other keywords of the newest threads that have some.
func relatedQuery(q board.ThreadQuery, reach board.ThreadKey) (query string, args []any) {
	from, where, args := withAll(q.Keywords)
	key, order, keyArgs := threadKey(q, reach, `k.thread`, `k.last_at`)
	args = append(append(args, keyArgs...), q.Limit)
	for _, word := range q.Keywords {
		args = append(args, word)
	}
	return `
		SELECT n.word, count(*)
		FROM (
			SELECT k.thread
			FROM ` + from + `
			WHERE ` + where + key + `
			ORDER BY ` + order + `
			LIMIT ?
		) AS among
		CROSS JOIN keywords n
		WHERE n.thread = among.thread AND n.word NOT IN (?` + strings.Repeat(", ?", len(q.Keywords)-1) + `)
		GROUP BY n.word
		ORDER BY count(*) DESC, n.word
		LIMIT ?`, args
}

// counts reads at most limit keywords with a number.
func (r *reader) counts(limit int, query string, args ...any) ([]board.KeywordCount, error) {
	counts := []board.KeywordCount{}
	err := r.each(func(c *cells) {
		counts = append(counts, board.KeywordCount{Word: c.text(), Threads: int(c.int())})
	}, query, append(args, limit)...)
	return counts, err
}

// ThreadKeywords are those of a thread, with who added them and when.
func (db *DB) ThreadKeywords(ctx context.Context, id board.ThreadID) ([]board.AddedKeyword, error) {
	keywords := []board.AddedKeyword{}
	err := db.read(ctx).each(func(c *cells) {
		k := board.AddedKeyword{Keyword: board.Keyword{Word: c.text(), Published: c.int() != 0}, At: c.time(), Adder: c.person()}
		k.By = k.Adder.ID
		keywords = append(keywords, k)
	}, `
		SELECT k.word, k.published, k.added_at, `+personColumns+`
		FROM keywords k
		JOIN actors a ON a.id = k.added_by
		WHERE k.thread = ?
		ORDER BY k.position
		LIMIT ?`, id, keywordsLimit)
	return keywords, err
}

// keywordsLimit bounds those of one thread; the board allows fewer.
const keywordsLimit = 100

// RemoveKeyword takes a word off a thread.
func (tx *Tx) RemoveKeyword(id board.ThreadID, word string) (removed bool, err error) {
	removed, err = changed(tx.exec(`
		DELETE FROM keywords
		WHERE word = ? AND thread = ?`, word, id))
	if err != nil || !removed {
		return false, err
	}
	_, err = tx.exec(`
		UPDATE words
		SET threads = threads - 1
		WHERE word = ?`, word)
	if err != nil {
		return false, err
	}
	_, err = tx.exec(`
		DELETE FROM words
		WHERE word = ? AND threads <= 0`, word)
	if err != nil {
		return false, err
	}
	return true, tx.Touch(id)
}
