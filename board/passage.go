package board

import (
	"slices"
	"strings"
)

// Piece is a part of a text, marked where it is what somebody looked for.
type Piece struct {
	Text   string
	Marked bool
}

const (
	passageBytes = 32 << 10 // of a text in which the passage is looked for
	wordsBefore  = 8        // the first that is marked
)

// Highlight marks the words of a text that a search found it by.
func Highlight(text string, terms []Term) []Piece {
	return pieces(text, marked(slices.Collect(Words(text)), terms))
}

// Passage is the part of a text in which a search found what it looked for, in
// at most so many words, with … where something was cut. Without a find it is
// the beginning of the text.
func Passage(html string, terms []Term, words int) []Piece {
	text := oneLine(html)
	all := slices.Collect(Words(text))
	spans := marked(all, terms)
	first := 0
	if len(spans) > 0 {
		first, _ = slices.BinarySearchFunc(all, spans[0].start, func(w Word, at int) int { return w.Start - at })
	}
	from, to := 0, len(text)
	if first = min(max(first-wordsBefore, 0), max(len(all)-words, 0)); first > 0 {
		from = all[first].Start
	}
	if last := first + words; last < len(all) {
		to = all[last].Start
	}
	inside := spans[:0:0]
	for _, s := range spans {
		if s.start >= from && s.end <= to {
			inside = append(inside, span{s.start - from, s.end - from})
		}
	}
	found := pieces(strings.TrimRight(text[from:to], " "), inside)
	if from > 0 {
		found = append([]Piece{{Text: "… "}}, found...)
	}
	if to < len(text) {
		found = append(found, Piece{Text: " …"})
	}
	return found
}

// oneLine is the beginning of a text as a reader sees it, in one line.
func oneLine(html string) string {
	var b strings.Builder
	for line := range lines(html, false) {
		for word := range strings.FieldsSeq(line) {
			if b.Len()+len(word) > passageBytes {
				return b.String()
			}
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(word)
		}
	}
	return b.String()
}

// span is a part of a text, in bytes.
type span struct{ start, end int }

// marked are the parts where the terms stand, in order, none over another.
func marked(words []Word, terms []Term) []span {
	var spans []span
	for _, t := range terms {
		looked := t.Words()
		if len(looked) == 0 {
			continue
		}
		for i := range len(words) - len(looked) + 1 {
			if stands(words[i:], looked, t.Prefix) {
				spans = append(spans, span{words[i].Start, words[i+len(looked)-1].End})
			}
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
	joined := spans[:0]
	for _, s := range spans {
		if n := len(joined); n > 0 && s.start <= joined[n-1].end {
			joined[n-1].end = max(joined[n-1].end, s.end)
		} else {
			joined = append(joined, s)
		}
	}
	return joined
}

// stands reports whether the words begin with those that are looked for.
func stands(words []Word, looked []string, prefix bool) bool {
	for i, want := range looked {
		got := words[i].Text
		if got != want && !(prefix && i == len(looked)-1 && strings.HasPrefix(got, want)) {
			return false
		}
	}
	return true
}

func pieces(text string, spans []span) []Piece {
	var all []Piece
	at := 0
	for _, s := range spans {
		if s.start > at {
			all = append(all, Piece{Text: text[at:s.start]})
		}
		all = append(all, Piece{Text: text[s.start:s.end], Marked: true})
		at = s.end
	}
	if at < len(text) {
		all = append(all, Piece{Text: text[at:]})
	}
	return all
}
