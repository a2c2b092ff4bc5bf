package web

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// marked is a difference as text: [-dropped-] and {+added+}.
func marked(d []change) string {
	var b strings.Builder
	for _, c := range d {
		b.WriteString(map[changeKind]string{same: c.Text, added: "{+" + c.Text + "+}", dropped: "[-" + c.Text + "-]"}[c.Kind])
	}
	return b.String()
}

func TestDifference(t *testing.T) {
	for _, test := range []struct{ name, before, after, want string }{
		{"nothing", "", "", ""},
		{"the same", "one two", "one two", "one two"},
		{"a word more", "one three", "one two three", "one {+two +}three"},
		{"a word less", "one two three", "one three", "one [-two -]three"},
		{"another word", "one two three", "one 2 three", "one [-two -]{+2 +}three"},
		{"all of it", "one", "two three", "[-one-]{+two three+}"},
		{"from nothing", "", "one", "{+one+}"},
		{"the end", "one two", "one two\nthree", "one two{+\nthree+}"},
		{"a word shared by chance", "we all left the house early", "they were on a boat", "[-we all left the house early-]{+they were on a boat+}"},
		{"a word between two rewritten passages", "the mayor said the bridge would close for weeks", "nobody knew when the ferries could sail in winter", "[-the mayor said the bridge would close for weeks-]{+nobody knew when the ferries could sail in winter+}"},
		{"in two places", "a b c d e f", "a x c d f g", "a [-b -]{+x +}c d [-e f-]{+f g+}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, marked(difference(test.before, test.after))); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("two texts that have little in common are compared in no time", func(t *testing.T) {
		text := func() string {
			var words []string
			for range 12000 {
				words = append(words, fmt.Sprint(rand.N(2000)))
			}
			return strings.Join(words, " ")
		}
		before, after := text(), text()
		begun := time.Now()
		checkDifference(t, before, after)
		if took := time.Since(begun); took > time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// TestDifferenceOfLongTexts is quick however little was changed: a page compares
// twenty of them.
func TestDifferenceOfLongTexts(t *testing.T) {
	body := strings.Repeat("a ", 32<<10)
	begun := time.Now()
	for range 20 {
		difference("first "+body+"last", "1st "+body+"end")
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
}

// checkDifference makes sure that both texts can be read out of their difference.
func checkDifference(t *testing.T, before, after string) {
	t.Helper()
	var a, b strings.Builder
	for _, c := range difference(before, after) {
		if c.Kind != added {
			a.WriteString(c.Text)
		}
		if c.Kind != dropped {
			b.WriteString(c.Text)
		}
	}
	if a.String() != before || b.String() != after {
		t.Errorf("%q and %q became %q and %q", before, after, a.String(), b.String())
	}
}

func FuzzDifference(f *testing.F) {
	f.Add("one two three", "one 2\nthree")
	f.Add("a b c a b b a", "c b a b a c")
	f.Add(" \n\t ", "\n\n")
	f.Fuzz(func(t *testing.T, before, after string) { checkDifference(t, before, after) })
}
