package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"corkboard/board"
)

const (
	articlesPerPage = 25
	excerptWords    = 50
)

// list is articles, newest or most recently active first, one page of them.
type list struct {
	Articles []*articleView
	Active   bool // sorted by the last post
	Brief    bool // titles only
	Newest   string
	ByPost   string // paths of the same list, sorted and shown otherwise
	Headers  string
	Text     string
	Newer    string // paths of the pages beside this one; empty at the ends
	Older    string
}

// listQuery is what a list's address asks for.
type listQuery struct {
	path          string
	topic         board.ActorID
	active, brief bool
	before, after key
}

// key is a place in a list: after which thread, and in a list by activity when
// that thread had its last post.
type key struct {
	thread board.ThreadID
	at     time.Time
}

func (k key) String() string {
	if k.at.IsZero() {
		return strconv.FormatInt(int64(k.thread), 10)
	}
	return fmt.Sprintf("%d.%d", k.thread, k.at.UnixMilli())
}

// parseKey reads a key; what is none is the beginning of the list.
func parseKey(s string, active bool) key {
	var id, at int64
	if active {
		if n, err := fmt.Sscanf(s, "%d.%d", &id, &at); n != 2 || err != nil || id < 1 {
			return key{}
		}
		return key{board.ThreadID(id), time.UnixMilli(at).UTC()}
	}
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil || id < 1 {
		return key{}
	}
	return key{thread: board.ThreadID(id)}
}

func readListQuery(r *request, topic board.ActorID) listQuery {
	values := r.URL.Query()
	q := listQuery{path: r.URL.Path, topic: topic, active: values.Get("sort") == "active", brief: values.Get("brief") == "1"}
	q.before = parseKey(values.Get("before"), q.active)
	if q.before.thread == 0 {
		q.after = parseKey(values.Get("after"), q.active)
	}
	return q
}

// String is the address of the list, always the same for the same list.
func (q listQuery) String() string {
	values := url.Values{}
	if q.active {
		values.Set("sort", "active")
	}
	if q.brief {
		values.Set("brief", "1")
	}
	if q.before.thread != 0 {
		values.Set("before", q.before.String())
	}
	if q.after.thread != 0 {
		values.Set("after", q.after.String())
	}
	if len(values) == 0 {
		return q.path
	}
	return q.path + "?" + values.Encode()
}

// with returns the beginning of the list, sorted and shown so.
func (q listQuery) with(active, brief bool) string {
	return listQuery{path: q.path, active: active, brief: brief}.String()
}

// list reads one page and one article more, to know whether there is another.
func (h *Handler) list(ctx context.Context, r *reader, q listQuery) (list, error) {
	threads, err := h.board.Threads(ctx, board.ThreadQuery{
		Topic: q.topic, Active: q.active, Limit: articlesPerPage + 1,
		Before: q.before.thread, BeforeTime: q.before.at, After: q.after.thread, AfterTime: q.after.at,
	})
	if err != nil {
		return list{}, err
	}
	more := len(threads) > articlesPerPage
	if back := q.after.thread != 0; more && back {
		threads = threads[len(threads)-articlesPerPage:]
	} else if more {
		threads = threads[:articlesPerPage]
	}
	l := list{
		Active: q.active, Brief: q.brief,
		Newest: q.with(false, q.brief), ByPost: q.with(true, q.brief),
		Headers: q.with(q.active, true), Text: q.with(q.active, false),
	}
	l.Newer, l.Older = q.neighbours(threads, more)
	for _, t := range threads {
		l.Articles = append(l.Articles, listed(r, t, q.brief))
	}
	return l, nil
}

// neighbours are the addresses of the pages before and after this one.
func (q listQuery) neighbours(threads []board.Thread, more bool) (newer, older string) {
	if len(threads) == 0 {
		return "", ""
	}
	back := q.after.thread != 0
	if more && back || q.before.thread != 0 {
		beside := q
		beside.before, beside.after = key{}, q.keyOf(threads[0])
		newer = beside.String()
	}
	if more && !back || back {
		beside := q
		beside.before, beside.after = q.keyOf(threads[len(threads)-1]), key{}
		older = beside.String()
	}
	return newer, older
}

func (q listQuery) keyOf(t board.Thread) key {
	if q.active {
		return key{t.ID, t.LastAt}
	}
	return key{thread: t.ID}
}

// listed is an article in a list: its first words instead of its text.
func listed(r *reader, t board.Thread, brief bool) *articleView {
	v := &articleView{Thread: t, Path: threadPagePath(t.ID, 1), Source: r.sourceLine(t.Citation)}
	if !brief && t.Article.State == board.Live && t.Article.Warning == "" {
		v.Excerpt = board.Excerpt(t.Article.HTML, excerptWords)
	}
	return v
}

// homePage is the front page: the articles of all topics.
type homePage struct {
	frame
	List   list
	Topics []board.Topic
}

// topicsBeside bounds the topics that the front page names.
const topicsBeside = 12

// showHome answers /.
func (h *Handler) showHome(w http.ResponseWriter, r *request) error {
	version, err := h.board.BoardVersion(r.Context())
	if err != nil {
		return err
	}
	q := readListQuery(r, 0)
	return h.showCached(w, r, q.String(), version, func() (content, error) {
		l, err := h.list(r.Context(), r.reader, q)
		if err != nil {
			return nil, err
		}
		topics, err := h.board.Topics(r.Context())
		if err != nil {
			return nil, err
		}
		p := &homePage{frame: h.frame(r, "home", ""), List: l, Topics: liveliest(topics)}
		p.Canonical = string(h.config.Address) + "/"
		p.Newer, p.Older = l.Newer, l.Older
		return p, nil
	})
}

// liveliest are the open topics that had a post last, most recent first.
func liveliest(topics []board.Topic) []board.Topic {
	open := slices.DeleteFunc(slices.Clone(topics), func(t board.Topic) bool { return !t.ClosedAt.IsZero() })
	slices.SortStableFunc(open, func(a, b board.Topic) int { return b.LastAt.Compare(a.LastAt) })
	return open[:min(len(open), topicsBeside)]
}
