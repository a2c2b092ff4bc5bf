package activitypub

import (
	"crypto"
	"errors"
	"net/http"
	"time"
)

// Signer signs requests as one actor. It may be used by many goroutines at once.
type Signer struct {
	KeyID string        // https://board.example/topics/science#main-key
	Key   crypto.Signer // *rsa.PrivateKey
}

// Sign sets Date, Digest and Signature (draft-cavage-http-signatures-12). A request without a body, a GET, has body nil.
func (s Signer) Sign(r *http.Request, body []byte, now time.Time) error { return errors.New("not yet") }

// SignaturePolicy is what a signed request to this server must look like.
type SignaturePolicy struct {
	Origin    string // what the world calls us: https://board.example
	AllowHTTP bool   // keys may be at plain http addresses: tests, intranets
}

// Signature is the signature of a request that passed every check that needs no key.
type Signature struct {
	KeyID   string
	Created time.Time // when it was made, as it says
}

// SignatureError is a request that is not to be believed. The answer is 401: Mastodon takes a 400 for a dead inbox.
type SignatureError struct {
	Reason    string // a sentence for the sender's administrator
	Malformed bool   // it could not be read, rather than read and found wrong
}

func (e *SignatureError) Error() string { return e.Reason }

// Read makes every check of a request's signature that needs no key: form, signed headers, host, time, digest of the body, address of the key.
// The request itself is not changed. The error is a *[SignatureError].
func (p SignaturePolicy) Read(r *http.Request, body []byte, now time.Time) (*Signature, error) {
	return nil, errors.New("not yet")
}

// Verify checks the signature with a key from [ParsePublicKey]. The kind of key decides the algorithm, never the request. The error is a *[SignatureError].
func (s *Signature) Verify(key crypto.PublicKey) error { return errors.New("not yet") }
