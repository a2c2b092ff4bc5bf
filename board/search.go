package board

import (
	"context"
	"slices"
	"strings"
	"time"
)

// PostSearch is the part of a Query that is about posts, with everybody and
// everything in it found.
type PostSearch struct {
	Terms    []Term
	By       []ActorID // one of them wrote it
	To       []ActorID // one of them is answered or mentioned
	Topics   []ActorID // all of them
	Keywords []string  // all of them
	Sources  []string  // one of them
	Thread   ThreadID
	In       Section
	Since    time.Time // it arrived then or later; zero for any
	Until    time.Time // it arrived before
	Before   PostID    // where the page before ended; 0 begins with the newest
	Limit    int       // at most 100
}

// FoundPosts is one page of live posts, the newest first.
type FoundPosts struct {
	Posts    []Entry
	Count    int       // of all that were found, at most MaxCount
	More     bool      // than Count
	Next     PostID    // begins the next page; 0: there is none
	Searched time.Time // where there was not time for more: what arrived earlier was not looked at yet
	Cut      []string  // beginnings with more words than are looked for
}

// MaxCount is how many results are counted.
const MaxCount = 1000

// PeopleSearch asks for members, and for people of other servers who wrote here.
type PeopleSearch struct {
	Words []string // each begins a word of the name or handle
	Host  string   // only people of this server; empty for any
	Limit int
}

// Indexer is the reader of the log that feeds the index: a search finds the
// same until its cursor moves, but for posts that are closed meanwhile.
const Indexer = "indexer"

// SearchReader asks the index, which is about a second behind.
type SearchReader interface {
	SearchPosts(ctx context.Context, s PostSearch) (FoundPosts, error)
	// SearchPeople finds those with the shortest names first, and more if it stopped at the limit.
	SearchPeople(ctx context.Context, s PeopleSearch) (people []Actor, more bool, err error)
}

// Search is a query and how much of its answer is wanted.
type Search struct {
	Query  Query
	Zone   *time.Location // of its days
	Before PostID         // where the page before ended
	Limit  int
}

// Found is the answer.
type Found struct {
	FoundPosts
	People     []Actor
	MorePeople bool
	Problems   []error // filters that name nobody or nothing here, each for a reader
}

// peopleBeside is how many people are shown beside posts.
const peopleBeside = 5

// Search finds posts and people. A filter that names nobody finds nothing, and
// the answer says so.
func (b *Board) Search(ctx context.Context, s Search) (Found, error) {
	var found Found
	if s.Query.In != PeopleOnly {
		posts, problems, err := b.postSearch(ctx, s)
		if err != nil {
			return found, err
		}
		if found.Problems = problems; len(problems) == 0 {
			if found.FoundPosts, err = b.SearchPosts(ctx, posts); err != nil {
				return found, err
			}
		}
		for _, t := range found.Cut {
			found.Problems = append(found.Problems, FieldErrorf("q", "“%s” begins very many words; not all of them were looked for. Write more of the word.", t))
		}
	}
	return found, b.searchPeople(ctx, s, &found)
}

func (b *Board) searchPeople(ctx context.Context, s Search, found *Found) error {
	switch {
	case s.Query.In == PeopleOnly && s.Query.filtered():
		found.Problems = append(found.Problems, FieldErrorf("in", "People have a name and nothing else to look for: leave the other filters out."))
		return nil
	case s.Query.In != PeopleOnly && (s.Query.In != Everything || s.Query.filtered() || s.Before != 0):
		return nil
	}
	limit := s.Limit
	if s.Query.In == Everything {
		limit = peopleBeside
	}
	people, ok := b.peopleSearch(s.Query)
	if !ok {
		return nil
	}
	people.Limit = limit
	var err error
	found.People, found.MorePeople, err = b.SearchPeople(ctx, people)
	return err
}

// peopleSearch reads words as parts of a name, or of a handle.
func (b *Board) peopleSearch(q Query) (PeopleSearch, bool) {
	var s PeopleSearch
	for _, t := range q.Terms {
		name, host, _ := strings.Cut(strings.TrimPrefix(t.Text, "@"), "@")
		if host != "" {
			s.Host = strings.ToLower(host)
		}
		s.Words = append(s.Words, Term{Text: name}.Words()...)
	}
	return s, len(s.Words) > 0
}

// postSearch finds whom and what the filters name.
func (b *Board) postSearch(ctx context.Context, s Search) (PostSearch, []error, error) {
	q := s.Query
	p := PostSearch{
		Terms: q.Terms, Keywords: q.Keywords, Sources: q.Sources, Thread: q.Thread, In: q.In, Before: s.Before, Limit: s.Limit,
	}
	if q.Since != (Day{}) {
		p.Since = q.Since.Begin(s.Zone)
	}
	if q.Until != (Day{}) {
		p.Until = q.Until.End(s.Zone)
	}
	var problems []error
	note := func(err error) error { // keeps what a reader can mend
		if err != nil && KindOf(err) == Invalid {
			problems = append(problems, err)
			return nil
		}
		return err
	}
	for _, side := range []struct {
		name    string
		handles []string
		ids     *[]ActorID
	}{{"by", q.By, &p.By}, {"to", q.To, &p.To}} {
		for _, handle := range side.handles {
			ids, err := b.peopleCalled(ctx, side.name, handle)
			if err := note(err); err != nil {
				return p, nil, err
			}
			*side.ids = append(*side.ids, ids...)
		}
	}
	for _, name := range q.Topics {
		topic, err := b.topicCalled(ctx, name)
		if err := note(err); err != nil {
			return p, nil, err
		}
		p.Topics = append(p.Topics, topic)
	}
	return p, problems, nil
}

// namesakes bounds how many people of other servers one plain name stands for.
const namesakes = 8

// peopleCalled finds name@host, or name: a member, or else those of other
// servers who have the name. Error: Invalid.
func (b *Board) peopleCalled(ctx context.Context, filter, handle string) ([]ActorID, error) {
	name, host, _ := strings.Cut(handle, "@")
	if host == b.Address().Host() {
		host = ""
	}
	a, err := b.ActorByHandle(ctx, name, host)
	switch {
	case err == nil:
		return []ActorID{a.ID}, nil
	case KindOf(err) != NotFound:
		return nil, err
	}
	var ids []ActorID
	if !strings.Contains(handle, "@") {
		if ids, err = b.othersCalled(ctx, name); err != nil {
			return nil, err
		}
	}
	if len(ids) == 0 {
		return nil, FieldErrorf(filter, "%s:%s finds nothing: nobody of that name has written here.", filter, handle)
	}
	return ids, nil
}

func (b *Board) othersCalled(ctx context.Context, name string) ([]ActorID, error) {
	words := Term{Text: name}.Words()
	if len(words) == 0 {
		return nil, nil
	}
	people, _, err := b.SearchPeople(ctx, PeopleSearch{Words: words, Limit: 2 * namesakes})
	if err != nil {
		return nil, err
	}
	people = slices.DeleteFunc(people, func(a Actor) bool { return a.Local() || !strings.EqualFold(a.Name, name) })
	var ids []ActorID
	for _, a := range people[:min(len(people), namesakes)] {
		ids = append(ids, a.ID)
	}
	return ids, nil
}

// topicCalled finds a topic by its name or title. Error: Invalid.
func (b *Board) topicCalled(ctx context.Context, name string) (ActorID, error) {
	topic, err := b.Topic(ctx, strings.ReplaceAll(name, " ", "_"))
	if err == nil || KindOf(err) != NotFound {
		return topic.ID, err
	}
	topics, err := b.Topics(ctx)
	if err != nil {
		return 0, err
	}
	for _, t := range topics {
		if strings.EqualFold(t.Title(), name) {
			return t.ID, nil
		}
	}
	return 0, FieldErrorf("topic", "topic:%s finds nothing: there is no such topic.", name)
}
