package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"corkboard/board"
)

const (
	resultsPerPage = 25
	peoplePerPage  = 50
	passageWords   = 40
)

// searchPage is the search form, and what was found.
type searchPage struct {
	frame
	form
	Asked   bool // something is looked for
	Open    bool // one of the fields beside the words is filled in
	Options searchOptions
	Results []result
	Found   board.Found
	People  bool // nothing but people is looked for
	Ready   []step
	Widen   []step
	Newest  string // path of the first page; empty on it
	Lookup  *lookupView
}

// searchOptions are the choices of two fields.
type searchOptions struct{ In, Topic input }

// step is a link to another search.
type step struct{ Label, Path string }

// result is a post that was found.
type result struct {
	entry
	Heading []board.Piece // the title of its thread
	Passage []board.Piece
}

// Count is how many were found, in words.
func (p *searchPage) Count() string {
	if p.Found.More {
		return p.t("More than %d posts", p.Found.Count)
	}
	return p.n("%d post", "%d posts", p.Found.Count)
}

// searchInputs are the inputs beside the words, each with the filter that it is.
var searchInputs = []struct{ name, filter string }{
	{"in", "in"}, {"by", "by"}, {"topic", "topic"}, {"k", "keyword"}, {"src", "source"}, {"since", "since"}, {"until", "until"},
}

// searched is what the address of a search asks for.
type searched struct {
	text   string // as it stands in the box
	query  board.Query
	errs   []error
	before board.PostID
	open   bool
	again  int // how often the page has come back for a look-up
}

func readSearch(r *request) searched {
	values := r.URL.Query()
	s := searched{text: strings.TrimSpace(newlines.Replace(strings.ToValidUTF8(values.Get("q"), "\uFFFD")))}
	if !isAddress(s.text) {
		s.query, s.errs = board.ParseQuery(s.text)
	}
	for _, i := range searchInputs {
		said := []string{values.Get(i.name)}
		if i.name != "topic" { // whose title may have spaces
			said = strings.Fields(said[0])
		}
		for _, value := range said {
			s.open = s.open || value != ""
			if err := s.query.Filter(i.filter, value); err != nil {
				s.errs = append(s.errs, err)
			}
		}
	}
	before, _ := strconv.ParseInt(values.Get("before"), 10, 64) // what is no number is the first page
	s.before = board.PostID(max(before, 0))
	s.again, _ = strconv.Atoi(values.Get("again"))
	return s
}

// empty reports whether nothing is asked.
func (s searched) empty() bool { return s.text == "" && s.query.Empty() && len(s.errs) == 0 }

// searchPath leads to a search.
func searchPath(q board.Query, before board.PostID) string {
	return "/search?" + searchValues(q, before)
}

func searchFeedPath(q board.Query, before board.PostID) string {
	return "/search" + feedSuffix + "?" + searchValues(q, before)
}

func searchValues(q board.Query, before board.PostID) string {
	values := url.Values{"q": {q.String()}}
	if before != 0 {
		values.Set("before", strconv.FormatInt(int64(before), 10))
	}
	return values.Encode()
}

// showSearch answers /search.
func (h *Handler) showSearch(w http.ResponseWriter, r *request) error {
	if path := withoutGaps(r); path != "" {
		return seeOther(w, path)
	}
	s := readSearch(r)
	p := &searchPage{frame: h.frame(r, "search", r.t("Search")), Asked: !s.empty(), Open: s.open, Ready: readySearches(r)}
	p.Here = r.URL.RequestURI()
	if err := h.fillSearchForm(r, p, s); err != nil {
		return err
	}
	if !p.Asked {
		return h.show(w, r, p)
	}
	if err := h.slowSearch(r); err != nil {
		return err
	}
	p.Title = r.t("Search: %s", or(s.text, s.query.String()))
	if path, err := h.searchLeads(r, s); err != nil || path != "" {
		return orLead(w, path, err)
	}
	if err := h.lookUp(w, r, p, s); err != nil {
		return err
	}
	if s.query.Empty() {
		return h.show(w, r, p)
	}
	return h.showFound(w, r, p, s)
}

// withoutGaps leads from the address that a form makes, with every field that
// was left empty, to the one to be linked to. It is empty for that one.
func withoutGaps(r *request) string {
	values := r.URL.Query()
	gaps := false
	for name := range values {
		if values.Get(name) == "" {
			values.Del(name)
			gaps = true
		}
	}
	switch {
	case !gaps:
		return ""
	case len(values) == 0:
		return "/search"
	}
	return "/search?" + values.Encode()
}

func orLead(w http.ResponseWriter, path string, err error) error {
	if err != nil {
		return err
	}
	return seeOther(w, path)
}

// readySearches are those that every member wants.
func readySearches(r *request) []step {
	if r.visitor() {
		return nil
	}
	name := []string{r.member.Name}
	return []step{
		{r.t("Posts to me"), searchPath(board.Query{To: name}, 0)},
		{r.t("My posts"), searchPath(board.Query{By: name}, 0)},
	}
}

// fillSearchForm puts back what was asked, and says what of it was not understood.
func (h *Handler) fillSearchForm(r *request, p *searchPage, s searched) error {
	p.form = form{Action: "/search", Values: url.Values{"q": {s.text}}}
	for _, i := range searchInputs {
		p.form.Values.Set(i.name, strings.TrimSpace(newlines.Replace(strings.ToValidUTF8(r.URL.Query().Get(i.name), "\uFFFD"))))
	}
	topics, err := h.board.Topics(r.Context())
	if err != nil {
		return err
	}
	p.Options.In = p.choice("in", r.t("Look in"), []option{
		{Value: "", Label: r.t("everything")}, {Value: "articles", Label: r.t("articles")}, {Value: "posts", Label: r.t("posts")}, {Value: "people", Label: r.t("people")},
	})
	named := []option{{Value: "", Label: r.t("all topics")}}
	for _, t := range topics {
		named = append(named, option{Value: t.Name, Label: t.Title()})
	}
	p.Options.Topic = p.choice("topic", r.t("Topic"), named)
	h.noteProblems(r, p, s.errs)
	return nil
}

// choice is a field with a few values; one that is none of them stays.
func (f *form) choice(name, label string, options []option) input {
	i := f.input(name, label, "")
	found := false
	for n := range options {
		options[n].Chosen = options[n].Value == i.Value
		found = found || options[n].Chosen
	}
	if !found {
		options = append(options, option{Value: i.Value, Label: i.Value, Chosen: true})
	}
	i.Options = options
	return i
}

// noteProblems says what was not understood, beside its field if it came from there.
func (h *Handler) noteProblems(r *request, p *searchPage, errs []error) {
	for _, err := range errs {
		_, text := h.answerTo(r, err)
		p.Problems = append(p.Problems, problem{Text: text})
	}
}

// showFound searches and shows what was found.
func (h *Handler) showFound(w http.ResponseWriter, r *request, p *searchPage, s searched) error {
	limit := resultsPerPage
	if p.People = s.query.In == board.PeopleOnly; p.People {
		limit = peoplePerPage
	}
	found, err := h.board.Search(r.Context(), board.Search{Query: s.query, Zone: r.zone, Before: s.before, Limit: limit})
	if err != nil {
		return err
	}
	p.Found = found
	h.noteProblems(r, p, found.Problems)
	for _, e := range found.Posts {
		p.Results = append(p.Results, newResult(r, e, s.query.Terms))
	}
	if s.before != 0 {
		p.Newest = searchPath(s.query, 0)
	}
	if found.Next != 0 {
		p.Older = searchPath(s.query, found.Next)
	}
	if !p.People && (p.Lookup == nil || len(p.Results) > 0) {
		p.Feed = searchFeedPath(s.query, 0)
		p.Widen = widerSearches(r, s.query)
	}
	return h.show(w, r, p)
}

func newResult(r *request, e board.Entry, terms []board.Term) result {
	v := result{entry: newEntry(r, e, false)}
	v.Heading = board.Highlight(v.Title, terms)
	switch {
	case e.Warning != "":
	case e.HTML == "":
		v.Passage = board.Highlight(r.excerpt(e.Post, passageWords), terms)
	default:
		v.Passage = board.Passage(e.HTML, terms, passageWords)
	}
	return v
}

// widerSearches are what somebody may try who found nothing.
func widerSearches(r *request, q board.Query) (steps []step) {
	if words := (board.Query{Terms: q.Terms}); len(q.Terms) > 0 && words.String() != q.String() {
		steps = append(steps, step{r.t("The same words without filters"), searchPath(words, 0)})
	}
	loose := q
	loose.Terms = nil
	for _, t := range q.Terms {
		for w := range board.Words(t.Text) {
			loose.Terms = append(loose.Terms, board.Term{Text: w.Text, Prefix: len(w.Text) > 3 && len(loose.Terms) < 4})
		}
	}
	if loose.String() != q.String() {
		steps = append(steps, step{r.t("Words that begin so, in any order"), searchPath(loose, 0)})
	}
	return steps
}

// slowSearch refuses who searches too often.
func (h *Handler) slowSearch(r *request) error {
	key, counted := h.whoAsks(r)
	if !counted {
		return nil
	}
	if wait := h.searches.wait(key); wait > 0 {
		return board.TooManyErrorf(max(wait, time.Second), "You have searched very often. Please wait a little.")
	}
	return nil
}

// showSearchFeed answers /search.atom: the newest posts that a search finds,
// the same for everybody. The index is behind the board; its cursor says what
// the feed was made of.
func (h *Handler) showSearchFeed(w http.ResponseWriter, r *request) error {
	s := readSearch(r)
	if len(s.errs) > 0 {
		return s.errs[0] // nobody would see it in the feed
	}
	version, err := h.board.Cursor(r.Context(), board.Indexer)
	if err != nil {
		return err
	}
	path := searchFeedPath(s.query, s.before)
	return h.showFeed(w, r, path, int64(version), func() (*feed, error) {
		if err := h.slowSearch(r); err != nil {
			return nil, err
		}
		found, err := h.board.Search(r.Context(), board.Search{Query: s.query, Zone: h.config.Zone, Before: s.before, Limit: postsPerFeed})
		if err != nil {
			return nil, err
		}
		f := &feed{
			Title: h.catalogue.own().t("Search: %s", s.query.String()), Path: path, First: searchFeedPath(s.query, 0), Page: searchPath(s.query, 0),
		}
		if found.Next != 0 {
			f.Older = searchFeedPath(s.query, found.Next)
		}
		for _, e := range found.Posts {
			f.Entries = append(f.Entries, h.postEntry(e.Post, e.Title))
		}
		return f, nil
	})
}
