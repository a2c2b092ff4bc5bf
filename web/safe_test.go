package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestOnePlaceSaysSafe reads the package's sources: HTML that templates do not
// escape is made in one function only.
func TestOnePlaceSaysSafe(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if from, ok := name.X.(*ast.Ident); ok && from.Name == "template" {
				switch name.Sel.Name {
				case "HTML", "HTMLAttr", "URL", "JS", "CSS", "Srcset":
					found++
					if file != "markup.go" {
						t.Errorf("%s: template.%s", file, name.Sel.Name)
					}
				}
			}
			return true
		})
	}
	if found != 1 {
		t.Errorf("%d places say that HTML is safe", found)
	}
}
