package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"corkboard/board"
)

const (
	articlesPerPage = 25
	excerptWords    = 50
)

// The ways in which a list of articles may be sorted.
const (
	byNewest = ""
	byActive = "active"
	byVisit  = "visit" // what had posts since the member's last visit
)

// list is articles, one page of them.
type list struct {
	Articles []*listed
	Brief    bool // titles only
	Visit    bool // only what had posts since the last visit
	Sorts    []tab
	Forms    []tab
	Newer    string // paths of the pages beside this one; empty at the ends
	Older    string
	Last     time.Time // the member's last visit; zero on the first, and for visitors
	End      bool      // the last visit was between this page and the next
	Partly   bool      // it has several keywords, and not all threads were looked at
}

// tab is one of several ways to see a page.
type tab struct {
	Label   string
	Path    string
	Current bool
}

// listed is an article in a list: its first words instead of its text.
type listed struct {
	*articleView
	Seen     bool // the first of those that were there at the last visit
	Fresh    bool // it came since the last visit and was not opened yet
	New      int  // how many posts the member has not read of a thread that he has begun
	NewPath  string
	Pinned   bool
	Breaking bool
}

// listQuery is what a list's address asks for.
type listQuery struct {
	path          string
	of            board.ThreadQuery // which articles
	sorts         []string          // in which ways it can be sorted
	sort          string
	brief         bool
	briefly       string // what the address says of that; empty for nothing
	before, after key
}

// key is a place in a list: behind which thread, and in a list by activity when
// that thread had its last post.
type key board.ThreadKey

func (k key) String() string {
	if k.At.IsZero() {
		return strconv.FormatInt(int64(k.Thread), 10)
	}
	return fmt.Sprintf("%d.%d", k.Thread, k.At.UnixMilli())
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
	return key{Thread: board.ThreadID(id)}
}

// readListQuery reads the address of a list at path that can be sorted in some
// ways. Only members have a last visit.
func readListQuery(r *request, path string, of board.ThreadQuery, sorts ...string) listQuery {
	if r.visitor() {
		sorts = slices.DeleteFunc(slices.Clone(sorts), func(sort string) bool { return sort == byVisit })
	}
	values := r.URL.Query()
	q := listQuery{path: path, of: of, sorts: sorts, sort: values.Get("sort"), brief: r.Brief}
	if !slices.Contains(sorts, q.sort) {
		q.sort = byNewest
	}
	if said := values.Get("brief"); said == "1" || said == "0" {
		q.briefly, q.brief = said, said == "1"
	}
	q.before = parseKey(values.Get("before"), q.active())
	if q.before.Thread == 0 {
		q.after = parseKey(values.Get("after"), q.active())
	}
	return q
}

// active reports whether the list is sorted by the last post.
func (q listQuery) active() bool { return q.sort != byNewest }

// first reports whether this is the first page.
func (q listQuery) first() bool { return q.before.Thread == 0 && q.after.Thread == 0 }

// String is the address of the list, always the same for the same list.
func (q listQuery) String() string {
	values := url.Values{}
	set := func(name, value string, is bool) {
		if is {
			values.Set(name, value)
		}
	}
	set("sort", q.sort, q.sort != byNewest)
	set("brief", q.briefly, q.briefly != "")
	set("before", q.before.String(), q.before.Thread != 0)
	set("after", q.after.String(), q.after.Thread != 0)
	if len(values) == 0 {
		return q.path
	}
	return q.path + "?" + values.Encode()
}

// canonical is the address under which search engines know the page: lists that
// are sorted otherwise have the same articles.
func (q listQuery) canonical() string {
	plain := listQuery{path: q.path}
	if !q.active() {
		plain.before, plain.after = q.before, q.after
	}
	return plain.String()
}

// with returns the beginning of the list, sorted and shown so.
func (q listQuery) with(sort, briefly string) string {
	return listQuery{path: q.path, sort: sort, briefly: briefly}.String()
}

// tabs are the ways in which the list can be seen.
func (q listQuery) tabs(r *reader) (sorts, forms []tab) {
	labels := map[string]string{byNewest: r.t("Newest"), byActive: r.t("Most active"), byVisit: r.t("Since last visit")}
	for _, sort := range q.sorts {
		sorts = append(sorts, tab{labels[sort], q.with(sort, q.briefly), sort == q.sort})
	}
	return sorts, []tab{{r.t("Headers"), q.with(q.sort, "1"), q.brief}, {r.t("Text"), q.with(q.sort, "0"), !q.brief}}
}

// query is what to ask the board: one article more than the page has, to know
// whether there is another.
func (q listQuery) query(r *request) board.ThreadQuery {
	of := q.of
	of.Active, of.Limit = q.active(), articlesPerPage+1
	of.Before, of.BeforeTime, of.After, of.AfterTime = q.before.Thread, q.before.At, q.after.Thread, q.after.At
	if q.sort == byVisit {
		of.Since = r.member.LastVisit
	}
	return of
}

// list reads one page.
func (h *Handler) list(r *request, q listQuery, pins []board.Pinned) (list, error) {
	ask := q.query(r)
	threads, err := h.board.Threads(r.Context(), ask)
	if err != nil {
		return list{}, err
	}
	shown, beside := q.cut(threads)
	l := list{Brief: q.brief, Visit: q.sort == byVisit, Last: r.member.LastVisit}
	l.Sorts, l.Forms = q.tabs(r.reader)
	l.Newer, l.Older = q.neighbours(shown, beside != nil)
	if beside == nil && len(q.of.Keywords) > 1 {
		if err := h.reach(r, q, ask, &l); err != nil {
			return list{}, err
		}
	}
	for _, t := range shown {
		l.Articles = append(l.Articles, newListed(r, t, q.brief, pins))
	}
	l.mark(q, beside)
	return l, h.countNew(r, l.Articles)
}

// cut takes the articles of the page from those that were read. beside is the
// one more, on the side to which the list was read; nil if there is none.
func (q listQuery) cut(threads []board.Thread) (shown []board.Thread, beside *board.Thread) {
	switch {
	case len(threads) <= articlesPerPage:
		return threads, nil
	case q.after.Thread != 0:
		return threads[1:], &threads[0]
	}
	return threads[:articlesPerPage], &threads[articlesPerPage]
}

// neighbours are the addresses of the pages before and after this one.
func (q listQuery) neighbours(threads []board.Thread, more bool) (newer, older string) {
	if len(threads) == 0 {
		return "", ""
	}
	back := q.after.Thread != 0
	if more && back || q.before.Thread != 0 {
		newer = q.at(key{}, q.keyOf(threads[0]))
	}
	if more && !back || back {
		older = q.at(q.keyOf(threads[len(threads)-1]), key{})
	}
	return newer, older
}

// at is the address of the page that begins behind or ends above a place.
func (q listQuery) at(before, after key) string {
	q.before, q.after = before, after
	return q.String()
}

func (q listQuery) keyOf(t board.Thread) key {
	if q.active() {
		return key{t.ID, t.LastAt}
	}
	return key{Thread: t.ID}
}

// reach adds the link to the rest where a page of several keywords ended before
// the list did.
func (h *Handler) reach(r *request, q listQuery, ask board.ThreadQuery, l *list) error {
	reach, err := h.board.ThreadsReach(r.Context(), ask)
	if err != nil || reach.Thread == 0 {
		return err
	}
	l.Partly = true
	if q.after.Thread != 0 {
		l.Newer = q.at(key{}, key(reach))
	} else {
		l.Older = q.at(key(reach), key{})
	}
	return nil
}

func newListed(r *request, t board.Thread, brief bool, pins []board.Pinned) *listed {
	v := &listed{articleView: &articleView{Thread: t, Path: threadPagePath(t.ID, 1), Source: r.sourceLine(t.Citation)}}
	if !brief && t.Article.State == board.Live && t.Article.Warning == "" {
		v.Excerpt = withoutTitle(r.excerpt(t.Article, excerptWords), t.Title)
	}
	if i := slices.IndexFunc(pins, func(p board.Pinned) bool { return p.Thread == t.ID }); i >= 0 {
		v.Pinned, v.Breaking = true, pins[i].Breaking
	}
	return v
}

// withoutTitle is an excerpt that does not begin with what stands above it:
// other servers' articles often have their title from their first line.
func withoutTitle(excerpt, title string) string {
	if rest, ok := strings.CutPrefix(excerpt, title); ok && strings.HasPrefix(rest, " ") {
		return strings.TrimSpace(rest)
	}
	return excerpt
}

// mark finds where the member was at his last visit: before the first article
// that he may have seen. beside is what comes next to the page.
func (l *list) mark(q listQuery, beside *board.Thread) {
	if l.Last.IsZero() || q.sort == byVisit || len(q.of.Keywords)+len(q.of.Source)+int(q.of.Author) != 0 {
		return
	}
	old := func(t *board.Thread) bool {
		if q.active() {
			return !t.LastAt.After(l.Last)
		}
		return !t.CreatedAt.After(l.Last)
	}
	i := slices.IndexFunc(l.Articles, func(v *listed) bool { return old(&v.Thread) })
	back := q.after.Thread != 0
	switch {
	case i > 0, i == 0 && q.first(), i == 0 && back && beside != nil && !old(beside):
		l.Articles[i].Seen = true
	case i < 0 && !back && beside != nil && old(beside):
		l.End = true
	}
}

// countNew says of each article what of it the member has not read.
func (h *Handler) countNew(r *request, articles []*listed) error {
	if r.visitor() || len(articles) == 0 {
		return nil
	}
	ids := make([]board.ThreadID, len(articles))
	for i, v := range articles {
		ids[i] = v.ID
	}
	marks, err := h.board.ReadMarks(r.Context(), r.viewer.ID, ids)
	if err != nil {
		return err
	}
	last := r.member.LastVisit
	for _, v := range articles {
		mark, begun := marks[v.ID]
		switch {
		case begun && v.Posts > mark:
			v.New, v.NewPath = v.Posts-mark, r.placePath(v.ID, mark+1)
		case !begun:
			v.Fresh = !last.IsZero() && v.CreatedAt.After(last) && v.Article.Author.ID != r.viewer.ID
		}
	}
	return nil
}

// articles is a page with a list of articles on it.
type articles interface {
	content
	fill(l list)
}

// showList answers with a list of articles, and keeps in the browser whether it
// has titles only. begin makes the page around it.
func (h *Handler) showList(w http.ResponseWriter, r *request, q listQuery, begin func(pins []board.Pinned) (articles, error)) error {
	h.keepBrief(w, r, q)
	version, pins, err := h.listVersion(r)
	if err != nil {
		return err
	}
	return h.showCached(w, r, q.String(), version, func() (content, error) {
		l, err := h.list(r, q, pins)
		if err != nil {
			return nil, err
		}
		p, err := begin(pins)
		if err != nil {
			return nil, err
		}
		p.fill(l)
		f := p.Frame()
		if len(q.of.Keywords) < 2 { // of several there are more lists than anybody can index
			f.Canonical = string(h.config.Address) + q.canonical()
		}
		f.Newer, f.Older, f.Feed = l.Newer, l.Older, or(f.Feed, feedPath(q.path))
		return p, nil
	})
}

// listVersion is the version of all that lists show, and what is pinned now.
// Nothing happens when a pin expires, but then there is one less.
func (h *Handler) listVersion(r *request) (version int64, pins []board.Pinned, err error) {
	version, err = h.board.BoardVersion(r.Context())
	if err != nil {
		return 0, nil, err
	}
	pins, err = h.board.Pins(r.Context(), time.Now())
	return version*8 + int64(len(pins)), pins, err
}

// keepBrief remembers which form of lists a reader chose. His page is then his
// own, for it brings the cookie.
func (h *Handler) keepBrief(w http.ResponseWriter, r *request, q listQuery) {
	if q.briefly == "" || q.brief == r.Brief || !visits(r.Request) {
		return
	}
	d := r.display
	d.Brief = q.brief
	h.setDisplay(w, d)
	r.Brief = true
}
