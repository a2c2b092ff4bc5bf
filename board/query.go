package board

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds of one query.
const (
	MaxQuery       = 200 // characters
	maxTerms       = 20
	maxPrefixes    = 4  // of them with a *
	maxFilters     = 10 // of one sort
	shortestPrefix = 2  // letters before a *
)

// Section is what a search is confined to.
type Section string

// The sections of the board that can be searched.
const (
	Everything   Section = ""
	ArticlesOnly Section = "articles"
	PostsOnly    Section = "posts" // without articles
	PeopleOnly   Section = "people"
)

// Query is what somebody looks for: words, and filters that all have to hold.
type Query struct {
	Terms    []Term   // the text has all of them
	By       []string // one of these people wrote it: name, or name@host
	To       []string // it answers or mentions one of these people
	Topics   []string // the thread is in all of them
	Keywords []string // the thread has all of them
	Sources  []string // the article comes from one of these hosts, or a subdomain
	Thread   ThreadID // 0 for any
	Since    Day      // the first day
	Until    Day      // the last day
	In       Section
}

// Term is a word or phrase.
type Term struct {
	Text   string // as typed, without quotes and *
	Phrase bool   // it was typed in quotes
	Prefix bool   // its last word may go on: typed with a * behind it
}

// Words are the words of the term, which stand one behind the other.
func (t Term) Words() []string {
	var words []string
	for w := range Words(t.Text) {
		words = append(words, w.Text)
	}
	return words
}

func (t Term) String() string {
	s := t.Text
	if t.Phrase {
		s = `"` + s + `"`
	}
	if t.Prefix {
		s += "*"
	}
	return s
}

// Empty reports whether nothing is looked for.
func (q Query) Empty() bool {
	return len(q.Terms) == 0 && !q.filtered() && q.In == Everything
}

// filtered reports whether there is a filter that people do not have.
func (q Query) filtered() bool {
	return len(q.By)+len(q.To)+len(q.Topics)+len(q.Keywords)+len(q.Sources) > 0 ||
		q.Thread != 0 || q.Since != Day{} || q.Until != Day{}
}

// filters are the names of those that take any number of values.
var filters = map[string]func(q *Query) *[]string{
	"by":      func(q *Query) *[]string { return &q.By },
	"to":      func(q *Query) *[]string { return &q.To },
	"topic":   func(q *Query) *[]string { return &q.Topics },
	"keyword": func(q *Query) *[]string { return &q.Keywords },
	"source":  func(q *Query) *[]string { return &q.Sources },
}

// ParseQuery reads what somebody typed. Whatever is no filter is words. The
// errors say, each for a reader, what was not understood; the rest of the query
// is there all the same.
func ParseQuery(text string) (Query, []error) {
	var p queryParser
	if runes := []rune(text); len(runes) > MaxQuery {
		text = string(runes[:MaxQuery])
		p.refuse("q", "Only the first %d characters were read.", MaxQuery)
	}
	rest := strings.NewReplacer("\x00", " ", "“", `"`, "”", `"`, "„", `"`).Replace(strings.ToValidUTF8(text, " "))
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		rest = p.next(rest)
	}
	return p.q, p.errs
}

// Filter adds one filter, as if name:value had been typed; in, since, until
// and thread replace what was there. An empty value adds nothing.
func (q *Query) Filter(name, value string) error {
	p := queryParser{q: *q}
	if value = strings.TrimSpace(strings.ReplaceAll(value, `"`, " ")); value != "" {
		p.filter(name, value)
	}
	*q = p.q
	return errors.Join(p.errs...)
}

// queryParser reads a query from left to right.
type queryParser struct {
	q        Query
	errs     []error
	prefixes int
}

func (p *queryParser) refuse(field, format string, args ...any) {
	p.errs = append(p.errs, FieldErrorf(field, format, args...))
}

// next reads the next word, phrase or filter, and returns what comes behind it.
func (p *queryParser) next(text string) (rest string) {
	name, value, ok := strings.Cut(text, ":")
	if name = strings.ToLower(name); ok && isFilter(name) {
		value, _, rest = cutTerm(value)
		p.filter(name, value)
		return rest
	}
	term, quoted, rest := cutTerm(text)
	p.term(Term{Text: term, Phrase: quoted, Prefix: strings.HasPrefix(rest, "*") || !quoted && strings.HasSuffix(term, "*")})
	return strings.TrimLeft(rest, "*")
}

func isFilter(name string) bool {
	return filters[name] != nil || slices.Contains([]string{"in", "since", "until", "thread"}, name)
}

// cutTerm takes a quoted text, or what comes before the next space or quote.
func cutTerm(text string) (term string, quoted bool, rest string) {
	if inside, ok := strings.CutPrefix(text, `"`); ok {
		term, rest, _ = strings.Cut(inside, `"`)
		return strings.Join(strings.Fields(term), " "), true, rest
	}
	end := strings.IndexFunc(text, func(r rune) bool { return r == '"' || unicode.IsSpace(r) })
	if end < 0 {
		return text, false, ""
	}
	return text[:end], false, text[end:]
}

func (p *queryParser) term(t Term) {
	if !t.Phrase {
		t.Text = strings.Trim(t.Text, "*")
	}
	words := t.Words()
	if len(words) == 0 {
		return // there is nothing to look for in --
	}
	last := []rune(words[len(words)-1])
	if t.Prefix && isUnspaced(last[0]) {
		t.Prefix = false // what begins so is found as it is
	}
	switch {
	case t.Prefix && len(last) < shortestPrefix:
		p.refuse("q", "“%s” could begin too many words. Write at least %d letters before the *.", t, shortestPrefix)
	case t.Prefix && p.prefixes == maxPrefixes:
		p.refuse("q", "Only %d words with a * are looked for; “%s” is not.", maxPrefixes, t)
	case len(p.q.Terms) == maxTerms:
		p.refuse("q", "Only the first %d words are looked for; “%s” is not.", maxTerms, t)
	default:
		p.q.Terms = append(p.q.Terms, t)
		if t.Prefix {
			p.prefixes++
		}
	}
}

// filter adds what stands behind the name of a filter and a colon.
func (p *queryParser) filter(name, value string) {
	var err error
	switch name {
	case "in":
		p.q.In, err = parseSection(value)
	case "since":
		p.q.Since, err = parseDay(name, value)
	case "until":
		p.q.Until, err = parseDay(name, value)
	case "thread":
		p.q.Thread, err = parseThread(value)
	default:
		err = p.list(name, value)
	}
	if err != nil {
		p.errs = append(p.errs, err)
	}
}

func (p *queryParser) list(name, value string) error {
	list := filters[name](&p.q)
	switch value = cleanFilter(name, value); {
	case value == "":
		return FieldErrorf(name, "There is nothing to look for behind %s:, or nothing that it could be.", name)
	case slices.Contains(*list, value):
		return nil
	case len(*list) == maxFilters:
		return FieldErrorf(name, "%s: can be given %d times; “%s” is one too many.", name, maxFilters, value)
	}
	*list = append(*list, value)
	return nil
}

// cleanFilter brings a value into the one form in which it is compared, or
// returns "" where it is of no use.
func cleanFilter(name, value string) string {
	value = strings.ToLower(cleanLine(value, 100))
	switch name {
	case "by", "to":
		return handlePattern.FindString(strings.TrimLeft(strings.TrimPrefix(value, "acct:"), "@"))
	case "topic":
		return strings.TrimLeft(value, "!#")
	case "keyword":
		word, err := normalizeKeyword(value)
		if err != nil {
			return ""
		}
		return word
	}
	if !strings.Contains(value, "://") {
		value = "https://" + value
	}
	host := LinkSource(value)
	if LinkSource("https://"+host) != host {
		return "" // a bare IPv6 address
	}
	return host
}

// handlePattern is name or name@host.
var handlePattern = regexp.MustCompile(`^[\pL\pN_.-]+(@[\pL\pN._:-]+)?$`)

func parseSection(value string) (Section, error) {
	switch s := Section(strings.ToLower(value)); s {
	case ArticlesOnly, PostsOnly, PeopleOnly:
		return s, nil
	}
	return Everything, FieldErrorf("in", "in: takes articles, posts or people; “%s” is none of them.", cleanLine(value, 40))
}

func parseThread(value string) (ThreadID, error) {
	id, err := strconv.ParseInt(strings.TrimPrefix(value, "#"), 10, 64)
	if err != nil || id < 1 {
		return 0, FieldErrorf("thread", "thread: takes the number of a thread; “%s” is none.", cleanLine(value, 40))
	}
	return ThreadID(id), nil
}

// String writes the query so that ParseQuery reads it as it is.
func (q Query) String() string {
	var parts []string
	for _, t := range q.Terms {
		parts = append(parts, t.String())
	}
	for _, f := range []struct {
		name   string
		values []string
	}{{"by", q.By}, {"to", q.To}, {"topic", q.Topics}, {"keyword", q.Keywords}, {"source", q.Sources}} {
		for _, v := range f.values {
			if strings.ContainsFunc(v, unicode.IsSpace) {
				v = `"` + v + `"`
			}
			parts = append(parts, f.name+":"+v)
		}
	}
	if q.Thread != 0 {
		parts = append(parts, "thread:"+strconv.FormatInt(int64(q.Thread), 10))
	}
	for _, f := range []struct{ name, value string }{{"since", q.Since.String()}, {"until", q.Until.String()}, {"in", string(q.In)}} {
		if f.value != "" {
			parts = append(parts, f.name+":"+f.value)
		}
	}
	return strings.Join(parts, " ")
}

// Day is a day, month or year of the calendar. The zero value is none.
type Day struct{ Year, Month, Day int } // Month and Day are 0 where they are open

// dayLayouts are how a day can be written, the most exact first.
var dayLayouts = []string{"2006-1-2", "2006-1", "2006"}

func parseDay(name, value string) (Day, error) {
	for i, layout := range dayLayouts {
		t, err := time.Parse(layout, value)
		if err != nil || t.Year() < 1 {
			continue
		}
		d := Day{t.Year(), int(t.Month()), t.Day()}
		if i > 0 {
			d.Day = 0
		}
		if i > 1 {
			d.Month = 0
		}
		return d, nil
	}
	return Day{}, FieldErrorf(name, "%s: takes a day such as 2011-01-04, a month such as 2011-01 or a year; “%s” is none of them.", name, cleanLine(value, 40))
}

func (d Day) String() string {
	if d == (Day{}) {
		return ""
	}
	return d.Begin(time.UTC).Format(d.layout())
}

func (d Day) layout() string {
	switch {
	case d.Month == 0:
		return "2006"
	case d.Day == 0:
		return "2006-01"
	}
	return "2006-01-02"
}

// Begin is when it begins in a zone.
func (d Day) Begin(zone *time.Location) time.Time {
	return time.Date(d.Year, time.Month(max(d.Month, 1)), max(d.Day, 1), 0, 0, 0, 0, zone)
}

// End is when it is over.
func (d Day) End(zone *time.Location) time.Time {
	switch begin := d.Begin(zone); {
	case d.Month == 0:
		return begin.AddDate(1, 0, 0)
	case d.Day == 0:
		return begin.AddDate(0, 1, 0)
	default:
		return begin.AddDate(0, 0, 1)
	}
}

// NamesPost reads how people write the number of a post: 12/5, 1234.5 or
// #12/5, and #5 or 5 within a thread.
func (q Query) NamesPost() (thread ThreadID, number int, ok bool) {
	if len(q.Terms) != 1 || q.Terms[0].Phrase || q.Terms[0].Prefix {
		return 0, 0, false
	}
	text := strings.TrimPrefix(q.Terms[0].Text, "#")
	before, after, two := strings.Cut(strings.NewReplacer(".", "/", "#", "/").Replace(text), "/")
	if !two {
		before, after = strconv.FormatInt(int64(q.Thread), 10), before
	}
	if utf8.RuneCountInString(before) > 18 || utf8.RuneCountInString(after) > 9 {
		return 0, 0, false
	}
	id, err1 := strconv.ParseUint(before, 10, 63)
	n, err2 := strconv.ParseUint(after, 10, 31)
	return ThreadID(id), int(n), err1 == nil && err2 == nil && id > 0
}
