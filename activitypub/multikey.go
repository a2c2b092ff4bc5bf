package activitypub

import (
	"crypto/ed25519"
	"errors"
	"math/big"
	"strings"
)

// ed25519Code is what an Ed25519 key begins with in a Multikey (FEP-521a, https://www.w3.org/TR/controller-document/#Multikey).
const ed25519Code = "\xed\x01"

// multikeyPEM returns the key in a publicKeyMultibase as PEM, so that from there on it is a key like any other. Only Ed25519 in base58 is read: the
// one kind that is in use.
func multikeyPEM(multibase string) (string, error) {
	digits, ok := strings.CutPrefix(multibase, "z")
	if !ok || len(digits) > 64 {
		return "", errors.New("the Multikey is not a key in base58")
	}
	number := new(big.Int)
	for _, digit := range []byte(digits) {
		value := strings.IndexByte("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", digit)
		if value < 0 {
			return "", errors.New("the Multikey is not a key in base58")
		}
		number.Add(number.Mul(number, big.NewInt(58)), big.NewInt(int64(value)))
	}
	raw, ok := strings.CutPrefix(string(number.Bytes()), ed25519Code)
	if !ok || len(raw) != ed25519.PublicKeySize {
		return "", errors.New("the Multikey is not an Ed25519 key")
	}
	return EncodePublicKey(ed25519.PublicKey(raw))
}

// multikeys reads assertionMethod. What is not a key that we take is passed over, as is a reference to one.
func (r *reader) multikeys(o *Object) error {
	return r.each(func() error {
		if r.json.PeekKind() != '{' {
			return r.skip()
		}
		var k PublicKey
		var multibase string
		err := r.fields(func(name []byte) (err error) {
			switch string(name) {
			case "id":
				k.ID, err = r.text()
			case "controller":
				k.Owner, err = r.text()
			case "publicKeyMultibase":
				multibase, err = r.text()
			default:
				err = r.skip()
			}
			return err
		})
		if pem, wrong := multikeyPEM(multibase); wrong == nil && len(o.multikeys) < maxKeys {
			k.PEM = pem
			o.multikeys = append(o.multikeys, k)
		}
		return err
	})
}
