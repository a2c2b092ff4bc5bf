package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"text/tabwriter"
	"time"

	"corkboard/storage"
)

// refusedCommand lists what got lost on its way, in or out, and why.
type refusedCommand struct {
	Limit int `default:"50" help:"How many of each, the newest first."`
}

func (r refusedCommand) Run(ctx context.Context, c *Config, log *slog.Logger) error {
	db, _, err := open(ctx, c, storage.Options{Existing: true}, log)
	if err != nil {
		return err
	}
	defer db.Close()
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	if err := r.arrived(ctx, db, w); err != nil {
		return err
	}
	if err := r.sent(ctx, db, w); err != nil {
		return err
	}
	return w.Flush()
}

// arrived lists what came and was not acted on.
func (r refusedCommand) arrived(ctx context.Context, db *storage.DB, w *tabwriter.Writer) error {
	refusals, err := db.LatestRefusals(ctx, 0, r.Limit)
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "ARRIVED\tTYPE\tFROM\tWHY IT WAS REFUSED")
	for _, f := range refusals {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", f.ReceivedAt.Format(time.DateTime), f.Type, f.Actor, f.Reason)
	}
	return nil
}

// sent lists what was sent and not taken.
func (r refusedCommand) sent(ctx context.Context, db *storage.DB, w *tabwriter.Writer) error {
	failures, err := db.LatestFailures(ctx, r.Limit)
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "\nGIVEN UP\tTYPE\tTO\tWHAT IT ANSWERED")
	for _, f := range failures {
		a, err := db.Activity(ctx, f.Activity)
		if err != nil {
			return err
		}
		peer, err := db.Peer(ctx, f.Peer)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d %s\n", f.At.Format(time.DateTime), a.Type, peer.Inbox, f.Status, f.Answer)
	}
	return nil
}
