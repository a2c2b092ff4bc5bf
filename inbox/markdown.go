package inbox

import (
	"strings"

	"golang.org/x/net/html"
)

// markdownOf puts HTML that a member's program sends into Markdown, which is
// what the board keeps of members: paragraphs, lines, links, emphasis, lists,
// quotations. Whatever else is there is reduced to its text.
func markdownOf(source string) string {
	w := markdownWriter{}
	tokens := html.NewTokenizer(strings.NewReader(source))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(w.text.String())
		case html.TextToken:
			w.text.WriteString(escapeMarkdown.Replace(string(tokens.Text())))
		case html.StartTagToken, html.SelfClosingTagToken:
			w.open(tokens.Token())
		case html.EndTagToken:
			w.close(tokens.Token().Data)
		}
	}
}

// escapeMarkdown keeps a text from being read as marks.
var escapeMarkdown = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, "#", `\#`)

// marks are what Markdown has for an element, before and after its text.
var marks = map[string][2]string{
	"p": {"\n\n", "\n\n"}, "div": {"\n\n", "\n\n"}, "ul": {"\n\n", "\n\n"}, "ol": {"\n\n", "\n\n"}, "pre": {"\n\n", "\n\n"},
	"h1": {"\n\n# ", "\n\n"}, "h2": {"\n\n## ", "\n\n"}, "h3": {"\n\n### ", "\n\n"}, "h4": {"\n\n#### ", "\n\n"},
	"li": {"\n- ", ""}, "blockquote": {"\n\n> ", "\n\n"}, "br": {"  \n", ""},
	"strong": {"**", "**"}, "b": {"**", "**"}, "em": {"*", "*"}, "i": {"*", "*"},
}

type markdownWriter struct {
	text  strings.Builder
	hrefs []string // of the links that are open
}

func (w *markdownWriter) open(t html.Token) {
	if t.Data != "a" {
		w.text.WriteString(marks[t.Data][0])
		return
	}
	href := ""
	for _, a := range t.Attr {
		if a.Key == "href" {
			href = a.Val
		}
	}
	w.hrefs = append(w.hrefs, href)
	w.text.WriteString("[")
}

func (w *markdownWriter) close(name string) {
	if name != "a" {
		w.text.WriteString(marks[name][1])
		return
	}
	if len(w.hrefs) == 0 {
		return
	}
	last := len(w.hrefs) - 1
	w.text.WriteString("](<" + strings.NewReplacer("<", "%3C", ">", "%3E", "\n", "").Replace(w.hrefs[last]) + ">)")
	w.hrefs = w.hrefs[:last]
}
