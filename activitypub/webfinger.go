package activitypub

import (
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// Relations of WebFinger links that we use.
const (
	RelSelf    = "self"
	RelProfile = "http://webfinger.net/rel/profile-page"
	// RelSubscribe has a template with {uri}: where the server's people follow or answer what stands elsewhere (OStatus 1.0).
	RelSubscribe = "http://ostatus.org/schema/1.0/subscribe"
	// Intents of FEP-3b86, with templates of their own.
	RelIntentObject = "https://w3id.org/fep/3b86/Object" // {object}
	RelIntentFollow = "https://w3id.org/fep/3b86/Follow" // {object}
	RelIntentCreate = "https://w3id.org/fep/3b86/Create" // {inReplyTo}, among others
)

// JRD is what WebFinger says of a handle (RFC 7033).
type JRD struct {
	Subject string    `json:"subject"` // acct:user@host
	Aliases []string  `json:"aliases,omitempty"`
	Links   []JRDLink `json:"links"`
}

// JRDLink is a link of a [JRD]: an address, or a template with {uri}.
type JRDLink struct {
	Rel      string `json:"rel"`
	Type     string `json:"type,omitempty"`
	Href     string `json:"href,omitempty"`
	Template string `json:"template,omitempty"`
}

// ParseJRD reads a WebFinger answer.
func ParseJRD(body []byte) (*JRD, error) {
	j := new(JRD)
	if err := json.Unmarshal(body, j); err != nil {
		return nil, fmt.Errorf("the WebFinger answer cannot be read: %w", err)
	}
	if j.Subject == "" && len(j.Links) == 0 {
		return nil, errors.New("the WebFinger answer says nothing")
	}
	return j, nil
}

// Self returns the id of the actor, "" where there is none.
func (j *JRD) Self() string {
	i := slices.IndexFunc(j.Links, func(l JRDLink) bool { return l.Rel == RelSelf && isActivityPub(l.Type) })
	if i < 0 {
		return ""
	}
	return j.Links[i].Href
}

// Interact returns where the server's people follow or answer what stands elsewhere, as a template with {uri}; "" where it does not say.
func (j *JRD) Interact() string {
	for _, way := range []struct{ rel, placeholder string }{{RelSubscribe, "{uri}"}, {RelIntentFollow, "{object}"}, {RelIntentObject, "{object}"}} {
		for _, l := range j.Links {
			if template := cmp.Or(l.Template, l.Href); strings.EqualFold(l.Rel, way.rel) && strings.Contains(template, way.placeholder) {
				return strings.Replace(template, way.placeholder, "{uri}", 1)
			}
		}
	}
	return ""
}

// Handle returns the subject as user@host, "" where it is not one.
func (j *JRD) Handle() string {
	user, host, err := splitHandle(j.Subject)
	if err != nil {
		return ""
	}
	return user + "@" + host
}

// splitHandle reads user@host, with or without "acct:" or "@" before it. The host is an authority as [Host] writes it.
func splitHandle(handle string) (user, host string, err error) {
	handle = strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(handle), "acct:"), "@")
	user, host, _ = strings.Cut(handle, "@")
	plain := user != "" && !strings.ContainsAny(handle, "/?#\\ \t\r\n")
	if host = Host("https://" + host + "/"); !plain || host == "" {
		return "", "", fmt.Errorf("%.100q is not a handle: it should look like name@server.example", handle)
	}
	return user, host, nil
}

// WebFinger asks a handle's host for it (RFC 7033): "user@host", with or without "@" or "acct:" before it. That the actor says the same of himself is
// for the caller to see. The error is a *[FetchError].
func (c *Client) WebFinger(ctx context.Context, handle string) (*JRD, error) {
	user, host, err := splitHandle(handle)
	if err != nil {
		return nil, &FetchError{URL: handle, Reason: err.Error()}
	}
	resource := url.QueryEscape("acct:" + user + "@" + host)
	w := wish{accept: "application/jrd+json, application/json"}
	page, err := c.fetchFrom(ctx, host, "/.well-known/webfinger?resource="+resource, w)
	if missing := new(FetchError); errors.As(err, &missing) && missing.Status == http.StatusNotFound {
		page, err = c.hostMeta(ctx, host, resource, w, err)
	}
	if err != nil {
		return nil, err
	}
	j, err := ParseJRD(page.Body)
	if err != nil {
		return nil, &FetchError{URL: page.URL, Status: http.StatusOK, Reason: err.Error(), Err: err}
	}
	return j, nil
}

// hostMeta asks where else the host's WebFinger is (RFC 6415), and asks there. Without an answer it returns the error that led here.
func (c *Client) hostMeta(ctx context.Context, host, resource string, w wish, missing error) (*Page, error) {
	page, err := c.fetchFrom(ctx, host, "/.well-known/host-meta", wish{accept: "application/xrd+xml"})
	if err != nil {
		return nil, missing
	}
	var meta xrd
	if err := xml.Unmarshal(page.Body, &meta); err != nil {
		return nil, missing
	}
	for _, l := range meta.Links {
		if l.Rel == "lrdd" && strings.Contains(l.Template, "{uri}") {
			return c.fetch(ctx, strings.Replace(l.Template, "{uri}", resource, 1), w)
		}
	}
	return nil, missing
}

// fetchFrom fetches a path of a host of which only the name is known. Plain http is tried where it is allowed.
func (c *Client) fetchFrom(ctx context.Context, host, path string, w wish) (page *Page, err error) {
	schemes := []string{"https"}
	if c.config.AllowHTTP {
		schemes = append(schemes, "http")
		if strings.HasPrefix(c.config.Origin, "http:") {
			slices.Reverse(schemes)
		}
	}
	for _, scheme := range schemes {
		page, err = c.fetch(ctx, scheme+"://"+host+path, w)
		if silent := new(FetchError); !errors.As(err, &silent) || silent.Status != 0 {
			return page, err
		}
	}
	return page, err
}

type xrd struct {
	XMLName xml.Name  `xml:"http://docs.oasis-open.org/ns/xri/xrd-1.0 XRD"`
	Links   []xrdLink `xml:"Link"`
}

type xrdLink struct {
	Rel      string `xml:"rel,attr"`
	Template string `xml:"template,attr"`
}

// HostMeta returns the host-meta document (XRD) of the server with this origin, which leads to WebFinger.
func HostMeta(origin string) []byte {
	body, err := xml.Marshal(xrd{Links: []xrdLink{{Rel: "lrdd", Template: origin + "/.well-known/webfinger?resource={uri}"}}})
	if err != nil {
		return nil // two strings can always be written
	}
	return append([]byte(xml.Header), body...)
}
