package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"corkboard/board"
)

// Spreads tells how far posts have come on other servers.
type Spreads interface {
	Of(ctx context.Context, post board.PostID) (board.Spread, error)
}

const (
	settledGood    = 24 * time.Hour        // once nothing more will come of it
	spreadBudget   = 20 * time.Millisecond // of one page, for what its bylines say of it
	spreadPatience = 5 * time.Second
)

// spreadGood is how long an answer is good that took so long to find: the dearer
// it was, the longer, so that looking for it again costs one part in two hundred.
func spreadGood(took time.Duration) time.Duration {
	return min(max(200*took, 2*time.Second), 2*time.Minute)
}

// spreadKey is a post as it is: an edit or a removal is spread anew.
type spreadKey struct {
	post   board.PostID
	edited time.Time
	state  board.PostState
}

// spread finds out how far a post has come, or remembers it. The first asker
// works it out, one at a time: a post that went to thousands of servers takes a while.
func (h *Handler) spread(ctx context.Context, p board.Post) (board.Spread, error) {
	key := spreadKey{p.ID, p.EditedAt, p.State}
	if known, ok := h.spreads.get(key); ok {
		return known, nil
	}
	select {
	case h.spreading <- struct{}{}:
		defer func() { <-h.spreading }()
	case <-ctx.Done():
		return board.Spread{}, board.Errorf(board.Unavailable, "Others are asking too. Try again in a moment.")
	}
	if known, ok := h.spreads.get(key); ok {
		return known, nil
	}
	begun := time.Now()
	found, err := h.config.Spreads.Of(ctx, p.ID)
	if err != nil {
		return found, err
	}
	good := spreadGood(time.Since(begun))
	if len(found.Rounds) > 0 && !slices.ContainsFunc(found.Rounds, func(r board.SpreadRound) bool { return !r.Settled() }) {
		good = settledGood
	}
	h.spreads.put(key, found, good)
	return found, nil
}

// maySeeSpread reports whether the byline says how far a post has come: to its
// author and to moderators, of what was written here.
func (h *Handler) maySeeSpread(r *request, p board.Post) bool {
	return h.config.Spreads != nil && p.Local() && !r.visitor() && (r.viewer.ID == p.Author.ID || r.viewer.Moderates())
}

// phrases are what the bylines of some posts say of how far they have come. No
// page waits for long: what is not known in time says that it can be looked up.
func (h *Handler) phrases(r *request, posts []board.Post) map[board.PostID]string {
	if r.visitor() || h.config.Spreads == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), spreadBudget)
	defer cancel()
	phrases := map[board.PostID]string{}
	for _, p := range posts {
		if !h.maySeeSpread(r, p) {
			continue
		}
		phrases[p.ID] = r.t("delivery")
		if spread, err := h.spread(ctx, p); err == nil {
			phrases[p.ID] = r.spreadPhrase(spread)
		}
	}
	return phrases
}

// spreadPhrase is how far a post has come, in a few words.
func (r *reader) spreadPhrase(s board.Spread) string {
	switch {
	case !s.Said:
		return r.t("queued")
	case len(s.Rounds) == 0:
		return r.t("not sent to other servers")
	}
	phrase := r.roundPhrase(s.Rounds[0])
	if failing := r.failing(s.Rounds[0]); failing != "" {
		phrase += ", " + failing
	}
	return phrase
}

// roundPhrase is what came of one round, in a few words.
func (r *reader) roundPhrase(round board.SpreadRound) string {
	switch {
	case round.Kind == board.PostDeleted || round.Kind == board.PostRemoved:
		return r.n("removal sent to %[2]d of %[1]d server", "removal sent to %[2]d of %[1]d servers", round.Servers, round.Reached)
	case round.Kind == board.PostEdited:
		return r.n("update sent to %[2]d of %[1]d server", "update sent to %[2]d of %[1]d servers", round.Servers, round.Reached)
	case round.Reached == 0 && round.Waiting() == round.Servers:
		return r.t("queued")
	}
	return r.n("delivered to %[2]d of %[1]d server", "delivered to %[2]d of %[1]d servers", round.Servers, round.Reached)
}

// failing is how many servers do not take a round, and since when.
func (r *reader) failing(round board.SpreadRound) string {
	since := oldest(round.Troubles)
	switch {
	case round.Failing == 0:
		return ""
	case since.IsZero():
		return r.n("%d server failing", "%d servers failing", round.Failing)
	}
	return r.n("%d server failing since %s", "%d servers failing since %s", round.Failing, r.appendTime(nil, since))
}

// oldest is since when the first of those that fail has failed.
func oldest(troubles []board.Trouble) (since time.Time) {
	for _, t := range troubles {
		if !t.Refused && !t.Since.IsZero() && (since.IsZero() || t.Since.Before(since)) {
			since = t.Since
		}
	}
	return since
}

// writeSpread adds how far a post has come, as a link to all that is known of it.
func writeSpread(m *markup, v postView) {
	if v.spread != "" {
		m.tag(" · <a").attr("href", formPath(v.Thread, v.Number, "delivery")).tag(">").text(v.spread).tag("</a>")
	}
}

// deliveryPage is how far a post has come on other servers.
type deliveryPage struct {
	frame
	Thread board.Thread
	Post   board.Post
	Place  string
	Said   bool
	Rounds []roundView
}

// roundView is one thing that other servers were told.
type roundView struct {
	board.SpreadRound
	Phrase  string
	Trouble string // how many servers fail, and since when; may be empty
	Named   bool   // the servers that make trouble are named
}

// Heading says what was told.
func (p *deliveryPage) Heading(round roundView) string {
	switch round.Kind {
	case board.PostEdited:
		return p.t("The edit")
	case board.PostDeleted, board.PostRemoved:
		return p.t("The removal")
	}
	return p.t("The post")
}

// Removal reports whether the round took the post back.
func (v roundView) Removal() bool { return v.Kind == board.PostDeleted || v.Kind == board.PostRemoved }

// showDelivery answers /t/{thread}/{number}/delivery. Anyone may see the
// figures; which servers make trouble, and what they say, only the author and
// moderators.
func (h *Handler) showDelivery(w http.ResponseWriter, r *request) error {
	id, number := threadID(r), postNumber(r)
	thread, post, err := h.threadAndPost(r, id, number)
	if err != nil {
		return err
	}
	p := &deliveryPage{
		frame:  h.frame(r, "delivery", r.t("Delivery of post %d: %s", number, thread.Title)),
		Thread: thread, Post: post, Place: r.placePath(id, number), Said: true,
	}
	if h.config.Spreads == nil {
		return h.show(w, r, p)
	}
	ctx, cancel := context.WithTimeout(r.Context(), spreadPatience)
	defer cancel()
	spread, err := h.spread(ctx, post)
	if err != nil {
		return err
	}
	p.Said = spread.Said
	for _, round := range spread.Rounds {
		v := roundView{SpreadRound: round, Phrase: r.roundPhrase(round), Trouble: r.failing(round)}
		v.Named = h.maySeeSpread(r, post) || r.viewer.Moderates()
		p.Rounds = append(p.Rounds, v)
	}
	return h.show(w, r, p)
}
