package main

import (
	"bufio"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"
)

// script is one thread of the demo, as a file of the folder demo tells it:
// steps that begin with a line such as
//
//	%% reply gaijin to=2 after=15m lang=de warning=What happens at the end
//
// and have their text beneath. An option goes on until the next one, and on
// lines that begin with %+. What stands before the first step is a remark.
// The first step is the article; its time is how long ago it was posted.
type script struct {
	name  string
	steps []step
}

// step is one thing that somebody does.
type step struct {
	verb    string
	who     string            // who does it: gaijin, anneke@social.example
	options map[string]string // by name
	text    string
	before  time.Duration // how long before the end of the demo
}

// readScripts reads every script, in the order of their names.
func readScripts(files fs.FS) ([]script, error) {
	names, err := fs.Glob(files, "demo/*.md")
	if err != nil {
		return nil, err
	}
	var scripts []script
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		s := script{name: name}
		if s.steps, err = parseSteps(string(data)); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		scripts = append(scripts, s)
	}
	return scripts, nil
}

// parseSteps reads the steps of one script and works out their times.
func parseSteps(text string) ([]step, error) {
	var heads, texts []string
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		if head, ok := strings.CutPrefix(lines.Text(), "%% "); ok {
			heads, texts = append(heads, head), append(texts, "")
			continue
		}
		if len(heads) == 0 {
			continue
		}
		if more, ok := strings.CutPrefix(lines.Text(), "%+ "); ok {
			heads[len(heads)-1] += " " + more
			continue
		}
		texts[len(texts)-1] += lines.Text() + "\n"
	}
	steps := make([]step, len(heads))
	for i, head := range heads {
		var err error
		if steps[i], err = parseStep(head); err != nil {
			return nil, err
		}
		steps[i].text = texts[i]
		if err := steps[i].setTime(i, steps); err != nil {
			return nil, err
		}
	}
	return steps, lines.Err()
}

// optionNames are those that a step may have; each is followed by =.
var optionNames = []string{"to", "after", "ago", "lang", "warning", "post", "reason", "by", "title", "topics", "keywords", "source", "publication", "author", "date", "word", "uri", "count", "image", "alt", "sensitive"}

func parseStep(head string) (step, error) {
	words := strings.Fields(head)
	if len(words) < 2 {
		return step{}, fmt.Errorf("%q says not who does what", head)
	}
	s := step{verb: words[0], who: words[1], options: map[string]string{}}
	last := ""
	for _, word := range words[2:] {
		name, value, ok := strings.Cut(word, "=")
		switch {
		case ok && slices.Contains(optionNames, name):
			s.options[name], last = value, name
		case last != "":
			s.options[last] += " " + word
		default:
			return step{}, fmt.Errorf("%q has no option for %q", head, word)
		}
	}
	return s, nil
}

// setTime counts from the step before; the first says how long ago it was.
func (s *step) setTime(i int, steps []step) error {
	if i == 0 {
		ago, err := time.ParseDuration(s.options["ago"])
		s.before = ago
		return err
	}
	after := time.Minute
	if v := s.options["after"]; v != "" {
		var err error
		if after, err = time.ParseDuration(v); err != nil {
			return err
		}
	}
	s.before = steps[i-1].before - after
	return nil
}

// number is an option that is the number of a post.
func (s step) number(name string) (int, error) {
	n, err := strconv.Atoi(s.options[name])
	if err != nil {
		return 0, fmt.Errorf("%s %s: %s=%q is no number", s.verb, s.who, name, s.options[name])
	}
	return n, nil
}

// markdown is the text as a member types it.
func (s step) markdown() string { return strings.TrimSpace(s.text) }
