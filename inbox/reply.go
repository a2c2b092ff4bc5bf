package inbox

import (
	"context"
	"strconv"
	"strings"

	"corkboard/board"
)

// postAt finds the post that an address speaks of: its id, or one of our
// addresses for it; that of a thread is its article's.
func (in *Inbox) postAt(ctx context.Context, uri string) (board.Post, error) {
	p, err := in.Board.PostByURI(ctx, uri)
	if err == nil || board.KindOf(err) != board.NotFound {
		return p, err
	}
	uri, _, _ = strings.Cut(uri, "#")
	thread, ok := in.address.ThreadOf(uri)
	if !ok {
		return p, err
	}
	number, rest := 0, strings.TrimPrefix(uri, in.address.Thread(thread))
	if rest != "" {
		if number, err = strconv.Atoi(rest[1:]); err != nil {
			return p, board.Errorf(board.NotFound, "There is no post at %s.", uri)
		}
	}
	return in.Board.Post(ctx, thread, number)
}

// answer gives a public reply the next number of its thread.
func (in *Inbox) answer(ctx context.Context, a *arrival, p post) error {
	parent, err := in.postAt(ctx, p.InReplyTo)
	switch {
	case err == nil:
		_, err = in.reply(ctx, a, p, board.NewReply{To: parent.ID})
		return err
	case board.KindOf(err) != board.NotFound:
		return err
	case in.address.Ours(p.InReplyTo):
		return refusef("It answers %s, and there is no such post on this board.", p.InReplyTo)
	}
	chain, root, err := in.ancestors(ctx, a, p)
	if err != nil {
		return in.answerAlone(ctx, a, p, err)
	}
	for i := len(chain) - 1; i >= 0; i-- {
		if root, err = in.placeUnder(ctx, a, chain[i], root); err != nil {
			return err
		}
	}
	_, err = in.reply(ctx, a, p, board.NewReply{To: root.ID})
	return err
}

// reply fills what is not known of a reply yet, and posts it.
func (in *Inbox) reply(ctx context.Context, a *arrival, p post, n board.NewReply) (board.Post, error) {
	author, err := in.actor(ctx, a, p.author)
	if err != nil {
		return board.Post{}, err
	}
	if n.Text, err = in.textOf(ctx, p.Object); err != nil {
		return board.Post{}, err
	}
	if n.Mentions, err = in.mentioned(ctx, p.Object); err != nil {
		return board.Post{}, err
	}
	n.By, n.Remote = author.ID, remoteOf(p)
	return in.Board.Reply(ctx, n)
}
