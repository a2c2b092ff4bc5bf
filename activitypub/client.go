package activitypub

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/singleflight"
)

// What one request may take.
const (
	connectTimeout = 5 * time.Second
	totalTimeout   = 10 * time.Second
	maxHeader      = 64 << 10 // bytes
	maxRedirects   = 3
	maxDrained     = 64 << 10 // bytes of an answer that are read so that the connection can be used again
	maxExcerpt     = 500      // characters
	connsPerHost   = 16
	idleConns      = 512
	fetchesPerHost = 4
	waitersPerHost = 64
	shortestRetry  = 10 * time.Second
	longestRetry   = 24 * time.Hour
	acceptActivity = "application/activity+json, application/ld+json" // as Mastodon asks
)

// ClientConfig configures a [Client].
type ClientConfig struct {
	UserAgent     string         // Corkboard/VERSION (+URL)
	Origin        string         // our own URL: a client never fetches from itself
	AllowNetworks []netip.Prefix // may be reached though they are not public, at any port
	AllowHTTP     bool           // plain http, port 80
	Signer        *Signer        // signs every GET of an object: the site's actor; nil leaves them unsigned

	resolver *net.Resolver // nil means that of the system
	timeout  time.Duration // of a whole request; 0 means totalTimeout
}

// Client makes every request that this server makes. It reaches public addresses only, is bounded in time and size, goes through no proxy, and may be
// used by many goroutines at once.
type Client struct {
	config    ClientConfig
	guard     *guard
	transport *http.Transport
	gate      *gate
	flights   singleflight.Group
}

// NewClient returns a client. Close it to drop idle connections.
func NewClient(config ClientConfig) *Client {
	config.timeout = cmp.Or(config.timeout, totalTimeout)
	g := &guard{allow: config.AllowNetworks, allowHTTP: config.AllowHTTP, own: Host(config.Origin)}
	return &Client{
		config: config,
		guard:  g,
		gate:   &gate{most: fetchesPerHost, waiting: waitersPerHost, hosts: map[string]*queue{}},
		transport: &http.Transport{
			Proxy:                  nil, // a proxy would dial for us, where the guard cannot see it
			DialContext:            g.dialer(config.resolver).DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, ClientSessionCache: tls.NewLRUClientSessionCache(idleConns)},
			TLSHandshakeTimeout:    connectTimeout,
			ResponseHeaderTimeout:  config.timeout,
			IdleConnTimeout:        90 * time.Second,
			MaxConnsPerHost:        connsPerHost,
			MaxIdleConnsPerHost:    connsPerHost,
			MaxIdleConns:           idleConns,
			MaxResponseHeaderBytes: maxHeader,
			ForceAttemptHTTP2:      true,
		},
	}
}

// Close drops idle connections.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Answer is how an inbox answered.
type Answer struct {
	Status     int
	RetryAfter time.Duration // 0 where it did not say, else between 10 seconds and a day
	Body       string        // at most 500 characters, for the administrator
}

// Post delivers an activity, signed anew. It follows no redirect. The error is a *[FetchError] where there was no answer at all.
func (c *Client) Post(ctx context.Context, inbox string, body []byte, signer Signer) (Answer, error) {
	u, err := c.guard.parse(inbox)
	if err != nil {
		return Answer{}, &FetchError{URL: inbox, Reason: err.Error()}
	}
	ctx, cancel := context.WithTimeout(ctx, c.config.timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return Answer{}, &FetchError{URL: inbox, Reason: "no request can be made of the address", Err: err}
	}
	r.Header.Set("User-Agent", c.config.UserAgent)
	r.Header.Set("Content-Type", MediaType)
	r.Header.Set("Accept", acceptActivity)
	if err := signer.Sign(r, body, time.Now()); err != nil {
		return Answer{}, fmt.Errorf("deliver to %s: %w", inbox, err)
	}
	response, err := c.transport.RoundTrip(r)
	if err != nil {
		return Answer{}, noAnswer(inbox, err)
	}
	defer response.Body.Close()
	answer := Answer{Status: response.StatusCode, RetryAfter: retryAfter(response.Header.Get("Retry-After"), time.Now())}
	// What comes of the body does not change the answer: the status says it all.
	start, _ := io.ReadAll(io.LimitReader(response.Body, 4*maxExcerpt))
	_, _ = io.CopyN(io.Discard, response.Body, maxDrained)
	answer.Body = excerpt(start)
	return answer, nil
}

// retryAfter reads seconds or a date. What is out of bounds is brought within; nonsense is 0.
func retryAfter(text string, now time.Time) time.Duration {
	var wait time.Duration
	if seconds, err := strconv.ParseUint(text, 10, 64); err == nil {
		wait = time.Duration(min(seconds, uint64(longestRetry/time.Second))) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		wait = at.Sub(now)
	} else {
		return 0
	}
	return min(max(wait, shortestRetry), longestRetry)
}

// excerpt makes one line of text of the beginning of a body.
func excerpt(body []byte) string {
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(string(body), ""))
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > maxExcerpt {
		text = string(runes[:maxExcerpt])
	}
	return text
}

// Get fetches the object with this id, signed. It is returned only if the answer comes from the id's host and calls itself by the id; an answer that
// calls itself otherwise is fetched once more under that name, so look at the ID where it matters. Requests for one id at the same time are one; the
// object is shared, and must not be changed. The error is a *[FetchError], or that of ctx.
func (c *Client) Get(ctx context.Context, uri string) (*Object, error) {
	return c.once(ctx, "get "+uri, func(ctx context.Context) (*Object, error) {
		o, err := c.document(ctx, uri)
		if err != nil {
			return nil, err
		}
		address, _, _ := strings.Cut(uri, "#")
		if o.ID == uri || o.ID == address {
			return o, nil
		}
		if !SameHost(o.ID, uri) {
			return nil, &FetchError{URL: uri, Status: http.StatusOK, Reason: fmt.Sprintf("what is there calls itself %.200q", o.ID)}
		}
		named, err := c.document(ctx, o.ID)
		if err != nil {
			return nil, err
		}
		if named.ID != o.ID {
			return nil, &FetchError{URL: uri, Status: http.StatusOK, Reason: fmt.Sprintf("what is there calls itself %.200q, and there %.200q", o.ID, named.ID)}
		}
		return named, nil
	})
}

// once does a thing once for all who ask for it at the same time. It goes on when the first of them goes away.
func (c *Client) once(ctx context.Context, key string, do func(context.Context) (*Object, error)) (*Object, error) {
	flight := c.flights.DoChan(key, func() (any, error) { return do(context.WithoutCancel(ctx)) })
	select {
	case result := <-flight:
		o, _ := result.Val.(*Object)
		return o, result.Err
	case <-ctx.Done():
		return nil, cmp.Or(context.Cause(ctx), ctx.Err())
	}
}

// document fetches an ActivityPub document, signed, from this host and no other. What it calls itself is not looked at.
func (c *Client) document(ctx context.Context, uri string) (*Object, error) {
	page, err := c.fetch(ctx, uri, wish{accept: acceptActivity, signer: c.config.Signer, sameHost: true})
	if err != nil {
		return nil, err
	}
	if !isActivityPub(page.ContentType) {
		return nil, &FetchError{URL: uri, Status: http.StatusOK, Reason: fmt.Sprintf("what is there is %.100q, not ActivityPub", page.ContentType)}
	}
	o, err := Parse(page.Body)
	if err != nil {
		return nil, &FetchError{URL: uri, Status: http.StatusOK, Reason: err.Error(), Err: err}
	}
	return o, nil
}
