package web

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"

	"corkboard/board"
)

// draftsPage lists what a member has not sent yet.
type draftsPage struct {
	frame
	Drafts []draftView
}

// draftView is a draft in the list.
type draftView struct {
	board.Draft
	Name string // of the form, in words
}

// draftForm are the forms that drafts are kept of: thread, number and what the
// form is for.
var draftForm = regexp.MustCompile(`^/post$|^/t/([0-9]{1,18})/([0-9]{1,9})/(reply|edit)$`)

// notDrafted are the inputs that are no part of a draft.
var notDrafted = []string{"key", "do", "target", "next", "member", "password"}

// showDrafts answers GET /drafts.
func (h *Handler) showDrafts(w http.ResponseWriter, r *request) error {
	if r.visitor() {
		return &away{loginPath(r.URL.Path)}
	}
	drafts, err := h.board.Drafts(r.Context(), r.viewer.ID)
	if err != nil {
		return err
	}
	p := &draftsPage{frame: h.frame(r, "drafts", r.t("Drafts"))}
	for _, d := range drafts {
		name, err := h.formName(r, d.Form)
		if err != nil {
			return err
		}
		p.Drafts = append(p.Drafts, draftView{d, name})
	}
	return h.show(w, r, p)
}

// formName is what a form is called in the list of drafts.
func (h *Handler) formName(r *request, path string) (string, error) {
	m := draftForm.FindStringSubmatch(path)
	if len(m) == 0 || m[1] == "" {
		return r.t("A new article"), nil
	}
	id, _ := strconv.ParseInt(m[1], 10, 64) // digits, and not too many
	number, _ := strconv.Atoi(m[2])
	heading, err := h.board.Heading(r.Context(), board.ThreadID(id))
	if err != nil && board.KindOf(err) != board.NotFound {
		return "", err
	}
	title := or(heading.Title, r.t("a deleted article"))
	switch {
	case m[3] == "edit" && number == 0:
		return r.t("Edit %s", title), nil
	case m[3] == "edit":
		return r.t("Edit post %d of %s", number, title), nil
	case number == 0:
		return r.t("Reply to %s", title), nil
	}
	return r.t("Reply to post %d of %s", number, title), nil
}

// postDraft answers POST /drafts: a form is kept, not sent. Its path is in
// target. A form in which nothing is written is forgotten.
func (h *Handler) postDraft(w http.ResponseWriter, r *request) error {
	f, err := h.receive(w, r)
	if err != nil {
		return err
	}
	if f.refused != nil {
		return f.refused
	}
	target := f.Get("target")
	if !draftForm.MatchString(target) {
		return board.Errorf(board.Invalid, "There is no form of which this could be a draft.")
	}
	if f.hasText() {
		_, err = h.board.SaveDraft(r.Context(), board.Draft{Member: r.viewer.ID, Form: target, Key: f.Get("key"), Fields: f.drafted()})
	} else {
		err = h.board.DropDraft(r.Context(), r.viewer.ID, target)
	}
	if err != nil {
		return err
	}
	return taken(w, r, target)
}

// postDraftDeletion answers POST /drafts/delete.
func (h *Handler) postDraftDeletion(w http.ResponseWriter, r *request) error {
	f, err := h.receive(w, r)
	if err != nil {
		return err
	}
	if f.refused != nil {
		return f.refused
	}
	if err := h.board.DropDraft(r.Context(), r.viewer.ID, f.Get("target")); err != nil {
		return err
	}
	return taken(w, r, localPath(or(f.Get("next"), "/drafts")))
}

// taken leads on, or tells a script that all is well.
func taken(w http.ResponseWriter, r *request, path string) error {
	if wantsNoHTML(r.Request) {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return seeOther(w, path)
}

// drafted are the inputs that a draft is made of.
func (f *form) drafted() url.Values {
	fields := url.Values{}
	for name, values := range f.Values {
		if !slices.Contains(notDrafted, name) {
			fields[name] = values
		}
	}
	return fields
}

// restore puts the draft of a form, if there is one, in the place of what it
// begins with.
func (h *Handler) restore(r *request, f *form) error {
	if r.visitor() {
		return nil
	}
	d, err := h.board.Draft(r.Context(), r.viewer.ID, f.Action)
	if err != nil {
		if board.KindOf(err) == board.NotFound {
			return nil
		}
		return err
	}
	for name, values := range d.Fields {
		f.Values[name] = values
	}
	f.Restored = d.SavedAt
	return nil
}
