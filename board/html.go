package board

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Bounds of what may stay of somebody's HTML.
const (
	maxNesting    = 16  // elements within one another
	maxContainers = 10  // quotes, lists and items among them
	maxOpen       = 64  // open elements remembered, those that are not written too
	maxBreaks     = 2   // <br> in a row
	maxCarried    = 500 // formats opened again in the next block
	maxClasses    = 4
	maxAddress    = 4096 // bytes of a link's href
)

// role is the part that an element plays in a text.
type role uint8

const (
	unknown   role = iota // its tags go, its content stays
	hidden                // its content goes too
	lineBreak             // br
	rule                  // hr: ends a paragraph
	cell                  // td, th: a space
	image                 // img: its alt text
	format                // b, i and the like: goes on in the next block
	phrase                // a, span, ruby: ends with its block
	part                  // rt, rp: ends with its ruby
	leaf                  // p, pre: a block that holds text
	heading               // h1 to h6: a bold paragraph
	container             // blockquote, ul, ol
	item                  // li
)

// element says what becomes of a tag.
type element struct {
	name string // what its end tag must say; one for all headings
	tag  string // what is written
	role role
}

func (e element) inline() bool { return e.role == format || e.role == phrase || e.role == part }

// elements are the tags that the board understands; what is written of them
// is Mastodon's list, so that a text looks the same there and here.
var elements = func() map[string]element {
	table := map[string]element{}
	for _, row := range []struct {
		role        role
		tag, others string
	}{
		{format, "", "b strong i em u s del code"},
		{format, "s", "strike"},
		{format, "u", "ins"},
		{format, "code", "tt"},
		{phrase, "", "a span ruby"},
		{part, "", "rt rp"},
		{leaf, "", "p pre"},
		{leaf, "p", "address article aside body caption center dd details dialog div dl dt fieldset figcaption figure footer " +
			"header hgroup html legend main nav section summary table tbody tfoot thead tr"},
		{heading, "p", "h1 h2 h3 h4 h5 h6"},
		{container, "", "blockquote ul ol"},
		{container, "ul", "menu dir"},
		{item, "", "li"},
		{lineBreak, "", "br"},
		{rule, "", "hr"},
		{cell, "", "td th"},
		{image, "", "img"},
		{hidden, "", "script style title head template noscript noembed noframes iframe svg math form select datalist"},
	} {
		for name := range strings.FieldsSeq(row.others) {
			e := element{name: name, tag: row.tag, role: row.role}
			if e.tag == "" {
				e.tag = name
			}
			if e.role == heading {
				e.name = "h"
			}
			table[name] = e
		}
	}
	return table
}()

// classes are those that mean something to microblogs.
var classes = map[string]bool{
	"mention": true, "hashtag": true, "ellipsis": true, "invisible": true, "quote-inline": true,
	"h-card": true, "u-url": true, "p-name": true, "p-nickname": true, "p-category": true,
}

const rel = "nofollow ugc noopener noreferrer"

// newGate is the last word on what may be in a text. The cut before it has
// written nothing else, so the gate changes nothing; it is there for the day
// when the cut has a hole.
func newGate() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "span", "a", "del", "s", "pre", "blockquote", "code", "b", "strong", "u", "i", "em",
		"ul", "ol", "li", "ruby", "rt", "rp")
	p.AllowNoAttrs().OnElements("span")
	p.AllowURLSchemes("http", "https")
	p.RequireParseableURLs(true)
	p.AllowAttrs("lang").Globally()
	p.AllowAttrs("href", "rel").OnElements("a")
	p.AllowAttrs("class").OnElements("a", "span", "p")
	p.AllowAttrs("translate").OnElements("a", "span")
	p.AllowAttrs("start", "reversed").OnElements("ol")
	p.AllowAttrs("value").OnElements("li")
	return p
}

var (
	languageTag = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$`)
	integer     = regexp.MustCompile(`^-?[0-9]{1,6}$`)
)

var cutters = sync.Pool{New: func() any { return &cutter{} }}

// clean cuts HTML from anywhere down to what may stand on a page of ours and
// in what we send: few elements, links to absolute http and https addresses
// only, no images, nesting of at most 16, always balanced. Cleaning it again
// changes nothing. It takes time in proportion to the length.
func (r *renderer) clean(src string) string {
	if strings.TrimSpace(src) == "" {
		return ""
	}
	c := cutters.Get().(*cutter)
	defer cutters.Put(c)
	c.cut(strings.ToValidUTF8(src, "\uFFFD"))
	c.passed.Reset()
	if err := r.gate.SanitizeReaderToWriter(bytes.NewReader(c.out), &c.passed); err != nil {
		return "" // never: a buffer takes everything
	}
	return c.passed.String()
}

// attributes are those of one start tag that may mean something.
type attributes struct {
	href, class, lang, translate, start, value, alt string
	reversed, invisible                             bool
	buf                                             []byte
}

// read takes the attributes of the tag that the tokenizer stands at. As in a
// browser, the first of several equal ones counts.
func (a *attributes) read(z *html.Tokenizer, more bool) {
	*a = attributes{buf: a.buf}
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		var field *string
		switch string(key) {
		case "href":
			field = &a.href
		case "class":
			field = &a.class
		case "lang":
			field = &a.lang
		case "translate":
			field = &a.translate
		case "start":
			field = &a.start
		case "value":
			field = &a.value
		case "alt":
			field = &a.alt
		case "reversed":
			a.reversed = true
		}
		if field != nil && *field == "" {
			*field = string(value)
		}
	}
}

// link makes href absolute and plain, or empty where it leads nowhere that we
// would send a reader to; then host is empty too.
func (a *attributes) link() (host string) {
	a.href, host = webLink(a.href)
	return host
}

// write returns the attributes that a tag may have, ready to be written.
func (a *attributes) write(tag string) string {
	a.buf = a.buf[:0]
	switch tag {
	case "a":
		a.add("href", a.href)
		fallthrough
	case "span":
		a.add("class", a.keptClasses(""))
		if a.translate == "no" || a.translate == "yes" {
			a.add("translate", a.translate)
		}
	case "p":
		a.add("class", a.keptClasses("quote-inline"))
	case "ol":
		a.addInteger("start", a.start)
		if a.reversed {
			a.buf = append(a.buf, ` reversed=""`...)
		}
	case "li":
		a.addInteger("value", a.value)
	}
	if a.lang != "" && len(a.lang) <= 35 && languageTag.MatchString(a.lang) {
		a.add("lang", a.lang)
	}
	if tag == "a" {
		a.add("rel", rel)
	}
	return string(a.buf)
}

func (a *attributes) add(key, value string) {
	if value == "" {
		return
	}
	a.buf = append(append(append(a.buf, ' '), key...), `="`...)
	a.buf = append(appendEscaped(a.buf, []byte(value)), '"')
}

func (a *attributes) addInteger(key, value string) {
	if value != "" && integer.MatchString(value) {
		a.add(key, value)
	}
}

// keptClasses returns those that mean something, or the one that may be.
func (a *attributes) keptClasses(only string) string {
	if classes[a.class] && only == "" {
		a.invisible = a.class == "invisible"
		return a.class
	}
	var kept []string
	for class := range strings.FieldsSeq(a.class) {
		if classes[class] && (only == "" || class == only) && len(kept) < maxClasses {
			kept = append(kept, class)
			a.invisible = a.invisible || class == "invisible"
		}
	}
	return strings.Join(kept, " ")
}

// webLink returns an absolute http or https address in its plain form, and
// its host; both are empty for whatever else a link may say.
func webLink(href string) (link, host string) {
	if host := plainLinkHost(href); host != "" {
		return href, host
	}
	if len(href) > maxAddress {
		return "", ""
	}
	u, err := url.Parse(strings.TrimSpace(href))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Hostname() == "" {
		return "", ""
	}
	name, port := asciiHost(u.Hostname()), u.Port()
	if strings.Contains(name, ":") {
		name = "[" + name + "]"
	}
	if u.Host = name; port != "" {
		u.Host += ":" + port
	}
	if !validHost.MatchString(u.Host) {
		return "", ""
	}
	return u.String(), u.Host
}

var validHost = regexp.MustCompile(`^([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$`)

// plainLinkHost returns the host of a link that is in its plain form at
// sight, as most are: a name and a path of ordinary characters.
func plainLinkHost(href string) string {
	rest, ok := strings.CutPrefix(href, "https://")
	if !ok || len(href) > maxAddress {
		return ""
	}
	host, path, _ := strings.Cut(rest, "/")
	for i := range len(host) {
		if b := host[i]; !isLower(b) && !isDigit(b) && b != '.' && b != '-' {
			return ""
		}
	}
	for i := range len(path) {
		if b := path[i]; !isLower(b|0x20) && !isDigit(b) && !strings.ContainsRune("/@._-", rune(b)) {
			return ""
		}
	}
	return host
}

func isLower(b byte) bool { return b >= 'a' && b <= 'z' }
func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// asciiHost writes a host as the name that is really asked for; a name that
// only looks like another is seen to be different. Empty if there can be none.
func asciiHost(host string) string {
	if len(host) > 255 {
		return ""
	}
	for i := range len(host) {
		if host[i] >= 0x80 {
			ascii, err := idna.Lookup.ToASCII(host)
			if err != nil {
				return ""
			}
			return ascii
		}
	}
	return strings.ToLower(host)
}

// misleads reports whether the text of a link looks like the address of
// another host than the one it leads to.
func misleads(text, host string) bool {
	text = strings.Map(visible, norm.NFKC.String(text))
	if strings.IndexByte(text, '.') < 0 {
		return false
	}
	first, alone := "", true
	for word := range strings.FieldsSeq(text) {
		alone = first == ""
		if first == "" {
			first = word
		}
		_, address, ok := strings.Cut(word, "://")
		if !ok && hasPrefixFold(word, "www.") {
			address, ok = word, true
		}
		if ok && !sameHost(address, host) {
			return true
		}
	}
	return alone && !sameHost(first, host) && hostLike.MatchString(first)
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

var hostLike = regexp.MustCompile(`^(([\pL\pN_-]+\.)+\pL[\pL\pN-]+|[0-9]+(\.[0-9]+){3})\.?(:[0-9]+)?([/?#].*)?$`)

// visible is what a reader sees of a rune: nothing, or a dot for one that a
// browser takes for a dot in a name.
func visible(r rune) rune {
	switch {
	case r == '\u3002':
		return '.'
	case isInvisible(r):
		return -1
	}
	return r
}

// sameHost reports whether an address without its scheme is of the host, or
// of the domain that the host is in.
func sameHost(address, host string) bool {
	if i := strings.IndexAny(address, `/?#\`); i >= 0 {
		address = address[:i]
	}
	said := asciiHost(strings.TrimRight(address, ".,;:)…"))
	said, host = bareHost(said), bareHost(host)
	return said == host || strings.Contains(said, ".") && strings.HasSuffix(host, "."+said)
}

// bareHost is a host without its port and www.
func bareHost(host string) string {
	if i := strings.LastIndexByte(host, ':'); i > 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	return strings.TrimPrefix(host, "www.")
}

// appendEscaped writes text for HTML, in quoted attributes too.
func appendEscaped(dst, s []byte) []byte {
	from := 0
	for i, b := range s {
		if b > '>' {
			continue
		}
		if entity := entities[b]; entity != "" {
			dst = append(append(dst, s[from:i]...), entity...)
			from = i + 1
		}
	}
	return append(dst, s[from:]...)
}

var entities = ['>' + 1]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&#34;", '\'': "&#39;"}
