package inbox

import (
	"context"

	"corkboard/activitypub"
	"corkboard/board"
)

// maxDeleted is how many objects one Delete may name.
const maxDeleted = 20

// delete takes back what the sender wrote, or ends his account.
func (in *Inbox) delete(ctx context.Context, a *arrival) error {
	if len(a.Objects) == 0 || len(a.Objects) > maxDeleted {
		return refusef("A Delete names 1 to %d objects; this one names %d.", maxDeleted, len(a.Objects))
	}
	for _, o := range a.Objects {
		if err := in.deleteOne(ctx, a, o.ID); err != nil {
			return err
		}
	}
	return nil
}

func (in *Inbox) deleteOne(ctx context.Context, a *arrival, uri string) error {
	switch {
	case uri == a.Actor:
		return in.forget(ctx, uri)
	case in.address.Ours(uri):
		return refusef("%s is of this board; nobody else may delete it.", uri)
	case !activitypub.SameHost(uri, a.Actor):
		return refusef("%q is not of the host of %s, who cannot delete it.", uri, a.Actor)
	}
	known, err := in.Board.PostByURI(ctx, uri)
	if err == nil {
		if known.Author.URI != a.Actor {
			return refusef("%s cannot delete what %s wrote.", a.Actor, known.Author.URI)
		}
		return in.Board.Delete(ctx, known.Author.ID, known.ID, passable(a))
	}
	if board.KindOf(err) != board.NotFound {
		return err
	}
	letter, err := in.Board.LetterByURI(ctx, uri)
	switch {
	case err == nil:
		return in.deleteLetter(ctx, a, letter)
	case board.KindOf(err) != board.NotFound:
		return err
	}
	return in.bury(ctx, a, uri)
}

// passable is a Delete as it came, if it can be handed on: it takes back one
// thing, and does not repeat what was said.
func passable(a *arrival) []byte {
	o := a.Object.Object
	if len(a.Objects) == 1 && (o.IsReference() || o.Is("Tombstone") && o.Content == "" && o.Name == "") {
		return a.receipt.Body
	}
	return nil
}

func (in *Inbox) deleteLetter(ctx context.Context, a *arrival, letter board.Letter) error {
	from, err := in.known(ctx, a.Actor)
	if err != nil {
		return notHere(err, a.Actor)
	}
	return in.Board.DeleteLetter(ctx, from.ID, letter.URI)
}

// bury remembers that something unknown was deleted, so that a late Create does
// not bring it back. An account is not a post: only its owner ends it.
func (in *Inbox) bury(ctx context.Context, a *arrival, uri string) error {
	if _, err := in.known(ctx, uri); err == nil {
		return refusef("%s cannot delete the account %s.", a.Actor, uri)
	} else if board.KindOf(err) != board.NotFound {
		return err
	}
	return in.Board.Bury(ctx, uri, activitypub.Host(uri))
}
