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
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	render "github.com/yuin/goldmark/renderer"
	renderhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// maxMentions is how many people one text may call.
const maxMentions = 20

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

// newRenderer returns a renderer for a board at this address. Its Markdown is
// what people type in forums: a line break is one, a row of dashes or a
// number sign makes no heading, spaces make no code, and a reference is not
// defined at the other end of the text.
func newRenderer(here Address) *renderer {
	return &renderer{here: here, gate: newGate(),
		in: parser.NewParser(
			parser.WithBlockParsers(
				util.Prioritized(parser.NewThematicBreakParser(), 200),
				util.Prioritized(parser.NewListParser(), 300),
				util.Prioritized(parser.NewListItemParser(), 400),
				util.Prioritized(parser.NewATXHeadingParser(), 600),
				util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
				util.Prioritized(parser.NewBlockquoteParser(), 800),
				util.Prioritized(preParser{parser.NewHTMLBlockParser()}, 900),
				util.Prioritized(paragraphParser{parser.NewParagraphParser()}, 1000),
			),
			parser.WithInlineParsers(
				util.Prioritized(parser.NewCodeSpanParser(), 100),
				util.Prioritized(parser.NewLinkParser(), 200),
				util.Prioritized(parser.NewAutoLinkParser(), 300),
				util.Prioritized(parser.NewRawHTMLParser(), 400),
				util.Prioritized(parser.NewEmphasisParser(), 500),
				util.Prioritized(extension.NewStrikethroughParser(), 500),
				util.Prioritized(callParser{}, 600),
				util.Prioritized(extension.NewLinkifyParser(), 999),
			),
		),
		out: render.NewRenderer(render.WithNodeRenderers(
			util.Prioritized(forumRenderer{here}, 100),
			util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
			util.Prioritized(renderhtml.NewRenderer(renderhtml.WithHardWraps()), 1000),
		)),
	}
}

// markdown renders what one of our members typed. #12 becomes a link to post
// 12 of the thread, unless that is 0; the mention of an actor whom find knows
// a link to him, in the form that microblogs take for a mention.
func (r *renderer) markdown(src string, thread ThreadID, find func(handle) (Actor, bool)) string {
	source := []byte(src)
	doc := r.in.Parse(text.NewReader(source))
	eachCall(doc, source, func(c *call) {
		switch {
		case c.post >= 0 && thread != 0:
			c.link = fmt.Sprintf(`<a href="%s">#%d</a>`, html.EscapeString(r.here.Post(thread, c.post)), c.post)
		case c.post < 0:
			if a, ok := find(c.handle); ok {
				c.link = mentionLink(a)
			}
		}
	})
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

// paragraphParser takes indented lines too: spaces make no code here.
type paragraphParser struct{ parser.BlockParser }

func (paragraphParser) CanAcceptIndentedLine() bool { return true }

// preParser keeps the lines of a typed <pre> as they are. All other HTML is
// read as part of its paragraph.
type preParser struct{ parser.BlockParser }

var preTag = regexp.MustCompile(`(?i)^ *<pre[\s>]`)

func (p preParser) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	if line, _ := reader.PeekLine(); !preTag.Match(line) {
		return nil, parser.NoChildren
	}
	return p.BlockParser.Open(parent, reader, pc)
}

// forumRenderer writes what goldmark's own renderer would write otherwise.
type forumRenderer struct{ here Address }

func (f forumRenderer) RegisterFuncs(r render.NodeRendererFuncRegisterer) {
	r.Register(kindCall, renderCall)
	r.Register(ast.KindLink, f.renderLink)
	r.Register(ast.KindImage, f.renderLink)
	r.Register(ast.KindRawHTML, renderRawHTML)
	r.Register(ast.KindHTMLBlock, renderHTMLBlock)
}

func renderCall(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	if c := n.(*call); c.link != "" {
		_, _ = w.WriteString(c.link)
	} else {
		_, _ = w.Write(util.EscapeHTML(c.text))
	}
	return ast.WalkContinue, nil
}

// renderLink writes links, and images as links to them. An address that
// begins with one slash is of this board.
func (f forumRenderer) renderLink(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		_, _ = w.WriteString("</a>")
		return ast.WalkContinue, nil
	}
	var to []byte
	image := false
	switch n := n.(type) {
	case *ast.Link:
		to = n.Destination
	case *ast.Image:
		to, image = n.Destination, true
	}
	to = util.URLEscape(to, true)
	if len(to) > 0 && to[0] == '/' && !bytes.HasPrefix(to, []byte("//")) {
		to = append([]byte(f.here), to...)
	}
	_, _ = w.WriteString(`<a href="`)
	_, _ = w.Write(util.EscapeHTML(to))
	_, _ = w.WriteString(`">`)
	if image && n.FirstChild() == nil {
		_, _ = w.Write(util.EscapeHTML(to))
	}
	return ast.WalkContinue, nil
}

func renderRawHTML(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		writeTyped(w, n.(*ast.RawHTML).Segments.Value(source))
	}
	return ast.WalkSkipChildren, nil
}

func renderHTMLBlock(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	block := n.(*ast.HTMLBlock)
	if !entering {
		return ast.WalkContinue, nil
	}
	writeTyped(w, block.Lines().Value(source))
	if block.HasClosure() {
		writeTyped(w, block.ClosureLine.Value(source))
	}
	return ast.WalkContinue, nil
}

// typedTag are the tags that people type in forums.
var typedTag = regexp.MustCompile(`(?i)^</?(?:a|b|blockquote|br|code|del|em|i|li|ol|p|pre|s|strong|u|ul)(?:\s[^<>]*)?/?>`)

// writeTyped writes HTML that a member typed: the tags that he may use as
// such, for clean to balance, every other one as text.
func writeTyped(w util.BufWriter, typed []byte) {
	for len(typed) > 0 {
		at := bytes.IndexByte(typed, '<')
		if at < 0 {
			at = len(typed)
		}
		_, _ = w.Write(typed[:at])
		typed = typed[at:]
		if tag := typedTag.Find(typed); tag != nil {
			_, _ = w.Write(tag)
			typed = typed[len(tag):]
		} else if len(typed) > 0 {
			_, _ = w.WriteString("&lt;")
			typed = typed[1:]
		}
	}
}

func isWordRune(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)
}
