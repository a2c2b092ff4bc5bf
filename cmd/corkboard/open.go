package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"corkboard/activitypub"
	"corkboard/board"
	"corkboard/storage"
)

// open opens the database and the board that is in it. Its address is the one
// that it was first served with; only a new board takes it from the settings.
func open(ctx context.Context, c *Config, o storage.Options, log *slog.Logger) (*storage.DB, *board.Board, error) {
	o.Log = log
	o.Existing = !o.Serve && c.URL == "" // a command alone does not decide where a new board is
	db, err := storage.Open(ctx, c.database(), o)
	if err != nil {
		return nil, nil, err
	}
	address := c.address
	if site, err := db.ActorByHandle(ctx, board.SiteName, ""); err == nil && !o.Serve {
		address = board.Address(strings.TrimSuffix(site.URI, "/actor"))
	}
	b := board.New(db, board.Config{Address: address, Limits: c.limits(), Excerpts: c.excerpts, NewKey: newKey}, log)
	if _, err := b.OpenSite(ctx); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, b, nil
}

// newKey makes the key pair of a new actor.
func newKey() (private, public string, err error) {
	key, err := activitypub.GenerateKey()
	if err != nil {
		return "", "", err
	}
	if private, err = activitypub.EncodePrivateKey(key); err != nil {
		return "", "", err
	}
	public, err = activitypub.EncodePublicKey(key.Public())
	return private, public, err
}

// withBoard runs a command on the board, served at the moment or not.
func withBoard(ctx context.Context, c *Config, log *slog.Logger, do func(b *board.Board) error) error {
	db, b, err := open(ctx, c, storage.Options{}, log)
	if err != nil {
		return err
	}
	defer db.Close()
	return do(b)
}
