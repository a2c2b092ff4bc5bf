package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gorilla/mux"

	"corkboard/board"
)

// topicPage is a topic: how to follow it, and its articles.
type topicPage struct {
	frame
	Topic  board.Topic
	Handle string // name@host
	All    string // name@host of the Group that announces every post
	List   list
	Post   string // path of the form for an article in this topic; empty if it is closed
}

// showTopic answers /topics/{name}. A topic's second Group has no page of its own.
func (h *Handler) showTopic(w http.ResponseWriter, r *request) error {
	name, second := strings.CutSuffix(mux.Vars(r.Request)["name"], board.AllSuffix)
	if second {
		return &away{topicPath(name)}
	}
	topic, err := h.board.Topic(r.Context(), name)
	if err != nil {
		return err
	}
	version, err := h.board.BoardVersion(r.Context())
	if err != nil {
		return err
	}
	q := readListQuery(r, topic.ID)
	return h.showCached(w, r, q.String(), version, func() (content, error) {
		l, err := h.list(r.Context(), r.reader, q)
		if err != nil {
			return nil, err
		}
		host := h.config.Address.Host()
		p := &topicPage{
			frame: h.frame(r, "topic", topic.Title()), Topic: topic, List: l,
			Handle: topic.Name + "@" + host, All: topic.Name + board.AllSuffix + "@" + host,
		}
		if topic.ClosedAt.IsZero() {
			p.Post = "/post?topic=" + url.QueryEscape(topic.Name)
		}
		p.Canonical, p.Alternate = topic.URI, topic.URI
		p.Newer, p.Older = l.Newer, l.Older
		return p, nil
	})
}

// topicsPage lists every topic.
type topicsPage struct {
	frame
	Topics []topicRow
}

// topicRow is a topic in the list of them.
type topicRow struct {
	board.Topic
	Path   string
	Handle string
	About  string // plain text
}

// showTopics answers /topics.
func (h *Handler) showTopics(w http.ResponseWriter, r *request) error {
	version, err := h.board.BoardVersion(r.Context())
	if err != nil {
		return err
	}
	return h.showCached(w, r, "/topics", version, func() (content, error) {
		topics, err := h.board.Topics(r.Context())
		if err != nil {
			return nil, err
		}
		p := &topicsPage{frame: h.frame(r, "topics", r.t("Topics"))}
		p.Canonical = string(h.config.Address) + "/topics"
		for _, t := range topics {
			p.Topics = append(p.Topics, topicRow{
				Topic: t, Path: topicPath(t.Name), Handle: t.Name + "@" + h.config.Address.Host(),
				About: board.Excerpt(t.Summary, excerptWords),
			})
		}
		return p, nil
	})
}
