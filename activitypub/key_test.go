package activitypub

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"testing"
)

func TestKeyPEM(t *testing.T) {
	key := testKey(t)
	private, err := EncodePrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := ParsePrivateKey(private); err != nil || !key.Equal(again) {
		t.Errorf("the private key came back as %v, %v", again, err)
	}
	public, err := EncodePublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	edwards, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	spki := func(key any) string {
		der, err := x509.MarshalPKIXPublicKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return encode("PUBLIC KEY", der)
	}
	for _, test := range []struct {
		name, text string
		ok         bool
	}{
		{"SPKI", public, true},
		{"SPKI, with text around it", "x\n" + public + "\n\ny", true},
		{"PKCS #1", encode("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&key.PublicKey)), true},
		{"Ed25519", spki(edwards), true},
		{"S27: an elliptic curve", spki(curve.Public()), false},
		{"S27: a private key", private, false},
		{"S27: a certificate", encode("CERTIFICATE", []byte("x")), false},
		{"S27: nothing", "", false},
		{"S27: garbage", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", false},
		{"S26: 22 kB", strings.Repeat(public, 60), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParsePublicKey(test.text)
			if (err == nil) != test.ok {
				t.Errorf("got %v", err)
			}
			if got, ok := got.(*rsa.PublicKey); ok && !key.PublicKey.Equal(got) {
				t.Error("it is another key")
			}
		})
	}
	for _, text := range []string{"", public, encode("PRIVATE KEY", []byte("x"))} {
		if _, err := ParsePrivateKey(text); err == nil {
			t.Errorf("%.40q was taken for a private key", text)
		}
	}
}

func TestMultikey(t *testing.T) {
	const multibase = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ4XJPt4swbTQ2"
	o, err := Parse([]byte(`{"id":"https://far.test/u","assertionMethod":["https://far.test/k",{"id":"https://far.test/u#ed","type":"Multikey","controller":"https://far.test/u","publicKeyMultibase":"` +
		multibase + `"},{"publicKeyMultibase":"z6Mk"},{"publicKeyMultibase":"0OIl"}],"publicKey":{"id":"https://far.test/u#main-key"}}`))
	if err != nil || len(o.PublicKeys) != 2 || o.PublicKeys[0].ID != "https://far.test/u#main-key" || o.PublicKeys[1].Owner != "https://far.test/u" {
		t.Fatalf("got %+v, %v", o.PublicKeys, err)
	}
	key, err := ParsePublicKey(o.PublicKeys[1].PEM)
	const want = "b00d8d938e7f773d51565aad36a623f5344f7f5d1960f9cb2e46e5622199090f"
	if edwards, ok := key.(ed25519.PublicKey); err != nil || !ok || hex.EncodeToString(edwards) != want {
		t.Errorf("got %x, %v", key, err)
	}
}

func FuzzParsePublicKey(f *testing.F) {
	public, err := EncodePublicKey(testKey(f).Public())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(public)
	f.Add("-----BEGIN RSA PUBLIC KEY-----\nMAA=\n-----END RSA PUBLIC KEY-----\n")
	s := signedBy(f, testSigner(f), goodKey)
	f.Fuzz(func(t *testing.T, text string) {
		key, err := ParsePublicKey(text)
		if err != nil {
			return
		}
		if err := s.Verify(key); err != nil && strings.Contains(err.Error(), "could not be verified") {
			t.Errorf("a key that was taken makes a verifier panic: %v", err)
		}
	})
}
