package inbox

import (
	"context"
	"strconv"
	"strings"

	"corkboard/board"
)

// postsInMind is of how many posts the number is remembered: it never changes,
// and everybody answers the same few.
const postsInMind = 4096

// postAt finds the post that an address speaks of: its id, or one of our
// addresses for it; that of a thread is its article's.
func (in *Inbox) postAt(ctx context.Context, uri string) (board.PostID, error) {
	if id, ok := in.posts.Get(uri); ok {
		return id, nil
	}
	p, err := in.Board.PostByURI(ctx, uri)
	if err != nil && board.KindOf(err) == board.NotFound {
		p, err = in.postByNumber(ctx, uri, err)
	}
	if err == nil {
		in.posts.Add(uri, p.ID)
	}
	return p.ID, err
}

// postByNumber reads an address of ours, or returns the error that led here.
func (in *Inbox) postByNumber(ctx context.Context, uri string, missing error) (board.Post, error) {
	uri, _, _ = strings.Cut(uri, "#")
	thread, ok := in.address.ThreadOf(uri)
	if !ok {
		return board.Post{}, missing
	}
	number, rest := 0, strings.TrimPrefix(uri, in.address.Thread(thread))
	if rest != "" {
		var err error
		if number, err = strconv.Atoi(rest[1:]); err != nil {
			return board.Post{}, missing
		}
	}
	return in.Board.Post(ctx, thread, number)
}

// answer gives a public reply the next number of its thread.
func (in *Inbox) answer(ctx context.Context, a *arrival, p post) error {
	parent, err := in.postAt(ctx, p.InReplyTo)
	switch {
	case err == nil:
		_, err = in.reply(ctx, a, p, board.NewReply{To: parent})
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
	_, err = in.reply(ctx, a, p, board.NewReply{To: root})
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
