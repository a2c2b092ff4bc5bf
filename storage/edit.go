package storage

import (
	"context"

	"corkboard/board"
)

// Revisions are the earlier texts of a post, the newest first.
func (db *DB) Revisions(ctx context.Context, id board.PostID, limit int) ([]board.Revision, error) {
	revisions := []board.Revision{}
	err := db.read(ctx).each(func(c *cells) {
		revisions = append(revisions, board.Revision{
			Post: board.PostID(c.int()), At: c.time(), Title: c.text(),
			Citation: board.Citation{URL: c.text(), Publication: c.text(), Author: c.text(), Date: c.text()},
			HTML:     c.text(), Source: c.text(), Warning: c.text(), Language: c.text(),
		})
	}, `
		SELECT post, at, title, citation_url, citation_publication, citation_author, citation_date,
			html, source, warning, language
		FROM revisions
		WHERE post = ?
		ORDER BY id DESC
		LIMIT ?`, id, limit)
	return revisions, err
}

// EditPost replaces a post's text, language, warning, SameAs, mentions and what it
// brings along, and its original where there is a new one. What was there before becomes a revision.
func (tx *Tx) EditPost(p board.Post, mentions []board.ActorID, original []byte) error {
	_, err := tx.exec(`
		INSERT INTO revisions (post, at, language, warning, html, source, title,
			citation_url, citation_publication, citation_author, citation_date)
		SELECT p.id, ?, p.language, p.warning, p.html, p.source, COALESCE(t.title, ''),
			COALESCE(t.citation_url, ''), COALESCE(t.citation_publication, ''),
			COALESCE(t.citation_author, ''), COALESCE(t.citation_date, '')
		FROM posts p
		LEFT JOIN threads t ON t.id = p.thread AND p.number = 0
		WHERE p.id = ?`, millis(tx.now), p.ID)
	if err != nil {
		return err
	}
	thread, err := tx.changePost(`
		UPDATE posts
		SET language = ?, warning = ?, html = ?, source = ?, edited_at = ?, same_as = ?,
			attachments = ?, sensitive = ?, emojis = ?, quote = ?
		WHERE id = ?
		RETURNING thread`, p.Language, p.Warning, p.HTML, p.Source, millis(p.EditedAt), p.SameAs,
		len(p.Attachments), p.Sensitive, shortcodes(p.Emojis), p.Quoted.URI, p.ID)
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
	if err := tx.setAttachments(p.ID, p.Attachments); err != nil {
		return err
	}
	if err := tx.touchQuoting(p.URI); err != nil {
		return err
	}
	if err := tx.addOriginal(p.ID, original); err != nil {
		return err
	}
	return tx.Touch(thread)
}
