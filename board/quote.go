package board

import (
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// Bounds of a quotation.
const (
	maxQuoted      = 6000 // bytes
	maxQuotedLines = 100
)

// Quote is a post's text as an answer in Markdown quotes it: every line behind
// a >, and nothing else. What is too long ends with dots.
func (b *Board) Quote(p Post) string {
	text := p.Source
	if text == "" {
		text = b.markdownOf(p.HTML)
	}
	if text = strings.TrimSpace(text); text == "" {
		return ""
	}
	var quoted strings.Builder
	count := 0
	for line := range strings.Lines(text) {
		if count++; count > maxQuotedLines || quoted.Len()+len(line) > maxQuoted {
			quoted.WriteString("> " + strings.TrimSuffix(shorten(strings.TrimSpace(line), 200), "…") + "…\n")
			break
		}
		quoted.WriteString(strings.TrimRight("> "+line, " \t\n") + "\n")
	}
	return quoted.String()
}

// markdownOf puts safe HTML into Markdown, near enough to be read and quoted.
func (b *Board) markdownOf(safe string) string {
	w := quoteWriter{here: b.Address()}
	tokens := html.NewTokenizer(strings.NewReader(safe))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			w.endLine()
			return strings.Join(w.lines, "\n")
		case html.TextToken:
			w.text(string(tokens.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			w.open(tokens.Token())
		case html.EndTagToken:
			w.close(tokens.Token().Data)
		}
	}
}

// quoteWriter makes lines of HTML.
type quoteWriter struct {
	here  Address
	lines []string
	line  strings.Builder
	deep  int   // quotes in one another
	items []int // of the lists that are open: the next number, 0 where there are none
	pre   bool
	href  string // of the link that is open
	start int    // where its text begins in the line
}

// inlineMarks are what stands on both sides of an element's text.
var inlineMarks = map[string]string{"strong": "**", "b": "**", "em": "*", "i": "*", "del": "~~", "s": "~~", "code": "`"}

func (w *quoteWriter) text(s string) {
	if !w.pre {
		w.line.WriteString(s)
		return
	}
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			w.endLine()
		}
		w.line.WriteString(line)
	}
}

func (w *quoteWriter) open(t html.Token) {
	switch t.Data {
	case "p":
		w.block()
	case "pre":
		w.block()
		w.lines, w.pre = append(w.lines, w.margin()+"```"), true
	case "br":
		w.endLine()
	case "blockquote":
		w.block()
		w.deep++
	case "ul", "ol":
		w.endLine()
		w.items = append(w.items, startOf(t))
	case "li":
		w.endLine()
		w.line.WriteString(w.bullet())
	case "a":
		w.href, w.start = attribute(t, "href"), w.line.Len()
	default:
		if !w.pre {
			w.line.WriteString(inlineMarks[t.Data])
		}
	}
}

func (w *quoteWriter) close(name string) {
	switch name {
	case "p", "li":
		w.endLine()
	case "pre":
		w.endLine()
		w.lines, w.pre = append(w.lines, w.margin()+"```"), false
	case "blockquote":
		w.endLine()
		w.deep--
	case "ul", "ol":
		w.endLine()
		w.items = w.items[:max(0, len(w.items)-1)]
	case "a":
		w.endLink()
	default:
		if !w.pre {
			w.line.WriteString(inlineMarks[name])
		}
	}
}

// block begins a paragraph: a line of nothing is before it, unless it is the
// first thing of all or of an item.
func (w *quoteWriter) block() {
	if strings.TrimSpace(w.line.String()) == "-" || len(w.items) > 0 && w.line.Len() > 0 {
		return
	}
	w.endLine()
	if n := len(w.lines); n > 0 && strings.Trim(w.lines[n-1], "> ") != "" {
		w.lines = append(w.lines, strings.TrimRight(w.margin(), " "))
	}
}

func (w *quoteWriter) margin() string { return strings.Repeat("> ", w.deep) }

func (w *quoteWriter) endLine() {
	line := w.line.String()
	if w.line.Reset(); !w.pre {
		line = strings.TrimSpace(line)
	}
	if line != "" || w.pre {
		w.lines = append(w.lines, w.margin()+line)
	}
}

// bullet is what an item begins with.
func (w *quoteWriter) bullet() string {
	last := len(w.items) - 1
	if last < 0 {
		return "- "
	}
	indent := strings.Repeat("   ", last)
	if w.items[last] == 0 {
		return indent + "- "
	}
	w.items[last]++
	return indent + strconv.Itoa(w.items[last]-1) + ". "
}

// endLink writes a link: its address alone where that is its text, and a
// mention as one that leads to the same person from here.
func (w *quoteWriter) endLink() {
	if w.href == "" || w.start > w.line.Len() {
		return
	}
	all := w.line.String()
	before, text, href := all[:w.start], all[w.start:], w.href
	w.href = ""
	switch name, isMention := strings.CutPrefix(text, "@"); {
	case text == href || strings.TrimSpace(text) == "":
		text = href
	case isMention:
		if u, err := url.Parse(href); err == nil && !strings.Contains(name, "@") && u.Host != w.here.Host() {
			text += "@" + u.Host
		}
	case strings.HasPrefix(text, "#") && w.here.Ours(href):
	default:
		text = "[" + text + "](" + href + ")"
	}
	w.line.Reset()
	w.line.WriteString(before + text)
}

// startOf is the number with which a list begins, 0 where it has none.
func startOf(t html.Token) int {
	if t.Data == "ul" {
		return 0
	}
	if n, err := strconv.Atoi(attribute(t, "start")); err == nil {
		return n
	}
	return 1
}

func attribute(t html.Token, key string) string {
	for _, a := range t.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
