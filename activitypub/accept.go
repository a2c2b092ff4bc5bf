package activitypub

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// Wanted reports whether the request's Accept asks for ActivityPub rather than for HTML: whether the best of the types that it names is one of ours.
// Where both are named alike, the first counts. A browser, */* and no Accept at all get HTML.
func Wanted(r *http.Request) bool {
	ours, page := 0.0, 0.0
	for _, line := range r.Header["Accept"] {
		for part := range strings.SplitSeq(line, ",") {
			media, q := acceptable(part)
			switch {
			case isOurs(media) && q > ours && q > page:
				ours = q
			case (media == "text/html" || media == "application/xhtml+xml") && q > page && q > ours:
				page = q
			}
		}
	}
	return ours > page
}

// isOurs takes application/ld+json without a profile, too: it is what Mastodon and others ask with.
func isOurs(media string) bool {
	return media == MediaType || media == "application/ld+json"
}

// acceptable reads one element of an Accept header (RFC 9110, 12.5.1): a media type in lower case and its weight, 0 where it cannot be read.
func acceptable(part string) (media string, q float64) {
	media, parameters, err := mime.ParseMediaType(part)
	if err != nil {
		return "", 0
	}
	weight, ok := parameters["q"]
	if !ok {
		return media, 1
	}
	if q, err = strconv.ParseFloat(weight, 64); err != nil || !(q >= 0 && q <= 1) {
		return media, 0
	}
	return media, q
}
