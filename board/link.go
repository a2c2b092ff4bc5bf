package board

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// LinkKey is a link without everything in which links to the same page differ:
// scheme, www. and the like, default port, fragment, trailing slash, AMP, the
// order of the query and what only says where a reader came from. Two links
// with the same key lead to the same article. It is empty for what is no web
// address, and it is not made to be visited.
func LinkKey(link string) string {
	u := linkURL(link)
	if u == nil {
		return ""
	}
	key := linkHost(u) + linkPath(u)
	if query := linkQuery(u.RawQuery); query != "" {
		key += "?" + query
	}
	return key
}

// LinkSource is the host of a link as readers name it: japantimes.co.jp. It is
// empty for what is no web address.
func LinkSource(link string) string {
	u := linkURL(link)
	if u == nil {
		return ""
	}
	return linkHost(u)
}

// linkURL reads a web address, out of the wrapping of an AMP cache where it is
// in one; nil for anything else.
func linkURL(link string) *url.URL {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || linkHost(u) == "" {
		return nil
	}
	if inside := unwrapAMP(u); inside != nil {
		return inside
	}
	return u
}

// unwrapAMP finds the page behind google.com/amp/s/HOST/PATH and
// NAME.cdn.ampproject.org/c/s/HOST/PATH; nil if it is not such an address.
func unwrapAMP(u *url.URL) *url.URL {
	host, rest := strings.ToLower(u.Hostname()), ""
	switch {
	case host == "google.com" || strings.HasPrefix(host, "www.google."):
		rest = strings.TrimPrefix(u.EscapedPath(), "/amp/")
	case strings.HasSuffix(host, ".cdn.ampproject.org"):
		_, rest, _ = strings.Cut(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	}
	if rest == "" || strings.HasPrefix(rest, "/") {
		return nil
	}
	inside, err := url.Parse("https://" + strings.TrimPrefix(rest, "s/"))
	if err != nil || !strings.Contains(inside.Hostname(), ".") {
		return nil
	}
	inside.RawQuery = u.RawQuery
	return inside
}

// variants are the first labels of hosts that show the same pages otherwise.
var variants = []string{"www", "m", "mobile", "amp"}

// linkHost is the host in lower case and ASCII, with a port that is not the
// usual one, and without the label of a variant.
func linkHost(u *url.URL) string {
	host := strings.Trim(strings.ToLower(u.Hostname()), ".")
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	for {
		label, rest, _ := strings.Cut(host, ".")
		rest = strings.Trim(rest, ".")
		if !slices.Contains(variants, label) || !strings.Contains(rest, ".") {
			break
		}
		host = rest
	}
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host += ":" + port
	}
	return host
}

// linkPath is the path without AMP and without a slash at its end.
func linkPath(u *url.URL) string {
	whole := (&url.URL{Path: u.Path}).EscapedPath()
	for {
		p := strings.TrimRight(path.Clean("/"+whole), "/")
		p = strings.TrimSuffix(strings.TrimSuffix(p, "/amp"), ".amp")
		if page, ok := strings.CutSuffix(p, ".amp.html"); ok {
			p = page + ".html"
		}
		if rest, ok := strings.CutPrefix(p, "/amp/"); ok {
			p = "/" + rest
		}
		if p == whole {
			return p
		}
		whole = p
	}
}

// linkQuery is the query in one order, without what tracks.
func linkQuery(query string) string {
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		pair = strings.TrimSpace(pair)
		name, value, _ := strings.Cut(pair, "=")
		if name = strings.ToLower(name); name != "" && !tracks(name, value) {
			kept = append(kept, pair)
		}
	}
	slices.Sort(kept)
	return strings.Join(slices.Compact(kept), "&")
}

// tracking are parameters that say where a reader comes from, not what is
// read. Those that end in _ are beginnings.
var tracking = []string{
	"utm_", "hsa_", "mc_", "oly_", "at_", "pk_", "mtm_", "ga_", "guce_", // whole families
	"gclid", "dclid", "gbraid", "wbraid", "fbclid", "msclkid", "yclid", "twclid", "ttclid", "igshid", "igsh",
	"sk", "linkid", "pp", "si", "trk", "ref", "ref_src", "ref_url", "referrer", "cmp", "cmpid", "ncid", "ocid",
	"smid", "smtyp", "mkt_tok", "s_kwcid", "spm", "guccounter", "xtor", "_ga", "_gl", "__twitter_impression",
}

// tracks reports whether a parameter, its name in lower case, changes nothing
// of the page, or asks for its AMP.
func tracks(name, value string) bool {
	if name == "amp" || (name == "outputtype" || name == "output") && value == "amp" {
		return true
	}
	return slices.ContainsFunc(tracking, func(t string) bool {
		return name == t || strings.HasSuffix(t, "_") && strings.HasPrefix(name, t)
	})
}
