package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"text/tabwriter"

	"corkboard/board"
)

type memberCommand struct {
	Add   memberAdd   `cmd:"" help:"Make an account."`
	List  memberList  `cmd:"" help:"List the members."`
	Token memberToken `cmd:"" help:"Make a token with which scripts post as a member."`
}

type memberAdd struct {
	Name          string `arg:"" help:"Name in the handle: small letters, digits and _."`
	Role          string `default:"member" enum:"member,moderator,admin" help:"member, moderator or admin."`
	Tagline       string `help:"Short line after the name."`
	PasswordStdin bool   `help:"Read the password from the first line of standard input. Without it the account cannot log in."`
}

func (m memberAdd) Run(ctx context.Context, c *Config, log *slog.Logger) error {
	var password string
	if m.PasswordStdin {
		line, err := bufio.NewReader(os.Stdin).ReadString('\n')
		if password = strings.TrimRight(line, "\r\n"); password == "" {
			return errors.Join(errors.New("there is no password on standard input"), err)
		}
	}
	return withBoard(ctx, c, log, func(b *board.Board) error {
		member, err := b.AddMember(ctx, board.NewMember{
			Name: m.Name, Password: password, Role: board.Role(m.Role), Tagline: m.Tagline,
		})
		if err != nil {
			return err
		}
		fmt.Printf("@%s has joined as %s: %s\n", member.Handle(b.Address()), member.Role, member.URL)
		return nil
	})
}

type memberList struct{}

// listed is how many members are read at a time.
const listed = 200

func (memberList) Run(ctx context.Context, c *Config, log *slog.Logger) error {
	return withBoard(ctx, c, log, func(b *board.Board) error {
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tROLE\tARTICLES\tPOSTS\tSINCE")
		for after := ""; ; {
			members, err := b.Members(ctx, after, listed)
			if err != nil {
				return err
			}
			for _, m := range members {
				fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\n", m.Name, m.Role, m.Articles, m.Posts, m.CreatedAt.Format("2006-01-02"))
				after = m.Name
			}
			if len(members) < listed {
				return w.Flush()
			}
		}
	})
}

type memberToken struct {
	Name string `arg:"" help:"Name of the member."`
}

func (m memberToken) Run(ctx context.Context, c *Config, log *slog.Logger) error {
	return withBoard(ctx, c, log, func(b *board.Board) error {
		token, err := b.NewToken(ctx, m.Name)
		if err != nil {
			return err
		}
		fmt.Printf("Send it as Authorization: Bearer to %s/outbox. It is shown only now.\n%s\n", b.Address().Member(m.Name), token)
		return nil
	})
}
