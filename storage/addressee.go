package storage

import (
	"strings"
	"time"

	"corkboard/board"
)

// addAlso fills in whom some posts are to beside the authors of those that
// they answer.
func (r *reader) addAlso(posts []*board.Post) error {
	if len(posts) == 0 {
		return nil
	}
	ids, place := make([]board.PostID, len(posts)), make(map[board.PostID]*board.Post, len(posts))
	for i, p := range posts {
		ids[i], place[p.ID] = p.ID, p
	}
	list, args := among(ids)
	return r.each(func(c *cells) {
		p := place[board.PostID(c.int())]
		p.Also = append(p.Also, board.Addressee{Number: int(c.int()), Author: c.person()})
	}, `
		SELECT l.post, l.number, `+personColumns+`
		FROM addressees l
		JOIN actors a ON a.id = l.actor
		WHERE l.post IN `+list+`
		ORDER BY l.post, l.position`, args...)
}

// Addressees are whom a post is to beside the author of the one that it answers.
func (tx *Tx) Addressees(id board.PostID) ([]board.Addressee, error) {
	post := board.Post{ID: id}
	err := tx.addAlso([]*board.Post{&post})
	return post.Also, err
}

func (tx *Tx) addAddressees(post board.PostID, list []board.Addressee) error {
	if len(list) == 0 {
		return nil
	}
	var args []any
	for i, a := range list {
		args = append(args, post, i, a.Author.ID, a.Number)
	}
	_, err := tx.exec(`
		INSERT INTO addressees (post, position, actor, number)
		VALUES (?, ?, ?, ?)`+strings.Repeat(`, (?, ?, ?, ?)`, len(list)-1), args...)
	return err
}

// PostAt finds a post by its place in a thread.
func (tx *Tx) PostAt(thread board.ThreadID, number int) (board.Post, error) {
	return tx.onePost(`
		WHERE p.thread = ? AND p.number = ?`, thread, number)
}

// RecentPosts are an author's live posts in a thread since a time, the newest
// first. Only so many of his posts are looked at as he may write in that time.
func (tx *Tx) RecentPosts(author board.ActorID, thread board.ThreadID, since time.Time, limit int) ([]board.Post, error) {
	return tx.posts(limit, `
		WHERE p.author = ? AND p.arrived_at > ? AND p.state = 0 AND p.thread = ?
		ORDER BY p.arrived_at DESC, p.id DESC`, author, millis(since), thread)
}

// Wrote reports whether an author has a live post in a thread.
func (tx *Tx) Wrote(thread board.ThreadID, author board.ActorID) (bool, error) {
	var wrote bool
	err := tx.get(&wrote, `
		SELECT EXISTS (
			SELECT 1
			FROM posts
			WHERE thread = ? AND author = ? AND state = 0
		)`, thread, author)
	return wrote, err
}
