package inbox

import (
	"context"
	"net/http"

	"corkboard/activitypub"
)

// post is something that somebody wrote, and that is proved to be his: he signed
// the activity it came in, or it was fetched from his own server.
type post struct {
	*activitypub.Object
	author   string
	carrier  *activitypub.Object // the activity it came in, for its recipients; may be nil
	original []byte              // as it came
}

// create hears what the sender wrote.
func (in *Inbox) create(ctx context.Context, a *arrival) error {
	p, err := in.postOf(ctx, a)
	if err != nil {
		return err
	}
	return in.hear(ctx, a, p)
}

// bare hears a post that was sent without its Create.
func (in *Inbox) bare(ctx context.Context, a *arrival) error {
	if a.ID == "" {
		return refusef("The %s has no id.", a.Type)
	}
	author, err := authorOf(a.Object, a.receipt.Actor)
	if err != nil {
		return err
	}
	return in.hear(ctx, a, post{Object: a.Object, author: author, original: a.receipt.Body})
}

// postOf finds the post that an activity is about, and whose it is. What is not
// of the sender's own server is fetched from its own instead: only that copy
// counts.
func (in *Inbox) postOf(ctx context.Context, a *arrival) (post, error) {
	o := a.Object.Object
	switch {
	case o == nil || o.ID == "":
		return post{}, refusef("The %s has no object with an id.", a.Type)
	case in.address.Ours(o.ID):
		return post{}, refusef("%s is an address of this board; nobody else may write there.", o.ID)
	case o.IsReference() || !activitypub.SameHost(o.ID, a.Actor):
		return in.fetchPost(ctx, a, o.ID)
	}
	author, err := authorOf(o, a.Actor)
	return post{Object: o, author: author, carrier: a.Object, original: a.receipt.Body}, err
}

// fetchPost gets a post from its own host, whose word for the author is taken.
func (in *Inbox) fetchPost(ctx context.Context, a *arrival, uri string) (post, error) {
	o, err := a.errand.fetch(ctx, uri)
	if err != nil {
		return post{}, err
	}
	if o.Is("Tombstone") {
		return post{}, &activitypub.FetchError{URL: uri, Status: http.StatusGone, Reason: "it was deleted"}
	}
	author, err := authorOf(o, "")
	return post{Object: o, author: author, original: o.Raw()}, err
}

// authorOf finds who wrote a post. Sender is who signed for it; "" means that it
// was fetched from its own host. Everybody whom it names must be of that host:
// PeerTube names the person and his channel.
func authorOf(o *activitypub.Object, sender string) (string, error) {
	if !isPost(o) {
		return "", refusef("A %.40s is nothing that can stand on this board.", o.Type)
	}
	authors := o.Authors
	if len(authors) == 0 && sender != "" {
		authors = []string{sender}
	}
	if len(authors) == 0 {
		return "", refusef("%s does not say who wrote it (attributedTo).", o.ID)
	}
	author := ""
	for _, uri := range authors {
		if !activitypub.SameHost(uri, o.ID) {
			return "", refusef("%s is attributed to %q, who is not of its host.", o.ID, uri)
		}
		if author == "" || uri == sender {
			author = uri
		}
	}
	if sender != "" && author != sender {
		return "", refusef("%s sent what %s wrote.", sender, author)
	}
	return author, nil
}

// hear decides for whom a post is before anything else of it is looked at: what
// is not public never comes near a page.
func (in *Inbox) hear(ctx context.Context, a *arrival, p post) error {
	switch {
	case !p.Visibility(p.carrier).IsPublic():
		return in.letter(ctx, a, p)
	case isVote(p.Object):
		return refusef("It is a vote in a poll; this board has no polls.")
	case p.InReplyTo != "":
		return in.answer(ctx, a, p)
	}
	_, err := in.article(ctx, a, p)
	return err
}

// isVote reports whether a Note is a vote: the name of an option, and no text.
func isVote(o *activitypub.Object) bool {
	return o.Name != "" && o.InReplyTo != "" && o.Content == "" && o.Is("Note")
}
