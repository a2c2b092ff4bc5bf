package activitypub

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
)

// Addresses that are nobody's on the public internet: the special-purpose registries of IANA. Go's own IsPrivate and IsGlobalUnicast let too many through.
var (
	notPublic4 = prefixes("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
		"192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
		"224.0.0.0/4", "240.0.0.0/4")
	// Global unicast, out of which everything is taken that is for documents or carries an IPv4 address within: Teredo, 6to4. NAT64 lies outside of it.
	public6    = netip.MustParsePrefix("2000::/3")
	notPublic6 = prefixes("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

// errNotPublic is why nothing was dialled.
var errNotPublic = errors.New("the address is not one of the public internet")

// guard says where requests may go. It looks at the address that is dialled, after the name was resolved: a name may mean one thing when it is checked
// and another when it is used.
type guard struct {
	allow     []netip.Prefix
	allowHTTP bool
	own       string // our own host
}

// control is for net.Dialer.Control.
func (g *guard) control(network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return fmt.Errorf("%s is not TCP: %w", network, errNotPublic)
	}
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%s: %w", address, errNotPublic)
	}
	ip := to.Addr().Unmap()
	allowed := contains(g.allow, ip.WithZone(""))
	if !allowed && (ip.Zone() != "" || !isPublic(ip)) {
		return fmt.Errorf("%s: %w", ip, errNotPublic)
	}
	if port := to.Port(); !allowed && port != 443 && (port != 80 || !g.allowHTTP) {
		return fmt.Errorf("port %d: %w", port, errNotPublic)
	}
	return nil
}

func isPublic(ip netip.Addr) bool {
	if ip.Is4() {
		return !contains(notPublic4, ip)
	}
	return public6.Contains(ip) && !contains(notPublic6, ip)
}

func contains(list []netip.Prefix, ip netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// parse reads an address that we are asked to go to. The error is a reason for a [FetchError].
func (g *guard) parse(address string) (*url.URL, error) {
	if len(address) > maxKeyID {
		return nil, fmt.Errorf("the address is longer than %d bytes", maxKeyID)
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the address cannot be read")
	}
	u.Fragment, u.RawFragment = "", ""
	switch host := authority(u); {
	case host == "":
		return nil, errors.New("the address is not one of the web")
	case u.Scheme == "http" && !g.allowHTTP:
		return nil, errors.New("the address is not https")
	case u.User != nil:
		return nil, errors.New("the address has a name or password in it")
	case host == g.own:
		return nil, errors.New("the address is one of ours")
	default:
		u.Host = host
	}
	return u, nil
}

// dialer is the only way out.
func (g *guard) dialer(resolver *net.Resolver) *net.Dialer {
	return &net.Dialer{Timeout: connectTimeout, Control: g.control, Resolver: resolver}
}
