package main

import (
	"context"
	"crypto/rand"
	"embed"
	"fmt"
	"log/slog"
	"os"
	"text/tabwriter"
	"time"

	"corkboard/board"
	"corkboard/storage"
)

type demoCommand struct{}

// Run fills a new board with invented members, threads and posts.
func (demoCommand) Run(ctx context.Context, c *Config, log *slog.Logger) error {
	clock := &demoClock{now: time.Now().Add(-demoSpan)}
	config := *c
	config.MemberLimit, config.RemoteLimit = 0, 0 // weeks are written in seconds
	db, b, err := open(ctx, &config, storage.Options{Serve: true, Migrate: true, Clock: clock.Now}, log)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := b.OpenDemo(ctx); err != nil {
		return err
	}
	d := &demo{board: b, clock: clock, end: time.Now(), actors: map[string]board.ActorID{}, topics: map[string]board.ActorID{}}
	passwords, err := d.fill(ctx)
	if err != nil {
		return fmt.Errorf("fill the demo: %v; remove %s and try again", err, c.Data)
	}
	fmt.Printf("The demo is in %s. Everything and everybody in it is invented. `corkboard serve` shows it at %s.\n\nTo look around from within, log in with one of these; the passwords are shown only now:\n\n", c.Data, b.Address())
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tPASSWORD\tROLE")
	for _, m := range demoMembers {
		if m.login {
			fmt.Fprintf(w, "%s\t%s\t%s\n", m.name, passwords[m.name], m.role)
		}
	}
	return w.Flush()
}

// demoSpan is how far back the demo begins.
const demoSpan = 45 * 24 * time.Hour

// demoClock is what the board takes for the time while the demo is written.
// Only one goroutine writes, and the writer reads it while that one waits.
type demoClock struct{ now time.Time }

// Now implements the clock of storage.Options.
func (c *demoClock) Now() time.Time { return c.now }

//go:embed demo
var demoFiles embed.FS

// demo writes the scripts of the folder demo onto a board, through its rules
// like everybody else.
type demo struct {
	board  *board.Board
	clock  *demoClock
	end    time.Time // the scripts count back from here
	actors map[string]board.ActorID
	topics map[string]board.ActorID
}

// fill makes everybody and plays all scripts; it returns the passwords of
// those who can log in.
func (d *demo) fill(ctx context.Context) (passwords map[string]string, err error) {
	scripts, err := readScripts(demoFiles)
	if err != nil {
		return nil, err
	}
	if err := d.openTopics(ctx); err != nil {
		return nil, err
	}
	if passwords, err = d.addMembers(ctx); err != nil {
		return nil, err
	}
	if err := d.meetPeople(ctx); err != nil {
		return nil, err
	}
	return passwords, d.play(ctx, scripts)
}

func (d *demo) openTopics(ctx context.Context) error {
	for _, t := range demoTopics {
		topic, err := d.board.Topic(ctx, t.Name) // a first start may have opened it
		if board.KindOf(err) == board.NotFound {
			topic, err = d.board.OpenTopic(ctx, t)
		}
		if err != nil {
			return err
		}
		d.topics[t.Name] = topic.ID
	}
	return nil
}

func (d *demo) addMembers(ctx context.Context) (passwords map[string]string, err error) {
	passwords = map[string]string{}
	for _, m := range demoMembers {
		if m.login {
			passwords[m.name] = rand.Text()[:12]
		}
		member, err := d.board.AddMember(ctx, board.NewMember{Name: m.name, Role: m.role, Tagline: m.tagline, Password: passwords[m.name]})
		if err != nil {
			return nil, err
		}
		d.actors[m.name] = member.ID
	}
	return passwords, nil
}

// meetPeople makes the board know its people elsewhere. They have no inbox, so
// that nothing is ever sent to hosts that do not exist.
func (d *demo) meetPeople(ctx context.Context) error {
	for _, p := range demoPeople {
		uri := "https://" + p.host + "/users/" + p.name
		a, err := d.board.KnowActor(ctx, board.Actor{
			URI: uri, Type: board.Person, Name: p.name, Host: p.host, DisplayName: p.label, Summary: "<p>" + p.about + "</p>",
			URL: "https://" + p.host + "/@" + p.name, Followers: uri + "/followers", FetchedAt: d.clock.Now(),
		})
		if err != nil {
			return err
		}
		d.actors[p.name+"@"+p.host] = a.ID
	}
	return nil
}
