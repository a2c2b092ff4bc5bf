package main

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBlocked(t *testing.T) {
	c := Config{BlockedHosts: []string{"bad.example", "BÜCHER.example", " "}}
	for host, want := range map[string]bool{
		"bad.example": true, "BAD.example": true, "bad.example.": true, "bad.example:8443": true, "sub.bad.example": true,
		"xn--bcher-kva.example": true, "notbad.example": false, "bad.example.org": false, "example": false, "": false,
	} {
		if got := c.blocked(host); got != want {
			t.Errorf("blocked(%q) = %v", host, got)
		}
	}
}

func TestParseAddress(t *testing.T) {
	for in, want := range map[string]string{
		"https://board.example": "https://board.example", "https://board.example/": "https://board.example",
		"https://Board.Example:443": "https://board.example", "http://localhost:8080": "http://localhost:8080",
		"board.example": "", "ftp://board.example": "", "https://board.example/forum": "", "https://u:p@board.example": "", "": "",
	} {
		got, err := parseAddress(in)
		if string(got) != want || (err == nil) != (want != "") {
			t.Errorf("parseAddress(%q) = %q, %v", in, got, err)
		}
	}
}

func TestClientIP(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, test := range []struct {
		name, from, forwarded, want string
	}{
		{"nobody is believed but the proxy", "203.0.113.5:1234", "198.51.100.1", "203.0.113.5"},
		{"the proxy is believed", "10.0.0.1:1234", "198.51.100.1", "198.51.100.1"},
		{"what the client wrote itself is not", "10.0.0.1:1234", "192.0.2.9, 198.51.100.1", "198.51.100.1"},
		{"proxies in a row are passed", "10.0.0.1:1234", "198.51.100.1, 10.0.0.2", "198.51.100.1"},
		{"nonsense ends the search", "10.0.0.1:1234", "198.51.100.1, nonsense", "10.0.0.1"},
		{"a proxy without the header is the client", "10.0.0.1:1234", "", "10.0.0.1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := &http.Request{RemoteAddr: test.from, Header: http.Header{"X-Forwarded-For": {test.forwarded}}}
			if diff := cmp.Diff(test.want, clientIP(proxies)(r)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
