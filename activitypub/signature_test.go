package activitypub

import (
	"bufio"
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	origin   = "https://board.test"
	inboxURL = origin + "/members/alice/inbox"
	goodKey  = "https://good.test/users/gina#main-key"
)

var (
	policy       = SignaturePolicy{Origin: origin}
	testKeys     = sync.OnceValues(func() (*rsa.PrivateKey, error) { return GenerateKey() })
	payload      = []byte(`{"id":"https://good.test/1","type":"Like","actor":"https://good.test/users/gina","object":"https://board.test/t/1/0"}`)
	otherPayload = []byte(strings.Replace(string(payload), "Like", "Dislike", 1))
	noon         = time.Now().Truncate(time.Second)
)

func testKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := testKeys()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func testSigner(t testing.TB) Signer { return Signer{KeyID: goodKey, Key: testKey(t)} }

// arrive sends a request through HTTP's own writer and reader, so that it is what a server sees.
func arrive(t testing.TB, r *http.Request) *http.Request {
	t.Helper()
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		t.Fatal(err)
	}
	arrived, err := http.ReadRequest(bufio.NewReader(&wire))
	if err != nil {
		t.Fatal(err)
	}
	return arrived
}

func newRequest(t testing.TB, method, url string, body []byte) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// check reads and verifies as an inbox does.
func check(t testing.TB, r *http.Request, body []byte, key crypto.PublicKey, now time.Time) error {
	t.Helper()
	s, err := policy.Read(r, body, now)
	if err == nil {
		err = s.Verify(key)
	}
	if bad := new(SignatureError); err != nil && !errors.As(err, &bad) {
		t.Errorf("the error is a %T, not a *SignatureError", err)
	}
	return err
}

// draft is a cavage signature made by hand, so that it can be made wrong.
type draft struct {
	method, target      string // of the request-target
	headers             string
	created, expires    string
	algorithm, keyID    string
	header              http.Header
	signature, override string // override is the whole header
	key                 crypto.Signer
}

func newDraft(t testing.TB, body []byte) *draft {
	sum := sha256.Sum256(body)
	return &draft{method: "post", target: "/members/alice/inbox", headers: "(request-target) host date digest", algorithm: "rsa-sha256", keyID: goodKey, key: testKey(t),
		header: http.Header{"Host": {"board.test"}, "Date": {httpTime(noon)}, "Digest": {"SHA-256=" + base64.StdEncoding.EncodeToString(sum[:])}}}
}

func (d *draft) sign(t testing.TB) string {
	t.Helper()
	var lines []string
	for _, h := range strings.Fields(d.headers) {
		value := strings.Join(d.header[http.CanonicalHeaderKey(h)], ", ")
		switch h {
		case "(request-target)":
			value = d.method + " " + d.target
		case "(created)":
			value = d.created
		case "(expires)":
			value = d.expires
		}
		lines = append(lines, h+": "+value)
	}
	text := []byte(strings.Join(lines, "\n"))
	sum := sha256.Sum256(text)
	digest, options := sum[:], crypto.SignerOpts(crypto.SHA256)
	if _, ok := d.key.(ed25519.PrivateKey); ok {
		digest, options = text, crypto.Hash(0)
	}
	raw, err := d.key.Sign(rand.Reader, digest, options)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func (d *draft) request(t testing.TB, body []byte) *http.Request {
	t.Helper()
	if d.signature == "" {
		d.signature = d.sign(t)
	}
	parameters := fmt.Sprintf(`keyId="%s"`, d.keyID)
	if d.algorithm != "" {
		parameters += fmt.Sprintf(`,algorithm="%s"`, d.algorithm)
	}
	if d.created != "" {
		parameters += ",created=" + d.created
	}
	if d.expires != "" {
		parameters += ",expires=" + d.expires
	}
	if d.headers != "" {
		parameters += fmt.Sprintf(`,headers="%s"`, d.headers)
	}
	parameters += fmt.Sprintf(`,signature="%s"`, d.signature)
	if d.override != "" {
		parameters = strings.NewReplacer("ALL", parameters, "SIG", d.signature).Replace(d.override)
	}
	r := newRequest(t, http.MethodPost, inboxURL, body)
	r.Header = d.header.Clone()
	r.Header.Del("Host")
	r.Header.Set("Signature", parameters)
	return arrive(t, r)
}

func TestSignedRequestIsAccepted(t *testing.T) {
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	seconds := func(after time.Duration) string { return fmt.Sprint(noon.Add(after).Unix()) }
	for _, test := range []struct {
		name   string
		mutate func(*draft)
		now    time.Duration
	}{
		{"as GoToSocial signs", func(d *draft) { d.algorithm = "hs2019" }, 0},
		{"as Mastodon signs", func(d *draft) {
			d.headers = "host date content-type digest (request-target)"
			d.header.Set("Content-Type", MediaType)
		}, 0},
		{"as Pleroma signs", func(d *draft) {
			d.headers = "(request-target) content-length date digest host"
			d.header.Set("Content-Length", fmt.Sprint(len(payload)))
		}, 0},
		{"without algorithm", func(d *draft) { d.algorithm = "" }, 0},
		{"S12: a Date of 59 minutes ago", func(*draft) {}, 59 * time.Minute},
		{"S12: a Date in 59 minutes", func(*draft) {}, -59 * time.Minute},
		{"a retry of 11 hours ago", func(*draft) {}, 11 * time.Hour},
		{"with white space around commas and equals", func(d *draft) {
			d.override = `keyId = "` + goodKey + `" , algorithm="rsa-sha256",	headers="(request-target)  host date digest", signature="SIG" `
		}, 0},
		{"with (created) and (expires), and no Date", func(d *draft) {
			d.headers, d.algorithm, d.created, d.expires = "(request-target) (created) (expires) host digest", "hs2019", seconds(0), seconds(time.Minute)
		}, 0},
		{"S14: that expires in the year 9999", func(d *draft) {
			d.headers, d.algorithm, d.created, d.expires = "(request-target) (created) (expires) host digest", "hs2019", seconds(0), "253370764800"
		}, 0},
		{"S06: with the algorithm of the Digest in lower case", func(d *draft) {
			d.header.Set("Digest", strings.Replace(d.header.Get("Digest"), "SHA", "sha", 1))
		}, 0},
		{"S06: with one more Digest, of an algorithm that we do not look at", func(d *draft) { d.header.Set("Digest", "MD5=AAAA, "+d.header.Get("Digest")) }, 0},
		{"that signs a header with several lines", func(d *draft) {
			d.headers += " x-many"
			d.header["X-Many"] = []string{"a", "b"}
		}, 0},
		{"with Ed25519", func(d *draft) { d.algorithm, d.key = "hs2019", edwards }, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newDraft(t, payload)
			test.mutate(d)
			if err := check(t, d.request(t, payload), payload, d.key.Public(), noon.Add(test.now)); err != nil {
				t.Error(err)
			}
		})
	}
}

// forgery is a signed request that is not to be believed.
type forgery struct {
	name   string
	mutate func(d *draft)
	after  func(r *http.Request) // what happens to it on the way
	body   []byte                // what comes instead of the payload
	now    time.Duration
	want   string // in the reason
}

// forgeries are requests that were signed wrongly, or changed on the way.
var forgeries = []forgery{
	{name: "S01: without a signature", after: func(r *http.Request) { r.Header.Del("Signature") }, want: "not signed"},
	{name: "S02: without a Digest", mutate: func(d *draft) { d.headers = "(request-target) host date"; d.header.Del("Digest") }, want: "must cover digest"},
	{name: "S03: with a Digest that is not signed", mutate: func(d *draft) { d.headers = "(request-target) host date" }, want: "must cover digest"},
	{name: "S04: with another body", body: otherPayload, want: "not that of the body"},
	{name: "S05: with another body and its Digest", body: otherPayload, after: func(r *http.Request) { r.Header.Set("Digest", "SHA-256="+sha256Of(otherPayload)) }, want: "does not fit"},
	{name: "S06: with a wrong and a right Digest", mutate: func(d *draft) { d.header.Set("Digest", "SHA-256=AAAA, "+d.header.Get("Digest")) }, want: "not that of the body"},
	{name: "S06: with two Digest headers, one of them wrong", mutate: func(d *draft) { d.header.Add("Digest", "SHA-256=AAAA") }, want: "not that of the body"},
	{name: "S06: with MD5 alone", mutate: func(d *draft) { d.header.Set("Digest", "MD5=AAAA") }, want: "no Digest with SHA-256"},
	{name: "S06: with SHA-512 alone", mutate: func(d *draft) { d.header.Set("Digest", "SHA-512=AAAA") }, want: "no Digest with SHA-256"},
	{name: "S07: that signs the date alone", mutate: func(d *draft) { d.headers = "date" }, want: "must cover (request-target)"},
	{name: "S08: that does not say what is signed", mutate: func(d *draft) { d.headers, d.override = "date", `keyId="`+goodKey+`",signature="SIG"` }, want: "must cover (request-target)"},
	{name: "S09: that was sent to another inbox", mutate: func(d *draft) { d.target = "/members/bob/inbox" }, want: "does not fit"},
	{name: "S10: that was signed for another host", mutate: func(d *draft) { d.header.Set("Host", "other.test") }, want: "does not fit"},
	{name: "S10: that is for another host", mutate: func(d *draft) { d.header.Set("Host", "other.test") }, after: func(r *http.Request) { r.Host = "other.test" }, want: "this is board.test"},
	{name: "S10: with a Host header besides the host", mutate: func(d *draft) { d.header.Set("Host", "other.test") }, after: func(r *http.Request) { r.Header["Host"] = []string{"other.test"} }, want: "does not fit"},
	{name: "S11: that was signed as a GET", mutate: func(d *draft) { d.method = "get" }, want: "does not fit"},
	{name: "S12: of 13 hours and 5 minutes ago", now: 13*time.Hour + 5*time.Minute, want: "too long ago"},
	{name: "S12: of an hour and 5 minutes from now", now: -65 * time.Minute, want: "in the future"},
	{name: "S12: with two dates", after: func(r *http.Request) { r.Header.Add("Date", httpTime(noon)) }, want: "no Date, or more than one"},
	{name: "S12: with a Date that is none", mutate: func(d *draft) { d.header.Set("Date", "yesterday") }, want: "cannot be read"},
	{name: "S12: that does not say when it was signed", mutate: func(d *draft) { d.headers = "(request-target) host digest" }, want: "must cover date or (created)"},
	{name: "S13: with created that is no time", mutate: func(d *draft) {
		d.headers, d.algorithm, d.created = "(request-target) host date digest (created)", "hs2019", "now"
	}, want: "not a time"},
	{name: "S13: created in 1970", mutate: func(d *draft) {
		d.headers, d.algorithm, d.created = "(request-target) (created) host digest", "hs2019", "1"
	}, want: "too long ago"},
	{name: "S13: with created that is not signed", mutate: func(d *draft) { d.algorithm, d.created = "hs2019", secondsFromNoon(0) }, want: "not signed"},
	{name: "S13: created in the future", mutate: func(d *draft) {
		d.headers, d.algorithm, d.created = "(request-target) (created) host digest", "hs2019", secondsFromNoon(2*time.Hour)
	}, want: "in the future"},
	{name: "S13: that signs (created) and does not say it", mutate: func(d *draft) { d.headers, d.algorithm = "(request-target) (created) host digest", "hs2019" }, want: "not there"},
	{name: "S14: that expired", mutate: func(d *draft) {
		d.headers, d.algorithm, d.expires = "(request-target) (expires) host date digest", "hs2019", secondsFromNoon(-time.Minute)
	}, want: "expired"},
	{name: "S14: that expired, unsigned", mutate: func(d *draft) { d.algorithm, d.expires = "hs2019", secondsFromNoon(-time.Minute) }, want: "not signed"},
	{name: "S23: with two keyIds, victim first", mutate: func(d *draft) { d.override = `keyId="https://victim.test/u#k",ALL` }, want: "twice"},
	{name: "S23: with two keyIds, victim last", mutate: func(d *draft) { d.override = `ALL,keyId="https://victim.test/u#k"` }, want: "twice"},
	{name: "S23: with two keyIds of different case", mutate: func(d *draft) { d.override = `ALL,KEYID="https://victim.test/u#k"` }, want: "twice"},
	{name: "S23: with two lists of headers", mutate: func(d *draft) { d.override = `ALL,headers="date"` }, want: "twice"},
	{name: "S23: with two Signature headers", after: func(r *http.Request) { r.Header.Add("Signature", r.Header.Get("Signature")) }, want: "more than one"},
	{name: "S23: with a signature in Authorization, too", after: func(r *http.Request) { r.Header.Set("Authorization", "Signature "+r.Header.Get("Signature")) }, want: "not in Authorization"},
	{name: "S23: with a signature in Authorization alone", after: func(r *http.Request) {
		r.Header.Set("Authorization", "signature "+r.Header.Get("Signature"))
		r.Header.Del("Signature")
	}, want: "not in Authorization"},
	{name: "S24: with the public key as the secret of an HMAC", mutate: func(d *draft) {
		text, _ := EncodePublicKey(d.key.Public()) // without one it would be refused as well
		mac := hmac.New(sha256.New, []byte(text))
		mac.Write([]byte("date: " + httpTime(noon)))
		d.algorithm, d.signature = "hmac-sha256", base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}, want: "not taken"},
	{name: "S24: with no algorithm", mutate: func(d *draft) { d.algorithm = "none" }, want: "not taken"},
	{name: "S24: with SHA-1", mutate: func(d *draft) { d.algorithm = "rsa-sha1" }, want: "not taken"},
	{name: "with created and rsa-sha256", mutate: func(d *draft) {
		d.headers, d.created = "(request-target) (created) host digest", secondsFromNoon(0)
	}, want: "go with hs2019"},
	{name: "S31: to a path that only decodes to the same", mutate: func(d *draft) { d.target = "/members/alice/%69nbox" }, want: "does not fit"},
	{name: "that signs a header that is not there", mutate: func(d *draft) { d.headers += " x-nothing" }, want: "not there"},
	{name: "that signs a header twice", mutate: func(d *draft) { d.headers += " host" }, want: "signed twice"},
	{name: "that smuggles a parameter in a header's name", mutate: func(d *draft) { d.headers += ` a;b` }, want: "not the name of a header"},
	{name: "with a signature that is not base64", mutate: func(d *draft) { d.signature = "?" }, want: "not base64"},
	{name: "that signs more headers than there are", mutate: func(d *draft) {
		for i := range maxSignedHeaders {
			d.headers += fmt.Sprint(" x-", i)
		}
	}, want: "More than"},
	{name: "with a comma at the end", mutate: func(d *draft) { d.override = `ALL,` }, want: "ends with a comma"},
	{name: "with something after a value", mutate: func(d *draft) { d.override = `ALL junk` }, want: "cannot be read"},
	{name: "with half a header", mutate: func(d *draft) { d.override = `keyId="x` }, want: "ends within"},
	{name: "with a word and nothing else", mutate: func(d *draft) { d.override = `gibberish` }, want: "cannot be read"},
	{name: "with a huge header", mutate: func(d *draft) { d.override = `ALL,x="` + strings.Repeat("y", 9000) + `"` }, want: "longer than"},
}

// secondsFromNoon is a time as created and expires say it.
func secondsFromNoon(after time.Duration) string { return fmt.Sprint(noon.Add(after).Unix()) }

func sha256Of(body []byte) string {
	sum := sha256.Sum256(body)
	return base64.StdEncoding.EncodeToString(sum[:])
}

func TestForgedRequestIsRefused(t *testing.T) {
	for _, test := range forgeries {
		t.Run(test.name, func(t *testing.T) {
			d := newDraft(t, payload)
			if test.mutate != nil {
				test.mutate(d)
			}
			r, body := d.request(t, payload), payload
			if test.after != nil {
				test.after(r)
			}
			if test.body != nil {
				body = test.body
			}
			err := check(t, r, body, d.key.Public(), noon.Add(test.now))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a reason with %q", err, test.want)
			}
		})
	}
}

func TestKeyID(t *testing.T) {
	for keyID, ok := range map[string]bool{
		goodKey:                      true,
		"https://good.test/key":      true,
		"https://good.test:8443/key": true,
		"http://good.test/u#k":       false, "javascript:alert(1)": false, "data:text/plain,x": false, "file:///etc/passwd": false, "": false,
		"https://good.test/" + strings.Repeat("x", 64<<10): false, "https://good.test/a,b": false, "https://good.test/a\nb": false,
		"https://u:p@good.test/k": false, "https://board.test/members/alice#main-key": false, "https://BOARD.test./x": false, "https://board.test:443/x": false,
		"/relative": false, "https://": false, "acct:gina@good.test": false,
	} {
		t.Run(fmt.Sprintf("%.60q", keyID), func(t *testing.T) {
			if err := policy.checkKeyID(keyID); (err == nil) != ok {
				t.Errorf("got %v", err)
			}
		})
	}
	if err := (SignaturePolicy{Origin: origin, AllowHTTP: true}).checkKeyID("http://good.test/u#k"); err != nil {
		t.Errorf("plain http, where it is allowed: %v", err)
	}
}

func TestKeysThatAreNotTaken(t *testing.T) {
	bits := func(n int) *rsa.PublicKey {
		return &rsa.PublicKey{N: new(big.Int).SetBit(new(big.Int), n-1, 1), E: 65537}
	}
	d := newDraft(t, payload)
	s, err := policy.Read(d.request(t, payload), payload, noon)
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]crypto.PublicKey{
		"S25: RSA of 1024 bits": bits(1024), "S26: RSA of 131072 bits": bits(131072), "RSA of 8192 bits": bits(8192),
		"S27: RSA that is nil": (*rsa.PublicKey)(nil), "S27: RSA without numbers": &rsa.PublicKey{}, "S27: Ed25519 of two bytes": ed25519.PublicKey{1, 2},
		"S27: nothing": nil, "S27: a private key": testKey(t), "RSA with an even exponent": &rsa.PublicKey{N: bits(2048).N, E: 2},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			err := s.Verify(key)
			if bad := new(SignatureError); !errors.As(err, &bad) || !strings.Contains(bad.Reason, "cannot be used") {
				t.Errorf("got %v, want a *SignatureError that says so", err)
			}
			if took := time.Since(start); took > 100*time.Millisecond {
				t.Errorf("refusing took %s", took)
			}
		})
	}
	edwards := make(ed25519.PublicKey, ed25519.PublicKeySize)
	if err := s.Verify(edwards); err == nil {
		t.Error("a key of another kind verified it")
	}
}

func TestSign(t *testing.T) {
	signer, now := testSigner(t), time.Now()
	for _, test := range []struct{ name, method, url string }{
		{"a delivery", http.MethodPost, inboxURL},
		{"a delivery to a path with escapes", http.MethodPost, origin + "/a%2Fb%20c/inbox"},
		{"a delivery to the root with a query", http.MethodPost, origin + "?x=1&y=%20"},
		{"a fetch", http.MethodGet, origin + "/t/1/0?page=1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var body []byte
			if test.method == http.MethodPost {
				body = payload
			}
			r := newRequest(t, test.method, test.url, body)
			for range 2 { // the second time replaces what the first wrote
				if err := signer.Sign(r, body, now); err != nil {
					t.Fatal(err)
				}
			}
			if err := check(t, arrive(t, r), body, signer.Key.Public(), now); err != nil {
				t.Error(err)
			}
			if header := r.Header.Get("Signature"); !strings.Contains(header, `algorithm="rsa-sha256",headers="(request-target) host date`) {
				t.Errorf("got %s", header)
			}
		})
	}
	t.Run("a key that cannot sign so", func(t *testing.T) {
		curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		unfit, c := Signer{KeyID: goodKey, Key: curve}, newClient(t, nil)
		c.config.Signer = &unfit
		if _, err := c.Post(t.Context(), "https://far.test/inbox", payload, unfit); err == nil {
			t.Error("it delivered")
		}
		if _, err := c.Get(t.Context(), "https://far.test/1"); err == nil || !strings.Contains(err.Error(), "sign as") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("many at once", func(t *testing.T) {
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				r := newRequest(t, http.MethodPost, inboxURL, payload)
				if err := signer.Sign(r, payload, now); err != nil {
					t.Error(err)
				}
				if err := check(t, arrive(t, r), payload, signer.Key.Public(), now); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	})
	t.Run("a query that the sender did not sign", func(t *testing.T) {
		d := newDraft(t, payload)
		r := d.request(t, payload)
		r.URL.RawQuery = "from=far"
		if err := check(t, r, payload, d.key.Public(), noon); err != nil {
			t.Error(err)
		}
	})
}

func FuzzReadSignature(f *testing.F) {
	d := newDraft(f, payload)
	r := d.request(f, payload)
	f.Add(r.Header.Get("Signature"), "", r.Header.Get("Date"), r.Header.Get("Digest"))
	m := message(f, []string{"@method", "@target-uri", "content-digest"})
	f.Add(m.Header.Get("Signature"), m.Header.Get("Signature-Input"), "", m.Header.Get("Content-Digest"))
	f.Add(`keyId="https://a.test/",headers="a  b",signature=AAAA,created=0x1`, "", "", "")
	key := testKey(f).Public()
	f.Fuzz(func(t *testing.T, signature, input, date, digest string) {
		r, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, inboxURL, nil)
		r.Header = http.Header{"Signature": {signature}, "Date": {date}, "Digest": {digest}, "Content-Digest": {digest}}
		if input != "" {
			r.Header.Set("Signature-Input", input)
		}
		s, err := policy.Read(r, payload, noon)
		if err != nil {
			return
		}
		if err := s.Verify(key); err != nil && strings.Contains(err.Error(), "could not be verified") {
			t.Errorf("a verifier panicked: %v", err)
		}
		if err := policy.checkKeyID(s.KeyID); err != nil {
			t.Errorf("%q came through: %v", s.KeyID, err)
		}
	})
}

func BenchmarkSign(b *testing.B) {
	signer, body := testSigner(b), bytes.Repeat([]byte("x"), 2048)
	r := newRequest(b, http.MethodPost, inboxURL, body)
	for b.Loop() {
		if err := signer.Sign(r, body, noon); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	signer, body := testSigner(b), bytes.Repeat([]byte("x"), 2048)
	r := newRequest(b, http.MethodPost, inboxURL, body)
	if err := signer.Sign(r, body, noon); err != nil {
		b.Fatal(err)
	}
	r, key := arrive(b, r), signer.Key.Public()
	for b.Loop() {
		if err := check(b, r, body, key, noon); err != nil {
			b.Fatal(err)
		}
	}
}
