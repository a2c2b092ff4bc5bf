package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"corkboard/board"
)

// reading is the speaker's name among the readers of the log.
const reading = "speaker"

// Speaker reads the log and says to the fediverse what happened: for each
// event the activities, and for whom they are.
type Speaker struct {
	scribe
	store   Store
	courier *Courier
	log     *slog.Logger
	setback time.Duration
	failed  board.EventID // that could not be spoken of at the last try
	tries   int           // of it
}

// SpeakerConfig configures a [Speaker].
type SpeakerConfig struct {
	Board   *board.Board
	Store   Store
	Courier *Courier
	Log     *slog.Logger
	Setback time.Duration // 5 s, before the next try after an error
}

// NewSpeaker returns a speaker that says nothing before [Speaker.Run].
func NewSpeaker(c SpeakerConfig) *Speaker {
	return &Speaker{
		scribe: scribe{c.Board}, store: c.Store, courier: c.Courier, log: c.Log,
		setback: cmp.Or(c.Setback, 5*time.Second),
	}
}

const (
	atOnce   = 64 // events that are spoken of in one transaction
	maxTries = 10 // of one event, before it is passed over
)

// Run speaks until ctx ends.
func (s *Speaker) Run(ctx context.Context) error {
	for {
		changed := s.store.Changed()
		n, err := s.next(ctx)
		var retry <-chan time.Time
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			s.log.Error("speak", "err", err)
			changed, retry = nil, time.After(s.setback)
		case n > 0:
			continue
		}
		select {
		case <-changed:
		case <-retry:
		case <-ctx.Done():
			return nil
		}
	}
}

// next speaks of the next events, and returns how many there were. What is
// said of those before one that fails is kept.
func (s *Speaker) next(ctx context.Context) (int, error) {
	from, err := s.board.Cursor(ctx, reading)
	if err != nil {
		return 0, err
	}
	events, err := s.board.EventsAfter(ctx, from, atOnce)
	if err != nil || len(events) == 0 {
		return 0, err
	}
	var said []board.Activity
	for _, e := range events {
		if looksBack(e, said) {
			if err := s.keep(ctx, from, e.ID-1, said); err != nil {
				return 0, err
			}
			from, said = e.ID-1, nil
		}
		more, err := s.speak(ctx, e)
		if err != nil && !s.hopeless(ctx, e, err) {
			return 0, errors.Join(fmt.Errorf("speak of event %d: %w", e.ID, err), s.keep(ctx, from, e.ID-1, said))
		}
		said = append(said, more...)
	}
	return len(events), s.keep(ctx, from, events[len(events)-1].ID, said)
}

// hopeless counts the tries of an event that cannot be spoken of, and reports
// whether it was tried often enough: one must not silence all that come after
// it. Trouble with the store is no fault of the event.
func (s *Speaker) hopeless(ctx context.Context, e board.Event, err error) bool {
	if ctx.Err() != nil || board.KindOf(err) == board.Unavailable {
		return false
	}
	if s.failed != e.ID {
		s.failed, s.tries = e.ID, 0
	}
	if s.tries++; s.tries < maxTries {
		return false
	}
	s.log.Error("passed over an event", "event", e.ID, "kind", e.Kind, "tries", s.tries, "err", err)
	return true
}

// looksBack reports whether an event is spoken of by what was said before, some
// of which is not kept yet.
func looksBack(e board.Event, said []board.Activity) bool {
	return (closes(e) || e.Kind == board.PostEdited) &&
		slices.ContainsFunc(said, func(a board.Activity) bool { return a.Post == e.Post })
}

func closes(e board.Event) bool { return e.Kind == board.PostDeleted || e.Kind == board.PostRemoved }

// speak makes the activities of an event. Where it ends a post, nothing else of
// that goes out any more.
func (s *Speaker) speak(ctx context.Context, e board.Event) ([]board.Activity, error) {
	said, err := s.say(ctx, e)
	if err == nil && closes(e) {
		err = s.courier.Blank(ctx, e.Post)
	}
	return said, err
}

// keep keeps what is said of the events after from, up to to, and sends it on
// its way.
func (s *Speaker) keep(ctx context.Context, from, to board.EventID, said []board.Activity) error {
	if to <= from {
		return nil
	}
	kept, err := s.store.Speak(ctx, from, to, said)
	if err != nil {
		return err
	}
	s.courier.Carry(kept)
	return nil
}

// Render is the first activity of an event as it is sent, for the answer to
// the client that caused it. Error: NotFound, if the event says nothing.
func (s *Speaker) Render(ctx context.Context, id board.EventID) ([]byte, error) {
	e, err := s.board.Event(ctx, id)
	if err != nil {
		return nil, err
	}
	said, err := s.say(ctx, e)
	if err != nil {
		return nil, err
	}
	if len(said) == 0 {
		return nil, board.Errorf(board.NotFound, "This event says nothing to the fediverse.")
	}
	return said[0].Body, nil
}

// Content is how a post of ours looks on microblogs: what its Note has as
// content. The post need not be on the board yet.
func (s *Speaker) Content(p board.Post, t board.Thread) string { return s.content(p, t) }

// say makes the activities of one event. An event whose things are gone from
// the board says nothing.
func (s *Speaker) say(ctx context.Context, e board.Event) ([]board.Activity, error) {
	u := &utterance{address: s.address(), event: e}
	var err error
	switch e.Kind {
	case board.ArticlePosted, board.ReplyPosted:
		err = s.sayPosted(ctx, u)
	case board.PostEdited:
		err = s.sayEdited(ctx, u)
	case board.PostDeleted, board.PostRemoved:
		err = s.sayClosed(ctx, u)
	case board.Followed:
		err = s.sayAccept(ctx, u)
	case board.ActorChanged, board.TopicClosed:
		err = s.sayChanged(ctx, u)
	}
	if err != nil && board.KindOf(err) == board.NotFound {
		s.log.Warn("nothing to say of an event", "event", e.ID, "kind", e.Kind, "err", err)
		return nil, nil
	}
	return u.said, err
}
