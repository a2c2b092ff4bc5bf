package inbox

import (
	"context"

	"corkboard/board"
)

// follow makes the sender a follower of a topic, of all of its posts, or of a
// member. The event of it asks the outbox for the Accept.
func (in *Inbox) follow(ctx context.Context, a *arrival) error {
	of, err := in.ours(ctx, a)
	if err != nil {
		return err
	}
	follower, err := in.actor(ctx, a, a.Actor)
	if err != nil {
		return err
	}
	return in.Board.Follow(ctx, board.Follow{Follower: follower.ID, Of: of.ID, URI: a.ID})
}

// ours finds the actor of this board that an activity is about.
func (in *Inbox) ours(ctx context.Context, a *arrival) (board.Actor, error) {
	if a.Object.Object == nil || !in.address.Ours(a.Object.Object.ID) {
		return board.Actor{}, refusef("The object of the %s is nobody of this board.", a.Type)
	}
	uri := a.Object.Object.ID
	of, err := in.known(ctx, uri)
	if err != nil && board.KindOf(err) == board.NotFound {
		return of, refusef("There is nobody at %s.", uri)
	}
	return of, err
}
