package web

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"

	"github.com/leonelquinteros/gotext"
)

// TestEveryTextIsTranslated reads the sources and the templates: every text
// that a reader may see is in every translation, with the same verbs, and a
// translation has none that nobody says any more.
func TestEveryTextIsTranslated(t *testing.T) {
	used := textsInUse(t)
	c, err := loadCatalogue("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range c.all {
		if words.po == nil {
			continue
		}
		t.Run(words.Name, func(t *testing.T) {
			translated := words.po.GetDomain().GetTranslations()
			var missing strings.Builder
			for _, text := range slices.Sorted(maps.Keys(used)) {
				if entry := translated[text]; entry == nil || len(entry.Trs) == 0 {
					missing.WriteString(entryOf(used[text]))
				} else if fault := faultOf(entry, used[text]); fault != "" {
					t.Errorf("%q: %s", text, fault)
				}
			}
			if missing.Len() > 0 {
				t.Errorf("not translated:\n%s", missing.String())
			}
			for text := range translated {
				if _, ok := used[text]; !ok && text != "" {
					t.Errorf("nobody says %q any more", text)
				}
			}
		})
	}
}

// usedText is a text in the sources.
type usedText struct {
	one, many string // many is empty unless it is for a number
	place     string
}

// entryOf is what a translator fills in.
func entryOf(u usedText) string {
	entry := fmt.Sprintf("\n#: %s\nmsgid %q\n", u.place, u.one)
	if u.many != "" {
		return entry + fmt.Sprintf("msgid_plural %q\nmsgstr[0] \"\"\nmsgstr[1] \"\"\n", u.many)
	}
	return entry + "msgstr \"\"\n"
}

var verb = regexp.MustCompile(`%(?:\[\d\])?([a-zA-Z])`)

func verbs(text string) (kinds []string) {
	for _, m := range verb.FindAllStringSubmatch(text, -1) {
		kinds = append(kinds, m[1])
	}
	slices.Sort(kinds)
	return kinds
}

func faultOf(entry *gotext.Translation, u usedText) string {
	if u.many != "" && len(entry.Trs) < 2 {
		return "there is only one form for all numbers"
	}
	for _, translation := range entry.Trs {
		if translation == "" {
			return "it is empty"
		}
		if !slices.Equal(verbs(translation), verbs(u.one)) {
			return fmt.Sprintf("%q has other verbs", translation)
		}
		if numbered := strings.Count(translation, "%["); numbered != 0 && numbered != len(verbs(translation)) {
			return fmt.Sprintf("%q numbers only some of its verbs", translation)
		}
	}
	return ""
}

// textsInUse are those of the web and the board, and of what the web asks others for.
func textsInUse(t *testing.T) map[string]usedText {
	t.Helper()
	used := map[string]usedText{}
	add := func(place, one, many string) {
		if one != "" && (used[one].many == "" || many != "") {
			used[one] = usedText{one, many, strings.TrimPrefix(place, "../")}
		}
	}
	for _, pattern := range []string{"*.go", "../board/*.go", "../inbox/lookup*.go", "../cmd/corkboard/details*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				textsOfGo(t, file, add)
			}
		}
	}
	files, err := filepath.Glob("templates/*.html")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, file := range files {
		textsOfTemplate(t, file, add)
	}
	return used
}

// textAt says which argument of a call is a text.
var textAt = map[string]int{
	"t": 0, "n": 0, "words": 0, "mix": 0, "phrase": 0, "Errorf": 1, "FieldErrorf": 1, "TooManyErrorf": 1, "newError": 1, "named": 1,
}

func textsOfGo(t *testing.T, file string, add func(place, one, many string)) {
	t.Helper()
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		name := nameOf(call.Fun)
		at, ok := textAt[name]
		if !ok || len(call.Args) <= at || fromFmt(call.Fun) {
			return true
		}
		one, many := literal(call.Args[at]), ""
		if name == "n" && len(call.Args) > 1 {
			many = literal(call.Args[1])
		}
		add(fmt.Sprintf("%s:%d", file, set.Position(call.Pos()).Line), one, many)
		return true
	})
}

func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// fromFmt reports whether it is fmt.Errorf, whose text nobody reads.
func fromFmt(e ast.Expr) bool {
	s, ok := e.(*ast.SelectorExpr)
	return ok && nameOf(s.X) == "fmt"
}

// literal is a constant text; empty for anything else.
func literal(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if e.Kind == token.STRING && err == nil {
			return text
		}
	case *ast.BinaryExpr:
		if x, y := literal(e.X), literal(e.Y); x != "" && y != "" {
			return x + y
		}
	}
	return ""
}

func textsOfTemplate(t *testing.T, file string, add func(place, one, many string)) {
	t.Helper()
	source, err := templateFiles.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]any{}
	for _, name := range []string{"t", "n", "mix", "safe", "printf", "eq", "ne", "or", "and", "not", "len", "index", "gt", "lt", "ge", "le", "slice", "urlquery", "html"} {
		known[name] = true
	}
	for name := range functions(&texts{}) {
		known[name] = true
	}
	trees, err := parse.Parse(file, string(source), "", "", known)
	if err != nil {
		t.Fatal(err)
	}
	for _, tree := range trees {
		eachCommand(tree.Root, func(c *parse.CommandNode) {
			var words []string
			for _, arg := range c.Args[1:] {
				if s, ok := arg.(*parse.StringNode); ok {
					words = append(words, s.Text)
				}
			}
			name, ok := c.Args[0].(*parse.IdentifierNode)
			switch {
			case !ok || len(words) == 0:
			case name.Ident == "t" || name.Ident == "mix":
				add("web/"+file, words[0], "")
			case name.Ident == "n" && len(words) > 1:
				add("web/"+file, words[0], words[1])
			}
		})
	}
}

// eachCommand visits the calls of a template, those in brackets too.
func eachCommand(n parse.Node, visit func(*parse.CommandNode)) {
	pipe := func(p *parse.PipeNode) {
		if p != nil {
			eachCommand(p, visit)
		}
	}
	list := func(l *parse.ListNode) {
		if l != nil {
			eachCommand(l, visit)
		}
	}
	branch := func(b parse.BranchNode) { pipe(b.Pipe); list(b.List); list(b.ElseList) }
	switch n := n.(type) {
	case *parse.ListNode:
		for _, child := range n.Nodes {
			eachCommand(child, visit)
		}
	case *parse.ActionNode:
		pipe(n.Pipe)
	case *parse.IfNode:
		branch(n.BranchNode)
	case *parse.RangeNode:
		branch(n.BranchNode)
	case *parse.WithNode:
		branch(n.BranchNode)
	case *parse.TemplateNode:
		pipe(n.Pipe)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			eachCommand(c, visit)
		}
	case *parse.CommandNode:
		visit(n)
		for _, arg := range n.Args {
			eachCommand(arg, visit)
		}
	}
}
