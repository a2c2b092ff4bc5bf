package board

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var plainRel = ` rel="` + rel + `"`

func TestClean(t *testing.T) {
	r := newRenderer("https://board.example")
	for _, test := range []struct{ name, html, want string }{
		{"nothing stays nothing", " \n\t ", ""},
		{"loose text is a paragraph", "hello<br>there", "<p>hello<br>there</p>"},
		{"plain text keeps its lines", "a &amp; b\r\nc\n\n\n\nd\n", "<p>a &amp; b<br>c<br><br>d</p>"},
		{"paragraphs stay", "<p>a</p>\n<p>b</p>", "<p>a</p><p>b</p>"},
		{"Mastodon's list stays",
			`<p>a <del>b</del><s>c</s><code>d</code><b>e</b><strong>f</strong><u>g</u><i>h</i><em>i</em><ruby>j<rp>(</rp><rt>k</rt><rp>)</rp></ruby></p><pre>l</pre>`,
			`<p>a <del>b</del><s>c</s><code>d</code><b>e</b><strong>f</strong><u>g</u><i>h</i><em>i</em><ruby>j<rp>(</rp><rt>k</rt><rp>)</rp></ruby></p><pre>l</pre>`},
		{"list attributes stay", `<ol start="3" reversed type=a><li value="7">a</li></ol>`, `<ol start="3" reversed=""><li value="7">a</li></ol>`},
		{"the language stays, an invalid one goes", `<p lang="de-AT">a <i lang="x'y">b</i></p>`, `<p lang="de-AT">a <i>b</i></p>`},
		{"headings are bold paragraphs", "<h1>a</h1><h3>b <em>c</em></h3>", "<p><strong>a</strong></p><p><strong>b <em>c</em></strong></p>"},
		{"an empty heading is none", "<h2></h2>a", "<p>a</p>"},
		{"divisions are paragraphs", "<div><div>a</div>b</div><section>c</section>", "<p>a</p><p>b</p><p>c</p>"},
		{"nested tables are read row by row",
			"<table><tr><td>a</td><td><table><tr><td>b</td><td>c</td></tr></table></td></tr><tr><td>d</td></tr></table>",
			"<p>a</p><p>b c</p><p>d</p>"},
		{"an unclosed table ends", "<table><tr><td>a", "<p>a</p>"},
		{"the page's own elements cannot be closed", "a</div></main></body></html>b", "<p>a</p><p>b</p>"},
		{"a rule ends a paragraph", "a<hr>b", "<p>a</p><p>b</p>"},
		{"unknown elements leave their text", "H<sub>2</sub>O <blink>a</blink> <x-y>b</x-y>", "<p>H2O a b</p>"},
		{"empty elements go", "<p></p><p>a<b></b></p><blockquote><p> </p></blockquote><p>&nbsp;</p>", "<p>a</p>"},
		{"line breaks at the ends go, rows of them shrink", "<p><br>a<br><br><br><br>b<br></p>", "<p>a<br><br>b</p>"},

		{"crossed tags are put in order", "<b>a<i>b</b>c</i>", "<p><b>a<i>b</i></b><i>c</i></p>"},
		{"formats go on in the next paragraph", "<i>a<p>b</p>c</i>d", "<p><i>a</i></p><p><i>b</i></p><p><i>c</i>d</p>"},
		{"the same format twice is one", "<b>a<b>b</b>c</b>d", "<p><b>abc</b>d</p>"},
		{"a link around a block is in it", `<a href="https://a.test/"><h3>a</h3></a>`, `<p><a href="https://a.test/"` + plainRel + `><strong>a</strong></a></p>`},
		{"a link ends with its paragraph", `<a href="https://a.test/">a<p>b`, `<p><a href="https://a.test/"` + plainRel + `>a</a></p><p>b</p>`},
		{"a link in a link ends it", `<a href="https://a.test/">a<a href="https://b.test/">b</a>c`,
			`<p><a href="https://a.test/"` + plainRel + `>a</a><a href="https://b.test/"` + plainRel + `>b</a>c</p>`},
		{"lists are made whole", "<ul>a<li>b<li>c<ol><li>d</ul>e", "<ul><li>a</li><li>b</li><li>c<ol><li>d</li></ol></li></ul><p>e</p>"},
		{"a paragraph in a list is in an item", "<ul><p>a</p>b<h2>c</h2></ul>", "<ul><li><p>a</p>b<p><strong>c</strong></p></li></ul>"},
		{"a list in a list is in an item", "<ul><li>a</li><ul><li>b</li></ul></ul>", "<ul><li>a</li><li><ul><li>b</li></ul></li></ul>"},
		{"an item outside a list is a paragraph", "<li>a<li>b</li><blockquote><li>c", "<p>a</p><p>b</p><blockquote><p>c</p></blockquote>"},
		{"quotes hold paragraphs", "<blockquote>a<p>b</blockquote>c", "<blockquote><p>a</p><p>b</p></blockquote><p>c</p>"},
		{"code keeps its lines", "<pre>\n\n  a\n<br> b <code>c\n</code></pre>", "<pre>  a\n\n b <code>c\n</code></pre>"},

		{"C01 scripts go with their text", `a<script>b</script><style>c</style><svg onload=x><p>d</svg><iframe srcdoc="<script>e</script>">f</iframe>g`, "<p>ag</p>"},
		{"C01 handlers go", `<p onclick="x()" style="position:fixed" id=csrf name=csrf>a</p><img src=x onerror=alert(1)>`, "<p>a</p>"},
		{"C01 forms go with their text, as do formulas", `a<form action=/login>Password: <input name=a><button>b</button></form><math><mi href="javascript:x">c</mi></math>d`, "<p>ad</p>"},
		{"C01 objects and bases go, and buttons that are in no form", `<base href=//e.test><meta http-equiv=refresh><link rel=x><input name=a><button formaction=x>b</button><object data=x>c</object>`, "<p>bc</p>"},
		{"C01 what parsers read in two ways", `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`, ""},
		{"C02 only absolute links of the web stay",
			`<a href="javascript:a">a</a><a href="JaVa&#9;Script:a">b</a><a href="data:text/html,x">c</a><a href="vbscript:a">d</a><a href="//e.test">e</a>` +
				`<a href="\\e.test">f</a><a href="https:e.test">g</a><a href="/h">h</a><a href="https:///x">i</a><a>j</a><a href="https://u:p@e.test">k</a><a href="https://e.test\@f.test">l</a>`,
			"<p>abcdefghijkl</p>"},
		{"C02 links are written plainly", `<a href=" HTTPS://A.Test:8443/ä b?q=&quot;&amp;r#s ">a</a>`, `<p><a href="https://a.test:8443/%C3%A4%20b?q=&#34;&amp;r#s"` + plainRel + `>a</a></p>`},
		{"C02 what a link claims about itself goes", `<a href="https://a.test/" rel="me opener" target=_top ping=x download>a</a>`, `<p><a href="https://a.test/"` + plainRel + `>a</a></p>`},
		{"C04 classes that mean something stay", `<a class="u-url masthead mention" href="https://a.test/">@a</a><span class="btn invisible">b</span><p class="quote-inline h-card">c</p>`,
			`<p><a href="https://a.test/" class="u-url mention"` + plainRel + `>@a</a><span class="invisible">b</span></p><p class="quote-inline">c</p>`},
		{"C06 characters that disturb go", "a\u202eb\u2066c\x00d\x1be&#x202e;f\uffffg", "<p>abcdefg</p>"},
		{"C06 marks are not heaped", "a" + strings.Repeat("\u0301", 1000), "<p>a" + strings.Repeat("\u0301", 4) + "</p>"},
		{"C02 hosts are written plainly", `<a href="http://[2001:DB8::1]:80/">a</a><a href="http://ä.test:8080">b</a><a href="http://a b/">c</a><a href="http://a&quot;b/">d</a>`,
			`<p><a href="http://[2001:db8::1]:80/"` + plainRel + `>a</a><a href="http://xn--4ca.test:8080"` + plainRel + `>b</a>cd</p>`},
		{"C07 names in other scripts are shown as asked for", `<a href="https://аpple.test/">x</a>`, `<p><a href="https://xn--pple-43d.test/"` + plainRel + `>x</a></p>`},
		{"C08 images are their text", `<img src="https://spy.test/1.gif" alt="A &lt;cat&gt;"> <img src=x alt=":blobcat:" class="emoji">`, "<p>A &lt;cat&gt; :blobcat:</p>"},
		{"C11 shortcodes are text", `:&quot;&gt;&lt;img onerror=x&gt;:`, "<p>:&#34;&gt;&lt;img onerror=x&gt;:</p>"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := r.clean(test.html)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("clean(%q): %s", test.html, diff)
			}
			checkSafe(t, got)
			if again := r.clean(got); again != got {
				t.Errorf("cleaned again it is %s", again)
			}
		})
	}
}

func TestCleanBoundsNesting(t *testing.T) {
	r := newRenderer("https://board.example")
	for _, tag := range []string{"<blockquote>", "<ul><li>", "<ul>", "<b>", "<span>", "<div><blockquote><ul><li><b><span>", "<ruby><rt>"} {
		safe := r.clean(strings.Repeat(tag, 100_000/len(tag)) + "the text")
		checkSafe(t, safe)
		if Plain(safe) != "the text" || len(safe) > 1000 {
			t.Errorf("%s: %s", tag, safe)
		}
	}
}

func TestCleanBoundsItsLength(t *testing.T) {
	r := newRenderer("https://board.example")
	src := "<b><i><u><s><em><strong><del><code>" + strings.Repeat("<p>x", 10_000)
	if safe := r.clean(src); len(safe) > 4*len(src) {
		t.Errorf("%d bytes become %d", len(src), len(safe))
	}
}

func TestLinksShowWhereTheyLead(t *testing.T) {
	r := newRenderer("https://board.example")
	for _, test := range []struct{ name, href, text, want string }{
		{"the same host", "https://bank.example/a", "https://bank.example/a", ""},
		{"the same host without www", "https://www.bank.example/a", "bank.example", ""},
		{"a part of the domain", "https://login.bank.example/", "bank.example", ""},
		{"words", "https://evil.test/", "Read more at the bank", ""},
		{"a sentence with a dot", "https://news.test/", "Booking.com sues bank.example", ""},
		{"a version", "https://code.test/", "v1.2.3", ""},
		{"a mention of another host", "https://social.test/@a", "@a@bank.example", ""},
		{"shortened as Mastodon does", "https://www.bank.example/very/long", `<span class="invisible">https://www.</span><span class="ellipsis">bank.example/very</span><span class="invisible">/long</span>`, ""},
		{"another host", "https://evil.test/", "bank.example", "evil.test"},
		{"another host with a scheme", "https://evil.test/", "Log in: HTTPS://bank.example/a", "evil.test"},
		{"another host with www", "https://evil.test/", "see www.bank.example", "evil.test"},
		{"another port is the same host", "https://bank.example:8443/", "bank.example", ""},
		{"an address with numbers", "https://evil.test/", "192.0.2.1", "evil.test"},
		{"a longer name", "https://bank.example.evil.test/", "bank.example", "bank.example.evil.test"},
		{"the right host out of sight", "https://evil.test/", `<span class="invisible">https://evil.test/</span>bank.example`, "evil.test"},
		{"shown out of sight", "https://evil.test/", `bank.example<span class="invisible"> (evil.test)</span>`, "evil.test"},
		{"shown already", "https://evil.test/", "bank.example (evil.test)", ""},
		{"invisible characters between", "https://evil.test/", "bank\u200b.exa\u00admple", "evil.test"},
		{"another dot", "https://evil.test/", "bank。example", "evil.test"},
		{"wide letters", "https://evil.test/", "ｂank．example", "evil.test"},
		{"a letter of another script", "https://bank.example/", "bаnk.example", "bank.example"},
		{"a user who is no host", "https://evil.test/", "https://bank.example@evil.test/", "evil.test"},
	} {
		t.Run(test.name, func(t *testing.T) {
			safe := r.clean(`<a href="` + test.href + `">` + test.text + `</a>`)
			shown := strings.HasSuffix(strings.TrimSuffix(safe, "</a></p>"), " ("+test.want+")")
			if test.want == "" && strings.Count(safe, "(") > strings.Count(test.text, "(") || test.want != "" && !shown {
				t.Errorf("got %s, want %q shown", safe, test.want)
			}
			if again := r.clean(safe); again != safe {
				t.Errorf("cleaned again it is %s", again)
			}
		})
	}
}

func TestStripMentions(t *testing.T) {
	r := newRenderer("https://board.example")
	ours := map[string]bool{"https://board.example/topics/news": true, "https://far.example/@gaijin": true, "https://far.example/u/q?a=1&b": true}
	const (
		mastodon = `<span class="h-card" translate="no"><a href="https://board.example/topics/news" class="u-url mention">@<span>news</span></a></span>`
		pleroma  = `<span class="h-card"><a class="u-url mention" data-user="9" href="https://far.example/@gaijin" rel="ugc">@<span>gaijin</span></a></span>`
		lemmy    = `<a href="https://board.example/topics/news">@news@board.example</a>`
		plain    = `<a href="https://far.example/@gaijin" class="mention">@gaijin</a>`
		another  = `<a href="https://far.example/@ronin" class="mention">@ronin</a>`
	)
	for _, test := range []struct{ name, html, want string }{
		{"none", "<p>hello</p>", "<p>hello</p>"},
		{"Mastodon's", "<p>" + mastodon + " hello</p>", "<p>hello</p>"},
		{"Pleroma's", pleroma + " hello<br>you", "<p>hello<br>you</p>"},
		{"Lemmy's", "<p>" + lemmy + " hello</p>", "<p>hello</p>"},
		{"several", "<p>" + mastodon + "\u00a0" + plain + "<br>" + pleroma + " hello</p>", "<p>hello</p>"},
		{"in one element", `<p><span class="recipients-inline">` + mastodon + " " + pleroma + " </span>hello</p>", "<p>hello</p>"},
		{"in a paragraph of their own", "<p>" + mastodon + " " + plain + "</p><p>hello</p>", "<p>hello</p>"},
		{"alone", "<p>" + mastodon + "</p>", ""},
		{"an address with an ampersand", `<p><a href="https://far.example/u/q?a=1&amp;b">@q</a> hello</p>`, "<p>hello</p>"},
		{"what comes after somebody else stays", "<p>" + mastodon + " " + another + " " + plain + " hello</p>", r.clean("<p>" + another + " " + plain + " hello</p>")},
		{"somebody else in an element of his own stays whole", "<p>" + plain + ` <span class="h-card">` + another + "</span> hello</p>", r.clean(`<p><span class="h-card">` + another + "</span> hello</p>")},
		{"text that looks like a tag stays", "<p>" + plain + "/<b>a</b></p>", "<p>/<b>a</b></p>"},
		{"and text that looks like another", "<p>" + plain + "p <b>a</b></p>", "<p>p <b>a</b></p>"},
		{"in the middle they stay", "<p>hello " + plain + "</p>", r.clean("<p>hello " + plain + "</p>")},
		{"a link to the same place that is no mention stays", `<p><a href="https://far.example/@gaijin">He</a> says</p>`, r.clean(`<p><a href="https://far.example/@gaijin">He</a> says</p>`)},
		{"in a quote they stay", "<blockquote><p>" + plain + " hello</p></blockquote>", r.clean("<blockquote><p>" + plain + " hello</p></blockquote>")},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := stripMentions(r.clean(test.html), ours)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			checkSafe(t, got)
		})
	}
	if got := stripMentions("<p>a</p>", nil); got != "<p>a</p>" {
		t.Errorf("with nobody to strip: %s", got)
	}
}

// TestCleanCorpus cleans every text that real servers were seen to send.
func TestCleanCorpus(t *testing.T) {
	root := os.Getenv("CORKBOARD_CORPUS")
	if root == "" {
		root = "../../shared/corpus"
	}
	if _, err := os.Stat(root); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("CORKBOARD_CORPUS names no folder: %v", err)
		}
		t.Skip("set CORKBOARD_CORPUS to a folder of real payloads")
	}
	r := newRenderer("https://board.example")
	texts := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var document any
		if err := json.Unmarshal(raw, &document); err != nil {
			return err
		}
		eachText(document, func(text string) {
			texts++
			safe := r.clean(text)
			checkSafe(t, safe)
			if again := r.clean(safe); again != safe {
				t.Errorf("%s: clean is not done at once: %s", path, text)
			}
			if words := wordCount(safe); words == 0 && strings.ContainsAny(text, "abcdefghijklmnopqrstuvwxyz") && !strings.Contains(text, "<") {
				t.Errorf("%s: nothing is left of %s", path, text)
			}
		})
		return nil
	})
	if err != nil || texts == 0 {
		t.Errorf("%d texts were read: %v", texts, err)
	}
}

// eachText visits the texts of a document, at any depth.
func eachText(v any, visit func(string)) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			eachText(e, visit)
		}
	case map[string]any:
		for key, e := range v {
			if text, ok := e.(string); ok && (key == "content" || key == "summary" || key == "name") {
				visit(text)
			}
			eachText(e, visit)
		}
	}
}
