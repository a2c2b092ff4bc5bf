package web

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"net/http"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

// Bounds of a picture that is shown.
const (
	maxArea   = 4096 * 4096 // pixels, as its header says
	maxSide   = 20000
	maxShrunk = 3840 * 2160 // pixels of one that is made smaller: more would take too much memory
)

// box is what a picture has to fit in.
type box struct{ width, height int }

var (
	thumbnailBox = box{768, 1152} // 24 rem wide on a screen of two dots for each pixel
	emojiBox     = box{80, 80}
)

// format is a kind of picture that browsers show and the board lets through.
type format struct {
	extension, kind string
	config          func(io.Reader) (image.Config, error)
	decode          func(io.Reader) (image.Image, error) // nil: it is passed on as it is
}

// formats are all of them. SVG is none: it is a document that can do things.
var formats = []format{
	{"png", "image/png", png.DecodeConfig, png.Decode},
	{"jpg", "image/jpeg", jpeg.DecodeConfig, jpeg.Decode},
	{"gif", "image/gif", gif.DecodeConfig, gif.Decode},
	{"webp", "image/webp", webp.DecodeConfig, webp.Decode},
	{"avif", "image/avif", avifConfig, nil},
}

var (
	errNoPicture = errors.New("it is no picture that can be shown")
	errTooLarge  = errors.New("it has too many pixels")
)

// examine finds out by its bytes what a file is, whatever its server says, and
// refuses what is no picture or would take too much memory to show.
func examine(file io.ReadSeeker) (format, image.Config, error) {
	head, err := beginning(file, 512)
	if err != nil {
		return format{}, image.Config{}, err
	}
	kind := sniff(head)
	for _, f := range formats {
		if f.kind != kind {
			continue
		}
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return f, image.Config{}, err
		}
		config, err := f.config(bufio.NewReader(file))
		switch {
		case err != nil || config.Width < 1 || config.Height < 1:
			return f, config, errNoPicture
		case config.Width > maxSide || config.Height > maxSide || config.Width*config.Height > maxArea:
			return f, config, errTooLarge
		}
		return f, config, nil
	}
	return format{}, image.Config{}, errNoPicture
}

// beginning are the first bytes of a file.
func beginning(file io.ReadSeeker, most int64) ([]byte, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(file, most))
}

func sniff(head []byte) string {
	if len(head) >= 12 && string(head[4:8]) == "ftyp" && (string(head[8:12]) == "avif" || string(head[8:12]) == "avis") {
		return "image/avif"
	}
	return http.DetectContentType(head)
}

// avifHeader is in how many bytes the properties of an AVIF picture must stand.
const avifHeader = 64 << 10

// avifConfig reads the size of an AVIF picture: the largest of those that its
// properties (ispe, ISO/IEC 23008-12 §6.5.3) name.
func avifConfig(r io.Reader) (image.Config, error) {
	head, err := io.ReadAll(io.LimitReader(r, avifHeader))
	if err != nil {
		return image.Config{}, err
	}
	var c image.Config
	for {
		_, after, found := bytes.Cut(head, []byte("ispe"))
		if !found || len(after) < 12 {
			return c, nil
		}
		width, height := binary.BigEndian.Uint32(after[4:]), binary.BigEndian.Uint32(after[8:])
		c.Width, c.Height = max(c.Width, int(min(width, 1<<30))), max(c.Height, int(min(height, 1<<30)))
		head = after
	}
}

// mayShrink reports whether a picture is to be made smaller or still, and can be.
// A photograph with Exif in it stays as it is: what is in there may turn it.
func mayShrink(file io.ReadSeeker, f format, c image.Config, fit box) (bool, error) {
	large := c.Width > fit.width || c.Height > fit.height
	if f.decode == nil || c.Width*c.Height > maxShrunk || !large && f.kind != "image/gif" && f.kind != "image/png" {
		return false, nil
	}
	head, err := beginning(file, 4<<10)
	if err != nil {
		return false, err
	}
	switch f.kind {
	case "image/jpeg":
		return !bytes.Contains(head, []byte("Exif\x00\x00")), nil
	case "image/png":
		return large || bytes.Contains(head, []byte("acTL")), nil // animated
	}
	return true, nil
}

// shrink writes a picture anew, so that it fits and stands still. Nothing is
// left in it but pixels.
func shrink(file io.ReadSeeker, f format, c image.Config, fit box, to io.Writer) (extension string, err error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	from, err := f.decode(bufio.NewReader(file))
	if err != nil {
		return "", errNoPicture
	}
	scale := min(1, float64(fit.width)/float64(c.Width), float64(fit.height)/float64(c.Height))
	scaled := func(r image.Rectangle) image.Rectangle {
		low := func(n int) int { return int(float64(n) * scale) }
		high := func(n int) int { return int(math.Ceil(float64(n)*scale - 0.5)) }
		left, top := low(r.Min.X), low(r.Min.Y)
		return image.Rect(left, top, max(left+1, high(r.Max.X)), max(top+1, high(r.Max.Y)))
	}
	small := image.NewNRGBA(scaled(image.Rect(0, 0, c.Width, c.Height)))
	frame := from.Bounds() // of a GIF's first one, which may be smaller than the picture
	draw.BiLinear.Scale(small, scaled(frame), from, frame, draw.Src, nil)
	if small.Opaque() && f.kind != "image/gif" {
		return "jpg", jpeg.Encode(to, small, &jpeg.Options{Quality: 82})
	}
	return "png", png.Encode(to, small)
}
