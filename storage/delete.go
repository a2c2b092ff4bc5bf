package storage

import "corkboard/board"

// ClosePost makes a tombstone of a live post. Its row, number and place stay;
// its text goes, an article's title, source line and keywords too, and with
// them what was kept of it elsewhere; the original, if there is one, takes the place
// of the old one. Error: NotFound, if there is no such live post.
func (tx *Tx) ClosePost(p board.Post, original []byte) error {
	var row struct {
		Thread board.ThreadID `db:"thread"`
		Number int64          `db:"number"`
		Parent board.PostID   `db:"parent"`
		URI    string         `db:"uri"`
	}
	err := tx.get(&row, `
		UPDATE posts
		SET state = ?, closed_at = ?, closed_by = ?, reason = ?, html = '', source = '', warning = '',
			attachments = 0, sensitive = 0, emojis = '', quote = ''
		WHERE id = ? AND state = 0
		RETURNING thread, number, COALESCE(parent, 0) AS parent, uri`,
		p.State, millis(p.ClosedAt), p.ClosedBy, p.Reason, p.ID)
	if err != nil {
		return err
	}
	_, err = tx.exec(`
		DELETE FROM revisions
		WHERE post = ?`, p.ID)
	if err != nil {
		return err
	}
	_, err = tx.exec(`
		DELETE FROM originals
		WHERE post = ?`, p.ID)
	if err != nil {
		return err
	}
	if err := tx.setAttachments(p.ID, nil); err != nil {
		return err
	}
	if err := tx.touchQuoting(row.URI); err != nil {
		return err
	}
	if err := tx.addOriginal(p.ID, original); err != nil {
		return err
	}
	if err := tx.addReplies(row.Parent, -1); err != nil {
		return err
	}
	if row.Number == 0 {
		return tx.untitle(row.Thread)
	}
	return tx.Touch(row.Thread)
}

// untitle drops what stood over an article and what it was filed under.
func (tx *Tx) untitle(id board.ThreadID) error {
	_, err := tx.exec(`
		UPDATE threads
		SET again = ''
		WHERE id = ?`, id)
	if err != nil {
		return err
	}
	keywords, err := tx.Keywords(id)
	if err != nil {
		return err
	}
	for _, k := range keywords {
		if _, err := tx.RemoveKeyword(id, k.Word); err != nil {
			return err
		}
	}
	return tx.SetTitle(id, "", board.Citation{})
}

// Bury remembers that something was deleted before it arrived.
func (tx *Tx) Bury(uri, host string) error {
	_, err := tx.exec(`
		INSERT INTO tombstones (uri, host, at)
		VALUES (?, ?, ?)
		ON CONFLICT (uri) DO NOTHING`, uri, host, millis(tx.now))
	return err
}

// Buried reports whether something was deleted before it arrived.
func (tx *Tx) Buried(uri string) (bool, error) {
	var buried bool
	err := tx.get(&buried, `
		SELECT EXISTS (
			SELECT 1
			FROM tombstones
			WHERE uri = ?
		)`, uri)
	return buried, err
}
