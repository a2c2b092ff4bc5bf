package board

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPlain(t *testing.T) {
	for _, test := range []struct{ name, html, want string }{
		{"nothing", "", ""},
		{"blocks and lines are apart", "<p>a<br>b</p><ul><li>c</li><li>d</li></ul><pre>e\n  f</pre>", "a b c d e f"},
		{"elements in a line are not", "<p>a<b>b</b>c</p>", "abc"},
		{"characters are read", "<p>a &amp; &lt;b&gt; &#39;c&#39;</p>", "a & <b> 'c'"},
		{"what microblogs hide is there", `<p><span class="invisible">https://</span>a.test</p>`, "https://a.test"},
		{"a broken end is harmless", "<p>a <b", "a"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Plain(test.html); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestExcerpt(t *testing.T) {
	for _, test := range []struct {
		name, html string
		words      int
		want       string
	}{
		{"short texts are whole", "<p>a b</p><p>c</p>", 3, "a b c"},
		{"long ones are cut at a word", "<p>a b</p><p>c d</p>", 3, "a b c…"},
		{"nothing of them", "<p>a b</p>", 0, "…"},
		{"nothing of nothing", "", 0, ""},
		{"scripts without spaces count by character", "<p>日本語の文章です。</p>", 4, "日本語の…"},
		{"and together with others", "<p>see 日本語 now</p>", 3, "see 日本…"},
		{"hidden parts of addresses stay hidden", `<p><span class="invisible">https://www.</span><span class="ellipsis">a.test/b</span><span class="invisible">/<span>c</span>d</span> e f</p>`, 2, "a.test/b e…"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Excerpt(test.html, test.words); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestTitleOf(t *testing.T) {
	const mention = `<span class="h-card" translate="no"><a href="https://board.example/topics/news" class="u-url mention">@<span>news</span></a></span>`
	for _, test := range []struct{ name, html, want string }{
		{"the first line", "<p>Bridge closed<br>For weeks.</p><p>More</p>", "Bridge closed"},
		{"without leading mentions", "<p>" + mention + " Bridge closed</p>", "Bridge closed"},
		{"without mentions that are no links", "<p>@news @board.example@x Bridge closed</p>", "Bridge closed"},
		{"mentions on a line of their own", "<p>" + mention + "<br>Bridge closed</p>", "Bridge closed"},
		{"later mentions stay", "<p>Bridge closed, says " + mention + "</p>", "Bridge closed, says @news"},
		{"nothing but mentions", "<p>" + mention + " @news</p>", ""},
		{"cut at a word", "<p>" + strings.Repeat("bridge ", 10) + "</p>", "bridge bridge bridge bridge…"},
		{"one long word is cut where it must be", "<p>" + strings.Repeat("x", 100) + "</p>", strings.Repeat("x", 29) + "…"},
		{"no invisible characters", "<p>\u200b</p><p>Bri\u00addge</p>", "Bridge"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := titleOf(test.html, 30); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestCleanLine(t *testing.T) {
	for _, test := range []struct {
		name, line string
		max        int
		want       string
	}{
		{"one line", "  Gaijin\n\tof\u2028Tokyo ", 20, "Gaijin of Tokyo"},
		{"cut", "Gaijin", 3, "Gai"},
		{"cut without a space at the end", "Gai jin", 4, "Gai"},
		{"characters, not bytes", "日本語", 2, "日本"},
		{"none", "Gaijin", 0, ""},
		{"nothing but spaces", " \u00a0\u3000\u200b\u3164", 20, ""},
		{"no control characters", "a\x00b\x1bc\u0085d", 20, "abc d"},
		{"nothing that turns the direction", "a\u202eb\u2066c\u200fd", 20, "abcd"},
		{"nothing that cannot be seen", "ad\u200bm\u00adi\u2060n\ufeff", 20, "admin"},
		{"no joiner between letters of Latin", "ad\u200dm\u200cin", 20, "admin"},
		{"marks are not heaped", "a\u0301\u0301\u0301\u0301\u0301\u0301b", 20, "a\u0301\u0301\u0301\u0301b"},
		{"valid UTF-8", "a\xff\xc3b", 20, "a\uFFFD\uFFFDb"},
		{"families of emoji", "👩\u200d👩\u200d👧 👩🏽\u200d🚀 🏳️\u200d🌈 ❤️\u200d🔥", 40, "👩\u200d👩\u200d👧 👩🏽\u200d🚀 🏳️\u200d🌈 ❤️\u200d🔥"},
		{"no joiner at the end of a cut family", "👩\u200d👩\u200d👧", 4, "👩\u200d👩"},
		{"flags that are spelt", "🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F!", 20, "🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F!"},
		{"nothing spelt elsewhere", "a\U000E0067\U000E0062", 20, "a"},
		{"joiners where a script needs them", "می\u200cخواهم क्\u200dष", 20, "می\u200cخواهم क्\u200dष"},
		{"the marks of other scripts", "สวัสดี नमस्ते", 20, "สวัสดี नमस्ते"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := cleanLine(test.line, test.max)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if again := cleanLine(got, test.max); again != got {
				t.Errorf("cleaned again it is %q", again)
			}
		})
	}
}

func TestLanguage(t *testing.T) {
	for tag, want := range map[string]string{
		"": "", "de": "de", "DE-at": "de-AT", "pt_BR": "pt-BR", "zh-hant-tw": "zh-Hant-TW", " en ": "en", "sr-Latn": "sr-Latn",
		"und": "", "mul": "", "x-klingon": "", "english": "", "e": "", "<b>": "", "und-Latn": "", strings.Repeat("en-", 50): "", "toolonglanguage": "",
	} {
		if got := Language(tag); got != want {
			t.Errorf("Language(%q) = %q, want %q", tag, got, want)
		}
	}
}

func TestNormalizeKeyword(t *testing.T) {
	for _, test := range []struct{ word, want string }{
		{"Japan", "japan"}, {" #Foreign_Affairs ", "foreign_affairs"}, {"＃ＪＡＰＡＮ", "japan"}, {"2026年", "2026年"}, {"日本", "日本"},
		{"Ελλάδα", "ελλάδα"}, {"हिन्दी", "हिन्दी"}, {"cafe\u0301", "café"}, {"covid19", "covid19"}, {"_", "_"}, {strings.Repeat("é", 30), strings.Repeat("é", 30)},
		{"", ""}, {"#", ""}, {"2026", ""}, {"٢٠٢٦", ""}, {"foreign affairs", ""}, {"foreign-affairs", ""}, {"##x", ""}, {"a\u200bb", ""}, {"\u0301a", ""},
		{"🚀", ""}, {"a\xffb", ""}, {strings.Repeat("x", 31), ""}, {"<b>", ""},
	} {
		got, err := normalizeKeyword(test.word)
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("normalizeKeyword(%q) = %q, %v; want %q", test.word, got, err, test.want)
		}
		if err != nil && KindOf(err) != Invalid {
			t.Errorf("normalizeKeyword(%q) says %v", test.word, err)
		}
	}
}
