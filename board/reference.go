package board

import (
	"context"
	"fmt"
	"html"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// targets are what the calls of a text may lead to.
type targets struct {
	thread ThreadID // the text's own; 0 if it has none yet
	actor  func(handle) (Actor, bool)
	title  func(ThreadID) (Heading, bool) // of a thread that is there to be read
}

// nowhere is for texts in which nothing but mail addresses could be called.
func nowhere() targets {
	return targets{
		actor: func(handle) (Actor, bool) { return Actor{}, false },
		title: func(ThreadID) (Heading, bool) { return Heading{}, false },
	}
}

// Heading is the little of a thread that a link to it says.
type Heading struct {
	Title string // empty if the article was deleted
	Posts int    // the highest number given so far
}

// link is the safe HTML of a call; empty where it leads nowhere.
func (r *renderer) link(c *call, to targets) string {
	if c.post < 0 {
		a, ok := to.actor(c.handle)
		if !ok {
			return ""
		}
		return mentionLink(a)
	}
	thread := c.thread
	if thread == 0 {
		thread = to.thread
	}
	if thread == 0 {
		return ""
	}
	heading, ok := to.title(thread)
	if !ok || c.post > heading.Posts {
		return ""
	}
	address, name := r.here.Post(thread, c.post), fmt.Sprintf("#%d", c.post)
	switch {
	case thread == to.thread:
	case heading.Title == "":
		return ""
	case c.post == 0:
		address, name = r.here.Thread(thread), heading.Title
	default:
		name = heading.Title + ", " + name
	}
	return `<a href="` + html.EscapeString(address) + `">` + html.EscapeString(name) + `</a>`
}

// callAddresses makes calls of the addresses of our threads and posts that
// stand in a text as they are, so that the link says what it leads to.
func (r *renderer) callAddresses(doc ast.Node, source []byte) {
	var found []*ast.AutoLink
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if link, ok := n.(*ast.AutoLink); ok && entering {
			found = append(found, link)
		}
		return ast.WalkContinue, nil
	})
	for _, n := range found {
		address := n.URL(source)
		thread, number, ok := r.here.PostOf(string(address))
		if !ok {
			continue
		}
		c := &call{thread: thread, post: number, text: n.Label(source), address: string(address)}
		n.Parent().ReplaceChild(n.Parent(), n, c)
	}
}

// PostOf finds the post that one of our addresses for people speaks of:
// /t/12, /t/12/5, /t/12?from=51#p63. ok is false for every other address.
func (a Address) PostOf(uri string) (thread ThreadID, number int, ok bool) {
	if thread, ok = a.ThreadOf(cutAny(uri, "?#")); !ok {
		return 0, 0, false
	}
	rest := strings.TrimPrefix(uri, a.Thread(thread))
	place, fragment, _ := strings.Cut(rest, "#")
	place, _, _ = strings.Cut(place, "?")
	digits, isPost := strings.CutPrefix(place, "/")
	if !isPost {
		digits = strings.TrimPrefix(fragment, "p")
	}
	if number, err := strconv.Atoi(digits); err == nil && number >= 0 && number < 1_000_000 {
		return thread, number, true
	}
	return thread, 0, !isPost || digits == ""
}

func cutAny(s, chars string) string {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return s[:i]
	}
	return s
}

// threadNumber reads the digits of a thread; 0 if there are none.
func threadNumber(digits string) ThreadID {
	n, _ := strconv.ParseInt(digits, 10, 64)
	return ThreadID(n)
}

// maxHeadings bounds how many threads are looked up for one text.
const maxHeadings = 20

// headings looks up threads for a text, each once. What went wrong is left in
// failed.
func (b *Board) headings(ctx context.Context, failed *error) func(ThreadID) (Heading, bool) {
	known := map[ThreadID]Heading{}
	return func(id ThreadID) (Heading, bool) {
		if h, ok := known[id]; ok {
			return h, h != (Heading{})
		}
		if len(known) >= maxHeadings || *failed != nil {
			return Heading{}, false
		}
		h, err := b.Heading(ctx, id)
		if err != nil && KindOf(err) != NotFound {
			*failed = err
		}
		known[id] = h
		return h, err == nil
	}
}
