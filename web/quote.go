package web

import (
	"strings"
	"unicode/utf8"
)

const (
	quoteLines = 12 // of a quote that is shown whole
	lineRunes  = 68 // of a line, about: the measure of the style sheet
)

// foldQuotes adds safe HTML whose long quotes are folded: who has read the
// thread knows them already. write adds a piece of it.
func (m *markup) foldQuotes(html string, write func(*markup, string) *markup) *markup {
	for {
		start := strings.Index(html, "<blockquote")
		if start < 0 {
			return write(m, html)
		}
		end := quoteEnd(html, start)
		write(m, html[:start])
		quote := html[start:end]
		if n := linesOf(quote); n > quoteLines {
			m.tag(`<details class="quote"><summary>`).text(m.n("Quote of %d line", "Quote of %d lines", n)).tag("</summary>")
			write(m, quote)
			m.tag("</details>")
		} else {
			write(m, quote)
		}
		html = html[end:]
	}
}

// quoteEnd is where the quote that begins at start ends, those inside it with
// it. The board's HTML closes whatever it opens.
func quoteEnd(html string, start int) int {
	const open, closed = "<blockquote", "</blockquote>"
	depth, at := 1, start+len(open)
	for depth > 0 {
		shut := strings.Index(html[at:], closed)
		if shut < 0 {
			return len(html)
		}
		if inner := strings.Index(html[at:at+shut], open); inner >= 0 {
			depth, at = depth+1, at+inner+len(open)
			continue
		}
		depth, at = depth-1, at+shut+len(closed)
	}
	return at
}

// linesOf is about how many lines safe HTML fills.
func linesOf(html string) int {
	lines, row := 0, 0
	end := func() {
		if row > 0 {
			lines += (row + lineRunes - 1) / lineRunes
		}
		row = 0
	}
	for html != "" {
		text, rest, found := strings.Cut(html, "<")
		if trimmed := strings.Trim(text, "\n"); trimmed != "" {
			row += utf8.RuneCountInString(trimmed)
			lines += strings.Count(trimmed, "\n")
		}
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, ">")
		name, _, _ = strings.Cut(strings.TrimSuffix(strings.TrimPrefix(name, "/"), "/"), " ")
		switch name {
		case "p", "br", "li", "pre", "blockquote", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6":
			end()
		}
		html = after
	}
	end()
	return lines
}
