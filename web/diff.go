package web

import (
	"slices"
	"strings"
)

// change is a run of words that two texts share, or that only one of them has.
type change struct {
	Kind changeKind
	Text string
}

type changeKind int

// The kinds of change.
const (
	same changeKind = iota
	added
	dropped
)

// Added reports whether only the later text has it.
func (c change) Added() bool { return c.Kind == added }

// Dropped reports whether only the earlier text has it.
func (c change) Dropped() bool { return c.Kind == dropped }

// maxEdits bounds the words that are compared one by one; two texts that differ
// in more are two texts. It bounds time and memory too: some 3 ms and 2 MB.
const maxEdits = 600

// difference compares two texts word by word, after E. W. Myers, An O(ND)
// Difference Algorithm and Its Variations (1986).
func difference(before, after string) []change {
	a, b := wordsOf(before), wordsOf(after)
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < len(a)-start && end < len(b)-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	var middle, d changes
	middle.compare(a[start:len(a)-end], b[start:len(b)-end])
	d.add(same, a[:start]...)
	for _, c := range middle.tidy() {
		d.add(c.Kind, c.Text)
	}
	d.add(same, a[len(a)-end:]...)
	return d.list
}

// chance is how long a passage between two changes is, in bytes, that two texts
// may share by chance: a reader follows a sentence, not its last “the”.
const chance = 8

// tidy puts what was dropped before what was added, and takes for changed what
// is shared by chance.
func (d *changes) tidy() []change {
	var out changes
	var gone, come string
	flush := func() {
		if gone != "" {
			out.add(dropped, gone)
		}
		if come != "" {
			out.add(added, come)
		}
		gone, come = "", ""
	}
	for i, c := range d.list {
		switch {
		case c.Kind == dropped:
			gone += c.Text
		case c.Kind == added:
			come += c.Text
		case i > 0 && i < len(d.list)-1 && len(c.Text) <= chance && len(gone)+len(come) > 2*chance:
			gone, come = gone+c.Text, come+c.Text
		default:
			flush()
			out.add(same, c.Text)
		}
	}
	flush()
	return out.list
}

// wordsOf cuts a text into words, each with the spaces behind it, and line ends.
func wordsOf(text string) []string {
	var words []string
	start := 0
	for i := range len(text) {
		space := text[i] == ' ' || text[i] == '\t' || text[i] == '\n'
		next := i + 1
		wordEnds := space && next < len(text) && text[next] != ' ' && text[next] != '\t'
		lineBegins := next < len(text) && text[next] == '\n'
		if next == len(text) || wordEnds || lineBegins {
			words = append(words, text[start:next])
			start = next
		}
	}
	return words
}

// changes collects runs.
type changes struct{ list []change }

func (d *changes) add(kind changeKind, words ...string) {
	if len(words) == 0 {
		return
	}
	text := strings.Join(words, "")
	if n := len(d.list); n > 0 && d.list[n-1].Kind == kind {
		d.list[n-1].Text += text
		return
	}
	d.list = append(d.list, change{kind, text})
}

// compare adds the shortest way from a to b.
func (d *changes) compare(a, b []string) {
	trace, ok := furthest(a, b)
	if !ok {
		d.add(dropped, a...)
		d.add(added, b...)
		return
	}
	type step struct {
		kind changeKind
		word string
	}
	var back []step
	x, y := len(a), len(b)
	for edits := len(trace) - 1; edits >= 0; edits-- {
		reach, k := trace[edits], x-y
		from := k - 1
		if goesDown(reach, edits, k) {
			from = k + 1
		}
		beginX := 0
		if edits > 0 {
			beginX = reach[from+edits]
		}
		beginY := beginX - from
		for x > 0 && y > 0 && x > beginX && y > beginY && a[x-1] == b[y-1] {
			back = append(back, step{same, a[x-1]})
			x, y = x-1, y-1
		}
		switch {
		case edits == 0:
		case x == beginX:
			y--
			back = append(back, step{added, b[y]})
		default:
			x--
			back = append(back, step{dropped, a[x]})
		}
	}
	slices.Reverse(back)
	for len(back) > 0 { // run by run: word by word a long text would be copied for each
		run := slices.IndexFunc(back, func(s step) bool { return s.kind != back[0].kind })
		if run < 0 {
			run = len(back)
		}
		words := make([]string, run)
		for i, s := range back[:run] {
			words[i] = s.word
		}
		d.add(back[0].kind, words...)
		back = back[run:]
	}
}

// furthest finds how far one comes on each diagonal with each number of edits.
// The reach before edit e is trace[e], diagonal k of it at k+e.
func furthest(a, b []string) (trace [][]int, ok bool) {
	reach := []int{0}
	for edits := 0; edits <= maxEdits; edits++ {
		trace = append(trace, reach)
		next := make([]int, 2*edits+3) // diagonals -edits-1 to edits+1
		for k := -edits; k <= edits; k += 2 {
			x := 0
			switch {
			case edits == 0:
			case goesDown(reach, edits, k):
				x = reach[k+1+edits]
			default:
				x = reach[k-1+edits] + 1
			}
			for x < len(a) && x-k < len(b) && a[x] == b[x-k] {
				x++
			}
			if next[k+edits+1] = x; x >= len(a) && x-k >= len(b) {
				return trace, true
			}
		}
		reach = next
	}
	return nil, false
}

// goesDown reports whether the last edit on the way to a diagonal added a word.
func goesDown(reach []int, edits, k int) bool {
	return k == -edits || (k != edits && reach[k-1+edits] < reach[k+1+edits])
}
