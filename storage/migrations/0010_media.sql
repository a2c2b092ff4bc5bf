-- +goose Up

-- What a post of another server brings along. attachments counts its rows in the
-- table of that name, so that posts without any cost no look at it; emojis are
-- shortcodes with spaces between them; quote is the id of the post it quotes.
ALTER TABLE posts ADD COLUMN attachments INTEGER NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN sensitive INTEGER NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN emojis TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN quote TEXT NOT NULL DEFAULT '';
CREATE INDEX posts_quote ON posts (quote) WHERE quote <> '';

ALTER TABLE actors ADD COLUMN emojis TEXT NOT NULL DEFAULT ''; -- shortcodes in display_name

-- attachments are pictures, films, sounds and files that stay where they are.
-- Rows go with their post's text.
CREATE TABLE attachments (
	id          INTEGER PRIMARY KEY,
	post        INTEGER NOT NULL REFERENCES posts,
	position    INTEGER NOT NULL,
	kind        TEXT NOT NULL,
	width       INTEGER NOT NULL,
	height      INTEGER NOT NULL,
	key         TEXT NOT NULL, -- of the picture; '' where there is none
	url         TEXT NOT NULL,
	picture     TEXT NOT NULL, -- what can be shown: an image itself, a still of a film
	description TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX attachments_post ON attachments (post, position);
CREATE INDEX attachments_key ON attachments (key) WHERE key <> '';

-- emojis are the pictures that a server has for its shortcodes.
CREATE TABLE emojis (
	host      TEXT NOT NULL,
	shortcode TEXT NOT NULL,
	url       TEXT NOT NULL,
	PRIMARY KEY (host, shortcode)
) STRICT, WITHOUT ROWID;
