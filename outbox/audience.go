package outbox

import (
	"context"
	"slices"

	"corkboard/board"
)

// way is how an activity comes to a peer.
type way struct {
	ungreeted []board.Interval // followers' intervals whose Accept was not taken yet
	unknown   bool             // whether it comes at all hangs on the peer's software
}

// reaches reports whether a peer is of an audience, and how. It looks at
// nothing but its arguments: the audience of what was said long ago can be
// worked out again at any time.
func reaches(audience []board.Rule, peer board.PeerID, had []board.Interval) (way, bool) {
	var w way
	for _, rule := range audience {
		if rule.Followers == 0 {
			if slices.Contains(rule.Peers, peer) {
				return way{}, true
			}
			continue
		}
		interval, ok := followers(rule, had)
		switch {
		case !ok:
		case rule.Kind != board.UnknownKind && interval.Kind == board.UnknownKind:
			w.unknown = true
		case interval.Greeted:
			return way{}, true
		default:
			w.ungreeted = append(w.ungreeted, interval)
		}
	}
	if len(w.ungreeted) > 0 {
		w.unknown = false // it comes anyway
	}
	return w, w.unknown || len(w.ungreeted) > 0
}

// followers finds the interval by which a peer is among the followers that a
// rule speaks of. A kind that is not known yet may be any.
func followers(rule board.Rule, had []board.Interval) (board.Interval, bool) {
	if len(rule.Topics) > 0 && through(rule, had) != rule.Followers {
		return board.Interval{}, false
	}
	interval, ok := during(had, rule.Followers, rule.At)
	if !ok || (rule.Kind != board.UnknownKind && interval.Kind != board.UnknownKind && interval.Kind != rule.Kind) {
		return board.Interval{}, false
	}
	return interval, true
}

// through is the one topic of a thread from which a forum gets it: the first
// that it followed when the article was announced and still does, else the
// first that it follows. 0 if none.
func through(rule board.Rule, had []board.Interval) board.ActorID {
	var first board.ActorID
	for _, topic := range rule.Topics {
		if _, ok := during(had, topic, rule.At); !ok {
			continue
		}
		if _, ok := during(had, topic, rule.Since); ok {
			return topic
		}
		if first == 0 {
			first = topic
		}
	}
	return first
}

// during finds the interval of an actor that holds an event.
func during(had []board.Interval, actor board.ActorID, at board.EventID) (board.Interval, bool) {
	for _, i := range had {
		if i.Actor == actor && i.From <= at && (i.To == 0 || i.To > at) {
			return i, true
		}
	}
	return board.Interval{}, false
}

// moment is a question to the store: who followed an actor at an event?
type moment struct {
	actor board.ActorID
	at    board.EventID
}

// moments are the questions that a rule asks, whoever the peer is.
func moments(rule board.Rule) []moment {
	if rule.Followers == 0 {
		return nil
	}
	asked := []moment{{rule.Followers, rule.At}}
	for _, topic := range rule.Topics {
		asked = append(asked, moment{topic, rule.At}, moment{topic, rule.Since})
	}
	return asked
}

// audienceOf works out the whole audience of an activity.
func audienceOf(ctx context.Context, store AudienceStore, rules []board.Rule) (map[board.PeerID]way, error) {
	had := map[board.PeerID][]board.Interval{}
	asked := map[moment]bool{}
	for _, rule := range rules {
		for _, peer := range rule.Peers {
			if _, ok := had[peer]; !ok {
				had[peer] = nil // nobody needs to follow to be addressed
			}
		}
		for _, m := range moments(rule) {
			if asked[m] {
				continue
			}
			asked[m] = true
			found, err := store.IntervalsAt(ctx, m.actor, m.at)
			if err != nil {
				return nil, err
			}
			for _, i := range found {
				had[i.Peer] = append(had[i.Peer], i)
			}
		}
	}
	audience := make(map[board.PeerID]way, len(had))
	for peer, intervals := range had {
		if w, ok := reaches(rules, peer, intervals); ok {
			audience[peer] = w
		}
	}
	return audience, nil
}

// forumSoftware are the NodeInfo names of programs that understand FEP-1b12.
var forumSoftware = []string{"lemmy", "piefed", "mbin", "kbin", "nodebb", "discourse", "lotide", "corkboard"}

// KindOf says how a peer wants to hear of a topic, by its NodeInfo name.
func KindOf(software string) board.PeerKind {
	if slices.Contains(forumSoftware, software) {
		return board.Forum
	}
	return board.Microblog
}
