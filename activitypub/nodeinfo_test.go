package activitypub

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzNodeInfo(f *testing.F) {
	for _, body := range []string{
		`{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.0","href":"https://far.test/nodeinfo/2.0"}]}`,
		`{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.1","href":""},null]}`,
		`{"version":"2.1","software":{"name":"Mastodon","version":"4.5.0"},"metadata":{"x":[1]}}`,
		`{"software":{"name":"` + strings.Repeat("İ", 65) + `","version":"\ud83d"}}`, `{"software":[]}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		page := &Page{URL: "https://far.test/nodeinfo", Body: body}
		var index JRDLinks
		if err := readJSON(page, &index); err == nil {
			if address := index.newestNodeInfo(); address != "" && !strings.Contains(string(body), "/schema/2.") && !strings.Contains(string(body), `\`) {
				t.Errorf("got %q from an index without a version that we read", address)
			}
		}
		software, err := readSoftware(page)
		if _, told := errors.AsType[*FetchError](err); err != nil && !told {
			t.Errorf("got %v, want a *FetchError", err)
		}
		if software.Name != strings.ToLower(software.Name) {
			t.Errorf("%q is not in lower case", software.Name)
		}
		for _, text := range []string{software.Name, software.Version} {
			if !utf8.ValidString(text) || utf8.RuneCountInString(text) > 64 {
				t.Errorf("%q is no name", text)
			}
		}
	})
}
