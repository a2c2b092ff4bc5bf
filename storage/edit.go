package storage

import (
	"context"

	"corkboard/board"
)

type revisionRow struct {
	Post     int64  `db:"post"`
	At       int64  `db:"at"`
	Title    string `db:"title"`
	Language string `db:"language"`
	Warning  string `db:"warning"`
	HTML     string `db:"html"`
	Source   string `db:"source"`
}

func (r revisionRow) revision() board.Revision {
	return board.Revision{
		Post: board.PostID(r.Post), At: moment(r.At), Title: r.Title,
		HTML: r.HTML, Source: r.Source, Warning: r.Warning, Language: r.Language,
	}
}

// Revisions are the earlier texts of a post, the newest first.
func (db *DB) Revisions(ctx context.Context, id board.PostID, limit int) ([]board.Revision, error) {
	var rows []revisionRow
	err := db.read(ctx).selectAll(&rows, `
		SELECT post, at, title, language, warning, html, source
		FROM revisions
		WHERE post = ?
		ORDER BY id DESC
		LIMIT ?`, id, limit)
	revisions := make([]board.Revision, len(rows))
	for i, row := range rows {
		revisions[i] = row.revision()
	}
	return revisions, err
}

// EditPost replaces a post's text, language, warning and mentions, and its
// original where there is a new one. What was there before becomes a revision.
func (tx *Tx) EditPost(p board.Post, mentions []board.ActorID, original []byte) error {
	_, err := tx.exec(`
		INSERT INTO revisions (post, at, title, language, warning, html, source)
		SELECT p.id, ?, CASE p.number WHEN 0 THEN t.title ELSE '' END, p.language, p.warning, p.html, p.source
		FROM posts p
		JOIN threads t ON t.id = p.thread
		WHERE p.id = ?`, millis(tx.now), p.ID)
	if err != nil {
		return err
	}
	thread, err := tx.changePost(`
		UPDATE posts
		SET language = ?, warning = ?, html = ?, source = ?, edited_at = ?
		WHERE id = ?
		RETURNING thread`, p.Language, p.Warning, p.HTML, p.Source, millis(p.EditedAt), p.ID)
	if err != nil {
		return err
	}
	_, err = tx.exec(`
		DELETE FROM mentions
		WHERE post = ?`, p.ID)
	if err != nil {
		return err
	}
	if err := tx.addMentions(p.ID, mentions); err != nil {
		return err
	}
	if err := tx.addOriginal(p.ID, original); err != nil {
		return err
	}
	return tx.Touch(thread)
}
