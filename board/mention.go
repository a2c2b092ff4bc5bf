package board

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// Bounds of the calls in one text.
const (
	maxMentions = 20  // people who are told
	maxCalls    = 200 // links that are made of calls
)

// handle is how a text calls somebody: @name@host, or @name for one of ours.
type handle struct {
	Name string
	Host string // lower case; empty where the text gives none
}

func (h handle) String() string {
	if h.Host == "" {
		return "@" + h.Name
	}
	return "@" + h.Name + "@" + h.Host
}

func mentionLink(a Actor) string {
	url := a.URL
	if url == "" {
		url = a.URI
	}
	return fmt.Sprintf(`<span class="h-card" translate="no"><a href="%s" class="u-url mention">@<span>%s</span></a></span>`,
		html.EscapeString(url), html.EscapeString(a.Name))
}

// mentions are the people whom a Markdown text calls outside code, links and
// mail addresses, each once, in order, at most 20.
func (r *renderer) mentions(markdown string) []handle {
	if !strings.Contains(markdown, "@") {
		return nil
	}
	source := []byte(markdown)
	var found []handle
	eachCall(r.in.Parse(text.NewReader(source)), source, func(c *call) {
		if c.post < 0 && len(found) < maxMentions && !slices.Contains(found, c.handle) {
			found = append(found, c.handle)
		}
	})
	return found
}

// call is @name, @name@host, #12, #1234.5 or an address of ours in a text.
type call struct {
	ast.BaseInline
	handle  handle
	thread  ThreadID // 0: the text's own
	post    int      // -1: a handle
	link    string   // safe HTML in its place; empty leaves the text
	text    []byte   // as typed
	address string   // where the text is a link to it anyway
}

var kindCall = ast.NewNodeKind("Call")

func (*call) Kind() ast.NodeKind         { return kindCall }
func (c *call) Dump(src []byte, lvl int) { ast.DumpHelper(c, src, lvl, nil, nil) }

// eachCall visits the calls outside links, those typed as HTML too.
func eachCall(doc ast.Node, source []byte, visit func(*call)) {
	inLink := false
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link, *ast.Image:
			return ast.WalkSkipChildren, nil
		case *ast.RawHTML:
			if m := anchorTag.FindSubmatch(n.Segments.Value(source)); m != nil {
				inLink = len(m[1]) == 0
			}
		case *call:
			if !inLink {
				visit(n)
			}
		}
		return ast.WalkContinue, nil
	})
}

var anchorTag = regexp.MustCompile(`(?i)^<(/?)a[\s>]`)

// callParser finds the calls of a text.
type callParser struct{}

var (
	postCall   = regexp.MustCompile(`^#(?:([0-9]{1,18})\.)?([0-9]{1,6})`)
	handleCall = regexp.MustCompile(`^@([A-Za-z0-9_]+(?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)(?:@([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?))?`)
)

func (callParser) Trigger() []byte { return []byte{'@', '#'} }

func (callParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, _ := block.PeekLine()
	if isWordRune(before) || strings.ContainsRune("@#&/.-:=?+", before) {
		return nil
	}
	c := &call{post: -1}
	m := postCall.FindSubmatch(line)
	if m != nil {
		c.thread = threadNumber(string(m[1]))
		c.post, _ = strconv.Atoi(string(m[2]))
	} else if m = handleCall.FindSubmatch(line); m != nil {
		c.handle = handle{Name: string(m[1]), Host: strings.ToLower(string(m[2]))}
	} else {
		return nil
	}
	if after := bytes.Runes(line[len(m[0]):min(len(m[0])+4, len(line))]); len(after) > 0 && (isWordRune(after[0]) || after[0] == '@') {
		return nil
	}
	c.text = bytes.Clone(m[0])
	block.Advance(len(m[0]))
	return c
}

func isWordRune(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// stripMentions takes the mentions of these addresses out of the beginning of
// a safe text, in whatever form microblogs write them. It stops at the first
// thing that is no such mention.
func stripMentions(html string, hrefs map[string]bool) string {
	if len(hrefs) == 0 {
		return html
	}
	return cutMentions(html, func(href string) bool { return hrefs[href] })
}

// cutMentions takes off what comes before the first thing that is no such
// mention, and begins with the elements again that are open there.
func cutMentions(safe string, match func(href string) bool) string {
	rest, open, taken := safe, []string(nil), false
	for {
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
		tag, after, _ := strings.Cut(rest, ">")
		name, _, _ := strings.Cut(strings.TrimPrefix(tag, "<"), " ")
		closes := strings.HasPrefix(name, "/") && len(open) > 0
		switch {
		case !strings.HasPrefix(rest, "<"):
			return whole(safe, open, rest, taken)
		case name == "a":
			if after = cutMention(rest, match); after == rest {
				return whole(safe, open, rest, taken)
			}
			taken = true
		case name == "p", elements[name].inline():
			open = append(open, tag+">")
		case closes:
			open = open[:len(open)-1]
		case name != "br":
			return whole(safe, open, rest, taken)
		}
		rest = after
	}
}

func whole(safe string, open []string, rest string, taken bool) string {
	if !taken {
		return safe
	}
	return strings.Join(open, "") + rest
}

// cutMention takes one link whose text begins with @ off the beginning.
func cutMention(s string, match func(href string) bool) string {
	link, rest, _ := strings.Cut(s, "</a>")
	_, href, _ := strings.Cut(link, ` href="`)
	href, _, _ = strings.Cut(href, `"`)
	if !strings.HasPrefix(Plain(link), "@") || !match(html.UnescapeString(href)) {
		return s
	}
	return rest
}
