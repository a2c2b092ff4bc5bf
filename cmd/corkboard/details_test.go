package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corkboard/activitypub"
	"corkboard/board"
)

func TestDetails(t *testing.T) {
	mux := http.NewServeMux()
	far := httptest.NewServer(mux)
	t.Cleanup(far.Close)
	html := func(path, body string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			if len(r.Header["Cookie"])+len(r.Header["Signature"])+len(r.Header["Referer"]) > 0 {
				t.Errorf("the request says who asks: %v", r.Header)
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Set-Cookie", "a=b")
			fmt.Fprint(w, body)
		})
	}
	html("/story", `<html lang="en"><title>Navy leaves the bay</title><meta name="author" content="A. Writer">`)
	html("/long", `<title>Long</title>`+strings.Repeat("<p>much more</p>", 1<<18))
	html("/untitled", `<p>Nothing`)
	mux.Handle("/short", http.RedirectHandler("/story", http.StatusMovedPermanently))
	mux.Handle("/round", http.RedirectHandler("/round", http.StatusFound))
	mux.Handle("/inside", http.RedirectHandler("http://10.0.0.1/", http.StatusFound))
	mux.HandleFunc("/paper", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "application/pdf") })
	mux.HandleFunc("/paid", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })

	s := &server{config: &Config{AllowHTTP: true}, client: activitypub.NewClient(activitypub.ClientConfig{
		Origin: "https://board.example", AllowHTTP: true, AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
	})}
	t.Cleanup(s.client.Close)

	t.Run("a page is read, behind a redirect too", func(t *testing.T) {
		want := board.Details{Link: far.URL + "/story", Title: "Navy leaves the bay", Author: "A. Writer", Language: "en"}
		for _, path := range []string{"/story", "/short"} {
			got, err := s.details(t.Context(), far.URL+path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
	})
	t.Run("of a long page the start is enough", func(t *testing.T) {
		if d, err := s.details(t.Context(), far.URL+"/long"); err != nil || d.Title != "Long" {
			t.Error(d, err)
		}
	})
	host := strings.TrimPrefix(far.URL, "http://")
	for link, want := range map[string]string{
		far.URL + "/paid":         host + " answered 403; fill the form in by hand.",
		far.URL + "/gone":         host + " answered 404; fill the form in by hand.",
		far.URL + "/paper":        "What is there on " + host + " is no web page; fill the form in by hand.",
		far.URL + "/untitled":     "The page on " + host + " has no title; fill the form in by hand.",
		far.URL + "/round":        "it redirects more than 3 times",
		far.URL + "/inside":       "not one of the public internet",
		"http://169.254.169.254/": "not one of the public internet",
		"https://board.example/t": "one of ours",
		"javascript:alert(1)":     "a whole web address",
		"http://127.0.0.1:1/":     "127.0.0.1:1 cannot be reached now (no connection could be made, or it broke); fill the form in by hand, or try again later.",
	} {
		t.Run("no details of "+link, func(t *testing.T) {
			_, err := s.details(t.Context(), link)
			if err == nil || board.KindOf(err) != board.Invalid || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
}

func TestDetailsOfBlockedHosts(t *testing.T) {
	s := &server{config: &Config{BlockedHosts: []string{"blocked.example"}}, client: activitypub.NewClient(activitypub.ClientConfig{Origin: "https://board.example"})}
	t.Cleanup(s.client.Close)
	for _, link := range []string{"https://blocked.example/x", "http://www.Blocked.example/x"} {
		if _, err := s.details(t.Context(), link); err == nil || !strings.Contains(err.Error(), "takes nothing from") {
			t.Errorf("%s: %v", link, err)
		}
	}
}

func TestParseExcerpts(t *testing.T) {
	got, err := parseExcerpts([]string{"www.JapanTimes.co.jp=300", " apnews.com = 100", "https://wire.example/=0", "*=500", ""})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(board.Excerpts{"japantimes.co.jp": 300, "apnews.com": 100, "wire.example": 0, "*": 500}, got); diff != "" {
		t.Error(diff)
	}
	for _, wrong := range []string{"times.example", "times.example=many", "times.example=-1", "=5", "not a host=5"} {
		if got, err := parseExcerpts([]string{wrong}); err == nil || !strings.Contains(err.Error(), "write HOST=WORDS") {
			t.Errorf("%q gave %v, %v", wrong, got, err)
		}
	}
}
