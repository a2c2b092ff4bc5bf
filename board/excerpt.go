package board

import (
	"strings"
	"unicode/utf8"
)

// Excerpts are how many words of a source's article may be quoted, by the
// source's host as [LinkSource] writes it. A host stands for those under it
// too, and * for every other. A source without a limit may be quoted whole; of
// one with 0, title and link are posted and nothing else.
type Excerpts map[string]int

// anyNumber is the limit of a source that may be quoted whole.
const anyNumber = -1

// limit finds how many words may be quoted of what a link leads to. Without a
// link nothing is quoted.
func (e Excerpts) limit(link string) int {
	host, _, _ := strings.Cut(LinkSource(link), ":")
	if host == "" {
		return anyNumber
	}
	for found := true; found; _, host, found = strings.Cut(host, ".") {
		if words, ok := e[host]; ok {
			return words
		}
	}
	if words, ok := e["*"]; ok {
		return words
	}
	return anyNumber
}

// Quota is how much of a text is within the limit of its source.
type Quota struct {
	Source string // host; empty without a link
	Limit  int    // words, below 0 any number
	Words  int    // that there are
	Within string // plain text that fits, a line for each of its lines
	Over   string // what is too much, in the same way
}

// Limited reports whether there is a limit.
func (q Quota) Limited() bool { return q.Source != "" && q.Limit >= 0 }

// TooMany is how many words are over the limit.
func (q Quota) TooMany() int {
	if !q.Limited() {
		return 0
	}
	return max(0, q.Words-q.Limit)
}

// quota measures a safe text that cites a link. It is the members' rule:
// what other servers' people quote is on their servers already, and cutting it
// here would take nothing back.
func (b *Board) quota(link, html string) Quota {
	q := Quota{Source: LinkSource(link), Limit: b.config.Excerpts.limit(link)}
	var within, over strings.Builder
	for line := range lines(html, false) {
		for word := range strings.FieldsSeq(line) {
			fits := word
			if room := q.Limit - q.Words; q.Limited() && weight(word) > room {
				fits = syllables(word, room)
			}
			addWord(&within, fits)
			addWord(&over, word[len(fits):])
			q.Words += weight(word)
		}
		endLine(&within)
		endLine(&over)
	}
	q.Within, q.Over = strings.TrimSpace(within.String()), strings.TrimSpace(over.String())
	return q
}

// syllables is the beginning of a word that counts for many, as in scripts
// without spaces.
func syllables(word string, room int) string {
	for i, r := range word {
		if !isSyllable(r) {
			continue
		}
		if room <= 0 {
			return word[:i]
		}
		if room--; room == 0 {
			return word[:i+utf8.RuneLen(r)]
		}
	}
	return ""
}

func addWord(b *strings.Builder, word string) {
	if word == "" {
		return
	}
	if s := b.String(); s != "" && !strings.HasSuffix(s, "\n") {
		b.WriteByte(' ')
	}
	b.WriteString(word)
}

func endLine(b *strings.Builder) {
	if s := b.String(); s != "" && !strings.HasSuffix(s, "\n") {
		b.WriteByte('\n')
	}
}

// withinLimit refuses a text that quotes more of its source than its owner
// allows.
func (b *Board) withinLimit(link, html string) error {
	q := b.quota(link, html)
	switch {
	case q.TooMany() == 0:
		return nil
	case q.Limit == 0:
		return FieldErrorf("text", "Of %s only title and link are posted here. What you have to say about it goes into your remark, or a reply.", q.Source)
	}
	return FieldErrorf("text", "Of %s at most %d words are quoted here, and this text has %d: take out %d.", q.Source, q.Limit, q.Words, q.TooMany())
}
