package web

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Color is an sRGB colour.
type Color struct{ R, G, B uint8 }

var hexColor = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

// ParseColor reads a colour as style sheets have it: #5a1717.
func ParseColor(s string) (Color, error) {
	if !hexColor.MatchString(s) {
		return Color{}, fmt.Errorf("%q, which is no colour; write one such as #5a1717", s)
	}
	n, err := strconv.ParseUint(s[1:], 16, 32)
	return Color{uint8(n >> 16), uint8(n >> 8), uint8(n)}, err
}

// String writes the colour as ParseColor reads it.
func (c Color) String() string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// luminance is how bright a colour looks, from 0 to 1 (WCAG 2.2, relative luminance).
func (c Color) luminance() float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

// Contrast is how well two colours stand out from one another, from 1 to 21
// (WCAG 2.2, contrast ratio).
func (c Color) Contrast(other Color) float64 {
	a, b := c.luminance(), other.luminance()
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

// toward is the colour that lies part of the way to another.
func (c Color) toward(other Color, part float64) Color {
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (float64(b)-float64(a))*part)) }
	return Color{mix(c.R, other.R), mix(c.G, other.G), mix(c.B, other.B)}
}

// until goes toward another colour, as far as it must to stand out from a third.
func (c Color) until(other, from Color, contrast float64) Color {
	const steps = 50
	for i := range steps {
		if mixed := c.toward(other, float64(i)/steps); mixed.Contrast(from) >= contrast {
			return mixed
		}
	}
	return other
}

// readable is the contrast that WCAG 2.2 asks of text (1.4.3).
const readable = 4.5

// What the style sheet has, and the owner's colours are seen on or beside.
var (
	white, black         = Color{255, 255, 255}, Color{}
	mastDay, paper       = Color{0x5a, 0x17, 0x17}, Color{0xfd, 0xfc, 0xf8}
	mastTextNight        = Color{0xf6, 0xef, 0xe6}
	paperDay, paperNight = Color{0xe9, 0xe4, 0xd6}, Color{0x2a, 0x2d, 0x33} // the least favourable
)

// Colors are what an owner may choose; a nil one is the board's own.
type Colors struct {
	Masthead *Color // of the bar at the top, and of the button that a form is sent with
	Accent   *Color // of marks and lines
}

// Check refuses an accent that is too pale. The masthead may have any colour:
// its text is black or white, whichever is read better.
func (c Colors) Check() error {
	if c.Accent == nil {
		return nil
	}
	if contrast := c.Accent.Contrast(paperDay); contrast < readable {
		return fmt.Errorf("%s, which is too pale: its contrast with the page is %.1f and must be %.1f; choose a darker one", c.Accent, contrast, readable)
	}
	return nil
}

// rules are the owner's colours for the end of the style sheet. What is seen
// by night is made of what he chose for the day.
func (c Colors) rules() string {
	if c == (Colors{}) {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n:root {")
	token := func(name string, day, night Color) { fmt.Fprintf(&b, " --%s: light-dark(%s, %s);", name, day, night) }
	if c.Masthead != nil {
		text := white
		if c.Masthead.Contrast(black) > c.Masthead.Contrast(white) {
			text = black
		}
		token("mast-bg", *c.Masthead, c.Masthead.until(black, mastTextNight, 2*readable))
		token("mast-text", text, mastTextNight)
	}
	if c.Accent != nil {
		token("accent", *c.Accent, c.Accent.until(white, paperNight, readable))
	}
	b.WriteString(" }\n")
	if c.Masthead != nil {
		fmt.Fprintf(&b, "@media (prefers-contrast: more) { :root { --mast-bg: light-dark(%s, #000000); } }\n", c.boldMasthead())
	}
	return b.String()
}

// enhanced is the contrast that WCAG 2.2 asks of text for those who need more (1.4.6).
const enhanced = 7

// boldMasthead is the masthead's colour for who asks for more contrast.
func (c Colors) boldMasthead() Color {
	if c.Masthead.Contrast(black) > c.Masthead.Contrast(white) {
		return c.Masthead.until(white, black, enhanced)
	}
	return c.Masthead.until(black, white, enhanced)
}
