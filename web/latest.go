package web

import (
	"fmt"
	"net/http"
	"strconv"

	"corkboard/board"
)

const entriesPerPage = 25

// entry is a post in a list of posts from several threads.
type entry struct {
	board.Entry
	Path    string // its place in its thread
	ToName  string
	ToPath  string // of the post that it answers; empty if there is none here
	Excerpt string // plain text
}

// Article reports whether it is one.
func (e entry) Article() bool { return e.Number == 0 }

func newEntry(r *request, e board.Entry, text bool) entry {
	v := entry{Entry: e, Path: r.placePath(e.Thread, e.Number)}
	if e.Number == 0 {
		v.Path = threadPagePath(e.Thread, 1)
	}
	if e.Title == "" {
		v.Title = r.t("(article deleted)")
	}
	if e.To.Post != 0 {
		v.ToPath, v.ToName = r.placePath(e.Thread, e.To.Number), toName(e.To.Author)
	}
	if text && e.Warning == "" {
		v.Excerpt = withoutTitle(r.excerpt(e.Post, excerptWords), e.Title)
	}
	return v
}

// entries is one page of a list of posts.
type entries struct {
	Posts []entry
	Alone bool   // all of one author, whose name needs not be said
	Newer string // paths of the pages beside this one; empty at the ends
	Older string
}

// entryQuery is what the address of a list of posts asks for.
type entryQuery struct {
	path          string
	author        board.ActorID // 0: everybody
	before, after board.PostID
}

func readEntryQuery(r *request, path string, author board.ActorID) entryQuery {
	id := func(name string) board.PostID {
		n, err := strconv.ParseInt(r.URL.Query().Get(name), 10, 64)
		if err != nil || n < 1 {
			return 0 // what is no number is the first page
		}
		return board.PostID(n)
	}
	q := entryQuery{path: path, author: author, before: id("before")}
	if q.before == 0 {
		q.after = id("after")
	}
	return q
}

// String is the address of the list.
func (q entryQuery) String() string {
	switch {
	case q.before != 0:
		return fmt.Sprintf("%s?before=%d", q.path, q.before)
	case q.after != 0:
		return fmt.Sprintf("%s?after=%d", q.path, q.after)
	}
	return q.path
}

// entries reads one page, and one post more, to know whether there is another.
func (h *Handler) entries(r *request, q entryQuery) (list entries, err error) {
	posts, err := h.board.LatestPosts(r.Context(), board.PostQuery{
		Author: q.author, Before: q.before, After: q.after, Limit: entriesPerPage + 1,
	})
	if err != nil || len(posts) == 0 {
		return list, err
	}
	list.Alone = q.author != 0
	more, back := len(posts) > entriesPerPage, q.after != 0
	if more && back {
		posts = posts[1:]
	} else if more {
		posts = posts[:entriesPerPage]
	}
	if more && back || q.before != 0 {
		list.Newer = entryQuery{path: q.path, after: posts[0].ID}.String()
	}
	if more || back {
		list.Older = entryQuery{path: q.path, before: posts[len(posts)-1].ID}.String()
	}
	for _, p := range posts {
		list.Posts = append(list.Posts, newEntry(r, p, true))
	}
	return list, nil
}

// latestPage is the latest posts of all threads.
type latestPage struct {
	frame
	Entries entries
}

// showLatest answers /posts.
func (h *Handler) showLatest(w http.ResponseWriter, r *request) error {
	return h.showEntries(w, r, readEntryQuery(r, "/posts", 0), func(list entries) content {
		return &latestPage{frame: h.frame(r, "latest", r.t("Latest posts")), Entries: list}
	})
}

// showEntries answers with a list of posts, on the page that begin makes of it.
func (h *Handler) showEntries(w http.ResponseWriter, r *request, q entryQuery, begin func(entries) content) error {
	version, err := h.board.BoardVersion(r.Context())
	if err != nil {
		return err
	}
	return h.showCached(w, r, q.String(), version, func() (content, error) {
		list, err := h.entries(r, q)
		if err != nil {
			return nil, err
		}
		p := begin(list)
		f := p.Frame()
		f.Canonical = string(h.config.Address) + q.String()
		f.Newer, f.Older, f.Feed = list.Newer, list.Older, or(f.Feed, feedPath(q.path))
		return p, nil
	})
}
