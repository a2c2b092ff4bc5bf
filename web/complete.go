package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"corkboard/board"
)

// completions is how many are offered at once.
const completions = 8

// completion is what may be typed in the place of its beginning.
type completion struct {
	Text  string `json:"text"`
	Label string `json:"label"` // how it is shown
}

// showCompletions answers GET /complete?thread=12&q=@ro for members: people of
// the thread first, then those whom the board knows; without the @ keywords.
func (h *Handler) showCompletions(w http.ResponseWriter, r *request) error {
	if r.visitor() {
		return board.Errorf(board.Forbidden, "Only members are offered names and keywords.")
	}
	query := r.URL.Query()
	beginning := strings.ToLower(strings.TrimSpace(query.Get("q")))
	if len(beginning) > 100 {
		return board.FieldErrorf("q", "Say with q= how the name or the keyword begins.")
	}
	find := h.completeKeyword
	if name, ok := strings.CutPrefix(beginning, "@"); ok {
		thread, _ := strconv.ParseInt(query.Get("thread"), 10, 64) // without one, nobody is first
		beginning = name
		find = func(r *request, beginning string) ([]completion, error) {
			return h.completeName(r, board.ThreadID(thread), beginning)
		}
	}
	found, err := find(r, beginning)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(found)
}

func (h *Handler) completeName(r *request, thread board.ThreadID, beginning string) ([]completion, error) {
	name, host, _ := strings.Cut(beginning, "@")
	found := []completion{}
	in, err := h.board.PeopleIn(r.Context(), thread, name, completions)
	if err != nil {
		return nil, err
	}
	known, err := h.board.PeopleNamed(r.Context(), name, 4*completions)
	if err != nil {
		return nil, err
	}
	for _, a := range append(in, known...) {
		c := completion{Text: "@" + shortHandle(a), Label: "@" + shortHandle(a)}
		if a.DisplayName != "" {
			c.Label = a.Label() + " " + c.Text
		}
		if a.ID != r.viewer.ID && strings.HasPrefix(a.Host, host) && len(found) < completions && !slices.Contains(found, c) {
			found = append(found, c)
		}
	}
	return found, nil
}

func (h *Handler) completeKeyword(r *request, beginning string) ([]completion, error) {
	words, err := h.board.KeywordsWith(r.Context(), strings.TrimPrefix(beginning, "#"), completions)
	if err != nil {
		return nil, err
	}
	found := []completion{}
	for _, k := range words {
		found = append(found, completion{Text: k.Word, Label: k.Word + " (" + r.n("%d thread", "%d threads", k.Threads) + ")"})
	}
	return found, nil
}
