package web

import (
	"sync"
	"time"

	"corkboard/board"
)

// memos are what the web remembers of what is dear to find.
type memos struct {
	reaches   *memo[reachKey, board.Reach]
	followers *memo[string, int] // servers, by the names of topics
	spreads   *memo[spreadKey, board.Spread]
	spreading chan struct{} // full while one of them is worked out
}

func newMemos() *memos {
	return &memos{
		reaches:   newMemo[reachKey, board.Reach](1000),
		followers: newMemo[string, int](1000),
		spreads:   newMemo[spreadKey, board.Spread](10000),
		spreading: make(chan struct{}, 1),
	}
}

// memo keeps answers that are dear to find and may be a little old. It has a
// bound; where that is reached, any of them go.
type memo[K comparable, V any] struct {
	max int

	mu    sync.Mutex
	known map[K]remembered[V]
}

type remembered[V any] struct {
	value V
	until time.Time
}

func newMemo[K comparable, V any](size int) *memo[K, V] {
	return &memo[K, V]{max: size, known: map[K]remembered[V]{}}
}

// get returns what is kept and not out of date.
func (m *memo[K, V]) get(key K) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, ok := m.known[key]
	return found.value, ok && time.Now().Before(found.until)
}

// put keeps an answer for some time.
func (m *memo[K, V]) put(key K, value V, good time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for other := range m.known {
		if len(m.known) < m.max {
			break
		}
		delete(m.known, other)
	}
	m.known[key] = remembered[V]{value, time.Now().Add(good)}
}

// ask returns what is kept, or finds it and keeps it.
func (m *memo[K, V]) ask(key K, good time.Duration, find func() (V, error)) (V, error) {
	if value, ok := m.get(key); ok {
		return value, nil
	}
	value, err := find()
	if err == nil {
		m.put(key, value, good)
	}
	return value, err
}
