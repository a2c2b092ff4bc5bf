package storage

import "corkboard/board"

// Like counts an actor's like of a post, once.
func (tx *Tx) Like(post board.PostID, actor board.ActorID) (added bool, err error) {
	added, err = changed(tx.exec(`
		INSERT INTO likes (post, actor, at)
		VALUES (?, ?, ?)
		ON CONFLICT (post, actor) DO NOTHING`, post, actor, millis(tx.now)))
	if err != nil || !added {
		return false, err
	}
	return true, tx.count(post, `
		UPDATE posts
		SET likes = likes + 1
		WHERE id = ?
		RETURNING thread`)
}

// Unlike takes the like back.
func (tx *Tx) Unlike(post board.PostID, actor board.ActorID) (removed bool, err error) {
	removed, err = changed(tx.exec(`
		DELETE FROM likes
		WHERE post = ? AND actor = ?`, post, actor))
	if err != nil || !removed {
		return false, err
	}
	return true, tx.count(post, `
		UPDATE posts
		SET likes = likes - 1
		WHERE id = ?
		RETURNING thread`)
}

// Share counts an actor's Announce of a post, once; uri is the Announce's id.
func (tx *Tx) Share(post board.PostID, actor board.ActorID, uri string) (added bool, err error) {
	added, err = changed(tx.exec(`
		INSERT INTO shares (post, actor, at, uri)
		VALUES (?, ?, ?, ?)
		ON CONFLICT (post, actor) DO NOTHING`, post, actor, millis(tx.now), uri))
	if err != nil || !added {
		return false, err
	}
	return true, tx.count(post, `
		UPDATE posts
		SET shares = shares + 1
		WHERE id = ?
		RETURNING thread`)
}

// Unshare takes the Announce back.
func (tx *Tx) Unshare(post board.PostID, actor board.ActorID) (removed bool, err error) {
	removed, err = changed(tx.exec(`
		DELETE FROM shares
		WHERE post = ? AND actor = ?`, post, actor))
	if err != nil || !removed {
		return false, err
	}
	return true, tx.count(post, `
		UPDATE posts
		SET shares = shares - 1
		WHERE id = ?
		RETURNING thread`)
}

// count changes a counter of a post, which is to be seen in its thread.
func (tx *Tx) count(post board.PostID, update string) error {
	thread, err := tx.changePost(update, post)
	if err != nil {
		return err
	}
	return tx.Touch(thread)
}
