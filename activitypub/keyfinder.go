package activitypub

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"
)

// How much is remembered of keys, and for how long what could not be had.
const (
	knownKeys       = 10_000
	missedKeys      = 10_000
	missFor         = 5 * time.Minute
	silentHostFor   = time.Minute // a host that gave no answer is not asked for another key
	keysAtOnce      = 256         // fetches, of all hosts together, and requests that wait for them
	refetchInterval = 5 * time.Minute
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
type KeyFinder struct {
	client  *Client
	store   KeyStore
	now     func() time.Time
	known   *lru.Cache[string, Key]
	missed  *lru.Cache[string, miss]      // by key or, where a host is silent, by host
	renewed *lru.Cache[string, time.Time] // when a key that did not fit was last fetched again
	flights singleflight.Group
	slots   chan struct{} // of fetches
	waiting chan struct{} // of those who wait for one
}

// miss is a key that could not be had.
type miss struct {
	err   error
	until time.Time
}

// NewKeyFinder returns a finder. The store may be nil.
func NewKeyFinder(client *Client, store KeyStore) *KeyFinder {
	return &KeyFinder{client: client, store: store, now: time.Now, known: newCache[Key](knownKeys), missed: newCache[miss](missedKeys),
		renewed: newCache[time.Time](missedKeys), slots: make(chan struct{}, keysAtOnce), waiting: make(chan struct{}, keysAtOnce)}
}

func newCache[V any](size int) *lru.Cache[string, V] {
	cache, err := lru.New[string, V](size)
	if err != nil {
		return nil // only a size below 1 is an error
	}
	return cache
}

// Verify finds the key that made the signature and checks it, with a fresh copy of the key where the known one does not fit (once in five minutes).
// The error is a *[SignatureError]: 401; or a *[FetchError]: 503 where it is Temporary, else 401, and Gone for a key that was deleted; or that of the
// store or ctx: 503.
func (f *KeyFinder) Verify(ctx context.Context, s *Signature, now time.Time) (*Key, error) {
	key, err := f.Find(ctx, s.KeyID)
	if err != nil {
		return nil, err
	}
	wrong := s.Verify(key.Public)
	if wrong == nil {
		return key, nil
	}
	if key.Actor != nil || !f.mayRenew(s.KeyID, now) {
		return nil, wrong
	}
	fresh, err := f.fetch(ctx, s.KeyID, key.PEM)
	if err != nil {
		return nil, err
	}
	if err := s.Verify(fresh.Public); err != nil {
		return nil, err
	}
	return fresh, nil
}

// mayRenew reports whether a key that did not fit may be fetched again, and notes that it was.
func (f *KeyFinder) mayRenew(keyID string, now time.Time) bool {
	if at, ok := f.renewed.Get(keyID); ok && now.Sub(at) < refetchInterval {
		return false
	}
	f.renewed.Add(keyID, now)
	return true
}

// Find returns the key with this id. Errors as for Verify.
func (f *KeyFinder) Find(ctx context.Context, keyID string) (*Key, error) {
	if key, ok := f.known.Get(keyID); ok {
		return &key, nil
	}
	if f.store != nil {
		owner, pem, ok, err := f.store.Key(ctx, keyID)
		if err != nil {
			return nil, fmt.Errorf("look for the key %s: %w", keyID, err)
		}
		if public, err := ParsePublicKey(pem); ok && err == nil {
			key := Key{ID: keyID, Owner: owner, PEM: pem, Public: public}
			f.known.Add(keyID, key)
			return &key, nil
		}
	}
	return f.fetch(ctx, keyID, "")
}

// Forget drops what is known of an actor's keys: after an Update or Delete of the actor.
func (f *KeyFinder) Forget(owner string) {
	for _, keyID := range f.known.Keys() {
		if key, ok := f.known.Peek(keyID); ok && key.Owner == owner {
			f.known.Remove(keyID)
		}
	}
}

// fetch fetches a key, once for all who want it at the same time, unless it was in vain a moment ago. old is the key that does not do, or "".
func (f *KeyFinder) fetch(ctx context.Context, keyID, old string) (*Key, error) {
	for _, name := range []string{keyID, Host(keyID)} {
		if m, ok := f.missed.Get(name); ok && f.now().Before(m.until) {
			return nil, m.err
		}
	}
	select {
	case f.waiting <- struct{}{}:
		defer func() { <-f.waiting }()
	default:
		return nil, tooManyKeys(keyID)
	}
	flight := f.flights.DoChan(keyID, func() (any, error) {
		if key, ok := f.known.Peek(keyID); ok && key.PEM != old {
			return &key, nil // somebody else was quicker
		}
		return f.locate(context.WithoutCancel(ctx), keyID)
	})
	select {
	case result := <-flight:
		key, _ := result.Val.(*Key)
		return key, result.Err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// locate goes and gets a key, and remembers how it went.
func (f *KeyFinder) locate(ctx context.Context, keyID string) (*Key, error) {
	select {
	case f.slots <- struct{}{}:
		defer func() { <-f.slots }()
	default:
		return nil, tooManyKeys(keyID)
	}
	key, err := f.claimed(ctx, keyID)
	if err != nil {
		f.miss(keyID, err)
		return nil, err
	}
	f.missed.Remove(keyID)
	known := *key
	known.Actor = nil
	f.known.Add(keyID, known)
	return key, nil
}

func tooManyKeys(keyID string) error {
	return &FetchError{URL: keyID, Reason: "too many keys are being fetched", Temporary: true}
}

func (f *KeyFinder) miss(keyID string, err error) {
	until := f.now().Add(missFor)
	failed := new(FetchError)
	if errors.As(err, &failed) && failed.Status == 0 && failed.Temporary {
		f.missed.Add(Host(keyID), miss{err, f.now().Add(silentHostFor)})
	}
	f.missed.Add(keyID, miss{err, until})
}

// claimed fetches a key that its owner calls his own (FEP-fe34). The keyId may be an actor's address with a fragment, or of a document of its own that
// says whose key it is (GoToSocial): then the owner, fetched from where he says he is, must list the key. What the key's document says alone is worth nothing.
func (f *KeyFinder) claimed(ctx context.Context, keyID string) (*Key, error) {
	address, _, _ := strings.Cut(keyID, "#")
	document, err := f.client.document(ctx, address)
	if err != nil {
		return nil, err
	}
	claim, ok := document.publicKey(keyID)
	if !ok {
		return nil, unclaimed(keyID, "what is there does not have this key")
	}
	if !SameHost(claim.Owner, keyID) {
		return nil, unclaimed(keyID, "the key says that it belongs to somebody on another host")
	}
	owner := document
	if document.ID != address || document.ID != claim.Owner || document.Inbox == "" {
		if owner, err = f.client.Get(ctx, claim.Owner); err != nil {
			return nil, err
		}
	}
	listed, ok := owner.publicKey(keyID)
	if !ok || owner.ID != claim.Owner || listed.Owner != owner.ID || owner.Inbox == "" {
		return nil, unclaimed(keyID, "its owner does not say that it is his")
	}
	public, err := ParsePublicKey(listed.PEM)
	if err != nil {
		return nil, unclaimed(keyID, err.Error())
	}
	return &Key{ID: keyID, Owner: owner.ID, PEM: listed.PEM, Public: public, Actor: owner}, nil
}

func unclaimed(keyID, reason string) error {
	return &FetchError{URL: keyID, Status: http.StatusOK, Reason: reason}
}

// publicKey returns the key with this id. An actor's id alone stands for his first key.
func (o *Object) publicKey(keyID string) (PublicKey, bool) {
	for _, k := range o.PublicKeys {
		if k.ID == keyID {
			return k, true
		}
	}
	if o.ID == keyID && len(o.PublicKeys) > 0 {
		return o.PublicKeys[0], true
	}
	return PublicKey{}, false
}
