package main

import (
	"context"
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"corkboard/board"
)

// scene is a script while it is played: what it has made so far.
type scene struct {
	*demo
	name  string
	posts []board.Post // by number
}

// act is a step in its scene.
type act struct {
	step
	scene *scene
}

// play does every step of every script, oldest first, each at its time.
func (d *demo) play(ctx context.Context, scripts []script) error {
	var acts []act
	for _, s := range scripts {
		scene := &scene{demo: d, name: s.name}
		for _, step := range s.steps {
			if step.verb == "talk" {
				for _, said := range talk(step) {
					acts = append(acts, act{said, scene})
				}
				continue
			}
			acts = append(acts, act{step, scene})
		}
	}
	slices.SortStableFunc(acts, func(a, b act) int { return int(b.before - a.before) })
	for _, a := range acts {
		d.clock.now = d.end.Add(-a.before)
		if err := a.scene.do(ctx, a.step); err != nil {
			return fmt.Errorf("%s: %s %s: %w", a.scene.name, a.verb, a.who, err)
		}
	}
	return nil
}

// do does one step.
func (s *scene) do(ctx context.Context, step step) error {
	by, ok := s.actors[step.who]
	if !ok {
		return fmt.Errorf("nobody is called %q", step.who)
	}
	switch step.verb {
	case "article":
		return s.article(ctx, by, step)
	case "reply":
		return s.reply(ctx, by, step)
	case "edit":
		return s.edit(ctx, by, step)
	}
	post, err := s.post(step, "post")
	if err != nil {
		return err
	}
	switch step.verb {
	case "delete":
		return s.board.Delete(ctx, by, post.ID, nil)
	case "remove":
		return s.board.Remove(ctx, by, post.ID, step.options["reason"])
	case "like":
		return s.board.Like(ctx, by, post.ID)
	case "share":
		return s.board.Share(ctx, by, post.ID, fmt.Sprintf("https://%s/shares/%d", host(step.who), post.ID))
	case "keyword":
		return s.board.AddKeyword(ctx, by, post.Thread, step.options["word"])
	}
	return fmt.Errorf("there is no step %q", step.verb)
}

func (s *scene) article(ctx context.Context, by board.ActorID, step step) error {
	article := board.NewArticle{
		By: by, Title: step.options["title"], Keywords: strings.Fields(step.options["keywords"]),
		Citation: board.Citation{
			URL: step.options["source"], Publication: step.options["publication"],
			Author: step.options["author"], Date: s.sourceDate(step),
		},
	}
	for _, name := range strings.Fields(step.options["topics"]) {
		article.Topics = append(article.Topics, s.topics[name])
	}
	article.Text, article.Remote = s.text(step)
	article.Text.Markdown, article.Remark, _ = strings.Cut(article.Text.Markdown, "\n%remark\n")
	post, err := s.board.PostArticle(ctx, article)
	if err != nil {
		return err
	}
	s.posts = append(s.posts, post)
	if article.Remark != "" {
		remark, err := s.board.Post(ctx, post.Thread, 1)
		if err != nil {
			return err
		}
		s.posts = append(s.posts, remark)
	}
	return nil
}

// sourceDate is the day on which the source was published: so many days before
// the article was posted here.
func (s *scene) sourceDate(step step) string {
	days, err := time.ParseDuration(step.options["date"])
	if err != nil {
		return step.options["date"]
	}
	return s.clock.Now().Add(-days).Format(time.DateOnly)
}

func (s *scene) reply(ctx context.Context, by board.ActorID, step step) error {
	reply := board.NewReply{By: by, ToURI: step.options["uri"], Thread: s.posts[0].Thread}
	reply.Text, reply.Remote = s.text(step)
	if reply.ToURI == "" {
		parent, err := s.post(step, "to")
		if err != nil {
			return err
		}
		reply.To = parent.ID
	}
	post, err := s.board.Reply(ctx, reply)
	s.posts = append(s.posts, post)
	return err
}

func (s *scene) edit(ctx context.Context, by board.ActorID, step step) error {
	post, err := s.post(step, "post")
	if err != nil {
		return err
	}
	edit := board.EditPost{By: by, Post: post.ID, Title: step.options["title"]}
	edit.Text, edit.Remote = s.text(step)
	if edit.Remote != nil {
		edit.Remote.Updated = s.clock.Now()
	}
	_, err = s.board.Edit(ctx, edit)
	return err
}

// post is the post whose number an option gives.
func (s *scene) post(step step, option string) (board.Post, error) {
	n, err := step.number(option)
	if err != nil {
		return board.Post{}, err
	}
	if n >= len(s.posts) {
		return board.Post{}, fmt.Errorf("there is no post %d yet", n)
	}
	return s.posts[n], nil
}

// text is what a step says: Markdown of our members, HTML of everybody else.
func (s *scene) text(step step) (board.Text, *board.Remote) {
	text := board.Text{Language: step.options["lang"], Warning: step.options["warning"]}
	there := host(step.who)
	if there == "" {
		text.Markdown = step.markdown()
		return text, nil
	}
	text.HTML = step.html()
	name, _, _ := strings.Cut(step.who, "@")
	id := fmt.Sprintf("%d%04d", len(s.name), len(s.posts))
	id = fmt.Sprintf("%x%s", checksum(s.name), id)
	return text, &board.Remote{
		URI:       fmt.Sprintf("https://%s/users/%s/statuses/%s", there, name, id),
		URL:       fmt.Sprintf("https://%s/@%s/%s", there, name, id),
		Published: s.clock.Now(), Media: step.media(there),
	}
}

// media are the pictures that a step names, with their descriptions.
func (s step) media(host string) board.Media {
	m := board.Media{Sensitive: s.options["sensitive"] != ""}
	descriptions := strings.Split(s.options["alt"], "|")
	for i, name := range strings.Fields(s.options["image"]) {
		address := "https://" + host + "/media/" + name + ".png"
		a := board.Attachment{Kind: board.Image, URL: address, Picture: address, Width: demoSize.X, Height: demoSize.Y}
		if i < len(descriptions) {
			a.Text = strings.TrimSpace(descriptions[i])
		}
		m.Attachments = append(m.Attachments, a)
	}
	if strings.Contains(s.text, ":lighthouse:") {
		m.Emojis = []board.Emoji{{Shortcode: "lighthouse", URL: "https://" + host + "/media/lighthouse.png"}}
	}
	return m
}

// host is the server of somebody; empty for our members.
func host(who string) string {
	_, host, _ := strings.Cut(who, "@")
	return host
}

// html is the text as a microblog sends it; a script may write HTML itself.
func (s step) html() string {
	text := s.markdown()
	if strings.HasPrefix(text, "<") {
		return text
	}
	var b strings.Builder
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		b.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(paragraph), "\n", "<br>") + "</p>")
	}
	return b.String()
}
