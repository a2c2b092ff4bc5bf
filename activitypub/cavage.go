package activitypub

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-fed/httpsig"
)

const (
	maxSignatureHeader = 8 << 10 // bytes
	maxSignedHeaders   = 32
)

// readCavage reads a signature of draft-cavage-http-signatures-12, which is what the fediverse signs with. The library checks the arithmetic and nothing
// else, so all the rest is here: what must be signed, for whom, when, and that the digest is that of the body.
func (p SignaturePolicy) readCavage(r *http.Request, body []byte, now time.Time) (*Signature, error) {
	c, err := parseCavage(r.Header["Signature"])
	if err != nil {
		return nil, err
	}
	if err := p.checkKeyID(c.keyID); err != nil {
		return nil, err
	}
	if err := c.checkSigned(r.Method); err != nil {
		return nil, err
	}
	created, err := c.checkTimes(r.Header, now)
	if err != nil {
		return nil, err
	}
	if r.Method == http.MethodPost || len(body) > 0 || len(r.Header["Digest"]) > 0 {
		if err := checkDigest(r.Header["Digest"], body); err != nil {
			return nil, err
		}
	}
	requests, err := c.requests(r)
	if err != nil {
		return nil, err
	}
	return &Signature{KeyID: c.keyID, Created: created, verify: func(key crypto.PublicKey) error { return verifyAny(requests, key) }}, nil
}

// cavage is what a Signature header says.
type cavage struct {
	keyID, algorithm, signature string
	created, expires            string // seconds since 1970, "" where it is not said
	headers                     []string
}

// parseCavage reads a Signature header: name="value" or name=number, with commas between. Two parameters of one name are refused: which of
// them counts, every reader would decide for itself.
func parseCavage(values []string) (*cavage, error) {
	switch {
	case len(values) == 0:
		return nil, malformed("The request is not signed: it has no Signature header.")
	case len(values) > 1:
		return nil, malformed("The request has more than one Signature header.")
	case len(values[0]) > maxSignatureHeader:
		return nil, malformed("The Signature header is longer than %d bytes.", maxSignatureHeader)
	}
	parameters := map[string]string{}
	for rest := strings.TrimSpace(values[0]); rest != ""; {
		name, value, after, err := cutParameter(rest)
		if err != nil {
			return nil, err
		}
		if _, ok := parameters[strings.ToLower(name)]; ok {
			return nil, malformed("The Signature header says %.40q twice.", name)
		}
		parameters[strings.ToLower(name)], rest = value, after
	}
	c := &cavage{keyID: parameters["keyid"], algorithm: parameters["algorithm"], signature: parameters["signature"],
		created: parameters["created"], expires: parameters["expires"], headers: strings.Fields(parameters["headers"])}
	if raw, err := base64.StdEncoding.DecodeString(c.signature); err != nil || len(raw) == 0 {
		return nil, malformed("The signature in the Signature header is missing or not base64.")
	}
	return c, nil
}

// cutParameter cuts the first parameter off.
func cutParameter(text string) (name, value, rest string, err error) {
	name, rest, ok := strings.Cut(text, "=")
	name, rest = strings.Trim(name, " \t"), strings.TrimLeft(rest, " \t")
	if !ok || name == "" || strings.ContainsAny(name, "\", \t") {
		return "", "", "", malformed("The Signature header cannot be read from %.40q on.", text)
	}
	if quoted, ok := strings.CutPrefix(rest, `"`); ok {
		if value, rest, ok = strings.Cut(quoted, `"`); !ok {
			return "", "", "", malformed("The Signature header ends within %.40q.", name)
		}
	} else {
		end := strings.IndexAny(rest, ", \t")
		if end < 0 {
			end = len(rest)
		}
		value, rest = rest[:end], rest[end:]
	}
	rest = strings.TrimLeft(rest, " \t")
	if after, ok := strings.CutPrefix(rest, ","); ok {
		if after = strings.TrimLeft(after, " \t"); after == "" {
			return "", "", "", malformed("The Signature header ends with a comma.")
		}
		return name, value, after, nil
	}
	if rest != "" {
		return "", "", "", malformed("The Signature header cannot be read from %.40q on.", rest)
	}
	return name, value, "", nil
}

// checkSigned refuses signatures that leave open what, for whom, when or with what body.
func (c *cavage) checkSigned(method string) error {
	if len(c.headers) > maxSignedHeaders {
		return malformed("More than %d headers are signed.", maxSignedHeaders)
	}
	for i, h := range c.headers {
		c.headers[i] = strings.ToLower(h)
		if strings.ContainsFunc(h, func(r rune) bool { return r >= 0x7f || strings.ContainsRune(`:;=/\`, r) }) {
			return malformed("%.40q is not the name of a header.", h)
		}
		if slices.Contains(c.headers[:i], c.headers[i]) {
			return malformed("The header %.40q is signed twice.", h)
		}
	}
	required := []string{httpsig.RequestTarget, "host"}
	if method == http.MethodPost {
		required = append(required, "digest")
	}
	for _, h := range required {
		if !c.signs(h) {
			return wrong("The signature must cover %s, and does not.", h)
		}
	}
	if !c.signs("date") && !c.signs("(created)") {
		return wrong("The signature must cover date or (created), and does not.")
	}
	return c.checkAlgorithm()
}

// checkAlgorithm refuses algorithms that a key we take cannot have. Which one is used, the key decides.
func (c *cavage) checkAlgorithm() error {
	switch strings.ToLower(c.algorithm) {
	case "", "hs2019":
		return nil
	case "rsa-sha256", "ed25519":
		if c.created != "" || c.expires != "" {
			return wrong("With the algorithm %s, created and expires are not allowed: they go with hs2019.", c.algorithm)
		}
		return nil
	}
	return wrong("The algorithm %.40q is not taken, only rsa-sha256 and hs2019.", c.algorithm)
}

func (c *cavage) signs(header string) bool { return slices.Contains(c.headers, header) }

// checkTimes returns when the signature was made.
func (c *cavage) checkTimes(header http.Header, now time.Time) (made time.Time, err error) {
	if c.signs("date") {
		if len(header["Date"]) != 1 {
			return made, malformed("The request has no Date, or more than one.")
		}
		if made, err = http.ParseTime(header["Date"][0]); err != nil {
			return made, malformed("The Date %.60q cannot be read.", header["Date"][0])
		}
		if err := checkTime("Date", made, now); err != nil {
			return made, err
		}
	}
	created, err := c.seconds("created", c.created)
	if err != nil {
		return made, err
	}
	if !created.IsZero() {
		if err := checkTime("created", created, now); err != nil {
			return made, err
		}
		made = created
	}
	expires, err := c.seconds("expires", c.expires)
	if err != nil || expires.IsZero() {
		return made, err
	}
	return made, checkExpires(expires, now)
}

// seconds reads created or expires. It must be signed where it is said: anybody on the way could change it else.
func (c *cavage) seconds(name, value string) (time.Time, error) {
	signed := c.signs("(" + name + ")")
	switch {
	case value == "" && !signed:
		return time.Time{}, nil
	case value == "":
		return time.Time{}, malformed("(%s) is signed, but %s is not there.", name, name)
	case !signed:
		return time.Time{}, wrong("%s is there, but not signed.", name)
	}
	s, err := strconv.ParseInt(value, 10, 64)
	if err != nil || s <= 0 || s > 1<<40 {
		return time.Time{}, malformed("%s is not a time in seconds.", name)
	}
	return time.Unix(s, 0), nil
}

// checkDigest compares the Digest header (RFC 3230) with the body. Every SHA-256 in it must fit; other algorithms are not looked at.
func checkDigest(values []string, body []byte) error {
	sum := sha256.Sum256(body)
	want, found := base64.StdEncoding.EncodeToString(sum[:]), false
	for _, value := range values {
		for instance := range strings.SplitSeq(value, ",") {
			algorithm, digest, _ := strings.Cut(strings.TrimSpace(instance), "=")
			if !strings.EqualFold(algorithm, "SHA-256") {
				continue
			}
			if digest != want {
				return wrong("The Digest is not that of the body: it says SHA-256=%.60s, and the %d bytes that came have %s.", digest, len(body), want)
			}
			found = true
		}
	}
	if !found {
		return wrong("The request has no Digest with SHA-256.")
	}
	return nil
}

// requests returns what is to be verified: the request as the library wants it, with nothing in it but what was signed. Where there is a query, some
// servers sign it and some do not, so either will do, as it will for Mastodon.
func (c *cavage) requests(r *http.Request) ([]*http.Request, error) {
	header := http.Header{"Signature": {c.String()}}
	for _, h := range c.headers {
		name := http.CanonicalHeaderKey(h)
		switch {
		case strings.HasPrefix(h, "("):
			continue
		case h == "host":
			header["Host"] = []string{r.Host}
		case len(r.Header[name]) == 0:
			return nil, malformed("The header %.40q is signed, but not there.", h)
		case h != "signature":
			header[name] = r.Header[name]
		}
	}
	requests := []*http.Request{{Method: r.Method, Header: header, URL: &url.URL{Path: wirePath(r.URL), RawQuery: r.URL.RawQuery}}}
	if r.URL.RawQuery != "" {
		requests = append(requests, &http.Request{Method: r.Method, Header: header, URL: &url.URL{Path: wirePath(r.URL)}})
	}
	return requests, nil
}

// String writes the header as the library reads it: no space, no comma within, and no keyId, which it has no use for.
func (c *cavage) String() string {
	parameters := []string{`keyId="key"`, `headers="` + strings.Join(c.headers, " ") + `"`, `signature="` + c.signature + `"`}
	if c.created != "" {
		parameters = append(parameters, "created="+c.created)
	}
	if c.expires != "" {
		parameters = append(parameters, "expires="+c.expires)
	}
	return strings.Join(parameters, ",")
}

func verifyAny(requests []*http.Request, key crypto.PublicKey) error {
	algorithm := httpsig.RSA_SHA256
	switch key.(type) {
	case *rsa.PublicKey:
	case ed25519.PublicKey:
		algorithm = httpsig.ED25519
	default:
		return errNoAlgorithm
	}
	var first error
	for _, r := range requests {
		verifier, err := httpsig.NewVerifier(r)
		if err == nil {
			err = verifier.Verify(key, algorithm)
		}
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}
