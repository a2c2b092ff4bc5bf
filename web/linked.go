package web

import (
	"slices"

	"corkboard/board"
)

// linkedThreads is how many threads with the same link a thread names.
const linkedThreads = 5

// linkedTo are the other threads whose article has the link of this one's.
func (h *Handler) linkedTo(r *request, t board.Thread) ([]board.Thread, error) {
	threads, err := h.board.ThreadsLinked(r.Context(), t.Citation.URL, linkedThreads+1)
	threads = slices.DeleteFunc(threads, func(other board.Thread) bool { return other.ID == t.ID })
	return threads[:min(len(threads), linkedThreads)], err
}
