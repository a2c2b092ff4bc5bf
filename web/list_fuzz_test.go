package web

import (
	"slices"
	"strings"
	"testing"
)

// FuzzKey reads places in lists from addresses: whatever stands there is a
// place that is written as it was read, or none.
func FuzzKey(f *testing.F) {
	for _, seed := range []string{"12", "12.1795860414018", "-1", "1.2.3", "99999999999999999999", "1.-5", "٣", "0x1", "1e3", "12.0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, active := range []bool{false, true} {
			k := parseKey(s, active)
			if k.Thread < 0 {
				t.Fatalf("%q is behind thread %d", s, k.Thread)
			}
			if again := parseKey(k.String(), active); k.Thread != 0 && again != k {
				t.Fatalf("%q is read as %v, and that as %v", s, k, again)
			}
		}
	})
}

// FuzzKeywords reads keywords from addresses: they are in one order, each once,
// and their own address has the same.
func FuzzKeywords(f *testing.F) {
	for _, seed := range []string{"china+japan", "Japan china", "+", "#日本+日本", "a-b+c", "１２", "ﬁsh+fish", "İ", "K"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, said string) {
		words, wrong := cleanKeywords(said)
		if wrong != "" {
			return
		}
		if !slices.IsSorted(words) || len(slices.Compact(slices.Clone(words))) != len(words) {
			t.Fatalf("%q has %q", said, words)
		}
		if again, wrong := cleanKeywords(strings.Join(words, "+")); wrong != "" || !slices.Equal(words, again) {
			t.Fatalf("%q has %q, and that has %q and wrong %q", said, words, again, wrong)
		}
	})
}
