package main

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"corkboard/activitypub"
	"corkboard/board"
	"corkboard/web"
)

// Config is what the operator sets, by flag or by environment: --listen is
// CORKBOARD_LISTEN. A wrong value stops the start with one sentence.
type Config struct {
	URL            string        `help:"What the world calls the board, such as https://board.example; fixed for ever. A first serve without it makes a board at http://localhost:8080."`
	Listen         string        `default:"127.0.0.1:8080" help:"Address and port to listen on."`
	Data           string        `default:"./data" help:"Folder of board.db."`
	Timezone       string        `default:"UTC" help:"Zone of the times that visitors see, such as Europe/Berlin."`
	TrustedProxies []string      `help:"CIDRs of proxies whose X-Forwarded-For counts."`
	DebugListen    string        `help:"Address for /metrics /healthz /readyz /debug/pprof; keep it private."`
	AllowNetworks  []string      `help:"CIDRs that outgoing requests may reach though they are not public."`
	AllowHTTP      bool          `name:"allow-http" help:"Speak plain http with peers; for tests."`
	BlockedHosts   []string      `help:"Servers that the board takes nothing from, their subdomains included."`
	TLS            string        `default:"off" help:"Only off: a proxy in front of the board speaks https."`
	Registration   string        `default:"invite" help:"Only invite: members join by a link that an administrator gives them."`
	MemberLimit    int           `default:"60" help:"How many posts a member may write in an hour; 0 for any number."`
	RemoteLimit    int           `default:"120" help:"How many posts somebody of another server may write in an hour; 0 for any number."`
	TextLimit      int           `default:"65536" help:"How many bytes a text may have; 0 for any number."`
	MemberRepeat   time.Duration `default:"10m" help:"For how long a member is asked before the same text is posted again; 0 never asks."`
	RemoteRepeat   time.Duration `default:"2m" help:"For how long the same text from another server is shown folded; 0 never folds."`
	Excerpts       []string      `help:"How many words of a source's article may be quoted, such as times.example=300,wire.example=0,*=500; 0 for title and link alone. A source without a number may be quoted whole."`
	LoginTries     int           `default:"10" help:"How often one may try to log in at once, for each account and each address."`
	SearchLimit    int           `default:"60" help:"How often a member, or anybody else from one address, may search in a minute; 0 for any number."`
	LookupLimit    int           `default:"10" help:"How many people and posts of other servers a member may have looked up in a minute; 0 for any number."`
	Backlog        int           `default:"20000" help:"How many activities may wait to be worked out before others are asked to come back later."`
	MediaCache     int           `default:"512" help:"How many megabytes of pictures of other servers to keep on disk; 0 shows none."`
	LogLevel       string        `default:"info" enum:"debug,info,warn,error" help:"How much to log: debug, info, warn or error."`

	ownerConfig

	address       board.Address
	owner         web.Owner
	zone          *time.Location
	proxies       []netip.Prefix
	allowNetworks []netip.Prefix
	excerpts      board.Excerpts
}

// localAddress is where a board is tried out.
const localAddress = "http://localhost:8080"

// Validate is called by the command line's parser.
func (c *Config) Validate() error {
	var err error
	if c.address, err = parseAddress(cmp.Or(c.URL, localAddress)); err != nil {
		return err
	}
	if cmp.Or(c.TLS, "off") != "off" {
		return fmt.Errorf("CORKBOARD_TLS is %q; this version knows only off: let a proxy in front of the board speak https", c.TLS)
	}
	if cmp.Or(c.Registration, "invite") != "invite" {
		return fmt.Errorf("CORKBOARD_REGISTRATION is %q; this version knows only invite: members join by a link", c.Registration)
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
	if c.excerpts, err = parseExcerpts(c.Excerpts); err != nil {
		return err
	}
	if c.owner, err = c.ownerConfig.read(); err != nil {
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
	l.MemberPostsPerHour, l.RemotePostsPerHour, l.TextBytes = c.MemberLimit, c.RemoteLimit, c.TextLimit
	l.MemberRepeat, l.RemoteRepeat = c.MemberRepeat, c.RemoteRepeat
	return l
}

// pageLimits are what one reader may ask of the pages.
func (c *Config) pageLimits() web.Limits {
	l := web.Limits{LoginBurst: c.LoginTries, MediaBytes: int64(c.MediaCache) << 20}
	l.SearchBurst, l.SearchEvery = perMinute(c.SearchLimit)
	l.LookupBurst, l.LookupEvery = perMinute(c.LookupLimit)
	return l
}

func perMinute(n int) (burst int, every time.Duration) {
	if n <= 0 {
		return math.MaxInt32, time.Nanosecond
	}
	return n, time.Minute / time.Duration(n)
}

// blocked reports whether nothing is taken from a host: it, or a domain that
// it is in, is on the operator's list. The port does not matter.
func (c *Config) blocked(host string) bool {
	name := hostName(host)
	for _, b := range c.BlockedHosts {
		if b = hostName(b); b != "" && (name == b || strings.HasSuffix(name, "."+b)) {
			return true
		}
	}
	return false
}

// hostName is a host in the one way in which hosts are compared, without a port.
func hostName(host string) string {
	host = activitypub.Host("https://" + strings.TrimSpace(host))
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}

// pictures is the folder of the pictures of other servers; what is in it can be
// deleted at any time.
func (c *Config) pictures() string { return filepath.Join(c.Data, "media") }

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
