-- +goose Up

-- receipts are what other servers sent, in order of arrival. They stay for 30
-- days: against repeats, and to say what became of each.
CREATE TABLE receipts (
	id          INTEGER PRIMARY KEY,
	state       INTEGER NOT NULL DEFAULT 0, -- 0 waits, 1 done, 2 refused
	tries       INTEGER NOT NULL DEFAULT 0,
	inbox       INTEGER NOT NULL DEFAULT 0, -- whose it was posted to, 0 for the shared one
	received_at INTEGER NOT NULL,
	next_try_at INTEGER NOT NULL DEFAULT 0,
	key         BLOB NOT NULL,
	type        TEXT NOT NULL,
	actor       TEXT NOT NULL,
	activity    TEXT NOT NULL,
	lane        TEXT NOT NULL,              -- the object's id
	reason      TEXT NOT NULL DEFAULT ''    -- of a refusal, in words
) STRICT;
CREATE UNIQUE INDEX receipts_key ON receipts (key);
CREATE INDEX receipts_waiting ON receipts (id) WHERE state = 0;
CREATE INDEX receipts_refused ON receipts (id) WHERE state = 2;

-- receipt_bodies are of receipts that wait. They are big and go soon, so their
-- pages are used again, and the receipts stay close together.
CREATE TABLE receipt_bodies (
	receipt INTEGER PRIMARY KEY REFERENCES receipts,
	body    BLOB NOT NULL
) STRICT;
