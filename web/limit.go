package web

import (
	"hash/maphash"
	"net/netip"
	"time"

	"github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"

	"corkboard/board"
)

// limiter bounds how often something may be tried, for each of many keys. It
// remembers a bounded number of them; one that was forgotten had been quiet
// longest.
type limiter struct {
	buckets *lru.Cache[uint64, *rate.Limiter] // by the hash of the key, which may be a megabyte long
	seed    maphash.Seed
	burst   int
	every   time.Duration
}

// keysRemembered is some 10 MB of buckets at most.
const keysRemembered = 50_000

func newLimiter(burst int, every time.Duration) *limiter {
	buckets, _ := lru.New[uint64, *rate.Limiter](keysRemembered) // its one error is a size of 0
	return &limiter{buckets, maphash.MakeSeed(), burst, every}
}

// wait counts one try for every key and returns how long to wait before the
// next, if one of them has had too many.
func (l *limiter) wait(keys ...string) time.Duration {
	var longest time.Duration
	for _, text := range keys {
		key := maphash.String(l.seed, text)
		fresh := rate.NewLimiter(rate.Every(l.every), l.burst)
		bucket, known, _ := l.buckets.PeekOrAdd(key, fresh)
		if known {
			l.buckets.Get(key) // it was used just now
		} else {
			bucket = fresh
		}
		reservation := bucket.Reserve()
		if delay := reservation.Delay(); delay > 0 {
			reservation.Cancel()
			longest = max(longest, delay)
		}
	}
	return longest
}

// slowDown refuses a reader who asks for too many pages that have to be made: a
// robot that reads everything, or somebody who wants the board to be busy. Pages
// from the cache are not counted.
func (h *Handler) slowDown(r *request) error {
	key, counted := h.whoAsks(r)
	if !counted {
		return nil
	}
	if wait := h.readers.wait(key); wait > 0 {
		return board.TooManyErrorf(max(wait, time.Second), "You have asked for very many pages. Please wait a little.")
	}
	return nil
}

// whoAsks is as whom a reader is counted: a member by account, anybody else by
// address. Requests from this machine itself are those of a proxy that the
// operator did not name, and everybody's at once.
func (h *Handler) whoAsks(r *request) (key string, counted bool) {
	from := network(h.config.ClientIP(r.Request))
	if !r.visitor() {
		return "member " + r.member.Name, true
	}
	ip, err := netip.ParseAddr(from)
	return "from " + from, err != nil || !ip.IsLoopback()
}

// network is an address as limits see it: one host of IPv4, one /64 of IPv6,
// which is what one household has.
func network(ip string) string {
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	address = address.Unmap()
	if address.Is4() {
		return address.String()
	}
	prefix, err := address.WithZone("").Prefix(64)
	if err != nil {
		return ip
	}
	return prefix.String()
}
