package board

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// Address is where the board stands in the world: its public URL without a
// trailing slash. Every id that the board gives is made here, and is kept
// from then on, never computed again (design: ids never change).
type Address string

// Host is the authority of the board, port included: board.example, localhost:8080.
func (a Address) Host() string {
	u, err := url.Parse(string(a))
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

// Site is the id of the board's own actor, which signs its GETs.
func (a Address) Site() string { return string(a) + "/actor" }

// SharedInbox is where other servers post everything that is for anyone here.
func (a Address) SharedInbox() string { return string(a) + "/inbox" }

// Topic is the id of a topic's Group actor, and its page.
func (a Address) Topic(name string) string { return string(a) + "/topics/" + name }

// Member is the id of a member's Person actor, and its page.
func (a Address) Member(name string) string { return string(a) + "/members/" + name }

// Thread is the page of a thread.
func (a Address) Thread(id ThreadID) string { return fmt.Sprintf("%s/t/%d", a, id) }

// Keyword is the page of the articles that have a keyword.
func (a Address) Keyword(word string) string { return string(a) + "/k/" + url.PathEscape(word) }

// Context is the collection of a thread's Notes (FEP-7888).
func (a Address) Context(id ThreadID) string { return fmt.Sprintf("%s/t/%d/context", a, id) }

// Post is the id of a Note of ours; number 0 is the article.
func (a Address) Post(thread ThreadID, number int) string {
	return fmt.Sprintf("%s/t/%d/%d", a, thread, number)
}

// Activity is the id of the k-th activity that speaks of an event; k = 0 is
// the first and has no suffix.
func (a Address) Activity(event EventID, k int) string {
	if k == 0 {
		return fmt.Sprintf("%s/activities/%d", a, event)
	}
	return fmt.Sprintf("%s/activities/%d-%d", a, event, k)
}

// Letter is the id of a private reply; random is not to be guessed.
func (a Address) Letter(random string) string { return string(a) + "/letters/" + random }

// ThreadOf finds the thread that one of our thread, context or post addresses
// speaks of. ok is false for every other address.
func (a Address) ThreadOf(uri string) (id ThreadID, ok bool) {
	rest, ok := strings.CutPrefix(uri, string(a)+"/t/")
	if !ok {
		return 0, false
	}
	digits, _, _ := strings.Cut(rest, "/")
	n, err := strconv.ParseInt(digits, 10, 64)
	return ThreadID(n), err == nil && n > 0
}

// Ours reports whether a URI is of this board.
func (a Address) Ours(uri string) bool {
	return uri == string(a) || strings.HasPrefix(uri, string(a)+"/")
}
