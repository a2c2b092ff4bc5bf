package activitypub

import (
	"net/http"
	"testing"
)

func TestWanted(t *testing.T) {
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
	for _, test := range []struct {
		name   string
		accept []string
		want   bool
	}{
		{"no Accept", nil, false},
		{"an empty Accept", []string{""}, false},
		{"anything", []string{"*/*"}, false},
		{"a browser", []string{browser}, false},
		{"Mastodon fetching an id", []string{"application/activity+json, application/ld+json"}, true},
		{"Mastodon fetching what somebody pasted", []string{`application/ld+json; profile="https://www.w3.org/ns/activitystreams", application/activity+json, text/html;q=0.1`}, true},
		{"both, ours better", []string{"text/html;q=0.1, application/activity+json"}, true},
		{"both, HTML better", []string{"application/activity+json;q=0.5, text/html"}, false},
		{"both alike, ours first", []string{"application/activity+json, text/html"}, true},
		{"both alike, HTML first", []string{"text/html, application/activity+json"}, false},
		{"HTML first, then ours better", []string{"text/html;q=0.9, application/activity+json;q=1.0"}, true},
		{"ours, refused", []string{"application/activity+json;q=0"}, false},
		{"ours and anything", []string{"application/activity+json, */*;q=0.1"}, true},
		{"in two lines", []string{"text/html;q=0.2", "application/activity+json"}, true},
		{"in capitals", []string{"Application/Activity+JSON"}, true},
		{"ld+json", []string{`application/ld+json; profile="https://www.w3.org/ns/activitystreams"`}, true},
		{"plain JSON", []string{"application/json"}, false},
		{"a weight that is none", []string{"application/activity+json;q=high"}, false},
		{"a weight that is not a number", []string{"application/activity+json;q=NaN"}, false},
		{"gibberish beside ours", []string{";;;=, application/activity+json"}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Wanted(&http.Request{Header: http.Header{"Accept": test.accept}}); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func FuzzWanted(f *testing.F) {
	f.Add("text/html,application/xhtml+xml,*/*;q=0.8")
	f.Add(`application/ld+json; profile="x", application/activity+json;q=0.1`)
	f.Fuzz(func(t *testing.T, accept string) {
		wanted := Wanted(&http.Request{Header: http.Header{"Accept": {accept}}})
		if again := Wanted(&http.Request{Header: http.Header{"Accept": {accept + ", application/activity+json;q=0"}}}); again != wanted {
			t.Error("a type that is refused changed the answer")
		}
	})
}
