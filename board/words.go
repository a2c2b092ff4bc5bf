package board

import (
	"iter"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Word is a unit in which texts are searched. In scripts that put no spaces
// between words, every character is one.
type Word struct {
	Text       string // as it is compared: without case, accents and other forms of the same letter
	Start, End int    // bytes of the text that it came from
}

// wordBytes bounds a word; what is longer is compared by its beginning.
const wordBytes = 64

// Words are the words of a text, in order. Index, queries and marks all take
// their words from here, so that they never disagree.
func Words(text string) iter.Seq[Word] {
	return func(yield func(Word) bool) {
		w, whole := wordMaker{start: -1}, true
		for i := 0; i < len(text) && whole; {
			r, size := utf8.DecodeRuneInString(text[i:])
			whole = w.add(r, i, size, yield)
			i += size
		}
		if whole {
			w.end(yield)
		}
	}
}

// wordMaker has the word that is being read; start is -1 between words.
type wordMaker struct {
	text       []byte
	start, to  int
	ideographs bool // the word is one such character, and takes marks only
}

// add reads one more character. It returns false when nobody wants more words.
func (w *wordMaker) add(r rune, at, size int, yield func(Word) bool) bool {
	switch {
	case r < utf8.RuneSelf:
		if !isASCIIWord(r) {
			return w.end(yield)
		}
		if w.ideographs && !w.end(yield) {
			return false
		}
	case isWordMark(r):
		if w.start < 0 {
			return true // it stands on nothing that is searched
		}
	case !unicode.IsLetter(r) && !unicode.IsNumber(r):
		return w.end(yield)
	case isUnspaced(r):
		if !w.end(yield) {
			return false
		}
		w.ideographs = true
	case w.ideographs && !w.end(yield):
		return false
	}
	if w.start < 0 {
		w.start = at
	}
	w.to = at + size
	if len(w.text) < wordBytes-utf8.UTFMax {
		w.text = appendFolded(w.text, r)
	}
	return true
}

func (w *wordMaker) end(yield func(Word) bool) bool {
	word := Word{string(w.text), w.start, w.to}
	w.text, w.start, w.ideographs = w.text[:0], -1, false
	return word.Text == "" || yield(word)
}

func isASCIIWord(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// isWordMark reports whether a character belongs to the letter before it: a
// mark on it, or what joins it to the next.
func isWordMark(r rune) bool {
	return unicode.IsMark(r) || r == '\u00AD' || r == '\u200C' || r == '\u200D' || r == '\u2060' || r == '\uFF9E' || r == '\uFF9F'
}

// unspaced are the scripts that put no spaces between words, or so few that a
// word is seldom found by itself.
var unspaced = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Hangul,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar,
}

func isUnspaced(r rune) bool {
	return r >= 0x0E00 && (r == 'ー' || r == 'ｰ' || unicode.In(r, unspaced...))
}

// spelled are letters that many write as two, or as another one.
var spelled = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'ı': "i", 'ς': "σ",
}

// appendFolded adds a letter as it is compared.
func appendFolded(b []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return append(b, byte(r))
	}
	var buffer [utf8.UTFMax]byte
	n := utf8.EncodeRune(buffer[:], r)
	parts := norm.NFKD.Properties(buffer[:n]).Decomposition()
	if parts == nil {
		return appendLetter(b, r)
	}
	for _, part := range string(parts) {
		b = appendLetter(b, part)
	}
	return b
}

func appendLetter(b []byte, r rune) []byte {
	r = unicode.ToLower(r)
	if isAccent(r) {
		return b
	}
	if letters, ok := spelled[r]; ok {
		return append(b, letters...)
	}
	if !unicode.In(r, unicode.L, unicode.N, unicode.M) {
		return b // there is a stroke in ½
	}
	return utf8.AppendRune(b, r)
}

// isAccent reports whether a mark may be left out, as people leave it out. In
// the scripts of India and south-east Asia marks are vowels and stay.
func isAccent(r rune) bool {
	switch {
	case r < 0x300:
		return r == '\u00AD'
	case r >= 0x0900 && r < 0x1AB0, r == '\u3099', r == '\u309A':
		return false
	}
	return unicode.IsMark(r) || unicode.Is(unicode.Cf, r)
}
