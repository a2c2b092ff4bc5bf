package board

import (
	"context"
	"net/url"
	"time"
)

// Bounds of what is kept for a member that he has not sent yet.
const (
	maxDrafts     = 50
	maxDraftBytes = 256 << 10
	maxFormPath   = 200
)

// Draft is what a member typed into a form and has not sent yet.
type Draft struct {
	Member  ActorID
	Form    string     // the path that the form is sent to
	Key     string     // of the form; a draft of one that was posted meanwhile is not kept
	Fields  url.Values // its inputs
	SavedAt time.Time
}

// SaveDraft keeps what a form holds, in the place of what was kept of it
// before, and returns it. Errors: Invalid, TooMany.
func (b *Board) SaveDraft(ctx context.Context, d Draft) (Draft, error) {
	if d.Form == "" || len(d.Form) > maxFormPath {
		return Draft{}, FieldErrorf("form", "There is no such form.")
	}
	if len(d.Fields.Encode()) > maxDraftBytes {
		return Draft{}, FieldErrorf("text", "The text is too long for a draft: at most %d kB fit.", maxDraftBytes>>10)
	}
	return outcome(ctx, b, func(tx Tx) (Draft, error) {
		if _, err := tx.Member(d.Member); err != nil {
			return Draft{}, err
		}
		if d.Key != "" {
			if _, posted, err := ifFound(tx.PostByFormKey(d.Member, d.Key)); posted || err != nil {
				return d, err
			}
		}
		others, err := tx.DraftCount(d.Member, d.Form)
		if err != nil {
			return Draft{}, err
		}
		if others >= maxDrafts {
			return Draft{}, FieldErrorf("", "You have %d drafts already. Post or delete one of them first.", maxDrafts)
		}
		d.SavedAt = tx.Now()
		return d, tx.SaveDraft(d)
	})
}

// DropDraft forgets a draft. One that is not there changes nothing.
func (b *Board) DropDraft(ctx context.Context, member ActorID, form string) error {
	return b.update(ctx, func(tx Tx) error { return dropDraft(tx, member, form) })
}

// dropDraft forgets the draft of what has been posted now.
func dropDraft(tx Tx, member ActorID, form string) error {
	if form == "" {
		return nil
	}
	return tx.DropDraft(member, form)
}
