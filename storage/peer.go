package storage

import (
	"context"

	"corkboard/board"
)

// peerRow is a row of peers.
type peerRow struct {
	ID          board.PeerID     `db:"id"`
	Inbox       string           `db:"inbox"`
	Host        string           `db:"host"`
	Software    string           `db:"software"`
	SoftwareAt  int64            `db:"software_at"`
	Kind        board.PeerKind   `db:"kind"`
	Behind      bool             `db:"behind"`
	Cursor      board.ActivityID `db:"cursor"`
	Failures    int              `db:"failures"`
	FirstFailAt int64            `db:"first_fail_at"`
	NextTryAt   int64            `db:"next_try_at"`
	LastOKAt    int64            `db:"last_ok_at"`
	LastError   string           `db:"last_error"`
}

const peerColumns = `id, inbox, host, software, software_at, kind, behind, cursor,
	failures, first_fail_at, next_try_at, last_ok_at, last_error`

func (r peerRow) peer() board.Peer {
	return board.Peer{
		ID: r.ID, Inbox: r.Inbox, Host: r.Host, Software: r.Software, SoftwareAt: moment(r.SoftwareAt), Kind: r.Kind,
		Behind: r.Behind, Cursor: r.Cursor, Failures: r.Failures, FirstFailAt: moment(r.FirstFailAt),
		NextTryAt: moment(r.NextTryAt), LastOKAt: moment(r.LastOKAt), LastError: r.LastError,
	}
}

func peers(rows []peerRow) []board.Peer {
	found := make([]board.Peer, 0, len(rows))
	for _, row := range rows {
		found = append(found, row.peer())
	}
	return found
}

// EnsurePeer finds the peer of an inbox, or makes it. A new peer gets what is
// said from now on.
func (db *DB) EnsurePeer(ctx context.Context, inbox, host string) (board.PeerID, error) {
	var id board.PeerID
	err := db.read(ctx).get(&id, peerByInbox, inbox)
	if err == nil || board.KindOf(err) != board.NotFound {
		return id, err
	}
	return outcome(ctx, db, func(tx *Tx) (board.PeerID, error) { return tx.ensurePeer(inbox, host) })
}

const peerByInbox = `
	SELECT id
	FROM peers
	WHERE inbox = ?`

// ensurePeer is EnsurePeer inside a change. A new peer is behind, so that its
// courier looks for it on disk, and starts after the newest activity there is.
func (tx *Tx) ensurePeer(inbox, host string) (board.PeerID, error) {
	_, err := tx.exec(`
		INSERT INTO peers (inbox, host, behind, cursor)
		VALUES (?, ?, 1, (SELECT coalesce(max(id), 0) FROM activities))
		ON CONFLICT (inbox) DO NOTHING`, inbox, host)
	if err != nil {
		return 0, err
	}
	var id board.PeerID
	err = tx.get(&id, peerByInbox, inbox)
	return id, err
}

// Peer finds a peer.
func (db *DB) Peer(ctx context.Context, id board.PeerID) (board.Peer, error) {
	var row peerRow
	err := db.read(ctx).get(&row, `
		SELECT `+peerColumns+`
		FROM peers
		WHERE id = ?`, id)
	return row.peer(), err
}

// Peers lists peers by ID, for people to look at.
func (db *DB) Peers(ctx context.Context, after board.PeerID, limit int) ([]board.Peer, error) {
	var rows []peerRow
	err := db.read(ctx).selectAll(&rows, `
		SELECT `+peerColumns+`
		FROM peers
		WHERE id > ?
		ORDER BY id
		LIMIT ?`, after, limit)
	return peers(rows), err
}

// PeersAmong finds those of some peers that are there; at most 512 at once.
func (db *DB) PeersAmong(ctx context.Context, ids []board.PeerID) ([]board.Peer, error) {
	list, args := among(ids)
	var rows []peerRow
	err := db.read(ctx).selectAll(&rows, `
		SELECT `+peerColumns+`
		FROM peers
		WHERE id IN `+list+`
		ORDER BY id
		LIMIT 512`, args...)
	return peers(rows), err
}

// PeersBehind lists, by ID, the peers that have a cursor of their own or
// something parked.
func (db *DB) PeersBehind(ctx context.Context, after board.PeerID, limit int) ([]board.Peer, error) {
	var rows []peerRow
	err := db.read(ctx).selectAll(&rows, `
		SELECT `+peerColumns+`
		FROM peers
		WHERE id > ?1 AND id IN (
			SELECT id FROM peers WHERE behind = 1
			UNION
			SELECT peer FROM parked
		)
		ORDER BY id
		LIMIT ?2`, after, limit)
	return peers(rows), err
}

// intervalRow is a row of audience; an interval whose kind was not known when
// it was opened has its peer's.
type intervalRow struct {
	Actor   board.ActorID  `db:"actor"`
	Peer    board.PeerID   `db:"peer"`
	Kind    board.PeerKind `db:"kind"`
	From    board.EventID  `db:"from_event"`
	To      board.EventID  `db:"to_event"`
	Greeted bool           `db:"greeted"`
}

const intervalColumns = `a.actor, a.peer, CASE a.kind WHEN '' THEN p.kind ELSE a.kind END AS kind,
	a.from_event, a.to_event, a.greeted`

func intervals(rows []intervalRow) []board.Interval {
	found := make([]board.Interval, 0, len(rows))
	for _, row := range rows {
		found = append(found, board.Interval(row))
	}
	return found
}

// Intervals are the times during which a peer had followers of anyone, oldest first.
func (db *DB) Intervals(ctx context.Context, peer board.PeerID) ([]board.Interval, error) {
	var rows []intervalRow
	err := db.read(ctx).selectAll(&rows, `
		SELECT `+intervalColumns+`
		FROM audience AS a
		JOIN peers AS p ON p.id = a.peer
		WHERE a.peer = ?
		ORDER BY a.id
		LIMIT 100000`, peer)
	return intervals(rows), err
}

// HadFollowers reports whether an actor had any follower elsewhere at an event
// whose server is, or may turn out to be, of this kind; UnknownKind is any.
func (db *DB) HadFollowers(ctx context.Context, actor board.ActorID, at board.EventID, kind board.PeerKind) (bool, error) {
	var had bool
	err := db.read(ctx).get(&had, `
		SELECT EXISTS (
			SELECT 1
			FROM audience
			WHERE actor = ?1 AND from_event <= ?2 AND (to_event = 0 OR to_event > ?2)
				AND (?3 = '' OR kind = '' OR kind = ?3)
		)`, actor, at, kind)
	return had, err
}

// IntervalsAt are the peers that had followers of an actor at an event, each once.
func (db *DB) IntervalsAt(ctx context.Context, actor board.ActorID, at board.EventID) ([]board.Interval, error) {
	var rows []intervalRow
	err := db.read(ctx).selectAll(&rows, `
		SELECT `+intervalColumns+`
		FROM audience AS a
		JOIN peers AS p ON p.id = a.peer
		WHERE a.actor = ?1 AND a.from_event <= ?2 AND (a.to_event = 0 OR a.to_event > ?2)
		ORDER BY a.id
		LIMIT 1000000`, actor, at)
	return intervals(rows), err
}

// SetSoftware says what a peer runs, or with an empty software that it did not
// tell. Intervals that waited for it get the kind. Where the kind has changed,
// the open ones are closed and others opened, from the next event on.
func (db *DB) SetSoftware(ctx context.Context, peer board.PeerID, software string, kind board.PeerKind) error {
	return db.update(ctx, func(tx *Tx) error {
		_, err := tx.exec(`
			UPDATE peers
			SET software = ?, software_at = ?, kind = ?
			WHERE id = ?`, software, millis(tx.Now()), kind, peer)
		if err != nil {
			return err
		}
		_, err = tx.exec(`
			UPDATE audience
			SET kind = ?
			WHERE peer = ? AND to_event = 0 AND kind = ''`, kind, peer)
		if err != nil {
			return err
		}
		return tx.turnIntervals(peer, kind)
	})
}

// turnIntervals closes a peer's open intervals of other kinds, and opens
// others of this kind in their place.
func (tx *Tx) turnIntervals(peer board.PeerID, kind board.PeerKind) error {
	var next board.EventID
	err := tx.get(&next, `
		SELECT coalesce(max(id), 0) + 1
		FROM events`)
	if err != nil {
		return err
	}
	var open []intervalRow
	err = tx.selectAll(&open, `
		SELECT actor, greeted
		FROM audience
		WHERE peer = ? AND to_event = 0 AND kind <> ?
		ORDER BY id`, peer, kind)
	if err != nil {
		return err
	}
	_, err = tx.exec(`
		UPDATE audience
		SET to_event = ?
		WHERE peer = ? AND to_event = 0 AND kind <> ?`, next, peer, kind)
	if err != nil {
		return err
	}
	for _, o := range open {
		_, err := tx.exec(`
			INSERT INTO audience (actor, peer, kind, from_event, greeted)
			VALUES (?, ?, ?, ?, ?)`, o.Actor, peer, kind, next, o.Greeted)
		if err != nil {
			return err
		}
	}
	return nil
}
