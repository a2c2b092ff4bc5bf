package storage

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"corkboard/board"
)

// TestSearchOfAnOlderBoard opens a board whose index was made before there were
// facets: everything in it is found after a while.
func TestSearchOfAnOlderBoard(t *testing.T) {
	path := filepath.Join(t.TempDir(), "board.db")
	older := files(t, "")
	for name := range older {
		if !strings.HasPrefix(name, "migrations/000") || name > "migrations/0005" {
			delete(older, name)
		}
	}
	db := pool(path, "rwc", 1, migrating)
	try(t, migrate(t.Context(), db, older, slog.New(slog.DiscardHandler)))
	_, err := db.Exec(`
		INSERT INTO actors (id, uri, type, name, created_at) VALUES (1, 'a', 'Person', 'ronin', 0);
		INSERT INTO actors (id, uri, type, name, created_at) VALUES (2, 't', 'Group', 'news', 0);
		INSERT INTO actors (id, uri, type, name, created_at) VALUES (3, 'x', 'Group', 'news_all', 0);
		INSERT INTO topics (actor, all_actor) VALUES (2, 3);
		INSERT INTO threads (id, created_at, last_at, title, citation_url) VALUES (1, 0, 0, 'Naval maneuvers', 'https://www.times.example/1');
		INSERT INTO thread_topics (thread, position, topic, last_at) VALUES (1, 0, 2, 0);
		INSERT INTO posts (id, thread, number, author, published_at, arrived_at, uri, html) VALUES (1, 1, 0, 1, 0, 0, 'p', '<p>A ferry</p>');
		INSERT INTO events (at, kind, actor, thread, post) VALUES (0, 'article.posted', 1, 1, 1);
		INSERT INTO posts_fts (rowid, title, keywords, body) VALUES (1, 'Naval maneuvers', '', 'A ferry');
		INSERT INTO cursors (reader, event) VALUES ('indexer', 1)`)
	try(t, err)
	try(t, db.Close())

	now, err := Open(t.Context(), path, Options{Serve: true, Migrate: true})
	try(t, err)
	defer now.Close()
	go now.RunIndexer(t.Context())
	search := board.PostSearch{Terms: []board.Term{{Text: "ferry"}}, By: []board.ActorID{1}, Sources: []string{"times.example"}, Topics: []board.ActorID{2}}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		found, err := now.SearchPosts(t.Context(), search)
		try(t, err)
		if len(found.Posts) == 1 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("it is not found")
		}
	}
}
