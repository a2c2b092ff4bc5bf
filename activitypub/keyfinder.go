package activitypub

import (
	"context"
	"crypto"
	"errors"
	"time"
)

// KeyStore has the keys of the actors that we know. ok is false where the key is unknown.
type KeyStore interface {
	Key(ctx context.Context, keyID string) (owner, pem string, ok bool, err error)
}

// Key is a key and whose it is.
type Key struct {
	ID     string
	Owner  string // id of the actor
	PEM    string
	Public crypto.PublicKey
	Actor  *Object // the owner, where he was fetched for this call: keep him. nil where the key was known.
}

// KeyFinder finds keys: in memory, in the store, at the address that the key's id is. It may be used by many goroutines at once.
type KeyFinder struct{}

// NewKeyFinder returns a finder. The store may be nil.
func NewKeyFinder(client *Client, store KeyStore) *KeyFinder { return &KeyFinder{} }

// Verify finds the key that made the signature and checks it, with a fresh copy of the key where the known one does not fit (once in five minutes).
// The error is a *[SignatureError]: 401; or a *[FetchError]: 503 where it is Temporary, else 401, and Gone for a key that was deleted.
func (f *KeyFinder) Verify(ctx context.Context, s *Signature, now time.Time) (*Key, error) {
	return nil, errors.New("not yet")
}

// Find returns the key with this id. Errors as for Verify.
func (f *KeyFinder) Find(ctx context.Context, keyID string) (*Key, error) {
	return nil, errors.New("not yet")
}

// Forget drops what is known of an actor's keys: after an Update or Delete of the actor.
func (f *KeyFinder) Forget(owner string) {}
