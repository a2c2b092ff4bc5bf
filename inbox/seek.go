package inbox

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"corkboard/activitypub"
	"corkboard/board"
)

const (
	seekingsInMind = 512
	seekingsAtOnce = 4
	seekTime       = 30 * time.Second // for all of one
	seekGood       = 10 * time.Minute // until the same thread is looked for again
	seekAsked      = 5                // posts of a thread of which it is asked what answers them
	seekFound      = 15               // of those that were found meanwhile
	seekPages      = 3                // of the list of answers to one
)

// seekings remember what was looked for lately: however many ask, a thread's
// servers are bothered once in ten minutes.
type seekings struct {
	mu     sync.Mutex
	recent *lru.Cache[string, board.Seeking] // by the number of the thread
	slots  chan struct{}                     // those that go on
}

func newSeekings() *seekings {
	return &seekings{recent: newMemory[board.Seeking](seekingsInMind), slots: make(chan struct{}, seekingsAtOnce)}
}

// Sought is what has come of the last look for a thread, if there was one lately.
func (in *Inbox) Sought(thread board.ThreadID) (board.Seeking, bool) {
	in.seekings.mu.Lock()
	defer in.seekings.mu.Unlock()
	s, ok := in.seekings.recent.Get(fmt.Sprint(thread))
	return s, ok && (!s.Done || time.Since(s.At) < seekGood)
}

// Seek asks the servers on which a thread was written for posts that never came
// here: what their own lists say answers its article, its newest posts from
// elsewhere, and what is found so. It goes on after it has returned. What is found stands in the
// thread by the same rules as if it had been sent. Error: Unavailable.
func (in *Inbox) Seek(thread board.ThreadID) error {
	if _, ok := in.Sought(thread); ok {
		return nil
	}
	select {
	case in.seekings.slots <- struct{}{}:
	default:
		return board.Errorf(board.Unavailable, "Replies to other threads are being looked for at the moment. Please try again in a minute.")
	}
	in.keepSeeking(thread, board.Seeking{})
	go func() {
		defer func() { <-in.seekings.slots }()
		ctx, cancel := context.WithTimeout(context.Background(), seekTime)
		defer cancel()
		var found board.Seeking
		_ = in.unbroken(func() error { // what broke it is logged
			found = in.seek(ctx, thread)
			return nil
		})
		found.Done, found.At = true, time.Now()
		in.keepSeeking(thread, found)
	}()
	return nil
}

func (in *Inbox) keepSeeking(thread board.ThreadID, s board.Seeking) {
	in.seekings.mu.Lock()
	defer in.seekings.mu.Unlock()
	in.seekings.recent.Add(fmt.Sprint(thread), s)
}

// seek asks about one post after the other, and then about those that were
// found. One that fails says nothing about the next.
func (in *Inbox) seek(ctx context.Context, thread board.ThreadID) board.Seeking {
	var s board.Seeking
	posts, err := in.fromElsewhere(ctx, thread)
	if err != nil {
		in.Log.Error("look for missing posts", "thread", thread, "err", err)
		return s
	}
	for limit := len(posts) + seekFound; len(posts) > 0 && limit > 0; limit-- {
		p := posts[0]
		if !slices.Contains(s.Asked, p.Author.Host) {
			s.Asked = append(s.Asked, p.Author.Host)
		}
		found, answered := in.seekUnder(ctx, p)
		if !answered {
			s.Mute++
		}
		s.Found += len(found)
		posts = append(posts[1:], found...)
	}
	return s
}

// fromElsewhere are the posts of a thread whose servers may know of answers: the
// article, and then the newest.
func (in *Inbox) fromElsewhere(ctx context.Context, id board.ThreadID) ([]board.Post, error) {
	const looked = 200
	thread, err := in.Board.Thread(ctx, id)
	if err != nil {
		return nil, err
	}
	posts, err := in.Board.Posts(ctx, id, max(1, thread.Posts-looked+1), looked)
	if err != nil {
		return nil, err
	}
	slices.Reverse(posts)
	var asked []board.Post
	for _, p := range append([]board.Post{thread.Article}, posts...) {
		if !p.Local() && p.State == board.Live && len(asked) < seekAsked {
			asked = append(asked, p)
		}
	}
	return asked, nil
}

// seekUnder fetches what a post's own server says answers it, as far as it is
// not here, and reports whether the server says anything of that.
func (in *Inbox) seekUnder(ctx context.Context, p board.Post) (found []board.Post, answered bool) {
	a := in.onErrand(p.Author.Host)
	defer a.errand.end()
	uris, ok := in.answersTo(ctx, a, p.URI)
	for _, uri := range uris {
		if in.address.Ours(uri) || activitypub.Host(uri) == "" {
			continue
		}
		if _, err := in.postAt(ctx, uri); err == nil {
			continue
		}
		if post, err := in.fetchInto(ctx, a, uri); err == nil && post.Thread == p.Thread {
			found = append(found, post)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return found, ok
}

// answersTo is the list of the answers to a post, as its server publishes it:
// in the post itself, or on some pages of its own.
func (in *Inbox) answersTo(ctx context.Context, a *arrival, uri string) (uris []string, ok bool) {
	o, err := a.errand.fetch(ctx, uri)
	if err != nil || o.Replies == nil {
		return nil, false
	}
	list := o.Replies
	for range seekPages + 1 {
		if list, err = in.whole(ctx, a, list, uri); err != nil {
			return uris, len(uris) > 0
		}
		for _, item := range list.Items {
			uris = append(uris, item.ID)
		}
		next := list.Next
		if len(list.Items) == 0 && list.First != nil {
			next = list.First
		}
		if next == nil {
			break
		}
		list = next
	}
	return uris, true
}

// whole is a list, or a page of it, itself where there was its address only. It
// is on the post's own server, or it is none.
func (in *Inbox) whole(ctx context.Context, a *arrival, list *activitypub.Object, of string) (*activitypub.Object, error) {
	if !list.IsReference() {
		return list, nil
	}
	if !activitypub.SameHost(list.ID, of) {
		return nil, refusef("The list of answers to %s is on another host.", of)
	}
	return a.errand.fetch(ctx, list.ID)
}
