package main

import (
	"context"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"net/url"
	"path"
	"strings"

	"corkboard/board"
	"corkboard/web"
)

// demoHosts is how the names of all hosts in a demo end; nobody can have one (RFC 2606).
const demoHosts = ".example"

// demoFetch paints what the demo's people elsewhere have photographed: their
// hosts do not exist, so nobody is asked for it. All else comes from next.
func demoFetch(next web.Fetch) web.Fetch {
	return func(ctx context.Context, address string, most int64, to io.Writer) error {
		u, err := url.Parse(address)
		if err != nil || !strings.HasSuffix(u.Hostname(), demoHosts) {
			return next(ctx, address, most, to)
		}
		paint, ok := demoPictures[strings.TrimSuffix(path.Base(u.Path), ".png")]
		if !ok {
			return board.Errorf(board.NotFound, "There is no such picture.")
		}
		return png.Encode(to, paint.image())
	}
}

// demoSize is that of all pictures of the demo.
var demoSize = image.Pt(640, 400)

// seascape is a picture of sky and water.
type seascape struct {
	sky, horizon, water color.RGBA
	sun                 float64 // its radius; 0 hides it
	sunX, sunY          float64 // parts of width and height
	glow                float64 // how far its light spreads
	masts               int
	fog                 float64 // 0 to 1
	round               bool    // cut to a disc, as an emoji
}

var demoPictures = map[string]seascape{
	"fog1":       {sky: rgb(0xb8c4cc), horizon: rgb(0xf3d9b8), water: rgb(0x2c3e4c), sun: 26, sunX: .7, sunY: .47, glow: 150, fog: .15},
	"fog2":       {sky: rgb(0xc9cfd2), horizon: rgb(0xdfe2e2), water: rgb(0x8d989e), masts: 3, fog: .55},
	"fog3":       {sky: rgb(0xd6d4cc), horizon: rgb(0xe9e5da), water: rgb(0xa9aca8), sun: 34, sunX: .45, sunY: .3, glow: 60, masts: 1, fog: .35},
	"fog4":       {sky: rgb(0xa7adb3), horizon: rgb(0xb4b9bd), water: rgb(0x9aa1a7), sun: 5, sunX: .3, sunY: .4, glow: 40, fog: .8},
	"lamp":       {sky: rgb(0x0c1220), horizon: rgb(0x1b2438), water: rgb(0x0a0e18), sun: 9, sunX: .62, sunY: .28, glow: 120, fog: .1},
	"wave":       {sky: rgb(0x86b7d8), horizon: rgb(0xdcecf2), water: rgb(0x1d6478), fog: .05},
	"lighthouse": {sky: rgb(0x1d3a6e), horizon: rgb(0x3d6bb0), water: rgb(0x14284c), sun: 90, sunX: .5, sunY: .42, glow: 160, round: true},
}

func rgb(c uint32) color.RGBA { return color.RGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), 255} }

// image paints the picture, the same each time.
func (s seascape) image() image.Image {
	random := rand.New(rand.NewPCG(1, uint64(s.sky.R)<<8|uint64(s.water.B))) //nolint:gosec // it paints
	m := image.NewRGBA(image.Rectangle{Max: demoSize})
	w, h := float64(demoSize.X), float64(demoSize.Y)
	shore := h * .58
	for y := range demoSize.Y {
		for x := range demoSize.X {
			c := s.at(float64(x), float64(y), w, h, shore)
			c = mix(c, s.horizon, s.fog*(.7+.3*math.Sin(float64(x)/90+float64(y)/37)))
			grain := int8(random.IntN(7)) - 3
			m.SetRGBA(x, y, color.RGBA{shade(c.R, grain), shade(c.G, grain), shade(c.B, grain), s.opacity(float64(x), float64(y), w, h)})
		}
	}
	return m
}

// at is the colour of a point without fog.
func (s seascape) at(x, y, w, h, shore float64) color.RGBA {
	c := mix(s.sky, s.horizon, math.Pow(min(1, y/shore), 2))
	if y > shore {
		depth := (y - shore) / (h - shore)
		ripple := .5 + .5*math.Sin(y*y/60+math.Sin(x/23+y/9)*2)
		c = mix(mix(s.horizon, s.water, .4+.6*depth), s.water, .5*ripple)
	}
	for i := range s.masts {
		at := w * (.28 + .2*float64(i))
		top := shore - h*(.34-.06*float64(i))
		if math.Abs(x-at) < 2.5 && y > top && y < shore+12 || y > shore-4 && y < shore+12 && math.Abs(x-at) < 46-(y-shore)*1.5 {
			c = rgb(0x2b2f33)
		}
	}
	if s.sun == 0 {
		return c
	}
	light := color.RGBA{255, 244, 214, 255}
	if far := math.Hypot(x-w*s.sunX, y-h*s.sunY); far < s.sun {
		return light
	} else if far < s.sun+s.glow {
		return mix(c, light, .75*math.Pow(1-(far-s.sun)/s.glow, 2))
	}
	return c
}

// opacity is 0 outside the disc of a round picture.
func (s seascape) opacity(x, y, w, h float64) uint8 {
	if s.round && math.Hypot(x-w/2, y-h/2) > h/2 {
		return 0
	}
	return 255
}

// mix is so much of b in a.
func mix(a, b color.RGBA, part float64) color.RGBA {
	part = max(0, min(1, part))
	one := func(a, b uint8) uint8 { return uint8(float64(a)*(1-part) + float64(b)*part) }
	return color.RGBA{one(a.R, b.R), one(a.G, b.G), one(a.B, b.B), 255}
}

func shade(c uint8, by int8) uint8 { return uint8(max(0, min(255, int(c)+int(by)))) }
