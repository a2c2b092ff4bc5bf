package storage

import (
	"context"
	"time"

	"corkboard/board"
)

// receiptRow is a row of receipts, with the body where one waits.
type receiptRow struct {
	ID         int64  `db:"id"`
	State      int    `db:"state"`
	Tries      int    `db:"tries"`
	Inbox      int64  `db:"inbox"`
	ReceivedAt int64  `db:"received_at"`
	NextTryAt  int64  `db:"next_try_at"`
	Key        []byte `db:"key"`
	Type       string `db:"type"`
	Actor      string `db:"actor"`
	Activity   string `db:"activity"`
	Lane       string `db:"lane"`
	Reason     string `db:"reason"`
	Body       []byte `db:"body"`
}

func (r receiptRow) receipt() board.Receipt {
	return board.Receipt{
		ID: r.ID, State: board.ReceiptState(r.State), Tries: r.Tries, Inbox: board.ActorID(r.Inbox),
		ReceivedAt: moment(r.ReceivedAt), NextTryAt: moment(r.NextTryAt), Key: r.Key, Type: r.Type,
		Actor: r.Actor, Activity: r.Activity, Lane: r.Lane, Reason: r.Reason, Body: r.Body,
	}
}

func receipts(rows []receiptRow) []board.Receipt {
	found := make([]board.Receipt, 0, len(rows))
	for _, row := range rows {
		found = append(found, row.receipt())
	}
	return found
}

// Receive keeps what has arrived, unless something with its key is here
// already. It returns the receipt with its ID and ReceivedAt, or that of the
// first one; fresh says which.
func (db *DB) Receive(ctx context.Context, r board.Receipt) (kept board.Receipt, fresh bool, err error) {
	type received struct {
		board.Receipt
		fresh bool
	}
	got, err := outcome(ctx, db, func(tx *Tx) (got received, err error) {
		got.Receipt, got.fresh, err = tx.receive(r)
		return got, err
	})
	return got.Receipt, got.fresh, err
}

func (tx *Tx) receive(r board.Receipt) (kept board.Receipt, fresh bool, err error) {
	result, err := tx.exec(`
		INSERT INTO receipts (inbox, received_at, key, type, actor, activity, lane)
		VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (key) DO NOTHING`,
		r.Inbox, millis(tx.now), r.Key, r.Type, r.Actor, r.Activity, r.Lane)
	if fresh, err = changed(result, err); err != nil {
		return r, false, err
	}
	if !fresh {
		kept, err = tx.receiptByKey(r.Key)
		return kept, false, err
	}
	r.ID, r.ReceivedAt = inserted(result), tx.now
	_, err = tx.exec(`
		INSERT INTO receipt_bodies (receipt, body)
		VALUES (?, ?)`, r.ID, r.Body)
	return r, true, err
}

// ReceiptByKey finds what arrived under a key, without its body.
func (db *DB) ReceiptByKey(ctx context.Context, key []byte) (board.Receipt, error) {
	return db.read(ctx).receiptByKey(key)
}

func (r *reader) receiptByKey(key []byte) (board.Receipt, error) {
	var row receiptRow
	err := r.get(&row, `
		SELECT id, state, tries, inbox, received_at, next_try_at, key, type, actor, activity, lane, reason
		FROM receipts
		WHERE key = ?`, key)
	return row.receipt(), err
}

// WaitingReceipts lists what is not settled yet, in order of arrival, with the
// bodies.
func (db *DB) WaitingReceipts(ctx context.Context, after int64, limit int) ([]board.Receipt, error) {
	var rows []receiptRow
	err := db.read(ctx).selectAll(&rows, `
		SELECT r.id, r.state, r.tries, r.inbox, r.received_at, r.next_try_at, r.key, r.type, r.actor,
			r.activity, r.lane, r.reason, b.body
		FROM receipts r
		JOIN receipt_bodies b ON b.receipt = r.id
		WHERE r.state = 0 AND r.id > ?
		ORDER BY r.id
		LIMIT ?`, after, limit)
	return receipts(rows), err
}

// SettleReceipts keeps what became of receipts: State, Reason, Tries and
// NextTryAt. What is done or refused loses its body; what waits keeps it, or
// gets one again if Body is set.
func (db *DB) SettleReceipts(ctx context.Context, settled []board.Receipt) error {
	return db.update(ctx, func(tx *Tx) error {
		for _, r := range settled {
			if err := tx.settleReceipt(r); err != nil {
				return err
			}
		}
		return nil
	})
}

func (tx *Tx) settleReceipt(r board.Receipt) error {
	_, err := tx.exec(`
		UPDATE receipts
		SET state = ?, tries = ?, next_try_at = ?, reason = ?
		WHERE id = ?`, r.State, r.Tries, millis(r.NextTryAt), r.Reason, r.ID)
	if err != nil {
		return err
	}
	if r.State != board.Waiting {
		_, err = tx.exec(`
			DELETE FROM receipt_bodies
			WHERE receipt = ?`, r.ID)
		return err
	}
	if r.Body == nil {
		return nil
	}
	_, err = tx.exec(`
		INSERT INTO receipt_bodies (receipt, body)
		VALUES (?, ?)
		ON CONFLICT (receipt) DO NOTHING`, r.ID, r.Body)
	return err
}

// LatestRefusals lists what was not acted on and why, the newest first; before
// 0 begins with the newest.
func (db *DB) LatestRefusals(ctx context.Context, before int64, limit int) ([]board.Receipt, error) {
	var rows []receiptRow
	err := db.read(ctx).selectAll(&rows, `
		SELECT id, state, tries, inbox, received_at, next_try_at, key, type, actor, activity, lane, reason
		FROM receipts
		WHERE state = 2 AND (id < ?1 OR ?1 = 0)
		ORDER BY id DESC
		LIMIT ?2`, before, limit)
	return receipts(rows), err
}

// DropReceipts drops what was settled and came before then, at most limit of
// them, and says whether there may be more.
func (db *DB) DropReceipts(ctx context.Context, before time.Time, limit int) (more bool, err error) {
	return outcome(ctx, db, func(tx *Tx) (more bool, err error) {
		result, err := tx.exec(`
			DELETE FROM receipts
			WHERE id IN (
				SELECT id
				FROM receipts
				WHERE state <> 0 AND id < COALESCE((
					SELECT MIN(id)
					FROM receipts
					WHERE received_at >= ?
				), 9223372036854775807)
				ORDER BY id
				LIMIT ?
			)`, millis(before), limit)
		if err != nil {
			return false, err
		}
		n, err := result.RowsAffected()
		return n == int64(limit), err
	})
}

// FollowByURI finds what an actor follows by the id of his Follow.
func (db *DB) FollowByURI(ctx context.Context, follower board.ActorID, uri string) (board.Follow, error) {
	var row followRow
	err := db.read(ctx).get(&row, `
		SELECT follower, "of", uri, COALESCE(peer, 0) AS peer
		FROM follows
		WHERE follower = ? AND uri = ?
		ORDER BY "of"
		LIMIT 1`, follower, uri)
	return row.follow(), err
}

// ActorByInbox finds the one actor whose own inbox this is. It looks at all of
// them: it is for the rare inbox that says that it is gone.
func (db *DB) ActorByInbox(ctx context.Context, inbox string) (board.Actor, error) {
	var row actorRow
	err := db.read(ctx).get(&row, `
		SELECT `+actorColumns+`
		FROM actors a
		WHERE a.inbox = ? AND a.host <> ''
		ORDER BY a.id
		LIMIT 1`, inbox)
	return row.actor(), err
}
