package storage

import (
	"context"
	"net/url"
	"time"

	"corkboard/board"
)

// draftsKept bounds a member's list; the board allows fewer.
const draftsKept = 100

// draftLife is how long a draft is kept that nobody comes back to.
const draftLife = 90 * 24 * time.Hour

// Draft finds what a member typed into a form and has not sent yet.
func (db *DB) Draft(ctx context.Context, member board.ActorID, form string) (board.Draft, error) {
	draft := board.Draft{Member: member, Form: form}
	err := db.read(ctx).only(func(c *cells) {
		draft.SavedAt = c.time()
		draft.Fields, _ = url.ParseQuery(c.text()) // SaveDraft wrote it
	}, `
		SELECT saved_at, fields
		FROM drafts
		WHERE member = ? AND form = ?`, member, form)
	return draft, err
}

// Drafts are those of a member, the newest first, without their fields.
func (db *DB) Drafts(ctx context.Context, member board.ActorID) ([]board.Draft, error) {
	drafts := []board.Draft{}
	err := db.read(ctx).each(func(c *cells) {
		drafts = append(drafts, board.Draft{Member: member, SavedAt: c.time(), Form: c.text()})
	}, `
		SELECT saved_at, form
		FROM drafts
		WHERE member = ?
		ORDER BY saved_at DESC, form DESC
		LIMIT ?`, member, draftsKept)
	return drafts, err
}

// DraftCount is how many drafts a member has for other forms than one.
func (tx *Tx) DraftCount(member board.ActorID, but string) (int, error) {
	var n int
	err := tx.get(&n, `
		SELECT count(*)
		FROM drafts
		WHERE member = ? AND form <> ?`, member, but)
	return n, err
}

// SaveDraft keeps a draft in the place of an earlier one for the same form.
func (tx *Tx) SaveDraft(d board.Draft) error {
	_, err := tx.exec(`
		INSERT INTO drafts (member, form, saved_at, fields)
		VALUES (?, ?, ?, ?)
		ON CONFLICT (member, form) DO UPDATE
		SET saved_at = excluded.saved_at, fields = excluded.fields`,
		d.Member, d.Form, millis(d.SavedAt), d.Fields.Encode())
	return err
}

// DropDraft forgets a draft, if it is there.
func (tx *Tx) DropDraft(member board.ActorID, form string) error {
	_, err := tx.exec(`
		DELETE FROM drafts
		WHERE member = ? AND form = ?`, member, form)
	return err
}

// DropOldDrafts forgets the drafts that nobody came back to for 90 days.
func (db *DB) DropOldDrafts(ctx context.Context) error {
	for {
		n, err := outcome(ctx, db, func(tx *Tx) (int64, error) {
			result, err := tx.exec(`
				DELETE FROM drafts
				WHERE (member, form) IN (
					SELECT member, form
					FROM drafts
					WHERE saved_at <= ?
					ORDER BY saved_at
					LIMIT ?
				)`, millis(tx.now.Add(-draftLife)), dropLimit)
			if err != nil {
				return 0, err
			}
			return result.RowsAffected()
		})
		if err != nil || n < dropLimit {
			return err
		}
	}
}
