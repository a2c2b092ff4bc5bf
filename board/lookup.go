package board

import "time"

// Lookup is what became of asking another server for a person or a post.
type Lookup struct {
	Host  string    // which server is asked
	Done  bool      // it has answered, or will not
	At    time.Time // when it had
	Err   error     // why there is nothing, in words for a reader
	Actor Actor     // who was found, or wrote what was found; ID is 0 for nobody
	Post  *Foreign  // nil where a person was looked for
	Here  *Post     // it is on this board already
}

// Foreign is a post of another server as it was found there.
type Foreign struct {
	URI       string
	URL       string // its page there
	Title     string // may be empty
	HTML      string // safe
	Language  string
	Warning   string
	Published time.Time
	Belongs   bool // it answers a post of this board, or names one of its topics, and may be put here
}

// CleanForeign makes a post fit to be shown, as if it had been accepted.
func (b *Board) CleanForeign(f Foreign) Foreign {
	f.Title, f.Warning = cleanLine(f.Title, maxTitle), cleanLine(f.Warning, maxTitle)
	f.HTML, f.Language = b.text.clean(f.HTML), Language(f.Language)
	return f
}
