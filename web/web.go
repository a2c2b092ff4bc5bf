package web

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gorilla/mux"

	"corkboard/board"
)

// Config is what the web needs to show a board.
type Config struct {
	Board    *board.Board
	Sessions scs.Store // keeps who is logged in; of the tokens it must keep hashes only
	Address  board.Address
	Name     string // the board's name, in the masthead
	Owner    Owner
	Language string                     // of the pages, for whom none is as he asks; BCP 47, empty is en
	Zone     *time.Location             // of every time that is shown, unless the reader sets another; nil is UTC
	Demo     bool                       // everything on the board is invented, and every page says so
	ClientIP func(*http.Request) string // who asks, behind a proxy too; nil takes the connection's address
	Fetch    Fetch                      // gets the pictures of other servers; nil shows none
	Pictures string                     // folder in which they are kept
	Log      *slog.Logger
	Limits   Limits

	// Spreads tells how far posts have come on other servers; nil where nobody knows.
	Spreads Spreads

	// Seeker looks on other servers for posts that never came here; nil leaves it.
	Seeker Seeker

	// Lookup asks other servers for people and posts; nil leaves it.
	Lookup Lookup

	// Details reads what a page says of the article on it; nil leaves the button
	// away. Its errors are the board's.
	Details func(ctx context.Context, link string) (board.Details, error)
	// Elsewhere is where the people of a handle's server follow or answer what
	// stands here: a template with {uri}. Its errors are the board's; nil leaves
	// them to paste an address.
	Elsewhere func(ctx context.Context, handle string) (template string, err error)
	// Microblog is how a post looks there, as safe HTML; nil leaves it out of previews.
	Microblog func(p board.Post, t board.Thread) string
}

// Limits bound what the web takes and keeps. Zero means the default.
type Limits struct {
	CacheBytes int           // of pages kept for visitors; 32 MiB
	FormBytes  int64         // of one form; 1 MiB
	MediaBytes int64         // of pictures of other servers, kept on disk; 512 MiB
	LoginBurst int           // tries to log in at once, for each account and each address; 10
	LoginEvery time.Duration // one more try; 20 s
	PageBurst  int           // pages that nobody had asked for, at once, for each account and each address; 300
	PageEvery  time.Duration // one more of them; 200 ms

	SearchBurst int           // searches at once, for each account and each address; 60
	SearchEvery time.Duration // one more of them; 1 s
	LookupBurst int           // other servers that one account has asked at once; 10
	LookupEvery time.Duration // one more of them; 6 s
}

func (l Limits) orDefault() Limits {
	return Limits{
		CacheBytes: or(l.CacheBytes, 32<<20),
		FormBytes:  or(l.FormBytes, 1<<20),
		MediaBytes: or(l.MediaBytes, 512<<20),
		LoginBurst: or(l.LoginBurst, 10),
		LoginEvery: or(l.LoginEvery, 20*time.Second),
		PageBurst:  or(l.PageBurst, 300),
		PageEvery:  or(l.PageEvery, 200*time.Millisecond),

		SearchBurst: or(l.SearchBurst, 60),
		SearchEvery: or(l.SearchEvery, time.Second),
		LookupBurst: or(l.LookupBurst, 10),
		LookupEvery: or(l.LookupEvery, 6*time.Second),
	}
}

func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// Handler answers people. It is safe for concurrent use.
type Handler struct {
	board     *board.Board
	config    Config
	site      site
	catalogue *catalogue
	cache     *cache
	sessions  *scs.SessionManager
	origin    *http.CrossOriginProtection
	logins    *limiter
	lookups   *limiter // pages of articles, by member
	readers   *limiter // who asks for pages that have to be made
	searches  *limiter
	askings   *limiter         // of other servers, by member
	pictures  *pictures        // nil where none are shown
	static    map[string]asset // by path
	router    *mux.Router      // set by Register

	*memos
}

// New returns the web of a board. An error is a fault in a template or in the
// board's address.
func New(c Config) (*Handler, error) {
	c.Limits = c.Limits.orDefault()
	c.Zone, c.Log = or(c.Zone, time.UTC), or(c.Log, slog.Default())
	if c.ClientIP == nil {
		c.ClientIP = connectionIP
	}
	assets, err := loadAssets(c.Owner)
	if err != nil {
		return nil, err
	}
	words, err := loadCatalogue(or(c.Language, "en"))
	if err != nil {
		return nil, err
	}
	h := &Handler{
		board: c.Board, config: c, static: assets.byPath,
		site: site{
			Name: c.Name, Address: c.Address, Owner: c.Owner, Words: newWords(c.Board, c.Owner),
			Demo: c.Demo, CSS: assets.css, JS: assets.js, Icon: assets.icon, Logo: assets.logo,
		},
		catalogue: words,
		pictures:  newPictures(c),
		cache:     newCache(c.Limits.CacheBytes),
		sessions:  newSessions(c),
		origin:    http.NewCrossOriginProtection(),
		logins:    newLimiter(c.Limits.LoginBurst, c.Limits.LoginEvery),
		lookups:   newLimiter(detailsBurst, detailsEvery),
		readers:   newLimiter(c.Limits.PageBurst, c.Limits.PageEvery),
		searches:  newLimiter(c.Limits.SearchBurst, c.Limits.SearchEvery),
		askings:   newLimiter(c.Limits.LookupBurst, c.Limits.LookupEvery),
	}
	h.memos = newMemos()
	if err := h.origin.AddTrustedOrigin(string(c.Address)); err != nil {
		return nil, err
	}
	return h, words.parse()
}

// route is one address and who answers there.
type route struct {
	method string
	path   string
	handle handler
}

// Numbers in addresses have at most 18 digits, so that they fit an int64.
const (
	threadPath = "/t/{thread:[0-9]{1,18}}"
	postPath   = threadPath + "/{number:[0-9]{1,9}}"
)

// routes are all addresses, the most visited first: the router tries them in
// this order. Nothing is ever changed by a GET.
func (h *Handler) routes() []route {
	last := route{"GET", threadPath + "/{title:[^/]*[^/0-9][^/]*}", h.leadToThread} // behind all others of threads
	return slices.Concat(h.pages(), h.helps(), h.forms(), []route{last})
}

// pages are what there is to read, and what is pressed there.
func (h *Handler) pages() []route {
	return []route{
		{"GET", threadPath, h.showThread},
		{"GET", postPath, h.showPost},
		{"GET", threadPath + "/unread", h.showUnread},
		{"GET", threadPath + "/last", h.showLast},
		{"POST", threadPath + "/read", h.postRead},
		{"GET", threadPath + "/missing", h.showSeek},
		{"POST", threadPath + "/missing", h.postSeek},
		{"GET", postPath + "/replies", h.showReplies},
		{"GET", postPath + "/history", h.showHistory},
		{"GET", postPath + "/delivery", h.showDelivery},
		{"GET", "/", h.showHome},
		{"GET", threadPath + "/since", h.showSince},
		{"GET", postPath + "/glance", h.showGlance},
		{"GET", "/index.atom", h.showIndexFeed},
		{"GET", threadPath + feedSuffix, h.showThreadFeed},
		{"GET", "/posts" + feedSuffix, h.showLatestFeed},
		{"GET", "/topics/{name}" + feedSuffix, h.showTopicFeed},
		{"GET", "/k/{words}" + feedSuffix, h.showKeywordFeed},
		{"GET", "/source/{host}" + feedSuffix, h.showSourceFeed},
		{"GET", "/members/{name}" + feedSuffix, h.showMemberFeed},
		{"GET", "/~{handle}" + feedSuffix, h.showHandleFeed},
		{"GET", "/search", h.showSearch},
		{"GET", "/search" + feedSuffix, h.showSearchFeed},
		{"POST", "/search/take", h.postTake},
		{"GET", "/static/{file}", h.showStatic},
		{"GET", "/media/{key:[0-9a-f]{32}}", h.showPicture},
		{"GET", "/media/emoji/{host}/{shortcode:[A-Za-z0-9_]{2,64}}", h.showEmoji},
		{"GET", "/favicon.ico", h.showIcon},
		{"GET", "/posts", h.showLatest},
		{"GET", "/topics", h.showTopics},
		{"GET", "/topics/{name}", h.showTopic},
		{"GET", "/k/{words}", h.showKeyword},
		{"GET", "/source/{host}", h.showSource},
		{"GET", "/members/{name}", h.showMember},
		{"GET", "/members/{name}/{tab:articles|posts}", h.showMember},
		{"GET", "/~{handle}", h.showHandle},
		{"GET", "/~{handle}/{tab:articles|posts}", h.showHandle},
		{"GET", "/@{handle}", h.leadToHandle},
	}
}

// helps are what people and programs find where they look for it.
func (h *Handler) helps() []route {
	return []route{
		{"GET", "/about", h.showAbout},
		{"GET", "/help", h.showHelp},
		{"GET", "/rules", h.showRules},
		{"GET", "/privacy", h.showPrivacy},
		{"GET", "/instances", h.showServers},
		{"GET", "/follow", h.showFollow},
		{"POST", "/follow", h.postFollow},
		{"GET", postPath + "/remote", h.showAnswerElsewhere},
		{"POST", postPath + "/remote", h.postAnswerElsewhere},
		{"GET", "/interact", h.showInteract},
		{"GET", "/oembed", h.showOembed},
		{"GET", "/robots.txt", h.showRobots},
		{"GET", "/humans.txt", h.showHumans},
		{"GET", "/sitemap.xml", h.showSitemap},
		{"GET", "/sitemap/topics.xml", h.showTopicMap},
		{"GET", "/sitemap/{n:[0-9]{1,12}}.xml", h.showThreadMap},
		{"GET", "/opensearch.xml", h.showOpenSearch},
		{"GET", "/site.webmanifest", h.showManifest},
		{"GET", "/.well-known/security.txt", h.showSecurity},
		{"GET", "/.well-known/change-password", h.leadToPassword},
	}
}

// forms are what members, and visitors, send.
func (h *Handler) forms() []route {
	return []route{
		{"GET", "/settings", h.showSettings},
		{"POST", "/settings", h.postSettings},
		{"GET", "/post", h.showPostArticle},
		{"POST", "/post", h.postArticle},
		{"GET", postPath + "/reply", h.showReply},
		{"POST", postPath + "/reply", h.postReply},
		{"GET", postPath + "/edit", h.showEdit},
		{"POST", postPath + "/edit", h.postEdit},
		{"GET", postPath + "/delete", h.showDelete},
		{"POST", postPath + "/delete", h.postDelete},
		{"GET", threadPath + "/pin", h.showPin},
		{"POST", threadPath + "/pin", h.postPin},
		{"GET", threadPath + "/keywords", h.showKeywords},
		{"POST", threadPath + "/keywords", h.postKeywords},
		{"POST", threadPath + "/keywords/remove", h.postKeywordRemoval},
		{"GET", "/drafts", h.showDrafts},
		{"POST", "/drafts", h.postDraft},
		{"POST", "/drafts/delete", h.postDraftDeletion},
		{"GET", "/complete", h.showCompletions},
		{"GET", "/login", h.showLogin},
		{"POST", "/login", h.postLogin},
		{"POST", "/logout", h.postLogout},
		{"GET", "/join/{secret}", h.showJoin},
		{"POST", "/join/{secret}", h.postJoin},
	}
}

// Register adds every address of the web to r, and the pages for what is
// nowhere. Routes that are to come before these must be there already. It is
// called once, before the first request.
func (h *Handler) Register(r *mux.Router) {
	h.router = r
	for _, route := range h.routes() {
		methods := []string{route.method}
		if route.method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
		r.Handle(route.path, h.page(route.handle)).Methods(methods...)
	}
	r.NotFoundHandler = h.page(h.showNotFound)
	r.MethodNotAllowedHandler = h.page(h.showWrongMethod)
}

func connectionIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// secure reports whether the world reaches the board over https.
func (h *Handler) secure() bool { return strings.HasPrefix(string(h.config.Address), "https://") }
