package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"corkboard/board"
)

// relatedBeside is how many related keywords a page names.
const relatedBeside = 12

// keywordPage is the articles that have one keyword, or each of several.
type keywordPage struct {
	frame
	List    list
	Words   []wordLink
	Related []wordLink // each with the path of its own page
	Add     []wordLink // the same, each with the path of the list that has it as well
}

func (p *keywordPage) fill(l list) { p.List = l }

// wordLink is a keyword that leads somewhere.
type wordLink struct {
	Word string
	Path string
}

// keywordPath leads to the articles that have all of some keywords.
func keywordPath(words ...string) string {
	escaped := make([]string, len(words))
	for i, word := range words {
		escaped[i] = url.PathEscape(word)
	}
	return "/k/" + strings.Join(escaped, "+")
}

// showKeyword answers /k/{word} and /k/{word}+{word}. The words have one
// spelling and one order; every other leads there.
func (h *Handler) showKeyword(w http.ResponseWriter, r *request) error {
	said := r.named("words")
	words, wrong := cleanKeywords(said)
	if most := board.MaxKeywordsAtOnce; len(words) > most {
		return &missing{r.t("At most %d keywords at once, please.", most), r.t("The first %d", most), keywordPath(words[:most]...)}
	}
	known, err := h.board.KeywordCounts(r.Context(), words)
	if err != nil {
		return err
	}
	for _, word := range words {
		if wrong == "" && !slices.ContainsFunc(known, func(k board.KeywordCount) bool { return k.Word == word }) {
			wrong = word
		}
	}
	switch path := keywordPath(words...); {
	case wrong != "" || len(words) == 0:
		return h.showNoKeyword(w, r, wrong)
	case strings.Join(words, "+") != said:
		http.Redirect(w, r.Request, withQuery(path, r.URL.RawQuery), http.StatusMovedPermanently)
		return nil
	}
	q := readListQuery(r, keywordPath(words...), board.ThreadQuery{Keywords: words}, byNewest, byActive, byVisit)
	return h.showList(w, r, q, func([]board.Pinned) (articles, error) { return h.keywordPage(r, words) })
}

// cleanKeywords finds the keywords that an address names, in their order, and
// the first word that can be none.
func cleanKeywords(said string) (words []string, wrong string) {
	for _, part := range strings.FieldsFunc(said, func(c rune) bool { return c == '+' || c == ' ' }) {
		word, err := board.CleanKeyword(part)
		if err != nil {
			wrong = or(wrong, part)
			continue
		}
		words = append(words, word)
	}
	slices.Sort(words)
	return slices.Compact(words), wrong
}

// withQuery is a path with what was behind its question mark.
func withQuery(path, query string) string {
	if query == "" {
		return path
	}
	return path + "?" + query
}

func (h *Handler) keywordPage(r *request, words []string) (*keywordPage, error) {
	related, err := h.board.RelatedKeywords(r.Context(), words, relatedBeside)
	if err != nil {
		return nil, err
	}
	p := &keywordPage{frame: h.frame(r, "keyword", r.t("Keyword: %s", strings.Join(words, " + ")))}
	for _, k := range related {
		p.Related = append(p.Related, wordLink{k.Word, keywordPath(k.Word)})
		if both := slices.Sorted(slices.Values(append([]string{k.Word}, words...))); len(both) <= board.MaxKeywordsAtOnce {
			p.Add = append(p.Add, wordLink{k.Word, keywordPath(both...)})
		}
	}
	for _, word := range words {
		p.Words = append(p.Words, wordLink{word, keywordPath(word)})
	}
	return p, nil
}

// noKeywordPage says that there is no such keyword, and what there is instead.
type noKeywordPage struct {
	frame
	Word    string
	Nearest []wordLink
	Search  string // path
}

// showNoKeyword answers with what is spelled almost like a word.
func (h *Handler) showNoKeyword(w http.ResponseWriter, r *request, word string) error {
	if wantsNoHTML(r.Request) {
		return board.Errorf(board.NotFound, "There is no keyword “%s”.", word)
	}
	if err := h.slowDown(r); err != nil {
		return err
	}
	near, err := h.board.NearestKeywords(r.Context(), word)
	if err != nil {
		return err
	}
	p := &noKeywordPage{frame: h.frame(r, "nokeyword", r.t("No such keyword")), Word: word, Search: "/search?q=" + url.QueryEscape(word)}
	p.status = http.StatusNotFound
	for _, k := range near {
		p.Nearest = append(p.Nearest, wordLink{k.Word, keywordPath(k.Word)})
	}
	return h.show(w, r, p)
}
