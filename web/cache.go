package web

import (
	"math"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// cache keeps visitors' pages up to a number of bytes; those asked for least
// recently go first. A page is good for as long as the version of what it shows
// is the one that it was made from.
type cache struct {
	mu    sync.Mutex
	pages *simplelru.LRU[string, cached]
	bytes int
	limit int
}

type cached struct {
	version  int64
	document *document
}

func newCache(limit int) *cache {
	c := &cache{limit: limit}
	// The count is not the bound: the bytes are. NewLRU's one error is a size of 0.
	c.pages, _ = simplelru.NewLRU(math.MaxInt32, func(key string, entry cached) {
		c.bytes -= len(key) + entry.document.size()
	})
	return c
}

func (c *cache) get(key string, version int64) (*document, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entry, ok := c.pages.Get(key)
	return entry.document, ok && entry.version == version
}

// put keeps a page that was made from this version or a later one.
func (c *cache) put(key string, version int64, d *document) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pages.Remove(key)
	c.pages.Add(key, cached{version, d})
	c.bytes += len(key) + d.size()
	for c.bytes > c.limit && c.pages.Len() > 0 {
		c.pages.RemoveOldest()
	}
}
