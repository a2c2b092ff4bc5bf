package board

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestQuote(t *testing.T) {
	b := &Board{config: Config{Address: "https://board.example"}, text: newRenderer("https://board.example")}
	for _, test := range []struct{ name, html, source, want string }{
		{"nothing", "", "", ""},
		{"what a member typed, as he typed it", "<p>x</p>", "One *two*\n\n> three\n\n", "> One *two*\n>\n> > three\n"},
		{"paragraphs and lines", "<p>a<br>b</p><p>c</p>", "", "> a\n> b\n>\n> c\n"},
		{"emphasis", "<p><strong>a</strong> <i>b</i> <del>c</del> <code>d</code></p>", "", "> **a** *b* ~~c~~ `d`\n"},
		{"quotes in quotes", "<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote><p>c</p>", "", "> > a\n> >\n> > > b\n>\n> c\n"},
		{"lists", "<ul><li>a</li><li>b</li></ul><ol start=\"3\"><li>c</li><li>d</li></ol>", "", "> - a\n> - b\n> 3. c\n> 4. d\n"},
		{"code keeps its lines", "<pre><code>a\n  *b*\n</code></pre><p>c</p>", "", "> ```\n> a\n>   *b*\n>\n> ```\n>\n> c\n"},
		{"links", `<p><a href="https://a.test/x">there</a> <a href="https://a.test/y">https://<span class="ellipsis">a.test/y</span></a></p>`, "", "> [there](https://a.test/x) https://a.test/y\n"},
		{"mentions lead to the same people", `<p><a href="https://far.example/@gaijin" class="u-url mention">@<span>gaijin</span></a> <a href="https://board.example/members/ronin">@ronin</a></p>`, "", "> @gaijin@far.example @ronin\n"},
		{"characters of HTML", "<p>a &lt;b&gt; &amp; c</p>", "", "> a <b> & c\n"},
		{"a long line ends with dots", "", strings.Repeat("word ", 2000), "> " + strings.TrimSpace(strings.Repeat("word ", 39)) + "…\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, b.Quote(Post{HTML: test.html, Source: test.source})); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("many lines end with dots", func(t *testing.T) {
		if got := strings.Count(b.Quote(Post{Source: strings.Repeat("a\n", 500)}), "\n"); got != maxQuotedLines+1 {
			t.Errorf("%d lines", got)
		}
	})
}

// FuzzQuote makes sure that what is quoted of anything is a quotation, bounded
// and nothing else.
func FuzzQuote(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	b := &Board{config: Config{Address: "https://board.example"}, text: newRenderer("https://board.example")}
	f.Fuzz(func(t *testing.T, src string) {
		quoted := b.Quote(Post{HTML: b.text.clean(src)})
		for line := range strings.Lines(quoted) {
			if !strings.HasPrefix(line, ">") || !strings.HasSuffix(line, "\n") {
				t.Errorf("a line that is not quoted: %q", line)
			}
		}
		if len(quoted) > 2*maxQuoted+2000 {
			t.Errorf("%d bytes", len(quoted))
		}
		if html := b.text.markdown(quoted, nowhere()); quoted != "" && html != "" && !strings.HasPrefix(html, "<blockquote>") {
			t.Errorf("%q is not read as a quotation: %s", quoted, html)
		}
	})
}
