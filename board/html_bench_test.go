package board

import (
	"strings"
	"testing"

	"github.com/microcosm-cc/bluemonday"
)

// mastodonPost is 1.2 KB as Mastodon writes it.
const mastodonPost = `<p><span class="h-card" translate="no"><a href="https://board.example/topics/foreign_affairs" class="u-url mention">@<span>foreign_affairs</span></a></span> <span class="h-card" translate="no"><a href="https://social.example/@mariner" class="u-url mention">@<span>mariner</span></a></span> The ministry&#39;s own figures say something else: the third report, which nobody seems to have read, counts eleven ships and not nine.</p><p>See <a href="https://www.example.com/2026/11/24/reports/navy-third-report.html" target="_blank" rel="nofollow noopener noreferrer" translate="no"><span class="invisible">https://www.</span><span class="ellipsis">example.com/2026/11/24/reports</span><span class="invisible">/navy-third-report.html</span></a>, page 14.<br />And then there is the question of who pays for it &amp; when.</p><p><a href="https://social.example/tags/navy" class="mention hashtag" rel="tag">#<span>navy</span></a> <a href="https://social.example/tags/japan" class="mention hashtag" rel="tag">#<span>japan</span></a></p>`

func BenchmarkClean(b *testing.B) {
	r := newRenderer("https://board.example")
	bare := bluemonday.UGCPolicy()
	quotes := strings.Repeat("<blockquote>", 100_000/12)
	for _, bench := range []struct {
		name  string
		clean func(string) string
		text  string
	}{
		{"a post of Mastodon", r.clean, mastodonPost},
		{"the same with bare bluemonday", bare.Sanitize, mastodonPost},
		{"the gate alone", r.gate.Sanitize, r.clean(mastodonPost)},
		{"100 kB of nested quotes", r.clean, quotes + "x"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.SetBytes(int64(len(bench.text)))
			for b.Loop() {
				bench.clean(bench.text)
			}
		})
	}
}
