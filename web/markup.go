package web

import (
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"corkboard/board"
)

// markup is HTML in the making, for the parts that a page has by the fifties
// and that templates are too slow for. Everything that is not given to tag or
// to safe is escaped.
type markup struct {
	*reader // for whom it is
	b       []byte
}

func newMarkup(r *reader) *markup {
	m := markups.Get().(*markup)
	m.b, m.reader = m.b[:0], r
	return m
}

// markups are those that were used: fifty posts fill 50 kB each time.
var markups = sync.Pool{New: func() any { return new(markup) }}

// tag adds HTML of our own, never anything that came from outside.
func (m *markup) tag(s string) *markup {
	m.b = append(m.b, s...)
	return m
}

// text adds words, escaped; it may stand between tags and in a quoted attribute.
func (m *markup) text(s string) *markup {
	last := 0
	for i := range len(s) {
		var entity string
		switch s[i] {
		case '&':
			entity = "&amp;"
		case '<':
			entity = "&lt;"
		case '>':
			entity = "&gt;"
		case '"':
			entity = "&#34;"
		case '\'':
			entity = "&#39;"
		case 0:
			entity = "\uFFFD"
		default:
			continue
		}
		m.b = append(append(m.b, s[last:i]...), entity...)
		last = i + 1
	}
	m.b = append(m.b, s[last:]...)
	return m
}

// number adds a number in digits.
func (m *markup) number(n int) *markup {
	m.b = strconv.AppendInt(m.b, int64(n), 10)
	return m
}

// attr adds an attribute with its quoted, escaped value.
func (m *markup) attr(name, value string) *markup {
	return m.tag(" ").tag(name).tag(`="`).text(value).tag(`"`)
}

// safe adds HTML that the board made safe when the post was accepted.
func (m *markup) safe(html string) *markup { return m.tag(focusable(html)) }

// blocks are the two ways in which a code block begins in a safe text.
var blocks = strings.NewReplacer("<pre>", `<pre tabindex="0">`, "<pre ", `<pre tabindex="0" `)

// focusable lets the keyboard reach code blocks: they scroll within themselves.
func focusable(html string) string {
	if !strings.Contains(html, "<pre") {
		return html
	}
	return blocks.Replace(html)
}

// outlink begins a link to another site. Where the address is none that may be
// followed it adds nothing and returns false.
func (m *markup) outlink(address string) bool {
	if !isWeb(address) {
		return false
	}
	m.tag("<a").attr("href", address).tag(` rel="nofollow ugc noopener noreferrer">`)
	return true
}

// words adds a translated text.
func (m *markup) words(text string, args ...any) *markup { return m.text(m.t(text, args...)) }

// time adds a time in the reader's zone, to the second.
func (m *markup) time(t time.Time) *markup { return m.timed(`<time datetime="`, t) }

// published adds the time that programs take for that of the post around it.
func (m *markup) published(t time.Time) *markup {
	return m.timed(`<time class="dt-published" datetime="`, t)
}

func (m *markup) timed(begin string, t time.Time) *markup {
	m.tag(begin)
	m.b = t.UTC().AppendFormat(m.b, "2006-01-02T15:04:05Z")
	m.tag(`">`)
	m.b = m.appendTime(m.b, t)
	return m.tag("</time>")
}

// author adds a name that leads to its page here, and for people of other
// servers always the handle: before the name, if somebody here is called so.
func (m *markup) author(a board.Actor) *markup {
	m.tag(`<a class="who p-author h-card"`).attr("href", actorPath(a)).tag(">")
	handle := func() {
		m.tag(`<span class="host">@<bdi>`).text(a.Name).tag("</bdi>@").text(a.Host).tag("</span>")
	}
	if a.Namesake {
		handle()
		m.tag(" ")
	}
	m.tag("<bdi>").label(a).tag("</bdi>")
	if !a.Local() && !a.Namesake {
		m.tag(" ")
		handle()
	}
	m.tag("</a>")
	if a.Tagline != "" {
		m.tag(` <span class="tag">(<bdi>`).text(a.Tagline).tag("</bdi>)</span>")
	}
	return m
}

// html is what was made. The markup is not to be used any more.
func (m *markup) html() template.HTML {
	made := safe(string(m.b))
	markups.Put(m)
	return made
}

// safe tells the templates that HTML is safe: it is the board's, which cleaned
// it when it was accepted, or markup's, which escaped it. It is the one place
// in this package where that is said.
func safe(html string) template.HTML { return template.HTML(html) } //nolint:gosec // that is what it is for

// isWeb reports whether an address is a whole http or https one.
func isWeb(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}
