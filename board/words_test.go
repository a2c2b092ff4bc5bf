package board

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func split(text string) string {
	var words []string
	for w := range Words(text) {
		words = append(words, w.Text)
	}
	return strings.Join(words, " ")
}

func TestWords(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"words are letters and digits":                   {"The ferry, No. 12: sails_at mid-night!", "the ferry no 12 sails at mid night"},
		"case and accents do not count":                  {"ZÜRICH Zürich Zu\u0308rich Ærø Łódź Đà", "zurich zurich zurich aero lodz da"},
		"letters that many write as two are two":         {"Straße STRASSE ﬁsh", "strasse strasse fish"},
		"Greek and Russian are folded too":               {"ΟΔΌΣ οδός Ёлка ёлка", "οδοσ οδοσ елка елка"},
		"the Turkish i is an i":                          {"İstanbul ISPARTA Isparta ısparta", "istanbul isparta isparta isparta"},
		"wide and narrow forms are the same":             {"ＡＢＣ１２ ｶﾞ ガ", "abc12 カ\u3099 カ\u3099"},
		"a character of Chinese or Japanese is a word":   {"日本の海軍が7隻", "日 本 の 海 軍 か\u3099 7 隻"},
		"a long vowel of Japanese is one too":            {"サーバー", "サ ー ハ\u3099 ー"},
		"Korean is found within its words":               {"한국은", "한 국 은"},
		"Arabic loses its vowel signs":                   {"مُحَمَّد أحمد", "محمد احمد"},
		"Hindi keeps its vowels":                         {"हिन्दी में", "हिन्दी में"},
		"Thai marks stay with their letter":              {"ที่นี่", "ที่ นี่"},
		"a joiner or soft hyphen does not part a word":   {"mid\u00ADnight می\u200Cخواهم", "midnight میخواهم"},
		"what is no letter is nothing":                   {"--- ★ 😀 \u0301 (((", ""},
		"a fraction is its digits":                       {"½ ①", "12 1"},
		"what is not UTF-8 parts words":                  {"fer\xffry", "fer ry"},
		"a word of any length is found by its beginning": {strings.Repeat("x", 500), strings.Repeat("x", 60)},
	} {
		t.Run(name, func(t *testing.T) {
			if got := split(c.text); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzWords(f *testing.F) {
	for _, seed := range []string{"The ferry", "日本の海軍", "Zu\u0308rich\xff", "ที่นี่ مُحَمَّد", "\u0301\u200D½ﷺ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for w := range Words(text) {
			if w.Start < end || w.End <= w.Start || w.End > len(text) {
				t.Fatalf("%q: the word %q is at %d to %d, behind %d", text, w.Text, w.Start, w.End, end)
			}
			if end = w.End; w.Text == "" || len(w.Text) > 2*wordBytes || !utf8.ValidString(w.Text) {
				t.Fatalf("%q: the word is %q", text, w.Text)
			}
			if strings.ContainsAny(w.Text, "\"'*:^()+-{} \x00\uE000") {
				t.Fatalf("%q: the word %q has something in it that means something to the index", text, w.Text)
			}
		}
	})
}
