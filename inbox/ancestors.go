package inbox

import (
	"context"
	"errors"

	"corkboard/activitypub"
	"corkboard/board"
)

const (
	maxAncestors = 20
	// insist is how often a parent that cannot be had for a while is asked for
	// before the reply stands without it: for about ten minutes.
	insist = 3
)

// ancestors fetches what a post answers, and what that answers, newest first,
// until one answers a post of this board, which is returned too, or nothing.
func (in *Inbox) ancestors(ctx context.Context, a *arrival, p post) (chain []post, root board.PostID, err error) {
	seen := map[string]bool{p.ID: true}
	for uri := p.InReplyTo; len(chain) < maxAncestors; {
		if seen[uri] {
			return nil, root, refusef("What it answers answers itself in the end: %s.", uri)
		}
		seen[uri] = true
		parent, err := in.fetchPost(ctx, a, uri)
		switch {
		case err != nil:
			return nil, root, err
		case !parent.Visibility(nil).IsPublic():
			return nil, root, refusef("It answers %s, which is not public.", uri)
		}
		if root, err = in.postAt(ctx, parent.ID); err == nil {
			return chain, root, nil // known by this id, and not by that one
		}
		chain = append(chain, parent)
		if uri = parent.InReplyTo; uri == "" {
			return chain, root, nil
		}
		if root, err = in.postAt(ctx, uri); err == nil || board.KindOf(err) != board.NotFound {
			return chain, root, err
		}
	}
	return nil, root, refusef("Nothing of this board is among the %d posts that it answers in turn.", maxAncestors)
}

// placeUnder numbers an ancestor that was fetched. One that answers nothing
// opens the thread.
func (in *Inbox) placeUnder(ctx context.Context, a *arrival, p post, parent board.PostID) (board.PostID, error) {
	if p.InReplyTo != "" {
		placed, err := in.reply(ctx, a, p, board.NewReply{To: parent})
		return placed.ID, err
	}
	topics, err := in.topics(ctx, p)
	if err == nil && len(topics) == 0 {
		err = refusef("What it answers begins with %s, which has nothing to do with this board.", p.ID)
	}
	if err != nil {
		return 0, err
	}
	placed, err := in.article(ctx, a, p)
	return placed.ID, err
}

// answerAlone numbers a reply whose parent could not be had, if it says that it
// belongs to a thread of ours and is addressed to somebody here.
func (in *Inbox) answerAlone(ctx context.Context, a *arrival, p post, missing error) error {
	if _, forNow := isForNow(missing); forNow && a.receipt.Tries < insist {
		return missing
	}
	if _, ok := errors.AsType[*activitypub.FetchError](missing); !ok {
		return missing
	}
	thread, ok := in.address.ThreadOf(p.Context)
	if !ok {
		thread, ok = in.address.ThreadOf(p.Conversation)
	}
	if !ok {
		return missing
	}
	for _, uri := range in.namedHere(p) {
		if _, err := in.known(ctx, uri); err == nil {
			_, err = in.reply(ctx, a, p, board.NewReply{Thread: thread, ToURI: p.InReplyTo})
			return err
		}
	}
	return missing
}
