package board

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// allowed are the elements and attributes that may be in a safe text.
var allowed = map[string][]string{
	"p": {"class", "lang"}, "br": {"lang"}, "span": {"class", "translate", "lang"},
	"a":   {"href", "class", "translate", "lang", "rel"},
	"del": {"lang"}, "s": {"lang"}, "pre": {"lang"}, "blockquote": {"lang"}, "code": {"lang"}, "b": {"lang"}, "strong": {"lang"},
	"u": {"lang"}, "i": {"lang"}, "em": {"lang"}, "ul": {"lang"}, "ol": {"start", "reversed", "lang"}, "li": {"value", "lang"},
	"ruby": {"lang"}, "rt": {"lang"}, "rp": {"lang"},
}

// checkSafe fails the test unless the text is what clean promises.
func checkSafe(t *testing.T, safe string) {
	t.Helper()
	if !utf8.ValidString(safe) {
		t.Errorf("not UTF-8: %q", safe)
	}
	if read := asBrowsersRead(t, safe); read != safe {
		t.Errorf("a browser would read another tree:\n got %s\nfrom %s", read, safe)
	}
	depth, marks := 0, 0
	for z := html.NewTokenizer(strings.NewReader(safe)); ; {
		kind := z.Next()
		token := z.Token()
		switch kind {
		case html.ErrorToken:
			if depth != 0 {
				t.Errorf("%d elements are left open: %s", depth, safe)
			}
			return
		case html.TextToken:
			for _, r := range token.Data {
				if disturbs(r) {
					t.Errorf("%U is in the text: %q", r, safe)
				}
				if marks = marks + 1; !isMark(r) {
					marks = 0
				}
				if marks > maxMarks {
					t.Errorf("marks are heaped up: %q", safe)
				}
			}
		case html.StartTagToken:
			checkTag(t, token)
			if !elements[token.Data].inline() {
				marks = 0
			}
			if token.DataAtom != atom.Br {
				depth++
			}
			if depth > maxNesting {
				t.Errorf("nested %d deep: %s", depth, safe)
			}
		case html.EndTagToken:
			depth--
			if !elements[token.Data].inline() {
				marks = 0
			}
		default:
			t.Errorf("a %s is in the text: %s", kind, safe)
		}
	}
}

func checkTag(t *testing.T, token html.Token) {
	t.Helper()
	attributes, ok := allowed[token.Data]
	if !ok {
		t.Errorf("<%s> is not allowed", token.Data)
	}
	for _, a := range token.Attr {
		if !slices.Contains(attributes, a.Key) {
			t.Errorf("%s is not allowed in <%s>", a.Key, token.Data)
		}
		if a.Key == "href" && !strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, "http://") {
			t.Errorf("the link leads to %q", a.Val)
		}
		if a.Key == "rel" && a.Val != rel {
			t.Errorf("rel is %q", a.Val)
		}
	}
	if token.Data == "a" && (len(token.Attr) < 2 || token.Attr[0].Key != "href" || token.Attr[len(token.Attr)-1].Key != "rel") {
		t.Errorf("a link without href and rel: %v", token.Attr)
	}
}

// asBrowsersRead parses a text by the rules of HTML and writes it again.
func asBrowsersRead(t *testing.T, safe string) string {
	t.Helper()
	nodes, err := html.ParseFragment(strings.NewReader(safe), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		t.Fatal(err)
	}
	order := []string{"href", "class", "translate", "start", "reversed", "value", "lang", "rel"}
	var b strings.Builder
	for _, n := range nodes {
		for n := range n.Descendants() { // the parser sorts the attributes of some
			slices.SortFunc(n.Attr, func(a, b html.Attribute) int { return slices.Index(order, a.Key) - slices.Index(order, b.Key) })
		}
		if err := html.Render(&b, n); err != nil {
			t.Fatal(err)
		}
	}
	return strings.ReplaceAll(b.String(), "<br/>", "<br>")
}

var hostile = []string{
	mastodonPost,
	`<script>alert(1)</script><img src=x onerror=alert(1) alt="<b>x</b>"><svg/onload=alert(1)><math><mtext><table><mglyph><style><img src=x>`,
	`<b><i>x</b>y</i><p>z<p>w</b><a href="https://a.test/"><p>one<p>two</a>`,
	`<ul>x<li>a<ul><li>b</ul><blockquote>c<li>d</blockquote></ul>e<ol start=3 reversed><li value=7>f<p>g</p>h</div>i`,
	`<a href="https://evil.test/">https://bank.example/<span class="invisible"> (evil.test)</span></a>`,
	"<pre>\n\n a<br><code>\nb</code></pre><h1>t<p>u</h1></h2>v<ruby>w<rp>(<rt>x<rp>)</ruby><td>y<hr>z",
	"a\u0301\u0301\u0301\u0301\u0301<br>\u0301\u202eb\x00\xff<p>\u00a0</p>\u0301&#x202e;&#13;",
	`<p>@<a href=http://a.test/>@b</a> <span><a href="http://c.test">@c</a></span></p><p><br></p>d`,
	"<blockquote><ul><li><blockquote><ul><li><blockquote><ul><li><blockquote><ul><li><b><i><u><s><em><a href=https://a.test>x<p>y",
	"> quote\n> - a\n>   1. b **c\n\n<b>d *e</b> #12 @f @g@h.test `i` ~~j~~ ![k](http://l.test) [m](/n)\n```\n<o>\n```\n<pre>\np\n</pre>\n\tq",
}

func FuzzClean(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	r := newRenderer("https://board.example")
	f.Fuzz(func(t *testing.T, src string) {
		safe := r.clean(src)
		checkSafe(t, safe)
		if again := r.clean(safe); again != safe {
			t.Errorf("clean is not done at once:\nfirst  %s\nsecond %s", safe, again)
		}
		c := &cutter{}
		if c.cut(strings.ToValidUTF8(src, "\uFFFD")); string(c.out) != safe && strings.TrimSpace(src) != "" {
			t.Errorf("the gate had something to do:\n cut %s\ngate %s", c.out, safe)
		}
		checkSafe(t, WithoutQuote(safe))
		left := cutMentions(safe, func(string) bool { return true })
		checkSafe(t, left)
		if title := titleOf(safe, 50); utf8.RuneCountInString(title) > 50 || title != cleanLine(title, 50) {
			t.Errorf("the title is %q", title)
		}
		if plain, excerpt := Plain(safe), Excerpt(safe, 5); wordCount(excerptHTML(excerpt)) > 6 || plain != strings.Join(strings.Fields(plain), " ") {
			t.Errorf("the excerpt of %q is %q", plain, excerpt)
		}
	})
}

// wordCount is how many words a text has. Where a script sets no spaces,
// every character is one.
func wordCount(html string) (n int) {
	for line := range lines(html, true) {
		for word := range strings.FieldsSeq(line) {
			n += weight(word)
		}
	}
	return n
}

func excerptHTML(s string) string {
	return "<p>" + html.EscapeString(strings.TrimSuffix(s, "…")) + "</p>"
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	r := newRenderer("https://board.example")
	f.Fuzz(func(t *testing.T, src string) {
		var asked []handle
		safe := r.markdown(src, targets{thread: 12, title: titled, actor: func(h handle) (Actor, bool) {
			asked = append(asked, h)
			return Actor{Name: h.Name, URI: "https://board.example/members/" + h.Name}, len(h.Name)%2 == 0
		}})
		checkSafe(t, safe)
		if again := r.clean(safe); again != safe {
			t.Errorf("Markdown is not clean:\n got %s\nwant %s", safe, again)
		}
		for i, h := range r.mentions(src) {
			if !slices.Contains(asked, h) && i < maxMentions && len(asked) < maxMentions {
				t.Errorf("%v is mentioned but not in the text", h)
			}
		}
	})
}

func FuzzCleanLine(f *testing.F) {
	for _, s := range []string{"Gaijin", " a\n\tb ", "\u202eevil", "👩\u200d🚀", "a\u200db", "x\u0301\u0301\u0301\u0301\u0301", "\xff\xfe", "🏴\U000E0067\U000E0062\U000E007F", "می\u200cخواهم"} {
		f.Add(s, 10)
	}
	f.Fuzz(func(t *testing.T, s string, max int) {
		max &= 0xff
		line := cleanLine(s, max)
		if utf8.RuneCountInString(line) > max || !utf8.ValidString(line) || strings.ContainsAny(line, "\n\r\t\u202e\u2066\u200b") {
			t.Errorf("%q becomes %q", s, line)
		}
		if again := cleanLine(line, max); again != line {
			t.Errorf("%q becomes %q, and then %q", s, line, again)
		}
		if word, err := normalizeKeyword(s); err == nil {
			if again, err := normalizeKeyword("#" + word); err != nil || again != word {
				t.Errorf("the keyword %q becomes %q, and then %q, %v", s, word, again, err)
			}
		}
		if tag := Language(s); tag != Language(tag) {
			t.Errorf("the language %q becomes %q, and then %q", s, tag, Language(tag))
		}
	})
}

// TestCleanOfAnything puts tags and texts together at random, which finds
// more than random bytes do.
func TestCleanOfAnything(t *testing.T) {
	pieces := strings.Split(`<p> </p> <div> </div> <pre> </pre> <h2> </h2> <blockquote> </blockquote> <ul> </ul> <ol·start=2> </ol> <li> </li>`+
		` <b> </b> <i·lang=la> </i> <em> </em> <code> </code> <span·class="invisible·x"> </span> <span> </span> <ruby> </ruby> <rt> </rt> <rp>`+
		` <a·href="https://a.test/x"> <a·href="http://b.test"·class=mention> <a·href="//c.test"> </a> <br> <br> </br> <hr> <td> <tr> <img·alt="·a.test">`+
		` <svg> </svg> <script> </script> <!--x--> x y.test ·z · \n \n\n @w https://b.test/q b.test ·(a.test) (b.test)`+" \u0301\u0301\u0301 \u202e \u00a0 &amp; &lt;b&gt; <table> </table>", " ")
	r := newRenderer("https://board.example")
	random := rand.New(rand.NewPCG(1, 2))
	for range rounds {
		var b strings.Builder
		for range 1 + random.IntN(30) {
			b.WriteString(strings.NewReplacer("·", " ", `\n`, "\n").Replace(pieces[random.IntN(len(pieces))]))
		}
		src := b.String()
		safe := r.clean(src)
		checkSafe(t, safe)
		if again := r.clean(safe); again != safe {
			t.Errorf("clean is not done at once:\nfrom   %q\nfirst  %s\nsecond %s", src, safe, again)
		}
		left := cutMentions(safe, func(href string) bool { return href == "http://b.test" })
		checkSafe(t, left)
		if !strings.HasSuffix(Plain(safe), Plain(left)) {
			t.Errorf("without mentions %s is %s", safe, left)
		}
		if t.Failed() {
			t.Fatalf("from %q", src)
		}
	}
}

// rounds takes half a second.
const rounds = 4000
