package web

import (
	"strconv"
	"strings"
	"testing"
)

func TestFoldQuotes(t *testing.T) {
	read := &reader{texts: &texts{Tag: "en"}}
	long := strings.Repeat("<p>Words.</p>", 13)
	for _, test := range []struct{ name, html, want string }{
		{"no quote", "<p>Words.</p>", "<p>Words.</p>"},
		{"a short quote stays", "<blockquote><p>One.</p></blockquote><p>Two.</p>", "<blockquote><p>One.</p></blockquote><p>Two.</p>"},
		{
			"a long one is folded", "<p>He said:</p><blockquote>" + long + "</blockquote><p>No.</p>",
			`<p>He said:</p><details class="quote"><summary>Quote of 13 lines</summary><blockquote>` + long + "</blockquote></details><p>No.</p>",
		},
		{
			"one in another is folded with it", "<blockquote><blockquote>" + long + "</blockquote><p>Yes.</p></blockquote><p>No.</p>",
			`<details class="quote"><summary>Quote of 14 lines</summary><blockquote><blockquote>` + long + "</blockquote><p>Yes.</p></blockquote></details><p>No.</p>",
		},
		{
			"lines are counted as they are set", "<blockquote><p>" + strings.Repeat("0123456789 ", 80) + "</p></blockquote>",
			`<details class="quote"><summary>Quote of 13 lines</summary><blockquote><p>` + strings.Repeat("0123456789 ", 80) + "</p></blockquote></details>",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := string(newMarkup(read).foldQuotes(test.html, (*markup).safe).html()); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func FuzzFoldQuotes(f *testing.F) {
	for _, s := range []string{"<blockquote>", "</blockquote><blockquote", "<blockquote><p>a<br></blockquote>", "<<>>"} {
		f.Add(s)
	}
	read := &reader{texts: &texts{Tag: "en"}}
	f.Fuzz(func(t *testing.T, html string) {
		got := string(newMarkup(read).foldQuotes(html, (*markup).safe).html())
		if !strings.Contains(html, "<details") && !strings.Contains(html, "</details>") {
			for n := range 1000 {
				got = strings.ReplaceAll(got, strings.ReplaceAll(`<details class="quote"><summary>Quote of N lines</summary>`, "N", strconv.Itoa(n)), "")
			}
			if got = strings.ReplaceAll(got, "</details>", ""); got != html {
				t.Errorf("%q became %q", html, got)
			}
		}
	})
}
