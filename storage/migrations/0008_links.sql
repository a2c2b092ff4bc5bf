-- +goose Up

-- link is what an article's link is when everything is taken away in which two
-- links to the same page differ; source is its host. '' is none. The functions
-- are the board's own; storage/connect.go gives them to every connection.
ALTER TABLE threads ADD COLUMN link TEXT NOT NULL DEFAULT '';
ALTER TABLE threads ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE threads ADD COLUMN again TEXT NOT NULL DEFAULT ''; -- why a link that was here before was posted once more

UPDATE threads
SET link = link_key(citation_url), source = link_source(citation_url)
WHERE citation_url <> '';

CREATE INDEX threads_link ON threads (link, id) WHERE link <> '';
CREATE INDEX threads_source ON threads (source, id);
CREATE INDEX threads_source_active ON threads (source, last_at, id);
