package web

import (
	"net/http"
	"slices"

	"corkboard/board"
)

const (
	topicsBeside = 12 // how many topics the front page names
	latestBeside = 10 // and how many posts
)

// homePage is the front page: the articles of all topics.
type homePage struct {
	frame
	List   list
	Pins   []pinned
	Latest []entry
	Topics []board.Topic
}

func (p *homePage) fill(l list) { p.List = l }

// pinned is a thread in front of the others.
type pinned struct {
	board.Pinned
	Path string
}

// showHome answers /.
func (h *Handler) showHome(w http.ResponseWriter, r *request) error {
	q := readListQuery(r, "/", board.ThreadQuery{}, byNewest, byActive, byVisit)
	return h.showList(w, r, q, func(pins []board.Pinned) (articles, error) {
		topics, err := h.board.Topics(r.Context())
		if err != nil {
			return nil, err
		}
		latest, err := h.board.LatestPosts(r.Context(), board.PostQuery{Limit: 3 * latestBeside})
		if err != nil {
			return nil, err
		}
		p := &homePage{frame: h.frame(r, "home", ""), Topics: liveliest(topics)}
		for _, pin := range pins {
			p.Pins = append(p.Pins, pinned{pin, threadPagePath(pin.Thread, 1)})
		}
		p.Latest = replies(r, latest)
		return p, nil
	})
}

// replies are the newest posts but for the articles, which stand beside them.
func replies(r *request, latest []board.Entry) (beside []entry) {
	for _, e := range latest {
		if e.Number > 0 && len(beside) < latestBeside {
			e.Author.Tagline = "" // the column is narrow
			beside = append(beside, newEntry(r, e, false))
		}
	}
	return beside
}

// liveliest are the open topics that had a post last, most recent first.
func liveliest(topics []board.Topic) []board.Topic {
	open := slices.DeleteFunc(slices.Clone(topics), func(t board.Topic) bool { return !t.ClosedAt.IsZero() })
	slices.SortStableFunc(open, func(a, b board.Topic) int { return b.LastAt.Compare(a.LastAt) })
	return open[:min(len(open), topicsBeside)]
}
