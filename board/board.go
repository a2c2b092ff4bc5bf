package board

import (
	"context"
	"log/slog"
	"time"
)

// Board is the bulletin board: the one rule book behind both doors. Its reads
// are the store's; every change is one of its methods, in one transaction.
type Board struct {
	Reader
	store  Store
	config Config
	log    *slog.Logger
	text   *renderer
}

// Config is what the operator decides about the rules.
type Config struct {
	Address  Address
	Limits   Limits
	Excerpts Excerpts // how much of each source may be quoted; nil for all of it
	// NewKey makes a key pair for a new local actor: PEM, PKCS #8 and SPKI.
	NewKey func() (private, public string, err error)
}

// Limits bound what one actor may do. Zero means no limit.
type Limits struct {
	MemberPostsPerHour int // default 60
	RemotePostsPerHour int // default 120
	TextBytes          int // default 64 KiB
	// Within these times the same text to the same post is a repeat: a member is
	// asked first, one of another server is shown folded. Default 10 and 2 minutes.
	MemberRepeat, RemoteRepeat time.Duration
}

// DefaultLimits are meant for a board on the open internet.
func DefaultLimits() Limits {
	return Limits{
		MemberPostsPerHour: 60, RemotePostsPerHour: 120, TextBytes: 64 << 10,
		MemberRepeat: 10 * time.Minute, RemoteRepeat: 2 * time.Minute,
	}
}

// New returns the board that is kept in store.
func New(store Store, config Config, log *slog.Logger) *Board {
	return &Board{Reader: store, store: store, config: config, log: log, text: newRenderer(config.Address)}
}

// Address is where the board stands in the world.
func (b *Board) Address() Address { return b.config.Address }

// update runs one change; see Store.Update.
func (b *Board) update(ctx context.Context, change func(tx Tx) error) error {
	return b.store.Update(ctx, change)
}

// outcome runs one change that has a result. After an error the result is not
// looked at: where the caller went away, the change may still be running.
func outcome[T any](ctx context.Context, b *Board, do func(tx Tx) (T, error)) (T, error) {
	var result T
	err := b.update(ctx, func(tx Tx) (err error) {
		result, err = do(tx)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return result, nil
}

// later returns the later of t and a second after the last, in whole
// milliseconds: what `updated` must be for Mastodon to take an edit.
func later(t, last time.Time) time.Time {
	if next := last.Add(time.Second); t.Before(next) {
		return next
	}
	return t
}
