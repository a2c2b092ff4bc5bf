package storage

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"

	"corkboard/board"
)

// wrap gives an error of the driver the kind that the board knows, and keeps
// the error itself for the log. What has no kind of its own stays Internal.
func wrap(err error) error {
	if err == nil || board.KindOf(err) != board.Internal {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) {
		return kind(board.NotFound, "There is no such thing on this board.", err)
	}
	e, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		return err
	}
	switch {
	case e.ExtendedCode == sqlite3.ErrConstraintUnique, e.ExtendedCode == sqlite3.ErrConstraintPrimaryKey:
		return kind(board.Conflict, "That is on this board already.", err)
	case e.ExtendedCode == sqlite3.ErrConstraintForeignKey:
		return kind(board.NotFound, "That belongs to something that is not on this board.", err)
	case e.Code == sqlite3.ErrFull:
		return kind(board.Unavailable, "The board's disk is full; nothing was changed.", err)
	case e.Code == sqlite3.ErrBusy, e.Code == sqlite3.ErrLocked:
		return kind(board.Unavailable, "The board is busy; please try again in a moment.", err)
	case spoils(err), e.Code == sqlite3.ErrReadonly:
		return kind(board.Unavailable, "The board cannot write to its disk; please try again later.", err)
	}
	return err
}

// kind is an error of a kind, with a sentence for the reader and a cause for the log.
func kind(k board.Kind, sentence string, cause error) error {
	return fmt.Errorf("%w (%w)", board.Errorf(k, "%s", sentence), cause)
}

// spoils reports whether SQLite may have rolled back more than the statement
// that met this error, so that nothing else in its transaction can be trusted.
func spoils(err error) bool {
	e, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		return false
	}
	switch e.Code {
	case sqlite3.ErrFull, sqlite3.ErrIoErr, sqlite3.ErrNomem, sqlite3.ErrInterrupt:
		return true
	}
	return false
}

// refusal says in a sentence why the file at path is not opened.
func refusal(path string, err error) error {
	e, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		return fmt.Errorf("open %s: %w", path, err)
	}
	switch e.Code {
	case sqlite3.ErrNotADB:
		return fmt.Errorf("%s is not a Corkboard database; it was left as it is (%w)", path, err)
	case sqlite3.ErrCorrupt:
		return damaged(path, err)
	case sqlite3.ErrBusy:
		return fmt.Errorf("%s is locked by another program; try again when that is done (%w)", path, err)
	}
	return fmt.Errorf("open %s: %w", path, err)
}

func damaged(path string, err error) error {
	return fmt.Errorf("%s is damaged and was left as it is; put a backup of the file in its place (%w)", path, err)
}
