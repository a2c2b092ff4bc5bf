package activitypub

import (
	"crypto"
	"crypto/rsa"
	"errors"
)

// GenerateKey makes a key pair for one of our actors, RSA-2048, the kind that every server verifies. It takes some 40 ms.
func GenerateKey() (*rsa.PrivateKey, error) { return nil, errors.New("not yet") }

// EncodePrivateKey writes a private key as PEM (PKCS #8), for keeping.
func EncodePrivateKey(key crypto.Signer) (string, error) { return "", errors.New("not yet") }

// ParsePrivateKey reads what [EncodePrivateKey] wrote. It takes 0.1 ms: keep the result.
func ParsePrivateKey(text string) (crypto.Signer, error) { return nil, errors.New("not yet") }

// EncodePublicKey writes the public half as PEM (SPKI), for publicKeyPem.
func EncodePublicKey(key crypto.PublicKey) (string, error) { return "", errors.New("not yet") }

// ParsePublicKey reads publicKeyPem: RSA of 2048 to 4096 bits or Ed25519, SPKI or PKCS #1. The error says what is wrong with it.
func ParsePublicKey(text string) (crypto.PublicKey, error) { return nil, errors.New("not yet") }
