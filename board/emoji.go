package board

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Emoji is a small picture that stands for a word between colons in the texts
// of one server: another server may have another picture for the same word.
type Emoji struct {
	Shortcode string // letters, digits and _, without the colons
	URL       string // where the picture is on the other server
}

// Bounds of an emoji's name and of how many go with one post or one name.
const (
	maxShortcode = 64
	maxEmojis    = 32
)

// maxLabel is how many characters of a stranger's name are shown.
const maxLabel = 40

// LabelPart is a piece of a name: words, or the shortcode of a picture.
type LabelPart struct {
	Text  string
	Emoji string // without the colons; empty for words
}

// Label is the name to show: the display name, else the plain name. That of
// somebody from elsewhere is cut at 40 characters, and shortcodes, which mean
// nothing without their pictures, are left out.
func (a Actor) Label() string {
	if a.DisplayName == "" {
		return a.Name
	}
	if a.Local() || len(a.DisplayName) <= maxLabel && strings.Count(a.DisplayName, ":") < 2 {
		return a.DisplayName
	}
	var b strings.Builder
	for text := range Shortcodes(a.DisplayName) {
		b.WriteString(text)
	}
	label := shorten(cleanLine(b.String(), utf8.UTFMax*maxShortcode), maxLabel)
	if label == "" {
		return a.Name
	}
	return label
}

// LabelParts is the name to show where pictures can be shown: as Label, with
// the shortcodes of which the pictures are known.
func (a Actor) LabelParts() []LabelPart {
	if len(a.Emojis) == 0 || a.Local() {
		return []LabelPart{{Text: a.Label()}}
	}
	var parts []LabelPart
	room := maxLabel
	for text, code := range Shortcodes(a.DisplayName) {
		text = shorten(text, room)
		if room -= utf8.RuneCountInString(text); text != "" {
			parts = append(parts, LabelPart{Text: text})
		}
		if room <= 0 {
			break
		}
		if code != "" && slices.Contains(a.Emojis, code) {
			parts = append(parts, LabelPart{Emoji: code})
			room--
		}
	}
	if len(parts) == 0 || len(parts) == 1 && strings.TrimSpace(parts[0].Text) == "" && parts[0].Emoji == "" {
		return []LabelPart{{Text: a.Name}}
	}
	return parts
}

// usedEmojis are those that stand in a name.
func usedEmojis(name string, emojis []Emoji) []Emoji {
	var used []Emoji
	for _, e := range cleanEmojis(emojis) {
		if strings.Contains(name, ":"+e.Shortcode+":") {
			used = append(used, e)
		}
	}
	return used
}

// Shortcodes cuts a text at the words between colons that may stand for
// pictures, ":blobcat:": it yields what is before one, and its name without
// the colons; the last piece has none. A word that touches letters or digits
// is none, so that a time of day stays one.
func Shortcodes(text string) iter.Seq2[string, string] {
	return func(yield func(before, shortcode string) bool) {
		from := 0
		for {
			begin, end := nextShortcode(text, from)
			if begin < 0 {
				break
			}
			if !yield(text[from:begin], text[begin+1:end-1]) {
				return
			}
			from = end
		}
		yield(text[from:], "")
	}
}

// nextShortcode finds where the next one begins and ends, colons and all,
// behind the one that ends at from; -1 where there is none.
func nextShortcode(text string, from int) (begin, end int) {
	for at := from; ; {
		i := strings.IndexByte(text[at:], ':')
		if i < 0 {
			return -1, -1
		}
		begin = at + i
		end = begin + 1
		for end < len(text) && isShortcodeByte(text[end]) {
			end++
		}
		if end < len(text) && text[end] == ':' && validShortcode(text[begin+1:end]) && isApart(text[from:begin], text[end+1:]) {
			return begin, end + 1
		}
		at = begin + 1
	}
}

func isShortcodeByte(b byte) bool {
	return isLower(b|0x20) && b < 0x80 || isDigit(b) || b == '_'
}

// validShortcode reports whether a word can be the name of an emoji.
func validShortcode(s string) bool {
	if len(s) < 2 || len(s) > maxShortcode {
		return false
	}
	for i := range len(s) {
		if !isShortcodeByte(s[i]) {
			return false
		}
	}
	return true
}

// isApart reports whether what stands between two texts touches no letter or
// digit, and begins with no second colon.
func isApart(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(after)
	return last != ':' && !isAlphanumeric(last) && !isAlphanumeric(next)
}

func isAlphanumeric(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
