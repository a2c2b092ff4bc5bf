package activitypub

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// ClientConfig configures a [Client].
type ClientConfig struct {
	UserAgent     string         // Corkboard/VERSION (+URL)
	Origin        string         // our own URL: a client never fetches from itself
	AllowNetworks []netip.Prefix // may be reached though they are not public, at any port
	AllowHTTP     bool           // plain http, port 80
	Signer        *Signer        // signs every GET: the site's actor; nil leaves them unsigned
}

// Client makes every request that this server makes. It reaches public addresses only, is bounded in time and size, and may be used by many goroutines at once.
type Client struct{}

// NewClient returns a client. Close it to drop idle connections.
func NewClient(config ClientConfig) *Client { return &Client{} }

// Close drops idle connections.
func (c *Client) Close() {}

// FetchError is a document that could not be had.
type FetchError struct {
	URL       string
	Status    int    // of the answer, 0 where there was none
	Reason    string // a sentence
	Temporary bool   // another try may succeed: answer 503, not 401
	Err       error  // what lies under it, or nil
}

func (e *FetchError) Error() string { return fmt.Sprintf("fetch %s: %s", e.URL, e.Reason) }

func (e *FetchError) Unwrap() error { return e.Err }

// Gone reports whether the other side says that the document is no longer there (404 or 410).
func (e *FetchError) Gone() bool { return e.Status == 404 || e.Status == 410 }

// Get fetches the object with this id, signed. It is returned only if the answer comes from the id's host and calls itself by the id; an answer that calls
// itself otherwise is fetched once more under that name. The error is a *[FetchError], or that of ctx.
func (c *Client) Get(ctx context.Context, uri string) (*Object, error) {
	return nil, errors.New("not yet")
}

// Answer is how an inbox answered.
type Answer struct {
	Status     int
	RetryAfter time.Duration // 0 where it did not say
	Body       string        // at most 500 characters, for the administrator
}

// Post delivers an activity, signed anew. It follows no redirect. The error is a *[FetchError] where there was no answer at all, or that of ctx.
func (c *Client) Post(ctx context.Context, inbox string, body []byte, signer Signer) (Answer, error) {
	return Answer{}, errors.New("not yet")
}

// WebFinger asks a handle's host for it (RFC 7033): "user@host", with or without "@" or "acct:" before it.
func (c *Client) WebFinger(ctx context.Context, handle string) (*JRD, error) {
	return nil, errors.New("not yet")
}

// Software is what a server runs.
type Software struct {
	Name    string // in lower case: mastodon, lemmy
	Version string
}

// NodeInfo asks a host, an authority as [Host] writes it, what it runs.
func (c *Client) NodeInfo(ctx context.Context, host string) (Software, error) {
	return Software{}, errors.New("not yet")
}
