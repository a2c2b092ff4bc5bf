package activitypub

import "errors"

// MaxBody is the size in bytes of the largest document that we read.
const MaxBody = 1 << 20

// Parse reads one document or activity. It is strict where somebody's identity hangs on it and lenient elsewhere.
// The object keeps body and shares its bytes. The error is a sentence that names the member at fault.
func Parse(body []byte) (*Object, error) { return nil, errors.New("not yet") }
