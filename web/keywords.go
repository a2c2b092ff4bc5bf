package web

import (
	"net/http"
	"slices"

	"corkboard/board"
)

// keywordsPage lists the keywords of a thread with who added them, and takes more.
type keywordsPage struct {
	frame
	Thread    board.Thread
	Keywords  []board.AddedKeyword
	MayRemove bool
	Form      form
}

func (p *keywordsPage) sent() *form { return &p.Form }

// showKeywords answers GET /t/{thread}/keywords.
func (h *Handler) showKeywords(w http.ResponseWriter, r *request) error {
	p, err := h.keywordsPage(r, newForm(r.URL.Path))
	if err != nil {
		return err
	}
	return h.show(w, r, p)
}

// postKeywords answers POST /t/{thread}/keywords: words are added.
func (h *Handler) postKeywords(w http.ResponseWriter, r *request) error {
	f, err := h.receive(w, r)
	if err != nil {
		return err
	}
	p, err := h.keywordsPage(r, f)
	switch {
	case err != nil:
		return err
	case f.refused != nil:
		return h.refuse(w, r, p, f.refused)
	case len(f.keywords()) == 0:
		return h.refuse(w, r, p, board.FieldErrorf("keywords", "Write a keyword first."))
	}
	for _, word := range f.keywords() {
		if err := h.board.AddKeyword(r.Context(), r.viewer.ID, p.Thread.ID, word); err != nil {
			return h.refuseKeywords(w, r, f, err)
		}
	}
	return seeOther(w, threadPagePath(p.Thread.ID, 1))
}

// refuseKeywords shows the page again, with those that were taken before one was not.
func (h *Handler) refuseKeywords(w http.ResponseWriter, r *request, f form, refused error) error {
	p, err := h.keywordsPage(r, f)
	if err != nil {
		return err
	}
	return h.refuse(w, r, p, refused)
}

// postKeywordRemoval answers POST /t/{thread}/keywords/remove.
func (h *Handler) postKeywordRemoval(w http.ResponseWriter, r *request) error {
	f, err := h.receive(w, r)
	if err != nil {
		return err
	}
	if f.refused != nil {
		return f.refused
	}
	if err := h.board.RemoveKeyword(r.Context(), r.viewer.ID, threadID(r), f.Get("word")); err != nil {
		return err
	}
	return seeOther(w, keywordsPath(threadID(r)))
}

func (h *Handler) keywordsPage(r *request, f form) (*keywordsPage, error) {
	id := threadID(r)
	thread, err := h.thread(r, id)
	switch {
	case err != nil:
		return nil, err
	case thread.Article.State != board.Live:
		return nil, board.Errorf(board.Gone, "The article was deleted.")
	}
	keywords, err := h.board.ThreadKeywords(r.Context(), id)
	if err != nil {
		return nil, err
	}
	f.Action = keywordsPath(id)
	return &keywordsPage{
		frame: h.frame(r, "keywords", r.t("Keywords of %s", thread.Title)), Thread: thread, Keywords: keywords,
		MayRemove: h.board.MayRemoveKeyword(r.viewer, thread), Form: f,
	}, nil
}

// Adder is who put a keyword on the thread, where the page says it.
func (v *articleView) Adder(word string) string { return v.adders[word] }

// adders are who put its keywords on a thread, in words. Most threads have
// those of the poster alone.
func (h *Handler) adders(r *request, t board.Thread) (map[string]string, error) {
	adders := make(map[string]string, len(t.Keywords))
	if !slices.ContainsFunc(t.Keywords, func(k board.Keyword) bool { return k.By != t.Article.Author.ID }) {
		for _, k := range t.Keywords {
			adders[k.Word] = r.t("added by %s", shortHandle(t.Article.Author))
		}
		return adders, nil
	}
	keywords, err := h.board.ThreadKeywords(r.Context(), t.ID)
	if err != nil {
		return nil, err
	}
	for _, k := range keywords {
		adders[k.Word] = r.t("added by %s", shortHandle(k.Adder))
	}
	return adders, nil
}
