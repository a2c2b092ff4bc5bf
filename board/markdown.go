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

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	render "github.com/yuin/goldmark/renderer"
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

// renderer makes safe HTML of what people write, here and elsewhere. It may
// be used by many at a time.
type renderer struct {
	here Address
	gate *bluemonday.Policy
	in   parser.Parser
	out  render.Renderer
}

// newRenderer returns a renderer for a board at this address.
func newRenderer(here Address) *renderer {
	return &renderer{here: here, gate: newGate(), in: newForumParser(), out: newForumRenderer(here)}
}

// markdown renders what one of our members typed. #12 becomes a link to post
// 12 of the thread, unless that is 0; the mention of an actor whom find knows
// a link to him, in the form that microblogs take for a mention.
func (r *renderer) markdown(src string, thread ThreadID, find func(handle) (Actor, bool)) string {
	source := []byte(src)
	doc := r.in.Parse(text.NewReader(source))
	calls := 0
	eachCall(doc, source, func(c *call) {
		switch calls++; {
		case calls > maxCalls:
		case c.post >= 0 && thread != 0:
			c.link = fmt.Sprintf(`<a href="%s">#%d</a>`, html.EscapeString(r.here.Post(thread, c.post)), c.post)
		case c.post < 0:
			if a, ok := find(c.handle); ok {
				c.link = mentionLink(a)
			}
		}
	})
	closeTyped(doc, source)
	var b bytes.Buffer
	if err := r.out.Render(&b, source, doc); err != nil {
		return "<p>" + html.EscapeString(src) + "</p>" // never: a buffer takes everything
	}
	return r.clean(b.String())
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

// call is @name, @name@host or #12 in a text.
type call struct {
	ast.BaseInline
	handle handle
	post   int    // -1: a handle
	link   string // safe HTML in its place; empty leaves the text
	text   []byte // as typed
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

// closeTyped ends a typed <b> or the like with its paragraph if it is ended
// nowhere: one that was forgotten must not go on to the end of the text.
func closeTyped(doc ast.Node, source []byte) {
	open := map[string][]ast.Node{}
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		raw, ok := n.(*ast.RawHTML)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		if m := formatTag.FindSubmatch(raw.Segments.Value(source)); m != nil {
			name := strings.ToLower(string(m[2]))
			if nodes := open[name]; len(m[1]) == 0 {
				open[name] = append(nodes, n)
			} else if len(nodes) > 0 {
				open[name] = nodes[:len(nodes)-1]
			}
		}
		return ast.WalkContinue, nil
	})
	for name, nodes := range open {
		for _, n := range nodes {
			for n.Type() != ast.TypeBlock {
				n = n.Parent()
			}
			n.AppendChild(n, &call{post: -1, link: "</" + name + ">"})
		}
	}
}

var formatTag = regexp.MustCompile(`(?i)^<(/?)(b|i|u|s|em|strong|del|code)[\s/>]`)

// callParser finds the calls of a text.
type callParser struct{}

var (
	postCall   = regexp.MustCompile(`^#([0-9]{1,6})`)
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
		c.post, _ = strconv.Atoi(string(m[1]))
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
