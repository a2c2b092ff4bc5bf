package board

import (
	"context"
	"html"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// When something was posted before.
const (
	freshFor   = 30 * 24 * time.Hour // within it the same link is the same news
	sameDay    = 24 * time.Hour      // within it similar titles are listed
	similarity = 0.6                 // of titles that are
	maxLinked  = 5                   // threads, and posts, with the same link that are named
	maxSimilar = 5
	maxAgain   = 200
)

// Earlier is what was posted before that an article may repeat.
type Earlier struct {
	Linked  []Thread // with the same link, the newest first
	Recent  bool     // the first of them came within 30 days
	Posts   []Entry  // replies that have the link in them, the newest first
	Similar []Thread // of the last day, with a similar title; ID, Title, Posts, CreatedAt
}

// Earlier finds what an article with this title and link may repeat.
func (b *Board) Earlier(ctx context.Context, title, link string) (e Earlier, err error) {
	if e.Linked, err = b.ThreadsLinked(ctx, link, 0, maxLinked); err != nil {
		return e, err
	}
	e.Recent = len(e.Linked) > 0 && time.Since(e.Linked[0].CreatedAt) < freshFor
	if e.Posts, err = b.postsWithLink(ctx, link); err != nil {
		return e, err
	}
	e.Similar, err = b.similarTitles(ctx, title, e.Linked)
	return e, err
}

// postsWithLink finds replies in which the link is written out. The words of
// its normal form stand in it one behind the other, whatever else is there; the
// index of the search finds those. A host alone is no page.
func (b *Board) postsWithLink(ctx context.Context, link string) ([]Entry, error) {
	key := LinkKey(link)
	if !strings.ContainsAny(key, "/?") {
		return nil, nil
	}
	found, err := b.SearchPosts(ctx, PostSearch{Terms: []Term{{Text: key, Phrase: true}}, In: PostsOnly, Limit: maxLinked})
	posts := slices.DeleteFunc(found.Posts, func(e Entry) bool { return !hasLink(e.HTML, key) })
	return posts, err
}

// hasLink reports whether one of the links of a safe text has this normal form.
func hasLink(safe, key string) bool {
	for found := true; found; {
		_, safe, found = strings.Cut(safe, ` href="`)
		address, _, _ := strings.Cut(safe, `"`)
		if found && LinkKey(html.UnescapeString(address)) == key {
			return true
		}
	}
	return false
}

func (b *Board) similarTitles(ctx context.Context, title string, but []Thread) (similar []Thread, err error) {
	mine := trigrams(title)
	if len(mine) == 0 {
		return nil, nil
	}
	today, err := b.TitlesSince(ctx, time.Now().Add(-sameDay))
	if err != nil {
		return nil, err
	}
	named := map[ThreadID]bool{}
	for _, t := range but {
		named[t.ID] = true
	}
	for _, t := range today {
		if len(similar) < maxSimilar && !named[t.ID] && shared(mine, trigrams(t.Title)) >= similarity {
			similar = append(similar, t)
		}
	}
	return similar, nil
}

// trigrams are the groups of three letters in the words of a title, with two
// blanks in front of each word and one behind it, as in PostgreSQL's pg_trgm.
func trigrams(title string) map[string]bool {
	groups := map[string]bool{}
	words := strings.FieldsFunc(strings.ToLower(norm.NFKC.String(title)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
	for _, word := range words {
		letters := []rune("  " + word + " ")
		for i := range len(letters) - 2 {
			groups[string(letters[i:i+3])] = true
		}
	}
	return groups
}

// shared is how much of two sets is in both, from 0 to 1.
func shared(a, b map[string]bool) float64 {
	both := 0
	for group := range a {
		if b[group] {
			both++
		}
	}
	if both == 0 {
		return 0
	}
	return float64(both) / float64(len(a)+len(b)-both)
}

// again asks a member why he posts a link that is here already, and returns
// the answer; it is empty for a link that is new. What comes from other servers
// is there anyway.
func (b *Board) again(tx Tx, a NewArticle, link string) (reason string, err error) {
	if a.Remote != nil {
		return "", nil
	}
	before, err := tx.Linked(link)
	if err != nil {
		if KindOf(err) == NotFound {
			return "", nil
		}
		return "", err
	}
	if reason = cleanLine(a.Again, maxAgain); reason != "" {
		return reason, nil
	}
	if tx.Now().Sub(before.CreatedAt) < freshFor {
		return "", newError(Conflict, "This link was posted already: %s. Add to that thread, or say why you post it again.", []any{b.Address().Thread(before.ID)}).in("again")
	}
	return "", newError(Conflict, "This link was discussed before: %s. Say what is new, and it can be posted again.", []any{b.Address().Thread(before.ID)}).in("again")
}
