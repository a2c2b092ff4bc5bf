package board

import "context"

// Like counts an actor's like of a post, once. Errors: NotFound, Gone.
func (b *Board) Like(ctx context.Context, by ActorID, id PostID) error {
	return b.react(ctx, by, id, PostLiked, func(tx Tx) (bool, error) { return tx.Like(id, by) })
}

// Unlike takes the like back.
func (b *Board) Unlike(ctx context.Context, by ActorID, id PostID) error {
	return b.react(ctx, by, id, PostUnliked, func(tx Tx) (bool, error) { return tx.Unlike(id, by) })
}

// Share counts an actor's Announce of a post, once; uri is the Announce's id.
func (b *Board) Share(ctx context.Context, by ActorID, id PostID, uri string) error {
	return b.react(ctx, by, id, PostShared, func(tx Tx) (bool, error) { return tx.Share(id, by, uri) })
}

// Unshare takes the Announce back.
func (b *Board) Unshare(ctx context.Context, by ActorID, id PostID) error {
	return b.react(ctx, by, id, PostUnshared, func(tx Tx) (bool, error) { return tx.Unshare(id, by) })
}

// react changes a count and logs it if it did change.
func (b *Board) react(ctx context.Context, by ActorID, id PostID, kind EventKind, change func(Tx) (bool, error)) error {
	return b.update(ctx, func(tx Tx) error {
		p, err := tx.Post(id)
		if err != nil {
			return err
		}
		if p.State != Live {
			return Errorf(Gone, "The post was deleted.")
		}
		changed, err := change(tx)
		if err != nil || !changed {
			return err
		}
		_, err = tx.Log(Event{Kind: kind, Actor: by, Thread: p.Thread, Post: id})
		return err
	})
}
