package board

import (
	"cmp"
	"context"
	"slices"
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
)

// NearestKeywords are the keywords that are spelled almost like a word, the
// nearest first and of those the most used; at most five.
func (b *Board) NearestKeywords(ctx context.Context, word string) ([]KeywordCount, error) {
	known, err := b.KeywordCounts(ctx, misspellings(word))
	if err != nil {
		return nil, err
	}
	letters := []rune(word)
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
