package board

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"
)

// hashing bounds how many passwords are hashed at the same time: each takes
// 64 MB, and log-in is open to anyone.
var hashing = make(chan struct{}, 2)

// decoyHash is compared against where there is no such member, so that the
// time of an answer does not tell which names exist.
var decoyHash = sync.OnceValue(func() string {
	hash, _ := argon2id.CreateHash(rand.Text(), argon2id.DefaultParams)
	return hash
})

// AddMember makes an account. Errors: Invalid, Conflict (the name is taken).
func (b *Board) AddMember(ctx context.Context, n NewMember) (Member, error) {
	return b.join(ctx, n, nil)
}

// Join makes an account for whom has an invitation, which is then used up.
// Errors: those of AddMember, and NotFound for an invitation that is unknown,
// used or expired.
func (b *Board) Join(ctx context.Context, secret string, n NewMember) (Member, error) {
	invitation, err := b.CheckInvitation(ctx, secret)
	if err != nil {
		return Member{}, err
	}
	if n.Password == "" {
		return Member{}, FieldErrorf("password", "Choose a password of at least 8 characters.")
	}
	n.Role = invitation.Role
	return b.join(ctx, n, invitation.Hash)
}

func (b *Board) join(ctx context.Context, n NewMember, invitation []byte) (Member, error) {
	if err := CheckName(n.Name); err != nil {
		return Member{}, err
	}
	if n.Role != RoleMember && n.Role != RoleModerator && n.Role != RoleAdmin {
		return Member{}, FieldErrorf("role", "The role is member, moderator or admin.")
	}
	hash, err := hashPassword(ctx, n.Password)
	if err != nil {
		return Member{}, err
	}
	key, err := b.newKey()
	if err != nil {
		return Member{}, err
	}
	uri := b.Address().Member(n.Name)
	m := Member{Role: n.Role, PasswordHash: hash}
	m.Actor = Actor{URI: uri, URL: uri, Type: Person, Name: n.Name, Tagline: cleanLine(n.Tagline, 100)}
	return outcome(ctx, b, func(tx Tx) (Member, error) { return b.addMember(tx, m, key, invitation) })
}

// addMember does the transaction's part of join; invitation is nil for none.
func (b *Board) addMember(tx Tx, m Member, key keyPair, invitation []byte) (Member, error) {
	if invitation != nil {
		if _, err := tx.TakeInvitation(invitation); err != nil {
			return m, err
		}
	}
	var err error
	if m.Actor, err = b.addLocal(tx, m.Actor, key); err != nil {
		return m, err
	}
	if err := tx.AddMember(m); err != nil {
		return m, err
	}
	_, err = tx.Log(Event{Kind: MemberJoined, Actor: m.ID})
	return m, err
}

// hashPassword returns "" for an empty password: such an account cannot log in.
func hashPassword(ctx context.Context, password string) (string, error) {
	if password == "" {
		return "", nil
	}
	if n := len(password); n < 8 || n > 200 {
		return "", FieldErrorf("password", "A password has 8 to 200 characters.")
	}
	select {
	case hashing <- struct{}{}:
		defer func() { <-hashing }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	return argon2id.CreateHash(password, argon2id.DefaultParams)
}

// Login returns the member whose name and password these are; otherwise a
// Forbidden error that does not say which of the two was wrong.
func (b *Board) Login(ctx context.Context, name, password string) (Member, error) {
	m, err := b.Member(ctx, name)
	if err != nil && KindOf(err) != NotFound {
		return Member{}, err
	}
	known := err == nil && m.PasswordHash != "" && m.GoneAt.IsZero()
	hash := m.PasswordHash
	if !known {
		hash = decoyHash()
	}
	select {
	case hashing <- struct{}{}:
		defer func() { <-hashing }()
	case <-ctx.Done():
		return Member{}, ctx.Err()
	}
	ok, err := argon2id.ComparePasswordAndHash(password[:min(len(password), 200)], hash)
	if err != nil {
		return Member{}, err
	}
	if !ok || !known {
		return Member{}, Errorf(Forbidden, "Name or password is wrong.")
	}
	return m, nil
}

// Invite makes a link's secret with which one person may join, once, within
// the time given.
func (b *Board) Invite(ctx context.Context, role Role, within time.Duration) (secret string, err error) {
	secret = rand.Text()
	err = b.update(ctx, func(tx Tx) error {
		return tx.AddInvitation(Invitation{Hash: hashSecret(secret), Role: role, ExpiresAt: tx.Now().Add(within)})
	})
	return secret, err
}

// CheckInvitation returns what a link's secret is good for. Error: NotFound.
func (b *Board) CheckInvitation(ctx context.Context, secret string) (Invitation, error) {
	i, err := b.Invitation(ctx, hashSecret(secret))
	if err != nil || time.Now().After(i.ExpiresAt) {
		return Invitation{}, Errorf(NotFound, "This link was used already, or its time is over. Ask for a new one.")
	}
	return i, nil
}

// NewToken makes a token with which scripts post as the member. It is shown
// once; only its hash is kept.
func (b *Board) NewToken(ctx context.Context, name string) (token string, err error) {
	m, err := b.Member(ctx, name)
	if err != nil {
		return "", named(err, "There is no member %s.", name)
	}
	token = rand.Text()
	err = b.update(ctx, func(tx Tx) error { return tx.AddToken(m.ID, hashSecret(token)) })
	return token, err
}

// Authenticate returns the member to whom a token belongs. Error: Forbidden.
func (b *Board) Authenticate(ctx context.Context, token string) (Member, error) {
	m, err := b.MemberByToken(ctx, hashSecret(token))
	if err != nil && KindOf(err) != NotFound {
		return Member{}, err
	}
	if err != nil || !m.GoneAt.IsZero() {
		return Member{}, Errorf(Forbidden, "This token is not known here.")
	}
	return m, nil
}

// hashSecret is how links' secrets and tokens are kept.
func hashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}
