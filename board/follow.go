package board

import "context"

// Follow makes an actor a follower of a topic, its second Group or a member.
// It is accepted each time, the same one too: the event asks the speaker for
// an Accept. Errors: NotFound, Forbidden (the site), Gone.
func (b *Board) Follow(ctx context.Context, f Follow) error {
	return b.update(ctx, func(tx Tx) error {
		of, err := tx.Actor(f.Of)
		switch {
		case err != nil:
			return err
		case !of.Local() || of.Type == Application:
			return Errorf(Forbidden, "%s cannot be followed.", of.Handle(b.Address()))
		case !of.GoneAt.IsZero():
			return Errorf(Gone, "%s is gone.", of.Handle(b.Address()))
		}
		event, err := tx.Log(Event{Kind: Followed, Actor: f.Follower, Topic: f.Of, Data: f.URI})
		if err != nil {
			return err
		}
		return tx.AddFollow(f, event)
	})
}

// Unfollow ends it. Ending what is not there changes nothing.
func (b *Board) Unfollow(ctx context.Context, follower, of ActorID) error {
	return b.update(ctx, func(tx Tx) error {
		if _, err := tx.Follow(follower, of); err != nil {
			if KindOf(err) == NotFound {
				return nil
			}
			return err
		}
		event, err := tx.Log(Event{Kind: Unfollowed, Actor: follower, Topic: of})
		if err != nil {
			return err
		}
		return tx.RemoveFollow(follower, of, event)
	})
}
