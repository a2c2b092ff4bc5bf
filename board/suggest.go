package board

import (
	"context"
	"slices"
	"unicode"
)

// Bounds of the keywords that are suggested.
const (
	maxSuggested  = 12
	maxCandidates = 60
)

// SuggestKeywords suggests keywords for an article: of what its page says, and
// of the words of its title, those that threads here have already; then the
// rest of what the page says. tags are in the board's spelling or left out.
func (b *Board) SuggestKeywords(ctx context.Context, title string, tags []string) ([]string, error) {
	var said []string
	for _, tag := range tags {
		if word, err := normalizeKeyword(tag); err == nil && !slices.Contains(said, word) && len(said) < maxCandidates/2 {
			said = append(said, word)
		}
	}
	candidates := slices.Clone(said)
	for _, word := range titleWords(title) {
		if word, err := normalizeKeyword(word); err == nil && !slices.Contains(candidates, word) && len(candidates) < maxCandidates {
			candidates = append(candidates, word)
		}
	}
	suggested, err := b.KnownKeywords(ctx, candidates)
	for _, word := range said {
		if !slices.Contains(suggested, word) {
			suggested = append(suggested, word)
		}
	}
	return suggested[:min(len(suggested), maxSuggested)], err
}

// titleWords are the words of a title, each with the next one too, because
// keywords may be two. Where scripts change without a space, a word ends.
func titleWords(title string) []string {
	var words []string
	var last rune
	for _, r := range title {
		switch {
		case !partOfWord(r):
		case !partOfWord(last), script(r) != script(last):
			words = append(words, string(r))
		default:
			words[len(words)-1] += string(r)
		}
		last = r
	}
	for i := range max(0, len(words)-1) {
		words = append(words, words[i]+"_"+words[i+1])
	}
	return words
}

func partOfWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// script tells apart what stands side by side in Japanese.
func script(r rune) int {
	switch {
	case unicode.Is(unicode.Han, r):
		return 1
	case unicode.Is(unicode.Hiragana, r):
		return 2
	case unicode.Is(unicode.Katakana, r), r == 'ー':
		return 3
	}
	return 0
}
