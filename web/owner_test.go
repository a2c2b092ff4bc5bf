package web_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"corkboard/web"
)

func TestColors(t *testing.T) {
	color := func(s string) *web.Color {
		c, err := web.ParseColor(s)
		if err != nil {
			t.Fatal(err)
		}
		return &c
	}
	t.Run("contrast is as WCAG has it", func(t *testing.T) {
		for pair, want := range map[[2]string]float64{{"#000000", "#ffffff"}: 21, {"#777777", "#ffffff"}: 4.48, {"#ffffff", "#ffffff"}: 1} {
			if got := color(pair[0]).Contrast(*color(pair[1])); got < want-0.01 || got > want+0.01 {
				t.Errorf("%v: %.3f, not %.2f", pair, got, want)
			}
		}
	})
	t.Run("what is no colour is refused", func(t *testing.T) {
		for _, s := range []string{"", "red", "#fff", "#ggg000", "5a1717", "#5a1717; }", "#5A17170"} {
			if _, err := web.ParseColor(s); err == nil {
				t.Errorf("%q was taken", s)
			}
		}
	})
	t.Run("an accent must be read on paper", func(t *testing.T) {
		for s, fine := range map[string]bool{"#8a1c1c": true, "#0b4a8f": true, "#ffd700": false, "#ff0000": false} {
			if err := (web.Colors{Accent: color(s)}).Check(); (err == nil) != fine {
				t.Errorf("%s: %v", s, err)
			}
		}
	})
}

// TestEveryMastheadCanBeRead tries colours from all over, by day, by night and
// where more contrast is asked for.
func TestEveryMastheadCanBeRead(t *testing.T) {
	pair := regexp.MustCompile(`--(mast-bg|mast-text|accent): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)`)
	for rgb := 0; rgb < 1<<24; rgb += 1<<18 + 1<<11 + 1<<5 {
		color, err := web.ParseColor(fmt.Sprintf("#%06x", rgb))
		if err != nil {
			t.Fatal(err)
		}
		w := web.Colors{Masthead: &color}
		said := map[string][][]string{}
		for _, found := range pair.FindAllStringSubmatch(web.Rules(w), -1) {
			said[found[1]] = append(said[found[1]], found[2:])
		}
		contrast := func(a, b string) float64 {
			first, err := web.ParseColor(a)
			if err != nil {
				t.Fatal(err)
			}
			second, err := web.ParseColor(b)
			if err != nil {
				t.Fatal(err)
			}
			return first.Contrast(second)
		}
		text, bold := said["mast-text"][0], said["mast-bg"][1]
		for mode := range text {
			if got := contrast(said["mast-bg"][0][mode], text[mode]); got < 4.5 {
				t.Errorf("%s: %.2f in mode %d", color, got, mode)
			}
			if got := contrast(bold[mode], text[mode]); got < 7 {
				t.Errorf("%s: %.2f in mode %d where 7 is asked for", color, got, mode)
			}
		}
	}
}

func TestOwnersLook(t *testing.T) {
	gold, err := web.ParseColor("#ffd700")
	if err != nil {
		t.Fatal(err)
	}
	picture := `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`
	w := newWorld(t, func(c *web.Config) {
		c.Owner = web.Owner{
			Masthead: "All the news", Front: "Welcome, **stranger**.", Disclaimer: "Nobody is [responsible](https://law.example/).<script>alert(1)</script>",
			Colors: web.Colors{Masthead: &gold}, Logo: web.Logo{Extension: ".svg", Body: []byte(picture)},
		}
	})
	home := w.visitor().get("/")
	t.Run("the masthead has the line and the logo", func(t *testing.T) {
		home.shows(".mast .line", "All the news")
		logo := w.visitor().get(home.attr(".mast .name img", "src")).wants(http.StatusOK)
		if logo.body != picture || logo.header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(logo.header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("the logo is %s under %s", logo.header.Get("Content-Type"), logo.header.Get("Content-Security-Policy"))
		}
	})
	t.Run("the texts are on the page, and nothing in them runs", func(t *testing.T) {
		home.shows("main .front strong", "stranger")
		home.has(`footer .disclaimer a[href="https://law.example/"]`, 1)
		home.has("footer script", 0)
	})
	t.Run("gold is read in black, and is dark by night", func(t *testing.T) {
		css := w.visitor().get(home.attr("link[rel=stylesheet]", "href")).body
		if !strings.Contains(css, "--mast-bg: light-dark(#ffd700, #") || !strings.Contains(css, "--mast-text: light-dark(#000000, #f6efe6)") {
			t.Error(css[max(0, len(css)-200):])
		}
	})
}
