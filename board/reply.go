package board

import (
	"context"
	"time"
)

// Reply adds the next post of a thread. It is the one call for the web form,
// for scripts and for other servers. A repeat (same FormKey, same remote URI)
// changes nothing and returns the post that is there. Errors: Invalid with
// the field's name, Forbidden (locked thread, deleted account), Gone (the
// parent, or the reply itself, was deleted), NotFound (the parent), TooMany,
// Unavailable.
func (b *Board) Reply(ctx context.Context, r NewReply) (Post, error) {
	if r.Thread == 0 && r.Remote == nil {
		parent, err := b.PostByID(ctx, r.To)
		if err != nil {
			return Post{}, err
		}
		r.Thread = parent.Thread
	}
	d, err := b.draft(ctx, r.Text, r.Thread, r.Mentions, r.Remote)
	if err != nil {
		return Post{}, err
	}
	if d.empty() {
		return Post{}, FieldErrorf("text", "There is no text. Write something first.")
	}
	return outcome(ctx, b, func(tx Tx) (Post, error) { return b.addReply(tx, r, d) })
}

// addReply does the transaction's part of Reply.
func (b *Board) addReply(tx Tx, r NewReply, d draft) (Post, error) {
	if known, ok, err := b.alreadyPosted(tx, r.By, r.FormKey, r.Remote); ok || err != nil {
		return sentAgain(known, err, r, d)
	}
	author, err := tx.Actor(r.By)
	if err != nil {
		return Post{}, err
	}
	if err := b.mayWrite(tx, author, tx.PostsSince); err != nil {
		return Post{}, err
	}
	to, thread, err := b.answered(tx, r)
	if err != nil {
		return Post{}, err
	}
	if !thread.LockedAt.IsZero() {
		return Post{}, Errorf(Forbidden, "This thread is locked; it takes no more replies.")
	}
	also, err := b.address(tx, r, to, thread, &d)
	if err != nil {
		return Post{}, err
	}
	sameAs, err := b.repeated(tx, r, to, thread.ID, d)
	if err != nil {
		return Post{}, err
	}
	number, err := tx.NextNumber(thread.ID)
	if err != nil {
		return Post{}, err
	}
	if err := dropDraft(tx, r.By, r.Draft); err != nil {
		return Post{}, err
	}
	post := b.newPost(tx, author, thread.ID, number, to, d, r.Remote)
	post.Also, post.SameAs = also, sameAs
	event := Event{Kind: ReplyPosted, Actor: r.By, Topic: thread.Topics[0].ID, Thread: thread.ID}
	if author.Local() {
		if err := tx.MarkOwn(post); err != nil {
			return Post{}, err
		}
	}
	return b.addPost(tx, post, r.FormKey, d, event)
}

// address finds out to whom else a reply is: posts that a member chose, or
// people whom a remote text names before it begins.
func (b *Board) address(tx Tx, r NewReply, to Answered, thread Thread, d *draft) (also []Addressee, err error) {
	if r.Remote != nil {
		rest, also, err := liftAddressees(tx, d.html, to.Author, thread, d.mentions)
		if err != nil || !d.shorten(rest) {
			return nil, err
		}
		return also, nil
	}
	also, err = addressees(tx, r, to, thread.ID)
	d.mentions = tell(also, r.By, d.mentions)
	return also, err
}

// answered finds the parent, or says that it is unavailable.
func (b *Board) answered(tx Tx, r NewReply) (Answered, Thread, error) {
	if r.To == 0 {
		thread, err := tx.Thread(r.Thread)
		return Answered{Number: -1, URI: r.ToURI}, thread, err
	}
	parent, err := tx.Post(r.To)
	if err != nil {
		return Answered{}, Thread{}, err
	}
	if parent.State != Live && r.Remote == nil {
		return Answered{}, Thread{}, Errorf(Gone, "Post %d was deleted meanwhile, so it cannot be answered.", parent.Number)
	}
	thread, err := tx.Thread(parent.Thread)
	to := Answered{Post: parent.ID, Number: parent.Number, URI: parent.URI, Author: parent.Author}
	return to, thread, err
}

// draft is a text made safe outside the transaction.
type draft struct {
	html, source, language, warning string
	mentions                        []ActorID
	media                           Media
	original                        []byte
}

// empty reports whether there is nothing to read and nothing to see.
func (d draft) empty() bool {
	return d.html == "" && len(d.media.Attachments) == 0 && d.media.Quote == ""
}

// shorten leaves of a text what follows its leading mentions, and reports
// whether it did: a text that is nothing else, without a picture, stays whole.
func (d *draft) shorten(rest string) bool {
	whole := d.html
	if d.html = rest; d.empty() {
		d.html = whole
		return false
	}
	return true
}

// draft renders or cleans a text. Markdown's mentions are looked up here;
// those of a remote text come with it.
func (b *Board) draft(ctx context.Context, t Text, thread ThreadID, mentions []ActorID, remote *Remote) (draft, error) {
	if limit := b.config.Limits.TextBytes; limit > 0 && max(len(t.Markdown), len(t.HTML)) > limit {
		return draft{}, FieldErrorf("text", "The text is too long: at most %d kB fit.", limit>>10)
	}
	d := draft{language: Language(t.Language), warning: cleanLine(t.Warning, maxWarning), mentions: mentions}
	if remote != nil {
		d.html, d.media, d.original = b.text.clean(t.HTML), cleanMedia(remote.Media), remote.Original
		return d, nil
	}
	found, err := b.mentioned(ctx, t.Markdown)
	if err != nil {
		return draft{}, err
	}
	for _, a := range found {
		d.mentions = append(d.mentions, a.ID)
	}
	d.source = t.Markdown
	var failed error
	d.html = b.text.markdown(t.Markdown, targets{thread: thread, title: b.headings(ctx, &failed), actor: func(h handle) (Actor, bool) {
		a, ok := found[h]
		return a, ok
	}})
	return d, failed
}

// mentioned finds the actors whom a Markdown text mentions and whom the board
// knows; the others stay plain text.
func (b *Board) mentioned(ctx context.Context, markdown string) (map[handle]Actor, error) {
	found := map[handle]Actor{}
	for _, h := range b.text.mentions(markdown) {
		host := h.Host
		if host == b.Address().Host() {
			host = ""
		}
		a, err := b.ActorByHandle(ctx, h.Name, host)
		if err == nil && a.GoneAt.IsZero() {
			found[h] = a
		} else if err != nil && KindOf(err) != NotFound {
			return nil, err
		}
	}
	return found, nil
}

// Strangers are the handles in a Markdown text that belong to nobody whom the
// board knows, as they are written: whoever they mean is not told.
func (b *Board) Strangers(ctx context.Context, markdown string) ([]string, error) {
	found, err := b.mentioned(ctx, markdown)
	if err != nil {
		return nil, err
	}
	var strangers []string
	for _, h := range b.text.mentions(markdown) {
		if _, ok := found[h]; !ok {
			strangers = append(strangers, h.String())
		}
	}
	return strangers, nil
}

// Preview renders a text as it would be posted.
func (b *Board) Preview(ctx context.Context, t Text, thread ThreadID) (html string, err error) {
	d, err := b.draft(ctx, t, thread, nil, nil)
	return d.html, err
}

// alreadyPosted finds the post that an earlier, equal call made.
func (b *Board) alreadyPosted(tx Tx, by ActorID, formKey string, remote *Remote) (Post, bool, error) {
	if remote == nil {
		if formKey == "" {
			return Post{}, false, nil
		}
		return ifFound(tx.PostByFormKey(by, formKey))
	}
	buried, err := tx.Buried(remote.URI)
	if err != nil {
		return Post{}, false, err
	}
	if buried {
		return Post{}, false, Errorf(Gone, "It was deleted before it arrived.")
	}
	known, ok, err := ifFound(tx.PostByURI(remote.URI))
	if ok && known.Author.ID != by {
		return Post{}, false, Errorf(Conflict, "Somebody else's post has this id already.")
	}
	return known, ok, err
}

func ifFound(p Post, err error) (Post, bool, error) {
	if err != nil && KindOf(err) == NotFound {
		return Post{}, false, nil
	}
	return p, err == nil, err
}

// newPost fills a post's row; ids are given by addPost.
func (b *Board) newPost(tx Tx, author Actor, thread ThreadID, number int, to Answered, d draft, remote *Remote) Post {
	p := Post{
		Thread: thread, Number: number, Author: author, To: to,
		URI: b.Address().Post(thread, number), URL: b.Address().Post(thread, number),
		HTML: d.html, Source: d.source, Language: d.language, Warning: d.warning,
		PublishedAt: tx.Now(), ArrivedAt: tx.Now(),
	}
	if number == 0 {
		p.URL = b.Address().Thread(thread)
	}
	if remote != nil {
		p.URI, p.URL, p.Unlisted = remote.URI, remote.URL, remote.Unlisted
		p.PublishedAt = clamp(remote.Published, tx.Now())
		p.bring(d.media)
	}
	return p
}

// clamp keeps a claimed time out of the future.
func clamp(claimed, now time.Time) time.Time {
	if claimed.IsZero() || claimed.After(now) {
		return now
	}
	return claimed
}

// addPost writes the post and its event.
func (b *Board) addPost(tx Tx, p Post, formKey string, d draft, event Event) (Post, error) {
	if err := tx.KnowEmojis(EmojiHost(p.URI), d.media.Emojis); err != nil {
		return Post{}, err
	}
	id, err := tx.AddPost(p, formKey, d.mentions, d.original)
	if err != nil {
		return Post{}, err
	}
	p.ID, event.Post = id, id
	_, err = tx.Log(event)
	return p, err
}
