package board

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Bounds of what is read of a page's JSON-LD.
const (
	maxNodes = 5000
	maxDepth = 12
)

// structured is an article as JSON-LD describes it (schema.org/Article).
type structured struct {
	headline, publisher, date, language, description, url string
	authors, keywords                                     []string
}

// graph is every node of a page's JSON-LD. Nodes refer to one another by id.
type graph struct {
	nodes []map[string]any
	byID  map[string]map[string]any
}

// structured finds the article among what a page says in JSON-LD: one that
// has the page's own address, else the first of the best kind.
func (p *page) structured(address string) structured {
	g := graph{byID: map[string]map[string]any{}}
	for _, script := range p.scripts {
		if value, ok := parseLoosely(script); ok {
			g.collect(value, 0)
		}
	}
	var best map[string]any
	rank := 0
	for _, node := range g.nodes {
		r := articleRank(node)
		if r > 0 && LinkKey(address) != "" && LinkKey(g.address(node)) == LinkKey(address) {
			r += 10
		}
		if r > rank {
			best, rank = node, r
		}
	}
	return g.describe(best)
}

// collect takes every node, however deep.
func (g *graph) collect(value any, depth int) {
	if depth > maxDepth || len(g.nodes) >= maxNodes {
		return
	}
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			g.collect(item, depth+1)
		}
	case map[string]any:
		g.nodes = append(g.nodes, v)
		if id, ok := v["@id"].(string); ok && len(v) > 1 && g.byID[id] == nil {
			g.byID[id] = v
		}
		for _, name := range sortedNames(v) {
			g.collect(v[name], depth+1)
		}
	}
}

func sortedNames(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// articleRank says how much a node is an article; 0 if it is none.
func articleRank(node map[string]any) int {
	rank := 0
	for _, kind := range textsIn(node["@type"]) {
		kind = kind[strings.LastIndexAny(kind, "/:#")+1:]
		switch {
		case strings.HasSuffix(kind, "NewsArticle"):
			rank = max(rank, 3)
		case strings.HasSuffix(kind, "Article"), strings.HasSuffix(kind, "Posting"), kind == "Report":
			rank = max(rank, 2)
		case kind == "VideoObject", kind == "PodcastEpisode", kind == "AudioObject":
			rank = max(rank, 1)
		}
	}
	return rank
}

// describe takes what an article says of itself; nil says nothing.
func (g *graph) describe(node map[string]any) structured {
	if node == nil {
		return structured{}
	}
	return structured{
		headline:    cmp.Or(textIn(node["headline"]), textIn(node["name"])),
		publisher:   cmp.Or(append(g.names(node["publisher"]), g.names(node["sourceOrganization"])...)...),
		date:        cmp.Or(textIn(node["datePublished"]), textIn(node["uploadDate"]), textIn(node["dateCreated"])),
		language:    cmp.Or(g.names(node["inLanguage"])...),
		description: textIn(node["description"]),
		url:         g.address(node),
		authors:     append(g.names(node["author"]), g.names(node["creator"])...),
		keywords:    g.names(node["keywords"]),
	}
}

// address is where a node says that it is.
func (g *graph) address(node map[string]any) string {
	if at := textIn(node["url"]); at != "" {
		return at
	}
	switch page := node["mainEntityOfPage"].(type) {
	case string:
		return page
	case map[string]any:
		return cmp.Or(textIn(page["@id"]), textIn(page["url"]))
	}
	return ""
}

// names are the names of people or organisations: texts, nodes, references to
// nodes, or lists of them.
func (g *graph) names(value any) []string {
	var names []string
	for _, item := range listed(value) {
		switch v := item.(type) {
		case string:
			names = append(names, v)
		case map[string]any:
			if id, ok := v["@id"].(string); ok && textIn(v["name"]) == "" && g.byID[id] != nil {
				v = g.byID[id]
			}
			name := cmp.Or(textIn(v["name"]), textIn(v["alternateName"]), textIn(v["@value"]))
			if name == "" {
				name = strings.TrimSpace(textIn(v["givenName"]) + " " + textIn(v["familyName"]))
			}
			if name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

// listed is a value as a list of at most 20; lists in lists are taken apart.
func listed(value any) (items []any) {
	list, ok := value.([]any)
	if !ok {
		return []any{value}
	}
	for _, item := range list {
		if inner, ok := item.([]any); ok {
			items = append(items, inner...)
		} else {
			items = append(items, item)
		}
	}
	return items[:min(len(items), maxPageFacts)]
}

// text is a value that is a text, the first of a list, or a language's value.
func textIn(value any) string {
	for _, item := range listed(value) {
		switch v := item.(type) {
		case string:
			return v
		case float64:
			return fmt.Sprint(v)
		case map[string]any:
			if s, ok := v["@value"].(string); ok {
				return s
			}
		}
	}
	return ""
}

func textsIn(value any) (all []string) {
	for _, item := range listed(value) {
		if s, ok := item.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

// parseLoosely reads JSON as pages write it: in comments, with line ends in
// texts, and with a comma too many.
func parseLoosely(script string) (value any, ok bool) {
	script = strings.TrimSpace(script)
	if json.Unmarshal([]byte(script), &value) == nil {
		return value, true
	}
	script = wrapping.Replace(script)
	start, end := strings.IndexAny(script, "{["), strings.LastIndexAny(script, "}]")
	if start < 0 || end < start {
		return nil, false
	}
	value = nil
	return value, json.Unmarshal(mended([]byte(script[start:end+1])), &value) == nil
}

// wrapping hides scripts from browsers of long ago.
var wrapping = strings.NewReplacer("<!--", "", "-->", "", "<![CDATA[", "", "]]>", "")

// mended turns control characters into spaces, and drops a comma that nothing
// follows.
func mended(script []byte) []byte {
	out := make([]byte, 0, len(script))
	quoted, escaped := false, false
	for _, c := range script {
		if c < ' ' {
			c = ' '
		}
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case !quoted && (c == '}' || c == ']'):
			kept := len(out)
			for kept > 0 && out[kept-1] == ' ' {
				kept--
			}
			if kept > 0 && out[kept-1] == ',' {
				out = out[:kept-1]
			}
		}
		out = append(out, c)
	}
	return out
}
