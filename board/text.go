package board

import (
	"bytes"
	"html"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// maxMarks is how many combining marks may stand on one another; more is
// decoration that runs into the neighbours' lines.
const maxMarks = 4

// legible takes out of a text what only disturbs its neighbours: control
// characters, those that turn the direction of writing, and heaps of
// combining marks. marks is how many stood at the end of the text before.
func legible(s []byte, marks *int) []byte {
	if isPrintableASCII(s) {
		if len(s) > 0 {
			*marks = 0
		}
		return s
	}
	return bytes.Map(func(r rune) rune {
		switch {
		case r == '\u2028', r == '\u2029':
			r = '\n'
		case disturbs(r):
			return -1
		case !isMark(r):
		case *marks >= maxMarks:
			return -1
		default:
			*marks++
			return r
		}
		*marks = 0
		return r
	}, s)
}

func isPrintableASCII(s []byte) bool {
	for _, b := range s {
		if b < ' ' && b != '\n' && b != '\t' || b >= 0x7f {
			return false
		}
	}
	return true
}

// disturbs reports whether a rune is a control character, turns the direction
// of what follows, or is none.
func disturbs(r rune) bool {
	switch {
	case r < ' ':
		return r != '\n' && r != '\t'
	case r < 0x7f:
		return false
	case r <= 0x9f:
		return true
	case r < 0x2000:
		return false
	}
	return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x206F ||
		r >= 0xFDD0 && r <= 0xFDEF || r >= 0xFFF9 && r <= 0xFFFB || r&0xFFFE == 0xFFFE || !utf8.ValidRune(r)
}

func isMark(r rune) bool { return r >= 0x300 && unicode.In(r, unicode.Mn, unicode.Me) }

// cleanLine makes one line of what somebody calls himself or a thing: valid
// UTF-8, no control or invisible characters, at most max of them. Joiners stay
// where they make one emoji of several or where a script needs them.
func cleanLine(s string, max int) string {
	runes := make([]rune, 0, min(len(s), 4*max))
	marks, space := 0, false
	for i, r := range s {
		if unicode.IsSpace(r) || r == '\u2028' || r == '\u2029' {
			space = len(runes) > 0
			continue
		}
		if disturbs(r) || isMark(r) && marks >= maxMarks || isInvisible(r) && !joins(runes, r, s[i:], space) {
			continue
		}
		if space {
			runes, space, marks = append(runes, ' '), false, 0
		}
		if isMark(r) {
			marks++
		} else {
			marks = 0
		}
		runes = append(runes, r)
		if len(runes) > max {
			break
		}
	}
	if len(runes) > max {
		runes = runes[:max]
	}
	for len(runes) > 0 && (runes[len(runes)-1] == ' ' || isInvisible(runes[len(runes)-1])) {
		runes = runes[:len(runes)-1]
	}
	return string(runes)
}

// isInvisible reports whether a rune has no shape of its own, so that names
// which differ only in it look alike.
func isInvisible(r rune) bool {
	if r < 0x7f {
		return false
	}
	switch r {
	case '\u00AD', '\u034F', '\u115F', '\u1160', '\u17B4', '\u17B5', '\u2800', '\u3164', '\uFFA0':
		return true
	}
	return unicode.Is(unicode.Cf, r)
}

// joins reports whether an invisible rune has work to do between what is
// before it and what comes after it.
func joins(before []rune, r rune, rest string, space bool) bool {
	if len(before) == 0 || space {
		return false
	}
	last := before[len(before)-1]
	next, _ := utf8.DecodeRuneInString(rest[utf8.RuneLen(r):])
	switch {
	case r >= 0xE0020 && r <= 0xE007F: // the flags of England, Scotland and Wales
		return last == '\U0001F3F4' || last >= 0xE0020 && last < 0xE007F
	case r == '\u200D' && isEmoji(last):
		return isEmoji(next)
	case r == '\u200D', r == '\u200C':
		return unicode.In(last, joining...) && unicode.In(next, joining...)
	}
	return false
}

func isEmoji(r rune) bool {
	return unicode.In(r, unicode.So, unicode.Sk) || r == '\uFE0F' || r >= 0x2190 && r <= 0x21FF
}

// joining are the scripts that are not written rightly without joiners.
var joining = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Devanagari, unicode.Bengali, unicode.Gujarati, unicode.Gurmukhi,
	unicode.Kannada, unicode.Malayalam, unicode.Oriya, unicode.Sinhala, unicode.Tamil, unicode.Telugu, unicode.Inherited,
}

// Language returns a BCP 47 tag in its usual spelling, or "" where it is none
// or says nothing.
func Language(s string) string {
	if len(s) > 35 {
		return ""
	}
	tag, err := language.Parse(strings.TrimSpace(s))
	if base, _, _ := tag.Raw(); err != nil || base.String() == "und" || base.String() == "mul" {
		return ""
	}
	return tag.String()
}

// normalizeKeyword returns a keyword as it is kept: lower case, without #.
// Error: Invalid.
func normalizeKeyword(s string) (string, error) {
	word := strings.ToLower(norm.NFKC.String(strings.TrimSpace(s)))
	word = norm.NFC.String(strings.TrimPrefix(word, "#"))
	digits := true
	for i, r := range word {
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && (i == 0 || !unicode.IsMark(r)) {
			return "", FieldErrorf("keywords", "A keyword has only letters, digits and _; “%s” has something else.", cleanLine(s, 40))
		}
		digits = digits && unicode.IsDigit(r)
	}
	if n := utf8.RuneCountInString(word); n == 0 || n > 30 {
		return "", FieldErrorf("keywords", "A keyword is 1 to 30 characters long.")
	}
	if digits {
		return "", FieldErrorf("keywords", "A keyword has at least one letter; “%s” is a number.", word)
	}
	return word, nil
}

// Plain is the text of safe HTML, with a space where a line or block ends.
func Plain(html string) string {
	var b strings.Builder
	for line := range lines(html, true) {
		for word := range strings.FieldsSeq(line) {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(word)
		}
	}
	return b.String()
}

// PlainLines is the text of safe HTML, a line for each line or block.
func PlainLines(html string) string {
	var b strings.Builder
	for line := range lines(html, true) {
		if line = strings.Join(strings.Fields(line), " "); line == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(line)
	}
	return b.String()
}

// Excerpt is the beginning of a text in so many words, with … where it was
// cut. What microblogs hide of long addresses is hidden here too.
func Excerpt(html string, words int) string {
	var b strings.Builder
	count := 0
	for line := range lines(html, false) {
		for word := range strings.FieldsSeq(line) {
			count += weight(word)
			if count > words {
				return cutWord(&b, word, words-count+weight(word))
			}
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(word)
		}
	}
	return b.String()
}

// cutWord adds what fits of a word that is many, as in scripts without
// spaces, and the dots.
func cutWord(b *strings.Builder, word string, room int) string {
	if room > 0 && b.Len() > 0 {
		b.WriteByte(' ')
	}
	for i, r := range word {
		if room == 0 {
			break
		}
		if b.WriteString(word[i : i+utf8.RuneLen(r)]); isSyllable(r) {
			room--
		}
	}
	return b.String() + "…"
}

func weight(word string) int {
	n := 0
	for _, r := range word {
		if isSyllable(r) {
			n++
		}
	}
	return max(n, 1)
}

func isSyllable(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// titleOf makes a title for a text that has none: its first line without the
// people it is addressed to, cut at a word to at most max characters.
func titleOf(html string, max int) string {
	text := cutMentions(html, func(string) bool { return true })
	for line := range lines(text, false) {
		line = strings.TrimSpace(line)
		for strings.HasPrefix(line, "@") {
			_, line, _ = strings.Cut(line, " ")
			line = strings.TrimSpace(line)
		}
		if line = cleanLine(line, len(line)); line != "" {
			return shorten(line, max)
		}
	}
	return ""
}

// shorten cuts a line to at most max characters, dots included.
func shorten(line string, max int) string {
	if utf8.RuneCountInString(line) <= max {
		return line
	}
	cut := cleanLine(line, max-1)
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " .,;:–-") + "…"
}

// lines yields the text of safe HTML, as clean writes it, line by line: a
// line ends with its block or at a <br>. Without the hidden parts, an address
// that microblogs shorten is short here too.
func lines(safe string, withHidden bool) iter.Seq[string] {
	return func(yield func(string) bool) {
		var line strings.Builder
		spans := 0 // open within the invisible one, and itself
		for safe != "" {
			text, rest, _ := strings.Cut(safe, "<")
			tag, rest, _ := strings.Cut(rest, ">")
			safe = rest
			if spans == 0 {
				line.WriteString(html.UnescapeString(text))
			}
			switch {
			case strings.HasPrefix(tag, "span"):
				if spans > 0 || !withHidden && strings.Contains(tag, "invisible") {
					spans++
				}
			case tag == "/span":
				spans = max(spans-1, 0)
			case endsLine(tag):
				if line.Len() > 0 && !yield(line.String()) {
					return
				}
				line.Reset()
			}
		}
		if line.Len() > 0 {
			yield(line.String())
		}
	}
}

func endsLine(tag string) bool {
	tag, _, _ = strings.Cut(strings.TrimPrefix(tag, "/"), " ")
	switch tag {
	case "p", "br", "blockquote", "pre", "ul", "ol", "li":
		return true
	}
	return false
}
