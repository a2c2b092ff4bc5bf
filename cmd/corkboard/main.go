package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // zones on machines that have none

	"github.com/alecthomas/kong"

	"corkboard/board"
)

// commandLine is everything that can be said to the program.
type commandLine struct {
	Config

	Serve   serveCommand   `cmd:"" default:"1" help:"Serve the board (the default)."`
	Topic   topicCommand   `cmd:"" help:"Open, list and close topics."`
	Member  memberCommand  `cmd:"" help:"Add and list members, make tokens."`
	Demo    demoCommand    `cmd:"" help:"Fill a new board with invented members, threads and posts to look at."`
	Refused refusedCommand `cmd:"" help:"List what was refused lately, in and out, and why."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var cli commandLine
	parser := kong.Must(&cli,
		kong.Name("corkboard"),
		kong.Description("The bulletin board of the fediverse: one program, one file."),
		kong.DefaultEnvars("CORKBOARD"),
		kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	parsed, err := parser.Parse(os.Args[1:])
	if err != nil {
		parser.Errorf("%s", err)
		os.Exit(2)
	}
	if err := parsed.Run(&cli.Config, logger(cli.LogLevel)); err != nil {
		fmt.Fprintf(os.Stderr, "corkboard: %s\n", sentence(err))
		os.Exit(1)
	}
}

// sentence is what a person is told of an error: of a refusal its text, without
// the cause that it is kept with for the log.
func sentence(err error) string {
	if e, ok := errors.AsType[*board.Error](err); ok {
		return e.Text
	}
	return err.Error()
}

func logger(level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: l}))
}

// version is the release, or the commit where it was built from a checkout.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return s.Value[:12]
		}
	}
	return "devel"
}

type versionCommand struct{}

func (versionCommand) Run() error {
	fmt.Println("corkboard", version())
	return nil
}
