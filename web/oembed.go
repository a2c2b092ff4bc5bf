package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"corkboard/board"
)

// oembed is how other programs show a thread or a post of ours among their own
// texts (oEmbed 1.0, §2.3.4.4): a quote without any script.
type oembed struct {
	Version  string `json:"version"`
	Type     string `json:"type"`
	Title    string `json:"title"`
	Author   string `json:"author_name"`
	AuthorAt string `json:"author_url"`
	Provider string `json:"provider_name"`
	At       string `json:"provider_url"`
	HTML     string `json:"html"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
}

// The room in pixels that a quote is said to take.
const (
	embedWidth  = 600
	embedHeight = 240
)

// showOembed answers /oembed?url=.
func (h *Handler) showOembed(w http.ResponseWriter, r *request) error {
	query := r.URL.Query()
	if format := query.Get("format"); format != "" && format != "json" {
		return &refusal{status: http.StatusNotImplemented, text: r.t("Only JSON can be had here.")}
	}
	id, number, ok := h.postOf(query.Get("url"))
	if !ok {
		return board.Errorf(board.NotFound, "Only threads and posts of this board can be embedded.")
	}
	thread, post, err := h.threadAndPost(r, id, number)
	if err != nil {
		return err
	}
	if post.State != board.Live {
		return board.Errorf(board.Gone, "This post was deleted.")
	}
	page, words := h.whole(postPagePath(id, number)), &reader{texts: h.catalogue.own(), zone: h.config.Zone}
	m := newMarkup(words)
	m.tag("<blockquote><p>").text(words.opening(post, 2*describedWords)).tag("</p><p>— ").text(post.Author.Label()).tag(", <a")
	m.attr("href", page).tag(">").text(thread.Title).tag("</a></p></blockquote>")
	body, err := json.Marshal(oembed{
		Version: "1.0", Type: "rich", Title: thread.Title, Author: post.Author.Label(), AuthorAt: h.whole(actorPath(post.Author)),
		Provider: h.site.Name, At: h.whole("/"), HTML: string(m.html()), Width: embedWidth, Height: embedHeight,
	})
	if err != nil {
		return err
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Vary", "Accept-Encoding")
	d := newDocument(http.StatusOK, "", body) // to be kept no longer than the post's page: its author may take it back
	d.kind = "application/json"
	d.sign(0)
	h.sendPublic(w, r, d)
	return nil
}

// postOf is the post that a page of ours is about: /t/12 is post 0 of thread 12.
func (h *Handler) postOf(address string) (id board.ThreadID, number int, ok bool) {
	u, err := url.Parse(address)
	if err != nil {
		return 0, 0, false
	}
	path, ours := strings.CutPrefix(u.Scheme+"://"+u.Host+u.Path, h.whole("/t/"))
	thread, post, deep := strings.Cut(path, "/")
	n, err := strconv.ParseInt(thread, 10, 64)
	if !ours || err != nil || n < 1 {
		return 0, 0, false
	}
	if !deep {
		return board.ThreadID(n), 0, true
	}
	number, err = strconv.Atoi(post)
	return board.ThreadID(n), number, err == nil && number >= 0
}

// Embed leads from the page of a thread or a post to how it can be embedded;
// empty for every other page.
func (f *frame) Embed() string {
	if f.Card.Published == "" {
		return ""
	}
	return "/oembed?url=" + url.QueryEscape(f.Canonical)
}
