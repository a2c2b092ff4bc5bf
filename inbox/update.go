package inbox

import (
	"cmp"
	"context"
	"slices"
	"time"

	"corkboard/activitypub"
	"corkboard/board"
)

// update changes a post for its author, or what is known of the sender.
func (in *Inbox) update(ctx context.Context, a *arrival) error {
	if isAboutItself(a.Object, a.Actor) {
		return in.refresh(ctx, a, a.Actor)
	}
	if o := a.Object.Object; o != nil && o.Is(actorTypes...) {
		return refusef("%s cannot change %s: an actor changes only itself.", a.Actor, o.ID)
	}
	p, err := in.postOf(ctx, a)
	if err != nil {
		return err
	}
	return in.revise(ctx, a, p)
}

// revise gives a post or a letter its new text. Of one that is not known, it is
// the first that is heard.
func (in *Inbox) revise(ctx context.Context, a *arrival, p post) error {
	known, err := in.Board.PostByURI(ctx, p.ID)
	if err == nil {
		return in.edit(ctx, a, p, known)
	}
	if board.KindOf(err) != board.NotFound {
		return err
	}
	letter, err := in.Board.LetterByURI(ctx, p.ID)
	if err != nil {
		if board.KindOf(err) == board.NotFound {
			return in.hear(ctx, a, p)
		}
		return err
	}
	from, err := in.actor(ctx, a, p.author)
	if err != nil {
		return err
	}
	text, err := in.textOf(ctx, p.Object)
	if err != nil {
		return err
	}
	remote := remoteOf(p)
	text.HTML += linksTo(remote.Media.Attachments)
	remote.Updated = updatedAt(a, p)
	if !remote.Updated.After(letter.EditedAt) {
		return nil
	}
	return in.Board.EditLetter(ctx, from.ID, text, *remote)
}

// edit changes a public post. What it answers, where it stands and for whom it
// is never change.
func (in *Inbox) edit(ctx context.Context, a *arrival, p post, known board.Post) error {
	switch {
	case known.Author.URI != p.author:
		return refusef("%s cannot change what %s wrote.", p.author, known.Author.URI)
	case !p.Visibility(p.carrier).IsPublic():
		return refusef("It makes a public post private, which cannot be done here; deleting it can.")
	}
	if p.Updated.IsZero() {
		if same, err := in.saysTheSame(ctx, p, known.ID); err != nil || same {
			return err // a poll was counted, or a quote allowed
		}
	}
	text, err := in.textOf(ctx, p.Object)
	if err != nil {
		return err
	}
	mentions, err := in.mentioned(ctx, p.Object)
	if err != nil {
		return err
	}
	e := board.EditPost{By: known.Author.ID, Post: known.ID, Text: text, Mentions: mentions, Remote: remoteOf(p)}
	e.Remote.Updated = updatedAt(a, p)
	if known.Number == 0 {
		e.Title = p.Name
		if c := citationOf(p.Object); c != (board.Citation{}) {
			e.Citation = &c
		}
	}
	_, err = in.Board.Edit(ctx, e)
	return err
}

// saysTheSame reports whether a post says what it said when it came.
func (in *Inbox) saysTheSame(ctx context.Context, p post, id board.PostID) (bool, error) {
	original, err := in.Board.Original(ctx, id)
	if err != nil {
		return false, err
	}
	before, err := activitypub.Parse(original)
	if err != nil {
		return false, nil // nothing to compare with: it counts as another text
	}
	if !isPost(before) && before.Object != nil {
		before = before.Object
	}
	return before.Content == p.Content && before.Name == p.Name && before.Summary == p.Summary &&
		before.Sensitive == p.Sensitive && slices.Equal(before.Attachments, p.Attachments), nil
}

// updatedAt is when a post was changed, as well as anybody says.
func updatedAt(a *arrival, p post) time.Time {
	said := []time.Time{p.Updated}
	if p.carrier != nil {
		said = append(said, p.carrier.Updated, p.carrier.Published)
	}
	return cmp.Or(append(said, a.receipt.ReceivedAt)...)
}
