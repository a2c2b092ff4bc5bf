package activitypub

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

func TestGuard(t *testing.T) {
	strict := &guard{}
	for _, address := range []string{
		"127.0.0.1", "127.8.8.8", "[::1]", "0.0.0.0", "[::]", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1",
		"192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.51.100.1", "203.0.113.1",
		"[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2001::1]", "[fd00::1]",
		"[fe80::1%eth0]", "[2a00:1450::1%eth0]", "[ff02::1]", "[100::1]", "[3fff::1]", "[2001:db8::1]", "[5f00::1]",
	} {
		t.Run("F01-F04: "+address, func(t *testing.T) {
			if err := strict.control("tcp4", address+":443", nil); !errors.Is(err, errNotPublic) {
				t.Errorf("got %v", err)
			}
		})
	}
	for _, test := range []struct {
		name, network, address string
		guard                  guard
		ok                     bool
	}{
		{"a public address", "tcp4", "93.184.215.14:443", guard{}, true},
		{"a public IPv6 address", "tcp6", "[2a00:1450:4001::1]:443", guard{}, true},
		{"F09: ssh", "tcp4", "93.184.215.14:22", guard{}, false},
		{"F09: 8080", "tcp4", "93.184.215.14:8080", guard{}, false},
		{"port 80", "tcp4", "93.184.215.14:80", guard{}, false},
		{"port 80 where plain http is allowed", "tcp4", "93.184.215.14:80", guard{allowHTTP: true}, true},
		{"UDP", "udp4", "93.184.215.14:443", guard{}, false},
		{"any port of an allowed network", "tcp4", "127.0.0.1:1234", guard{allow: loopback}, true},
		{"an allowed network, written as IPv6", "tcp6", "[::ffff:127.0.0.1]:1234", guard{allow: loopback}, true},
		{"no port", "tcp4", "93.184.215.14", guard{}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := test.guard.control(test.network, test.address, syscall.RawConn(nil)); (err == nil) != test.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}

// canary listens on loopback and counts who comes.
func canary(t testing.TB) (port string, visits *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	visits = new(atomic.Int64)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			visits.Add(1)
			conn.Close()
		}
	}()
	t.Cleanup(func() { listener.Close() })
	_, port, _ = net.SplitHostPort(listener.Addr().String())
	return port, visits
}

// resolver answers every name with these addresses, each time with the next of them alone where turns is set.
func resolver(t testing.TB, turns bool, addresses ...string) *net.Resolver {
	t.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	go func() {
		query := make([]byte, 1500)
		for turn := 0; ; {
			n, from, err := socket.ReadFrom(query)
			if err != nil {
				return
			}
			var message dnsmessage.Message
			if message.Unpack(query[:n]) != nil || len(message.Questions) != 1 {
				continue
			}
			message.Response, message.Additionals = true, nil
			question := message.Questions[0]
			for i, address := range addresses {
				if question.Type != dnsmessage.TypeA || turns && i != turn%len(addresses) {
					continue
				}
				message.Answers = append(message.Answers, dnsmessage.Resource{
					Header: dnsmessage.ResourceHeader{Name: question.Name, Class: dnsmessage.ClassINET}, Body: &dnsmessage.AResource{A: netip.MustParseAddr(address).As4()}})
			}
			if question.Type == dnsmessage.TypeA {
				turn++
			}
			if packed, err := message.Pack(); err == nil {
				socket.WriteTo(packed, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", socket.LocalAddr().String())
	}}
}

func TestNothingLeavesForPrivateAddresses(t *testing.T) {
	port, visits := canary(t)
	strict := NewClient(ClientConfig{Origin: origin, AllowHTTP: true})
	signer := testSigner(t)
	for _, address := range []string{
		"http://127.0.0.1:" + port, "http://localhost:" + port, "http://[::1]:" + port, "http://[::ffff:127.0.0.1]:" + port,
		"http://127.1:" + port, "http://0x7f000001:" + port, "http://2130706433:" + port, "http://0177.0.0.1:" + port, "http://0.0.0.0:" + port,
	} {
		t.Run("F01-F05: "+address, func(t *testing.T) {
			_, fetched := strict.Fetch(t.Context(), address, "*/*")
			_, posted := strict.Post(t.Context(), address, []byte("{}"), signer)
			if fetchError(t, fetched).Status != 0 || fetchError(t, posted).Status != 0 {
				t.Errorf("got %v and %v", fetched, posted)
			}
		})
	}
	for name, resolver := range map[string]*net.Resolver{
		"F06: a name that means another address the second time": resolver(t, true, "93.184.215.14", "127.0.0.1"),
		"F07: a name with a private address":                     resolver(t, false, "127.0.0.1", "127.0.0.2"),
	} {
		t.Run(name, func(t *testing.T) {
			c := NewClient(ClientConfig{AllowHTTP: true, resolver: resolver, timeout: 2 * time.Second})
			for range 2 {
				if _, err := c.Fetch(t.Context(), "http://name.test:"+port+"/", "*/*"); err == nil {
					t.Error("it was reached")
				}
			}
		})
	}
	t.Run("F15: a proxy in the environment", func(t *testing.T) {
		t.Setenv("HTTP_PROXY", "http://127.0.0.1:"+port)
		t.Setenv("HTTPS_PROXY", "http://127.0.0.1:"+port)
		c := NewClient(ClientConfig{AllowHTTP: true, resolver: resolver(t, false, "10.0.0.1")})
		if _, err := c.Fetch(t.Context(), "http://name.test/", "*/*"); !errors.Is(err, errNotPublic) {
			t.Errorf("got %v", err)
		}
	})
	if n := visits.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
}

func TestAddressesThatAreNotTried(t *testing.T) {
	strict := NewClient(ClientConfig{Origin: origin})
	for _, address := range []string{"http://far.test/", "ftp://far.test/", "file:///etc/passwd", "gopher://far.test/", "javascript:x", "", "/x", "//far.test/x",
		"https://user:pass@far.test/", "https://board.test/members/alice", "https://BOARD.test.:443/", "https:///x", "https://far.test/" + strings.Repeat("x", 3000),
		"https://a b/"} {
		t.Run(fmt.Sprintf("%.40q", address), func(t *testing.T) {
			_, err := strict.Post(t.Context(), address, payload, testSigner(t))
			fetchError(t, err)
			_, err = strict.Get(t.Context(), address)
			if failed := fetchError(t, err); failed.Temporary || failed.Err != nil {
				t.Errorf("it was tried: %v", failed)
			}
		})
	}
	t.Run("F10: a label of 300 letters", func(t *testing.T) {
		if _, err := strict.Get(t.Context(), "https://"+strings.Repeat("x", 300)+".test/"); err == nil {
			t.Error("it was found")
		}
	})
}
