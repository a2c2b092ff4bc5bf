package storage

import (
	"context"

	"corkboard/board"
)

type memberRow struct {
	actorRow
	Role         string `db:"role"`
	PasswordHash string `db:"password_hash"`
	Articles     int64  `db:"articles"`
	Posts        int64  `db:"posts"`
	SeenAt       int64  `db:"seen_at"`
	VisitedAt    int64  `db:"visited_at"`
}

// memberColumns are those of memberRow, of tables called a and m.
const memberColumns = actorColumns + `,
	m.role, m.password_hash, m.articles, m.posts, m.seen_at, m.visited_at`

func (r memberRow) member() board.Member {
	return board.Member{
		Actor: r.actor(), Role: board.Role(r.Role), PasswordHash: r.PasswordHash,
		Articles: int(r.Articles), Posts: int(r.Posts),
		SeenAt: moment(r.SeenAt), LastVisit: moment(r.VisitedAt),
	}
}

// Member finds a member by name.
func (db *DB) Member(ctx context.Context, name string) (board.Member, error) {
	var row memberRow
	err := db.read(ctx).get(&row, `
		SELECT `+memberColumns+`
		FROM actors a
		JOIN members m ON m.actor = a.id
		WHERE a.host = '' AND a.name = ?`, name)
	return row.member(), err
}

// MemberByActor finds a member by the number of his actor.
func (db *DB) MemberByActor(ctx context.Context, id board.ActorID) (board.Member, error) {
	return db.read(ctx).Member(id)
}

// MemberByToken finds whose token has this hash.
func (db *DB) MemberByToken(ctx context.Context, hash []byte) (board.Member, error) {
	var row memberRow
	err := db.read(ctx).get(&row, `
		SELECT `+memberColumns+`
		FROM tokens k
		JOIN members m ON m.actor = k.member
		JOIN actors a ON a.id = m.actor
		WHERE k.hash = ?`, hash)
	return row.member(), err
}

// Members are the members whose names come after that one, by name.
func (db *DB) Members(ctx context.Context, after string, limit int) ([]board.Member, error) {
	var rows []memberRow
	err := db.read(ctx).selectAll(&rows, `
		SELECT `+memberColumns+`
		FROM actors a
		JOIN members m ON m.actor = a.id
		WHERE a.host = '' AND a.name > ?
		ORDER BY a.name
		LIMIT ?`, after, limit)
	return membersOf(rows), err
}

func membersOf(rows []memberRow) []board.Member {
	members := make([]board.Member, len(rows))
	for i, row := range rows {
		members[i] = row.member()
	}
	return members
}

// moderatorsLimit bounds the list of those who moderate.
const moderatorsLimit = 100

// moderatorsQuery is long about roles so that it walks the index of those few.
const moderatorsQuery = `
	SELECT ` + memberColumns + `
	FROM members m
	CROSS JOIN actors a
	WHERE m.role <> 'member' AND a.id = m.actor AND a.gone_at = 0
	ORDER BY m.actor
	LIMIT ?`

// Moderators are those who moderate, by the age of their accounts.
func (db *DB) Moderators(ctx context.Context) ([]board.Member, error) {
	var rows []memberRow
	err := db.read(ctx).selectAll(&rows, moderatorsQuery, moderatorsLimit)
	return membersOf(rows), err
}

// Totals counts what our own members are and wrote.
func (db *DB) Totals(ctx context.Context) (board.Totals, error) {
	now := db.writer.clock()
	var row struct {
		Members        int64 `db:"members"`
		ActiveMonth    int64 `db:"active_month"`
		ActiveHalfyear int64 `db:"active_halfyear"`
		Articles       int64 `db:"articles"`
		Posts          int64 `db:"posts"`
	}
	err := db.read(ctx).get(&row, `
		SELECT count(*) AS members,
			count(CASE WHEN m.active_at > ? THEN 1 END) AS active_month,
			count(CASE WHEN m.active_at > ? THEN 1 END) AS active_halfyear,
			COALESCE(sum(m.articles), 0) AS articles,
			COALESCE(sum(m.posts), 0) AS posts
		FROM members m
		JOIN actors a ON a.id = m.actor
		WHERE a.gone_at = 0`, millis(now.AddDate(0, 0, -30)), millis(now.AddDate(0, 0, -180)))
	return board.Totals{
		Members: int(row.Members), ActiveMonth: int(row.ActiveMonth), ActiveHalfyear: int(row.ActiveHalfyear),
		Articles: int(row.Articles), Replies: int(row.Posts - row.Articles),
	}, err
}

// Invitation finds an invitation that was not used yet; it may be expired.
func (db *DB) Invitation(ctx context.Context, hash []byte) (board.Invitation, error) {
	var row invitationRow
	err := db.read(ctx).get(&row, `
		SELECT hash, role, expires_at
		FROM invitations
		WHERE hash = ? AND used_at = 0`, hash)
	return row.invitation(), err
}

type invitationRow struct {
	Hash      []byte `db:"hash"`
	Role      string `db:"role"`
	ExpiresAt int64  `db:"expires_at"`
}

func (r invitationRow) invitation() board.Invitation {
	return board.Invitation{Hash: r.Hash, Role: board.Role(r.Role), ExpiresAt: moment(r.ExpiresAt)}
}

// Member finds a member by the number of his actor.
func (r *reader) Member(id board.ActorID) (board.Member, error) {
	var row memberRow
	err := r.get(&row, `
		SELECT `+memberColumns+`
		FROM members m
		JOIN actors a ON a.id = m.actor
		WHERE m.actor = ?`, id)
	return row.member(), err
}

// AddMember makes an account of a local actor.
func (tx *Tx) AddMember(m board.Member) error {
	_, err := tx.exec(`
		INSERT INTO members (actor, role, password_hash)
		VALUES (?, ?, ?)`, m.ID, m.Role, m.PasswordHash)
	return err
}

// SetPassword replaces a member's password hash.
func (tx *Tx) SetPassword(id board.ActorID, hash string) error {
	return tx.one(tx.exec(`
		UPDATE members
		SET password_hash = ?
		WHERE actor = ?`, hash, id))
}

// AddToken keeps the hash of a token with which scripts post as the member.
func (tx *Tx) AddToken(id board.ActorID, hash []byte) error {
	_, err := tx.exec(`
		INSERT INTO tokens (hash, member, created_at)
		VALUES (?, ?, ?)`, hash, id, millis(tx.now))
	return err
}

// AddInvitation keeps an invitation.
func (tx *Tx) AddInvitation(i board.Invitation) error {
	_, err := tx.exec(`
		INSERT INTO invitations (hash, role, expires_at)
		VALUES (?, ?, ?)`, i.Hash, i.Role, millis(i.ExpiresAt))
	return err
}

// TakeInvitation uses an invitation up. Error: NotFound, if it is unknown,
// used or expired.
func (tx *Tx) TakeInvitation(hash []byte) (board.Invitation, error) {
	var row invitationRow
	err := tx.get(&row, `
		UPDATE invitations
		SET used_at = ?
		WHERE hash = ? AND used_at = 0 AND expires_at > ?
		RETURNING hash, role, expires_at`, millis(tx.now), hash, millis(tx.now))
	return row.invitation(), err
}

// countPost counts what a member wrote; of others there is nothing to count.
func (tx *Tx) countPost(p board.Post) error {
	articles := 0
	if p.Number == 0 {
		articles = 1
	}
	_, err := tx.exec(`
		UPDATE members
		SET posts = posts + 1, articles = articles + ?, active_at = ?
		WHERE actor = ?`, articles, millis(tx.now), p.Author.ID)
	return err
}
