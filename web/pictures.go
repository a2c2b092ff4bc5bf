package web

import (
	"context"
	"errors"
	"image"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gorilla/mux"
	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"

	"corkboard/board"
)

// Fetch gets a file from another server, at most so many bytes of it: more is
// an error. An error of the kind board.Unavailable says that another try may
// succeed.
type Fetch func(ctx context.Context, address string, most int64, to io.Writer) error

// What showing the pictures of other servers may take.
const (
	maxPicture      = 8 << 20 // bytes
	maxEmoji        = 1 << 20
	pictureTime     = 20 * time.Second // for one of them, waiting included
	picturesAtOnce  = 16
	picturesPerHost = 2
	waitingPerHost  = 100
	failuresInMind  = 4096
	failsForNow     = 2 * time.Minute // until one that could not be had is tried again
	failsForGood    = 6 * time.Hour   // one that is no picture, or not there
)

// pictures shows readers the pictures of other servers, so that those servers
// never learn who reads. One is fetched when the first reader asks, once for all
// who ask, and kept on disk. Only what a post or a name brought along can be
// asked for.
type pictures struct {
	fetch    Fetch
	files    *files
	log      *slog.Logger
	flights  singleflight.Group
	failed   *lru.Cache[string, failure]
	turns    *turns
	decoding chan struct{} // one at a time is made smaller
}

// failure is a picture that could not be had.
type failure struct {
	err   error
	until time.Time
}

// wanted is a picture to be shown.
type wanted struct {
	name    string // of its file
	address string
	most    int64 // bytes
	fit     box
}

// newPictures returns nil where no pictures are to be shown.
func newPictures(c Config) *pictures {
	if c.Fetch == nil || c.Pictures == "" || c.Limits.MediaBytes < 0 {
		return nil
	}
	// NewLRU's one error is a size of 0.
	failed, _ := lru.New[string, failure](failuresInMind)
	return &pictures{
		fetch: c.Fetch, log: c.Log, failed: failed, files: newFiles(c.Pictures, c.Limits.MediaBytes, c.Log),
		turns: newTurns(), decoding: make(chan struct{}, 1),
	}
}

// open returns a picture and its media type, fetched if need be.
func (p *pictures) open(ctx context.Context, w wanted) (*os.File, string, error) {
	if file, extension, ok := p.files.open(w.name); ok {
		return file, kindOfExtension(extension), nil
	}
	if f, ok := p.failed.Get(w.name); ok && time.Now().Before(f.until) {
		return nil, "", f.err
	}
	flight := p.flights.DoChan(w.name, func() (any, error) { return nil, p.bring(context.WithoutCancel(ctx), w) })
	select {
	case result := <-flight:
		if result.Err != nil {
			return nil, "", result.Err
		}
	case <-ctx.Done():
		return nil, "", ctx.Err()
	}
	file, extension, ok := p.files.open(w.name)
	if !ok {
		return nil, "", board.Errorf(board.Unavailable, "The picture was there and went again. Try once more.")
	}
	return file, kindOfExtension(extension), nil
}

// bring fetches a picture, and remembers for a while if it cannot be had.
func (p *pictures) bring(ctx context.Context, w wanted) error {
	ctx, cancel := context.WithTimeout(ctx, pictureTime)
	defer cancel()
	u, err := url.Parse(w.address)
	if err != nil {
		return board.Errorf(board.NotFound, "The picture's address cannot be read.")
	}
	leave, ok := p.turns.take(ctx, u.Host)
	if !ok {
		return board.Errorf(board.Unavailable, "Too many pictures are being fetched. Try again in a moment.")
	}
	defer leave()
	if err = p.keep(ctx, w); err != nil {
		wait := failsForGood
		if kind := board.KindOf(err); kind == board.Unavailable || kind == board.Internal {
			wait = failsForNow
		}
		p.failed.Add(w.name, failure{err, time.Now().Add(wait)})
	}
	return err
}

// keep fetches a picture, looks at what it is, and puts it where it is shown from.
// Should a decoder stumble over what is there, nothing else ends with it: nobody
// above would stop the panic.
func (p *pictures) keep(ctx context.Context, w wanted) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			p.log.Error("a picture cannot be read", "address", w.address, "err", cause, "stack", string(debug.Stack()))
			err = refusedPicture(errNoPicture)
		}
	}()
	file, err := p.files.begin()
	if err != nil {
		return err
	}
	defer drop(file)
	if err := p.fetch(ctx, w.address, w.most, file); err != nil {
		return err
	}
	f, config, err := examine(file)
	if err != nil {
		return refusedPicture(err)
	}
	shrinks, err := mayShrink(file, f, config, w.fit)
	if err != nil {
		return err
	}
	if !shrinks {
		return p.files.keep(file, w.name, f.extension)
	}
	small, err := p.files.begin()
	if err != nil {
		return err
	}
	defer drop(small)
	extension, err := p.shrinkNext(file, f, config, w.fit, small)
	switch {
	case errors.Is(err, errNoPicture) && f.kind == "image/webp": // animated: there is no decoder for it
		return p.files.keep(file, w.name, f.extension)
	case err != nil:
		return refusedPicture(err)
	}
	return p.files.keep(small, w.name, extension)
}

// shrinkNext makes a picture smaller, one at a time.
func (p *pictures) shrinkNext(file io.ReadSeeker, f format, c image.Config, fit box, to io.Writer) (extension string, err error) {
	p.decoding <- struct{}{}
	defer func() { <-p.decoding }()
	return shrink(file, f, c, fit, to)
}

// refusedPicture says why a picture is not shown; what is our fault stays as it is.
func refusedPicture(err error) error {
	switch {
	case errors.Is(err, errNoPicture):
		return board.Errorf(board.NotFound, "What is there is no picture that can be shown.")
	case errors.Is(err, errTooLarge):
		return board.Errorf(board.NotFound, "The picture has too many pixels to be shown.")
	}
	return err
}

func kindOfExtension(extension string) string {
	for _, f := range formats {
		if f.extension == extension {
			return f.kind
		}
	}
	return "application/octet-stream"
}

// showPicture answers /media/{key}: what a live post brings along.
func (h *Handler) showPicture(w http.ResponseWriter, r *request) error {
	key := mux.Vars(r.Request)["key"]
	address, err := h.board.Picture(r.Context(), key)
	if err != nil {
		return h.noPicture(w, r, err)
	}
	return h.sendPicture(w, r, wanted{key, address, maxPicture, thumbnailBox}, "public, max-age=31536000, immutable")
}

// emojiFile begins the names of the files of emojis.
const emojiFile = "e"

// showEmoji answers /media/emoji/{host}/{shortcode}. A server may change its
// emojis, so they are kept for a day.
func (h *Handler) showEmoji(w http.ResponseWriter, r *request) error {
	vars := mux.Vars(r.Request)
	host, err := url.PathUnescape(vars["host"])
	if err != nil {
		return h.noPicture(w, r, board.Errorf(board.NotFound, "There is no such server."))
	}
	emoji, err := h.board.Emoji(r.Context(), host, vars["shortcode"])
	if err != nil {
		return h.noPicture(w, r, err)
	}
	return h.sendPicture(w, r, wanted{emojiFile + board.MediaKey(emoji.URL), emoji.URL, maxEmoji, emojiBox}, "public, max-age=86400")
}

// pictureCSP lets a picture that is opened by itself do nothing.
const pictureCSP = "default-src 'none'; sandbox"

func (h *Handler) sendPicture(w http.ResponseWriter, r *request, want wanted, caching string) error {
	if h.pictures == nil {
		return h.noPicture(w, r, board.Errorf(board.NotFound, "This board shows no pictures of other servers."))
	}
	file, kind, err := h.pictures.open(r.Context(), want)
	if err != nil {
		return h.noPicture(w, r, err)
	}
	defer file.Close()
	head := w.Header()
	head.Set("Content-Type", kind)
	head.Set("Content-Security-Policy", pictureCSP)
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Set("Cache-Control", caching)
	head.Set("ETag", `"`+want.name+`"`)
	head.Del("Vary")
	http.ServeContent(w, r.Request, "", time.Time{}, file)
	return nil
}

// noPicture answers in plain words: nobody reads a page in the place of a
// picture, and its description stands beside it.
func (h *Handler) noPicture(w http.ResponseWriter, r *request, err error) error {
	status, text := h.answerTo(r, err)
	if status < http.StatusInternalServerError {
		w.Header().Set("Cache-Control", "public, max-age=300")
	}
	if refused, ok := errors.AsType[*board.Error](err); ok {
		setRetryAfter(w.Header(), refused)
	}
	w.Header().Set("Content-Security-Policy", pictureCSP)
	plainError(w, status, text)
	return nil
}

// SweepPictures removes the pictures of posts that were deleted or changed.
func (h *Handler) SweepPictures(ctx context.Context) error {
	if h.pictures == nil {
		return nil
	}
	for _, name := range h.pictures.files.names() {
		if len(name) > len(board.MediaKey("x")) { // an emoji: it is its server's, not a post's
			continue
		}
		_, err := h.board.Picture(ctx, name)
		switch {
		case err != nil && board.KindOf(err) == board.NotFound:
			h.pictures.files.forget(name)
		case err != nil:
			return err
		}
	}
	return nil
}

// turns let a few pictures be fetched at a time, and fewer from one host, so
// that a slow one does not hold up the others.
type turns struct {
	all   chan struct{}
	mu    sync.Mutex
	hosts map[string]*turn
}

type turn struct {
	slots chan struct{}
	users int
}

func newTurns() *turns {
	return &turns{all: make(chan struct{}, picturesAtOnce), hosts: map[string]*turn{}}
}

// take waits for a turn of the host, and then for one of all.
func (t *turns) take(ctx context.Context, host string) (leave func(), ok bool) {
	t.mu.Lock()
	one := t.hosts[host]
	if one == nil {
		one = &turn{slots: make(chan struct{}, picturesPerHost)}
		t.hosts[host] = one
	}
	if one.users == picturesPerHost+waitingPerHost {
		t.mu.Unlock()
		return nil, false
	}
	one.users++
	t.mu.Unlock()
	quit := func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if one.users--; one.users == 0 {
			delete(t.hosts, host)
		}
	}
	select {
	case one.slots <- struct{}{}:
	case <-ctx.Done():
		quit()
		return nil, false
	}
	select {
	case t.all <- struct{}{}:
		return func() { <-t.all; <-one.slots; quit() }, true
	case <-ctx.Done():
		<-one.slots
		quit()
		return nil, false
	}
}
