package board

import (
	"bytes"
	"cmp"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
)

// Details are what a page says of the article on it. What it does not say is empty.
type Details struct {
	Link        string // what the page calls itself, or where it was in the end; absolute
	Title       string
	Publication string
	Author      string
	Date        string // as the page writes it
	Language    string // BCP 47
	Description string // one paragraph of plain text, never the article's own
	Keywords    []string
	Creator     string // @name@host of the author, as pages tell Mastodon (fediverse:creator)
}

// Bounds of what is taken from a page.
const (
	maxPageText      = 1000 // characters
	maxPageAuthors   = 5
	maxPageKeywords  = 12
	maxPageFacts     = 20       // values of one name
	maxStructured    = 20       // scripts of JSON-LD
	longestCharsetAt = 64 << 10 // bytes
	longestFact      = 16 << 10 // bytes of one value that are looked at
)

// ReadDetails reads a page of HTML. Believed first is what it says in JSON-LD
// (schema.org NewsArticle and its kin), then OpenGraph, then everything else:
// meta tags, the title, the language of the document, the first time in it.
// address is where the page was found in the end, contentType what was said of it.
func ReadDetails(address, contentType string, body []byte) Details {
	p := readPage(decoded(body, contentType))
	a := p.structured(address)
	d := Details{
		Link:        p.link(address, a),
		Publication: cleanFact(maxCited, a.publisher, p.fact("og:site_name", "application-name", "dc.publisher", "citation_journal_title")),
		Author:      p.author(a),
		Date:        p.date(a),
		Language:    p.language(a),
		Description: shorten(cleanFact(maxPageText, a.description, p.fact("og:description", "description", "twitter:description", "dc.description")), maxPageText/2),
		Keywords:    p.keywords(a),
		Creator:     p.creator(),
	}
	title := cleanFact(2*maxTitle, a.headline, p.fact("og:title", "twitter:title", "citation_title", "dc.title"), p.title, p.heading)
	d.Title = shorten(withoutSite(title, p.fact("og:site_name"), d.Publication), maxTitle)
	return d
}

// decoded is a page in UTF-8. Which letters its bytes are is said by the
// connection, by a mark in front, or by the page itself.
func decoded(body []byte, contentType string) string {
	letters, _, certain := charset.DetermineEncoding(body, contentType)
	if !certain {
		if said := saidCharset(body); said != nil {
			letters = said
		}
	}
	text, err := io.ReadAll(letters.NewDecoder().Reader(bytes.NewReader(body)))
	if err != nil {
		return strings.ToValidUTF8(string(body), "\uFFFD")
	}
	return strings.ToValidUTF8(string(text), "\uFFFD")
}

var charsetInMeta = regexp.MustCompile(`(?i)<meta[^>]*charset\s*=\s*["']?([\w:-]{2,40})`)

// saidCharset finds what a page says of itself further down than browsers
// have to look; nil if nothing.
func saidCharset(body []byte) encoding.Encoding {
	found := charsetInMeta.FindSubmatch(body[:min(len(body), longestCharsetAt)])
	if found == nil {
		return nil
	}
	letters, _ := charset.Lookup(string(found[1]))
	return letters
}

// page is what is looked for in a document.
type page struct {
	facts     map[string][]string // of meta tags, by name in lower case
	scripts   []string            // JSON-LD
	canonical string
	title     string // of the document
	heading   string // the first h1
	lang      string
	time      string // the first time element's
}

func readPage(document string) *page {
	p := &page{facts: map[string][]string{}}
	z := html.NewTokenizer(strings.NewReader(document))
	var into *string // where the text goes that comes now
	for {
		switch z.Next() {
		case html.ErrorToken:
			return p
		case html.TextToken:
			if into != nil && len(*into) < 4*maxTitle {
				*into += string(z.Text())
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); atom.Lookup(name) == atom.Title || atom.Lookup(name) == atom.H1 {
				into = nil
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			into = p.element(z, into)
		}
	}
}

// element takes what an element says. It returns where its text is to go.
func (p *page) element(z *html.Tokenizer, into *string) *string {
	name, more := z.TagName()
	element := atom.Lookup(name)
	said := map[string]string{}
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		if _, again := said[string(key)]; !again {
			said[string(key)] = strings.TrimSpace(string(value))
		}
	}
	switch element {
	case atom.Html:
		p.lang = cmp.Or(p.lang, said["lang"], said["xml:lang"])
	case atom.Meta:
		p.meta(said)
	case atom.Link:
		if slices.Contains(strings.Fields(strings.ToLower(said["rel"])), "canonical") {
			p.canonical = cmp.Or(p.canonical, said["href"])
		}
	case atom.Time:
		p.time = cmp.Or(p.time, said["datetime"])
	case atom.Title:
		if p.title == "" {
			return &p.title
		}
	case atom.H1:
		if p.heading == "" {
			return &p.heading
		}
	case atom.Script:
		if strings.HasPrefix(strings.ToLower(said["type"]), "application/ld+json") && z.Next() == html.TextToken && len(p.scripts) < maxStructured {
			p.scripts = append(p.scripts, string(z.Raw()))
		}
	}
	return into
}

// meta takes one fact. The name stands in any of three attributes.
func (p *page) meta(said map[string]string) {
	for _, attribute := range []string{"property", "name", "itemprop"} {
		for _, name := range strings.Fields(strings.ToLower(said[attribute])) {
			if len(p.facts[name]) < maxPageFacts && said["content"] != "" {
				p.facts[name] = append(p.facts[name], said["content"])
			}
		}
	}
	if strings.EqualFold(said["http-equiv"], "content-language") {
		p.facts["content-language"] = append(p.facts["content-language"], said["content"])
	}
}

// fact is the first value of the first of the names that has one.
func (p *page) fact(names ...string) string {
	for _, name := range names {
		if values := p.facts[name]; len(values) > 0 {
			return values[0]
		}
	}
	return ""
}

// link is what the page calls itself. The front page is nobody's article:
// some say so on every page.
func (p *page) link(address string, a structured) string {
	here, err := url.Parse(address)
	if err != nil {
		return ""
	}
	for _, said := range []string{p.canonical, p.fact("og:url"), a.url} {
		u, err := here.Parse(strings.TrimSpace(said))
		if said == "" || err != nil || LinkKey(u.String()) == "" || len(u.String()) > maxLink {
			continue
		}
		if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || strings.Trim(here.Path, "/") == "" {
			u.Fragment, u.RawFragment = "", ""
			return u.String()
		}
	}
	return here.String()
}

// author is who wrote it, of several the first five.
func (p *page) author(a structured) string {
	for _, names := range [][]string{
		a.authors, p.facts["article:author"], p.facts["author"], p.facts["byl"], p.facts["citation_author"],
		p.facts["dc.creator"], p.facts["dcterms.creator"], p.facts["parsely-author"], p.facts["sailthru.author"],
	} {
		var kept []string
		for _, name := range names {
			name = cleanFact(maxCited, name)
			if len(name) > 3 && strings.EqualFold(name[:3], "by ") {
				name = name[3:]
			}
			if name != "" && !strings.Contains(name, "://") && !slices.Contains(kept, name) && len(kept) < maxPageAuthors {
				kept = append(kept, name)
			}
		}
		if len(kept) > 0 {
			return cleanLine(strings.Join(kept, ", "), maxCited)
		}
	}
	return ""
}

var handleOfCreator = regexp.MustCompile(`^@?([\w.-]{1,60}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5})$`)

// creator is the author's handle.
func (p *page) creator() string {
	handle := handleOfCreator.FindStringSubmatch(strings.TrimSpace(p.fact("fediverse:creator")))
	if handle == nil {
		return ""
	}
	return "@" + handle[1]
}

// date is when it was published, as it is written there.
func (p *page) date(a structured) string {
	return cleanFact(maxDate, a.date, p.fact(
		"article:published_time", "og:article:published_time", "datepublished", "date", "pubdate", "publishdate", "publish-date", "dc.date.issued",
		"dc.date", "dcterms.date", "dcterms.created", "citation_publication_date", "citation_date", "parsely-pub-date", "sailthru.date",
		"article:published", "og:published_time",
	), p.time)
}

func (p *page) language(a structured) string {
	for _, said := range []string{a.language, p.fact("og:locale"), p.lang, p.fact("content-language", "dc.language")} {
		if tag := Language(strings.ReplaceAll(said, "_", "-")); tag != "" {
			return tag
		}
	}
	return ""
}

// keywords are what a page says it is about, in the board's spelling. What
// cannot be spelled so is left out.
func (p *page) keywords(a structured) []string {
	said := slices.Concat(a.keywords, p.facts["article:tag"], p.facts["news_keywords"], p.facts["keywords"], p.facts["parsely-tags"])
	var kept []string
	for _, list := range said {
		for word := range strings.SplitSeq(list[:min(len(list), longestFact)], ",") {
			word, err := normalizeKeyword(strings.Join(strings.Fields(cleanFact(maxCited, word)), "_"))
			if err == nil && !slices.Contains(kept, word) && len(kept) < maxPageKeywords {
				kept = append(kept, word)
			}
		}
	}
	return kept
}

// withoutSite cuts the name of the publication off the end of a title.
func withoutSite(title string, names ...string) string {
	for _, name := range names {
		name = cleanFact(maxCited, name)
		if at := len(title) - len(name); name != "" && at > 0 && strings.EqualFold(title[at:], name) {
			cut := strings.TrimRight(title[:at], " ")
			if rest := strings.TrimRight(cut, "-–—|·•:»«/"); rest != cut && strings.TrimSpace(rest) != "" {
				return strings.TrimSpace(rest)
			}
		}
	}
	return title
}

// cleanFact makes one line of plain text of the first value that has any. Many
// pages escape twice, and some put markup where none is.
func cleanFact(max int, values ...string) string {
	for _, value := range values {
		value = value[:min(len(value), longestFact)]
		for range 2 {
			value = html.UnescapeString(value)
		}
		if line := cleanLine(withoutTags(value), max); line != "" {
			return line
		}
	}
	return ""
}

var tagInText = regexp.MustCompile(`</?[a-zA-Z][^<>]*>`)

func withoutTags(s string) string {
	if !strings.Contains(s, "<") {
		return s
	}
	return tagInText.ReplaceAllString(s, " ")
}
