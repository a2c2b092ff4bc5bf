package inbox

import "context"

// like counts the sender's like of a post.
func (in *Inbox) like(ctx context.Context, a *arrival) error {
	if a.Object.Object == nil {
		return refusef("A Like without an object likes nothing.")
	}
	post, err := in.postAt(ctx, a.Object.Object.ID)
	if err != nil {
		return notHere(err, a.Object.Object.ID)
	}
	by, err := in.actor(ctx, a, a.Actor)
	if err != nil {
		return err
	}
	return in.Board.Like(ctx, by.ID, post)
}
