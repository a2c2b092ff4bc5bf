package outbox

import (
	"context"
	"log/slog"
	"time"

	"corkboard/activitypub"
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
	woken   chan struct{}
}

// SpeakerConfig configures a [Speaker].
type SpeakerConfig struct {
	Board   *board.Board
	Store   Store
	Courier *Courier
	Log     *slog.Logger
}

// NewSpeaker returns a speaker that says nothing before [Speaker.Run].
func NewSpeaker(c SpeakerConfig) *Speaker {
	return &Speaker{scribe: scribe{c.Board}, store: c.Store, courier: c.Courier, log: c.Log, woken: make(chan struct{}, 1)}
}

// Wake tells the speaker that something happened. It never waits.
func (s *Speaker) Wake() {
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

const (
	atOnce  = 64          // events that are spoken of in one transaction
	glance  = time.Second // between two looks at the log, should nobody wake the speaker
	setback = 5 * time.Second
)

// Run speaks until ctx ends.
func (s *Speaker) Run(ctx context.Context) error {
	for failures := 0; ; {
		n, err := s.next(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			failures++
			s.log.Error("speak", "err", err, "tries", failures)
		default:
			failures = 0
		}
		if n > 0 && err == nil {
			continue
		}
		if err := s.rest(ctx, err != nil); err != nil {
			return nil
		}
	}
}

// rest waits for something to say.
func (s *Speaker) rest(ctx context.Context, failed bool) error {
	wait, woken := glance, s.woken
	if failed {
		wait, woken = setback, nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-woken:
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// next speaks of the next events, and returns how many there were.
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
		if closes(e) && len(said) > 0 {
			// What was said of the post so far is kept first, so that it can be blanked.
			if from, err = s.speak(ctx, from, e.ID-1, said); err != nil {
				return 0, err
			}
			said = nil
		}
		activities, err := s.say(ctx, e)
		if err != nil {
			return 0, err
		}
		said = append(said, activities...)
	}
	_, err = s.speak(ctx, from, events[len(events)-1].ID, said)
	return len(events), err
}

func closes(e board.Event) bool { return e.Kind == board.PostDeleted || e.Kind == board.PostRemoved }

// speak keeps what is said of the events up to one, and sends it on its way.
func (s *Speaker) speak(ctx context.Context, from, to board.EventID, said []board.Activity) (board.EventID, error) {
	kept, err := s.store.Speak(ctx, from, to, said)
	if err != nil {
		return from, err
	}
	s.courier.Carry(kept)
	return to, nil
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

// utterance collects the activities of one event.
type utterance struct {
	address board.Address
	event   board.Event
	said    []board.Activity
}

// next is the id of the activity that is added next.
func (u *utterance) next() string { return u.address.Activity(u.event.ID, len(u.said)) }

// add gives an activity its id and keeps it with its audience. Who signs is
// the actor; lane says what it must not overtake.
func (u *utterance) add(a *activitypub.Activity, by board.Actor, lane string, audience []board.Rule) error {
	a.ID, a.Actor = u.next(), by.URI
	if a.Published.IsZero() {
		a.Published = u.event.At
	}
	body, err := activitypub.Marshal(a)
	if err != nil {
		return err
	}
	if len(audience) == 0 {
		audience = []board.Rule{}
	}
	u.said = append(u.said, board.Activity{
		Event: u.event.ID, K: len(u.said), Type: a.Type, Actor: by.ID, Post: u.event.Post, Lane: lane,
		Audience: audience, Public: a.Type != "Accept", Body: body, At: u.event.At,
	})
	return nil
}

// peers is the rule of these actors' inboxes; nobody of ours is among them.
func (s *Speaker) peers(ctx context.Context, actors ...board.Actor) ([]board.Rule, error) {
	var rule board.Rule
	for _, a := range actors {
		if a.Local() || !a.GoneAt.IsZero() {
			continue
		}
		// What stands beside a post lacks the inbox.
		whole, err := s.board.Actor(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		if whole.DeliveryInbox() == "" {
			continue
		}
		peer, err := s.store.EnsurePeer(ctx, whole.DeliveryInbox(), whole.Host)
		if err != nil {
			return nil, err
		}
		rule.Peers = append(rule.Peers, peer)
	}
	if len(rule.Peers) == 0 {
		return nil, nil
	}
	return []board.Rule{rule}, nil
}
