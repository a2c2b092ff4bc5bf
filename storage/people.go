package storage

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"corkboard/board"
)

// personRow is an actor whose names are to be found.
type personRow struct {
	actor board.Actor
	words []string
}

// peopleRows are some actors with the words that they are found by.
func (r *reader) peopleRows(ids map[board.ActorID]bool) (rows []personRow, err error) {
	delete(ids, 0) // the operator
	if len(ids) == 0 {
		return nil, nil
	}
	actors, err := r.people(slices.Collect(maps.Keys(ids)))
	for _, id := range slices.Sorted(maps.Keys(actors)) {
		a := actors[id]
		row := personRow{actor: a}
		if a.GoneAt.IsZero() && a.Type != board.Group && a.Type != board.Application {
			for w := range board.Words(a.Name + "\n" + a.DisplayName) {
				row.words = append(row.words, w.Text)
			}
			slices.Sort(row.words)
			row.words = slices.Compact(row.words)
		}
		rows = append(rows, row)
	}
	return rows, err
}

// indexPerson writes down an actor's words where they are others than before.
func (tx *Tx) indexPerson(p personRow) error {
	var known []string
	err := tx.selectAll(&known, `
		SELECT word
		FROM fts_people
		WHERE actor = ?
		ORDER BY word
		LIMIT ?`, p.actor.ID, wordsOfName)
	if err != nil || slices.Equal(known, p.words) {
		return err
	}
	_, err = tx.exec(`
		DELETE FROM fts_people
		WHERE actor = ?`, p.actor.ID)
	if err != nil {
		return err
	}
	for _, word := range p.words {
		_, err := tx.exec(`
			INSERT INTO fts_people (word, actor)
			VALUES (?, ?)`, word, p.actor.ID)
		if err != nil {
			return err
		}
	}
	return nil
}

const (
	wordsOfName = 300 // more than two names of a hundred characters have
	peopleWords = 5   // of a query
	peopleRead  = 1000
)

// peopleQuery finds those with a name that begins so, up to peopleRead names.
const peopleQuery = `
	SELECT ` + personColumns + `
	FROM (
		SELECT word, actor
		FROM fts_people
		WHERE word >= ? AND word < ?
		ORDER BY word, actor
		LIMIT ?
	) AS w
	CROSS JOIN actors a
	WHERE a.id = w.actor AND a.gone_at = 0`

// peopleAlso narrows it to those who have another such name.
const peopleAlso = `
	AND EXISTS (SELECT 1 FROM fts_people o WHERE o.actor = a.id AND o.word >= ? AND o.word < ?)`

// SearchPeople finds people by the beginnings of their names, those whose name
// it is and our own first.
func (db *DB) SearchPeople(ctx context.Context, s board.PeopleSearch) (people []board.Actor, more bool, err error) {
	words := slices.Clone(s.Words[:min(len(s.Words), peopleWords)])
	if len(words) == 0 {
		return nil, false, nil
	}
	slices.SortStableFunc(words, func(a, b string) int { return cmp.Compare(len(b), len(a)) }) // the longest is the rarest
	query, args := peopleQuery, []any{words[0], words[0] + lastRune, peopleRead}
	for _, word := range words[1:] {
		query, args = query+peopleAlso, append(args, word, word+lastRune)
	}
	if s.Host != "" {
		query, args = query+` AND a.host = ?`, append(args, s.Host)
	}
	seen := map[board.ActorID]bool{}
	err = db.read(ctx).each(func(c *cells) {
		if a := c.person(); !seen[a.ID] {
			seen[a.ID], people = true, append(people, a)
		}
	}, query, args...)
	slices.SortStableFunc(people, func(a, b board.Actor) int { return cmp.Or(rank(a, s.Words)-rank(b, s.Words), int(a.ID-b.ID)) })
	limit := min(max(s.Limit, 0), searchLimit)
	return people[:min(len(people), limit)], len(people) > limit, err
}

// rank is lower for those whom somebody rather means.
func rank(a board.Actor, words []string) int {
	n := 2 * utf8.RuneCountInString(a.Name)
	if strings.EqualFold(a.Name, strings.Join(words, "")) {
		n = 0
	}
	if !a.Local() {
		n++
	}
	return n
}
