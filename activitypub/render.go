package activitypub

import "errors"

// IDs is a list of ids that is an array on the wire even when it is empty.
type IDs []string

// Marshal writes a document or activity of ours, with the full @context on the outermost object only. HTML is not escaped.
func Marshal(v any) ([]byte, error) { return nil, errors.New("not yet") }
