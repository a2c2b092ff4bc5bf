package outbox

import (
	"testing"
	"time"

	"corkboard/activitypub"
)

func TestJudge(t *testing.T) {
	for status, want := range map[int]outcome{
		200: taken, 202: taken, 204: taken,
		301: later, 307: later,
		400: refused, 403: refused, 404: refused, 410: refused, 413: refused, 422: refused, 501: refused,
		401: later, 408: later, 429: later, 500: later, 502: later, 503: later, 504: later, 521: later,
	} {
		if got := judge(activitypub.Answer{Status: status}).outcome; got != want {
			t.Errorf("%d is outcome %d, want %d", status, got, want)
		}
	}
}

func TestBackoff(t *testing.T) {
	var jitter float64
	c := NewCourier(Config{Jitter: func() float64 { return jitter }})
	for failures, want := range map[int]time.Duration{
		1: time.Minute, 2: 2 * time.Minute, 5: 16 * time.Minute, 9: 256 * time.Minute, 10: 6 * time.Hour, 1000: 6 * time.Hour,
	} {
		jitter = 0.5
		if got := c.backoff(failures); got != want {
			t.Errorf("after %d failures %v, want %v", failures, got, want)
		}
		jitter = 0
		if got := c.backoff(failures); got != want*3/4 {
			t.Errorf("after %d failures at least %v, want %v", failures, got, want*3/4)
		}
	}
}
