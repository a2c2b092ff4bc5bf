package activitypub

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dadrus/httpsig"
	"github.com/dunglas/httpsfv"
)

// readMessageSignature reads a signature of RFC 9421, held to what Mastodon demands of one: a single signature that says when it was made and covers
// the method, the whole address and the body.
func (p SignaturePolicy) readMessageSignature(r *http.Request, body []byte, now time.Time) (*Signature, error) {
	input, err := oneSignature(r.Header)
	if err != nil {
		return nil, err
	}
	keyID, _ := parameter[string](input, "keyid")
	if err := p.checkKeyID(keyID); err != nil {
		return nil, err
	}
	created, err := checkParameters(input, now)
	if err != nil {
		return nil, err
	}
	required := []string{"@method", "@target-uri"}
	if r.Method == http.MethodPost || len(body) > 0 || len(r.Header["Content-Digest"]) > 0 {
		required = append(required, "content-digest")
		if err := checkContentDigest(r.Header["Content-Digest"], body); err != nil {
			return nil, err
		}
	}
	for _, component := range required {
		if !covers(input, component) {
			return nil, wrong("The signature must cover %s, and does not.", component)
		}
	}
	message := p.message(r, body)
	return &Signature{KeyID: keyID, Created: created, verify: func(key crypto.PublicKey) error {
		return verifyMessage(message, keyID, required, key)
	}}, nil
}

// oneSignature returns the parameters of the only signature. With two, one would be checked and the other believed.
func oneSignature(header http.Header) (input httpsfv.InnerList, err error) {
	inputs, err := httpsfv.UnmarshalDictionary(header["Signature-Input"])
	if err != nil {
		return input, malformed("The Signature-Input cannot be read: %v.", err)
	}
	signatures, err := httpsfv.UnmarshalDictionary(header["Signature"])
	if err != nil {
		return input, malformed("The Signature cannot be read: %v.", err)
	}
	if len(inputs.Names()) != 1 || len(signatures.Names()) != 1 || inputs.Names()[0] != signatures.Names()[0] {
		return input, malformed("The request must have exactly one signature.")
	}
	member, _ := inputs.Get(inputs.Names()[0])
	input, ok := member.(httpsfv.InnerList)
	if !ok || len(input.Items) > maxSignedHeaders {
		return input, malformed("The Signature-Input is not a list of at most %d components.", maxSignedHeaders)
	}
	return input, nil
}

func parameter[T any](input httpsfv.InnerList, name string) (value T, ok bool) {
	raw, _ := input.Params.Get(name)
	value, ok = raw.(T)
	return value, ok
}

// checkParameters returns when the signature was made.
func checkParameters(input httpsfv.InnerList, now time.Time) (time.Time, error) {
	seconds, ok := parameter[int64](input, "created")
	if !ok {
		return time.Time{}, malformed("The signature does not say when it was created.")
	}
	created := time.Unix(seconds, 0)
	if err := checkTime("created", created, now); err != nil {
		return created, err
	}
	if expires, ok := parameter[int64](input, "expires"); ok {
		if err := checkExpires(time.Unix(expires, 0), now); err != nil {
			return created, err
		}
	}
	if alg, ok := input.Params.Get("alg"); ok && alg != string(httpsig.RsaPkcs1v15Sha256) && alg != string(httpsig.Ed25519) {
		return created, wrong("The algorithm %.40q is not taken, only rsa-v1_5-sha256 and ed25519.", alg)
	}
	return created, nil
}

// covers reports whether the component is signed plainly, without a parameter that would make it mean a part of it or another message.
func covers(input httpsfv.InnerList, component string) bool {
	for _, item := range input.Items {
		if item.Value == component && len(item.Params.Names()) == 0 {
			return true
		}
	}
	return false
}

func checkContentDigest(values []string, body []byte) error {
	digests, err := httpsfv.UnmarshalDictionary(values)
	if err != nil {
		return malformed("The Content-Digest cannot be read: %v.", err)
	}
	member, _ := digests.Get("sha-256")
	item, _ := member.(httpsfv.Item)
	sum, ok := item.Value.([]byte)
	want := sha256.Sum256(body)
	switch {
	case !ok || strings.Count(strings.Join(values, ","), "sha-256=") != 1:
		return wrong("The Content-Digest must have exactly one sha-256.")
	case !bytes.Equal(sum, want[:]):
		return wrong("The Content-Digest is not that of the %d bytes that came.", len(body))
	}
	return nil
}

// message is the request as the sender saw it: with the scheme and host that a server does not see.
func (p SignaturePolicy) message(r *http.Request, body []byte) *httpsig.Message {
	scheme, _, _ := strings.Cut(p.Origin, "://")
	header := r.Header.Clone()
	header.Set("Host", r.Host)
	target := &url.URL{Scheme: scheme, Host: Host(p.Origin), Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery, ForceQuery: r.URL.ForceQuery}
	return &httpsig.Message{Method: r.Method, Authority: target.Host, URL: target, Header: header, IsRequest: true, Context: context.Background(),
		Body: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }}
}

// keyAlone hands the verifier the one key that there is.
type keyAlone httpsig.Key

func (k keyAlone) ResolveKey(context.Context, string) (httpsig.Key, error) {
	return httpsig.Key(k), nil
}

func verifyMessage(message *httpsig.Message, keyID string, required []string, key crypto.PublicKey) error {
	k := keyAlone{KeyID: keyID, Key: key}
	switch key.(type) {
	case *rsa.PublicKey:
		k.Algorithm = httpsig.RsaPkcs1v15Sha256
	case ed25519.PublicKey:
		k.Algorithm = httpsig.Ed25519
	default:
		return errNoAlgorithm
	}
	const settled = 100 * 365 * 24 * time.Hour // the times were checked, against the caller's clock
	verifier, err := httpsig.NewVerifier(k, httpsig.WithRequiredComponents(required...), httpsig.WithValidateAllSignatures(),
		httpsig.WithExpiredTimestampRequired(false), httpsig.WithMaxAge(settled), httpsig.WithValidityTolerance(settled))
	if err != nil {
		return err
	}
	return verifier.Verify(message)
}
