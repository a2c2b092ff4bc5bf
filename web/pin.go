package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"corkboard/board"
)

// pinPage is the form with which moderators put a thread in front of the others.
type pinPage struct {
	frame
	Form   form
	Thread board.Thread
	Place  string // path of the thread
	Pinned *board.Pinned
	Pins   []pinned // what is pinned beside it
	Full   bool     // there is no room for another
}

func (p *pinPage) sent() *form { return &p.Form }

// pinHours are for how long a thread can be pinned.
var pinHours = []int{3, 6, 12, 24, 72, 168}

// Hours is the choice of one of them.
func (p *pinPage) Hours() (options []option) {
	for _, hours := range pinHours {
		label := p.n("%d hour", "%d hours", hours)
		if hours > 24 {
			label = p.n("%d day", "%d days", hours/24)
		}
		value := strconv.Itoa(hours)
		options = append(options, option{Value: value, Label: label, Chosen: value == or(p.Form.Get("hours"), "12")})
	}
	return options
}

// pinPage begins the form, for those who may send it.
func (h *Handler) pinPage(r *request) (*pinPage, error) {
	if !r.viewer.Moderates() {
		return nil, board.Errorf(board.Forbidden, "Only moderators may do that.")
	}
	id := threadID(r)
	thread, err := h.thread(r, id)
	if err != nil {
		return nil, err
	}
	pins, err := h.board.Pins(r.Context(), time.Now())
	if err != nil {
		return nil, err
	}
	path := threadPagePath(id, 1)
	p := &pinPage{frame: h.frame(r, "pin", r.t("Pin: %s", thread.Title)), Form: newForm(path + "/pin"), Thread: thread, Place: path}
	if i := slices.IndexFunc(pins, func(pin board.Pinned) bool { return pin.Thread == id }); i >= 0 {
		p.Pinned = &pins[i]
		pins = slices.Delete(slices.Clone(pins), i, i+1)
	}
	for _, pin := range pins {
		p.Pins = append(p.Pins, pinned{pin, threadPagePath(pin.Thread, 1) + "/pin"})
	}
	p.Full = len(pins) >= board.MaxPins
	return p, nil
}

// showPin answers GET /t/{thread}/pin.
func (h *Handler) showPin(w http.ResponseWriter, r *request) error {
	p, err := h.pinPage(r)
	if err != nil {
		return err
	}
	if p.Pinned != nil && p.Pinned.Breaking {
		p.Form.Values.Set("breaking", "1")
	}
	return h.show(w, r, p)
}

// postPin answers POST /t/{thread}/pin: one button pins, the other one unpins.
func (h *Handler) postPin(w http.ResponseWriter, r *request) error {
	p, err := h.pinPage(r)
	if err != nil {
		return err
	}
	if p.Form, err = readForm(r, p.Form.Action); err != nil {
		return err
	}
	if p.Form.Get("do") == "unpin" {
		err = h.board.Unpin(r.Context(), r.viewer.ID, p.Thread.ID)
	} else {
		hours, _ := strconv.Atoi(p.Form.Get("hours")) // none is refused by the board
		err = h.board.Pin(r.Context(), board.Pin{
			By: r.viewer.ID, Thread: p.Thread.ID, Breaking: p.Form.Get("breaking") == "1", For: time.Duration(min(hours, 1000)) * time.Hour,
		})
	}
	if err != nil {
		return h.refuse(w, r, p, err)
	}
	return seeOther(w, "/")
}
