-- +goose Up

-- board_marks are what is true of the whole board from a time on.
CREATE TABLE board_marks (
	name TEXT NOT NULL PRIMARY KEY,
	at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
