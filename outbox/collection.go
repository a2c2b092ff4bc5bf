package outbox

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"

	"github.com/gorilla/mux"

	"corkboard/activitypub"
	"corkboard/board"
)

// replies are the answers to a post of ours, all on the first page.
func (d *Documents) replies(ctx context.Context, r *http.Request) (*answer, error) {
	p, err := d.find(ctx, r)
	if err != nil {
		return nil, err
	}
	t, err := d.board.Thread(ctx, p.Thread)
	if err != nil {
		return nil, err
	}
	uris, total, err := d.scribe.replies(ctx, p, t)
	if err != nil {
		return nil, err
	}
	id := d.address().Post(p.Thread, p.Number) + "/replies"
	if r.URL.Query().Get("page") != "" {
		return marshal(&activitypub.CollectionPage{ID: id + "?page=1", Type: "CollectionPage", PartOf: id, Items: anys(uris)})
	}
	return marshal(firstPage(id, uris, total))
}

// likes and shares are numbers: who it was is nobody's business.
func (d *Documents) likes(ctx context.Context, r *http.Request) (*answer, error) {
	p, err := d.find(ctx, r)
	if err != nil {
		return nil, err
	}
	return marshal(&activitypub.Collection{ID: d.address().Post(p.Thread, p.Number) + "/likes", Type: "Collection", TotalItems: p.Likes})
}

func (d *Documents) shares(ctx context.Context, r *http.Request) (*answer, error) {
	p, err := d.find(ctx, r)
	if err != nil {
		return nil, err
	}
	return marshal(&activitypub.Collection{ID: d.address().Post(p.Thread, p.Number) + "/shares", Type: "Collection", TotalItems: p.Shares})
}

// contextLimit bounds the ids of one context document.
const contextLimit = 100_000

// context is the thread: the ids of all its posts in order, the article's
// first (FEP-7888). Its ETag is the XOR of the ids' SHA-256 (FEP-f228), by
// which another server sees that it has them all.
func (d *Documents) context(ctx context.Context, r *http.Request) (*answer, error) {
	t, err := d.board.Thread(ctx, board.ThreadID(number(r, "thread")))
	if err != nil {
		return nil, err
	}
	uris, err := d.board.PostURIs(ctx, t.ID, contextLimit)
	if err != nil {
		return nil, err
	}
	a, err := marshal(&activitypub.Collection{
		ID: d.address().Context(t.ID), Type: "OrderedCollection", AttributedTo: t.Topics[0].URI, TotalItems: len(uris), Items: anys(uris),
	})
	a.etag = setDigest(uris)
	return a, err
}

func setDigest(uris []string) string {
	var all [sha256.Size]byte
	for _, uri := range uris {
		for i, b := range sha256.Sum256([]byte(uri)) {
			all[i] ^= b
		}
	}
	return fmt.Sprintf(`"%x"`, all)
}

// newest is how many activities an outbox shows: Lemmy reads fifty, on one page.
const newest = 50

// topicOutbox is what the topic announced last: one unpaginated collection of
// Announce{Create}, the only shape that Lemmy and PieFed read.
func (d *Documents) topicOutbox(ctx context.Context, r *http.Request) (*answer, error) {
	group, err := d.local(ctx, mux.Vars(r)["name"], board.Group)
	if err != nil {
		return nil, err
	}
	topic, err := d.board.TopicByActor(ctx, group.ID)
	if err != nil {
		return nil, err
	}
	if topic.ID != group.ID {
		return empty(group.URI+"/outbox", "OrderedCollection") // the second Group's
	}
	threads, err := d.board.Threads(ctx, board.ThreadQuery{Topic: topic.ID, Limit: newest})
	if err != nil {
		return nil, err
	}
	items := make([]any, 0, len(threads))
	for _, t := range threads {
		item, err := d.announced(ctx, t, topic)
		if err != nil {
			return nil, err
		}
		if item != nil {
			items = append(items, item)
		}
	}
	return marshal(&activitypub.Collection{ID: topic.URI + "/outbox", Type: "OrderedCollection", TotalItems: topic.Articles, Items: items})
}

// announced is the Announce{Create} of an article, nil where only the object
// came here: PieFed stops reading at the first item of another shape. Its id is
// the event's, and the topic's own.
func (d *Documents) announced(ctx context.Context, t board.Thread, topic board.Topic) (any, error) {
	p := t.Article
	event, err := d.board.PostEvent(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	var create any
	id := d.address().Activity(event, 0)
	if p.Local() {
		create, err = d.filed(ctx, "Create", id, p, t, topic)
	} else if raw, missing := d.original(ctx, p, "Create"); raw != nil || missing != nil {
		create, err = raw, missing
	}
	if create == nil || err != nil {
		return nil, err
	}
	return &activitypub.Activity{
		ID: id + "#" + topic.Name, Type: "Announce", Actor: topic.URI, Published: p.ArrivedAt,
		To: activitypub.IDs{activitypub.Public}, CC: activitypub.IDs{followersOf(topic.URI)}, Object: create,
	}, nil
}

// created is the Create of a post of ours, under the id that it was sent with.
func (d *Documents) created(ctx context.Context, p board.Post) (*activitypub.Activity, error) {
	t, err := d.board.Thread(ctx, p.Thread)
	if err != nil {
		return nil, err
	}
	note, err := d.scribe.note(ctx, p, t, t.Topics[0])
	if err != nil {
		return nil, err
	}
	event, err := d.board.PostEvent(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	create := wrap("Create", note)
	create.ID = d.address().Activity(event, 0)
	return create, nil
}

// memberOutbox is what a member posted last, as Creates.
func (d *Documents) memberOutbox(ctx context.Context, r *http.Request) (*answer, error) {
	a, err := d.local(ctx, mux.Vars(r)["name"], board.Person)
	if err != nil {
		return nil, err
	}
	posts, err := d.board.PostsBy(ctx, a.ID, 0, newest)
	if err != nil {
		return nil, err
	}
	items := make([]any, 0, len(posts))
	for _, p := range posts {
		create, err := d.created(ctx, p)
		if err != nil {
			return nil, err
		}
		items = append(items, create)
	}
	return marshal(&activitypub.Collection{ID: a.URI + "/outbox", Type: "OrderedCollection", TotalItems: len(items), Items: items})
}

func (d *Documents) siteOutbox(context.Context, *http.Request) (*answer, error) {
	return empty(d.address().Site()+"/outbox", "OrderedCollection")
}

func empty(id, kind string) (*answer, error) {
	return marshal(&activitypub.Collection{ID: id, Type: kind, Items: []any{}})
}

// whose finds the actor whose collection a path names.
func (d *Documents) whose(ctx context.Context, r *http.Request) (board.Actor, error) {
	kind := board.Person
	if mux.Vars(r)["of"] == "topics" {
		kind = board.Group
	}
	return d.local(ctx, mux.Vars(r)["name"], kind)
}

// followers tells how many they are, and not who. The first page is there for
// Mastodon, which takes its absence for a wish to hide the number.
func (d *Documents) followers(ctx context.Context, r *http.Request) (*answer, error) {
	a, err := d.whose(ctx, r)
	if err != nil {
		return nil, err
	}
	n, err := d.board.FollowerCount(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	return d.total(r, followersOf(a.URI), n)
}

// following is nobody: actors of ours do not follow yet.
func (d *Documents) following(ctx context.Context, r *http.Request) (*answer, error) {
	a, err := d.whose(ctx, r)
	if err != nil {
		return nil, err
	}
	return d.total(r, a.URI+"/following", 0)
}

func (d *Documents) total(r *http.Request, id string, total int) (*answer, error) {
	page := &activitypub.CollectionPage{ID: id + "?page=1", Type: "OrderedCollectionPage", PartOf: id, Items: []any{}}
	if r.URL.Query().Get("page") != "" {
		return marshal(page)
	}
	return marshal(&activitypub.Collection{ID: id, Type: "OrderedCollection", TotalItems: total, First: id + "?page=1"})
}

// featured is empty, but there: GoToSocial complains without it.
func (d *Documents) featured(ctx context.Context, r *http.Request) (*answer, error) {
	a, err := d.whose(ctx, r)
	if err != nil {
		return nil, err
	}
	return empty(a.URI+"/featured", "OrderedCollection")
}

// moderators are those who may remove posts, for forums to check a removal by.
func (d *Documents) moderators(ctx context.Context, r *http.Request) (*answer, error) {
	a, err := d.local(ctx, mux.Vars(r)["name"], board.Group)
	if err != nil {
		return nil, err
	}
	uris, err := d.moderatorURIs(ctx)
	if err != nil {
		return nil, err
	}
	return marshal(&activitypub.Collection{ID: a.URI + "/moderators", Type: "OrderedCollection", TotalItems: len(uris), Items: anys(uris)})
}

func (d *Documents) moderatorURIs(ctx context.Context) ([]string, error) {
	uris := []string{d.address().Site()}
	for after := ""; ; {
		members, err := d.board.Members(ctx, after, listed)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			if (board.Viewer{ID: m.ID, Role: m.Role}).Moderates() && m.GoneAt.IsZero() {
				uris = append(uris, m.URI)
			}
			after = m.Name
		}
		if len(members) < listed {
			return uris, nil
		}
	}
}
