package board

import (
	"bytes"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// node is an open element.
type node struct {
	element
	attrs     string // ready to be written, each with a space before it
	host      string // of a link
	silent    bool   // never written: too deep, or already said
	written   bool
	invisible bool // microblogs do not show its text
}

// cutter writes a text anew. Elements are written only when there is content
// in them, so that none is ever empty; the stack holds what is open.
//
// At any time the stack is containers, then at most one leaf, then inlines.
type cutter struct {
	out    []byte
	passed bytes.Buffer // what the gate let pass
	stack  []node
	kept   []node // scratch of popTo
	fresh  bool   // at the beginning of a block or line, where white space says nothing
	breaks int    // line breaks that wait for content
	marks  int    // combining marks in a row
	again  int    // formats opened again
	attrs  attributes

	hiding string // the element whose content is skipped
	depth  int    // how many of it are open

	link     string // host of the link that is being written
	linkText []byte // its text
	linkSeen []byte // its text without the invisible parts
}

// cut leaves the text in out. What has no tag at all was written as plain
// text, so its lines stay lines.
func (c *cutter) cut(src string) {
	c.out, c.stack = c.out[:0], c.stack[:0]
	c.fresh, c.breaks, c.marks, c.again, c.hiding, c.link = true, 0, 0, 0, "", ""
	if !strings.Contains(src, "<") {
		src = strings.ReplaceAll(strings.TrimSpace(src), "\n", "<br>")
	}
	z := html.NewTokenizer(strings.NewReader(src))
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			c.popTo(0)
			return
		case html.TextToken:
			if c.hiding == "" {
				c.text(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			name, more := z.TagName()
			e, ok := elements[string(name)]
			switch {
			case !ok:
			case c.hiding != "":
				c.skip(e, kind)
			case kind == html.SelfClosingTagToken && (e.name == "svg" || e.name == "math"): // has no content
			case kind == html.EndTagToken:
				c.end(e)
			default:
				c.attrs.read(z, more)
				c.start(e)
			}
		}
	}
}

// skip passes over what is in an element that is not shown.
func (c *cutter) skip(e element, kind html.TokenType) {
	switch {
	case e.name != c.hiding || kind == html.SelfClosingTagToken:
	case kind == html.StartTagToken:
		c.depth++
	default:
		if c.depth--; c.depth == 0 {
			c.hiding = ""
		}
	}
}

func (c *cutter) start(e element) {
	switch e.role {
	case hidden:
		c.hiding, c.depth = e.name, 1
	case lineBreak:
		c.lineBreak()
	case rule:
		c.boundary()
	case cell:
		c.text([]byte(" "))
	case image:
		c.text([]byte(c.attrs.alt))
	case leaf, heading, container:
		c.startBlock(e)
	case item:
		c.startItem(e)
	default:
		c.startInline(e)
	}
}

func (c *cutter) startBlock(e element) {
	c.boundary()
	c.imply()
	if e.role != container {
		c.insert(node{element: element{e.name, e.tag, leaf}, attrs: c.attrs.write(e.tag)})
		if e.role == heading {
			c.push(node{element: element{"", "strong", part}, silent: c.holds("strong")})
		}
		return
	}
	room := maxContainers
	if e.tag != "blockquote" {
		room-- // for the items
	}
	c.insert(node{element: e, attrs: c.attrs.write(e.tag), silent: c.containers() >= room})
}

// startItem takes an li outside a list for a paragraph.
func (c *cutter) startItem(e element) {
	at := c.top()
	if at >= 0 && c.stack[at].role == item {
		c.popTo(at)
		at = c.top()
	}
	if at < 0 || c.stack[at].tag == "blockquote" {
		c.startBlock(element{e.name, "p", leaf})
		return
	}
	c.boundary()
	c.insert(node{element: e, attrs: c.attrs.write(e.tag), silent: c.stack[at].silent})
}

func (c *cutter) startInline(e element) {
	n := node{element: e, silent: c.holds(e.tag) && e.tag != "span"}
	switch e.tag {
	case "a":
		if i := c.find(e.name); i >= 0 {
			c.close(i)
		}
		n.host = c.attrs.link()
		n.silent = n.host == ""
	case "rt", "rp":
		for _, other := range []string{"rt", "rp"} {
			if i := c.find(other); i >= 0 {
				c.close(i)
			}
		}
		n.silent = !c.holds("ruby")
	}
	if !n.silent {
		n.attrs = c.attrs.write(e.tag)
		n.invisible = c.attrs.invisible
	}
	c.push(n)
}

// end closes the element that an end tag means. One that means none still
// ends a paragraph if it is a block's.
func (c *cutter) end(e element) {
	switch {
	case e.role == lineBreak: // </br> is read as <br>
		c.lineBreak()
	case e.inline():
		if i := c.find(e.name); i >= 0 {
			c.close(i)
		}
	case e.role >= leaf:
		if i := c.findBlock(e); i >= 0 {
			c.popTo(i)
		} else {
			c.boundary()
		}
	}
}

// find returns the index of an open inline element of this block, or -1.
func (c *cutter) find(name string) int {
	for i := len(c.stack) - 1; i >= 0 && c.stack[i].inline(); i-- {
		if c.stack[i].name == name {
			return i
		}
	}
	return -1
}

// findBlock looks as far as the end tag reaches: that of a paragraph to the
// nearest container, that of an item to its list.
func (c *cutter) findBlock(e element) int {
	for i := len(c.stack) - 1; i >= 0; i-- {
		n := c.stack[i]
		switch {
		case n.name == e.name && !n.inline():
			return i
		case e.role <= heading && n.role >= container, e.role == item && n.role == container && n.tag != "blockquote":
			return -1
		}
	}
	return -1
}

// holds reports whether an inline element is open and written or to be written.
func (c *cutter) holds(tag string) bool {
	return slices.ContainsFunc(c.stack, func(n node) bool { return n.tag == tag && !n.silent })
}

// top is the index of the nearest container or item, -1 where there is none.
func (c *cutter) top() int {
	i := len(c.stack) - 1
	for i >= 0 && c.stack[i].role < container {
		i--
	}
	return i
}

func (c *cutter) containers() (n int) {
	for _, open := range c.stack {
		if open.role >= container && !open.silent {
			n++
		}
	}
	return n
}

// parent is the nearest container that is written; "" at the outside.
func (c *cutter) parent() string {
	for i := c.top(); i >= 0; i-- {
		if c.stack[i].role >= container && !c.stack[i].silent {
			return c.stack[i].tag
		}
	}
	return ""
}

// push opens an inline element.
func (c *cutter) push(n node) {
	if len(c.stack) < maxOpen {
		c.stack = append(c.stack, n)
		c.settle()
	}
}

// insert opens a block under the inline elements that go on in it.
func (c *cutter) insert(n node) {
	if n.silent && len(c.stack) >= maxOpen {
		return
	}
	c.stack = slices.Insert(c.stack, c.top()+1, n)
	c.settle()
}

// settle keeps the nesting in bounds at the cost of the innermost inline
// element. That one cannot be written yet: nothing is between it and its
// opening.
func (c *cutter) settle() {
	depth := 0
	for _, n := range c.stack {
		if !n.silent {
			depth++
		}
	}
	for i := len(c.stack) - 1; i >= 0 && depth > maxNesting; i-- {
		if n := &c.stack[i]; !n.silent {
			n.silent = true
			depth--
		}
	}
}

// imply opens the item that content of a list stands in.
func (c *cutter) imply() {
	if tag := c.parent(); tag == "ul" || tag == "ol" {
		c.insert(node{element: elements["li"]})
	}
}

// boundary ends the paragraph, or the loose text of an item.
func (c *cutter) boundary() {
	c.popTo(c.top() + 1)
	if !c.fresh {
		c.breaks = 1
		c.newLine()
	}
}

func (c *cutter) newLine() { c.fresh, c.marks = true, 0 }

// close ends one inline element; those within it go on.
func (c *cutter) close(i int) {
	c.stack[i].role = part
	c.popTo(i)
}

// popTo closes everything from index i on, and opens again what goes on in
// the next block: formats, and inline elements that had no content so far. A
// link that was written does not, or a long address could be repeated in
// every paragraph.
func (c *cutter) popTo(i int) {
	kept := c.kept[:0]
	for j := len(c.stack) - 1; j >= i; j-- {
		n := c.stack[j]
		if n.written {
			c.writeEnd(n)
		}
		switch {
		case n.role == format && n.written && c.again < maxCarried:
			c.again++
			n.written, n.attrs = false, ""
			kept = append(kept, n)
		case (n.role == format || n.role == phrase) && !n.written:
			kept = append(kept, n)
		}
	}
	slices.Reverse(kept)
	c.stack = append(c.stack[:i], kept...)
	c.kept = kept
}

func (c *cutter) writeEnd(n node) {
	switch {
	case n.tag == "a":
		c.endLink()
	case !n.inline() && n.tag != "pre":
		c.trim()
	}
	c.out = append(append(append(c.out, "</"...), n.tag...), '>')
	if !n.inline() {
		c.breaks = 0
		c.newLine()
	}
}

// trim drops white space at the end of a block or line, which says nothing.
// It leaves an element its only text.
func (c *cutter) trim() {
	out := bytes.TrimRight(c.out, " \n\t")
	if i := bytes.LastIndexByte(out, '<'); bytes.HasSuffix(out, []byte(">")) && out[i+1] != '/' {
		return
	}
	c.out = out
}

// content is called before anything is written: it opens what is to be open.
func (c *cutter) content() {
	at := c.top() + 1
	if at == len(c.stack) || c.stack[at].role != leaf {
		if tag := c.parent(); tag == "" || tag == "blockquote" {
			c.insert(node{element: elements["p"]})
		}
		c.imply()
	}
	for i := range c.stack {
		n := &c.stack[i]
		if n.inline() {
			c.flushBreaks()
		}
		if n.written || n.silent {
			continue
		}
		n.written = true
		if !n.inline() {
			c.breaks = 0
			c.trim()
		}
		if n.tag == "a" {
			c.link, c.linkText, c.linkSeen = n.host, c.linkText[:0], c.linkSeen[:0]
		}
		c.out = append(append(append(append(c.out, '<'), n.tag...), n.attrs...), '>')
	}
	c.flushBreaks()
}

func (c *cutter) flushBreaks() {
	if c.breaks == 0 {
		return
	}
	c.trim()
	for ; c.breaks > 0; c.breaks-- {
		c.out = append(c.out, "<br>"...)
	}
	if c.link != "" {
		c.linkText, c.linkSeen = append(c.linkText, '\n'), append(c.linkSeen, '\n')
	}
}

func (c *cutter) inPre() bool {
	at := c.top() + 1
	return at < len(c.stack) && c.stack[at].tag == "pre"
}

func (c *cutter) lineBreak() {
	switch {
	case c.inPre():
		c.text([]byte("\n"))
	case !c.fresh || c.breaks > 0:
		c.breaks = min(c.breaks+1, maxBreaks)
		c.newLine()
	}
}

func (c *cutter) text(s []byte) {
	s = legible(s, &c.marks)
	switch {
	case !c.fresh:
	case c.inPre():
		s = bytes.TrimLeft(s, "\n") // readers of HTML drop the first one
	default:
		s = bytes.TrimLeftFunc(s, unicode.IsSpace)
	}
	if len(s) == 0 {
		return
	}
	c.content()
	c.fresh = false
	c.out = appendEscaped(c.out, s)
	if c.link != "" {
		c.linkText = append(c.linkText, s...)
		if !c.invisible() {
			c.linkSeen = append(c.linkSeen, s...)
		}
	}
}

// invisible reports whether this part of the link is not shown.
func (c *cutter) invisible() bool {
	for i := len(c.stack) - 1; i >= 0 && c.stack[i].tag != "a"; i-- {
		if n := c.stack[i]; n.invisible && n.written {
			return true
		}
	}
	return false
}

// endLink shows where a link really leads if its text says something else.
func (c *cutter) endLink() {
	shown := " (" + c.link + ")"
	seen, all := string(c.linkSeen), string(c.linkText)
	if !strings.HasSuffix(seen, shown) && (misleads(seen, c.link) || seen != all && misleads(all, c.link)) {
		c.out = appendEscaped(c.out, []byte(shown))
	}
	c.link = ""
}
