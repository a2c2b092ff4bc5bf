package activitypub

import (
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

const (
	// ContextURI is the JSON-LD context of ActivityStreams 2.0.
	ContextURI = "https://www.w3.org/ns/activitystreams"
	// Public is the collection of everybody. [Parse] writes the short forms "as:Public" and "Public" as this.
	Public = ContextURI + "#Public"
	// MediaType is the Content-Type of every document and activity that we send.
	MediaType = "application/activity+json"
)

// Visibility says for whom an object is meant. The zero value, VisibilityDirect, is the narrowest.
type Visibility int

const (
	VisibilityDirect    Visibility = iota // the people named, nobody else
	VisibilityFollowers                   // the author's followers
	VisibilityUnlisted                    // everybody, but not in public lists: Public in cc
	VisibilityPublic                      // everybody: Public in to
)

// IsPublic reports whether everybody may read it, listed or not.
func (v Visibility) IsPublic() bool { return v >= VisibilityUnlisted }

func (v Visibility) String() string {
	return [...]string{"direct", "followers", "unlisted", "public"}[v]
}

// hostNames turns names of any script into the ASCII form that DNS knows, without the rules that refuse underscores.
var hostNames = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))

// Host returns the authority of an http or https URL: the name in lower case and ASCII, without a trailing dot, and the port unless it is the
// scheme's own. It is "" for anything else, so two URLs without a host are never taken for neighbours.
func Host(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.User != nil {
		return ""
	}
	return authority(u)
}

// SameHost reports whether both are URLs of one host.
func SameHost(a, b string) bool {
	host := Host(a)
	return host != "" && host == Host(b)
}

func authority(u *url.URL) string {
	if u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	name, port := normalHost(u.Hostname()), u.Port()
	switch {
	case name == "":
		return ""
	case strings.Contains(name, ":"):
		name = "[" + name + "]"
	}
	if port == "" || u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		return name
	}
	return name + ":" + port
}

// normalHost writes one host name in the one way in which we compare names.
func normalHost(name string) string {
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	for i := range len(name) {
		if name[i] >= 0x80 || strings.HasPrefix(name[i:], "xn--") {
			ascii, err := hostNames.ToASCII(name)
			if err != nil {
				return ""
			}
			return ascii
		}
	}
	return name
}
