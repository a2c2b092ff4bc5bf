package inbox

import (
	"context"

	"corkboard/activitypub"
	"corkboard/board"
)

// announce counts that the sender shared a post of this board. A group that
// announces what others did (FEP-1b12) hands it on.
func (in *Inbox) announce(ctx context.Context, a *arrival) error {
	o := a.Object.Object
	switch {
	case o == nil || o.ID == "":
		return refusef("The Announce has no object with an id.")
	case !o.IsReference() && !isPost(o):
		return in.handedOn(ctx, a, o)
	}
	post, err := in.postAt(ctx, o.ID)
	if err != nil {
		if board.KindOf(err) == board.NotFound {
			return in.handedOn(ctx, a, o)
		}
		return err
	}
	by, err := in.actor(ctx, a, a.Actor)
	if err != nil {
		return err
	}
	return in.Board.Share(ctx, by.ID, post, a.ID)
}

// mayBeHandedOn reports whether an activity is worth taking from somebody who is
// not its actor: a group that announces it, or a Mastodon that passes a reply on
// to the followers of the person answered. Its word counts for nothing, but it
// says where to look.
func mayBeHandedOn(a *activitypub.Object) bool {
	return isPost(a) || a.Is("Create", "Update", "Delete") && a.Object != nil && a.Object.ID != ""
}

// handedOn acts on what somebody other than its actor brings: the object is
// fetched from its own host, and what is there counts.
func (in *Inbox) handedOn(ctx context.Context, a *arrival, said *activitypub.Object) error {
	o := said
	if !isPost(said) && !said.IsReference() {
		if !mayBeHandedOn(said) {
			return refusef("A %.40s counts only from him who does it, and this one came through %s.", said.Type, a.receipt.Actor)
		}
		o = said.Object
	}
	if in.address.Ours(o.ID) {
		return refusef("%s is of this board; nobody has to tell it.", o.ID)
	}
	if said.Type == "Delete" {
		return in.deletedElsewhere(ctx, a, o.ID)
	}
	concerns, err := in.concerns(ctx, o)
	if err != nil {
		return err
	}
	if !concerns {
		return refusef("%s has nothing to do with this board.", o.ID)
	}
	p, err := in.fetchPost(ctx, a, o.ID)
	if err != nil {
		return err
	}
	return in.revise(ctx, a, p)
}

// concerns reports whether an object says of itself that it has to do with this
// board; nothing is fetched for the others.
func (in *Inbox) concerns(ctx context.Context, o *activitypub.Object) (bool, error) {
	if len(in.namedHere(post{Object: o})) > 0 {
		return true, nil
	}
	for _, uri := range []string{o.Context, o.Conversation} {
		if _, ok := in.address.ThreadOf(uri); ok {
			return true, nil
		}
	}
	for _, uri := range []string{o.ID, o.InReplyTo} {
		if uri == "" {
			continue
		}
		if _, err := in.postAt(ctx, uri); err == nil || board.KindOf(err) != board.NotFound {
			return err == nil, err
		}
	}
	return false, nil
}

// deletedElsewhere takes a post back whose own host says that it is gone.
func (in *Inbox) deletedElsewhere(ctx context.Context, a *arrival, uri string) error {
	known, err := in.Board.PostByURI(ctx, uri)
	if err != nil {
		return notHere(err, uri)
	}
	o, err := a.errand.fetch(ctx, uri)
	switch {
	case err == nil && !o.Is("Tombstone"):
		return refusef("%s says that %s was deleted, and it is there.", a.receipt.Actor, uri)
	case err != nil && !isGone(err):
		return err
	}
	return in.Board.Delete(ctx, known.Author.ID, known.ID, nil)
}
