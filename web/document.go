package web

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
)

// document is a page that is ready to be sent. It never changes.
type document struct {
	status int
	kind   string    // Content-Type; empty is HTML
	link   string    // Link header; may be empty
	etag   string    // weak: one for both encodings; empty until signed
	made   time.Time // zero where Last-Modified is of no use
	plain  []byte
	zipped func() []byte // made when somebody first asks for it
}

func newDocument(status int, alternate string, plain []byte) *document {
	d := &document{status: status, plain: plain}
	d.zipped = sync.OnceValue(func() []byte { return zip(plain) })
	if alternate != "" {
		d.link = "<" + linkEscaper.Replace(alternate) + `>; rel="alternate"; type="application/activity+json"`
	}
	return d
}

// linkEscaper keeps an id of another server inside its brackets.
var linkEscaper = strings.NewReplacer("<", "%3C", ">", "%3E", "\r", "", "\n", "")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sign gives the document its ETag. The version tells a page from every other
// that was ever at its address; the checksum, from what another release of this
// program would make of the same version.
func (d *document) sign(version int64) {
	d.etag = fmt.Sprintf(`W/"%x-%x"`, version, crc32.Checksum(d.plain, castagnoli))
}

// size is what the document weighs in the cache, in bytes, both encodings.
func (d *document) size() int { return len(d.plain)*5/4 + 512 }

// visitorAge is how long a visitor's browser may show a page without asking.
const visitorAge = 10 * time.Second

// sendPublic sends a page that is the same for every visitor.
func (h *Handler) sendPublic(w http.ResponseWriter, r *request, d *document) {
	head := w.Header()
	head.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(visitorAge.Seconds())))
	head.Set("ETag", d.etag)
	if !d.made.IsZero() {
		head.Set("Last-Modified", d.made.UTC().Format(http.TimeFormat))
	}
	if d.status == http.StatusOK && d.unchanged(r.Request) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.send(w, r, d)
}

// send writes the document. That the reader has gone is nobody's error.
func (h *Handler) send(w http.ResponseWriter, r *request, d *document) {
	head := w.Header()
	head.Set("Content-Type", or(d.kind, "text/html; charset=utf-8"))
	if d.link != "" {
		head.Set("Link", d.link)
	}
	body := d.plain
	if takesGzip(r.Header.Get("Accept-Encoding")) {
		body = d.zipped()
		head.Set("Content-Encoding", "gzip")
	}
	head.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(d.status)
	_, _ = w.Write(body)
}

// unchanged reports whether whoever asks has the document already (RFC 9110,
// §13.2.2: a date counts only where there is no tag).
func (d *document) unchanged(r *http.Request) bool {
	if tags := r.Header.Get("If-None-Match"); tags != "" {
		return matches(tags, d.etag)
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && !d.made.IsZero() && !d.made.Truncate(time.Second).After(since)
}

// matches reports whether an If-None-Match header names the tag (RFC 9110,
// §13.1.2: weak comparison).
func matches(header, tag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// takesGzip reads an Accept-Encoding header (RFC 9110, §12.5.3).
func takesGzip(header string) bool {
	for item := range strings.SplitSeq(header, ",") {
		coding, q, weighed := strings.Cut(item, ";")
		coding = strings.ToLower(strings.TrimSpace(coding))
		if coding != "gzip" && coding != "*" {
			continue
		}
		if !weighed {
			return true
		}
		weight, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(q), "q="), 64)
		return err == nil && weight > 0
	}
	return false
}

var zippers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	return w
}}

// zip compresses fast rather than small: the first reader of a page waits for it.
func zip(plain []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(plain)/3 + 512)
	w := zippers.Get().(*gzip.Writer)
	defer zippers.Put(w)
	w.Reset(&out)
	_, _ = w.Write(plain) // a bytes.Buffer takes everything
	_ = w.Close()
	return out.Bytes()
}
