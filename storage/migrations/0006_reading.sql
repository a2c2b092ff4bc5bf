-- +goose Up

-- read_marks say how far a member has read a thread: every post up to number.
-- They are nobody else's business, so nothing of them is in the log.
CREATE TABLE read_marks (
	member    INTEGER NOT NULL REFERENCES members,
	thread    INTEGER NOT NULL REFERENCES threads,
	number    INTEGER NOT NULL,
	at        INTEGER NOT NULL, -- when it was moved
	before    INTEGER NOT NULL, -- where it stood until then; -1 for nowhere
	before_at INTEGER NOT NULL, -- when it had come there
	PRIMARY KEY (member, thread)
) STRICT, WITHOUT ROWID;

-- Who takes part in a thread, and what one of them wrote there.
CREATE INDEX posts_part ON posts (thread, author, number) WHERE state = 0;

-- Posts whose parent could not be had: the thread has gaps.
CREATE INDEX posts_orphans ON posts (thread, number) WHERE to_number = -1;

-- Where an actor's followers are now.
CREATE INDEX audience_now ON audience (actor, peer) WHERE to_event = 0;

-- What a delivery is parked at, by activity.
CREATE INDEX parked_activity ON parked (activity);

-- What was given up with others, so that it is found from any of them.
CREATE INDEX delivery_failures_given_up ON delivery_failures (activity, since) WHERE since < activity;

-- An article's source line is edited with it. Of earlier edits it is not known
-- what it was, so it is taken to have stayed.
ALTER TABLE revisions ADD COLUMN citation_url TEXT NOT NULL DEFAULT '';
ALTER TABLE revisions ADD COLUMN citation_publication TEXT NOT NULL DEFAULT '';
ALTER TABLE revisions ADD COLUMN citation_author TEXT NOT NULL DEFAULT '';
ALTER TABLE revisions ADD COLUMN citation_date TEXT NOT NULL DEFAULT '';
UPDATE revisions
SET citation_url = t.citation_url, citation_publication = t.citation_publication,
	citation_author = t.citation_author, citation_date = t.citation_date
FROM posts p
JOIN threads t ON t.id = p.thread
WHERE p.id = revisions.post AND p.number = 0;
