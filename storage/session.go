package storage

import (
	"context"
	"crypto/sha256"
	"time"

	"corkboard/board"
)

// Sessions keeps who is logged in, for alexedwards/scs. Of a token only its
// SHA-256 is kept, so that a stolen copy of the database opens no session.
type Sessions struct{ db *DB }

// Sessions are those of this board.
func (db *DB) Sessions() Sessions { return Sessions{db} }

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// FindCtx returns what was committed under a token; found is false if there is
// no such session or if it has expired.
func (s Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = s.db.read(ctx).get(&data, `
		SELECT data
		FROM sessions
		WHERE hash = ? AND expires_at > ?`, hashToken(token), millis(s.db.writer.clock()))
	if err != nil && board.KindOf(err) == board.NotFound {
		return nil, false, nil
	}
	return data, err == nil, err
}

// CommitCtx makes or replaces a session.
func (s Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return s.db.update(ctx, func(tx *Tx) error {
		_, err := tx.exec(`
			INSERT INTO sessions (hash, data, expires_at)
			VALUES (?, ?, ?)
			ON CONFLICT (hash) DO UPDATE
			SET data = excluded.data, expires_at = excluded.expires_at`, hashToken(token), data, millis(expiry))
		return err
	})
}

// DeleteCtx ends a session. Ending what is not there changes nothing.
func (s Sessions) DeleteCtx(ctx context.Context, token string) error {
	return s.db.update(ctx, func(tx *Tx) error {
		_, err := tx.exec(`
			DELETE FROM sessions
			WHERE hash = ?`, hashToken(token))
		return err
	})
}

// Find, Commit and Delete are what scs asks of a store; it calls the others
// where they are there.
func (s Sessions) Find(token string) (data []byte, found bool, err error) {
	return s.FindCtx(background, token)
}

// Commit makes or replaces a session.
func (s Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(background, token, data, expiry)
}

// Delete ends a session.
func (s Sessions) Delete(token string) error { return s.DeleteCtx(background, token) }

// dropLimit bounds how many sessions one change drops.
const dropLimit = 1000

// DropExpired drops every session that has expired.
func (db *DB) DropExpired(ctx context.Context) error {
	for {
		n, err := outcome(ctx, db, func(tx *Tx) (int64, error) {
			result, err := tx.exec(`
				DELETE FROM sessions
				WHERE hash IN (
					SELECT hash
					FROM sessions
					WHERE expires_at <= ?
					ORDER BY expires_at
					LIMIT ?
				)`, millis(tx.now), dropLimit)
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
