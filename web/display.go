package web

import (
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"sync"
	"time"

	"corkboard/board"
)

// display is what a reader has set of how pages look. It is kept by the browser
// in a cookie, so it costs the board nothing and needs no account. The zero
// value is what everybody gets who has set nothing.
type display struct {
	Language string // of the pages, BCP 47; empty is the browser's
	Zone     string // of times; empty is the board's
	Clock    string // how times are written: "", us or long
	Theme    string // "" as the system has it, light or dark
	Size     string // of the text: "", large or larger
	PerPage  int    // posts on a page of a thread: 25, 50 or 100; 0 is 50
	ByTop    bool   // the byline stands above the post
	Images   string // "" are shown, "click" when asked for, "off" never
	Open     bool   // content warnings are open from the beginning
	Brief    bool   // lists have titles only
	NoKeys   bool   // no shortcuts of one key
}

const (
	displayCookie = "corkboard_display"
	displayAge    = 365 * 24 * time.Hour
)

// choices are the values that a setting may have, the first of which is none.
var choices = map[string][]string{
	"clock":  {"", "us", "long"},
	"theme":  {"", "light", "dark"},
	"size":   {"", "large", "larger"},
	"images": {"", "click", "off"},
	"posts":  {"", "25", "100"},
}

// readDisplay reads the cookie. What is no setting is passed over.
func readDisplay(r *http.Request) display {
	cookie, err := r.Cookie(displayCookie)
	if err != nil || cookie.Value == "" || len(cookie.Value) > 500 {
		return display{}
	}
	values, err := url.ParseQuery(cookie.Value)
	if err != nil {
		return display{}
	}
	return displayOf(values)
}

// displayOf takes settings from a form or a cookie.
func displayOf(values url.Values) display {
	one := func(name string) string {
		value := values.Get(name)
		if !slices.Contains(choices[name], value) {
			return ""
		}
		return value
	}
	d := display{
		Clock: one("clock"), Theme: one("theme"), Size: one("size"), Images: one("images"),
		ByTop: values.Get("byline") == "top", Open: values.Get("open") == "1",
		Brief: values.Get("brief") == "1", NoKeys: values.Get("keys") == "off",
	}
	d.PerPage, _ = strconv.Atoi(one("posts"))
	if tag := values.Get("language"); len(tag) <= 20 {
		d.Language = tag
	}
	if _, err := loadZone(values.Get("zone")); err == nil {
		d.Zone = values.Get("zone")
	}
	return d
}

// values are the settings that are not as everybody has them.
func (d display) values() url.Values {
	values := url.Values{}
	set := func(name, value string, is bool) {
		if is && value != "" {
			values.Set(name, value)
		}
	}
	set("language", d.Language, true)
	set("zone", d.Zone, true)
	set("clock", d.Clock, true)
	set("theme", d.Theme, true)
	set("size", d.Size, true)
	set("posts", strconv.Itoa(d.PerPage), d.PerPage != 0)
	set("byline", "top", d.ByTop)
	set("images", d.Images, true)
	set("open", "1", d.Open)
	set("brief", "1", d.Brief)
	set("keys", "off", d.NoKeys)
	return values
}

// setDisplay keeps settings in the browser.
func (h *Handler) setDisplay(w http.ResponseWriter, d display) {
	cookie := &http.Cookie{
		Name: displayCookie, Value: d.values().Encode(), Path: "/", MaxAge: int(displayAge.Seconds()),
		HttpOnly: true, Secure: h.secure(), SameSite: http.SameSiteLaxMode,
	}
	if cookie.Value == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, cookie)
}

// zones are those that were asked for, by name, so that none is read twice from
// disk. There are some 600 of them, each with one spelling.
var zones sync.Map

var errNoZone = board.FieldErrorf("zone", "There is no such zone. Write one such as Europe/Berlin or America/New_York.")

func loadZone(name string) (*time.Location, error) {
	if known, ok := zones.Load(name); ok {
		return known.(*time.Location), nil
	}
	if len(name) > 64 || name == "Local" || name != "" && name != path.Clean(name) {
		return nil, errNoZone
	}
	zone, err := time.LoadLocation(name)
	if err == nil {
		zones.Store(name, zone)
	}
	return zone, err
}

// settingsPage is the form of the display settings.
type settingsPage struct {
	frame
	Form      form
	Languages []*texts
	Saved     bool
}

func (p *settingsPage) sent() *form { return &p.Form }

// Choice is a setting of few values with what each is called.
func (p *settingsPage) Choice(name, label, hint string, labels ...string) input {
	i := p.Form.input(name, label, hint)
	for n, value := range choices[name] {
		i.Options = append(i.Options, option{Value: value, Label: labels[n], Chosen: value == i.Value})
	}
	return i
}

// Tongue is the choice of the pages' language, each in its own name.
func (p *settingsPage) Tongue(label, asBrowser string) input {
	i := p.Form.input("language", label, "")
	i.Options = []option{{Label: asBrowser, Chosen: i.Value == ""}}
	for _, t := range p.Languages {
		i.Options = append(i.Options, option{Value: t.Tag, Label: t.Name, Lang: t.Tag, Chosen: t.Tag == i.Value})
	}
	return i
}

// showSettings answers GET /settings: for members and visitors alike.
func (h *Handler) showSettings(w http.ResponseWriter, r *request) error {
	f := newForm("/settings")
	maps.Copy(f.Values, r.display.values())
	p := h.settingsPage(r, f)
	p.Saved = r.URL.Query().Get("saved") == "1"
	return h.show(w, r, p)
}

// postSettings answers POST /settings.
func (h *Handler) postSettings(w http.ResponseWriter, r *request) error {
	f, err := readForm(r, "/settings")
	if err != nil {
		return err
	}
	if _, err := loadZone(f.Get("zone")); err != nil {
		return h.refuse(w, r, h.settingsPage(r, f), errNoZone)
	}
	h.setDisplay(w, displayOf(f.Values))
	return seeOther(w, "/settings?saved=1")
}

func (h *Handler) settingsPage(r *request, f form) *settingsPage {
	return &settingsPage{frame: h.frame(r, "settings", r.t("Settings")), Form: f, Languages: h.catalogue.all}
}

// tick is a box to be ticked.
type tick struct {
	Name, Value, Label string
	Chosen             bool
}

// Tick is a setting that is on or off.
func (p *settingsPage) Tick(name, value, label string) tick {
	return tick{name, value, label, p.Form.Get(name) == value}
}
