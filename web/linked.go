package web

import "corkboard/board"

// linkedThreads is how many threads with the same link a thread names.
const linkedThreads = 5

// linkedTo are the other threads whose article has the link of this one's.
func (h *Handler) linkedTo(r *request, t board.Thread) ([]board.Thread, error) {
	return h.board.ThreadsLinked(r.Context(), t.Citation.URL, t.ID, linkedThreads)
}
