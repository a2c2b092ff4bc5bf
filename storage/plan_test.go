package storage

import (
	"strings"
	"testing"
	"time"

	"corkboard/board"
)

// plan is what SQLite says that it will do, a line for each step.
func plan(t *testing.T, db *DB, query string, args ...any) string {
	t.Helper()
	var rows []struct {
		ID     int    `db:"id"`
		Parent int    `db:"parent"`
		Unused int    `db:"notused"`
		Detail string `db:"detail"`
	}
	if err := db.read(t.Context()).selectAll(&rows, "EXPLAIN QUERY PLAN "+query, args...); err != nil {
		t.Fatal(err)
	}
	var steps []string
	for _, row := range rows {
		steps = append(steps, row.Detail)
	}
	return strings.Join(steps, "\n")
}

// TestPlans makes sure that a list costs what its page costs, however much
// there is beside it: it walks along an index, and sorts nothing.
func TestPlans(t *testing.T) {
	db := open(t, Options{})
	now := time.Now()
	queries := map[string]string{
		"a thread's posts":            postQuery + " WHERE p.thread = 1 AND p.number >= 1 ORDER BY p.number LIMIT 50",
		"the answers to a post":       postQuery + " WHERE p.parent = 1 ORDER BY p.number LIMIT 50",
		"an author's posts":           postQuery + " WHERE p.author = 1 AND p.state = 0 ORDER BY p.arrived_at DESC, p.id DESC LIMIT 50",
		"events":                      "SELECT " + eventColumns + " FROM events WHERE id > 1 ORDER BY id LIMIT 5",
		"a post's event":              "SELECT id FROM events WHERE post = 1 AND post <> 0 ORDER BY id LIMIT 1",
		"a topic's last post":         "SELECT " + topicColumns + " FROM topics o JOIN actors a ON a.id = o.actor WHERE o.actor = 1",
		"expired sessions":            "SELECT hash FROM sessions WHERE expires_at <= 1 ORDER BY expires_at LIMIT 5",
		"whom a peer's people follow": `SELECT 1 FROM follows WHERE peer = 1 AND "of" = 1`,
		"threads with a link":         strings.NewReplacer("?", "'times.example/1'").Replace(strings.TrimSuffix(threadsLinked, "?") + "20"),
		"the newest titles":           strings.TrimSuffix(newestTitles, "?") + "500",
		"a source's newest threads":   "SELECT id FROM threads WHERE source = 'times.example' AND id < 9 ORDER BY id DESC LIMIT 50",
		"a source's active threads":   "SELECT id FROM threads WHERE source = 'times.example' AND (last_at, id) < (1, 9) ORDER BY last_at DESC, id DESC LIMIT 50",
		"a search":                    strings.NewReplacer("MATCH ?", "MATCH 'word'", "?", "5").Replace(searchBlock),
		"words that begin so":         "SELECT word FROM fts_words WHERE word >= 'a' AND word < 'b' ORDER BY word LIMIT 5",
		"posts that were found":       foundQuery + "(5, 6) ORDER BY p.id DESC",
		"the first post since":        "SELECT arrived_at FROM posts WHERE id >= 5 ORDER BY id LIMIT 1",
		"our own threads":             strings.NewReplacer("BETWEEN ? AND ?", "BETWEEN 1 AND 5000").Replace(ownThreads),
		"a member's drafts":           "SELECT saved_at, form FROM drafts WHERE member = 1 ORDER BY saved_at DESC, form DESC LIMIT 50",
		"old drafts":                  "SELECT member, form FROM drafts WHERE saved_at <= 1 ORDER BY saved_at LIMIT 5",
		"whom posts are to":           "SELECT l.post FROM addressees l JOIN actors a ON a.id = l.actor WHERE l.post IN (1, 2) ORDER BY l.post, l.position",
		"who wrote in a thread":       "SELECT 1 FROM posts WHERE thread = 1 AND author = 2 AND state = 0",
		"an author's last posts":      postQuery + " WHERE p.author = 1 AND p.arrived_at > 5 AND p.state = 0 AND p.thread = 2 ORDER BY p.arrived_at DESC, p.id DESC LIMIT 20",
		"our people by name":          strings.ReplaceAll(peopleNamed, "?", "'a'") + "= '' ORDER BY lower(a.name), a.id LIMIT 8",
		"people by name":              strings.ReplaceAll(peopleNamed, "?", "'a'") + "<> '' ORDER BY lower(a.name), a.id LIMIT 8",
		"a handle":                    "SELECT a.id FROM actors a WHERE a.host = lower('X') AND lower(a.name) = lower('Y')",
		"what posts bring along":      strings.ReplaceAll(attachmentsOf("(1, 2)"), "?", "50"),
		"quoted posts":                strings.ReplaceAll(quotedBy("('a', 'b')"), "?", "50"),
		"who quotes a post":           "SELECT thread FROM posts WHERE quote = 'a' AND quote <> '' ORDER BY id DESC LIMIT 200",
		"a picture":                   "SELECT picture FROM attachments WHERE key = 'a' AND key <> '' ORDER BY id LIMIT 1",
	}
	for name, query := range queries {
		t.Run(name, func(t *testing.T) { walks(t, plan(t, db, query)) })
	}
	t.Run("people by name", func(t *testing.T) {
		// At most a thousand names come out of the index.
		got := plan(t, db, strings.ReplaceAll(peopleQuery+peopleAlso, "?", "5"))
		walks(t, strings.Replace(got, "SCAN w", "SCAN w INDEX", 1))
	})
	lists := map[string]board.ThreadQuery{
		"newest":                     {},
		"newest, next page":          {Before: 9},
		"newest, page before":        {After: 9},
		"active":                     {Active: true},
		"active, next page":          {Active: true, Before: 9, BeforeTime: now},
		"topic":                      {Topic: 1},
		"topic, next page":           {Topic: 1, Before: 9},
		"topic, active":              {Topic: 1, Active: true},
		"topic, active, next page":   {Topic: 1, Active: true, Before: 9, BeforeTime: now},
		"topic, active, page before": {Topic: 1, Active: true, After: 9, AfterTime: now},
		"author":                     {Author: 1, Before: 9},
		"author in a topic":          {Author: 1, Topic: 1},
	}
	for name, list := range lists {
		t.Run(name, func(t *testing.T) {
			query, args := threadList(list, board.ThreadKey{})
			walks(t, plan(t, db, query, args...))
		})
	}
}

func walks(t *testing.T, plan string) {
	t.Helper()
	for step := range strings.Lines(plan) {
		scans := strings.HasPrefix(step, "SCAN") && !strings.Contains(step, "INDEX") && strings.TrimSpace(step) != "SCAN t"
		if scans || strings.Contains(step, "TEMP B-TREE") || strings.Contains(step, "AUTOMATIC") {
			t.Errorf("it does more than walk:\n%s", plan)
		}
	}
}

// BenchmarkJoin should take the same with bound values as with literal ones:
// it takes ten times as long where SQLite plans anew for each value.
func BenchmarkJoin(b *testing.B) {
	db := open(b, Options{})
	for name, c := range map[string]struct {
		where string
		args  []any
	}{
		"literal": {" WHERE p.thread = 5 AND p.number = 7", nil},
		"bound":   {" WHERE p.thread = ? AND p.number = ?", []any{5, 7}},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := db.read(b.Context()).each(func(*cells) {}, postQuery+" JOIN actors a ON a.id = p.author"+c.where, c.args...); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
