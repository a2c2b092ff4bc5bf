-- +goose Up

-- All times are whole milliseconds since 1970, UTC; 0 means not. Rows of
-- actors, threads, posts and events are never deleted, so no id comes twice.

-- actors are members, topics, the site, and people and groups on other servers.
CREATE TABLE actors (
	id             INTEGER PRIMARY KEY,
	uri            TEXT NOT NULL UNIQUE,
	type           TEXT NOT NULL,
	name           TEXT NOT NULL,
	host           TEXT NOT NULL DEFAULT '', -- '' is ours
	display_name   TEXT NOT NULL DEFAULT '',
	tagline        TEXT NOT NULL DEFAULT '',
	url            TEXT NOT NULL DEFAULT '',
	inbox          TEXT NOT NULL DEFAULT '',
	shared_inbox   TEXT NOT NULL DEFAULT '',
	followers      TEXT NOT NULL DEFAULT '', -- the collection's address
	follower_count INTEGER NOT NULL DEFAULT 0,
	created_at     INTEGER NOT NULL,
	fetched_at     INTEGER NOT NULL DEFAULT 0,
	gone_at        INTEGER NOT NULL DEFAULT 0,
	key_id         TEXT NOT NULL DEFAULT '',
	public_key     TEXT NOT NULL DEFAULT '',
	summary        TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX actors_local ON actors (name) WHERE host = '';
CREATE INDEX actors_handle ON actors (host, lower(name));
CREATE INDEX actors_key ON actors (key_id) WHERE key_id <> '';

CREATE TABLE private_keys (
	actor INTEGER PRIMARY KEY REFERENCES actors,
	pem   TEXT NOT NULL
) STRICT;

CREATE TABLE members (
	actor         INTEGER PRIMARY KEY REFERENCES actors,
	role          TEXT NOT NULL,
	password_hash TEXT NOT NULL DEFAULT '',
	articles      INTEGER NOT NULL DEFAULT 0, -- posted so far
	posts         INTEGER NOT NULL DEFAULT 0, -- posted so far, articles too
	active_at     INTEGER NOT NULL DEFAULT 0  -- the last post
) STRICT;

CREATE TABLE tokens (
	hash       BLOB NOT NULL PRIMARY KEY,
	member     INTEGER NOT NULL REFERENCES members,
	created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE invitations (
	hash       BLOB NOT NULL PRIMARY KEY,
	role       TEXT NOT NULL,
	expires_at INTEGER NOT NULL,
	used_at    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
	hash       BLOB NOT NULL PRIMARY KEY,
	data       BLOB NOT NULL,
	expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_expires ON sessions (expires_at);

-- topics have two actors: their Group, and the one that announces every reply.
CREATE TABLE topics (
	actor     INTEGER PRIMARY KEY REFERENCES actors,
	all_actor INTEGER NOT NULL UNIQUE REFERENCES actors,
	articles  INTEGER NOT NULL DEFAULT 0, -- posted so far
	closed_at INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE threads (
	id                   INTEGER PRIMARY KEY,
	posts                INTEGER NOT NULL DEFAULT 0, -- the highest number given
	version              INTEGER NOT NULL DEFAULT 1,
	created_at           INTEGER NOT NULL,
	last_at              INTEGER NOT NULL,
	locked_at            INTEGER NOT NULL DEFAULT 0,
	title                TEXT NOT NULL,
	citation_url         TEXT NOT NULL DEFAULT '',
	citation_publication TEXT NOT NULL DEFAULT '',
	citation_author      TEXT NOT NULL DEFAULT '',
	citation_date        TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX threads_active ON threads (last_at, id);

CREATE TABLE thread_topics (
	thread   INTEGER NOT NULL REFERENCES threads,
	position INTEGER NOT NULL,
	topic    INTEGER NOT NULL REFERENCES topics,
	last_at  INTEGER NOT NULL, -- the thread's
	PRIMARY KEY (thread, position)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX thread_topics_newest ON thread_topics (topic, thread);
CREATE INDEX thread_topics_active ON thread_topics (topic, last_at, thread);

CREATE TABLE keywords (
	thread    INTEGER NOT NULL REFERENCES threads,
	position  INTEGER NOT NULL,
	word      TEXT NOT NULL,
	added_by  INTEGER NOT NULL REFERENCES actors,
	added_at  INTEGER NOT NULL,
	published INTEGER NOT NULL, -- 1: said with the article
	PRIMARY KEY (thread, position)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX keywords_word ON keywords (word, thread);

-- posts have their texts last, so that everything else is read without them.
-- What is said of the parent never changes; it saves a look at another row.
CREATE TABLE posts (
	id           INTEGER PRIMARY KEY,
	thread       INTEGER NOT NULL REFERENCES threads,
	number       INTEGER NOT NULL, -- 0 is the article
	author       INTEGER NOT NULL REFERENCES actors,
	parent       INTEGER REFERENCES posts, -- NULL for none, or one that could not be had
	answered     INTEGER REFERENCES actors, -- the parent's author
	to_number    INTEGER NOT NULL DEFAULT 0, -- the parent's; -1 of one that could not be had
	state        INTEGER NOT NULL DEFAULT 0,
	unlisted     INTEGER NOT NULL DEFAULT 0,
	likes        INTEGER NOT NULL DEFAULT 0,
	shares       INTEGER NOT NULL DEFAULT 0,
	replies      INTEGER NOT NULL DEFAULT 0, -- that are live
	published_at INTEGER NOT NULL,
	arrived_at   INTEGER NOT NULL,
	edited_at    INTEGER NOT NULL DEFAULT 0,
	closed_at    INTEGER NOT NULL DEFAULT 0,
	uri          TEXT NOT NULL UNIQUE,
	url          TEXT NOT NULL DEFAULT '', -- '' is the same as uri
	to_uri       TEXT NOT NULL DEFAULT '', -- the parent's
	form_key     TEXT NOT NULL DEFAULT '',
	language     TEXT NOT NULL DEFAULT '',
	warning      TEXT NOT NULL DEFAULT '',
	closed_by    TEXT NOT NULL DEFAULT '',
	reason       TEXT NOT NULL DEFAULT '',
	html         TEXT NOT NULL,
	source       TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX posts_number ON posts (thread, number);
CREATE INDEX posts_author ON posts (author, arrived_at, id);
CREATE INDEX posts_articles ON posts (author, thread) WHERE number = 0;
CREATE INDEX posts_replies ON posts (parent, number) WHERE parent IS NOT NULL;
CREATE UNIQUE INDEX posts_form ON posts (author, form_key) WHERE form_key <> '';

-- originals are what other servers sent, for forums to embed.
CREATE TABLE originals (
	post INTEGER PRIMARY KEY REFERENCES posts,
	body BLOB NOT NULL
) STRICT;

CREATE TABLE revisions (
	id       INTEGER PRIMARY KEY,
	post     INTEGER NOT NULL REFERENCES posts,
	at       INTEGER NOT NULL, -- when it was replaced
	title    TEXT NOT NULL,
	language TEXT NOT NULL,
	warning  TEXT NOT NULL,
	html     TEXT NOT NULL,
	source   TEXT NOT NULL
) STRICT;
CREATE INDEX revisions_post ON revisions (post, id);

CREATE TABLE mentions (
	post  INTEGER NOT NULL REFERENCES posts,
	actor INTEGER NOT NULL REFERENCES actors,
	PRIMARY KEY (post, actor)
) STRICT, WITHOUT ROWID;

CREATE TABLE likes (
	post  INTEGER NOT NULL REFERENCES posts,
	actor INTEGER NOT NULL REFERENCES actors,
	at    INTEGER NOT NULL,
	PRIMARY KEY (post, actor)
) STRICT, WITHOUT ROWID;

CREATE TABLE shares (
	post  INTEGER NOT NULL REFERENCES posts,
	actor INTEGER NOT NULL REFERENCES actors,
	at    INTEGER NOT NULL,
	uri   TEXT NOT NULL,
	PRIMARY KEY (post, actor)
) STRICT, WITHOUT ROWID;

-- tombstones are of things that were deleted before they arrived.
CREATE TABLE tombstones (
	uri  TEXT NOT NULL PRIMARY KEY,
	host TEXT NOT NULL,
	at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- letters are private replies, one row for each of ours whom one is for;
-- nothing public reads this table.
CREATE TABLE letters (
	id          INTEGER PRIMARY KEY,
	uri         TEXT NOT NULL,
	sender      INTEGER NOT NULL REFERENCES actors,
	recipient   INTEGER NOT NULL REFERENCES actors,
	about       INTEGER REFERENCES posts,
	in_reply_to TEXT NOT NULL DEFAULT '',
	sent_at     INTEGER NOT NULL,
	arrived_at  INTEGER NOT NULL,
	edited_at   INTEGER NOT NULL DEFAULT 0,
	deleted_at  INTEGER NOT NULL DEFAULT 0,
	language    TEXT NOT NULL DEFAULT '',
	warning     TEXT NOT NULL DEFAULT '',
	html        TEXT NOT NULL,
	source      TEXT NOT NULL DEFAULT '',
	UNIQUE (uri, recipient)
) STRICT;
CREATE INDEX letters_sender ON letters (sender, arrived_at);

-- events are the log: append only, ids and small facts, in order of commit.
CREATE TABLE events (
	id     INTEGER PRIMARY KEY,
	at     INTEGER NOT NULL,
	kind   TEXT NOT NULL,
	actor  INTEGER NOT NULL DEFAULT 0, -- 0 is the operator
	topic  INTEGER NOT NULL DEFAULT 0,
	thread INTEGER NOT NULL DEFAULT 0,
	post   INTEGER NOT NULL DEFAULT 0,
	data   TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX events_post ON events (post, id) WHERE post <> 0;

-- cursors say how far each reader of the log has come.
CREATE TABLE cursors (
	reader TEXT NOT NULL PRIMARY KEY,
	event  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- peers are the remote inboxes that we deliver to.
CREATE TABLE peers (
	id            INTEGER PRIMARY KEY,
	inbox         TEXT NOT NULL UNIQUE,
	host          TEXT NOT NULL,
	software      TEXT NOT NULL DEFAULT '',
	software_at   INTEGER NOT NULL DEFAULT 0, -- when NodeInfo was read, or failed
	kind          TEXT NOT NULL DEFAULT '',   -- '' until then
	behind        INTEGER NOT NULL DEFAULT 0, -- 1: has a cursor of its own
	cursor        INTEGER NOT NULL DEFAULT 0,
	failures      INTEGER NOT NULL DEFAULT 0, -- in a row
	first_fail_at INTEGER NOT NULL DEFAULT 0,
	next_try_at   INTEGER NOT NULL DEFAULT 0,
	last_ok_at    INTEGER NOT NULL DEFAULT 0,
	last_error    TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX peers_host ON peers (host);

CREATE TABLE follows (
	"of"     INTEGER NOT NULL REFERENCES actors,
	follower INTEGER NOT NULL REFERENCES actors,
	uri      TEXT NOT NULL,
	peer     INTEGER REFERENCES peers, -- NULL for our own members
	at       INTEGER NOT NULL,
	PRIMARY KEY ("of", follower)
) STRICT, WITHOUT ROWID;
CREATE INDEX follows_follower ON follows (follower, "of");
CREATE INDEX follows_peer ON follows (peer, "of") WHERE peer IS NOT NULL;

-- audience says when, in events, a peer had followers of an actor. An interval
-- is never overwritten: it is closed, and another one is opened.
CREATE TABLE audience (
	id         INTEGER PRIMARY KEY,
	actor      INTEGER NOT NULL REFERENCES actors,
	peer       INTEGER NOT NULL REFERENCES peers,
	kind       TEXT NOT NULL DEFAULT '',
	from_event INTEGER NOT NULL,
	to_event   INTEGER NOT NULL DEFAULT 0, -- 0 while open
	greeted    INTEGER NOT NULL DEFAULT 0  -- 1: the first Accept was taken
) STRICT;
CREATE INDEX audience_actor ON audience (actor, from_event);
CREATE UNIQUE INDEX audience_open ON audience (peer, actor) WHERE to_event = 0;
