package board

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// RepeatError refuses a reply that its author seems to have posted before; he
// may want it nevertheless. It is a [Conflict].
type RepeatError struct {
	Earlier Post // the one that is there
	refusal error
}

func (e *RepeatError) Error() string { return e.refusal.Error() }
func (e *RepeatError) Unwrap() error { return e.refusal }

// recently is how many of an author's last posts a repeat is looked for among.
const recently = 20

// sentAgain is the answer to a form that was sent before: what it made, if it
// says the same now. A text that was changed since is not to be lost.
func sentAgain(known Post, err error, r NewReply, d draft) (Post, error) {
	if err != nil || r.Remote != nil || known.State != Live || known.Source == d.source || !known.EditedAt.IsZero() {
		return known, err
	}
	return Post{}, &RepeatError{known, Errorf(Conflict, "From this form you posted #%d already, and now its text is another one.", known.Number)}
}

// repeated finds the post that says the same as a reply. A member is asked
// first; what others send again is posted, with the number of the one before.
func (b *Board) repeated(tx Tx, r NewReply, to Answered, thread ThreadID, d draft) (sameAs int, err error) {
	within := b.config.Limits.MemberRepeat
	if r.Remote != nil {
		within = b.config.Limits.RemoteRepeat
	}
	if within == 0 || r.Again {
		return 0, nil
	}
	before, err := tx.RecentPosts(r.By, thread, tx.Now().Add(-within), recently)
	if err != nil {
		return 0, err
	}
	for _, p := range before {
		switch {
		case p.Number == 0 || !sameText(p.HTML, d.html):
		case r.Remote != nil && p.SameAs != 0:
			return p.SameAs, nil
		case r.Remote != nil:
			return p.Number, nil
		case p.To.Post == to.Post:
			return 0, &RepeatError{p, Errorf(Conflict, "You posted this already as #%d.", p.Number)}
		}
	}
	return 0, nil
}

// sameText reports whether two safe texts say the same, whatever their lines,
// spaces and capitals.
func sameText(a, b string) bool { return normalText(a) == normalText(b) }

var lineEnds = strings.NewReplacer("<p>", " ", "</p>", " ", "<br>", " ")

func normalText(html string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFC.String(lineEnds.Replace(html))), " "))
}
