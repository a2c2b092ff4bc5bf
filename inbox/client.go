package inbox

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"corkboard/activitypub"
	"corkboard/board"
)

const (
	maxFormKey    = 100 // bytes of an Idempotency-Key
	eventsAtATime = 200
)

// post is ActivityPub's client-to-server interface (ActivityPub §6): a program
// posts for a member who gave it a token. The answer is 201 with the address of
// the activity, and the activity.
func (in *Inbox) post(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	event, err := in.postFor(w, r)
	if err != nil {
		in.refuse(w, r, err)
		return
	}
	body, err := in.rendered(r.Context(), event)
	if err != nil {
		in.Log.Error("render what was posted", "event", event, "err", err)
	}
	w.Header().Set("Location", in.address.Activity(event, 0))
	if len(body) > 0 {
		w.Header().Set("Content-Type", activitypub.MediaType)
	}
	w.WriteHeader(http.StatusCreated)
	_, _ = w.Write(body) // the post is there, whether its program listens or not
}

func (in *Inbox) rendered(ctx context.Context, event board.EventID) ([]byte, error) {
	if in.Render == nil {
		return nil, nil
	}
	return in.Render(ctx, event)
}

// postFor does what the request asks for, and returns the event of it.
func (in *Inbox) postFor(w http.ResponseWriter, r *http.Request) (board.EventID, error) {
	member, err := in.authenticate(w, r)
	if err != nil {
		return 0, err
	}
	body, err := in.readBody(w, r)
	if err != nil {
		return 0, err
	}
	o, err := activitypub.Parse(body)
	if err != nil {
		return 0, problemf(http.StatusBadRequest, "%s.", sentence(err.Error()))
	}
	c := command{in: in, member: member, formKey: r.Header.Get("Idempotency-Key")}
	if len(c.formKey) > maxFormKey {
		return 0, problemf(http.StatusBadRequest, "The Idempotency-Key is longer than %d bytes.", maxFormKey)
	}
	return c.run(r.Context(), o)
}

// authenticate finds the member whose token the request has.
func (in *Inbox) authenticate(w http.ResponseWriter, r *http.Request) (board.Member, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		w.Header().Set("WWW-Authenticate", "Bearer")
		return board.Member{}, problemf(http.StatusUnauthorized, "Send the token of a member: Authorization: Bearer TOKEN.")
	}
	member, err := in.Board.Authenticate(r.Context(), strings.TrimSpace(token))
	if err != nil {
		if board.KindOf(err) == board.Forbidden {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			return member, problemf(http.StatusUnauthorized, "%s", asProblem(err).text)
		}
		return member, err
	}
	if name := mux.Vars(r)["member"]; name != member.Name {
		return member, problemf(http.StatusForbidden, "The token is %s's, and this is the outbox of %.40q.", member.Name, name)
	}
	return member, nil
}

// command is what a member's program wants.
type command struct {
	in      *Inbox
	member  board.Member
	formKey string
}

// run finds out what is wanted. A post without an activity is a Create.
func (c command) run(ctx context.Context, o *activitypub.Object) (board.EventID, error) {
	p := post{Object: o}
	if !isPost(o) {
		if err := c.isOwn("actor", o.Actor); err != nil {
			return 0, err
		}
		if o.Object == nil {
			return 0, board.FieldErrorf("object", "The %.40s has no object.", o.Type)
		}
		p = post{Object: o.Object, carrier: o}
	}
	if err := c.isOwn("attributedTo", p.AttributedTo); err != nil {
		return 0, err
	}
	switch {
	case p.carrier != nil && o.Type == "Delete":
		return c.delete(ctx, p.ID)
	case !p.Is("Note", "Article", "Page"):
		return 0, board.FieldErrorf("type", "A %.40s cannot be posted here; send a Note, or a Create, Update or Delete of one.", p.Type)
	case p.carrier != nil && o.Type == "Update":
		return c.update(ctx, p)
	case p.carrier != nil && o.Type != "Create":
		return 0, board.FieldErrorf("type", "A %.40s cannot be posted here; send a Create, an Update or a Delete.", o.Type)
	}
	return c.create(ctx, p)
}

func (c command) isOwn(field, uri string) error {
	if uri == "" || uri == c.member.URI {
		return nil
	}
	return board.FieldErrorf(field, "The %s is not %s, whose token this is.", field, c.member.URI)
}

// create posts a reply or an article.
func (c command) create(ctx context.Context, p post) (board.EventID, error) {
	if err := c.isForAll(ctx, p); err != nil {
		return 0, err
	}
	do := c.article
	if p.InReplyTo != "" {
		do = c.reply
	}
	made, err := do(ctx, p)
	if err != nil {
		return 0, err
	}
	return c.in.Board.PostEvent(ctx, made.ID)
}

// isForAll refuses what is addressed to some people only: whatever is posted
// here can be read by everybody. Who names nobody, or a topic, means that.
func (c command) isForAll(ctx context.Context, p post) error {
	to, cc := p.To, p.CC
	if p.carrier != nil && to == nil && cc == nil {
		to, cc = p.carrier.To, p.carrier.CC
	}
	if len(to)+len(cc) == 0 || p.Visibility(p.carrier).IsPublic() {
		return nil
	}
	topics, err := c.in.topics(ctx, p)
	if err == nil && len(topics) == 0 {
		err = board.FieldErrorf("to", "Only public posts can be posted this way: put %s into to.", activitypub.Public)
	}
	return err
}

func (c command) reply(ctx context.Context, p post) (board.Post, error) {
	parent, err := c.in.postAt(ctx, p.InReplyTo)
	if err != nil {
		if board.KindOf(err) == board.NotFound {
			return board.Post{}, board.FieldErrorf("inReplyTo", "There is no post at %.200s on this board.", p.InReplyTo)
		}
		return board.Post{}, err
	}
	return c.in.Board.Reply(ctx, board.NewReply{By: c.member.ID, FormKey: c.formKey, To: parent, Text: typed(p.Object)})
}

func (c command) article(ctx context.Context, p post) (board.Post, error) {
	topics, err := c.in.topics(ctx, p)
	switch {
	case err != nil:
		return board.Post{}, err
	case p.Name == "":
		return board.Post{}, board.FieldErrorf("name", "An article needs a name, its title; a reply needs inReplyTo.")
	case len(topics) == 0:
		return board.Post{}, board.FieldErrorf("to", "Put at least one topic of this board into to or audience.")
	}
	n := board.NewArticle{
		By: c.member.ID, FormKey: c.formKey, Title: p.Name, Citation: citationOf(p.Object),
		Keywords: keywordsOf(p.Object, topics), Text: typed(p.Object), Again: reasonOf(p),
	}
	for _, t := range topics {
		n.Topics = append(n.Topics, t.ID)
	}
	made, err := c.in.Board.PostArticle(ctx, n)
	if refused, ok := errors.AsType[*board.Error](err); ok && refused.Field == "again" {
		err = problemf(http.StatusConflict, "%s The reason is the summary of the Create.", refused.Text)
	}
	return made, err
}

// reasonOf is why a link that is here already is posted again: what the Create
// says of itself. The summary of the Note is its content warning.
func reasonOf(p post) string {
	if p.carrier == nil {
		return ""
	}
	return p.carrier.Summary
}

// own finds a post that is to be changed.
func (c command) own(ctx context.Context, uri string) (board.Post, error) {
	if uri == "" {
		return board.Post{}, board.FieldErrorf("id", "The object has no id.")
	}
	id, err := c.in.postAt(ctx, uri)
	if err != nil {
		if board.KindOf(err) == board.NotFound {
			return board.Post{}, board.Errorf(board.NotFound, "There is no post at %.200s on this board.", uri)
		}
		return board.Post{}, err
	}
	return c.in.Board.PostByID(ctx, id)
}

func (c command) update(ctx context.Context, p post) (board.EventID, error) {
	known, err := c.own(ctx, p.ID)
	if err != nil {
		return 0, err
	}
	e := board.EditPost{By: c.member.ID, Post: known.ID, Text: typed(p.Object)}
	e.Text.Language = cmp.Or(e.Text.Language, known.Language)
	if known.Number == 0 {
		e.Title = p.Name
		if cited := citationOf(p.Object); cited != (board.Citation{}) {
			e.Citation = &cited
		}
	}
	return c.change(ctx, known.ID, board.PostEdited, func() error {
		_, err := c.in.Board.Edit(ctx, e)
		return err
	})
}

func (c command) delete(ctx context.Context, uri string) (board.EventID, error) {
	known, err := c.own(ctx, uri)
	if err != nil {
		return 0, err
	}
	if known.State != board.Live {
		return 0, board.Errorf(board.Gone, "The post was deleted already.")
	}
	return c.change(ctx, known.ID, board.PostDeleted, func() error { return c.in.Board.Delete(ctx, c.member.ID, known.ID, nil) })
}

// change makes a change and finds its event in the log. Where nothing was
// changed, it is the one at which the post came.
func (c command) change(ctx context.Context, id board.PostID, kind board.EventKind, do func() error) (board.EventID, error) {
	after, err := c.in.Board.LastEvent(ctx)
	if err != nil {
		return 0, err
	}
	if err := do(); err != nil {
		return 0, err
	}
	for {
		events, err := c.in.Board.EventsAfter(ctx, after, eventsAtATime)
		if err != nil {
			return 0, err
		}
		if len(events) == 0 {
			return c.in.Board.PostEvent(ctx, id)
		}
		for _, e := range events {
			if after = e.ID; e.Post == id && e.Kind == kind && e.Actor == c.member.ID {
				return e.ID, nil
			}
		}
	}
}

// typed is the Markdown of what a program sends: the source if that is
// Markdown, else the content.
func typed(o *activitypub.Object) board.Text {
	text := board.Text{Markdown: o.Content, Language: o.Language, Warning: o.Summary}
	isMarkdown := o.Source.MediaType == "" || o.Source.MediaType == "text/markdown"
	switch {
	case o.Source.Content != "" && isMarkdown:
		text.Markdown = o.Source.Content
	case o.MediaType == "" || o.MediaType == "text/html":
		text.Markdown = markdownOf(o.Content)
	}
	return text
}
