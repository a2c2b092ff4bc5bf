package board

import (
	"context"
	"regexp"
	"strings"
	"time"
)

// ActorID is the number of an actor in the board's store, local or remote.
type ActorID int64

// ActorType is the ActivityStreams type of an actor.
type ActorType string

// The types that an actor may have (ActivityStreams vocabulary §3.2).
const (
	Person       ActorType = "Person"
	Group        ActorType = "Group"
	Application  ActorType = "Application"
	Service      ActorType = "Service"
	Organization ActorType = "Organization"
)

// Actor is anyone: a member, a topic, the site, or someone on another server.
type Actor struct {
	ID          ActorID
	URI         string // ActivityPub id; never changes
	Type        ActorType
	Name        string   // preferredUsername: the part of the handle before the host
	Host        string   // the server's authority; empty for ours
	DisplayName string   // as the actor wants to be called; may be empty
	Emojis      []string // shortcodes in DisplayName of which the pictures are known; remote only
	Tagline     string   // short line after the name; ours only
	Summary     string   // safe HTML about the actor
	URL         string   // page for people
	Inbox       string   // remote only
	SharedInbox string   // remote only; may be empty
	Followers   string   // the followers collection, to recognise it in to and cc
	KeyID       string   // id of the public key
	PublicKey   string   // PEM, SPKI
	CreatedAt   time.Time
	FetchedAt   time.Time // when the document was last read; zero for ours
	GoneAt      time.Time // when the account was deleted; zero while it is there
	Namesake    bool      // of another server and called like an actor of ours; filled beside posts and in lists
}

// Local reports whether the actor is of this board.
func (a Actor) Local() bool { return a.Host == "" }

// Handle is name@host; host is the board's own where the actor is local.
func (a Actor) Handle(here Address) string {
	if a.Local() {
		return a.Name + "@" + here.Host()
	}
	return a.Name + "@" + a.Host
}

// DeliveryInbox is where activities for the actor go: the shared inbox where
// there is one. Empty for local actors.
func (a Actor) DeliveryInbox() string {
	if a.SharedInbox != "" {
		return a.SharedInbox
	}
	return a.Inbox
}

// SiteName is the handle of the board's own actor.
const SiteName = "corkboard"

// reserved are the names that would mislead or collide with the board's own.
var reserved = map[string]bool{
	SiteName: true, "admin": true, "administrator": true, "root": true, "moderator": true, "system": true,
	"actor": true, "inbox": true, "outbox": true, "site": true, "support": true, "staff": true, "board": true,
}

var validName = regexp.MustCompile(`^[a-z0-9_]{1,30}$`)

// topicNameMax leaves room for the suffix of the topic's second Group.
const topicNameMax = 26

// CheckName returns an Invalid error for a name that no local actor may have.
// Whether it is free is decided in the transaction that takes it.
func CheckName(name string) error {
	switch {
	case !validName.MatchString(name):
		return FieldErrorf("name", "A name is 1 to 30 characters: small letters a to z, digits and _.")
	case strings.HasPrefix(name, "kw_"), strings.HasSuffix(name, AllSuffix):
		return FieldErrorf("name", "Names that begin with kw_ or end with %s are the board's own.", AllSuffix)
	case reserved[name]:
		return FieldErrorf("name", "The name %s is reserved. Choose another.", name)
	}
	return nil
}

// KnowActor records what is known of an actor on another server, or brings it
// up to date, and returns its row. emojis are the pictures that its server has
// for shortcodes in the display name. Local actors are never changed here.
// Errors: Invalid, Forbidden (a URI of ours), Gone (it was deleted).
func (b *Board) KnowActor(ctx context.Context, a Actor, emojis ...Emoji) (Actor, error) {
	if b.Address().Ours(a.URI) || a.Host == "" {
		return Actor{}, Errorf(Forbidden, "%s is an address of this board; nobody else may speak for it.", a.URI)
	}
	a.Name, a.DisplayName = cleanLine(a.Name, 100), cleanLine(a.DisplayName, 100)
	a.Summary = b.text.clean(a.Summary)
	emojis = usedEmojis(a.DisplayName, emojis)
	a.Emojis = shortcodesOf(emojis)
	return outcome(ctx, b, func(tx Tx) (Actor, error) {
		if err := tx.KnowEmojis(EmojiHost(a.URI), emojis); err != nil {
			return a, err
		}
		return b.know(tx, a)
	})
}

func (b *Board) know(tx Tx, a Actor) (Actor, error) {
	known, err := tx.ActorByURI(a.URI)
	switch {
	case err != nil && KindOf(err) == NotFound:
		a.CreatedAt = tx.Now()
		a.ID, err = tx.AddActor(a)
		return a, err
	case err != nil:
		return a, err
	case !known.GoneAt.IsZero():
		return a, Errorf(Gone, "The account %s was deleted.", known.Handle(b.Address()))
	}
	a.ID, a.CreatedAt = known.ID, known.CreatedAt
	return a, tx.SetActor(a)
}

// forgetBatch bounds how many posts one transaction of ForgetActor closes.
const forgetBatch = 200

// ForgetActor ends a remote account that was deleted there: its follows end,
// its posts become tombstones that keep their numbers. Forgetting somebody
// unknown changes nothing.
func (b *Board) ForgetActor(ctx context.Context, uri string) error {
	a, err := b.ActorByURI(ctx, uri)
	if err != nil || a.Local() {
		return ignore(err, NotFound)
	}
	if err := b.update(ctx, func(tx Tx) error { return leave(tx, a.ID) }); err != nil {
		return err
	}
	for after, left := PostID(0), true; left; {
		posts, err := outcome(ctx, b, func(tx Tx) ([]Post, error) { return b.closePostsOf(tx, a.ID, after) })
		if err != nil {
			return err
		}
		if left = len(posts) > 0; left {
			after = posts[len(posts)-1].ID
		}
	}
	return nil
}

// closePostsOf makes tombstones of the next posts of somebody who is gone.
func (b *Board) closePostsOf(tx Tx, author ActorID, after PostID) ([]Post, error) {
	posts, err := tx.PostsOf(author, after, forgetBatch)
	if err != nil {
		return nil, err
	}
	for _, p := range posts {
		p.State = Deleted
		if err := b.closePost(tx, p, nil, Event{Kind: PostDeleted, Actor: author}); err != nil {
			return nil, err
		}
	}
	return posts, nil
}

// leave ends an actor's follows and marks him as gone.
func leave(tx Tx, id ActorID) error {
	a, err := tx.Actor(id)
	if err != nil || !a.GoneAt.IsZero() {
		return err
	}
	event, err := tx.Log(Event{Kind: ActorGone, Actor: id})
	if err != nil {
		return err
	}
	if err := tx.RemoveFollowsBy(id, event); err != nil {
		return err
	}
	a.GoneAt, a.DisplayName, a.Summary, a.Emojis = tx.Now(), "", "", nil
	return tx.SetActor(a)
}

// ignore turns an error of one kind into none.
func ignore(err error, kind Kind) error {
	if err != nil && KindOf(err) == kind {
		return nil
	}
	return err
}

// addLocal makes a local actor with a key, if the name is free. Names are
// never reused, so a name that was ever taken stays taken.
func (b *Board) addLocal(tx Tx, a Actor, key keyPair) (Actor, error) {
	taken, err := tx.NameTaken(a.Name)
	if err != nil {
		return a, err
	}
	if taken {
		return a, newError(Conflict, "The name %s is taken. Choose another.", []any{a.Name}).in("name")
	}
	a.KeyID, a.PublicKey, a.CreatedAt = a.URI+"#main-key", key.public, tx.Now()
	if a.ID, err = tx.AddActor(a); err != nil {
		return a, err
	}
	return a, tx.AddPrivateKey(a.ID, key.private)
}

// keyPair is PEM, made outside the transaction because it takes 40 ms.
type keyPair struct{ private, public string }

func (b *Board) newKey() (keyPair, error) {
	private, public, err := b.config.NewKey()
	return keyPair{private, public}, err
}

// OpenSite returns the board's own actor, and makes it at the first start. A
// board's address is fixed from then on; another one is a Conflict.
func (b *Board) OpenSite(ctx context.Context) (Actor, error) {
	site, err := b.ActorByHandle(ctx, SiteName, "")
	if err == nil && site.URI != b.Address().Site() {
		return Actor{}, Errorf(Conflict, "This board's address is %s. Other servers know it by that, so it cannot become %s. Set CORKBOARD_URL to it, or CORKBOARD_DATA to a new folder for a new board.",
			strings.TrimSuffix(site.URI, "/actor"), b.Address())
	}
	if err == nil || KindOf(err) != NotFound {
		return site, err
	}
	key, err := b.newKey()
	if err != nil {
		return Actor{}, err
	}
	a := Actor{URI: b.Address().Site(), URL: string(b.Address()) + "/about", Type: Application, Name: SiteName}
	return outcome(ctx, b, func(tx Tx) (Actor, error) { return b.addLocal(tx, a, key) })
}
