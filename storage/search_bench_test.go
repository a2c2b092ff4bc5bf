package storage_test

import (
	"cmp"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"corkboard/board"
	"corkboard/storage"
	"corkboard/storage/storagetest"
)

// BenchmarkSearch searches CORKBOARD_BENCH_POSTS posts, twenty in a thread:
// words that are as common as words are, and filters that many or few have.
func BenchmarkSearch(b *testing.B) {
	posts, err := strconv.Atoi(cmp.Or(os.Getenv("CORKBOARD_BENCH_POSTS"), "20000"))
	if err != nil {
		b.Fatal(err)
	}
	folder := cmp.Or(os.Getenv("CORKBOARD_BENCH_FOLDER"), b.TempDir())
	db := searchable(b, filepath.Join(folder, fmt.Sprintf("search-%d.db", posts)), posts)
	for _, text := range []string{
		"w0", "w0 w1", "w7 w90", `"w0 w1"`, "w300", "w15000", "w7777 w15000", "w77*", "w0 by:writer@s0.example", "w0 topic:foreign_affairs",
		"w0 keyword:odd keyword:even", "keyword:odd keyword:even", "in:articles w3", "since:2026-11-25 until:2026-11-25 w0", "until:2026-11 w50", "w0 source:s1.example", "to:gaijin w2", "in:people wri",
	} {
		b.Run(text, func(b *testing.B) {
			q, errs := board.ParseQuery(text)
			on := board.New(db, board.Config{Address: here}, nil)
			var times []time.Duration
			for b.Loop() {
				begun := time.Now()
				_, err := on.Search(b.Context(), board.Search{Query: q, Zone: time.UTC, Limit: 25})
				if times = append(times, time.Since(begun)); err != nil || len(errs) > 0 {
					b.Fatal(err, errs)
				}
			}
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "ms-p50")
			b.ReportMetric(float64(times[len(times)*95/100].Microseconds())/1000, "ms-p95")
		})
	}
}

// searchable is a board of so many posts, indexed. One that is there is used again.
func searchable(b *testing.B, path string, posts int) *storage.DB {
	b.Helper()
	_, err := os.Stat(path)
	fresh := err != nil
	db, err := storage.Open(b.Context(), path, storage.Options{Serve: true, Migrate: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	if !fresh {
		return db
	}
	world := storagetest.Fill(b, db, here)
	writers := fifty(b, db)
	raw, err := sql.Open("sqlite3", path+"?_busy_timeout=10000")
	if err != nil {
		b.Fatal(err)
	}
	defer raw.Close()
	tx, err := raw.Begin()
	if err != nil {
		b.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	words := rand.NewZipf(random, 1.1, 1, 20_000)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	step := 330 * 24 * time.Hour / time.Duration(posts)
	exec := func(query string, args ...any) {
		if _, err := tx.Exec(query, args...); err != nil {
			b.Fatal(err)
		}
	}
	text := func(n int) string {
		var s strings.Builder
		for range n {
			fmt.Fprintf(&s, "w%d ", words.Uint64())
		}
		return s.String()
	}
	for id := range posts {
		thread, number := id/20+1, id%20
		at = at.Add(step)
		author := writers[random.IntN(len(writers))]
		if number == 0 {
			exec(`INSERT INTO threads (id, posts, created_at, last_at, title, source) VALUES (?, 19, ?, ?, ?, ?)`, thread, at.UnixMilli(), at.UnixMilli(), text(5), fmt.Sprintf("s%d.example", thread%50))
			exec(`INSERT INTO thread_topics (thread, position, topic, last_at) VALUES (?, 0, ?, ?)`, thread, world.Topic.ID, at.UnixMilli())
			exec(`INSERT INTO keywords (thread, position, word, added_by, added_at, published) VALUES (?, 0, ?, ?, 0, 1)`, thread, []string{"even", "odd"}[thread%2], world.Member.ID)
		}
		var parent, answered any
		if number > 0 {
			parent, answered = thread*20-19, world.Member.ID
		}
		exec(`INSERT INTO posts (id, thread, number, author, parent, answered, published_at, arrived_at, uri, html) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			id+1, thread, number, author, parent, answered, at.UnixMilli(), at.UnixMilli(), fmt.Sprintf("https://s.example/%d", id), "<p>"+text(80)+"</p>")
		exec(`INSERT INTO events (at, kind, actor, thread, post) VALUES (?, 'reply.posted', ?, ?, ?)`, at.UnixMilli(), author, thread, id+1)
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	f := &fixture{t: b, db: db}
	begun := time.Now()
	f.indexed()
	b.Logf("%d posts were indexed in %s", posts, time.Since(begun))
	return db
}
