package inbox

import "context"

// accept is for Accept and Reject, which answer what we asked for. This board
// follows nobody yet, so whatever they answer was never asked.
func (in *Inbox) accept(_ context.Context, a *arrival) error {
	what := "something"
	if a.Object.Object != nil && a.Object.Object.ID != "" {
		what = a.Object.Object.ID
	}
	return refusef("The %s answers %s, which this board never asked for: it follows nobody.", a.Type, what)
}
