package inbox

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"strings"
	"time"

	"corkboard/activitypub"
	"corkboard/board"
)

// What is kept of an activity for 30 days is bounded.
const (
	maxTypeBytes = 100
	maxIDBytes   = 2 << 10
)

// receiptFor fills a receipt with what an activity says of itself, nothing of
// which is proved yet.
func (in *Inbox) receiptFor(a *activitypub.Object, body []byte) (board.Receipt, error) {
	if a.Type == "" {
		return board.Receipt{}, problemf(http.StatusBadRequest, "type is missing.")
	}
	actor, err := a.ActorID()
	if isPost(a) {
		actor, err = a.AuthorID() // a Note that was posted without its Create
	}
	if err != nil {
		return board.Receipt{}, problemf(http.StatusBadRequest, "%s.", sentence(err.Error()))
	}
	id, err := a.Identity()
	switch {
	case len(a.Type) > maxTypeBytes:
		return board.Receipt{}, problemf(http.StatusBadRequest, "type is longer than %d bytes.", maxTypeBytes)
	case max(len(actor), len(id), len(laneOf(a))) > maxIDBytes:
		return board.Receipt{}, problemf(http.StatusBadRequest, "id, actor or object is longer than %d bytes.", maxIDBytes)
	case activitypub.Host(actor) == "":
		return board.Receipt{}, problemf(http.StatusBadRequest, "actor is not the address of an actor.")
	case in.address.Ours(actor) || in.address.Ours(id):
		return board.Receipt{}, problemf(http.StatusForbidden, "The activity has an address of this board; nobody else may speak for it.")
	case err != nil && a.ID != "":
		return board.Receipt{}, problemf(http.StatusBadRequest, "%s.", sentence(err.Error()))
	case id != "" && !activitypub.SameHost(id, actor):
		return board.Receipt{}, problemf(http.StatusBadRequest, "id is not on the host of the actor.")
	}
	return board.Receipt{Actor: actor, Activity: id, Type: a.Type, Lane: laneOf(a), Body: body}, nil
}

// laneOf is the id of what an activity is about. What an actor does about the
// same thing is worked out in order.
func laneOf(a *activitypub.Object) string {
	for range 3 {
		if a.Object == nil || isPost(a) {
			break
		}
		a = a.Object
	}
	return a.ID
}

// keyOf is by what a repeat is recognised: who did what, under which id. Where
// the activity has no id, or that of its object (WriteFreely), it is the body.
func keyOf(r board.Receipt, a *activitypub.Object) []byte {
	if r.Activity == "" || a.Object != nil && a.Object.ID == r.Activity {
		sum := sha256.Sum256(r.Body)
		return receiptKey(r.Type, r.Actor, string(sum[:]))
	}
	return receiptKey(r.Type, r.Actor, r.Activity)
}

func receiptKey(parts ...string) []byte {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return sum[:]
}

// isAboutItself reports whether an actor deletes or changes itself.
func isAboutItself(a *activitypub.Object, actor string) bool {
	return (a.Type == "Delete" || a.Type == "Update") && a.Object != nil && a.Object.ID == actor
}

// hasNothingToSay reports whether an actor whom nobody here knows deletes or
// changes itself. Mastodon tells every server that it has ever met, and the
// key is gone with the account: nothing is fetched for it.
func (in *Inbox) hasNothingToSay(ctx context.Context, a *activitypub.Object, actor string) bool {
	if !isAboutItself(a, actor) {
		return false
	}
	known, err := in.known(ctx, actor)
	return err != nil && board.KindOf(err) == board.NotFound || err == nil && !known.GoneAt.IsZero()
}

// sender proves who sent the request, and returns him. He is the actor, or
// somebody who hands on what the actor said ([Inbox.handedOn]).
func (in *Inbox) sender(r *http.Request, a *activitypub.Object, actor string, body []byte) (string, error) {
	if host := activitypub.Host(actor); in.Blocked(host) {
		return "", blocked(host)
	}
	now := time.Now()
	signature, err := in.policy.Read(r, body, now)
	if err != nil {
		return "", problemf(http.StatusUnauthorized, "%s", err.Error())
	}
	host := activitypub.Host(signature.KeyID)
	if in.Blocked(host) {
		return "", blocked(host)
	}
	key, err := in.Keys.Verify(r.Context(), signature, now)
	if err != nil {
		if address, _, _ := strings.Cut(signature.KeyID, "#"); address == actor && isGone(err) && isAboutItself(a, actor) {
			return actor, nil // his own server says the same
		}
		return "", unverified(err)
	}
	if key.Actor != nil {
		in.people.meet(key.Actor)
	}
	in.Woke(host)
	if key.Owner != actor && !mayBeHandedOn(a) {
		return "", problemf(http.StatusUnauthorized, "The key belongs to %s, and the actor is %s.", key.Owner, actor)
	}
	return key.Owner, nil
}

func blocked(host string) error {
	return problemf(http.StatusForbidden, "This board takes nothing from %s.", host)
}

// unverified is the answer where a signature could not be checked, or was and
// is wrong. Lemmy drops for good what gets a 4xx, so a key that could not be
// had is 503.
func unverified(err error) error {
	if wrong, ok := errors.AsType[*activitypub.SignatureError](err); ok {
		return problemf(http.StatusUnauthorized, "%s", wrong.Reason)
	}
	missing, ok := errors.AsType[*activitypub.FetchError](err)
	switch {
	case ok && (missing.Temporary || missing.Status >= http.StatusBadRequest && !missing.Gone()):
		return later("The key could not be had: %s (%s).", missing.URL, missing.Reason)
	case ok:
		return problemf(http.StatusUnauthorized, "The key is not to be had: %s (%s).", missing.URL, missing.Reason)
	}
	return err
}

// isGone reports whether the other side says that there is nothing, or nothing
// any more.
func isGone(err error) bool {
	missing, ok := errors.AsType[*activitypub.FetchError](err)
	return ok && missing.Gone()
}
