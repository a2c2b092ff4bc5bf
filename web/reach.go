package web

import (
	"context"
	"fmt"
	"strings"
	"time"

	"corkboard/board"
)

// reachView is what a thread knows of itself: where it is read and written, and
// whether all of it is here.
type reachView struct {
	Hosts     []board.HostShare // ours too; at most ten
	More      int               // servers beside them
	Followers int               // servers on which the topics are followed
	Orphans   int
	Origin    string // host of an article from elsewhere; empty for ours
	Original  string // where the article stands there
	Seek      string // path of the form that looks for more; empty if nothing can be found
}

// Alone reports whether all was written here.
func (v *reachView) Alone() bool { return len(v.Hosts) == 1 && v.Hosts[0].Host == "" }

// Servers is how many take part.
func (v *reachView) Servers() int { return len(v.Hosts) + v.More }

// Gaps reports whether the board has reasons to think that posts are missing.
func (v *reachView) Gaps() bool { return v.Orphans > 0 || v.Origin != "" }

const (
	hostsShown    = 10
	reachGood     = time.Hour // it is asked for by version anyway
	followersGood = 10 * time.Minute
)

// reachKey is a thread as it is.
type reachKey struct {
	thread  board.ThreadID
	version int64
}

// reachView finds out what a thread knows of itself.
func (h *Handler) reachView(r *request, t board.Thread) (*reachView, error) {
	reach, err := h.reaches.ask(reachKey{t.ID, t.Version}, reachGood, func() (board.Reach, error) {
		return h.board.Reach(r.Context(), t.ID)
	})
	if err != nil {
		return nil, err
	}
	followers, err := h.followerHosts(r.Context(), t.Topics)
	v := &reachView{Hosts: reach.Hosts, Orphans: reach.Orphans, Followers: followers}
	if len(v.Hosts) > hostsShown {
		v.Hosts, v.More = v.Hosts[:hostsShown], len(v.Hosts)-hostsShown
	}
	if h.config.Seeker != nil && !r.visitor() && !v.Alone() {
		v.Seek = fmt.Sprintf("/t/%d/missing", t.ID)
	}
	if a := t.Article; !a.Local() {
		v.Origin = a.Author.Host
		if isWeb(a.URL) && a.State == board.Live {
			v.Original = a.URL
		}
	}
	return v, err
}

// followerHosts counts the servers on which some topics are followed. Where
// there are many of them it takes a while, so the number may be old.
func (h *Handler) followerHosts(ctx context.Context, topics []board.Topic) (int, error) {
	var key strings.Builder
	ids := make([]board.ActorID, 0, 2*len(topics))
	for _, t := range topics {
		ids = append(ids, t.ID, t.All)
		key.WriteString(t.Name)
		key.WriteByte(' ')
	}
	return h.followers.ask(key.String(), followersGood, func() (int, error) {
		return h.board.FollowerHosts(ctx, ids)
	})
}
