package board

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// known finds ronin of this board and gaijin of another.
func known(h handle) (Actor, bool) {
	switch h {
	case handle{"ronin", ""}:
		return Actor{Name: "ronin", URI: "https://board.example/members/ronin"}, true
	case handle{"gaijin", "far.example"}:
		return Actor{Name: "gaijin", Host: "far.example", URI: "https://far.example/u/1", URL: "https://far.example/@gaijin"}, true
	}
	return Actor{}, false
}

// titled finds thread 12, which has 20 posts, thread 7 with a title that needs
// care, and thread 9, whose article was deleted.
func titled(id ThreadID) (Heading, bool) {
	switch id {
	case 12:
		return Heading{Title: "Ours", Posts: 20}, true
	case 7:
		return Heading{Title: "A <b> & \"c\"", Posts: 5}, true
	case 9:
		return Heading{Posts: 3}, true
	}
	return Heading{}, false
}

func inThread(id ThreadID) targets { return targets{thread: id, actor: known, title: titled} }

func link(href, text string) string { return `<a href="` + href + `"` + plainRel + `>` + text + `</a>` }

func mention(href, name string) string {
	return `<span class="h-card" translate="no"><a href="` + href + `" class="u-url mention"` + plainRel + `>@<span>` + name + `</span></a></span>`
}

func TestMarkdown(t *testing.T) {
	r := newRenderer("https://board.example")
	for _, test := range []struct{ name, markdown, want string }{
		{"nothing", " \n ", ""},
		{"line breaks are kept", "a\nb\n\nc", "<p>a<br>b</p><p>c</p>"},
		{"emphasis", "*a* **b** _c_ __d__ ~~e~~", "<p><em>a</em> <strong>b</strong> <em>c</em> <strong>d</strong> <del>e</del></p>"},
		{"code", "`a *b* <c>`", "<p><code>a *b* &lt;c&gt;</code></p>"},
		{"fenced code", "```go\na\n\n  *b*\n```", "<pre><code>a\n\n  *b*\n</code></pre>"},
		{"quotes", "> a\n> b\n\nc", "<blockquote><p>a<br>b</p></blockquote><p>c</p>"},
		{"lists", "- a\n- b\n  1. c\n  2. d\n\n3) e", "<ul><li>a</li><li>b<ol><li>c</li><li>d</li></ol></li></ul><ol start=\"3\"><li>e</li></ol>"},
		{"headings are bold paragraphs", "# a\n\n### b", "<p><strong>a</strong></p><p><strong>b</strong></p>"},
		{"a number sign without a space is text", "#a", "<p>#a</p>"},
		{"a row of dashes makes no heading", "a\n---\nb", "<p>a</p><p>b</p>"},
		{"equal signs make no heading", "a\n===", "<p>a<br>===</p>"},
		{"spaces make no code", "    a\n\n      b", "<p>a</p><p>b</p>"},
		{"links", "[a *b*](https://a.test/ \"t\") <https://b.test/> https://c.test/d, www.e.test",
			"<p>" + link("https://a.test/", "a <em>b</em>") + " " + link("https://b.test/", "https://b.test/") + " " + link("https://c.test/d", "https://c.test/d") + ", " + link("http://www.e.test", "www.e.test") + "</p>"},
		{"links to this board may be short", "[a](/t/3) [b](//e.test)", "<p>" + link("https://board.example/t/3", "a") + " b</p>"},
		{"images are links", "![a](https://a.test/i.png) ![](https://a.test/)", "<p>" + link("https://a.test/i.png", "a") + " " + link("https://a.test/", "https://a.test/") + "</p>"},
		{"C12 no other links", "[a](javascript:x) [b](data:text/html,x) <javascript:c> [d](vbscript:x)", "<p>a b javascript:c d</p>"},
		{"C12 references are text", "[a][b]\n\n[b]: https://a.test/", "<p>[a][b]</p><p>[b]: " + link("https://a.test/", "https://a.test/") + "</p>"},
		{"a link with another host's address shows its own", "[bank.example](https://evil.test/)", "<p>" + link("https://evil.test/", "bank.example (evil.test)") + "</p>"},
		{"characters by number", "a&#65;&#x42; &amp; &lt;", "<p>aAB &amp; &lt;</p>"},
		{"escapes", `\*a\* \<b> \#1 \@ronin`, "<p>*a* &lt;b&gt; #1 @ronin</p>"},

		{"posts that are there", "#20 #21", "<p>" + link("https://board.example/t/12/20", "#20") + " #21</p>"},
		{"posts at the end of a sentence", "See #3. Or #4.", "<p>See " + link("https://board.example/t/12/3", "#3") + ". Or " + link("https://board.example/t/12/4", "#4") + ".</p>"},
		{"posts of other threads, with their titles", "#7.5, #7.0; #12.3", "<p>" + link("https://board.example/t/7/5", "A &lt;b&gt; &amp; &#34;c&#34;, #5") + ", " +
			link("https://board.example/t/7", "A &lt;b&gt; &amp; &#34;c&#34;") + "; " + link("https://board.example/t/12/3", "#3") + "</p>"},
		{"posts that are not there, and numbers", "#7.6 #8.1 #9.1 3.5 7.5 #99999999999999999999.1", "<p>#7.6 #8.1 #9.1 3.5 7.5 #99999999999999999999.1</p>"},
		{"addresses of ours", "https://board.example/t/7/5 <https://board.example/t/7#p2> https://board.example/t/7?from=1#p3, https://board.example/t/7.",
			"<p>" + link("https://board.example/t/7/5", "A &lt;b&gt; &amp; &#34;c&#34;, #5") + " " + link("https://board.example/t/7/2", "A &lt;b&gt; &amp; &#34;c&#34;, #2") + " " +
				link("https://board.example/t/7/3", "A &lt;b&gt; &amp; &#34;c&#34;, #3") + ", " + link("https://board.example/t/7", "A &lt;b&gt; &amp; &#34;c&#34;") + ".</p>"},
		{"other addresses of ours stay as they are", "https://board.example/t/8 https://board.example/t/7/5/reply https://board.example/topics/news",
			"<p>" + link("https://board.example/t/8", "https://board.example/t/8") + " " + link("https://board.example/t/7/5/reply", "https://board.example/t/7/5/reply") + " " +
				link("https://board.example/topics/news", "https://board.example/topics/news") + "</p>"},
		{"a link with a text of its own keeps it", "[there](https://board.example/t/7/5)", "<p>" + link("https://board.example/t/7/5", "there") + "</p>"},
		{"posts", "#1 (#12), #0; a#3 #4b &#35; /#5 #1234567", "<p>" + link("https://board.example/t/12/1", "#1") + " (" + link("https://board.example/t/12/12", "#12") + "), " +
			link("https://board.example/t/12/0", "#0") + "; a#3 #4b # /#5 #1234567</p>"},
		{"no posts in code and links", "`#1` [#2](https://a.test/)", "<p><code>#1</code> " + link("https://a.test/", "#2") + "</p>"},
		{"mentions", "@ronin, @gaijin@Far.Example. (@nobody)", "<p>" + mention("https://board.example/members/ronin", "ronin") + ", " +
			mention("https://far.example/@gaijin", "gaijin") + ". (@nobody)</p>"},
		{"no mentions in code, links and addresses", "`@ronin` [@ronin](https://a.test/) a@ronin ronin@far.example https://a.test/@ronin <a href=https://a.test/>@ronin</a>",
			"<p><code>@ronin</code> " + link("https://a.test/", "@ronin") + " a@ronin ronin@far.example " + link("https://a.test/@ronin", "https://a.test/@ronin") + " " + link("https://a.test/", "@ronin") + "</p>"},
		{"underscores in names", "@a_b_c@x.example", "<p>@a_b_c@x.example</p>"},

		{"tags of forums", "<b>a</b> <I>b</I> <u>c</u> <s>d</s> <em>e</em> <a href=\"https://a.test/\">f</a><br>g<p>h",
			"<p><b>a</b> <i>b</i> <u>c</u> <s>d</s> <em>e</em> " + link("https://a.test/", "f") + "<br>g</p><p>h</p>"},
		{"more tags of forums", "<tt>a</tt> <strike>b</strike> <INS>c</INS> <strong>d</strong> <del>e</del> <code>f</code>",
			"<p><code>a</code> <s>b</s> <u>c</u> <strong>d</strong> <del>e</del> <code>f</code></p>"},
		{"a forgotten one of those ends with its paragraph too", "<tt>a\n\n<strike>b\n\n<ins>c\n\nd", "<p><code>a</code></p><p><s>b</s></p><p><u>c</u></p><p>d</p>"},
		{"what is forgotten at the end of the text does not leak", "<ul><li>a\n\n<blockquote>b\n\n<ol><li><a href=\"https://a.test/\">c",
			"<ul><li>a<blockquote><p>b</p><ol><li>" + link("https://a.test/", "c") + "</li></ol></blockquote></li></ul>"},
		{"what was never opened closes nothing", "a</b></blockquote></ul></p></div></article>b", "<p>a</p><p>&lt;/div&gt;&lt;/article&gt;b</p>"},
		{"a break at the end of a line is one", "a<br>\nb<BR/>\n\nc", "<p>a<br>b</p><p>c</p>"},
		{"quotes of forums over paragraphs", "<blockquote>a\n\nb</blockquote>c", "<blockquote><p>a</p><p>b</p></blockquote><p>c</p>"},
		{"formats of forums over paragraphs", "<i>a\n\nb</i> c", "<p><i>a</i></p><p><i>b</i> c</p>"},
		{"a forgotten one ends with its paragraph", "<b>a <i>b\n\nc <b>d</b>", "<p><b>a <i>b</i></b></p><p>c <b>d</b></p>"},
		{"lists of forums", "<ul>\n<li>a\n<li>b\n</ul>c", "<ul><li>a</li><li>b</li></ul><p>c</p>"},
		{"code of forums keeps its lines", "<pre>\n  a\n\n    <b>b</b> < c && <i\n</pre>\nd", "<pre>  a\n\n    <b>b</b> &lt; c &amp;&amp; &lt;i\n</pre><p>d</p>"},
		{"C12 other tags are text", "<script>a</script> <img src=x onerror=y> <!-- b --> <div c> <span>d</span> <?e?>",
			"<p>&lt;script&gt;a&lt;/script&gt; &lt;img src=x onerror=y&gt; &lt;!-- b --&gt; &lt;div c&gt; &lt;span&gt;d&lt;/span&gt; &lt;?e?&gt;</p>"},
		{"C12 their attributes go", "<b onclick=x style=y>a</b> <a href=\"javascript:x\" onclick=y>b</a>", "<p><b>a</b> b</p>"},
		{"signs of everyday", "a < b > c, <3, 1 <2> & co", "<p>a &lt; b &gt; c, &lt;3, 1 &lt;2&gt; &amp; co</p>"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := r.markdown(test.markdown, inThread(12))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("markdown(%q): %s", test.markdown, diff)
			}
			checkSafe(t, got)
			if again := r.clean(got); again != got {
				t.Errorf("cleaned it is %s", again)
			}
		})
	}
	t.Run("addresses of a board whose host has no dot are links", func(t *testing.T) {
		local := newRenderer("http://localhost:8080")
		want := "<p>" + link("http://localhost:8080/t/7/2", "A &lt;b&gt; &amp; &#34;c&#34;, #2") + " " + link("http://localhost:8080/about", "http://localhost:8080/about") + " http://elsewhere/x</p>"
		if diff := cmp.Diff(want, local.markdown("http://localhost:8080/t/7/2 http://localhost:8080/about http://elsewhere/x", inThread(12))); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("there are no posts outside a thread", func(t *testing.T) {
		if got := r.markdown("#1", inThread(0)); got != "<p>#1</p>" {
			t.Error(got)
		}
	})
}

func TestMentions(t *testing.T) {
	r := newRenderer("https://board.example")
	many, twenty := "", []handle(nil)
	for c := 'a'; c < 'z'; c++ {
		many += "@" + string(c) + "\n"
		if len(twenty) < maxMentions {
			twenty = append(twenty, handle{Name: string(c)})
		}
	}
	for _, test := range []struct {
		name, markdown string
		want           []handle
	}{
		{"none", "hello", nil},
		{"each once, in order", "@b and @a, @b! @A@Far.example @A@far.example", []handle{{"b", ""}, {"a", ""}, {"A", "far.example"}}},
		{"with a port", "@a@localhost:8080.", []handle{{"a", "localhost:8080"}}},
		{"in quotes, lists, headings and emphasis", "> @a\n\n- @b\n\n# @c\n\n**@d** <b>@e</b>", []handle{{"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}, {"e", ""}}},
		{"not in code", "`@a`\n```\n@b\n```\n<pre>\n@c\n</pre>\n", nil},
		{"not in links", "[@a](https://a.test) https://a.test/@b <a href=\"https://a.test\">@c</a> ![@d](https://a.test)", nil},
		{"not in mail addresses", "a@b.example mailto:a@b.example a.@b a-@b é@b", nil},
		{"not half a word", "@a@ @@b @c@@d @é", nil},
		{"at the ends of words", "(@a) @b: @c. “@d” @e's @f-", []handle{{"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}, {"e", ""}, {"f", ""}}},
		{"at most twenty", many, twenty},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, r.mentions(test.markdown)); diff != "" {
				t.Errorf("%q: %s", test.markdown, diff)
			}
		})
	}
}

// TestMarkdownTakesItsTime renders texts that take hours, and not seconds,
// where the time grows with the square of the length.
func TestMarkdownTakesItsTime(t *testing.T) {
	r := newRenderer("https://board.example")
	for _, unit := range []string{">", "> ", "- ", "1. ", "*a_ ", "_a*", "~~a", "[", "[a](", "![a](", "[x]((", "[a](<b", "<b>", "<b></i>", "<a href=x", "#1 ", "@a ", "`", "&#", "](", "a@b."} {
		src := strings.Repeat(unit, 200_000/len(unit))
		start := time.Now()
		safe := r.markdown(src, inThread(12))
		if took := time.Since(start); took > 20*time.Second || len(safe) > 5*len(src) {
			t.Errorf("%q took %s and %d bytes", unit, took, len(safe))
		}
	}
}

func BenchmarkMarkdown(b *testing.B) {
	r := newRenderer("https://board.example")
	src := strings.Repeat("Some *words* about [that](https://a.test/b) and #3.\nAs @ronin said:\n\n> Not `so`.\n\n", 8)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		r.markdown(src, inThread(12))
	}
}
