-- +goose Up

-- posts_fts is the index of live posts by id. What it is given are words as
-- board.Words makes them, so it has nothing to do but to part them at spaces.
-- facets says of each post what searches are narrowed by: see storage/index.go.
DROP TABLE posts_fts;
CREATE VIRTUAL TABLE posts_fts USING fts5 (
	title,  -- of an article
	about,  -- keywords, publication and author of an article
	body,
	facets,
	content = '',
	contentless_delete = 1,
	tokenize = 'ascii'
);

-- fts_words are all words that were ever indexed, to find those that begin so.
CREATE TABLE fts_words (
	word TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- fts_people are the words in the names of members and of those who wrote here.
CREATE TABLE fts_people (
	word  TEXT NOT NULL,
	actor INTEGER NOT NULL REFERENCES actors,
	PRIMARY KEY (word, actor)
) STRICT, WITHOUT ROWID;
CREATE INDEX fts_people_actor ON fts_people (actor, word);

-- fts_stale are threads whose posts the index knows under what was true of the
-- thread before: they are taken again, those behind done first.
CREATE TABLE fts_stale (
	thread INTEGER PRIMARY KEY REFERENCES threads,
	done   INTEGER NOT NULL -- the highest number that was taken again, -1 for none
) STRICT;

-- The indexer reads the whole log once more.
DELETE FROM cursors
WHERE reader = 'indexer';
