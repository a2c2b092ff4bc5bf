package board

import (
	"context"
	"time"
)

// Viewer is who looks at a page. The zero Viewer is a visitor.
type Viewer struct {
	ID   ActorID
	Role Role
}

// Moderates reports whether the viewer may act on what others wrote.
func (v Viewer) Moderates() bool { return v.Role == RoleModerator || v.Role == RoleAdmin }

// MayReply reports whether the viewer may answer a post of the thread.
func (b *Board) MayReply(v Viewer, t Thread) bool { return v.ID != 0 && t.LockedAt.IsZero() }

// MayEdit reports whether the viewer may change the post's text.
func (b *Board) MayEdit(v Viewer, p Post) bool {
	return v.ID != 0 && v.ID == p.Author.ID && p.State == Live
}

// MayDelete reports whether the viewer may take the post back.
func (b *Board) MayDelete(v Viewer, p Post) bool { return b.MayEdit(v, p) }

// MayRemove reports whether the viewer may remove somebody else's post.
func (b *Board) MayRemove(v Viewer, p Post) bool {
	return v.Moderates() && v.ID != p.Author.ID && p.State == Live
}

// MayPin reports whether the viewer may put the thread in front of the others.
func (b *Board) MayPin(v Viewer, t Thread) bool { return v.Moderates() && t.Article.State == Live }

// mayWrite refuses an actor who is gone or who has written too much lately,
// by what counts that: posts or letters.
func (b *Board) mayWrite(tx Tx, author Actor, written func(by ActorID, since time.Time, limit int) (int, error)) error {
	if !author.GoneAt.IsZero() {
		return Errorf(Forbidden, "The account %s was deleted.", author.Handle(b.Address()))
	}
	perHour := b.hourly(author)
	if perHour == 0 {
		return nil
	}
	n, err := written(author.ID, tx.Now().Add(-time.Hour), perHour)
	if err != nil {
		return err
	}
	if n >= perHour {
		return TooManyErrorf(max(time.Hour/time.Duration(perHour), time.Minute), "That is more than %d in an hour. Please wait a little.", perHour)
	}
	return nil
}

func (b *Board) hourly(author Actor) int {
	if author.Local() {
		return b.config.Limits.MemberPostsPerHour
	}
	return b.config.Limits.RemotePostsPerHour
}

// moderator returns the member if he may moderate; 0 is the operator.
func moderator(tx Tx, id ActorID) (handle string, err error) {
	if id == 0 {
		return "the operator", nil
	}
	m, err := tx.Member(id)
	if err != nil {
		return "", err
	}
	if !(Viewer{ID: id, Role: m.Role}).Moderates() {
		return "", Errorf(Forbidden, "Only moderators may do that.")
	}
	return m.Name, nil
}

// Viewer looks up what a logged-in actor may do now; a role that was
// taken away counts from the next request on.
func (b *Board) Viewer(ctx context.Context, id ActorID) (Viewer, Member, error) {
	m, err := b.MemberByActor(ctx, id)
	if err != nil {
		return Viewer{}, Member{}, err
	}
	if !m.GoneAt.IsZero() {
		return Viewer{}, Member{}, Errorf(Gone, "This account was deleted.")
	}
	return Viewer{ID: id, Role: m.Role}, m, nil
}
