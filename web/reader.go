package web

import (
	"html/template"
	"strings"
	"time"

	"corkboard/board"
)

// reader is how somebody wants to have pages: in which language and zone, and
// what else the display settings say.
type reader struct {
	display
	*texts
	zone     *time.Location
	pictures bool // pictures of other servers may be shown
}

// reader finds out how the one who asks wants to read.
func (h *Handler) reader(r *request) *reader {
	read := &reader{display: readDisplay(r.Request), zone: h.config.Zone}
	if read.Language == "" {
		read.texts = h.catalogue.asked(r.Request)
	} else {
		read.texts = h.catalogue.in(read.Language)
	}
	if read.Zone != "" {
		if zone, err := loadZone(read.Zone); err == nil {
			read.zone = zone
		}
	}
	read.pictures = h.pictures != nil && read.Images != "off"
	return read
}

// timeLayouts are the ways in which times can be shown, each to be followed by
// the zone.
var timeLayouts = map[string]string{
	"":     "2006-01-02 15:04:05",
	"us":   "01/02/2006 3:04:05 PM",
	"long": "", // words, see inWords
}

// appendTime adds a time in the reader's zone and way, and the zone.
func (r *reader) appendTime(b []byte, t time.Time) []byte {
	t = t.In(r.zone)
	if layout := timeLayouts[r.Clock]; layout != "" {
		b = t.AppendFormat(b, layout)
	} else {
		b = append(b, r.inWords(t)+", "+t.Format("15:04:05")...)
	}
	return append(append(b, ' '), zoneAt(t)...)
}

var (
	weekdays = []string{
		phrase("Sunday"), phrase("Monday"), phrase("Tuesday"), phrase("Wednesday"), phrase("Thursday"), phrase("Friday"), phrase("Saturday"),
	}
	months = []string{
		phrase("January"), phrase("February"), phrase("March"), phrase("April"), phrase("May"), phrase("June"),
		phrase("July"), phrase("August"), phrase("September"), phrase("October"), phrase("November"), phrase("December"),
	}
)

// inWords is a day as a newspaper has it: Monday, 3 January 2011.
func (r *reader) inWords(t time.Time) string {
	return r.t("%[1]s, %[2]d %[3]s %[4]d", r.t(weekdays[t.Weekday()]), t.Day(), r.t(months[t.Month()-1]), t.Year())
}

// sourceDate is the date of a source line in words; what is no date that we
// know stays as it was written.
func (r *reader) sourceDate(date string) string {
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, date); err == nil {
			return r.inWords(t)
		}
	}
	return date
}

// When is a time for a template.
func (r *reader) When(t time.Time) template.HTML { return newMarkup(r).time(t).html() }

// Published is the time of the article around it, for a template.
func (r *reader) Published(t time.Time) template.HTML { return newMarkup(r).published(t).html() }

// Who is a name that leads to the page of its owner, for a template.
func (r *reader) Who(a board.Actor) template.HTML { return newMarkup(r).author(a).html() }

// zoneAt is the zone's short name, UTC+09 where it has none.
func zoneAt(t time.Time) string {
	name, _ := t.Zone()
	if strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") {
		return "UTC" + name
	}
	return name
}

// ZoneName is what the footer says of the times on the page.
func (r *reader) ZoneName() string {
	if r.zone == time.UTC {
		return "UTC"
	}
	return strings.ReplaceAll(r.zone.String(), "_", " ")
}
