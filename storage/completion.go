package storage

import (
	"context"

	"corkboard/board"
)

// lately is how many posts of a thread, from its end, are looked through for
// the people in it.
const lately = 500

// PeopleIn are people who wrote lately in a thread and whose names begin so,
// who wrote last first.
func (db *DB) PeopleIn(ctx context.Context, thread board.ThreadID, beginning string, limit int) ([]board.Actor, error) {
	people := []board.Actor{}
	err := db.read(ctx).each(func(c *cells) { people = append(people, c.person()) }, `
		SELECT `+personColumns+`
		FROM (
			SELECT author, max(number) AS number
			FROM (
				SELECT author, number
				FROM posts
				WHERE thread = ?
				ORDER BY number DESC
				LIMIT ?
			) AS recent
			GROUP BY author
		) AS people
		JOIN actors a ON a.id = people.author
		WHERE a.gone_at = 0 AND lower(a.name) >= ? AND lower(a.name) < ?
		ORDER BY people.number DESC
		LIMIT ?`, thread, lately, beginning, beyond(beginning), limit)
	return people, err
}

// PeopleNamed are people whose names begin so, ours first.
func (db *DB) PeopleNamed(ctx context.Context, beginning string, limit int) ([]board.Actor, error) {
	people := make([]board.Actor, 0, limit)
	for _, host := range []string{"=", "<>"} {
		if len(people) == limit {
			break
		}
		err := db.read(ctx).each(func(c *cells) { people = append(people, c.person()) },
			peopleNamed+host+` ''
		ORDER BY lower(a.name), a.id
		LIMIT ?`, beginning, beyond(beginning), limit-len(people))
		if err != nil {
			return nil, err
		}
	}
	return people, nil
}

// peopleNamed is the query of them, up to the comparison of their host.
const peopleNamed = `
		SELECT ` + personColumns + `
		FROM actors a
		WHERE a.gone_at = 0 AND a.type IN ('Person', 'Service') AND lower(a.name) >= ? AND lower(a.name) < ? AND a.host `

// beyond is a text that comes behind all that begin so.
func beyond(beginning string) string { return beginning + "\U0010FFFF" }
