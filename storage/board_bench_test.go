package storage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"corkboard/board"
	"corkboard/storage"
	"corkboard/storage/storagetest"
)

const here = board.Address("https://board.example")

// text is as long as a usual post: 700 bytes of HTML.
var text = "<p>" + strings.Repeat("The quick brown fox jumps. ", 26) + "</p>"

// receive does to the store what the board does when a reply arrives from
// another server.
func receive(tx board.Tx, by board.ActorID, to board.PostID, uri string) (board.Post, error) {
	if buried, err := tx.Buried(uri); err != nil || buried {
		return board.Post{}, err
	}
	if _, err := tx.PostByURI(uri); board.KindOf(err) != board.NotFound {
		return board.Post{}, fmt.Errorf("%s: want NotFound, got %v", uri, err)
	}
	author, err := tx.Actor(by)
	if err != nil {
		return board.Post{}, err
	}
	if _, err := tx.PostsSince(by, tx.Now().Add(-time.Hour), 120); err != nil {
		return board.Post{}, err
	}
	parent, err := tx.Post(to)
	if err != nil {
		return board.Post{}, err
	}
	thread, err := tx.Thread(parent.Thread)
	if err != nil {
		return board.Post{}, err
	}
	p := board.Post{
		Thread: thread.ID, URI: uri, URL: uri + "/page", Author: author, HTML: text, PublishedAt: tx.Now(), ArrivedAt: tx.Now(),
		To: board.Answered{Post: parent.ID, Number: parent.Number, URI: parent.URI, Author: parent.Author},
	}
	if p.Number, err = tx.NextNumber(thread.ID); err != nil {
		return board.Post{}, err
	}
	mentions := []board.ActorID{parent.Author.ID, thread.Topics[0].ID}
	if p.ID, err = tx.AddPost(p, "", mentions, []byte(strings.Repeat("original ", 200))); err != nil {
		return board.Post{}, err
	}
	_, err = tx.Log(board.Event{Kind: board.ReplyPosted, Actor: by, Topic: thread.Topics[0].ID, Thread: thread.ID, Post: p.ID})
	return p, err
}

// openThread posts an article.
func openThread(tx board.Tx, by board.Actor, title string, topics ...board.Topic) (board.Post, error) {
	id, err := tx.AddThread(board.Thread{
		Title: title, Topics: topics, CreatedAt: tx.Now(), LastAt: tx.Now(),
		Keywords: []board.Keyword{{Word: "japan", By: by.ID, Published: true}, {Word: "defense", By: by.ID, Published: true}},
	})
	if err != nil {
		return board.Post{}, err
	}
	p := board.Post{
		Thread: id, URI: here.Post(id, 0), URL: here.Thread(id), Author: by, HTML: text, PublishedAt: tx.Now(), ArrivedAt: tx.Now(),
	}
	if p.ID, err = tx.AddPost(p, "", nil, nil); err != nil {
		return p, err
	}
	_, err = tx.Log(board.Event{Kind: board.ArticlePosted, Actor: by.ID, Topic: topics[0].ID, Thread: id, Post: p.ID})
	return p, err
}

// fifty are the people who write in the benchmarks.
func fifty(b *testing.B, db *storage.DB) []board.ActorID {
	b.Helper()
	var ids []board.ActorID
	err := db.Update(b.Context(), func(tx board.Tx) error {
		ids = ids[:0]
		for n := range 50 {
			id, err := tx.AddActor(storagetest.Remote(fmt.Sprintf("https://s%d.example", n), "writer"))
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return ids
}

// BenchmarkReply is what a reply from another server costs in the store, in
// groups of 200.
func BenchmarkReply(b *testing.B) {
	db := storagetest.Open(b)
	world := storagetest.Fill(b, db, here)
	writers := fifty(b, db)
	var parents []board.PostID
	for range 20 {
		err := db.Update(b.Context(), func(tx board.Tx) error {
			p, err := openThread(tx, world.Member.Actor, "Title", world.Topic)
			parents = append(parents, p.ID)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	for n := 0; n < b.N; {
		err := db.Update(b.Context(), func(tx board.Tx) error {
			for range min(200, b.N-n) {
				p, err := receive(tx, writers[n%50], parents[n%20], fmt.Sprintf("https://s%d.example/users/writer/statuses/%x", n%50, uint64(n)*0x9E3779B97F4A7C15))
				if err != nil {
					return err
				}
				parents[n%20] = p.ID
				n++
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPage reads what a page of fifty posts shows.
func BenchmarkPage(b *testing.B) {
	db := storagetest.Open(b)
	world := storagetest.Fill(b, db, here)
	writers := fifty(b, db)
	var article board.Post
	err := db.Update(b.Context(), func(tx board.Tx) (err error) {
		if article, err = openThread(tx, world.Member.Actor, "Title", world.Topic); err != nil {
			return err
		}
		to := article.ID
		for n := range 100 {
			p, err := receive(tx, writers[n%50], to, fmt.Sprintf("https://s%d.example/%d", n%50, n))
			if err != nil {
				return err
			}
			to = p.ID
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := db.Thread(b.Context(), article.Thread); err != nil {
			b.Fatal(err)
		}
		if posts, err := db.Posts(b.Context(), article.Thread, 26, 50); err != nil || len(posts) != 50 {
			b.Fatal(len(posts), err)
		}
	}
}

// BenchmarkVersion is all that a cached page asks of the store.
func BenchmarkVersion(b *testing.B) {
	db := storagetest.Open(b)
	world := storagetest.Fill(b, db, here)
	var article board.Post
	err := db.Update(b.Context(), func(tx board.Tx) (err error) {
		article, err = openThread(tx, world.Member.Actor, "Title", world.Topic)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := db.ThreadVersion(b.Context(), article.Thread); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkThreads reads what a list of fifty threads shows.
func BenchmarkThreads(b *testing.B) {
	db := storagetest.Open(b)
	world := storagetest.Fill(b, db, here)
	err := db.Update(b.Context(), func(tx board.Tx) error {
		for range 100 {
			if _, err := openThread(tx, world.Member.Actor, "Title", world.Topic); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		threads, err := db.Threads(b.Context(), board.ThreadQuery{Topic: world.Topic.ID, Active: true, Limit: 50})
		if err != nil || len(threads) != 50 {
			b.Fatal(len(threads), err)
		}
	}
}
