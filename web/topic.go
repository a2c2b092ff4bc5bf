package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"corkboard/board"
)

// topicPage is a topic: how to follow it, and its articles.
type topicPage struct {
	frame
	Topic      board.Topic
	Handle     string // name@host
	All        string // name@host of the Group that announces every post
	Moderators []board.Actor
	List       list
	Post       string // path of the form for an article in this topic; empty if it is closed
}

func (p *topicPage) fill(l list) { p.List = l }

// showTopic answers /topics/{name}. A topic's second Group has no page of its own.
func (h *Handler) showTopic(w http.ResponseWriter, r *request) error {
	name, second := strings.CutSuffix(r.named("name"), board.AllSuffix)
	if second {
		return &away{topicPath(name)}
	}
	topic, err := h.board.Topic(r.Context(), name)
	if err != nil {
		return err
	}
	q := readListQuery(r, topicPath(topic.Name), board.ThreadQuery{Topic: topic.ID}, byNewest, byActive, byVisit)
	return h.showList(w, r, q, func([]board.Pinned) (articles, error) {
		moderators, err := h.board.Moderators(r.Context())
		if err != nil {
			return nil, err
		}
		host := h.config.Address.Host()
		p := &topicPage{
			frame: h.frame(r, "topic", topic.Title()), Topic: topic,
			Handle: topic.Name + "@" + host, All: topic.Name + board.AllSuffix + "@" + host,
		}
		for _, m := range moderators {
			p.Moderators = append(p.Moderators, m.Actor)
		}
		if topic.ClosedAt.IsZero() {
			p.Post = "/post?topic=" + url.QueryEscape(topic.Name)
		}
		p.Alternate = topic.URI
		return p, nil
	})
}

// lettersFrom is how many topics there must be for letters to jump to.
const lettersFrom = 40

// newsDays are the days whose articles the list of topics counts.
const newsDays = 7

// topicsPage lists every topic.
type topicsPage struct {
	frame
	Topics  []topicRow
	Letters []string // that titles begin with, in their order; none where topics are few
}

// topicRow is a topic in the list of them.
type topicRow struct {
	board.Topic
	News   board.TopicNews
	Path   string
	Handle string
	About  string // plain text
	Letter string // that its title begins with, on the first of these
	Many   bool   // more came than are counted
}

// showTopics answers /topics. What came lately gets old without a change of the
// board, so visitors are shown it as of the hour.
func (h *Handler) showTopics(w http.ResponseWriter, r *request) error {
	version, err := h.board.BoardVersion(r.Context())
	if err != nil {
		return err
	}
	hour := time.Now().Truncate(time.Hour)
	version = version<<20 | hour.Unix()/3600&(1<<20-1)
	return h.showCached(w, r, "/topics", version, func() (content, error) {
		topics, err := h.board.Topics(r.Context())
		if err != nil {
			return nil, err
		}
		news, err := h.board.TopicNews(r.Context(), hour.AddDate(0, 0, -newsDays))
		if err != nil {
			return nil, err
		}
		p := &topicsPage{frame: h.frame(r, "topics", r.t("Topics"))}
		p.Canonical = string(h.config.Address) + "/topics"
		slices.SortStableFunc(topics, func(a, b board.Topic) int { return strings.Compare(filing(a.Title()), filing(b.Title())) })
		for _, t := range topics {
			p.Topics = append(p.Topics, topicRow{
				Topic: t, News: news[t.ID], Path: topicPath(t.Name), Handle: t.Name + "@" + h.config.Address.Host(),
				About: board.Excerpt(t.Summary, excerptWords), Many: news[t.ID].Articles >= board.MaxTopicNews,
			})
		}
		if len(topics) > lettersFrom {
			p.addLetters()
		}
		return p, nil
	})
}

// filing is a title as an index files it: without accents, in small letters.
func filing(title string) string {
	return strings.ToLower(strings.Map(func(c rune) rune {
		if unicode.Is(unicode.Mn, c) {
			return -1
		}
		return c
	}, norm.NFD.String(title)))
}

// addLetters marks the first topic under each letter.
func (p *topicsPage) addLetters() {
	for i := range p.Topics {
		first, _ := utf8.DecodeRuneInString(filing(p.Topics[i].Title()))
		letter := string(unicode.ToUpper(first))
		if !slices.Contains(p.Letters, letter) {
			p.Letters = append(p.Letters, letter)
			p.Topics[i].Letter = letter
		}
	}
}
