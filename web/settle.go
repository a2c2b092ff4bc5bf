package web

import (
	"html"
	"html/template"
	"text/template/parse"
)

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
