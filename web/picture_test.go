package web

import (
	"bytes"
	"testing"
)

// FuzzPicture looks at whatever a server sends for a picture.
func FuzzPicture(f *testing.F) {
	for _, seed := range []string{
		"", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde", "GIF89a\x01\x00\x01\x00\x80\x00\x00",
		"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01", "RIFF\x1a\x00\x00\x00WEBPVP8L\r\x00\x00\x00/\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00",
		"RIFF\x1a\x00\x00\x00WEBPVP8X\n\x00\x00\x00\x02\x00\x00\x00\x09\x00\x00\x09\x00\x00", "\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1\x00\x00\x00\x14ispe\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01",
		"<svg onload=alert(1)>",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		r := bytes.NewReader(file)
		kind, config, err := examine(r)
		if err != nil {
			return
		}
		if config.Width < 1 || config.Height < 1 || config.Width*config.Height > maxArea {
			t.Fatalf("a %s of %d × %d is let through", kind.kind, config.Width, config.Height)
		}
		may, err := mayShrink(r, kind, config, emojiBox)
		if err != nil {
			t.Fatal(err)
		}
		if !may || config.Width*config.Height > 1<<20 { // what is large is only slow
			return
		}
		var small bytes.Buffer
		extension, err := shrink(r, kind, config, emojiBox, &small)
		if err != nil {
			return
		}
		again, size, err := examine(bytes.NewReader(small.Bytes()))
		if err != nil || again.extension != extension || size.Width > emojiBox.width || size.Height > emojiBox.height {
			t.Fatalf("made smaller it is %s, %v, %v", again.kind, size, err)
		}
	})
}
