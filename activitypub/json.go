package activitypub

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// What one document may hold. What is beyond the lists' limits is cut off without a word; the rest is refused.
const (
	MaxBody        = 1 << 20 // bytes
	maxDepth       = 32
	maxRecipients  = 256
	maxTags        = 50
	maxAttachments = 16
	maxPictures    = 8   // of which the largest is taken
	maxItems       = 500 // of a collection: Mastodon's replies have as many on one page
	maxObjects     = 1000
	maxKeys        = 4
)

// identity are the members that say who is who. One that differs from them in case only would be read by some as the same member and by others not.
var identity = [][]byte{
	[]byte("id"), []byte("type"), []byte("actor"), []byte("object"), []byte("attributedTo"), []byte("target"), []byte("inReplyTo"),
	[]byte("publicKey"), []byte("owner"),
}

// Parse reads one document or activity. It is strict where somebody's identity hangs on it and lenient elsewhere.
// The object keeps body and shares its bytes. The error is a sentence that names the member at fault.
func Parse(body []byte) (*Object, error) {
	switch {
	case len(body) > MaxBody:
		return nil, fmt.Errorf("the document is larger than %d bytes", MaxBody)
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		return nil, errors.New("the document begins with a byte order mark")
	}
	r := readers.Get().(*reader)
	defer readers.Put(r)
	r.reset(body)
	return r.document()
}

// reader reads one document, token by token. jsontext refuses duplicate members, invalid UTF-8 and whatever else is not I-JSON (RFC 7493).
type reader struct {
	json    jsontext.Decoder
	buffer  bytes.Buffer
	body    []byte
	objects int // how many were made: a small body can ask for very many
}

var readers = sync.Pool{New: func() any { return new(reader) }}

func (r *reader) reset(body []byte) {
	r.body, r.objects = body, 0
	r.buffer = *bytes.NewBuffer(body)
	r.json.Reset(&r.buffer)
}

func (r *reader) document() (*Object, error) {
	defer func() { r.body, r.buffer = nil, bytes.Buffer{} }()
	if kind := r.json.PeekKind(); kind != '{' && kind != 0 {
		return nil, errors.New("the document is not an object")
	}
	o, err := r.object()
	if err != nil {
		return nil, err
	}
	switch _, err := r.json.ReadToken(); {
	case err == nil:
		return nil, errors.New("the document goes on after its end")
	case !errors.Is(err, io.EOF):
		return nil, notJSON(err)
	}
	return o, nil
}

func notJSON(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the document ends before its end")
	}
	return fmt.Errorf("the document is not JSON as we take it: %w", err)
}

// open reads the [ or { that stands next.
func (r *reader) open() error {
	if _, err := r.json.ReadToken(); err != nil {
		return notJSON(err)
	}
	if r.json.StackDepth() > maxDepth {
		return fmt.Errorf("the document is nested more than %d deep at %s", maxDepth, r.json.StackPointer())
	}
	return nil
}

// fields reads an object, and calls each with the name of every member; each reads the value.
func (r *reader) fields(each func(name []byte) error) error {
	if err := r.open(); err != nil {
		return err
	}
	return r.members(func(name []byte) error {
		if err := r.check(name); err != nil {
			return err
		}
		return each(name)
	})
}

// pairs is fields for objects whose names are not words of the vocabulary: languages, terms of a context.
func (r *reader) pairs(each func(name []byte) error) error {
	if err := r.open(); err != nil {
		return err
	}
	return r.members(each)
}

// members reads what follows a { up to its }.
func (r *reader) members(each func(name []byte) error) error {
	var escaped []byte
	for r.json.PeekKind() == '"' {
		quoted, err := r.json.ReadValue()
		if err != nil {
			return notJSON(err)
		}
		name := quoted[1 : len(quoted)-1]
		if bytes.IndexByte(name, '\\') >= 0 {
			if escaped, err = jsontext.AppendUnquote(escaped[:0], quoted); err != nil {
				return notJSON(err)
			}
			name = escaped
		}
		if err := each(name); err != nil {
			return err
		}
	}
	return r.close()
}

// each reads an array, and calls do for every value; do reads it. A value that is no array is taken for an array of one, null for an empty one.
func (r *reader) each(do func() error) error {
	switch r.json.PeekKind() {
	case 'n':
		return r.skip()
	case '[':
	default:
		return do()
	}
	if err := r.open(); err != nil {
		return err
	}
	for kind := r.json.PeekKind(); kind != ']' && kind != 0; kind = r.json.PeekKind() {
		if err := do(); err != nil {
			return err
		}
	}
	return r.close()
}

// close reads the ] or } that stands next, or finds out what else does.
func (r *reader) close() error {
	if _, err := r.json.ReadToken(); err != nil {
		return notJSON(err)
	}
	return nil
}

// skip reads a value that nobody wants. Identity is checked in there as well: it may be passed on.
func (r *reader) skip() error {
	switch r.json.PeekKind() {
	case '{':
		return r.fields(func([]byte) error { return r.skip() })
	case '[':
		return r.each(r.skip)
	}
	if err := r.json.SkipValue(); err != nil {
		return notJSON(err)
	}
	return nil
}

// skipContext reads an @context, whose names are terms and may be anything.
func (r *reader) skipContext() error {
	switch r.json.PeekKind() {
	case '{':
		return r.pairs(func([]byte) error { return r.skipContext() })
	case '[':
		return r.each(r.skipContext)
	}
	return r.skip()
}

// check refuses names under which two readers would see two different things.
func (r *reader) check(name []byte) error {
	if len(name) > 0 && name[0] == '@' {
		switch string(name) {
		case "@graph", "@included", "@reverse":
			return fmt.Errorf("%s is not understood, at %s", name, r.json.StackPointer())
		}
	}
	for _, word := range identity {
		if bytes.EqualFold(name, word) && !bytes.Equal(name, word) {
			return fmt.Errorf("%q is not %q: the case of letters counts, at %s", name, word, r.json.StackPointer())
		}
	}
	return nil
}

// text reads a string. Whatever else stands there is skipped, and "" returned.
func (r *reader) text() (string, error) {
	if r.json.PeekKind() != '"' {
		return "", r.skip()
	}
	quoted, err := r.json.ReadValue()
	if err != nil {
		return "", notJSON(err)
	}
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1]), nil
	}
	plain, err := jsontext.AppendUnquote(make([]byte, 0, len(quoted)), quoted)
	switch {
	case err != nil:
		return "", notJSON(err)
	case bytes.IndexByte(plain, 0) >= 0:
		return "", fmt.Errorf("there is a NUL in a text, at %s", r.json.StackPointer())
	}
	return string(plain), nil
}
