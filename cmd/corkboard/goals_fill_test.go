package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"

	"corkboard/board"
	"corkboard/storage"
	"corkboard/storage/storagetest"
)

const (
	goalAddress = board.Address("http://board.example")
	goalHost    = "board.example"
)

// fillVersion is raised when what is filled in changes, so that nobody
// measures an older folder.
const fillVersion = "3"

// filled returns a folder with a board of that many posts, in threads of fifty
// and, behind them, a long one. In full size it is kept between runs: making
// the large one takes minutes. Nobody may write to it; see [copied].
func (b *bench) filled(posts, long int) string {
	b.Helper()
	return b.kept(fmt.Sprintf("posts-%d-%d", posts, long), func(folder string) {
		fillBoard(b, folder, posts, long)
	})
}

// kept returns the folder of that name, made at the first run.
func (b *bench) kept(name string, fill func(folder string)) string {
	b.Helper()
	if !b.judged {
		folder := b.TempDir()
		fill(folder)
		return folder
	}
	folder := filepath.Join(os.TempDir(), "corkboard-goals-"+schema(b), name)
	if _, err := os.Stat(folder); err == nil {
		warm(b, folder)
		return folder
	}
	b.must(os.MkdirAll(filepath.Dir(folder), 0o700))
	made, err := os.MkdirTemp(filepath.Dir(folder), "filling")
	b.must(err)
	defer os.RemoveAll(made)
	b.Logf("filling %s, for this run and the next ones", folder)
	fill(made)
	b.must(os.Rename(made, folder))
	return folder
}

// schema is a name for what the database looks like.
func schema(t testing.TB) string {
	t.Helper()
	sum := sha256.New()
	io.WriteString(sum, fillVersion)
	files, err := filepath.Glob("../../storage/migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sum.Write(text)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}

// warm reads a board once, so that it is in the page cache.
func warm(t testing.TB, folder string) {
	t.Helper()
	file, err := os.Open(filepath.Join(folder, "board.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := io.Copy(io.Discard, file); err != nil {
		t.Fatal(err)
	}
}

// copied is a folder of the test's own with the same board.
func copied(t testing.TB, folder string) string {
	t.Helper()
	own := t.TempDir()
	from, err := os.Open(filepath.Join(folder, "board.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := os.Create(filepath.Join(own, "board.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(to, from); err != nil {
		t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	return own
}

// openBoard opens the database in a folder, and closes it when the test ends.
func openBoard(t testing.TB, folder string) *storage.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), filepath.Join(folder, "board.db"), storage.Options{Serve: true, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

var discard = slog.New(slog.DiscardHandler)

// newGoalServer makes all parts of a board in this process; none of them runs.
func newGoalServer(t testing.TB, folder string) *server {
	t.Helper()
	c := &Config{
		URL: string(goalAddress), Listen: "127.0.0.1:0", Data: folder, ownerConfig: ownerConfig{Name: "Corkboard"}, Timezone: "UTC",
		AllowHTTP: true, AllowNetworks: []string{"127.0.0.0/8"},
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	s, err := newServer(context.Background(), c, discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.client.Close()
		s.db.Close()
	})
	return s
}

// fillBoard makes a board with members, writers on fifty servers and posts. It
// writes the rows past the board's rules and the writer's commits, which would
// take an hour; the search index is made by its own indexer.
func fillBoard(t testing.TB, folder string, posts, long int) {
	t.Helper()
	fillWith(t, folder, func(f *filling) error { return f.boards(posts, long) })
}

func fillWith(t testing.TB, folder string, fill func(*filling) error) {
	t.Helper()
	path := filepath.Join(folder, "board.db")
	db, err := storage.Open(t.Context(), path, storage.Options{Serve: true, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	world := storagetest.Fill(t, db, goalAddress)
	f := &filling{topic: int64(world.Topic.Actor.ID), random: rand.New(rand.NewPCG(1, 2)), at: time.Now().Add(-time.Hour).UnixMilli()}
	f.authors = append(f.authors, int64(world.Member.Actor.ID))
	err = db.Update(t.Context(), func(tx board.Tx) error {
		for n := range writers {
			id, err := tx.AddActor(storagetest.Remote(fmt.Sprintf("https://s%d.example", n), "writer"))
			if err != nil {
				return err
			}
			f.authors = append(f.authors, int64(id))
		}
		return nil
	})
	if err == nil {
		err = db.Close()
	}
	if err == nil {
		err = f.fill(path, fill)
	}
	if err != nil {
		t.Fatal(err)
	}
	indexAll(t, path)
}

// boards are threads of fifty, and behind them a long one.
func (f *filling) boards(posts, long int) error {
	thread := int64(0)
	for left := posts - long; left > 0; left -= postsOfThread {
		thread++
		if err := f.thread(thread, postsOfThread); err != nil {
			return err
		}
	}
	if long > 0 {
		return f.thread(thread+1, long)
	}
	return nil
}

// writers is how many people of other servers write.
const writers = 50

// filling writes rows as the storage does.
type filling struct {
	topic   int64
	authors []int64 // the first is ours
	random  *rand.Rand
	zipf    *rand.Zipf
	at      int64
	posts   int64
	events  int64

	addThread, addTopic, addPost, addEvent, addKeyword, addWord *sql.Stmt
}

const postsOfThread = 50

func (f *filling) fill(path string, fill func(*filling) error) error {
	db, err := sql.Open("sqlite3", path+"?_journal_mode=WAL&_synchronous=OFF&_cache_size=-200000")
	if err != nil {
		return err
	}
	defer db.Close()
	f.zipf = rand.NewZipf(f.random, 1.1, 1, 20_000)
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := f.prepare(tx); err != nil {
		return err
	}
	if err := fill(f); err != nil {
		return err
	}
	if _, err := tx.Exec("INSERT INTO cursors (reader, event) VALUES ('speaker', ?)", f.events); err != nil {
		return err
	}
	return tx.Commit()
}

func (f *filling) prepare(tx *sql.Tx) (err error) {
	for _, s := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&f.addThread, `INSERT INTO threads (id, posts, created_at, last_at, title, citation_url, citation_publication, link, source) VALUES (?, ?, ?, ?, ?, ?, 'The Gazette', 'gazette.example/' || ?1, 'gazette.example')`},
		{&f.addTopic, `INSERT INTO thread_topics (thread, position, topic, last_at) VALUES (?, 0, ?, ?)`},
		{&f.addPost, `INSERT INTO posts (id, thread, number, author, parent, answered, to_number, published_at, arrived_at, uri, url, to_uri, language, html, source)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'en', ?, ?)`},
		{&f.addKeyword, `INSERT OR IGNORE INTO keywords (thread, position, word, added_by, added_at, published, last_at) VALUES (?, ?, ?, ?, ?, 1, ?)`},
		{&f.addWord, `INSERT INTO words (word, threads) VALUES (?, 1) ON CONFLICT (word) DO UPDATE SET threads = threads + 1`},
		{&f.addEvent, `INSERT INTO events (id, at, kind, actor, topic, thread, post) VALUES (?, ?, ?, ?, ?, ?, ?)`},
	} {
		if *s.to, err = tx.Prepare(s.text); err != nil {
			return err
		}
	}
	return nil
}

// thread writes an article and its replies, each to one of the last ten.
func (f *filling) thread(id int64, replies int) error {
	if _, err := f.addThread.Exec(id, replies, f.at, f.at, f.words(6), fmt.Sprintf("https://gazette.example/%d", id)); err != nil {
		return err
	}
	if _, err := f.addTopic.Exec(id, f.topic, f.at); err != nil {
		return err
	}
	var last []filledPost
	for number := range replies + 1 {
		p := filledPost{number: int64(number), author: f.authors[f.random.IntN(len(f.authors))]}
		var parent *filledPost
		if number > 0 {
			parent = &last[f.random.IntN(len(last))]
		} else {
			p.author = f.authors[0]
		}
		if err := f.post(id, &p, parent); err != nil {
			return err
		}
		if last = append(last, p); len(last) > 10 {
			last = last[1:]
		}
	}
	return nil
}

type filledPost struct {
	id, number, author int64
	uri                string
}

func (f *filling) post(thread int64, p, parent *filledPost) error {
	f.posts++
	f.events++
	f.at++
	p.id = f.posts
	ours := p.author == f.authors[0]
	kind, url, source := board.ReplyPosted, "", ""
	p.uri = goalAddress.Post(board.ThreadID(thread), int(p.number))
	text := f.words(100)
	if ours {
		source = text
	} else {
		p.uri = fmt.Sprintf("https://s%d.example/users/writer/statuses/%x", p.author%writers, uint64(p.id)*0x9E3779B97F4A7C15)
		url = fmt.Sprintf("https://s%d.example/@writer/%x", p.author%writers, uint64(p.id)*0x9E3779B97F4A7C15)
	}
	var answers, answered, toNumber, toURI any = nil, nil, 0, ""
	if parent == nil {
		kind, url = board.ArticlePosted, goalAddress.Thread(board.ThreadID(thread))
	} else {
		answers, answered, toNumber, toURI = parent.id, parent.author, parent.number, parent.uri
	}
	_, err := f.addPost.Exec(p.id, thread, p.number, p.author, answers, answered, toNumber, f.at, f.at, p.uri, url, toURI,
		"<p>"+text+"</p>", source)
	if err != nil {
		return err
	}
	_, err = f.addEvent.Exec(f.events, f.at, string(kind), p.author, f.topic, thread, p.id)
	return err
}

// commonWord is in nearly every post.
const commonWord = "w0"

// words are so many words, as often as words are: few of them mostly.
func (f *filling) words(n int) string {
	var text strings.Builder
	for i := range n {
		if i > 0 {
			text.WriteByte(' ')
		}
		fmt.Fprintf(&text, "w%d", f.zipf.Uint64())
	}
	return text.String()
}

// indexAll lets the indexer take everything in that is in the log.
func indexAll(t testing.TB, path string) {
	t.Helper()
	db, err := storage.Open(t.Context(), path, storage.Options{Serve: true})
	if err != nil {
		t.Fatal(err)
	}
	catchUp(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// catchUp runs the indexer until it has read the whole log.
func catchUp(t testing.TB, db *storage.DB) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- db.RunIndexer(ctx) }()
	last, err := db.LastEvent(ctx)
	for read := board.EventID(-1); err == nil && read < last; time.Sleep(10 * time.Millisecond) {
		read, err = db.Cursor(ctx, "indexer")
	}
	cancel()
	<-done
	if err != nil {
		t.Fatal(err)
	}
}

// countRows counts the rows of all tables but those of the search index.
func countRows(b *bench, path string) (rows int) {
	b.Helper()
	db, err := sql.Open("sqlite3", path+"?mode=ro")
	b.must(err)
	defer db.Close()
	for _, table := range tables(b, db) {
		var n int
		b.must(db.QueryRow("SELECT count(*) FROM " + table).Scan(&n))
		rows += n
	}
	return rows
}

func tables(b *bench, db *sql.DB) (names []string) {
	b.Helper()
	found, err := db.Query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%fts%' AND name NOT LIKE 'sqlite%'")
	b.must(err)
	defer found.Close()
	for found.Next() {
		var name string
		b.must(found.Scan(&name))
		names = append(names, name)
	}
	b.must(found.Err())
	return names
}
