package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"text/tabwriter"

	"corkboard/board"
)

type topicCommand struct {
	Add   topicAdd   `cmd:"" help:"Open a topic."`
	List  topicList  `cmd:"" help:"List the topics."`
	Close topicClose `cmd:"" help:"Take no more articles into a topic."`
}

type topicAdd struct {
	Name  string `arg:"" help:"Name in the handle: small letters, digits and _."`
	Title string `required:"" help:"Name for people."`
	About string `help:"What the topic is about, in Markdown."`
}

func (t topicAdd) Run(ctx context.Context, c *Config, log *slog.Logger) error {
	return withBoard(ctx, c, log, func(b *board.Board) error {
		topic, err := b.OpenTopic(ctx, board.NewTopic{Name: t.Name, Title: t.Title, About: t.About})
		if err != nil {
			return err
		}
		fmt.Printf("@%s is open: %s\n", topic.Handle(b.Address()), topic.URL)
		return nil
	})
}

type topicList struct{}

func (topicList) Run(ctx context.Context, c *Config, log *slog.Logger) error {
	return withBoard(ctx, c, log, func(b *board.Board) error {
		topics, err := b.Topics(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tTITLE\tARTICLES\tFOLLOWERS\tSTATE")
		for _, t := range topics {
			state := "open"
			if !t.ClosedAt.IsZero() {
				state = "closed"
			}
			fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\n", t.Name, t.Title(), t.Articles, t.Followers, state)
		}
		return w.Flush()
	})
}

type topicClose struct {
	Name string `arg:"" help:"Name of the topic."`
}

func (t topicClose) Run(ctx context.Context, c *Config, log *slog.Logger) error {
	return withBoard(ctx, c, log, func(b *board.Board) error {
		if err := b.CloseTopic(ctx, 0, t.Name); err != nil {
			return err
		}
		fmt.Printf("%s takes no more articles.\n", t.Name)
		return nil
	})
}
