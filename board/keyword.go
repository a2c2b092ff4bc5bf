package board

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// KeywordCount is a keyword and on how many threads it was put.
type KeywordCount struct {
	Word    string
	Threads int
}

// KeywordReader finds keywords.
type KeywordReader interface {
	// KeywordCounts are those of some words that are keywords; at most 100.
	KeywordCounts(ctx context.Context, words []string) ([]KeywordCount, error)
	// KeywordsWith are the keywords that begin so, in their order.
	KeywordsWith(ctx context.Context, prefix string, limit int) ([]KeywordCount, error)
	// RelatedKeywords are those that stand together with all of some words most
	// often, as far as the newest of their threads tell.
	RelatedKeywords(ctx context.Context, words []string, limit int) ([]KeywordCount, error)
}

// CleanKeyword returns a keyword as it is kept: lower case, without #. Error:
// Invalid.
func CleanKeyword(s string) (string, error) { return normalizeKeyword(s) }

const (
	nearestKeywords = 5
	perPrefix       = 100 // keywords that are looked at for each beginning of a word
	longestGuess    = 45  // letters of a word that one of thirty could be near to
)

// NearestKeywords are the keywords that are spelled almost like a word, the
// nearest first and of those the most used; at most five.
func (b *Board) NearestKeywords(ctx context.Context, word string) ([]KeywordCount, error) {
	letters := []rune(word)
	if len(letters) > longestGuess {
		return nil, nil
	}
	known, err := b.KeywordCounts(ctx, misspellings(word))
	if err != nil {
		return nil, err
	}
	for n := len(letters); n > 0; n-- {
		beginning, err := b.KeywordsWith(ctx, string(letters[:n]), perPrefix)
		if err != nil {
			return nil, err
		}
		known = append(known, beginning...)
	}
	return nearest(word, known), nil
}

// misspellings are a word with one letter left out, and with two neighbours
// changed over: what is nearest however the word begins.
func misspellings(word string) []string {
	letters := []rune(word)
	var all []string
	for i := range letters {
		all = append(all, string(slices.Delete(slices.Clone(letters), i, i+1)))
		if i > 0 {
			swapped := slices.Clone(letters)
			swapped[i-1], swapped[i] = swapped[i], swapped[i-1]
			all = append(all, string(swapped))
		}
	}
	return all
}

// nearest orders the keywords that are near enough to a word.
func nearest(word string, known []KeywordCount) []KeywordCount {
	letters := []rune(word)
	far := map[string]int{}
	for _, k := range known {
		if d := distance(letters, []rune(k.Word)); d <= max(1, len(letters)/3) {
			far[k.Word] = d
		}
	}
	known = slices.DeleteFunc(known, func(k KeywordCount) bool { _, near := far[k.Word]; return !near })
	slices.SortFunc(known, func(a, b KeywordCount) int {
		return cmp.Or(cmp.Compare(far[a.Word], far[b.Word]), cmp.Compare(b.Threads, a.Threads), cmp.Compare(a.Word, b.Word))
	})
	known = slices.Compact(known)
	return known[:min(len(known), nearestKeywords)]
}

// distance is how many letters must be put in, left out, replaced or changed
// over with their neighbour to make one word of the other.
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before, last, row = last, row, before
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}

// maxKeywordsAdded is how many keywords one member may add to a thread that
// its poster did not say himself.
const maxKeywordsAdded = 5

// AddedKeyword is a keyword with its history.
type AddedKeyword struct {
	Keyword
	Adder Actor
	At    time.Time
}

// AddKeyword puts a word on a thread. Saying it twice changes nothing. It
// changes neither content nor updated of the article and sends no Update.
// Errors: Invalid, Gone (the article), NotFound.
func (b *Board) AddKeyword(ctx context.Context, by ActorID, thread ThreadID, word string) error {
	word, err := normalizeKeyword(word)
	if err != nil {
		return err
	}
	return b.update(ctx, func(tx Tx) error {
		if err := mayAddKeyword(tx, by, thread, word); err != nil {
			return err
		}
		added, err := tx.AddKeyword(thread, Keyword{Word: word, By: by})
		if err != nil || !added {
			return err
		}
		_, err = tx.Log(Event{Kind: KeywordAdded, Actor: by, Thread: thread, Data: word})
		return err
	})
}

func mayAddKeyword(tx Tx, by ActorID, thread ThreadID, word string) error {
	if _, err := tx.Member(by); err != nil {
		return err
	}
	article, err := tx.PostAt(thread, 0)
	switch {
	case err != nil:
		return err
	case article.State != Live:
		return Errorf(Gone, "The article was deleted.")
	}
	known, err := tx.Keywords(thread)
	if err != nil {
		return err
	}
	added := 0
	for _, k := range known {
		if k.Word == word {
			return nil
		}
		if k.By == by && !k.Published {
			added++
		}
	}
	switch {
	case len(known) >= maxKeywords:
		return FieldErrorf("keywords", "This thread has %d keywords already.", maxKeywords)
	case added >= maxKeywordsAdded:
		return FieldErrorf("keywords", "You have added %d keywords to this thread; leave some to the others.", maxKeywordsAdded)
	}
	return nil
}

// MayRemoveKeyword reports whether the viewer may take keywords off a thread.
func (b *Board) MayRemoveKeyword(v Viewer, t Thread) bool {
	return v.ID != 0 && (v.Moderates() || v.ID == t.Article.Author.ID)
}

// RemoveKeyword takes a word off a thread, for its poster or a moderator. One
// that is not there changes nothing. Errors: Forbidden, NotFound.
func (b *Board) RemoveKeyword(ctx context.Context, by ActorID, thread ThreadID, word string) error {
	return b.update(ctx, func(tx Tx) error {
		article, err := tx.PostAt(thread, 0)
		if err != nil {
			return err
		}
		m, err := tx.Member(by)
		if err != nil {
			return err
		}
		if !b.MayRemoveKeyword(Viewer{ID: by, Role: m.Role}, Thread{Article: article}) {
			return Errorf(Forbidden, "Only the poster of the article and moderators may take keywords away.")
		}
		removed, err := tx.RemoveKeyword(thread, word)
		if err != nil || !removed {
			return err
		}
		_, err = tx.Log(Event{Kind: KeywordRemoved, Actor: by, Thread: thread, Data: word})
		return err
	})
}
