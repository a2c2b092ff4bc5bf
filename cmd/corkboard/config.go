package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"corkboard/board"
)

// Config is what the operator sets, by flag or by environment: --listen is
// CORKBOARD_LISTEN. A wrong value stops the start with one sentence.
type Config struct {
	URL            string   `default:"http://localhost:8080" help:"What the world calls the board; fixed for ever once it federates."`
	Listen         string   `default:"127.0.0.1:8080" help:"Address and port to listen on."`
	Data           string   `default:"./data" help:"Folder of board.db."`
	Name           string   `default:"Corkboard" help:"The board's name on its pages."`
	Disclaimer     string   `help:"The owner's words at the foot of every page."`
	Timezone       string   `default:"UTC" help:"Zone of the times that visitors see, such as Europe/Berlin."`
	TrustedProxies []string `help:"CIDRs of proxies whose X-Forwarded-For counts."`
	DebugListen    string   `help:"Address for /metrics /healthz /readyz /debug/pprof; keep it private."`
	AllowNetworks  []string `help:"CIDRs that outgoing requests may reach though they are not public."`
	AllowHTTP      bool     `name:"allow-http" help:"Speak plain http with peers; for tests."`
	MemberLimit    int      `default:"60" help:"How many posts a member may write in an hour; 0 for any number."`
	RemoteLimit    int      `default:"120" help:"How many posts somebody of another server may write in an hour; 0 for any number."`
	LogLevel       string   `default:"info" enum:"debug,info,warn,error" help:"How much to log: debug, info, warn or error."`

	address       board.Address
	zone          *time.Location
	proxies       []netip.Prefix
	allowNetworks []netip.Prefix
}

// Validate is called by the command line's parser.
func (c *Config) Validate() error {
	var err error
	if c.address, err = parseAddress(c.URL); err != nil {
		return err
	}
	if c.zone, err = time.LoadLocation(c.Timezone); err != nil {
		return fmt.Errorf("CORKBOARD_TIMEZONE is %q, which is no time zone; write one such as UTC or Europe/Berlin", c.Timezone)
	}
	if c.proxies, err = parsePrefixes("CORKBOARD_TRUSTED_PROXIES", c.TrustedProxies); err != nil {
		return err
	}
	if c.allowNetworks, err = parsePrefixes("CORKBOARD_ALLOW_NETWORKS", c.AllowNetworks); err != nil {
		return err
	}
	if err := checkListen("CORKBOARD_LISTEN", c.Listen); err != nil {
		return err
	}
	if c.DebugListen != "" {
		return checkListen("CORKBOARD_DEBUG_LISTEN", c.DebugListen)
	}
	return nil
}

// limits are what one actor may do.
func (c *Config) limits() board.Limits {
	l := board.DefaultLimits()
	l.MemberPostsPerHour, l.RemotePostsPerHour = c.MemberLimit, c.RemoteLimit
	return l
}

// database is the path of the board's one file.
func (c *Config) database() string { return filepath.Join(c.Data, "board.db") }

func parseAddress(s string) (board.Address, error) {
	u, err := url.Parse(strings.TrimSuffix(s, "/"))
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return "", fmt.Errorf("CORKBOARD_URL is %q; write the board's whole address, such as https://board.example", s)
	case u.Path != "", u.RawQuery != "", u.Fragment != "", u.User != nil:
		return "", fmt.Errorf("CORKBOARD_URL is %q; it must be a host alone, such as https://board.example, because other servers look for /.well-known there", s)
	}
	u.Host = strings.ToLower(u.Host)
	if u.Port() == map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		u.Host = u.Hostname()
	}
	return board.Address(u.String()), nil
}

func parsePrefixes(name string, list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range list {
		p, err := netip.ParsePrefix(strings.TrimSpace(s))
		if err != nil {
			return nil, fmt.Errorf("%s has %q in it; write networks such as 10.0.0.0/8, with commas between them", name, s)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

func checkListen(name, address string) error {
	_, port, err := net.SplitHostPort(address)
	if err == nil && port == "" {
		err = errors.New("no port")
	}
	if err != nil {
		return fmt.Errorf("%s is %q; write an address with a port, such as 127.0.0.1:8080", name, address)
	}
	return nil
}
