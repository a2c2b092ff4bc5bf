package storage

import (
	"context"
	"time"

	"corkboard/board"
)

type letterRow struct {
	ID        int64  `db:"id"`
	URI       string `db:"uri"`
	Sender    int64  `db:"sender"`
	Recipient int64  `db:"recipient"`
	About     int64  `db:"about"`
	InReplyTo string `db:"in_reply_to"`
	SentAt    int64  `db:"sent_at"`
	ArrivedAt int64  `db:"arrived_at"`
	EditedAt  int64  `db:"edited_at"`
	DeletedAt int64  `db:"deleted_at"`
	Language  string `db:"language"`
	Warning   string `db:"warning"`
	HTML      string `db:"html"`
	Source    string `db:"source"`
}

const letterColumns = `
	id, uri, sender, recipient, COALESCE(about, 0) AS about, in_reply_to,
	sent_at, arrived_at, edited_at, deleted_at, language, warning, html, source`

func (r letterRow) letter() board.Letter {
	return board.Letter{
		ID: r.ID, URI: r.URI, From: board.ActorID(r.Sender), To: board.ActorID(r.Recipient),
		About: board.PostID(r.About), InReplyTo: r.InReplyTo,
		HTML: r.HTML, Source: r.Source, Language: r.Language, Warning: r.Warning,
		SentAt: moment(r.SentAt), ArrivedAt: moment(r.ArrivedAt), EditedAt: moment(r.EditedAt), DeletedAt: moment(r.DeletedAt),
	}
}

// LetterByURI finds a private reply by its ActivityPub id: the first of those
// who got it has the same text and sender as the others.
func (db *DB) LetterByURI(ctx context.Context, uri string) (board.Letter, error) {
	return db.read(ctx).LetterByURI(uri)
}

// LetterTo finds what one recipient got of a private reply.
func (db *DB) LetterTo(ctx context.Context, uri string, to board.ActorID) (board.Letter, error) {
	return db.read(ctx).LetterTo(uri, to)
}

// LetterByID finds a private reply by its number.
func (db *DB) LetterByID(ctx context.Context, id int64) (board.Letter, error) {
	var row letterRow
	err := db.read(ctx).get(&row, `
		SELECT `+letterColumns+`
		FROM letters
		WHERE id = ?`, id)
	return row.letter(), err
}

func (r *reader) LetterByURI(uri string) (board.Letter, error) {
	var row letterRow
	err := r.get(&row, `
		SELECT `+letterColumns+`
		FROM letters
		WHERE uri = ?
		ORDER BY id
		LIMIT 1`, uri)
	return row.letter(), err
}

func (r *reader) LetterTo(uri string, to board.ActorID) (board.Letter, error) {
	var row letterRow
	err := r.get(&row, `
		SELECT `+letterColumns+`
		FROM letters
		WHERE uri = ? AND recipient = ?`, uri, to)
	return row.letter(), err
}

// LettersSince counts an actor's letters after a time, up to limit.
func (tx *Tx) LettersSince(from board.ActorID, since time.Time, limit int) (int, error) {
	var n int
	err := tx.get(&n, `
		SELECT count(*)
		FROM (
			SELECT 1
			FROM letters
			WHERE sender = ? AND arrived_at > ?
			LIMIT ?
		) AS recent`, from, millis(since), limit)
	return n, err
}

// AddLetter keeps a private reply and returns its number. Error: Conflict, if
// the recipient has one with this URI.
func (tx *Tx) AddLetter(l board.Letter) (int64, error) {
	result, err := tx.exec(`
		INSERT INTO letters (uri, sender, recipient, about, in_reply_to, sent_at, arrived_at, language, warning, html, source)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		l.URI, l.From, l.To, reference(l.About), l.InReplyTo, millis(l.SentAt), millis(l.ArrivedAt),
		l.Language, l.Warning, l.HTML, l.Source)
	return inserted(result), err
}

// SetLetter changes a letter's text for all who got it from its sender, and
// says when it was edited or deleted.
func (tx *Tx) SetLetter(l board.Letter) error {
	return tx.one(tx.exec(`
		UPDATE letters
		SET language = ?, warning = ?, html = ?, source = ?, edited_at = ?, deleted_at = ?
		WHERE uri = ? AND sender = ?`,
		l.Language, l.Warning, l.HTML, l.Source, millis(l.EditedAt), millis(l.DeletedAt), l.URI, l.From))
}
