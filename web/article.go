package web

import (
	"html/template"
	"net/http"
	"slices"
	"strings"

	"corkboard/board"
)

// articlePage is the form with which an article is posted.
type articlePage struct {
	frame
	Form      form
	Topics    topicChoices
	Found     *foundDetails // what the page behind the link said; nil unless it was asked
	Fetches   bool          // it can be asked
	Preview   *articlePreview
	Quota     board.Quota
	Earlier   board.Earlier
	Suggested []choice // keywords
}

func (p *articlePage) sent() *form { return &p.Form }

// choice is something to be ticked.
type choice struct {
	Value, Label string
	Chosen       bool
}

// ticks are choices under one name.
type ticks struct {
	Name    string
	Choices []choice
}

// Ticks readies choices for a template.
func (p *articlePage) Ticks(name string, choices []choice) ticks { return ticks{name, choices} }

// TextHint says what goes into the text, and how much of it may be quoted.
func (p *articlePage) TextHint() string {
	hint := p.t("An excerpt of the article, or your own. Markdown: *italic*, **bold**, > quote, links.")
	switch {
	case !p.Quota.Limited():
		return hint
	case p.Quota.Limit == 0:
		return p.t("Of %s only title and link are posted here.", p.Quota.Source)
	}
	return hint + " " + p.t("Of %s at most %d words are quoted here.", p.Quota.Source, p.Quota.Limit)
}

// AgainLabel asks why a link is posted once more.
func (p *articlePage) AgainLabel() string {
	if p.Earlier.Recent {
		return p.t("Why post it again?")
	}
	return p.t("What is new?")
}

// topicChoices are the topics to be ticked. Where there are many, the less
// busy ones are folded away.
type topicChoices struct {
	Near, Far []choice
	ids       map[string]board.ActorID
}

// nearTopics is how many topics can be looked over at once.
const nearTopics = 16

// articlePreview is an article as it would be posted.
type articlePreview struct {
	Title     string
	Source    sourceLine
	Topics    []string // their titles
	Keywords  []board.Keyword
	Body      template.HTML
	Remark    template.HTML
	Microblog *microblogView // nil where nobody can tell
}

// microblogView is the article as people elsewhere get it.
type microblogView struct {
	Author  board.Actor
	Handle  string
	Topic   string // the handle of the Group that brings it
	Warning string
	Content template.HTML
	Card    string // host of the page that a card is made of; empty for none
	Title   string // on the card
}

// showPostArticle answers GET /post. Its query may fill in url, title, text and
// topic, as a bookmark and the share menu of a telephone do.
func (h *Handler) showPostArticle(w http.ResponseWriter, r *request) error {
	if r.visitor() {
		return &away{loginPath(r.URL.RequestURI())}
	}
	f := newForm("/post")
	query := r.URL.Query()
	shared := readShared(query.Get("url"), query.Get("title"), query.Get("text"))
	f.Values.Set("url", shared.link)
	f.Values.Set("title", shared.title)
	f.Values.Set("text", shared.text)
	f.Values["topics"] = query["topic"]
	f.Values.Set("first", query.Get("topic"))
	f.Values.Set("language", readerLanguage(r.Request))
	if shared == (sharedThing{}) { // what was handed over just now comes before what was left earlier
		if err := h.restore(r, &f); err != nil {
			return err
		}
	}
	p, err := h.articlePage(r, f)
	if err == nil {
		err = h.lookAround(r, p)
	}
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
	}
	switch p.wish() {
	case "details":
		err = h.fetchDetails(r, p, false)
	case "replace":
		err = h.fetchDetails(r, p, true)
	case "preview":
		err = h.previewArticle(r, p)
	default:
		var post board.Post
		if post, err = h.board.PostArticle(r.Context(), p.article(r)); err == nil {
			return seeOther(w, threadPagePath(post.Thread, 1))
		}
	}
	if around := h.lookAround(r, p); around != nil {
		return around
	}
	if err != nil {
		return h.refuse(w, r, p, err)
	}
	return h.show(w, r, p)
}

// wish is which button was pressed. The first of a form is pressed by Enter in
// any line: behind a link alone that asks for details, else for a preview.
func (p *articlePage) wish() string {
	do := p.Form.Get("do")
	switch {
	case do != "enter":
		return do
	case p.Fetches && p.Form.Get("title") == "" && p.Form.citation().URL != "":
		return "details"
	}
	return "preview"
}

func (h *Handler) articlePage(r *request, f form) (*articlePage, error) {
	topics, err := h.board.Topics(r.Context())
	if err != nil {
		return nil, err
	}
	return &articlePage{
		frame: h.frame(r, "article", r.t("Post Article")), Form: f, Topics: choiceOf(topics, f.Values["topics"]),
		Fetches: h.config.Details != nil,
	}, nil
}

// choiceOf offers the open topics. Those that are chosen, and the busiest, are
// near; topics come by title, and stay so.
func choiceOf(topics []board.Topic, chosen []string) topicChoices {
	c := topicChoices{ids: map[string]board.ActorID{}}
	topics = slices.DeleteFunc(slices.Clone(topics), func(t board.Topic) bool { return !t.ClosedAt.IsZero() })
	busy := slices.SortedStableFunc(slices.Values(topics), func(a, b board.Topic) int { return b.Articles - a.Articles })
	near := map[board.ActorID]bool{}
	for _, t := range busy[:min(len(busy), nearTopics)] {
		near[t.ID] = true
	}
	for _, t := range topics {
		c.ids[t.Name] = t.ID
		one := choice{Value: t.Name, Label: t.Title(), Chosen: slices.Contains(chosen, t.Name)}
		if near[t.ID] || one.Chosen || len(topics) <= nearTopics*3/2 {
			c.Near = append(c.Near, one)
		} else {
			c.Far = append(c.Far, one)
		}
	}
	return c
}

// article is what the form says.
func (p *articlePage) article(r *request) board.NewArticle {
	f := &p.Form
	a := board.NewArticle{
		By: r.viewer.ID, FormKey: f.Key, Title: f.Get("title"), Citation: f.citation(), Keywords: f.keywords(),
		Text: f.text(), Remark: f.Get("remark"), Again: f.Get("again"), Draft: f.Action,
	}
	for _, name := range f.topics() {
		if id, ok := p.Topics.ids[name]; ok {
			a.Topics = append(a.Topics, id)
		}
	}
	return a
}

// topics are those that were ticked, the one first from whose page somebody
// came: forums file the article under that.
func (f *form) topics() []string {
	chosen := slices.Clone(f.Values["topics"])
	if i := slices.Index(chosen, f.Get("first")); i > 0 {
		chosen = slices.Insert(slices.Delete(chosen, i, i+1), 0, f.Get("first"))
	}
	return chosen
}

// lookAround finds what helps with the form as it is: what was posted before,
// how much may be quoted, which keywords are near.
func (h *Handler) lookAround(r *request, p *articlePage) error {
	f := &p.Form
	var err error
	if p.Earlier, err = h.board.Earlier(r.Context(), f.Get("title"), f.citation().URL); err != nil {
		return err
	}
	p.Quota = h.quota(r, f)
	words, err := h.board.SuggestKeywords(r.Context(), f.Get("title"), strings.Split(f.Get("tags"), ","))
	typed := f.typedKeywords()
	for _, word := range slices.Concat(f.Values["keyword"], words) {
		known := slices.ContainsFunc(p.Suggested, func(c choice) bool { return c.Value == word })
		if !known && !slices.Contains(typed, word) && word != "" {
			p.Suggested = append(p.Suggested, choice{Value: word, Label: word, Chosen: slices.Contains(f.Values["keyword"], word)})
		}
	}
	return err
}

// quota is how much of a text may be quoted of its source. A text that cannot
// be shown is refused for that.
func (h *Handler) quota(r *request, f *form) board.Quota {
	made, err := h.board.PreviewArticle(r.Context(), board.NewArticle{By: r.viewer.ID, Citation: f.citation(), Text: f.text()})
	if err != nil {
		return board.Quota{Limit: -1}
	}
	return made.Quota
}

// previewArticle shows the article over its form, as it would be here and as
// it would be elsewhere.
func (h *Handler) previewArticle(r *request, p *articlePage) error {
	made, err := h.board.PreviewArticle(r.Context(), p.article(r))
	if err != nil {
		return err
	}
	t := made.Thread
	p.Preview = &articlePreview{
		Title: t.Title, Source: r.sourceLine(t.Citation), Keywords: t.Keywords, Body: h.previewBody(r, t.Article),
	}
	for _, c := range slices.Concat(p.Topics.Near, p.Topics.Far) {
		if c.Chosen {
			p.Preview.Topics = append(p.Preview.Topics, c.Label)
		}
	}
	if made.Remark != "" {
		p.Preview.Remark = h.previewBody(r, board.Post{HTML: made.Remark, Language: t.Article.Language})
	}
	if h.config.Microblog != nil {
		p.Preview.Microblog = h.microblogView(p, t)
	}
	p.Title = r.t("Preview: %s", p.Title)
	p.Form.Strangers, err = h.board.Strangers(r.Context(), p.Form.Get("text")+"\n\n"+p.Form.Get("remark"))
	return err
}

func (h *Handler) previewBody(r *request, p board.Post) template.HTML {
	m := newMarkup(r.reader)
	writeBody(m, p)
	return m.html()
}

// microblogView makes of a preview what a microblog would. The article has no
// address yet: what would lead to it leads to the preview.
func (h *Handler) microblogView(p *articlePage, t board.Thread) *microblogView {
	content := strings.ReplaceAll(h.config.Microblog(t.Article, t), string(h.config.Address.Thread(0)), "#preview")
	v := &microblogView{
		Author: t.Article.Author, Handle: t.Article.Author.Handle(h.config.Address), Warning: t.Article.Warning,
		Content: safe(content), Card: board.LinkSource(t.Citation.URL), Title: t.Title,
	}
	if chosen := p.Form.topics(); len(chosen) > 0 {
		v.Topic = "@" + chosen[0] + "@" + h.config.Address.Host()
	}
	return v
}

// citation is the source line as it was typed.
func (f *form) citation() board.Citation {
	return board.Citation{
		URL: strings.TrimSpace(f.Get("url")), Publication: f.Get("publication"), Author: f.Get("author"), Date: f.Get("date"),
	}
}

// keywords are those that were typed and those that were ticked.
func (f *form) keywords() []string { return slices.Concat(f.typedKeywords(), f.Values["keyword"]) }

// typedKeywords are separated by commas or spaces; a # before one is nothing.
func (f *form) typedKeywords() []string {
	words := strings.FieldsFunc(f.Get("keywords"), func(c rune) bool { return strings.ContainsRune(",; \t\n、،", c) })
	for i, word := range words {
		words[i] = strings.TrimPrefix(word, "#")
	}
	return words
}
