package storage

import (
	"context"
	"net/url"
	"strings"

	"corkboard/board"
)

type followRow struct {
	Follower int64        `db:"follower"`
	Of       int64        `db:"of"`
	URI      string       `db:"uri"`
	Peer     board.PeerID `db:"peer"` // 0 for our own members
}

func (r followRow) follow() board.Follow {
	return board.Follow{Follower: board.ActorID(r.Follower), Of: board.ActorID(r.Of), URI: r.URI}
}

// FollowerCount is how many follow a local actor.
func (db *DB) FollowerCount(ctx context.Context, of board.ActorID) (int, error) {
	var n int
	err := db.read(ctx).get(&n, `
		SELECT follower_count
		FROM actors
		WHERE id = ?`, of)
	return n, err
}

// hostsLimit bounds how many servers are counted.
const hostsLimit = 20000

// FollowerHosts counts the servers on which any of some actors is followed now.
func (db *DB) FollowerHosts(ctx context.Context, of []board.ActorID) (int, error) {
	list, args := among(of)
	var n int
	err := db.read(ctx).get(&n, `
		SELECT count(*)
		FROM (
			SELECT DISTINCT p.host
			FROM audience a
			JOIN peers p ON p.id = a.peer
			WHERE a.to_event = 0 AND a.actor IN `+list+`
			LIMIT ?
		) AS hosts`, append(args, hostsLimit)...)
	return n, err
}

// Follow finds out whether an actor follows another.
func (db *DB) Follow(ctx context.Context, follower, of board.ActorID) (board.Follow, error) {
	return db.read(ctx).Follow(follower, of)
}

func (r *reader) Follow(follower, of board.ActorID) (board.Follow, error) {
	row, err := r.follow(follower, of)
	return row.follow(), err
}

func (r *reader) follow(follower, of board.ActorID) (followRow, error) {
	var row followRow
	err := r.get(&row, `
		SELECT follower, "of", uri, COALESCE(peer, 0) AS peer
		FROM follows
		WHERE "of" = ? AND follower = ?`, of, follower)
	return row, err
}

// AddFollow records a follower and opens an interval for the peer behind whom
// he is, unless one is open. Who is there already only gets the new URI; but
// where his inbox is another now, it is as if he had left and come.
func (tx *Tx) AddFollow(f board.Follow, at board.EventID) error {
	peer, err := tx.peerOf(f.Follower)
	if err != nil {
		return err
	}
	known, err := tx.follow(f.Follower, f.Of)
	switch {
	case err == nil && known.Peer == peer:
		_, err = tx.exec(`
			UPDATE follows
			SET uri = ?
			WHERE "of" = ? AND follower = ?`, f.URI, f.Of, f.Follower)
		return err
	case err == nil:
		if err := tx.RemoveFollow(f.Follower, f.Of, at); err != nil {
			return err
		}
	case board.KindOf(err) != board.NotFound:
		return err
	}
	_, err = tx.exec(`
		INSERT INTO follows ("of", follower, uri, peer, at)
		VALUES (?, ?, ?, ?, ?)`, f.Of, f.Follower, f.URI, reference(peer), millis(tx.now))
	if err != nil {
		return err
	}
	if err := tx.addFollowers(f.Of, 1); err != nil || peer == 0 {
		return err
	}
	return tx.openInterval(peer, f.Of, at)
}

// peerOf is the peer that an actor's mail goes to, 0 for our own members.
func (tx *Tx) peerOf(id board.ActorID) (board.PeerID, error) {
	actor, err := tx.Actor(id)
	if err != nil || actor.Local() {
		return 0, err
	}
	inbox, err := url.Parse(actor.DeliveryInbox())
	if err != nil || inbox.Host == "" {
		return 0, board.Errorf(board.Invalid, "%s has no inbox to deliver to (%q).", actor.URI, actor.DeliveryInbox())
	}
	return tx.ensurePeer(actor.DeliveryInbox(), strings.ToLower(inbox.Host))
}

// addFollowers counts a follower, or takes him off.
func (tx *Tx) addFollowers(of board.ActorID, n int) error {
	return tx.one(tx.exec(`
		UPDATE actors
		SET follower_count = follower_count + ?
		WHERE id = ?`, n, of))
}

// openInterval begins what a peer gets of an actor, unless it gets it already.
func (tx *Tx) openInterval(peer board.PeerID, of board.ActorID, at board.EventID) error {
	_, err := tx.exec(`
		INSERT INTO audience (actor, peer, kind, from_event)
		SELECT ?, id, kind, ?
		FROM peers
		WHERE id = ?
		ON CONFLICT (peer, actor) WHERE to_event = 0 DO NOTHING`, of, at, peer)
	return err
}

// closeInterval ends what a peer gets of an actor, if nobody behind it follows
// him any more.
func (tx *Tx) closeInterval(peer board.PeerID, of board.ActorID, at board.EventID) error {
	_, err := tx.exec(`
		UPDATE audience
		SET to_event = ?
		WHERE peer = ? AND actor = ? AND to_event = 0
			AND NOT EXISTS (
				SELECT 1
				FROM follows
				WHERE peer = audience.peer AND "of" = audience.actor
			)`, at, peer, of)
	return err
}

// RemoveFollow ends a follow, and the peer's interval with its last follower.
// Ending what is not there changes nothing.
func (tx *Tx) RemoveFollow(follower, of board.ActorID, at board.EventID) error {
	known, err := tx.follow(follower, of)
	if err != nil {
		if board.KindOf(err) == board.NotFound {
			return nil
		}
		return err
	}
	_, err = tx.exec(`
		DELETE FROM follows
		WHERE "of" = ? AND follower = ?`, of, follower)
	if err != nil {
		return err
	}
	if err := tx.addFollowers(of, -1); err != nil || known.Peer == 0 {
		return err
	}
	return tx.closeInterval(known.Peer, of, at)
}

// followsLimit bounds how many an actor's end takes at once; he cannot have
// followed more than there are topics and members.
const followsLimit = 10000

// RemoveFollowsBy ends all that an actor follows.
func (tx *Tx) RemoveFollowsBy(follower board.ActorID, at board.EventID) error {
	var of []board.ActorID
	err := tx.selectAll(&of, `
		SELECT "of"
		FROM follows
		WHERE follower = ?
		ORDER BY "of"
		LIMIT ?`, follower, followsLimit)
	if err != nil {
		return err
	}
	for _, id := range of {
		if err := tx.RemoveFollow(follower, id, at); err != nil {
			return err
		}
	}
	return nil
}
