-- +goose Up

-- activities are what the board says to other servers: each once, however many
-- hear it. Rows are never deleted; who got an edit hangs on them.
CREATE TABLE activities (
	id       INTEGER PRIMARY KEY,
	event    INTEGER NOT NULL REFERENCES events,
	k        INTEGER NOT NULL, -- which of the event's
	type     TEXT NOT NULL,
	actor    INTEGER NOT NULL REFERENCES actors,
	post     INTEGER NOT NULL DEFAULT 0,
	lane     TEXT NOT NULL,
	public   INTEGER NOT NULL, -- 1: anyone may fetch it
	at       INTEGER NOT NULL,
	audience TEXT NOT NULL,    -- JSON, rules at events
	body     BLOB              -- NULL once its post is deleted, or after 30 days
) STRICT;
CREATE UNIQUE INDEX activities_event ON activities (event, k);
CREATE INDEX activities_post ON activities (post, id) WHERE post <> 0;
CREATE INDEX activities_kept ON activities (at) WHERE body IS NOT NULL;

-- watermark is how far everybody has come who has no cursor of his own.
CREATE TABLE watermark (
	id       INTEGER PRIMARY KEY CHECK (id = 1),
	activity INTEGER NOT NULL
) STRICT;
INSERT INTO watermark (id, activity) VALUES (1, 0);

-- parked are the activities that a peer fails on while it takes others.
CREATE TABLE parked (
	peer        INTEGER NOT NULL REFERENCES peers,
	activity    INTEGER NOT NULL REFERENCES activities,
	failures    INTEGER NOT NULL,
	next_try_at INTEGER NOT NULL, -- 0: waits behind another of its lane
	PRIMARY KEY (peer, activity)
) STRICT, WITHOUT ROWID;

-- delivery_failures say what a peer refused, or what was given up, since..activity.
CREATE TABLE delivery_failures (
	activity INTEGER NOT NULL REFERENCES activities,
	peer     INTEGER NOT NULL REFERENCES peers,
	since    INTEGER NOT NULL,
	status   INTEGER NOT NULL, -- 0: no answer
	at       INTEGER NOT NULL,
	answer   TEXT NOT NULL,
	PRIMARY KEY (activity, peer)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_failures_at ON delivery_failures (at);

CREATE INDEX peers_behind ON peers (id) WHERE behind = 1;
CREATE INDEX audience_peer ON audience (peer, id);
