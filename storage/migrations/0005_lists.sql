-- +goose Up

-- A keyword knows when its thread had its last post, as the topics do.
ALTER TABLE keywords ADD COLUMN last_at INTEGER NOT NULL DEFAULT 0; -- the thread's
UPDATE keywords
SET last_at = (SELECT t.last_at FROM threads t WHERE t.id = keywords.thread);
CREATE INDEX keywords_active ON keywords (word, last_at, thread);

-- words are all keywords that there are.
CREATE TABLE words (
	word    TEXT NOT NULL PRIMARY KEY,
	threads INTEGER NOT NULL -- how many it is on
) STRICT, WITHOUT ROWID;
INSERT INTO words (word, threads)
SELECT word, count(*)
FROM keywords
GROUP BY word;

-- pins are the threads that moderators put in front of the others, for a while.
CREATE TABLE pins (
	thread     INTEGER PRIMARY KEY REFERENCES threads,
	breaking   INTEGER NOT NULL, -- 1: it is called so
	pinned_at  INTEGER NOT NULL,
	expires_at INTEGER NOT NULL
) STRICT;

-- A visit ends when its member has not been seen for a while.
ALTER TABLE members ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;    -- the last page, to some minutes
ALTER TABLE members ADD COLUMN visited_at INTEGER NOT NULL DEFAULT 0; -- the last page of the visit before
CREATE INDEX members_staff ON members (actor) WHERE role <> 'member';

CREATE INDEX posts_newest ON posts (arrived_at, id) WHERE state = 0;
CREATE INDEX threads_created ON threads (created_at, id);
CREATE INDEX actors_called ON actors (lower(display_name)) WHERE host = '' AND display_name <> '';
