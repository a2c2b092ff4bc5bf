package storage

import (
	"context"
	"time"

	"corkboard/board"
)

// Watermark is how far every peer has come that has no cursor of its own.
func (db *DB) Watermark(ctx context.Context) (board.ActivityID, error) {
	var id board.ActivityID
	err := db.read(ctx).get(&id, `
		SELECT activity
		FROM watermark
		WHERE id = 1`)
	return id, err
}

// SaveProgress keeps all of what the couriers have done, or nothing of it.
func (db *DB) SaveProgress(ctx context.Context, p board.Progress) error {
	return db.update(ctx, func(tx *Tx) error {
		for _, save := range []func(board.Progress) error{
			tx.saveFailures, tx.saveParked, tx.saveGreetings, tx.savePeers, tx.saveWatermark,
		} {
			if err := save(p); err != nil {
				return err
			}
		}
		return nil
	})
}

func (tx *Tx) saveWatermark(p board.Progress) error {
	_, err := tx.exec(`
		UPDATE watermark
		SET activity = ?1
		WHERE id = 1 AND activity < ?1`, p.Watermark)
	return err
}

func (tx *Tx) savePeers(p board.Progress) error {
	for _, peer := range p.Peers {
		_, err := tx.exec(`
			UPDATE peers
			SET behind = ?, cursor = ?, failures = ?, first_fail_at = ?, next_try_at = ?, last_ok_at = ?, last_error = ?
			WHERE id = ?`,
			peer.Behind, peer.Cursor, peer.Failures, millis(peer.FirstFailAt), millis(peer.NextTryAt),
			millis(peer.LastOKAt), peer.LastError, peer.ID)
		if err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) saveFailures(p board.Progress) error {
	for _, f := range p.Failures {
		_, err := tx.exec(`
			INSERT INTO delivery_failures (activity, peer, since, status, at, answer)
			VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (activity, peer) DO UPDATE
			SET since = excluded.since, status = excluded.status, at = excluded.at, answer = excluded.answer`,
			f.Activity, f.Peer, f.Since, f.Status, millis(f.At), f.Answer)
		if err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) saveParked(p board.Progress) error {
	for _, parked := range p.Unparked {
		_, err := tx.exec(`
			DELETE FROM parked
			WHERE peer = ? AND activity = ?`, parked.Peer, parked.Activity)
		if err != nil {
			return err
		}
	}
	for _, parked := range p.Parked {
		_, err := tx.exec(`
			INSERT INTO parked (peer, activity, failures, next_try_at)
			VALUES (?, ?, ?, ?)
			ON CONFLICT (peer, activity) DO UPDATE
			SET failures = excluded.failures, next_try_at = excluded.next_try_at`,
			parked.Peer, parked.Activity, parked.Failures, millis(parked.NextTryAt))
		if err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) saveGreetings(p board.Progress) error {
	for _, g := range p.Greeted {
		_, err := tx.exec(`
			UPDATE audience
			SET greeted = 1
			WHERE peer = ? AND actor = ? AND from_event <= ? AND greeted = 0`, g.Peer, g.Actor, g.Event)
		if err != nil {
			return err
		}
	}
	return nil
}

// ParkedAt lists what is parked at a peer, oldest activity first.
func (db *DB) ParkedAt(ctx context.Context, peer board.PeerID) ([]board.Parked, error) {
	var rows []struct {
		Activity  board.ActivityID `db:"activity"`
		Failures  int              `db:"failures"`
		NextTryAt int64            `db:"next_try_at"`
	}
	err := db.read(ctx).selectAll(&rows, `
		SELECT activity, failures, next_try_at
		FROM parked
		WHERE peer = ?
		ORDER BY activity
		LIMIT 10000`, peer)
	if err != nil {
		return nil, err
	}
	found := make([]board.Parked, 0, len(rows))
	for _, row := range rows {
		found = append(found, board.Parked{
			Peer: peer, Activity: row.Activity, Failures: row.Failures, NextTryAt: moment(row.NextTryAt),
		})
	}
	return found, nil
}

// ParkedOf lists the peers at which an activity is parked.
func (db *DB) ParkedOf(ctx context.Context, activity board.ActivityID) ([]board.Parked, error) {
	var found []board.Parked
	err := db.read(ctx).each(func(c *cells) {
		found = append(found, board.Parked{
			Peer: board.PeerID(c.int()), Activity: activity, Failures: int(c.int()), NextTryAt: c.time(),
		})
	}, `
		SELECT peer, failures, next_try_at
		FROM parked
		WHERE activity = ?
		ORDER BY peer
		LIMIT 100000`, activity)
	return found, err
}

// Failures lists the peers that an activity did not reach for good. Where
// Since is smaller than Activity, several were given up together, and this
// one was among them if the peer was of its audience.
func (db *DB) Failures(ctx context.Context, activity board.ActivityID) ([]board.Failure, error) {
	var rows []failureRow
	err := db.read(ctx).selectAll(&rows, `
		SELECT activity, peer, since, status, at, answer
		FROM delivery_failures
		WHERE activity = ?1
		UNION ALL
		SELECT activity, peer, since, status, at, answer
		FROM delivery_failures
		WHERE since < activity AND activity > ?1 AND since <= ?1
		ORDER BY activity, peer
		LIMIT 1000`, activity)
	return failures(rows), err
}

// LatestFailures lists what was refused or given up, the newest first.
func (db *DB) LatestFailures(ctx context.Context, limit int) ([]board.Failure, error) {
	var rows []failureRow
	err := db.read(ctx).selectAll(&rows, `
		SELECT activity, peer, since, status, at, answer
		FROM delivery_failures
		ORDER BY at DESC, activity DESC, peer
		LIMIT ?`, limit)
	return failures(rows), err
}

type failureRow struct {
	Activity board.ActivityID `db:"activity"`
	Peer     board.PeerID     `db:"peer"`
	Since    board.ActivityID `db:"since"`
	Status   int              `db:"status"`
	At       int64            `db:"at"`
	Answer   string           `db:"answer"`
}

func failures(rows []failureRow) []board.Failure {
	found := make([]board.Failure, 0, len(rows))
	for _, row := range rows {
		found = append(found, board.Failure{
			Activity: row.Activity, Since: row.Since, Peer: row.Peer,
			Status: row.Status, Answer: row.Answer, At: moment(row.At),
		})
	}
	return found
}

// DropOld drops the bodies of activities, and the traces of failures, from
// before then, at most limit of each, and says whether there may be more.
func (db *DB) DropOld(ctx context.Context, before time.Time, limit int) (more bool, err error) {
	return outcome(ctx, db, func(tx *Tx) (more bool, err error) {
		for _, drop := range []string{`
			UPDATE activities
			SET body = NULL
			WHERE id IN (
				SELECT id
				FROM activities
				WHERE at < ? AND body IS NOT NULL
				ORDER BY at
				LIMIT ?
			)`, `
			DELETE FROM delivery_failures
			WHERE (activity, peer) IN (
				SELECT activity, peer
				FROM delivery_failures
				WHERE at < ?
				ORDER BY at
				LIMIT ?
			)`,
		} {
			result, err := tx.exec(drop, millis(before), limit)
			if err != nil {
				return false, err
			}
			n, err := result.RowsAffected()
			if err != nil {
				return false, err
			}
			more = more || n == int64(limit)
		}
		return more, nil
	})
}
