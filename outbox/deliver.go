package outbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"corkboard/activitypub"
	"corkboard/board"
)

// deliver signs and posts, and says what came of it.
func (c *Courier) deliver(d *delivery) verdict {
	ctx, cancel := context.WithTimeout(c.flights, c.config.Timeout)
	defer cancel()
	body, err := c.body(ctx, d.activity)
	if err != nil {
		return c.trouble(d, "read activity", err)
	}
	if body == nil {
		return verdict{outcome: dropped}
	}
	signer, err := c.keys.signer(ctx, d.actor)
	if err != nil && board.KindOf(err) == board.NotFound {
		return verdict{outcome: refused, reason: "Not sent: this board has no key for its actor."}
	}
	if err != nil {
		return c.trouble(d, "find the key of its actor", err)
	}
	answer, err := c.config.Client.Post(ctx, d.peer.Inbox, body, signer)
	v := judge(answer)
	switch {
	case err != nil && c.flights.Err() != nil:
		return verdict{outcome: ours}
	case err != nil:
		v = verdict{outcome: later, reason: noAnswer(err)}
	case answer.Status == http.StatusGone:
		c.config.Gone(d.peer.Inbox)
	}
	c.config.Log.Debug("delivered", "activity", d.id, "host", d.peer.Host, "status", v.status, "reason", v.reason)
	return v
}

// noAnswer says why there was none, in a sentence.
func noAnswer(err error) string {
	if e, ok := errors.AsType[*activitypub.FetchError](err); ok {
		return e.Reason
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "It did not answer in time."
	}
	return err.Error()
}

// trouble is what happens on our own side. It is tried again: what a peer has
// to get is not lost for a fault of ours.
func (c *Courier) trouble(d *delivery, doing string, err error) verdict {
	if c.flights.Err() == nil {
		c.config.Log.Error("trouble of our own", "doing", doing, "activity", d.id, "actor", d.actor, "err", err)
	}
	return verdict{outcome: ours}
}

// body is what is sent, or nil if that was dropped.
func (c *Courier) body(ctx context.Context, a *activity) ([]byte, error) {
	c.mu.Lock()
	body, blanked := a.body, a.blanked
	c.mu.Unlock()
	if body != nil || blanked {
		return body, nil
	}
	return c.config.Store.ActivityBody(ctx, a.id)
}

// KeyStore finds the keys of local actors; [board.Reader] is one.
type KeyStore interface {
	Actor(ctx context.Context, id board.ActorID) (board.Actor, error)
	PrivateKey(ctx context.Context, id board.ActorID) (string, error)
}

// manyKeys is how many parsed keys are kept, of some 2 kB each. Parsing costs
// a sixth of a signature.
const manyKeys = 1000

// keyring keeps parsed keys.
type keyring struct {
	store KeyStore
	mu    sync.Mutex
	keys  map[board.ActorID]activitypub.Signer
}

func newKeyring(store KeyStore) *keyring {
	return &keyring{store: store, keys: map[board.ActorID]activitypub.Signer{}}
}

func (k *keyring) signer(ctx context.Context, id board.ActorID) (activitypub.Signer, error) {
	k.mu.Lock()
	signer, ok := k.keys[id]
	k.mu.Unlock()
	if ok {
		return signer, nil
	}
	actor, err := k.store.Actor(ctx, id)
	if err != nil {
		return activitypub.Signer{}, err
	}
	text, err := k.store.PrivateKey(ctx, id)
	if err != nil {
		return activitypub.Signer{}, err
	}
	key, err := activitypub.ParsePrivateKey(text)
	if err != nil {
		return activitypub.Signer{}, fmt.Errorf("parse the key of %s: %w", actor.URI, err)
	}
	signer = activitypub.Signer{KeyID: actor.KeyID, Key: key}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.keys) >= manyKeys {
		clear(k.keys) // more active actors than that: they are parsed again, in turn
	}
	k.keys[id] = signer
	return signer, nil
}

// forget drops a key that was replaced.
func (k *keyring) forget(id board.ActorID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.keys, id)
}

// ForgetKey says that a local actor has another key now.
func (c *Courier) ForgetKey(id board.ActorID) { c.keys.forget(id) }
