-- +goose Up

-- drafts are what members typed into forms and have not sent yet.
CREATE TABLE drafts (
	member   INTEGER NOT NULL REFERENCES members,
	form     TEXT NOT NULL, -- the path that it is sent to
	saved_at INTEGER NOT NULL,
	fields   TEXT NOT NULL, -- its inputs, as in a query
	PRIMARY KEY (member, form)
) STRICT, WITHOUT ROWID;
CREATE INDEX drafts_newest ON drafts (member, saved_at, form);
CREATE INDEX drafts_old ON drafts (saved_at);

-- addressees are whom a reply is to beside the author of the post that it answers.
CREATE TABLE addressees (
	post     INTEGER NOT NULL REFERENCES posts,
	position INTEGER NOT NULL,
	actor    INTEGER NOT NULL REFERENCES actors,
	number   INTEGER NOT NULL, -- of a post of the thread; -1 where the person alone is meant
	PRIMARY KEY (post, position)
) STRICT, WITHOUT ROWID;

-- same_as is the number of an earlier post of the thread that says the same.
ALTER TABLE posts ADD COLUMN same_as INTEGER NOT NULL DEFAULT 0;

CREATE INDEX actors_name ON actors (lower(name), id) WHERE gone_at = 0 AND type IN ('Person', 'Service');
