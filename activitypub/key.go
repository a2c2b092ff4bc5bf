package activitypub

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// The sizes of RSA keys that we take, in bits. Below is unsafe; above, one verification costs us more than we grant a stranger.
const (
	minRSABits = 2048
	maxRSABits = 4096
	maxPEM     = 8 << 10 // bytes: a key of 4096 bits has 800
)

// GenerateKey makes a key pair for one of our actors, RSA-2048, the kind that every server verifies. It takes some 40 ms.
func GenerateKey() (*rsa.PrivateKey, error) {
	return rsa.GenerateKey(rand.Reader, 2048)
}

// EncodePrivateKey writes a private key as PEM (PKCS #8), for keeping.
func EncodePrivateKey(key crypto.Signer) (string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

// ParsePrivateKey reads what [EncodePrivateKey] wrote. It takes 0.1 ms: keep the result.
func ParsePrivateKey(text string) (crypto.Signer, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, errors.New("the private key is not PEM of the kind PRIVATE KEY")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("the private key cannot be read: %w", err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a private key of the kind %T cannot sign", key)
	}
	return signer, nil
}

// EncodePublicKey writes the public half as PEM (SPKI), for publicKeyPem.
func EncodePublicKey(key crypto.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}

// ParsePublicKey reads publicKeyPem: RSA of 2048 to 4096 bits or Ed25519, SPKI or PKCS #1. The error says what is wrong with it.
func ParsePublicKey(text string) (crypto.PublicKey, error) {
	if len(text) > maxPEM {
		return nil, fmt.Errorf("the public key is longer than %d bytes", maxPEM)
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("the public key is not PEM")
	}
	key, err := parsePublicDER(block)
	if err != nil {
		return nil, err
	}
	return key, checkKey(key)
}

func parsePublicDER(block *pem.Block) (key crypto.PublicKey, err error) {
	switch block.Type {
	case "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		key, err = x509.ParsePKCS1PublicKey(block.Bytes)
	default:
		return nil, fmt.Errorf("the public key is a %.40q, not a PUBLIC KEY", block.Type)
	}
	if err != nil {
		return nil, fmt.Errorf("the public key cannot be read: %w", err)
	}
	return key, nil
}

// checkKey refuses what would be unsafe or dear to verify with, and what the libraries would panic at.
func checkKey(key crypto.PublicKey) error {
	switch key := key.(type) {
	case *rsa.PublicKey:
		if key == nil || key.N == nil {
			return errors.New("there is no public key")
		}
		if bits := key.N.BitLen(); bits < minRSABits || bits > maxRSABits {
			return fmt.Errorf("an RSA key of %d bits is not taken, only %d to %d", bits, minRSABits, maxRSABits)
		}
		if key.E < 3 || key.E&1 == 0 {
			return fmt.Errorf("an RSA key with the exponent %d is not taken", key.E)
		}
	case ed25519.PublicKey:
		if len(key) != ed25519.PublicKeySize {
			return fmt.Errorf("an Ed25519 key has %d bytes, not %d", ed25519.PublicKeySize, len(key))
		}
	default:
		return fmt.Errorf("a public key of the kind %T is not taken, only RSA and Ed25519", key)
	}
	return nil
}
