package web

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"corkboard/board"
)

// postsPerPage is how many posts a page of a thread has for whoever has not set
// it; tombstones count.
const postsPerPage = 50

func threadPagePath(id board.ThreadID, from int) string {
	path := "/t/" + strconv.FormatInt(int64(id), 10)
	if from > 1 {
		path += "?from=" + strconv.Itoa(from)
	}
	return path
}

// perPage is how many posts a page of a thread has for this reader.
func (d display) perPage() int { return or(d.PerPage, postsPerPage) }

// placePath leads to a post's place in its thread, on this reader's pages.
func (d display) placePath(id board.ThreadID, number int) string {
	return threadPagePath(id, d.pageOf(number)) + "#p" + strconv.Itoa(number)
}

// placePath leads to a post's place on the pages of those who have set nothing.
func placePath(id board.ThreadID, number int) string { return display{}.placePath(id, number) }

// pageOf is the first number of the page on which a number stands.
func (d display) pageOf(number int) int {
	return max(0, number-1)/d.perPage()*d.perPage() + 1
}

// postPagePath leads to a post's own page; the article's is its thread's.
func postPagePath(id board.ThreadID, number int) string {
	if number == 0 {
		return threadPagePath(id, 1)
	}
	return threadPagePath(id, 1) + "/" + strconv.Itoa(number)
}

// formPath leads to what may be done with a post: reply, edit or delete.
func formPath(id board.ThreadID, number int, form string) string {
	return threadPagePath(id, 1) + "/" + strconv.Itoa(number) + "/" + form
}

// keywordsPath leads to the keywords of a thread with who added them.
func keywordsPath(id board.ThreadID) string { return fmt.Sprintf("/t/%d/keywords", id) }

// actorPath leads to the page that the board has of an actor.
func actorPath(a board.Actor) string {
	switch {
	case !a.Local():
		return "/~" + url.PathEscape(a.Name+"@"+a.Host)
	case a.Type == board.Group:
		return topicPath(strings.TrimSuffix(a.Name, board.AllSuffix))
	case a.Type == board.Application:
		return "/about"
	}
	return "/members/" + url.PathEscape(a.Name)
}

// named is a part of the address, as its route calls it. Routes match addresses
// as they are sent, so that an escaped stroke is none between parts.
func (r *request) named(part string) string {
	sent := mux.Vars(r.Request)[part]
	if plain, err := url.PathUnescape(sent); err == nil {
		return plain
	}
	return sent
}

func topicPath(name string) string { return "/topics/" + url.PathEscape(name) }

// loginPath leads to the log-in form and from there to a path of ours.
func loginPath(next string) string { return "/login?next=" + url.QueryEscape(next) }

// localPath returns next if it is a path on this site, and the front page for
// anything that might lead elsewhere.
func localPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" {
		return "/"
	}
	// What is sent is looked at, not what came: writing an address may unescape it.
	path := u.String()
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return path
}
