package board

import (
	"context"
	"strconv"
)

// NewLetter is a private reply that came from another server.
type NewLetter struct {
	From      ActorID
	To        ActorID
	About     PostID
	InReplyTo string
	Text      Text
	Remote    Remote
}

// ReceiveLetter keeps a private reply for the member it is addressed to. A
// repeat changes nothing. Errors: NotFound (no such member), Invalid, Gone.
func (b *Board) ReceiveLetter(ctx context.Context, n NewLetter) error {
	d, err := b.draft(ctx, n.Text, 0, nil, &n.Remote)
	if err != nil {
		return err
	}
	return b.update(ctx, func(tx Tx) error {
		if buried, err := tx.Buried(n.Remote.URI); err != nil || buried {
			return err
		}
		if _, err := tx.Member(n.To); err != nil {
			return err
		}
		if there, err := received(tx, n); err != nil || there {
			return err
		}
		from, err := tx.Actor(n.From)
		if err != nil {
			return err
		}
		if err := b.mayWrite(tx, from, tx.LettersSince); err != nil {
			return err
		}
		id, err := tx.AddLetter(Letter{
			URI: n.Remote.URI, From: n.From, To: n.To, About: n.About, InReplyTo: n.InReplyTo,
			HTML: d.html, Language: d.language, Warning: d.warning,
			SentAt: clamp(n.Remote.Published, tx.Now()), ArrivedAt: tx.Now(),
		})
		if err != nil {
			return err
		}
		_, err = tx.Log(Event{Kind: LetterReceived, Actor: n.From, Topic: n.To, Data: strconv.FormatInt(id, 10)})
		return err
	})
}

// received reports whether the member has the letter, or will not get it any
// more because it was taken back.
func received(tx Tx, n NewLetter) (bool, error) {
	known, err := tx.LetterByURI(n.Remote.URI)
	switch {
	case err != nil:
		return false, ignore(err, NotFound)
	case known.From != n.From:
		return false, Errorf(Conflict, "Somebody else's letter has this id already.")
	case !known.DeletedAt.IsZero():
		return true, nil
	}
	_, err = tx.LetterTo(n.Remote.URI, n.To)
	return err == nil, ignore(err, NotFound)
}

// EditLetter replaces the text of a letter for its sender, whoever got it.
func (b *Board) EditLetter(ctx context.Context, from ActorID, t Text, r Remote) error {
	d, err := b.draft(ctx, t, 0, nil, &r)
	if err != nil {
		return err
	}
	return b.changeLetter(ctx, from, r.URI, func(tx Tx, l *Letter) {
		l.HTML, l.Warning, l.EditedAt = d.html, d.warning, clamp(r.Updated, tx.Now())
	})
}

// DeleteLetter takes a letter back for its sender from all who got it; its text
// is dropped.
func (b *Board) DeleteLetter(ctx context.Context, from ActorID, uri string) error {
	return b.changeLetter(ctx, from, uri, func(tx Tx, l *Letter) {
		l.HTML, l.Source, l.DeletedAt = "", "", tx.Now()
	})
}

func (b *Board) changeLetter(ctx context.Context, from ActorID, uri string, change func(Tx, *Letter)) error {
	return b.update(ctx, func(tx Tx) error {
		l, err := tx.LetterByURI(uri)
		switch {
		case err != nil:
			return err
		case l.From != from:
			return Errorf(Forbidden, "Only its sender may change a letter.")
		case !l.DeletedAt.IsZero():
			return nil
		}
		change(tx, &l)
		return tx.SetLetter(l)
	})
}
