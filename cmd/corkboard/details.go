package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"corkboard/activitypub"
	"corkboard/board"
)

// What one look at a page that an article cites may take.
const (
	detailsTimeout = 5 * time.Second
	detailsBytes   = 2 << 20
	acceptHTML     = "text/html, application/xhtml+xml;q=0.9"
)

// details reads what a page says of the article on it: one page, because
// somebody asked for it, and nothing that it refers to. The error is a refusal
// in words.
func (s *server) details(ctx context.Context, link string) (board.Details, error) {
	host := board.LinkSource(link)
	if host == "" {
		return board.Details{}, board.FieldErrorf("url", "The link to the source must be a whole web address that begins with http:// or https://.")
	}
	if s.config.blocked(activitypub.Host(s.secured(link))) {
		return board.Details{}, board.FieldErrorf("url", "This board takes nothing from %s; fill the form in by hand.", host)
	}
	ctx, cancel := context.WithTimeout(ctx, detailsTimeout)
	defer cancel()
	page, err := s.client.FetchStart(ctx, s.secured(link), acceptHTML, detailsBytes)
	if err != nil {
		return board.Details{}, noDetails(host, err)
	}
	if kind, _, err := mime.ParseMediaType(page.ContentType); err != nil || !slices.Contains([]string{"text/html", "application/xhtml+xml"}, kind) {
		return board.Details{}, board.FieldErrorf("url", "What is there on %s is no web page; fill the form in by hand.", host)
	}
	d := board.ReadDetails(page.URL, page.ContentType, page.Body)
	if d.Title == "" {
		return board.Details{}, board.FieldErrorf("url", "The page on %s has no title; fill the form in by hand.", host)
	}
	return d, nil
}

// secured is a link over https, where nothing else may be spoken: nearly every
// site answers there too.
func (s *server) secured(link string) string {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || s.config.AllowHTTP || u.Scheme != "http" || u.Port() != "" {
		return link
	}
	u.Scheme = "https"
	return u.String()
}

// noDetails says why a page could not be read.
func noDetails(host string, err error) error {
	missing, ok := errors.AsType[*activitypub.FetchError](err)
	switch {
	case !ok && errors.Is(err, context.DeadlineExceeded):
		return board.FieldErrorf("url", "%s gave no answer in time; fill the form in by hand, or try again later.", host)
	case ok && missing.Temporary && missing.Status == 0:
		return board.FieldErrorf("url", "%s cannot be reached now (%s); fill the form in by hand, or try again later.", host, missing.Reason)
	case !ok:
		return fmt.Errorf("read details on %s: %w", host, err)
	case missing.Status != 0 && missing.Status != http.StatusOK:
		return board.FieldErrorf("url", "%s answered %d; fill the form in by hand.", host, missing.Status)
	}
	return board.FieldErrorf("url", "The page on %s cannot be read from here (%s); fill the form in by hand.", host, missing.Reason)
}

// parseExcerpts reads how many words of each source may be quoted: HOST=WORDS,
// *=WORDS for all others.
func parseExcerpts(list []string) (board.Excerpts, error) {
	limits := board.Excerpts{}
	for _, entry := range list {
		if strings.TrimSpace(entry) == "" {
			continue
		}
		host, words, ok := strings.Cut(entry, "=")
		host = strings.TrimSpace(host)
		if host != "*" {
			host = cmp.Or(board.LinkSource(host), board.LinkSource("https://"+host))
		}
		n, err := strconv.Atoi(strings.TrimSpace(words))
		if !ok || host == "" || err != nil || n < 0 {
			return nil, fmt.Errorf("CORKBOARD_EXCERPTS has %q; write HOST=WORDS, such as times.example=300, with 0 for title and link alone and * for every other host", entry)
		}
		limits[host] = n
	}
	return limits, nil
}
