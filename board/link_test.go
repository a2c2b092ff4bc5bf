package board

import (
	"strings"
	"testing"
)

func TestLinkKey(t *testing.T) {
	const key = "times.example/2011/01/04/story"
	same := map[string]string{
		"as it is":                      "https://times.example/2011/01/04/story",
		"plain http":                    "http://times.example/2011/01/04/story",
		"www":                           "https://www.times.example/2011/01/04/story",
		"m":                             "https://m.times.example/2011/01/04/story",
		"amp and www":                   "https://amp.www.times.example/2011/01/04/story",
		"capitals in the host":          "HTTPS://Times.Example/2011/01/04/story",
		"the usual port":                "https://times.example:443/2011/01/04/story",
		"a slash at the end":            "https://times.example/2011/01/04/story/",
		"two slashes":                   "https://times.example//2011/01/04/story",
		"a fragment":                    "https://times.example/2011/01/04/story#comments",
		"tracking":                      "https://times.example/2011/01/04/story?utm_source=x&UTM_Medium=y&fbclid=1&gclid=2&ref=z&pp=1&si=2&trk=3&linkId=4&sk=5",
		"a question mark":               "https://times.example/2011/01/04/story?",
		"amp at the end":                "https://times.example/2011/01/04/story/amp/",
		"amp in front":                  "https://times.example/amp/2011/01/04/story",
		".amp":                          "https://times.example/2011/01/04/story.amp",
		"amp asked for":                 "https://times.example/2011/01/04/story?outputType=amp",
		"Google's cache":                "https://www.google.com/amp/s/www.times.example/2011/01/04/story",
		"the AMP project's cache":       "https://times-example.cdn.ampproject.org/c/s/www.times.example/2011/01/04/story",
		"spaces around it":              "  https://times.example/2011/01/04/story\n",
		"a name in front of the host":   "https://reader@times.example/2011/01/04/story",
		"an escape that is not needed":  "https://times.example/2011/01/04/%73tory",
		"a dot at the end of the host":  "https://times.example./2011/01/04/story",
		"a step back in the path":       "https://times.example/2011/02/../01/04/story",
		"tracking between other things": "https://times.example/2011/01/04/story?&utm_id=1&",
	}
	for name, link := range same {
		t.Run(name, func(t *testing.T) {
			if got := LinkKey(link); got != key {
				t.Errorf("%s has the key %q, want %q", link, got, key)
			}
		})
	}
	others := map[string]string{
		"https://times.example":                          "times.example",
		"https://www.times.example/?":                    "times.example",
		"https://times.example/story.amp.html":           "times.example/story.html",
		"https://times.example/story?id=2&a=1":           "times.example/story?a=1&id=2",
		"https://times.example/story?id=2&utm_x=1":       "times.example/story?id=2",
		"https://times.example:8080/story":               "times.example:8080/story",
		"https://times.example/Story":                    "times.example/Story",
		"https://www.example/":                           "www.example",
		"https://amp.dev/":                               "amp.dev",
		"https://bücher.example/ü":                       "xn--bcher-kva.example/%C3%BC",
		"https://times.example/amplifier":                "times.example/amplifier",
		"https://www.google.com/search?q=a":              "google.com/search?q=a",
		"https://video.example/watch?v=Ab1&feature=sh":   "video.example/watch?feature=sh&v=Ab1",
		"https://times.example/read?output=pdf&page=2":   "times.example/read?output=pdf&page=2",
		"ftp://times.example/story":                      "",
		"mailto:someone@times.example":                   "",
		"times.example/story":                            "",
		"https://":                                       "",
		"":                                               "",
		"https://times.example/%zz":                      "",
		"javascript:alert(1)":                            "",
		"https://[::1]:8080/story":                       "::1:8080/story",
		"https://www.m.times.example/a?b=1&b=1":          "times.example/a?b=1",
		"https://web.example/save/https://times.example": "web.example/save/https:/times.example",
	}
	for link, want := range others {
		if got := LinkKey(link); got != want {
			t.Errorf("%s has the key %q, want %q", link, got, want)
		}
	}
}

func TestLinkSource(t *testing.T) {
	for link, want := range map[string]string{
		"https://www.japantimes.co.jp/news/1?utm_source=x":        "japantimes.co.jp",
		"http://EDITION.news.example/a":                           "edition.news.example",
		"https://www.google.com/amp/s/amp.times.example/story/":   "times.example",
		"https://times.example:8443/":                             "times.example:8443",
		"not a link":                                              "",
		"https://mobile.times.example/story":                      "times.example",
		"https://t-example.cdn.ampproject.org/v/times.example/st": "times.example",
	} {
		if got := LinkSource(link); got != want {
			t.Errorf("the source of %s is %q, want %q", link, got, want)
		}
	}
}

// FuzzLinkKey makes sure that a key is the key of itself, and begins with the source.
func FuzzLinkKey(f *testing.F) {
	for _, seed := range []string{
		"https://www.times.example/2011/01/04/story/?utm_source=x&b=2&a=1#top",
		"https://www.google.com/amp/s/amp.times.example/story.amp.html",
		"http://user:pass@M.BÜCHER.example:8080//a/../amp/?&&amp=1", "https://a.b/?x= &a", "https://[::1]/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, link string) {
		key, source := LinkKey(link), LinkSource(link)
		if !strings.HasPrefix(key, source) || (key == "") != (source == "") {
			t.Errorf("%q has the key %q and the source %q", link, key, source)
		}
		if strings.Contains(source, ":") || strings.HasPrefix(source, "google.") || strings.HasPrefix(source, "www.google.") || strings.HasSuffix(source, ".cdn.ampproject.org") {
			return // an address in numbers has lost its brackets; a cache may hold another
		}
		if again := LinkKey("https://" + key); key != "" && again != key {
			t.Errorf("%q has the key %q, and that one %q", link, key, again)
		}
	})
}
