package inbox

import (
	"context"

	"corkboard/board"
)

// maxMembers is for how many members one private Note is kept.
const maxMembers = 20

// letter keeps what is not public for the members it is addressed to.
func (in *Inbox) letter(ctx context.Context, a *arrival, p post) error {
	members, topics := []board.ActorID{}, false
	for _, uri := range in.namedHere(p) {
		to, err := in.known(ctx, uri)
		switch {
		case err != nil && board.KindOf(err) != board.NotFound:
			return err
		case err != nil:
		case to.Type == board.Person && len(members) < maxMembers:
			members = append(members, to.ID)
		case to.Type == board.Group:
			topics = true
		}
	}
	switch {
	case len(members) == 0 && topics:
		return refusef("It is not public (%s), and a topic has only public posts.", p.Visibility(p.carrier))
	case len(members) == 0:
		return refusef("It is not public (%s), and is for nobody here.", p.Visibility(p.carrier))
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
	letter := board.NewLetter{From: from.ID, InReplyTo: p.InReplyTo, Text: text, Remote: *remote}
	if about, err := in.postAt(ctx, p.InReplyTo); err == nil {
		letter.About = about
	}
	for _, letter.To = range members {
		if err := in.Board.ReceiveLetter(ctx, letter); err != nil {
			return err
		}
	}
	return nil
}
