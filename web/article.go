package web

import (
	"net/http"
	"slices"
	"strings"

	"corkboard/board"
)

// articlePage is the form with which an article is posted.
type articlePage struct {
	frame
	Form    form
	Topics  []topicChoice
	Article *articleView // of the preview
}

func (p *articlePage) sent() *form { return &p.Form }

// topicChoice is a topic to be ticked.
type topicChoice struct {
	board.Topic
	Chosen bool
}

// showPostArticle answers GET /post. Its query may fill in url, title and
// topic, as a bookmark does.
func (h *Handler) showPostArticle(w http.ResponseWriter, r *request) error {
	if r.visitor() {
		return &away{loginPath(r.URL.RequestURI())}
	}
	f := newForm("/post")
	query := r.URL.Query()
	f.Values.Set("url", query.Get("url"))
	f.Values.Set("title", query.Get("title"))
	f.Values.Set("topics", query.Get("topic"))
	f.Values.Set("language", readerLanguage(r.Request))
	if err := h.restore(r, &f); err != nil {
		return err
	}
	p, err := h.articlePage(r, f)
	if err != nil {
		return err
	}
	return h.show(w, r, p)
}

// postArticle answers POST /post.
func (h *Handler) postArticle(w http.ResponseWriter, r *request) error {
	f, err := h.receive(w, r)
	if err != nil {
		return err
	}
	p, err := h.articlePage(r, f)
	switch {
	case err != nil:
		return err
	case f.refused != nil:
		return h.refuse(w, r, p, f.refused)
	case f.wantsPreview():
		p.Article.Title, p.Article.Source = f.Get("title"), r.sourceLine(f.citation())
		return h.preview(w, r, p, 0)
	}
	post, err := h.board.PostArticle(r.Context(), board.NewArticle{
		By: r.viewer.ID, FormKey: f.Key, Title: f.Get("title"), Citation: f.citation(),
		Topics: p.chosen(), Keywords: f.keywords(), Text: f.text(), Remark: f.Get("remark"), Draft: f.Action,
	})
	if err != nil {
		return h.refuse(w, r, p, err)
	}
	return seeOther(w, threadPagePath(post.Thread, 1))
}

func (h *Handler) articlePage(r *request, f form) (*articlePage, error) {
	topics, err := h.board.Topics(r.Context())
	if err != nil {
		return nil, err
	}
	p := &articlePage{frame: h.frame(r, "article", r.t("Post Article")), Form: f, Article: &articleView{}}
	for _, t := range topics {
		if t.ClosedAt.IsZero() {
			p.Topics = append(p.Topics, topicChoice{t, slices.Contains(f.Values["topics"], t.Name)})
		}
	}
	return p, nil
}

// chosen are the topics that were ticked, in the order of the form.
func (p *articlePage) chosen() (ids []board.ActorID) {
	for _, t := range p.Topics {
		if t.Chosen {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

// citation is the source line as it was typed.
func (f *form) citation() board.Citation {
	return board.Citation{
		URL: strings.TrimSpace(f.Get("url")), Publication: f.Get("publication"), Author: f.Get("author"), Date: f.Get("date"),
	}
}

// keywords are separated by commas or spaces; a # before one is nothing.
func (f *form) keywords() []string {
	words := strings.FieldsFunc(f.Get("keywords"), func(c rune) bool { return strings.ContainsRune(",; \t\n、،", c) })
	for i, word := range words {
		words[i] = strings.TrimPrefix(word, "#")
	}
	return words
}
