package board

import (
	"bytes"
	"html"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	render "github.com/yuin/goldmark/renderer"
	markup "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

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
	return &renderer{here: here, gate: newGate(), in: newForumParser(here), out: newForumRenderer(here)}
}

// markdown renders what one of our members typed. What it calls becomes a
// link: #12 to post 12 of its thread, #1234.5 and addresses of ours to other
// threads, the mention of an actor one in the form that microblogs take for
// a mention.
func (r *renderer) markdown(src string, to targets) string {
	source := []byte(src)
	doc := r.in.Parse(text.NewReader(source))
	r.callAddresses(doc, source)
	calls := 0
	eachCall(doc, source, func(c *call) {
		if calls++; calls <= maxCalls {
			c.link = r.link(c, to)
		}
	})
	closeTyped(doc, source)
	var b bytes.Buffer
	if err := r.out.Render(&b, source, doc); err != nil {
		return "<p>" + html.EscapeString(src) + "</p>" // never: a buffer takes everything
	}
	return r.clean(b.String())
}

// RenderOwn makes safe HTML of what the board's owner says on its pages.
func (b *Board) RenderOwn(markdown string) (html string) {
	if strings.TrimSpace(markdown) == "" {
		return ""
	}
	return b.text.markdown(markdown, nowhere())
}

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

var formatTag = regexp.MustCompile(`(?i)^<(/?)(b|code|del|em|i|ins|s|strike|strong|tt|u)[\s/>]`)

// How many marks of a kind one text may have before the rest of them are plain
// text: the time that they take grows with the square of their number.
const (
	maxBrackets  = 600
	maxAsterisks = 2000
)

var seenBrackets, seenAsterisks, seenTildes = parser.NewContextKey(), parser.NewContextKey(), parser.NewContextKey()

// newForumParser reads Markdown as people type it in forums: a row of dashes
// makes no heading, spaces make no code, a link says where it leads where it
// stands, and HTML is part of a paragraph.
func newForumParser(here Address) parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(shallow{parser.NewListParser()}, 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(shallow{parser.NewBlockquoteParser()}, 800),
			util.Prioritized(preParser{parser.NewHTMLBlockParser()}, 900),
			util.Prioritized(paragraphParser{parser.NewParagraphParser()}, 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewCodeSpanParser(), 100),
			util.Prioritized(bounded{parser.NewLinkParser(), seenBrackets, maxBrackets}, 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(parser.NewRawHTMLParser(), 400),
			util.Prioritized(bounded{parser.NewEmphasisParser(), seenAsterisks, maxAsterisks}, 500),
			util.Prioritized(bounded{extension.NewStrikethroughParser(), seenTildes, maxAsterisks}, 500),
			util.Prioritized(referenceParser{}, 590),
			util.Prioritized(callParser{}, 600),
			util.Prioritized(extension.NewLinkifyParser(extension.WithLinkifyURLRegexp(webAddresses(here))), 999),
		),
	)
}

// webAddresses are those that become links by themselves: goldmark's own, and
// the board's, whose host may have no dot in it.
func webAddresses(here Address) *regexp.Regexp {
	const rest = `[/#?][-a-zA-Z0-9@:%_+.~#$!?&/=\(\);,'">\^{}\[\]` + "`" + `]*`
	return regexp.MustCompile(`^(?:` + regexp.QuoteMeta(string(here)) + rest +
		`|(?:http|https|ftp)://[-a-zA-Z0-9@:%._\+~#=]{1,256}\.[a-z]+(?::\d+)?(?:` + rest + `)?)`)
}

// newForumRenderer writes the HTML of it: a line break is one, images are
// links, headings are left to clean.
func newForumRenderer(here Address) render.Renderer {
	return render.NewRenderer(render.WithNodeRenderers(
		util.Prioritized(forumRenderer{here}, 100),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(markup.NewRenderer(markup.WithHardWraps()), 1000),
	))
}

// shallow opens quotes and lists in one another only as deep as clean leaves
// them.
type shallow struct{ parser.BlockParser }

func (s shallow) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	depth := 0
	for n := parent; n != nil; n = n.Parent() {
		depth++
	}
	if depth > maxContainers {
		return nil, parser.NoChildren
	}
	return s.BlockParser.Open(parent, reader, pc)
}

// bounded reads only the first max of its marks in a text.
type bounded struct {
	parser.InlineParser
	seen parser.ContextKey
	max  int
}

func (b bounded) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	seen, _ := pc.Get(b.seen).(int)
	if seen >= b.max {
		return nil
	}
	pc.Set(b.seen, seen+1)
	return b.InlineParser.Parse(parent, block, pc)
}

func (b bounded) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	if p, ok := b.InlineParser.(parser.CloseBlocker); ok {
		p.CloseBlock(parent, block, pc)
	}
}

// paragraphParser takes indented lines too: spaces make no code here.
type paragraphParser struct{ parser.BlockParser }

func (paragraphParser) CanAcceptIndentedLine() bool { return true }

// referenceParser keeps a character reference in one piece: the # of &#39; is
// none of a post.
type referenceParser struct{}

var numericReference = regexp.MustCompile(`^&#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6});`)

func (referenceParser) Trigger() []byte { return []byte{'&'} }

func (referenceParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	n := len(numericReference.Find(line))
	if n == 0 {
		return nil
	}
	block.Advance(n)
	return ast.NewTextSegment(segment.WithStop(segment.Start + n))
}

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
	c := n.(*call)
	plain := string(util.EscapeHTML(c.text))
	switch {
	case c.link != "":
		_, _ = w.WriteString(c.link)
	case c.address != "":
		_, _ = w.WriteString(`<a href="` + html.EscapeString(c.address) + `">` + plain + `</a>`)
	default:
		_, _ = w.WriteString(plain)
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
	typed := n.(*ast.RawHTML).Segments.Value(source)
	if next, ok := n.NextSibling().(*ast.Text); ok && next.SoftLineBreak() && next.Segment.IsEmpty() && breakTag.Match(typed) {
		return ast.WalkSkipChildren, nil // the end of the line says it already
	}
	if entering {
		writeTyped(w, typed)
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

var breakTag = regexp.MustCompile(`(?i)^<br\s*/?>$`)

// typedTag are the tags that people type in forums.
var typedTag = regexp.MustCompile(`(?i)^</?(?:a|b|blockquote|br|code|del|em|i|ins|li|ol|p|pre|s|strike|strong|tt|u|ul)(?:\s[^<>]*)?/?>`)

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
