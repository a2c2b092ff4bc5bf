package web

import (
	"bytes"
	"fmt"
	"net/http"
	"sync"

	"corkboard/board"
)

// request is an HTTP request and who made it.
type request struct {
	*http.Request
	*reader
	viewer board.Viewer // zero for a visitor
	member board.Member // zero for a visitor
	sent   *form        // with it, once it was read
}

// visitor reports whether nobody is logged in.
func (r *request) visitor() bool { return r.viewer.ID == 0 }

// handler answers one address. An error that it returns becomes an error page.
type handler func(w http.ResponseWriter, r *request) error

// page is what happens around every handler.
func (h *Handler) page(handle handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		h.setHeaders(w.Header())
		r := &request{Request: req}
		r.reader = h.reader(r)
		err := h.admit(w, r)
		if err == nil {
			h.noteVisit(r)
			err = handle(w, r)
		}
		if err != nil {
			h.fail(w, r, err)
		}
	})
}

// admit refuses forms that another site made a browser send, bounds the body,
// and finds out who is there.
func (h *Handler) admit(w http.ResponseWriter, r *request) error {
	r.Body = http.MaxBytesReader(w, r.Body, h.config.Limits.FormBytes)
	if err := h.origin.Check(r.Request); err != nil {
		return board.Errorf(board.Forbidden, "This form was sent from another site. Open it here and send it again.")
	}
	var err error
	r.viewer, r.member, err = h.viewer(r.Request)
	return err
}

// policy lets a page load its style sheet, script and images from here, ask and
// send forms here, and nothing else.
const policy = "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (h *Handler) setHeaders(head http.Header) {
	head.Set("Content-Security-Policy", policy)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "same-origin")
	head.Set("X-Frame-Options", "DENY")
	head.Set("Vary", "Accept, Accept-Encoding, Accept-Language, Cookie")
	head.Set("Cache-Control", "private, no-store")
	if h.secure() {
		head.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// site is what is the same on every page.
type site struct {
	Name      string
	Address   board.Address
	Owner     Owner
	Words     words // the owner's
	Demo      bool
	CSS, Icon string // paths
	JS        string
	Logo      string // empty if there is none
}

// frame is what is around every page; the struct of each page embeds one.
type frame struct {
	*reader
	Site      site
	Member    board.Member // zero for a visitor
	Title     string       // of the document, without the board's name
	Here      string       // path and query that lead here again
	Canonical string       // whole URL; empty where search engines should pass
	Alternate string       // the ActivityPub id of what the page shows; may be empty
	Skip      string       // text of the skip link
	SkipNew   string       // where the first post begins that is new to the member; empty if none is
	Newer     string       // path of the page before this one, if any
	Older     string       // path of the page after this one, if any
	Failed    bool         // a form came back with errors
	Feed      string       // path of the feed of what the page shows; may be empty
	Card      card

	name   string // of the template
	status int
}

// Frame is the frame itself, for the layout.
func (f *frame) Frame() *frame { return f }

// LoggedIn reports whether the page is for a member.
func (f *frame) LoggedIn() bool { return f.Member.ID != 0 }

// content is the struct of a page.
type content interface{ Frame() *frame }

// frame begins a page that template name shows.
func (h *Handler) frame(r *request, name, title string) frame {
	return frame{
		reader: r.reader, Site: h.site, Member: r.member, Title: title, Here: r.URL.Path, Skip: r.t("Skip to content"),
		name: name, status: http.StatusOK,
	}
}

// show renders a page and sends it, to be kept by nobody.
func (h *Handler) show(w http.ResponseWriter, r *request, c content) error {
	d, err := h.render(c)
	if err != nil {
		return err
	}
	h.send(w, r, d)
	return nil
}

// usual reports whether the page is as every visitor gets it who reads its language.
func (r *request) usual() bool { return r.visitor() && r.display == display{} }

// showCached sends a visitor what the cache has for this address and version,
// and makes the page for everybody else. here is the path and query that lead to
// the page; they, the version and the reader's language must say all that it
// depends on.
func (h *Handler) showCached(w http.ResponseWriter, r *request, here string, version int64, build func() (content, error)) error {
	key := r.Tag + " " + here
	if r.usual() {
		if d, ok := h.cache.get(key, version); ok {
			h.sendPublic(w, r, d)
			return nil
		}
	}
	if err := h.slowDown(r); err != nil {
		return err
	}
	c, err := build()
	if err != nil {
		return err
	}
	c.Frame().Here = here
	d, err := h.render(c)
	if err != nil {
		return err
	}
	if !r.usual() {
		h.send(w, r, d)
		return nil
	}
	d.sign(version)
	h.cache.put(key, version, d)
	h.sendPublic(w, r, d)
	return nil
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// render makes a document of a page.
func (h *Handler) render(c content) (*document, error) {
	f := c.Frame()
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	pages, err := f.pages()
	if err != nil {
		return nil, err
	}
	page, err := pages[f.name]()
	if err != nil {
		return nil, err
	}
	if err := page.ExecuteTemplate(buffer, "layout", c); err != nil {
		return nil, fmt.Errorf("render %s: %w", f.name, err)
	}
	return newDocument(f.status, f.Alternate, bytes.Clone(buffer.Bytes())), nil
}
