package activitypub

import "testing"

func TestHost(t *testing.T) {
	for uri, want := range map[string]string{
		"https://far.test/users/a": "far.test", "https://FAR.Test/": "far.test", "https://far.test./": "far.test", "https://far.test:443/": "far.test",
		"http://far.test:80/": "far.test", "https://far.test:80/": "far.test:80", "http://127.0.0.1:8080/x": "127.0.0.1:8080", "https://[2001:DB8::1]/": "[2001:db8::1]",
		"https://bÄd.test/": "xn--bd-via.test", "https://xn--bd-via.test/": "xn--bd-via.test", "https://XN--BD-VIA.test/": "xn--bd-via.test", "https://a_b.test/": "a_b.test",
		"https://ｆar.test/": "far.test", "https://far。test/": "far.test",
		"": "", "/x": "", "far.test": "", "ftp://far.test/": "", "javascript:alert(1)": "", "https:///x": "", "https://u:p@far.test/": "", "https://far.test:x/": "",
		"https://xn--zz99999999999/": "",
	} {
		t.Run("M01: "+uri, func(t *testing.T) {
			if got := Host(uri); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	if !SameHost("https://far.test/a", "http://FAR.test:80/b") || SameHost("https://far.test/", "https://far.test:8443/") || SameHost("", "") {
		t.Error("neighbours and strangers are mixed up")
	}
}
