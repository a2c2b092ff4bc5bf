package board

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of refusal an [Error] is. Each door keeps one table from
// Kind to its own answer: the web to pages, the inbox to statuses.
type Kind int

// The closed list of kinds. Whatever is not an [Error] is Internal.
const (
	Internal    Kind = iota // our fault; logged in full, shown as "something went wrong"
	Invalid                 // a field is wrong; Error.Field names it
	Forbidden               // this actor may not do that
	NotFound                // there is no such thing
	Gone                    // there was such a thing
	Conflict                // it is there already, or somebody was faster
	TooMany                 // a limit; Error.RetryAfter says when to come back
	Unavailable             // try again later; nothing was changed
)

// Error is a refusal in words for the person who asked: Text is a sentence.
// Format and Args are what it was made of, for a door that speaks another language.
type Error struct {
	Kind       Kind
	Field      string        // the form or JSON field that is wrong; may be empty
	RetryAfter time.Duration // for TooMany and Unavailable; zero when unknown
	Text       string
	Format     string
	Args       []any
}

func (e *Error) Error() string { return e.Text }

func newError(kind Kind, format string, args []any) *Error {
	return &Error{Kind: kind, Text: fmt.Sprintf(format, args...), Format: format, Args: args}
}

// in says which field the refusal is about.
func (e *Error) in(field string) *Error {
	e.Field = field
	return e
}

// Errorf returns an Error of this kind whose text is a sentence for a reader.
// The format is constant: it is the key by which translations find it.
func Errorf(kind Kind, format string, args ...any) error { return newError(kind, format, args) }

// FieldErrorf returns an Invalid error about one field of a form or document.
func FieldErrorf(field, format string, args ...any) error {
	return newError(Invalid, format, args).in(field)
}

// TooManyErrorf returns an error about a limit, and when to come back.
func TooManyErrorf(after time.Duration, format string, args ...any) error {
	e := newError(TooMany, format, args)
	e.RetryAfter = after
	return e
}

// KindOf returns the kind of the first [Error] in err's chain, else Internal.
// KindOf(nil) is Internal too; ask only about errors.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// named says of a NotFound error what it is that is not there.
func named(err error, format string, args ...any) error {
	if KindOf(err) == NotFound {
		return Errorf(NotFound, format, args...)
	}
	return err
}
