package activitypub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// FetchError is a document that could not be had.
type FetchError struct {
	URL       string
	Status    int    // of the answer, 0 where there was none
	Reason    string // a sentence, which never has anything of the answer's text in it
	Temporary bool   // another try may succeed: answer 503, not 401
	Err       error  // what lies under it, or nil
}

func (e *FetchError) Error() string { return fmt.Sprintf("fetch %s: %s", e.URL, e.Reason) }

func (e *FetchError) Unwrap() error { return e.Err }

// Gone reports whether the other side says that the document is not there, or not any more (404 or 410).
func (e *FetchError) Gone() bool {
	return e.Status == http.StatusNotFound || e.Status == http.StatusGone
}

// noAnswer says why there was none. What lies under it does not show in the reason: a stranger could read our network from it.
func noAnswer(address string, err error) error {
	e := &FetchError{URL: address, Err: err, Temporary: true, Reason: "no connection could be made, or it broke"}
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, errNotPublic):
		e.Temporary, e.Reason = false, errNotPublic.Error()
	case errors.As(err, &dns):
		e.Reason = "the name of the host is not known" // now: names come and go, and resolvers err
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		e.Reason = "there was no answer in time"
	}
	return e
}

// Page is a document of any kind.
type Page struct {
	URL         string // where it was in the end
	ContentType string
	Body        []byte // at most [MaxBody] bytes
}

// Fetch fetches any document, unsigned: a page that an article cites, a picture. It follows up to three redirects, each of them as guarded as
// the first address. The error is a *[FetchError].
func (c *Client) Fetch(ctx context.Context, address, accept string) (*Page, error) {
	return c.fetch(ctx, address, wish{accept: accept})
}

// FetchStart is Fetch where the beginning of a document is enough: of a longer one it takes the first most bytes.
func (c *Client) FetchStart(ctx context.Context, address, accept string, most int64) (*Page, error) {
	return c.fetch(ctx, address, wish{accept: accept, read: startOf(most)})
}

// Download is Fetch for what is not to be kept in memory: it writes the body, which must not be longer than most bytes. After an error part of it
// may be written. An error of the writer is returned as it is.
func (c *Client) Download(ctx context.Context, address, accept string, most int64, to io.Writer) (*Page, error) {
	return c.fetch(ctx, address, wish{accept: accept, read: copyTo(to, most)})
}

// wish is how something is to be fetched.
type wish struct {
	accept   string
	signer   *Signer    // nil leaves it unsigned
	sameHost bool       // a redirect to another host ends it
	read     readAnswer // nil means readPage
}

// readAnswer makes a page of the answer that an address gave.
type readAnswer func(address string, response *http.Response) (*Page, error)

// fetch follows redirects one by one, so that each is checked and signed for itself: a signature is never sent on to where it was not made for.
func (c *Client) fetch(ctx context.Context, address string, w wish) (*Page, error) {
	ctx, cancel := context.WithTimeout(ctx, c.config.timeout)
	defer cancel()
	u, err := c.guard.parse(address)
	if err != nil {
		return nil, &FetchError{URL: address, Reason: err.Error()}
	}
	for range maxRedirects + 1 {
		page, location, err := c.hop(ctx, u, w)
		if err != nil || page != nil {
			return page, err
		}
		next, err := c.guard.parse(location)
		switch {
		case err != nil:
			return nil, &FetchError{URL: address, Reason: "it redirects, and " + err.Error()}
		case w.sameHost && next.Host != u.Host:
			return nil, &FetchError{URL: address, Reason: "it redirects to another host"}
		case next.Scheme != u.Scheme && next.Scheme != "https":
			return nil, &FetchError{URL: address, Reason: "it redirects from https to http"}
		}
		u = next
	}
	return nil, &FetchError{URL: address, Reason: fmt.Sprintf("it redirects more than %d times", maxRedirects)}
}

// hop makes one request. It returns a page, or where it is instead.
func (c *Client) hop(ctx context.Context, u *url.URL, w wish) (page *Page, location string, err error) {
	leave, ok := c.gate.enter(ctx, u.Host)
	if !ok {
		return nil, "", &FetchError{URL: u.String(), Reason: "too many requests to this host are waiting", Temporary: true, Err: ctx.Err()}
	}
	defer leave()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, "", &FetchError{URL: u.String(), Reason: "no request can be made of the address", Err: err}
	}
	r.Header.Set("User-Agent", c.config.UserAgent)
	r.Header.Set("Accept", w.accept)
	if w.signer != nil {
		if err := w.signer.Sign(r, nil, time.Now()); err != nil {
			return nil, "", fmt.Errorf("fetch %s: %w", u, err)
		}
	}
	response, err := c.transport.RoundTrip(r)
	if err != nil {
		return nil, "", noAnswer(u.String(), err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		if w.read == nil {
			w.read = readPage
		}
		page, err = w.read(u.String(), response)
		return page, "", err
	}
	_, _ = io.CopyN(io.Discard, response.Body, maxDrained) // nobody reads it: the connection is worth more than its error
	if at := response.Header.Get("Location"); at != "" && slices.Contains(redirects, response.StatusCode) {
		next, err := u.Parse(at)
		if err != nil {
			return nil, "", &FetchError{URL: u.String(), Status: response.StatusCode, Reason: "it redirects to what is no address"}
		}
		return nil, next.String(), nil
	}
	return nil, "", refused(u.String(), response.StatusCode)
}

var redirects = []int{http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect}

// readPage reads a body. The limit counts after decompression, so that a small answer cannot become a large one.
func readPage(address string, response *http.Response) (*Page, error) {
	body, err := io.ReadAll(io.LimitReader(response.Body, MaxBody+1))
	switch {
	case err != nil:
		return nil, noAnswer(address, err)
	case len(body) > MaxBody:
		return nil, tooLarge(address, MaxBody)
	}
	return &Page{URL: address, ContentType: response.Header.Get("Content-Type"), Body: body}, nil
}

func tooLarge(address string, most int64) error {
	return &FetchError{URL: address, Status: http.StatusOK, Reason: fmt.Sprintf("what is there is larger than %d bytes", most)}
}

// startOf reads the beginning of a body.
func startOf(most int64) readAnswer {
	return func(address string, response *http.Response) (*Page, error) {
		body, err := io.ReadAll(io.LimitReader(response.Body, most))
		if err != nil {
			return nil, noAnswer(address, err)
		}
		return &Page{URL: address, ContentType: response.Header.Get("Content-Type"), Body: body}, nil
	}
}

// copyTo writes a body. One that says beforehand that it is too long is not begun.
func copyTo(to io.Writer, most int64) readAnswer {
	return func(address string, response *http.Response) (*Page, error) {
		if response.ContentLength > most {
			return nil, tooLarge(address, most)
		}
		n, err := io.Copy(to, io.LimitReader(response.Body, most+1))
		if failed, ok := errors.AsType[*fs.PathError](err); ok {
			return nil, failed
		}
		switch {
		case err != nil:
			return nil, noAnswer(address, err)
		case n > most:
			return nil, tooLarge(address, most)
		}
		return &Page{URL: address, ContentType: response.Header.Get("Content-Type")}, nil
	}
}

func refused(address string, status int) error {
	e := &FetchError{URL: address, Status: status, Reason: strings.TrimSpace(fmt.Sprintf("the answer is %d %s", status, http.StatusText(status)))}
	e.Temporary = status >= 500 || status == http.StatusRequestTimeout || status == http.StatusTooManyRequests
	return e
}

// isActivityPub reports whether a Content-Type says that the document is one of ActivityPub. Anything else may be what somebody uploaded.
func isActivityPub(contentType string) bool {
	media, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	return media == MediaType || media == "application/ld+json" && slices.Contains(strings.Fields(parameters["profile"]), ContextURI)
}
