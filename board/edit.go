package board

import (
	"cmp"
	"context"
	"time"
)

// Edit replaces the text of a post, and for an article its title and source
// line. Only the author may. A remote edit that is not newer than the last
// one changes nothing, and neither does a member's that says what is there.
// Errors: Invalid, Forbidden, NotFound, Gone.
func (b *Board) Edit(ctx context.Context, e EditPost) (Post, error) {
	before, err := b.PostByID(ctx, e.Post)
	if err != nil {
		return Post{}, err
	}
	d, err := b.draft(ctx, e.Text, before.Thread, e.Mentions, e.Remote)
	if err != nil {
		return Post{}, err
	}
	if d.empty() && before.Number > 0 {
		return Post{}, FieldErrorf("text", "There is no text. To take the post back, delete it.")
	}
	if e.Citation != nil {
		citation, err := cleanCitation(*e.Citation)
		if err != nil {
			return Post{}, err
		}
		e.Citation = &citation
	}
	e.Title = cleanLine(e.Title, maxTitle)
	return outcome(ctx, b, func(tx Tx) (Post, error) { return b.edit(tx, e, d) })
}

func (b *Board) edit(tx Tx, e EditPost, d draft) (Post, error) {
	p, err := tx.Post(e.Post)
	switch {
	case err != nil:
		return Post{}, err
	case p.Author.ID != e.By:
		return Post{}, Errorf(Forbidden, "Only its author may change a post.")
	case p.State != Live:
		return Post{}, Errorf(Gone, "The post was deleted.")
	}
	at, newer := e.at(p, tx.Now())
	if !newer {
		return p, nil
	}
	thread, err := tx.Thread(p.Thread)
	if err != nil {
		return Post{}, err
	}
	if p.Number == 0 && e.Remote == nil {
		if err := b.withinLimit(cited(thread, e).URL, d.html); err != nil {
			return Post{}, err
		}
	}
	if err := dropDraft(tx, e.By, e.Draft); err != nil {
		return Post{}, err
	}
	if saysTheSame(p, thread, e, d) {
		return p, nil
	}
	if p.Also, err = tx.Addressees(p.ID); err != nil {
		return Post{}, err
	}
	d.readdress(p, thread, e)
	if !sameText(p.HTML, d.html) {
		p.SameAs = 0
	}
	if e.Remote != nil && e.Title == "" && thread.Title == titleOf(p.HTML, maxTitle) { // its first line was made its title
		e.Title = titleOf(d.html, maxTitle)
	}
	p.EditedAt = at
	return b.keepEdit(tx, p, thread, e, d)
}

// at is when the edit was made, and whether that is after the last one.
func (e EditPost) at(p Post, now time.Time) (at time.Time, newer bool) {
	if e.Remote == nil {
		return later(now, p.lastChange()), true
	}
	return clamp(e.Remote.Updated, now), e.Remote.Updated.After(p.lastChange())
}

// keepEdit writes the new text of a post, for an article its title too, and logs it.
func (b *Board) keepEdit(tx Tx, p Post, thread Thread, e EditPost, d draft) (_ Post, err error) {
	p.HTML, p.Source, p.Warning = d.html, d.source, d.warning
	if d.language != "" || e.Remote == nil {
		p.Language = d.language
	}
	p.bring(d.media)
	if err := tx.KnowEmojis(EmojiHost(p.URI), d.media.Emojis); err != nil {
		return Post{}, err
	}
	if err := tx.EditPost(p, d.mentions, d.original); err != nil {
		return Post{}, err
	}
	if p.Number == 0 {
		if err := retitle(tx, thread, e); err != nil {
			return Post{}, err
		}
	}
	_, err = tx.Log(Event{Kind: PostEdited, Actor: e.By, Topic: thread.Topics[0].ID, Thread: p.Thread, Post: p.ID})
	return p, err
}

// saysTheSame reports whether a member saved what is there already, as who
// clicks twice does: nobody has to be told.
func saysTheSame(p Post, t Thread, e EditPost, d draft) bool {
	title := p.Number > 0 || cmp.Or(e.Title, t.Title) == t.Title && cited(t, e) == t.Citation
	return e.Remote == nil && title && p.HTML == d.html && p.Source == d.source && p.Warning == d.warning && p.Language == d.language
}

// readdress leaves a reply to whom it was: an edit changes only what it says.
func (d *draft) readdress(p Post, t Thread, e EditPost) {
	if e.Remote == nil {
		d.mentions = tell(p.Also, e.By, d.mentions)
		return
	}
	people := []Actor{p.To.Author}
	for _, a := range p.Also {
		people = append(people, a.Author)
	}
	d.shorten(stripMentions(d.html, addressed(t.Topics, people...)))
}

// retitle gives an article its new title and source line, where there are any.
func retitle(tx Tx, t Thread, e EditPost) error {
	title, citation := cmp.Or(e.Title, t.Title), cited(t, e)
	if title == t.Title && citation == t.Citation {
		return nil
	}
	return tx.SetTitle(t.ID, title, citation)
}

// cited is the source line of an article after an edit.
func cited(t Thread, e EditPost) Citation {
	if e.Citation != nil {
		return *e.Citation
	}
	return t.Citation
}
