package activitypub

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dadrus/httpsig"
)

// message signs by RFC 9421, with the other side of the library.
func message(t testing.TB, components []string, options ...httpsig.SignerOption) *http.Request {
	t.Helper()
	r := newRequest(t, http.MethodPost, inboxURL, payload)
	r.Header.Set("Host", r.Host) // signed as such; not sent twice
	options = append([]httpsig.SignerOption{httpsig.WithComponents(components...), httpsig.WithTTL(time.Minute)}, options...)
	signer, err := httpsig.NewSigner(httpsig.Key{KeyID: goodKey, Algorithm: httpsig.RsaPkcs1v15Sha256, Key: testKey(t)}, options...)
	if err != nil {
		t.Fatal(err)
	}
	header, err := signer.Sign(httpsig.MessageFromRequest(r))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = header
	return arrive(t, r)
}

func TestMessageSignature(t *testing.T) {
	full := []string{"@method", "@target-uri", "content-digest"}
	for _, test := range []struct {
		name       string
		components []string
		mutate     func(*http.Request)
		body       []byte
		now        time.Duration
		want       string // in the reason; "" for accepted
	}{
		{name: "as Mastodon signs", components: full},
		{name: "with more than is needed", components: append([]string{"@authority", "host"}, full...)},
		{name: "S33: without @method", components: full[1:], want: "must cover @method"},
		{name: "S33: without @target-uri", components: []string{"@method", "@path", "content-digest"}, want: "must cover @target-uri"},
		{name: "S33: without content-digest", components: full[:2], mutate: func(r *http.Request) {
			sum := sha256.Sum256(payload)
			r.Header.Set("Content-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":")
		}, want: "must cover content-digest"},
		{name: "S33: without created", components: full, mutate: func(r *http.Request) { replaceHeader(r, "Signature-Input", ";created=", ";nonce=") }, want: "when it was created"},
		{name: "S33: with two labels", components: full, mutate: func(r *http.Request) {
			r.Header.Add("Signature-Input", strings.Replace(r.Header.Get("Signature-Input"), "sig", "sag", 1))
			r.Header.Add("Signature", strings.Replace(r.Header.Get("Signature"), "sig", "sag", 1))
		}, want: "exactly one"},
		{name: "S33: with HMAC", components: full, mutate: func(r *http.Request) {
			replaceHeader(r, "Signature-Input", "rsa-v1_5-sha256", "hmac-sha256")
		}, want: "not taken"},
		{name: "S33: with the algorithm of another key", components: full, mutate: func(r *http.Request) {
			replaceHeader(r, "Signature-Input", "rsa-v1_5-sha256", "ed25519")
		}, want: "does not fit"},
		{name: "S33: with another body", components: full, body: []byte(`{}`), want: "not that of the 2 bytes"},
		{name: "S33: to another path", components: full, mutate: func(r *http.Request) { r.URL.Path = "/members/bob/inbox" }, want: "does not fit"},
		{name: "S33: to another path, escaped", components: full, mutate: func(r *http.Request) { r.URL.RawPath = "/members/alice/%69nbox" }, want: "does not fit"},
		{name: "S33: with another query", components: full, mutate: func(r *http.Request) { r.URL.RawQuery = "x" }, want: "does not fit"},
		{name: "S33: to another host", components: full, mutate: func(r *http.Request) { r.Host = "other.test" }, want: "this is board.test"},
		{name: "S33: as another method", components: full, mutate: func(r *http.Request) { r.Method = http.MethodPut }, want: "does not fit"},
		{name: "S33: too old", components: full, now: 13*time.Hour + 5*time.Minute, want: "too long ago"},
		{name: "S33: expired", components: full, now: 5 * time.Minute, want: "expired"},
		{name: "S33: wrong, with a right one of the old kind beside it", components: full, mutate: func(r *http.Request) {
			right := newDraft(t, payload).request(t, payload)
			for _, h := range []string{"Date", "Digest", "Signature"} {
				r.Header.Set(h, right.Header.Get(h))
			}
		}, want: "cannot be read"},
		{name: "with two digests of the body", components: full, mutate: func(r *http.Request) {
			r.Header.Add("Content-Digest", "sha-256=:AAAA:")
		}, want: "exactly one sha-256"},
		{name: "with a Signature-Input that is no list", components: full, mutate: func(r *http.Request) {
			label, _, _ := strings.Cut(r.Header.Get("Signature-Input"), "=")
			r.Header.Set("Signature-Input", label+`=?1;keyid="`+goodKey+`"`)
		}, want: "not a list"},
		{name: "with a key of ours", components: full, mutate: func(r *http.Request) { replaceHeader(r, "Signature-Input", "good.test", "board.test") }, want: "one of ours"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, body := message(t, test.components), payload
			if test.mutate != nil {
				test.mutate(r)
			}
			if test.body != nil {
				body = test.body
			}
			err := check(t, r, body, testKey(t).Public(), time.Now().Add(test.now))
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, want a reason with %q", err, test.want)
			}
		})
	}
}

func replaceHeader(r *http.Request, name, old, new string) {
	r.Header.Set(name, strings.Replace(r.Header.Get(name), old, new, 1))
}
