package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"corkboard/board"
)

// feedPath leads from a page to its feed; other ways to sort it have none.
func feedPath(page string) string {
	if page == "/" {
		return "/index" + feedSuffix
	}
	return page + feedSuffix
}

// articleFeed is one page of a list of articles as a feed; page is the path of
// the list for people and base that of the feed.
func (h *Handler) articleFeed(ctx context.Context, f feed, q board.ThreadQuery) (*feed, error) {
	base := f.Path
	f.First, f.Path = base, before(base, int64(q.Before))
	q.Limit = postsPerFeed + 1
	threads, err := h.board.Threads(ctx, q)
	if err != nil {
		return nil, err
	}
	if len(threads) > postsPerFeed {
		threads = threads[:postsPerFeed]
		f.Older = before(base, int64(threads[postsPerFeed-1].ID))
	}
	for _, t := range threads {
		f.Entries = append(f.Entries, h.articleEntry(t))
	}
	return &f, nil
}

// before is the path of a page of a feed that goes on below a key.
func before(path string, key int64) string {
	if key <= 0 {
		return path
	}
	return fmt.Sprintf("%s?before=%d", path, key)
}

// askedBefore is the key that the address of a page of a feed names; 0 where
// it names none.
func askedBefore(r *request) int64 {
	key, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil {
		return 0
	}
	return max(key, 0)
}

// showIndexFeed answers /index.atom: the newest articles.
func (h *Handler) showIndexFeed(w http.ResponseWriter, r *request) error {
	version, err := h.board.BoardVersion(r.Context())
	if err != nil {
		return err
	}
	q := board.ThreadQuery{Before: board.ThreadID(askedBefore(r))}
	f := feed{Title: h.catalogue.own().t("Latest articles"), Path: "/index.atom", Page: "/"}
	return h.showFeed(w, r, before(f.Path, int64(q.Before)), version, func() (*feed, error) {
		return h.articleFeed(r.Context(), f, q)
	})
}

// showTopicFeed answers /topics/{name}.atom.
func (h *Handler) showTopicFeed(w http.ResponseWriter, r *request) error {
	topic, err := h.board.Topic(r.Context(), r.named("name"))
	if err != nil {
		return err
	}
	version, err := h.board.BoardVersion(r.Context())
	if err != nil {
		return err
	}
	q := board.ThreadQuery{Topic: topic.ID, Before: board.ThreadID(askedBefore(r))}
	page := topicPath(topic.Name)
	f := feed{Title: topic.Title(), Path: page + feedSuffix, Page: page, Since: topic.CreatedAt}
	return h.showFeed(w, r, before(f.Path, int64(q.Before)), version, func() (*feed, error) {
		return h.articleFeed(r.Context(), f, q)
	})
}

// feedSuffix makes the path of a feed of the path of its page.
const feedSuffix = ".atom"

// threadFeedPath leads to the newest posts of a thread, or to those with
// numbers below one.
func threadFeedPath(id board.ThreadID, number int) string {
	return before(fmt.Sprintf("/t/%d%s", id, feedSuffix), int64(number))
}

// showThreadFeed answers /t/{thread}.atom: the newest posts of a thread.
func (h *Handler) showThreadFeed(w http.ResponseWriter, r *request) error {
	id := threadID(r)
	version, posts, err := h.board.ThreadVersion(r.Context(), id)
	if err != nil {
		return err
	}
	end := int64(posts) + 1 // the number above the newest on this page
	asked := askedBefore(r)
	if asked > 0 && asked < end {
		end = asked
	} else {
		asked = 0
	}
	return h.showFeed(w, r, threadFeedPath(id, int(asked)), version, func() (*feed, error) {
		return h.threadFeed(r.Context(), id, int(asked), int(end))
	})
}

// threadFeed has the posts below a number; the last page has the article too.
func (h *Handler) threadFeed(ctx context.Context, id board.ThreadID, asked, end int) (*feed, error) {
	thread, err := h.board.Thread(ctx, id)
	if err != nil {
		return nil, err
	}
	first := max(1, end-postsPerFeed)
	posts, err := h.board.Posts(ctx, id, first, end-first)
	if err != nil {
		return nil, err
	}
	f := &feed{
		Title: thread.Title, Path: threadFeedPath(id, asked), First: threadFeedPath(id, 0),
		Page: threadPagePath(id, 1), Since: thread.CreatedAt,
	}
	if first > 1 {
		f.Older = threadFeedPath(id, first)
	}
	for i := len(posts) - 1; i >= 0; i-- {
		f.Entries = append(f.Entries, h.postEntry(posts[i], thread.Title))
	}
	if first == 1 {
		f.Entries = append(f.Entries, h.articleEntry(thread))
	}
	return f, nil
}

// showMemberFeed answers /members/{name}.atom.
func (h *Handler) showMemberFeed(w http.ResponseWriter, r *request) error {
	member, err := h.board.Member(r.Context(), r.named("name"))
	if err != nil {
		return err
	}
	return h.showPersonFeed(w, r, member.Actor)
}

// showHandleFeed answers /~{name@host}.atom.
func (h *Handler) showHandleFeed(w http.ResponseWriter, r *request) error {
	person, err := h.handled(r)
	if err != nil {
		return err
	}
	if person.Local() {
		http.Redirect(w, r.Request, actorPath(person)+feedSuffix, http.StatusMovedPermanently)
		return nil
	}
	return h.showPersonFeed(w, r, person)
}

// showPersonFeed is what somebody wrote, newest first.
func (h *Handler) showPersonFeed(w http.ResponseWriter, r *request, person board.Actor) error {
	if !person.GoneAt.IsZero() {
		return board.Errorf(board.Gone, "The account @%s is gone.", person.Handle(h.config.Address))
	}
	version, err := h.board.BoardVersion(r.Context())
	if err != nil {
		return err
	}
	page, asked := actorPath(person), askedBefore(r)
	base := page + feedSuffix
	f := feed{Title: person.Label(), Path: base, Page: page, Since: person.CreatedAt}
	return h.showFeed(w, r, before(base, asked), version, func() (*feed, error) {
		return h.entryFeed(r.Context(), f, board.PostQuery{Author: person.ID, Before: board.PostID(asked)})
	})
}

// showLatestFeed answers /posts.atom: the latest posts of all threads.
func (h *Handler) showLatestFeed(w http.ResponseWriter, r *request) error {
	version, err := h.board.BoardVersion(r.Context())
	if err != nil {
		return err
	}
	asked := askedBefore(r)
	f := feed{Title: h.catalogue.own().t("Latest posts"), Path: "/posts" + feedSuffix, Page: "/posts"}
	return h.showFeed(w, r, before(f.Path, asked), version, func() (*feed, error) {
		return h.entryFeed(r.Context(), f, board.PostQuery{Before: board.PostID(asked)})
	})
}

// entryFeed is one page of a list of posts as a feed.
func (h *Handler) entryFeed(ctx context.Context, f feed, q board.PostQuery) (*feed, error) {
	base := f.Path
	f.First, f.Path = base, before(base, int64(q.Before))
	q.Limit = postsPerFeed + 1
	posts, err := h.board.LatestPosts(ctx, q)
	if err != nil {
		return nil, err
	}
	if len(posts) > postsPerFeed {
		posts = posts[:postsPerFeed]
		f.Older = before(base, int64(posts[postsPerFeed-1].ID))
	}
	return &f, h.addEntries(ctx, &f, posts)
}

// addEntries adds posts of any threads to a feed, articles as articles.
func (h *Handler) addEntries(ctx context.Context, f *feed, posts []board.Entry) error {
	for _, p := range posts {
		if p.Number != 0 {
			f.Entries = append(f.Entries, h.postEntry(p.Post, p.Title))
			continue
		}
		thread, err := h.board.Thread(ctx, p.Thread)
		if err != nil {
			return err
		}
		f.Entries = append(f.Entries, h.articleEntry(thread))
	}
	return nil
}

// showKeywordFeed answers /k/{words}.atom, in whatever order the words are said.
func (h *Handler) showKeywordFeed(w http.ResponseWriter, r *request) error {
	words, wrong := cleanKeywords(r.named("words"))
	known, err := h.board.KeywordCounts(r.Context(), words)
	if err != nil {
		return err
	}
	if wrong != "" || len(words) == 0 || len(words) > board.MaxKeywordsAtOnce || len(known) < len(words) {
		return board.Errorf(board.NotFound, "There is no such keyword.")
	}
	version, err := h.board.BoardVersion(r.Context())
	if err != nil {
		return err
	}
	page := keywordPath(words...)
	q := board.ThreadQuery{Keywords: words, Before: board.ThreadID(askedBefore(r))}
	f := feed{Title: h.catalogue.own().t("Keyword: %s", strings.Join(words, " + ")), Path: page + feedSuffix, Page: page}
	return h.showFeed(w, r, before(f.Path, int64(q.Before)), version, func() (*feed, error) {
		return h.articleFeed(r.Context(), f, q)
	})
}

// showSourceFeed answers /source/{host}.atom.
func (h *Handler) showSourceFeed(w http.ResponseWriter, r *request) error {
	said := r.named("host")
	host := board.LinkSource("https://" + said)
	if host == "" {
		return board.Errorf(board.NotFound, "%s is not the name of a host.", said)
	}
	version, err := h.board.BoardVersion(r.Context())
	if err != nil {
		return err
	}
	page := sourcePath(host)
	q := board.ThreadQuery{Source: host, Before: board.ThreadID(askedBefore(r))}
	f := feed{Title: h.catalogue.own().t("Articles from %s", host), Path: page + feedSuffix, Page: page}
	return h.showFeed(w, r, before(f.Path, int64(q.Before)), version, func() (*feed, error) {
		return h.articleFeed(r.Context(), f, q)
	})
}
