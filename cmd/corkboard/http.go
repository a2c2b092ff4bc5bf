package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"corkboard/board"
)

// newHTTPServer bounds what one connection may take. The board's own answers
// are small and quick; a slow reader is cut off, not waited for.
func newHTTPServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// onlyHost answers for the board's own name alone: links, ids and signatures
// are made of it, and nobody else's name may point here.
func onlyHost(address board.Address, next http.Handler) http.Handler {
	host := address.Host()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if !sameHost(r.Host, host) {
			http.Error(w, fmt.Sprintf("This board lives at %s.", address), http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// sameHost compares authorities; Mastodon sends Host without the port.
func sameHost(got, want string) bool {
	got = strings.TrimSuffix(strings.ToLower(got), ".")
	if got == want {
		return true
	}
	name, _, err := net.SplitHostPort(want)
	return err == nil && got == name
}

// survivePanics turns a panic into a 500 and a line in the log: one bad
// request must not end the others.
func survivePanics(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler {
				log.Error("panic while answering", "method", r.Method, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
				http.Error(w, "Something went wrong here. The administrator can read about it in the log.", http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// clientIP finds out who asks. X-Forwarded-For counts only from the proxies
// that the operator named, read from its end, where it cannot be forged.
func clientIP(trusted []netip.Prefix) func(r *http.Request) string {
	isTrusted := func(ip netip.Addr) bool {
		for _, p := range trusted {
			if p.Contains(ip.Unmap()) {
				return true
			}
		}
		return false
	}
	return func(r *http.Request) string {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil {
			return r.RemoteAddr
		}
		ip := peer.Addr().Unmap()
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(hops) - 1; i >= 0 && isTrusted(ip); i-- {
			hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
			if err != nil {
				break
			}
			ip = hop.Unmap()
		}
		return ip.String()
	}
}
