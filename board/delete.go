package board

import (
	"context"
	"strings"
	"time"
)

// lastChange is when the text got as it is.
func (p Post) lastChange() time.Time {
	if p.EditedAt.IsZero() {
		return p.PublishedAt
	}
	return p.EditedAt
}

// Delete takes a post back for its author. Its number and its place stay. A
// second Delete changes nothing. Original is the Delete as it came, for forums
// to embed; nil for members. Errors: NotFound, Forbidden.
func (b *Board) Delete(ctx context.Context, by ActorID, id PostID, original []byte) error {
	return b.update(ctx, func(tx Tx) error {
		p, err := tx.Post(id)
		if err != nil {
			return err
		}
		if p.Author.ID != by {
			return Errorf(Forbidden, "Only its author may delete a post.")
		}
		p.State = Deleted
		return b.closePost(tx, p, original, Event{Kind: PostDeleted, Actor: by})
	})
}

// Remove takes a post away for a moderator, who says why; by 0 is the
// operator. Errors: Invalid (no reason), NotFound, Forbidden.
func (b *Board) Remove(ctx context.Context, by ActorID, id PostID, reason string) error {
	reason = cleanLine(reason, 500)
	if reason == "" {
		return FieldErrorf("reason", "Say why the post is removed.")
	}
	return b.update(ctx, func(tx Tx) error {
		handle, err := moderator(tx, by)
		if err != nil {
			return err
		}
		p, err := tx.Post(id)
		if err != nil {
			return err
		}
		p.State, p.ClosedBy, p.Reason = Removed, handle, reason
		return b.closePost(tx, p, nil, Event{Kind: PostRemoved, Actor: by, Data: reason})
	})
}

// closePost makes a tombstone of a live post; of anything else it stays what it is.
func (b *Board) closePost(tx Tx, p Post, original []byte, e Event) error {
	now, err := tx.Post(p.ID)
	if err != nil || now.State != Live {
		return err
	}
	thread, err := tx.Thread(p.Thread)
	if err != nil {
		return err
	}
	p.ClosedAt = tx.Now()
	if err := tx.ClosePost(p, original); err != nil {
		return err
	}
	e.Topic, e.Thread, e.Post = thread.Topics[0].ID, p.Thread, p.ID
	_, err = tx.Log(e)
	return err
}

// Bury remembers that something of a host was deleted before it arrived, so
// that a late Create does not bring it back.
func (b *Board) Bury(ctx context.Context, uri, host string) error {
	if strings.TrimSpace(uri) == "" {
		return Errorf(Invalid, "A Delete without an object deletes nothing.")
	}
	return b.update(ctx, func(tx Tx) error { return tx.Bury(uri, host) })
}
