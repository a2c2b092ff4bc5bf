package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

// TestDemo looks at the demo as a visitor does.
func TestDemo(t *testing.T) {
	i := newInstance(t)
	i.run(t, "", "demo")
	i.start(t)

	t.Run("there are threads of 0, 12 and 400 posts", func(t *testing.T) {
		for _, want := range []string{"0 posts", "12 posts", "400 posts"} {
			if !slices.ContainsFunc(pages(t, i, "/"), func(d *goquery.Document) bool { return strings.Contains(d.Text(), want) }) {
				t.Errorf("no article has %s", want)
			}
		}
	})

	t.Run("nothing is posted before its time or after now", func(t *testing.T) {
		for _, d := range pages(t, i, "/") {
			last := time.Now()
			d.Find("main article time[datetime*=T]").Each(func(_ int, s *goquery.Selection) {
				at, err := time.Parse(time.RFC3339, s.AttrOr("datetime", ""))
				if err != nil || at.After(last) {
					t.Errorf("%q comes after what is above it (%v)", s.Text(), err)
				}
				last = at
			})
		}
	})

	t.Run("NodeInfo and every page say that it is a demo", func(t *testing.T) {
		answer, err := http.Get(i.URL + "/nodeinfo/2.1")
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		var info struct{ Metadata map[string]any }
		if err := json.NewDecoder(answer.Body).Decode(&info); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]any{"demo": true}, info.Metadata); diff != "" {
			t.Errorf("metadata (-want +got):\n%s", diff)
		}
		for _, path := range []string{"/", "/t/1", "/topics", "/login", "/nowhere"} {
			if d := get(t, i, path); !strings.Contains(d.Find("header").Text(), "invented") {
				t.Errorf("%s does not say it", path)
			}
		}
	})

	t.Run("its pictures are there without anybody being asked", func(t *testing.T) {
		var shown int
		for _, d := range pages(t, i, "/") {
			d.Find("article h2 a").Each(func(_ int, s *goquery.Selection) {
				get(t, i, s.AttrOr("href", "")).Find("img[src^='/media/']").Each(func(_ int, s *goquery.Selection) {
					answer, err := http.Get(i.URL + s.AttrOr("src", ""))
					if err != nil {
						t.Fatal(err)
					}
					answer.Body.Close()
					if shown++; answer.StatusCode != http.StatusOK {
						t.Errorf("%s: %s", s.AttrOr("src", ""), answer.Status)
					}
				})
			})
		}
		if shown < 6 {
			t.Errorf("there are %d pictures", shown)
		}
	})

	t.Run("it speaks to nobody", func(t *testing.T) {
		if out := i.run(t, "", "refused"); strings.Contains(out, ".example") {
			t.Errorf("something was sent:\n%s", out)
		}
	})
}

// pages are the pages of a list, from the first on.
func pages(t *testing.T, i *instance, path string) []*goquery.Document {
	t.Helper()
	var all []*goquery.Document
	for path != "" && len(all) < 20 {
		d := get(t, i, path)
		all = append(all, d)
		path = d.Find("link[rel=next]").AttrOr("href", "")
		path = strings.TrimPrefix(path, i.URL)
	}
	return all
}

func get(t *testing.T, i *instance, path string) *goquery.Document {
	t.Helper()
	answer, err := http.Get(i.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	d, err := goquery.NewDocumentFromReader(answer.Body)
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", path, err))
	}
	return d
}
