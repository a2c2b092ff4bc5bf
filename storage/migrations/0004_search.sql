-- +goose Up

-- posts_fts is the index of the words of live posts, by the post's id. It keeps
-- no text. The indexer feeds it from the log of events.
CREATE VIRTUAL TABLE posts_fts USING fts5 (
	title,    -- of an article
	keywords, -- of an article's thread
	body,
	content = '',
	contentless_delete = 1,
	tokenize = 'unicode61'
);
