package board

import (
	"html"
	"strings"
	"testing"
)

func show(pieces []Piece) string {
	var b strings.Builder
	for _, p := range pieces {
		if p.Marked {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestPassage(t *testing.T) {
	filler := strings.Repeat("word ", 40)
	for name, c := range map[string]struct{ html, query, want string }{
		"every find is marked":              {"<p>The ferry, a FERRY.</p>", "ferry", "The [ferry], a [FERRY]."},
		"accents and case do not matter":    {"<p>Zürich ZURICH</p>", "zurich", "[Zürich] [ZURICH]"},
		"only whole words are":              {"<p>ferryman ferry</p>", "ferry", "ferryman [ferry]"},
		"or their beginnings":               {"<p>ferryman ferry</p>", "fer*", "[ferryman] [ferry]"},
		"a phrase is one find":              {"<p>naval man, naval <b>man</b>euvers</p>", `"naval maneuvers"`, "naval man, [naval maneuvers]"},
		"finds that touch are one":          {"<p>a b c</p>", `"a b" "b c"`, "[a b c]"},
		"Japanese":                          {"<p>日本の海軍が</p>", "海軍", "日本の[海軍]が"},
		"text is not markup":                {"<p>1 &lt; 2 &amp; ferry</p>", "ferry", "1 < 2 & [ferry]"},
		"a passage in the middle":           {"<p>" + filler + "the ferry sails " + filler + "</p>", "ferry", "… word word word word word word word the [ferry] sails word word …"},
		"the beginning where nothing is":    {"<p>" + filler + "</p>", "ferry", "word word word word word word word word word word word word …"},
		"the end":                           {"<p>" + filler + "ferry</p>", "ferry", "… word word word word word word word word word word word [ferry]"},
		"nothing in nothing":                {"", "ferry", ""},
		"what microblogs hide stays hidden": {`<p><span class="invisible">https://</span>ferry.example</p>`, "https", "ferry.example"},
	} {
		t.Run(name, func(t *testing.T) {
			q, _ := ParseQuery(c.query)
			if got := show(Passage(c.html, q.Terms, 12)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzPassage(f *testing.F) {
	f.Add("The ferry sails", "ferry")
	f.Add("日本の海軍 \xff", `"の 海"* 日`)
	f.Fuzz(func(t *testing.T, text, query string) {
		q, _ := ParseQuery(query)
		var whole strings.Builder
		for _, p := range Highlight(text, q.Terms) {
			if p.Text == "" {
				t.Fatal("a piece is empty")
			}
			whole.WriteString(p.Text)
		}
		if whole.String() != text {
			t.Fatalf("%q became %q", text, whole.String())
		}
		Passage(html.EscapeString(text), q.Terms, 5)
	})
}
