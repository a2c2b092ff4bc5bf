package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/gorilla/mux"
	"golang.org/x/sync/errgroup"

	"corkboard/activitypub"
	"corkboard/board"
	"corkboard/inbox"
	"corkboard/outbox"
	"corkboard/storage"
	"corkboard/web"
)

// How long a stop may take in all is five seconds: connections first, then
// what is in flight.
const (
	drainConnections = 2 * time.Second
	invitationGood   = 24 * time.Hour
)

type serveCommand struct{}

func (serveCommand) Run(ctx context.Context, c *Config, log *slog.Logger) error {
	s, err := newServer(ctx, c, log)
	if err != nil {
		return err
	}
	return s.run(ctx)
}

// server is everything that serves a board, connected.
type server struct {
	config  *Config
	log     *slog.Logger
	db      *storage.DB
	board   *board.Board
	client  *activitypub.Client
	inbox   *inbox.Inbox
	speaker *outbox.Speaker
	courier *outbox.Courier
	pages   *web.Handler
	handler http.Handler
	demo    bool // what is on the board is invented
}

func newServer(ctx context.Context, c *Config, log *slog.Logger) (_ *server, err error) {
	s := &server{config: c, log: log}
	if s.db, s.board, err = open(ctx, c, storage.Options{Serve: true, Migrate: true}, log); err != nil {
		return nil, err
	}
	if err := s.connect(ctx); err != nil {
		return nil, errors.Join(err, s.db.Close())
	}
	return s, nil
}

// connect makes the parts and tells them of one another.
func (s *server) connect(ctx context.Context) error {
	site, err := s.siteSigner(ctx)
	if err != nil {
		return err
	}
	since, err := s.board.Demo(ctx)
	if err != nil {
		return err
	}
	s.demo = !since.IsZero()
	s.client = activitypub.NewClient(activitypub.ClientConfig{
		UserAgent: fmt.Sprintf("Corkboard/%s (+%s)", version(), s.board.Address()), Origin: string(s.board.Address()),
		AllowNetworks: s.config.allowNetworks, AllowHTTP: s.config.AllowHTTP, Signer: site,
	})
	s.courier = outbox.NewCourier(outbox.Config{Store: s.db, Keys: s.db, Client: s.client, Log: s.log, Gone: s.inboxGone})
	s.speaker = outbox.NewSpeaker(outbox.SpeakerConfig{Board: s.board, Store: s.db, Courier: s.courier, Log: s.log})
	s.inbox = inbox.New(inbox.Config{
		Board: s.board, Receipts: s.db, Client: s.client, Keys: activitypub.NewKeyFinder(s.client, knownKeys{s.db}),
		Blocked: s.config.blocked, MaxBacklog: s.config.Backlog, Woke: s.courier.Wake, Render: s.speaker.Render, AllowHTTP: s.config.AllowHTTP, Log: s.log,
	})
	pages, err := web.New(web.Config{
		Board: s.board, Sessions: s.db.Sessions(), Address: s.board.Address(), Name: s.config.Name, Owner: s.owner(),
		Language: s.config.Language, Zone: s.config.zone, ClientIP: clientIP(s.config.proxies), Log: s.log, Demo: s.demo,
		Pictures: s.config.pictures(), Fetch: s.pictureFetch(),
		Lookup: s.inbox, Seeker: s.seeker(), Details: s.details, Elsewhere: s.elsewhere, Microblog: s.speaker.Content,
		Spreads: &outbox.Spreads{Board: s.board, Store: s.db},
		Limits:  s.config.pageLimits(),
	})
	if err != nil {
		return err
	}
	// At an address that people and machines share, who asks for ActivityPub is answered first.
	router := mux.NewRouter().UseEncodedPath()
	s.inbox.Register(router)
	outbox.NewDocuments(outbox.DocumentsConfig{Board: s.board, Store: s.db, Version: version(), Demo: s.demo, Log: s.log}).Register(router)
	pages.Register(router)
	s.pages = pages
	s.handler = survivePanics(s.log, onlyHost(s.board.Address(), router))
	return nil
}

// seeker looks for missing replies. The servers of a demo are invented, so it
// has nobody to ask.
func (s *server) seeker() web.Seeker {
	if s.demo {
		return nil
	}
	return s.inbox
}

// owner is what the settings say of how the board looks, and what only the
// program knows.
func (s *server) owner() web.Owner {
	o := s.config.owner
	o.Version, o.Blocked = version(), s.config.BlockedHosts
	return o
}

// siteSigner signs what the board fetches, as its own actor.
func (s *server) siteSigner(ctx context.Context) (*activitypub.Signer, error) {
	site, err := s.board.ActorByHandle(ctx, board.SiteName, "")
	if err != nil {
		return nil, err
	}
	pem, err := s.board.PrivateKey(ctx, site.ID)
	if err != nil {
		return nil, err
	}
	key, err := activitypub.ParsePrivateKey(pem)
	return &activitypub.Signer{KeyID: site.KeyID, Key: key}, err
}

// knownKeys are the keys of actors that the board has met.
type knownKeys struct{ db *storage.DB }

// Key implements activitypub.KeyStore.
func (k knownKeys) Key(ctx context.Context, keyID string) (owner, pem string, ok bool, err error) {
	a, err := k.db.ActorByKey(ctx, keyID)
	if err != nil && board.KindOf(err) == board.NotFound {
		return "", "", false, nil
	}
	return a.URI, a.PublicKey, err == nil && a.PublicKey != "", err
}

// run serves until ctx ends, and then stops without losing accepted work.
func (s *server) run(ctx context.Context) error {
	listener, err := net.Listen("tcp", s.config.Listen)
	if err != nil {
		return errors.Join(fmt.Errorf("listen on CORKBOARD_LISTEN: %w", err), s.db.Close())
	}
	if err := s.welcome(ctx); err != nil {
		return errors.Join(err, listener.Close(), s.db.Close())
	}
	public := newHTTPServer(s.handler, s.log)
	working, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	work, working := errgroup.WithContext(working)
	for _, part := range []func(context.Context) error{s.inbox.Run, s.speaker.Run, s.courier.Run, s.db.RunIndexer, s.sweep} {
		work.Go(func() error { return ignoreCanceled(part(working)) })
	}
	work.Go(func() error { return ignoreClosed(public.Serve(listener)) })
	debug := s.serveDebug(work)
	s.log.Info("serving", "url", s.board.Address(), "listen", listener.Addr().String(), "version", version(), "demo", s.demo)

	select {
	case <-ctx.Done():
		s.log.Info("stopping")
	case <-working.Done(): // a part has failed
	}
	draining, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainConnections)
	defer cancel()
	if err := public.Shutdown(draining); err != nil {
		public.Close()
	}
	debug.Close()
	stopWork()
	err = work.Wait()
	s.client.Close()
	return errors.Join(err, s.db.Close())
}

func ignoreCanceled(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// welcome opens a few topics on a new board, and shows the administrator his
// way in as long as nobody has taken it.
func (s *server) welcome(ctx context.Context) error {
	topics, err := s.board.Topics(ctx)
	if err != nil {
		return err
	}
	members, err := s.board.Members(ctx, "", 1)
	if err != nil || len(members) > 0 {
		return err
	}
	if len(topics) == 0 {
		for _, t := range firstTopics {
			if _, err := s.board.OpenTopic(ctx, t); err != nil {
				return err
			}
		}
	}
	secret, err := s.board.Invite(ctx, board.RoleAdmin, invitationGood)
	if err != nil {
		return err
	}
	fmt.Printf("\nThis board has no members yet. Choose the administrator's name and password at\n\n  %s/join/%s\n\nThe link works once, for a day; the next start prints a new one.\n\n",
		s.board.Address(), secret)
	return nil
}

// firstTopics are where a new board begins.
var firstTopics = []board.NewTopic{
	{Name: "news", Title: "News", About: "What happened, with its source."},
	{Name: "foreign_affairs", Title: "Foreign Affairs", About: "What happens elsewhere."},
	{Name: "science", Title: "Science and Technology", About: "What was found out and what was built."},
	{Name: "culture", Title: "Culture", About: "Books, music, film and food."},
	{Name: "meta", Title: "This Board", About: "Questions about the board itself."},
}

// inboxGone ends the follows of an actor whose own inbox says that he is gone.
func (s *server) inboxGone(address string) {
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := s.inbox.Gone(ctx, address); err != nil {
			s.log.Warn("end the follows of a gone actor", "inbox", address, "err", err)
		}
	}()
}

// sweepEvery is how often what is past its time is dropped.
const sweepEvery = time.Hour

// sweep drops expired sessions, old drafts, pictures of deleted posts, and old
// bodies and traces of delivery.
func (s *server) sweep(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := s.db.DropExpired(ctx); err != nil {
			s.log.Warn("drop expired sessions", "err", err)
		}
		if err := s.db.DropOldDrafts(ctx); err != nil {
			s.log.Warn("drop old drafts", "err", err)
		}
		if err := s.pages.SweepPictures(ctx); err != nil {
			s.log.Warn("remove pictures of deleted posts", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// serveDebug listens where the operator wants to look inside.
func (s *server) serveDebug(work *errgroup.Group) *http.Server {
	ready := func() error {
		_, err := s.board.LastEvent(context.Background())
		return err
	}
	server := newHTTPServer(debugHandler(ready, s.gauges()), s.log)
	if s.config.DebugListen == "" {
		return server
	}
	server.Addr = s.config.DebugListen
	server.WriteTimeout = 2 * time.Minute // profiles take their time
	work.Go(func() error { return ignoreClosed(server.ListenAndServe()) })
	return server
}

// gauges are the figures of the parts.
func (s *server) gauges() []gauge {
	return []gauge{
		{"writer_queue", "Changes that wait to be written.", func() float64 { return float64(s.db.Stats().Queue) }},
		{"writer_changes_total", "Changes written since the start.", func() float64 { return float64(s.db.Stats().Changes) }},
		{"writer_groups_total", "Transactions since the start.", func() float64 { return float64(s.db.Stats().Groups) }},
		{"wal_bytes", "Size of the write-ahead log.", func() float64 { return float64(s.db.Stats().Log) }},
		{"inbox_backlog", "Activities that arrived and are not worked out yet.", func() float64 { return float64(s.inbox.Backlog()) }},
		{"deliveries_taken_total", "Deliveries that were taken since the start.", func() float64 { return float64(s.courier.Stats().Taken) }},
		{"deliveries_refused_total", "Deliveries that were refused for good since the start.", func() float64 { return float64(s.courier.Stats().Refused) }},
		{"deliveries_failed_total", "Tries that failed and are repeated.", func() float64 { return float64(s.courier.Stats().Failed) }},
		{"deliveries_in_flight", "Requests to peers at this moment.", func() float64 { return float64(s.courier.Stats().InFlight) }},
		{"peers_resting", "Peers that are backed off.", func() float64 { return float64(s.courier.Stats().Resting) }},
	}
}
