package web_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"corkboard/web"
)

func TestReadersAreSlowed(t *testing.T) {
	w := newWorld(t, func(c *web.Config) {
		c.Limits.PageBurst, c.Limits.PageEvery = 3, time.Hour
		c.ClientIP = func(r *http.Request) string { return r.Header.Get("Test-Address") }
	})
	get := func(b *browser, address, path string) answer {
		r := b.request(http.MethodGet, path, nil)
		r.Header.Set("Test-Address", address)
		r.Header.Set("X-Forwarded-For", "198.51.100.77") // anybody can say that
		return b.do(r)
	}
	visitor := w.visitor()
	for n := range 3 {
		get(visitor, "192.0.2.1", fmt.Sprintf("/?before=%d", 100+n)).wants(http.StatusOK)
	}
	t.Run("one address after too many pages", func(t *testing.T) {
		page := get(visitor, "192.0.2.1", "/?before=200").wants(http.StatusTooManyRequests)
		if page.header.Get("Retry-After") == "" {
			t.Error("it is not said when to come back")
		}
	})
	t.Run("but not for a page from the cache", func(t *testing.T) {
		get(visitor, "192.0.2.1", "/?before=100").wants(http.StatusOK)
	})
	t.Run("nor anybody at another address", func(t *testing.T) {
		get(visitor, "192.0.2.2", "/?before=201").wants(http.StatusOK)
	})
	t.Run("nor the proxy on this machine", func(t *testing.T) {
		for n := range 10 {
			get(visitor, "127.0.0.1", fmt.Sprintf("/?before=%d", 300+n)).wants(http.StatusOK)
		}
	})
	t.Run("a member by account, wherever he is", func(t *testing.T) {
		ronin := w.as("ronin")
		for n := range 3 {
			get(ronin, fmt.Sprintf("192.0.2.%d", 10+n), "/").wants(http.StatusOK)
		}
		get(ronin, "192.0.2.20", "/").wants(http.StatusTooManyRequests)
	})
	t.Run("a household with a network of IPv6 as one", func(t *testing.T) {
		for n := range 3 {
			get(visitor, fmt.Sprintf("2001:db8::%d", n), fmt.Sprintf("/?before=%d", 400+n)).wants(http.StatusOK)
		}
		get(visitor, "2001:db8::99", "/?before=499").wants(http.StatusTooManyRequests)
	})
}
