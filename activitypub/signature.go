package activitypub

import (
	"crypto"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-fed/httpsig"
)

// How far the time of a signature may be from ours. Servers retry for half a day with what they signed once, and clocks go wrong by an hour.
const (
	maxSignatureAge = 12 * time.Hour
	maxClockSkew    = time.Hour
	maxKeyID        = 2 << 10 // bytes
)

// Signer signs requests as one actor. It may be used by many goroutines at once.
type Signer struct {
	KeyID string        // https://board.example/topics/science#main-key
	Key   crypto.Signer // *rsa.PrivateKey
}

var (
	signedOnGet  = []string{httpsig.RequestTarget, "host", "date"}
	signedOnPost = []string{httpsig.RequestTarget, "host", "date", "digest", "content-type"}
)

// Sign sets Date, Digest and Signature (draft-cavage-http-signatures-12), all of them anew. A request without a body, a GET, has body nil.
func (s Signer) Sign(r *http.Request, body []byte, now time.Time) error {
	algorithm, name := httpsig.RSA_SHA256, "rsa-sha256"
	if _, ok := s.Key.(ed25519.PrivateKey); ok {
		algorithm, name = httpsig.ED25519, "hs2019"
	}
	headers := signedOnGet
	if body != nil {
		headers = signedOnPost
		if r.Header.Get("Content-Type") == "" {
			r.Header.Set("Content-Type", MediaType)
		}
	}
	signer, _, err := httpsig.NewSigner([]httpsig.Algorithm{algorithm}, httpsig.DigestSha256, headers, httpsig.Signature, 0)
	if err != nil {
		return fmt.Errorf("sign as %s: %w", s.KeyID, err)
	}
	// The library signs the decoded path and wants Host among the headers, so it gets a likeness of the request as it will be on the wire.
	onWire := &http.Request{Method: r.Method, URL: &url.URL{Path: wirePath(r.URL), RawQuery: r.URL.RawQuery}, Header: http.Header{
		"Host": {hostOf(r)}, "Date": {now.UTC().Format(http.TimeFormat)}, "Content-Type": r.Header["Content-Type"]}}
	if err := signer.SignRequest(s.Key, s.KeyID, onWire, body); err != nil {
		return fmt.Errorf("sign as %s: %w", s.KeyID, err)
	}
	for _, header := range []string{"Date", "Digest", "Signature"} {
		r.Header.Del(header)
		if value := onWire.Header.Get(header); value != "" {
			r.Header.Set(header, value)
		}
	}
	// The library always says hs2019. Servers older than that name would look for an algorithm that they do not have.
	r.Header.Set("Signature", strings.Replace(r.Header.Get("Signature"), `algorithm="hs2019"`, `algorithm="`+name+`"`, 1))
	return nil
}

func hostOf(r *http.Request) string {
	if r.Host != "" {
		return r.Host
	}
	return r.URL.Host
}

func wirePath(u *url.URL) string {
	if path := u.EscapedPath(); path != "" {
		return path
	}
	return "/"
}

// SignaturePolicy is what a signed request to this server must look like.
type SignaturePolicy struct {
	Origin    string // what the world calls us: https://board.example
	AllowHTTP bool   // keys may be at plain http addresses: tests, intranets
}

// Signature is the signature of a request that passed every check that needs no key.
type Signature struct {
	KeyID   string
	Created time.Time // when it was made, as it says

	verify func(crypto.PublicKey) error
}

// SignatureError is a request that is not to be believed. The answer is 401: Mastodon takes a 400 for a dead inbox.
type SignatureError struct {
	Reason    string // a sentence for the sender's administrator
	Malformed bool   // it could not be read, rather than read and found wrong
}

func (e *SignatureError) Error() string { return e.Reason }

func wrong(format string, args ...any) error {
	return &SignatureError{Reason: fmt.Sprintf(format, args...)}
}

func malformed(format string, args ...any) error {
	return &SignatureError{Reason: fmt.Sprintf(format, args...), Malformed: true}
}

// Read makes every check of a request's signature that needs no key: form, signed headers, host, time, digest of the body, address of the key.
// A request with Signature-Input is read by RFC 9421 and by nothing else. The request itself is not changed. The error is a *[SignatureError].
func (p SignaturePolicy) Read(r *http.Request, body []byte, now time.Time) (*Signature, error) {
	for _, value := range r.Header["Authorization"] {
		if scheme, _, _ := strings.Cut(strings.TrimSpace(value), " "); strings.EqualFold(scheme, "Signature") {
			return nil, malformed("The signature must be in the Signature header, not in Authorization.")
		}
	}
	if err := p.checkHost(r); err != nil {
		return nil, err
	}
	if len(r.Header["Signature-Input"]) > 0 {
		return p.readMessageSignature(r, body, now)
	}
	return p.readCavage(r, body, now)
}

// checkHost refuses requests that were signed for another server. Mastodon leaves the port out of Host.
func (p SignaturePolicy) checkHost(r *http.Request) error {
	ours, err := url.Parse(p.Origin)
	if err != nil {
		return wrong("This server does not know its own address: %v.", err)
	}
	host := authority(&url.URL{Scheme: ours.Scheme, Host: r.Host})
	if host == "" || host != authority(ours) && host != normalHost(ours.Hostname()) {
		return wrong("The request is for the host %.100q, and this is %s.", r.Host, ours.Host)
	}
	return nil
}

// checkKeyID refuses addresses at which no key of another server can be.
func (p SignaturePolicy) checkKeyID(keyID string) error {
	if keyID == "" || len(keyID) > maxKeyID {
		return malformed("The keyId is empty or longer than %d bytes.", maxKeyID)
	}
	if strings.ContainsFunc(keyID, func(c rune) bool { return c <= ' ' || c == ',' || c == '"' || c == '\\' || c == 0x7f }) {
		return malformed("The keyId has characters that no address has.")
	}
	u, err := url.Parse(keyID)
	switch {
	case err != nil || u.User != nil || authority(u) == "":
		return malformed("The keyId is not the address of a key.")
	case u.Scheme != "https" && !p.AllowHTTP:
		return wrong("The keyId is not an https address.")
	case SameHost(keyID, p.Origin):
		return wrong("The keyId is one of ours.")
	}
	return nil
}

func checkTime(what string, t, now time.Time) error {
	switch {
	case now.Sub(t) > maxSignatureAge:
		return wrong("The request was signed too long ago: its %s is %s, and our clock says %s.", what, httpTime(t), httpTime(now))
	case t.Sub(now) > maxClockSkew:
		return wrong("The request was signed in the future: its %s is %s, and our clock says %s.", what, httpTime(t), httpTime(now))
	}
	return nil
}

func checkExpires(expires, now time.Time) error {
	if expires.Before(now) {
		return wrong("The signature expired at %s, and our clock says %s.", httpTime(expires), httpTime(now))
	}
	return nil
}

func httpTime(t time.Time) string { return t.UTC().Format(http.TimeFormat) }

// Verify checks the signature with a key from [ParsePublicKey]. The kind of key decides the algorithm, never the request. The error is a *[SignatureError].
func (s *Signature) Verify(key crypto.PublicKey) (err error) {
	if err := checkKey(key); err != nil {
		return wrong("The key %s cannot be used: %v.", s.KeyID, err)
	}
	defer func() {
		if cause := recover(); cause != nil {
			err = wrong("The signature could not be verified: %v.", cause)
		}
	}()
	if err := s.verify(key); err != nil {
		return wrong("The signature does not fit the key %s: %v.", s.KeyID, err)
	}
	return nil
}

var errNoAlgorithm = errors.New("there is no algorithm for this kind of key")
