package storage

import (
	"context"
	"strings"

	"corkboard/board"
)

// Picture is the address of a picture that a live post brings along. Deleting
// a post deletes its attachments.
func (db *DB) Picture(ctx context.Context, key string) (string, error) {
	var address string
	err := db.read(ctx).get(&address, `
		SELECT picture
		FROM attachments
		WHERE key = ? AND key <> ''
		ORDER BY id
		LIMIT 1`, key)
	return address, err
}

// Emoji is what a server has for a shortcode.
func (db *DB) Emoji(ctx context.Context, host, shortcode string) (board.Emoji, error) {
	e := board.Emoji{Shortcode: shortcode}
	err := db.read(ctx).get(&e.URL, `
		SELECT url
		FROM emojis
		WHERE host = ? AND shortcode = ?`, host, shortcode)
	return e, err
}

// KnowEmojis records a server's emojis. What is known already is not written.
func (tx *Tx) KnowEmojis(host string, emojis []board.Emoji) error {
	for _, e := range emojis {
		_, err := tx.exec(`
			INSERT INTO emojis (host, shortcode, url)
			VALUES (?, ?, ?)
			ON CONFLICT (host, shortcode) DO UPDATE
			SET url = excluded.url
			WHERE url <> excluded.url`, host, e.Shortcode, e.URL)
		if err != nil {
			return err
		}
	}
	return nil
}

// shortcodes are as they are kept: with spaces between them.
func shortcodes(codes []string) string { return strings.Join(codes, " ") }

func (c *cells) shortcodes() []string { return emojiNames(c.text()) }

func emojiNames(kept string) []string {
	if kept == "" {
		return nil
	}
	return strings.Fields(kept)
}

// attachments are as many as there are, to be filled in.
func (c *cells) attachments() []board.Attachment {
	if n := min(c.int(), attachmentsLimit); n > 0 {
		return make([]board.Attachment, n)
	}
	return nil
}

// addBrought keeps what a new post brings along, and tells those who quoted it
// before it came.
func (tx *Tx) addBrought(p board.Post) error {
	if len(p.Attachments) > 0 {
		if err := tx.setAttachments(p.ID, p.Attachments); err != nil {
			return err
		}
	}
	return tx.touchQuoting(p.URI)
}

// setAttachments replaces what a post brings along.
func (tx *Tx) setAttachments(post board.PostID, attachments []board.Attachment) error {
	_, err := tx.exec(`
		DELETE FROM attachments
		WHERE post = ?`, post)
	if err != nil || len(attachments) == 0 {
		return err
	}
	args := make([]any, 0, 9*len(attachments))
	for i, a := range attachments {
		args = append(args, post, i, string(a.Kind), a.Width, a.Height, a.Key(), a.URL, a.Picture, a.Text)
	}
	_, err = tx.exec(`
		INSERT INTO attachments (post, position, kind, width, height, key, url, picture, description)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`+strings.Repeat(`, (?, ?, ?, ?, ?, ?, ?, ?, ?)`, len(attachments)-1), args...)
	return err
}

// attachmentsOf is the query of what some posts bring along.
func attachmentsOf(list string) string {
	return `
		SELECT post, kind, width, height, url, picture, description
		FROM attachments
		WHERE post IN ` + list + `
		ORDER BY post, position
		LIMIT ?`
}

// quotedBy is the query of quoted posts that can be read here.
func quotedBy(list string) string {
	return `
		SELECT ` + postColumns + `
		FROM posts p
		WHERE p.uri IN ` + list + ` AND p.state = 0
		ORDER BY p.uri
		LIMIT ?`
}

// addMedia fills in what some posts bring along, in one query for each table,
// and none for posts that bring nothing.
func (r *reader) addMedia(posts []*board.Post) error {
	var bringing []board.PostID
	place := map[board.PostID]*board.Post{}
	var quoting []*board.Post
	for _, p := range posts {
		if len(p.Attachments) > 0 {
			p.Attachments = p.Attachments[:0]
			bringing = append(bringing, p.ID)
			place[p.ID] = p
		}
		if p.Quoted.URI != "" {
			quoting = append(quoting, p)
		}
	}
	if err := r.addQuoted(quoting); err != nil || len(bringing) == 0 {
		return err
	}
	list, args := among(bringing)
	return r.each(func(c *cells) {
		p := place[board.PostID(c.int())]
		p.Attachments = append(p.Attachments, board.Attachment{
			Kind: board.MediaKind(c.text()), Width: int(c.int()), Height: int(c.int()),
			URL: c.text(), Picture: c.text(), Text: c.text(),
		})
	}, attachmentsOf(list), append(args, len(args)*attachmentsLimit)...)
}

// attachmentsLimit bounds what is read of one post.
const attachmentsLimit = 16

// addQuoted finds the posts that some others quote.
func (r *reader) addQuoted(quoting []*board.Post) error {
	if len(quoting) == 0 {
		return nil
	}
	uris := make([]string, len(quoting))
	for i, p := range quoting {
		uris[i] = p.Quoted.URI
	}
	list, args := amongTexts(uris)
	quoted := map[string]board.Post{}
	var ids []board.ActorID
	err := r.each(func(c *cells) {
		p := c.post()
		quoted[p.URI] = p
		ids = append(ids, p.Author.ID)
	}, quotedBy(list), append(args, len(args))...)
	if err != nil || len(ids) == 0 {
		return err
	}
	people, err := r.people(ids)
	if err != nil {
		return err
	}
	for _, p := range quoting {
		if q, ok := quoted[p.Quoted.URI]; ok {
			p.Quoted = board.Quoted{
				URI: q.URI, Post: q.ID, Thread: q.Thread, Number: q.Number, Author: people[q.Author.ID],
				HTML: q.HTML, Language: q.Language, Warning: q.Warning,
			}
		}
	}
	return nil
}

// touchQuoting raises the versions of the threads in which a post is quoted:
// their pages show something of it.
func (tx *Tx) touchQuoting(uri string) error {
	_, err := tx.exec(`
		UPDATE threads
		SET version = version + 1
		WHERE id IN (
			SELECT thread
			FROM posts
			WHERE quote = ? AND quote <> ''
			ORDER BY id DESC
			LIMIT ?
		)`, uri, quotingLimit)
	return err
}

// quotingLimit bounds how many pages one change makes new.
const quotingLimit = 200
