package web

import (
	"embed"
	"html"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"sync"
	"text/template/parse"
)

// templates are by the name of their page, each with the layout in it, and made
// when the page is first shown: most boards show few kinds of them in a day.
type templates map[string]func() (*template.Template, error)

//go:embed templates/*.html
var templateFiles embed.FS

// parts are the templates that pages share; every other file is a page.
var parts = []string{"templates/layout.html", "templates/list.html", "templates/form.html", "templates/pager.html"}

func parseTemplates(words *texts) (templates, error) {
	shared, err := template.New("").Funcs(functions(words)).ParseFS(templateFiles, parts...)
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	pages := make(templates, len(files))
	for _, file := range files {
		pages[strings.TrimSuffix(path.Base(file), ".html")] = sync.OnceValues(func() (*template.Template, error) {
			return parsePage(words, shared, file)
		})
	}
	return pages, nil
}

// parsePage makes the templates of a page from those that all pages share.
func parsePage(words *texts, shared *template.Template, file string) (*template.Template, error) {
	page, err := shared.Clone()
	if err == nil {
		page, err = page.ParseFS(templateFiles, file)
	}
	if err == nil {
		words.settle(page)
	}
	return page, err
}

// functions are what templates may call: the words of one language.
func functions(words *texts) template.FuncMap {
	return template.FuncMap{"safe": safe, "t": words.t, "n": words.n, "mix": words.mix}
}

// settle puts the words that never change into the templates of one language
// once, instead of looking them up for every page: {{t "Post Reply"}} becomes
// its translation. It must come before a template is first executed.
func (t *texts) settle(set *template.Template) {
	for _, one := range set.Templates() {
		if one.Tree != nil {
			t.settleList(one.Tree.Root)
		}
	}
}

func (t *texts) settleList(list *parse.ListNode) {
	if list == nil {
		return
	}
	for i, node := range list.Nodes {
		switch node := node.(type) {
		case *parse.ActionNode:
			if text, ok := constantText(node.Pipe); ok {
				list.Nodes[i] = &parse.TextNode{NodeType: parse.NodeText, Pos: node.Pos, Text: []byte(html.EscapeString(t.t(text)))}
			}
		case *parse.IfNode:
			t.settleBranch(&node.BranchNode)
		case *parse.RangeNode:
			t.settleBranch(&node.BranchNode)
		case *parse.WithNode:
			t.settleBranch(&node.BranchNode)
		}
	}
}

func (t *texts) settleBranch(b *parse.BranchNode) {
	t.settleList(b.List)
	t.settleList(b.ElseList)
}

// constantText is what {{t "…"}} says, if it says nothing else.
func constantText(pipe *parse.PipeNode) (text string, ok bool) {
	if len(pipe.Decl) > 0 || len(pipe.Cmds) != 1 || len(pipe.Cmds[0].Args) != 2 {
		return "", false
	}
	name, ok := pipe.Cmds[0].Args[0].(*parse.IdentifierNode)
	if !ok || name.Ident != "t" {
		return "", false
	}
	literal, ok := pipe.Cmds[0].Args[1].(*parse.StringNode)
	if !ok {
		return "", false
	}
	return literal.Text, true
}
