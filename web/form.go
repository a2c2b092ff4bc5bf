package web

import (
	"bytes"
	"crypto/rand"
	"errors"
	"html/template"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"corkboard/board"
)

// form is what somebody typed, and what is wrong with it. Its values are kept
// through every refusal and every preview.
type form struct {
	Action    string // path
	Key       string // makes the second click on the button find the first one's post
	Values    url.Values
	Problems  []problem
	Preview   template.HTML // of the text; empty unless it was asked for
	Shown     bool          // there is a preview
	Strangers []string      // handles in the text that nobody is known by
	Login     bool          // name and password are asked for with it
	Repeats   bool          // an earlier post says the same; it may be posted all the same
	Quotes    bool          // what is answered may be put into it
	Restored  time.Time     // when the draft was saved that is in it; zero if none is

	refused error // why it is not to be taken, whatever it says
}

// problem is one reason why a form came back.
type problem struct {
	Field string // name of the input; empty if it is about none of them
	Text  string
	Way   string // text of a link that leads on; may be empty
	Path  string // where it leads
}

func newForm(action string) form {
	return form{Action: action, Key: rand.Text(), Values: url.Values{}}
}

// newlines are sent as CR LF by every browser (HTML, §4.10.22.8); here they are
// one character. A NUL is in no text.
var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "")

// readForm reads a form that was sent. Of one that is too long the beginning
// comes back with the error.
func readForm(r *request, action string) (form, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return form{}, &refusal{http.StatusUnsupportedMediaType, r.t("Forms are sent here as application/x-www-form-urlencoded.")}
	}
	body, err := io.ReadAll(r.Body)
	var refused error
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		refused = &refusal{http.StatusRequestEntityTooLarge, r.t("This is too long: a form may have %d kilobytes.", tooLarge.Limit>>10)}
		body = wholeEscapes(body)
	} else if err != nil {
		return form{}, &refusal{http.StatusBadRequest, r.t("This form cannot be read. Go back and send it again.")}
	}
	values, err := url.ParseQuery(string(body))
	if err != nil && refused == nil {
		return form{}, &refusal{http.StatusBadRequest, r.t("This form cannot be read. Go back and send it again.")}
	}
	f := newForm(action)
	for name, values := range values {
		for _, value := range values {
			f.Values.Add(name, newlines.Replace(strings.ToValidUTF8(value, "\uFFFD")))
		}
	}
	if key := f.Get("key"); key != "" && len(key) <= 64 {
		f.Key = key
	}
	r.sent = &f
	return f, refused
}

// wholeEscapes leaves out the half of an escape that a body was cut off in.
func wholeEscapes(body []byte) []byte {
	if i := bytes.LastIndexByte(body, '%'); i >= 0 && i > len(body)-3 {
		return body[:i]
	}
	return body
}

// Get is the value of one input.
func (f *form) Get(name string) string { return f.Values.Get(name) }

// wants reports whether the button said so.
func (f *form) wants(do string) bool { return f.Get("do") == do }

// wantsPreview reports whether the button for it was pressed.
func (f *form) wantsPreview() bool { return f.wants("preview") }

// text is what the inputs that every post has say.
func (f *form) text() board.Text {
	return board.Text{Markdown: f.Get("text"), Language: f.Get("language"), Warning: f.Get("warning")}
}

// formContent is a page with a form on it.
type formContent interface {
	content
	sent() *form
}

// refuse shows the form again with the reason for err.
func (h *Handler) refuse(w http.ResponseWriter, r *request, c formContent, err error) error {
	status, text := h.answerTo(r, err)
	p := problem{Text: text}
	if refused, ok := errors.AsType[*board.Error](err); ok {
		p.Field = refused.Field
		setRetryAfter(w.Header(), refused)
	}
	f := c.sent()
	if repeat, ok := errors.AsType[*board.RepeatError](err); ok {
		p.Way, p.Path = r.t("Go to post %d", repeat.Earlier.Number), placePath(repeat.Earlier.Thread, repeat.Earlier.Number)
		f.Key, f.Repeats = rand.Text(), true
	}
	f.Problems = append(f.Problems, p)
	c.Frame().status, c.Frame().Failed = status, true
	return h.show(w, r, c)
}

// preview shows the form again under its text as it would be posted.
func (h *Handler) preview(w http.ResponseWriter, r *request, c formContent, thread board.ThreadID) error {
	f := c.sent()
	html, err := h.board.Preview(r.Context(), f.text(), thread)
	if err != nil {
		return h.refuse(w, r, c, err)
	}
	m := newMarkup(r.reader)
	writeBody(m, board.Post{HTML: html, Language: board.Language(f.Get("language")), Warning: f.Get("warning")})
	f.Preview, f.Shown = m.html(), true
	if f.Strangers, err = h.board.Strangers(r.Context(), f.Get("text")); err != nil {
		return h.refuse(w, r, c, err)
	}
	c.Frame().Title = r.t("Preview: %s", c.Frame().Title)
	return h.show(w, r, c)
}

// seeOther leads on after a form was taken.
func seeOther(w http.ResponseWriter, path string) error {
	w.Header().Set("Location", path)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// input is one field of a form with all that stands around it.
type input struct {
	Name, Label, Hint, Value string
	Type                     string // of an <input>
	Complete                 string // autocomplete token (HTML, §4.10.18.7)
	Rows                     int    // of a <textarea>
	Error                    string
	Options                  []option // of a <select>
}

// option is one choice.
type option struct {
	Value, Label string
	Lang         string // of the label, where it is not the page's
	Chosen       bool
}

// Described is the ids of what explains the input, for aria-describedby.
func (i input) Described() string {
	var ids []string
	if i.Error != "" {
		ids = append(ids, "e-"+i.Name)
	}
	if i.Hint != "" {
		ids = append(ids, "h-"+i.Name)
	}
	return strings.Join(ids, " ")
}

func (f *form) input(name, label, hint string) input {
	return input{Name: name, Label: label, Hint: hint, Value: f.Get(name), Type: "text", Complete: "off", Error: f.Error(name)}
}

// Error is what is wrong with an input; empty if nothing is.
func (f *form) Error(name string) string {
	for _, p := range f.Problems {
		if p.Field == name {
			return p.Text
		}
	}
	return ""
}

// Line is an input of one line.
func (f *form) Line(name, label, hint string) input { return f.input(name, label, hint) }

// Area is an input of many lines.
func (f *form) Area(name, label, hint string, rows int) input {
	i := f.input(name, label, hint)
	i.Rows = rows
	return i
}

// Link is an input for a web address.
func (f *form) Link(name, label, hint string) input {
	i := f.input(name, label, hint)
	i.Type = "url"
	return i
}

// Username is an input that password managers fill in.
func (f *form) Username(name, label, hint string) input {
	i := f.input(name, label, hint)
	i.Complete = "username"
	return i
}

// Address is an input for a handle, which looks like a mail address; browsers
// fill in what was typed there before.
func (f *form) Address(label, hint string) input {
	i := f.input("address", label, hint)
	i.Complete = "on"
	return i
}

// Password is an input that is never filled in by us, not even again.
func (f *form) Password(name, label, hint, complete string) input {
	i := f.input(name, label, hint)
	i.Type, i.Complete, i.Value = "password", complete, ""
	return i
}

// Language is the choice of the language of a text; none is what it is called
// to choose none.
func (f *form) Language(label, none string) input {
	i := f.input("language", label, "")
	i.Options = languageOptions(i.Value, none)
	return i
}
