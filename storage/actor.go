package storage

import (
	"context"
	"slices"

	"corkboard/board"
)

// actorRow is a whole row of actors.
type actorRow struct {
	ID          int64  `db:"id"`
	URI         string `db:"uri"`
	Type        string `db:"type"`
	Name        string `db:"name"`
	Host        string `db:"host"`
	DisplayName string `db:"display_name"`
	Tagline     string `db:"tagline"`
	URL         string `db:"url"`
	Inbox       string `db:"inbox"`
	SharedInbox string `db:"shared_inbox"`
	Followers   string `db:"followers"`
	CreatedAt   int64  `db:"created_at"`
	FetchedAt   int64  `db:"fetched_at"`
	GoneAt      int64  `db:"gone_at"`
	KeyID       string `db:"key_id"`
	PublicKey   string `db:"public_key"`
	Summary     string `db:"summary"`
	Emojis      string `db:"emojis"`
}

// actorColumns are those of actorRow, of a table called a, as cells.actor takes them.
const actorColumns = `
	a.id, a.uri, a.type, a.name, a.host, a.display_name, a.tagline, a.url, a.inbox, a.shared_inbox,
	a.followers, a.created_at, a.fetched_at, a.gone_at, a.key_id, a.public_key, a.summary, a.emojis`

func (c *cells) actor() board.Actor {
	return board.Actor{
		ID: c.actorID(), URI: c.text(), Type: board.ActorType(c.text()), Name: c.text(), Host: c.text(),
		DisplayName: c.text(), Tagline: c.text(), URL: c.text(), Inbox: c.text(), SharedInbox: c.text(),
		Followers: c.text(), CreatedAt: c.time(), FetchedAt: c.time(), GoneAt: c.time(),
		KeyID: c.text(), PublicKey: c.text(), Summary: c.text(), Emojis: c.shortcodes(),
	}
}

// oneActor reads a single actor.
func (r *reader) oneActor(where string, args ...any) (actor board.Actor, err error) {
	err = r.only(func(c *cells) { actor = c.actor() }, `
		SELECT `+actorColumns+`
		FROM actors a`+where, args...)
	return actor, err
}

func (r actorRow) actor() board.Actor {
	return board.Actor{
		ID: board.ActorID(r.ID), URI: r.URI, Type: board.ActorType(r.Type), Name: r.Name, Host: r.Host,
		DisplayName: r.DisplayName, Tagline: r.Tagline, Summary: r.Summary, URL: r.URL,
		Inbox: r.Inbox, SharedInbox: r.SharedInbox, Followers: r.Followers, KeyID: r.KeyID, PublicKey: r.PublicKey,
		CreatedAt: moment(r.CreatedAt), FetchedAt: moment(r.FetchedAt), GoneAt: moment(r.GoneAt), Emojis: emojiNames(r.Emojis),
	}
}

func rowOfActor(a board.Actor) actorRow {
	return actorRow{
		ID: int64(a.ID), URI: a.URI, Type: string(a.Type), Name: a.Name, Host: a.Host,
		DisplayName: a.DisplayName, Tagline: a.Tagline, Summary: a.Summary, URL: a.URL,
		Inbox: a.Inbox, SharedInbox: a.SharedInbox, Followers: a.Followers, KeyID: a.KeyID, PublicKey: a.PublicKey,
		CreatedAt: millis(a.CreatedAt), FetchedAt: millis(a.FetchedAt), GoneAt: millis(a.GoneAt),
		Emojis: shortcodes(a.Emojis),
	}
}

// personColumns are what is shown of an actor beside a post, of a table called
// a, as cells.person takes them.
const personColumns = `
	a.id, a.uri, a.type, a.name, a.host, a.display_name, a.tagline, a.url, a.gone_at, a.emojis,
	a.host <> '' AND a.display_name <> '' AND (
		EXISTS (SELECT 1 FROM actors l WHERE l.host = '' AND l.name = lower(a.display_name))
		OR EXISTS (SELECT 1 FROM actors l WHERE l.host = '' AND l.display_name <> '' AND lower(l.display_name) = lower(a.display_name))
	)`

func (c *cells) person() board.Actor {
	return board.Actor{
		ID: c.actorID(), URI: c.text(), Type: board.ActorType(c.text()), Name: c.text(), Host: c.text(),
		DisplayName: c.text(), Tagline: c.text(), URL: c.text(), GoneAt: c.time(), Emojis: c.shortcodes(),
		Namesake: c.int() != 0,
	}
}

// people are some actors, as they are shown beside posts, each read once.
func (r *reader) people(ids []board.ActorID) (map[board.ActorID]board.Actor, error) {
	slices.Sort(ids)
	list, args := among(slices.Compact(ids))
	people := make(map[board.ActorID]board.Actor, len(args))
	err := r.each(func(c *cells) {
		a := c.person()
		people[a.ID] = a
	}, `
		SELECT `+personColumns+`
		FROM actors a
		WHERE a.id IN `+list+`
		ORDER BY a.id`, args...)
	return people, err
}

// Actor finds an actor by its number.
func (db *DB) Actor(ctx context.Context, id board.ActorID) (board.Actor, error) {
	return db.read(ctx).Actor(id)
}

// ActorByURI finds an actor by its ActivityPub id.
func (db *DB) ActorByURI(ctx context.Context, uri string) (board.Actor, error) {
	return db.read(ctx).ActorByURI(uri)
}

// ActorByHandle finds name@host, in any case; host is empty for ours. Where an
// account was made anew under an old handle, it is the newest that is not gone.
func (db *DB) ActorByHandle(ctx context.Context, name, host string) (board.Actor, error) {
	return db.read(ctx).oneActor(`
		WHERE a.host = lower(?) AND lower(a.name) = lower(?)
		ORDER BY a.gone_at, a.id DESC
		LIMIT 1`, host, name)
}

// ActorByKey finds the actor on another server who published this key.
func (db *DB) ActorByKey(ctx context.Context, keyID string) (board.Actor, error) {
	return db.read(ctx).oneActor(`
		WHERE a.key_id = ? AND a.key_id <> '' AND a.gone_at = 0
		ORDER BY a.id
		LIMIT 1`, keyID)
}

// PrivateKey is the PEM of a local actor's key.
func (db *DB) PrivateKey(ctx context.Context, id board.ActorID) (string, error) {
	var pem string
	err := db.read(ctx).get(&pem, `
		SELECT pem
		FROM private_keys
		WHERE actor = ?`, id)
	return pem, err
}

func (r *reader) Actor(id board.ActorID) (board.Actor, error) {
	return r.oneActor(`
		WHERE a.id = ?`, id)
}

func (r *reader) ActorByURI(uri string) (board.Actor, error) {
	return r.oneActor(`
		WHERE a.uri = ?`, uri)
}

// NameTaken reports whether a local actor has, or ever had, the name.
func (tx *Tx) NameTaken(name string) (bool, error) {
	var taken bool
	err := tx.get(&taken, `
		SELECT EXISTS (
			SELECT 1
			FROM actors
			WHERE host = '' AND name = ?
		)`, name)
	return taken, err
}

// AddActor keeps a new actor. Error: Conflict, if its URI or, here, its name is known.
func (tx *Tx) AddActor(a board.Actor) (board.ActorID, error) {
	result, err := tx.execNamed(`
		INSERT INTO actors (uri, type, name, host, display_name, tagline, url, inbox, shared_inbox,
			followers, created_at, fetched_at, gone_at, key_id, public_key, summary, emojis)
		VALUES (:uri, :type, :name, :host, :display_name, :tagline, :url, :inbox, :shared_inbox,
			:followers, :created_at, :fetched_at, :gone_at, :key_id, :public_key, :summary, :emojis)`, rowOfActor(a))
	return board.ActorID(inserted(result)), err
}

// SetActor changes all of an actor but ID, URI and CreatedAt.
func (tx *Tx) SetActor(a board.Actor) error {
	return tx.one(tx.execNamed(`
		UPDATE actors
		SET type = :type, name = :name, host = :host, display_name = :display_name, tagline = :tagline,
			url = :url, inbox = :inbox, shared_inbox = :shared_inbox, followers = :followers,
			fetched_at = :fetched_at, gone_at = :gone_at, key_id = :key_id, public_key = :public_key,
			summary = :summary, emojis = :emojis
		WHERE id = :id`, rowOfActor(a)))
}

// AddPrivateKey keeps a local actor's key: PEM, PKCS #8.
func (tx *Tx) AddPrivateKey(id board.ActorID, pem string) error {
	_, err := tx.exec(`
		INSERT INTO private_keys (actor, pem)
		VALUES (?, ?)`, id, pem)
	return err
}
