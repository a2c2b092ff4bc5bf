package inbox

import (
	"context"

	"corkboard/activitypub"
	"corkboard/board"
)

// undoable is what can be taken back.
var undoable = map[string]bool{"Follow": true, "Like": true, "Announce": true}

// undo takes back a Follow, a Like or an Announce of the sender. It goes by who
// did it and to what, not by the id: servers forget which id they gave.
func (in *Inbox) undo(ctx context.Context, a *arrival) error {
	what := a.Object.Object
	switch {
	case what == nil:
		return refusef("An Undo without an object takes nothing back.")
	case what.Actor != "" && what.Actor != a.Actor:
		return refusef("%s cannot take back what %s did.", a.Actor, what.Actor)
	}
	done, object := what.Type, ""
	if what.Object != nil {
		object = what.Object.ID
	}
	if done != "" && !undoable[done] {
		return notUndone(done)
	}
	by, err := in.known(ctx, a.Actor)
	if err != nil {
		if board.KindOf(err) == board.NotFound {
			return refusef("Nothing is known here that %s could take back.", a.Actor)
		}
		return err
	}
	if what.IsReference() || object == "" {
		if done, object, err = in.said(ctx, a, by, what); err != nil {
			return err
		}
	}
	return in.takeBack(ctx, by, done, object)
}

// takeBack undoes what an actor did to an object.
func (in *Inbox) takeBack(ctx context.Context, by board.Actor, done, object string) error {
	if done == "Follow" {
		of, err := in.known(ctx, object)
		if err != nil {
			return notHere(err, object)
		}
		return in.Board.Unfollow(ctx, by.ID, of.ID)
	}
	post, err := in.postAt(ctx, object)
	if err != nil {
		return notHere(err, object)
	}
	if done == "Like" {
		return in.Board.Unlike(ctx, by.ID, post)
	}
	return in.Board.Unshare(ctx, by.ID, post)
}

// said finds what the sender did under an id, where the Undo says no more.
func (in *Inbox) said(ctx context.Context, a *arrival, by board.Actor, what *activitypub.Object) (done, object string, err error) {
	for _, done := range []string{"Follow", "Like", "Announce"} {
		r, err := in.Receipts.ReceiptByKey(ctx, receiptKey(done, a.Actor, what.ID))
		if err == nil {
			return done, r.Lane, nil
		}
		if board.KindOf(err) != board.NotFound {
			return "", "", err
		}
	}
	follow, err := in.Receipts.FollowByURI(ctx, by.ID, what.ID)
	if err != nil {
		return "", "", notHere(err, what.ID)
	}
	of, err := in.Board.Actor(ctx, follow.Of)
	return "Follow", of.URI, err
}

// notHere says in words that something is not of this board; every other error
// stays what it is.
func notHere(err error, uri string) error {
	if board.KindOf(err) != board.NotFound {
		return err
	}
	return refusef("Nothing on this board is known as %q.", uri)
}
