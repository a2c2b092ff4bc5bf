package board

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestLabel(t *testing.T) {
	long := strings.Repeat("Mariner ", 10)
	for _, test := range []struct {
		name  string
		actor Actor
		want  string
	}{
		{"the plain name where there is no other", Actor{Name: "gaijin", Host: "far.example"}, "gaijin"},
		{"the display name", Actor{Name: "g", Host: "far.example", DisplayName: "Gaijin"}, "Gaijin"},
		{"shortcodes are left out", Actor{Name: "g", Host: "far.example", DisplayName: ":verified: Gaijin :blobcat:"}, "Gaijin"},
		{"also those of which the picture is known", Actor{Name: "g", Host: "far.example", DisplayName: "Gaijin :blobcat:", Emojis: []string{"blobcat"}}, "Gaijin"},
		{"nothing but shortcodes is no name", Actor{Name: "gaijin", Host: "far.example", DisplayName: ":blobcat: :verified:"}, "gaijin"},
		{"a time of day is no shortcode", Actor{Name: "g", Host: "far.example", DisplayName: "Up at 10:30:45"}, "Up at 10:30:45"},
		{"a stranger's long name is cut", Actor{Name: "g", Host: "far.example", DisplayName: long}, "Mariner Mariner Mariner Mariner…"},
		{"our own is not, nor are its colons", Actor{Name: "g", DisplayName: "Ships :and: " + long}, "Ships :and: " + long},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.actor.Label(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestLabelParts(t *testing.T) {
	for _, test := range []struct {
		name, display string
		emojis        []string
		want          []LabelPart
	}{
		{"no pictures", "Gaijin :blobcat:", nil, []LabelPart{{Text: "Gaijin"}}},
		{"a picture", "Gaijin :blobcat: of Tokyo", []string{"blobcat"}, []LabelPart{{Text: "Gaijin "}, {Emoji: "blobcat"}, {Text: " of Tokyo"}}},
		{"one of two", ":a1: Gaijin :b2:", []string{"b2"}, []LabelPart{{Text: " Gaijin "}, {Emoji: "b2"}}},
		{"pictures alone", ":a1::b2:", []string{"b2"}, []LabelPart{{Emoji: "b2"}}},
		{"none of those known", ":a1:", []string{"b2"}, []LabelPart{{Text: "gaijin"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := Actor{Name: "gaijin", Host: "far.example", DisplayName: test.display, Emojis: test.emojis}
			if diff := cmp.Diff(test.want, a.LabelParts()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestShortcodes(t *testing.T) {
	for _, test := range []struct {
		text string
		want string // those found, with the text around them
	}{
		{"", "[]"},
		{":blobcat:", "[]blobcat[]"},
		{"a :b_1: c", "[a ]b_1[ c]"},
		{"(:blobcat:)", "[(]blobcat[)]"},
		{":blobcat::blobdog:", "[]blobcat[]blobdog[]"},
		{"a:blobcat:", "[a:blobcat:]"},
		{":blobcat:s", "[:blobcat:s]"},
		{":b:", "[:b:]"},
		{"at 10:30:45", "[at 10:30:45]"},
		{`:"><img:`, `[:"><img:]`},
		{":" + strings.Repeat("x", 65) + ":", "[:" + strings.Repeat("x", 65) + ":]"},
		{"é:blobcat:", "[é:blobcat:]"},
		{"日本 :blobcat:!", "[日本 ]blobcat[!]"},
	} {
		t.Run(test.text, func(t *testing.T) {
			var got strings.Builder
			for before, code := range Shortcodes(test.text) {
				got.WriteString("[" + before + "]" + code)
			}
			if got.String() != test.want {
				t.Errorf("got %s, want %s", got.String(), test.want)
			}
		})
	}
}

// FuzzShortcodes cuts a text in pieces, which together are the text.
func FuzzShortcodes(f *testing.F) {
	for _, s := range []string{"a :cat: b", "10:30:45", "::a1::b2::", ":\xff:", "é:cat:é", ":" + strings.Repeat("x", 65) + ":"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var whole strings.Builder
		for before, code := range Shortcodes(s) {
			if whole.WriteString(before); code != "" {
				whole.WriteString(":" + code + ":")
				if !validShortcode(code) {
					t.Errorf("%q is a shortcode", code)
				}
			}
		}
		if whole.String() != s {
			t.Errorf("%q becomes %q", s, whole.String())
		}
		a := Actor{Name: "gaijin", Host: "far.example", DisplayName: cleanLine(s, 100), Emojis: []string{"cat", "a1"}}
		shown := 0
		for _, part := range a.LabelParts() {
			if shown += utf8.RuneCountInString(part.Text); part.Emoji != "" {
				shown++
			}
		}
		if label := a.Label(); shown < 1 || shown > maxLabel || label == "" || utf8.RuneCountInString(label) > maxLabel {
			t.Errorf("%q is shown as %q, with pictures in %d characters", s, label, shown)
		}
	})
}
