package web

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// What programs look for at addresses that everybody knows.

// knownAge is how long others may keep what seldom changes.
const knownAge = time.Hour

// sendKnown sends a small document that is the same for everybody.
func sendKnown(w http.ResponseWriter, kind string, body []byte) error {
	head := w.Header()
	head.Set("Content-Type", kind)
	head.Set("Cache-Control", fmt.Sprintf("public, max-age=%.0f", knownAge.Seconds()))
	head.Set("Vary", "Accept-Encoding")
	head.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
	return nil
}

const plainText = "text/plain; charset=utf-8"

// robotsRules are RFC 9309: forms, what is made for one reader, and second
// ways to the same posts are nothing for search engines.
var robotsRules = []string{
	"/login", "/logout", "/join/", "/settings", "/drafts", "/search", "/post$", "/post?", "/follow", "/interact", "/oembed",
	"/t/*/reply", "/t/*/edit", "/t/*/delete", "/t/*/private", "/t/*/pin", "/t/*/keywords", "/t/*/remote", "/t/*/history",
	"/t/*/delivery", "/t/*/replies", "/t/*/unread", "/t/*/last", "/t/*/since", "/t/*/glance", "/t/*?*all=", "/t/*?*by=", "/t/*?*to=",
	"/media/", "/*?*sort=", "/*?*brief=", "/*?*after=",
}

// showRobots answers /robots.txt.
func (h *Handler) showRobots(w http.ResponseWriter, _ *request) error {
	var b strings.Builder
	b.WriteString("User-agent: *\n")
	for _, path := range robotsRules {
		fmt.Fprintf(&b, "Disallow: %s\n", path)
	}
	fmt.Fprintf(&b, "\nSitemap: %s\n", h.whole("/sitemap.xml"))
	return sendKnown(w, plainText, []byte(b.String()))
}

// showHumans answers /humans.txt.
func (h *Handler) showHumans(w http.ResponseWriter, _ *request) error {
	text := fmt.Sprintf("%s is written by its members and by people all over the fediverse.\nIt runs on Corkboard %s", h.site.Name, h.site.Owner.Version)
	if h.site.Owner.Source != "" {
		text += ", whose source is at " + h.site.Owner.Source
	}
	return sendKnown(w, plainText, []byte(text+"\n"))
}

// securityGood is for how long what /.well-known/security.txt says is good; RFC
// 9116, §2.5.5 advises less than a year.
const securityGood = 180 * 24 * time.Hour

// showSecurity answers /.well-known/security.txt (RFC 9116). Without a contact
// of the owner's it leads to the page that says who runs the board.
func (h *Handler) showSecurity(w http.ResponseWriter, _ *request) error {
	contact := or(h.site.Owner.Contact, h.whole("/about#contact"))
	if strings.HasPrefix(contact, "http://") {
		contact = h.whole("/about#contact") // web addresses must be https there, RFC 9116, §2.5.3
	}
	expires := time.Now().UTC().Truncate(24 * time.Hour).Add(securityGood)
	text := fmt.Sprintf("Contact: %s\nExpires: %s\nPreferred-Languages: %s\nCanonical: %s\n",
		contact, expires.Format(time.RFC3339), h.catalogue.own().Tag, h.whole("/.well-known/security.txt"))
	return sendKnown(w, plainText, []byte(text))
}

// leadToPassword answers /.well-known/change-password, where password managers
// look for the form (W3C, A Well-Known URL for Changing Passwords). There is
// none yet; the settings are where it will be.
func (h *Handler) leadToPassword(w http.ResponseWriter, r *request) error {
	http.Redirect(w, r.Request, "/settings", http.StatusFound)
	return nil
}

// openSearch is the description by which browsers search a board (OpenSearch 1.1).
type openSearch struct {
	XMLName     xml.Name        `xml:"OpenSearchDescription"`
	Space       string          `xml:"xmlns,attr"`
	ShortName   string          `xml:"ShortName"`
	Description string          `xml:"Description"`
	Encoding    string          `xml:"InputEncoding"`
	Image       openSearchImage `xml:"Image"`
	URLs        []openSearchURL `xml:"Url"`
}

type openSearchImage struct {
	Type string `xml:"type,attr"`
	URL  string `xml:",chardata"`
}

type openSearchURL struct {
	Type     string `xml:"type,attr"`
	Rel      string `xml:"rel,attr,omitempty"`
	Template string `xml:"template,attr"`
}

// shortName is how many characters OpenSearch allows a name.
const shortName = 16

// showOpenSearch answers /opensearch.xml.
func (h *Handler) showOpenSearch(w http.ResponseWriter, _ *request) error {
	name := []rune(h.site.Name)
	body, err := xml.Marshal(openSearch{
		Space: "http://a9.com/-/spec/opensearch/1.1/", ShortName: string(name[:min(len(name), shortName)]),
		Description: h.catalogue.own().t("Search %s", h.site.Name), Encoding: "UTF-8",
		Image: openSearchImage{assetKinds[".svg"], h.whole(h.site.Icon)},
		URLs: []openSearchURL{
			{Type: "text/html", Template: h.whole("/search?q={searchTerms}")},
			{Type: "application/atom+xml", Template: h.whole("/search" + feedSuffix + "?q={searchTerms}")},
			{Type: "application/opensearchdescription+xml", Rel: "self", Template: h.whole("/opensearch.xml")},
		},
	})
	if err != nil {
		return err
	}
	return sendKnown(w, "application/opensearchdescription+xml", append([]byte(xml.Header), body...))
}

// manifest is what a phone needs to keep the board among its programs, and to
// share pages with it (W3C, Web Application Manifest and Web Share Target).
type manifest struct {
	Name       string         `json:"name"`
	ShortName  string         `json:"short_name"`
	Language   string         `json:"lang"`
	Direction  string         `json:"dir"`
	ID         string         `json:"id"`
	Start      string         `json:"start_url"`
	Scope      string         `json:"scope"`
	Display    string         `json:"display"`
	Theme      string         `json:"theme_color"`
	Background string         `json:"background_color"`
	Icons      []manifestIcon `json:"icons"`
	Share      shareTarget    `json:"share_target"`
}

type manifestIcon struct {
	Source string `json:"src"`
	Sizes  string `json:"sizes"`
	Type   string `json:"type"`
}

type shareTarget struct {
	Action string            `json:"action"`
	Method string            `json:"method"`
	Coding string            `json:"enctype"`
	Params map[string]string `json:"params"`
}

// showManifest answers /site.webmanifest. What is shared opens the form for an
// article.
func (h *Handler) showManifest(w http.ResponseWriter, _ *request) error {
	words, theme := h.catalogue.own(), mastDay
	if own := h.site.Owner.Colors.Masthead; own != nil {
		theme = *own
	}
	body, err := json.Marshal(manifest{
		Name: h.site.Name, ShortName: h.site.Name, Language: words.Tag, Direction: words.Dir,
		ID: "/", Start: "/", Scope: "/", Display: "minimal-ui", Theme: theme.String(), Background: paper.String(),
		Icons: []manifestIcon{{h.site.Icon, "any", assetKinds[".svg"]}},
		Share: shareTarget{"/post", http.MethodGet, "application/x-www-form-urlencoded", map[string]string{"title": "title", "text": "text", "url": "url"}},
	})
	if err != nil {
		return err
	}
	return sendKnown(w, "application/manifest+json", body)
}
