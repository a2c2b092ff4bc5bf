package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"corkboard/web"
)

// ownerConfig is what the board's owner says on it and how he wants it to
// look. Long texts are Markdown; one that begins with @ is the name of a file.
type ownerConfig struct {
	Name       string `default:"Corkboard" help:"The board's name on its pages."`
	Masthead   string `help:"A short line beside the name."`
	Disclaimer string `help:"The owner's words at the foot of every page; Markdown, or @ and a file."`
	FrontText  string `help:"A text above the articles of the front page; Markdown, or @ and a file."`
	Rules      string `help:"The rules of the board, a page of their own; Markdown, or @ and a file."`
	Privacy    string `help:"What the board does with what it knows; Markdown, or @ and a file."`
	Source     string `help:"Where the source of this program can be had, changes of yours included."`
	Language   string `default:"en" help:"Language of the pages for readers whose browser asks for none that there is."`
	Contact    string `help:"How to reach the owner: a mail address, or the address of a page."`
	Color      string `help:"Colour of the masthead, such as #5a1717."`
	Accent     string `help:"Colour of marks and lines, such as #8a1c1c."`
	Logo       string `help:"File of a picture beside the name: SVG, PNG, JPEG or WebP."`
}

// Bounds of what an owner sets.
const (
	ownTextBytes = 64 << 10
	ownLine      = 80 // characters
	logoBytes    = 256 << 10
)

// read reads what the settings say and name. An error is one sentence.
func (c *ownerConfig) read() (o web.Owner, err error) {
	for _, line := range []struct{ setting, text string }{{"CORKBOARD_NAME", c.Name}, {"CORKBOARD_MASTHEAD", c.Masthead}} {
		if utf8.RuneCountInString(line.text) > ownLine || strings.ContainsAny(line.text, "\r\n") {
			return o, fmt.Errorf("%s is too long; it has one line of at most %d characters", line.setting, ownLine)
		}
	}
	if languages := web.Languages(); c.Language != "" && !slices.Contains(languages, c.Language) {
		return o, fmt.Errorf("CORKBOARD_LANGUAGE is %q; the pages can be had in %s", c.Language, strings.Join(languages, ", "))
	}
	o.Masthead = c.Masthead
	for _, text := range []struct {
		setting, value string
		to             *string
	}{
		{"CORKBOARD_DISCLAIMER", c.Disclaimer, &o.Disclaimer}, {"CORKBOARD_FRONT_TEXT", c.FrontText, &o.Front},
		{"CORKBOARD_RULES", c.Rules, &o.Rules}, {"CORKBOARD_PRIVACY", c.Privacy, &o.Privacy},
	} {
		if *text.to, err = ownText(text.setting, text.value); err != nil {
			return o, err
		}
	}
	if o.Source = c.Source; o.Source != "" && !isWeb(o.Source) {
		return o, fmt.Errorf("CORKBOARD_SOURCE is %q; write the whole address of a page", o.Source)
	}
	if o.Contact, err = contact(c.Contact); err != nil {
		return o, err
	}
	if o.Colors, err = c.colors(); err != nil {
		return o, err
	}
	o.Logo, err = readLogo(c.Logo)
	return o, err
}

// ownText is a text, or what the file has that it names.
func ownText(setting, value string) (string, error) {
	if file, ok := strings.CutPrefix(value, "@"); ok {
		body, err := readSmall(setting, file, ownTextBytes)
		if err != nil {
			return "", err
		}
		value = string(body)
	}
	if len(value) > ownTextBytes || !utf8.ValidString(value) {
		return "", fmt.Errorf("%s is no text of at most %d kB in UTF-8", setting, ownTextBytes>>10)
	}
	return value, nil
}

// readSmall reads a file that a setting names.
func readSmall(setting, file string, limit int64) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("%s names the file %s, which cannot be read: %w", setting, file, err)
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("%s names %s, which is no file of at most %d kB", setting, file, limit>>10)
	}
	body, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%s names the file %s, which cannot be read: %w", setting, file, err)
	}
	return body, nil
}

// contact makes a whole address of a mail address.
func contact(value string) (string, error) {
	if value == "" {
		return "", nil
	}
	if isWeb(value) {
		return value, nil
	}
	if a, err := mail.ParseAddress(strings.TrimPrefix(value, "mailto:")); err == nil && a.Name == "" {
		return "mailto:" + a.Address, nil
	}
	return "", fmt.Errorf("CORKBOARD_CONTACT is %q; write a mail address, or the whole address of a page", value)
}

// isWeb reports whether an address is a whole http or https one.
func isWeb(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

func (c *ownerConfig) colors() (colors web.Colors, err error) {
	for _, color := range []struct {
		setting, value string
		to             **web.Color
	}{{"CORKBOARD_COLOR", c.Color, &colors.Masthead}, {"CORKBOARD_ACCENT", c.Accent, &colors.Accent}} {
		if color.value == "" {
			continue
		}
		parsed, err := web.ParseColor(color.value)
		if err != nil {
			return colors, fmt.Errorf("%s is %w", color.setting, err)
		}
		*color.to = &parsed
	}
	if err := colors.Check(); err != nil {
		return colors, fmt.Errorf("CORKBOARD_ACCENT is %w", err)
	}
	return colors, nil
}

// readLogo reads a picture and looks whether it is what its name says.
func readLogo(file string) (web.Logo, error) {
	if file == "" {
		return web.Logo{}, nil
	}
	body, err := readSmall("CORKBOARD_LOGO", file, logoBytes)
	if err != nil {
		return web.Logo{}, err
	}
	extension := strings.ToLower(filepath.Ext(file))
	if extension == ".jpeg" {
		extension = ".jpg"
	}
	if logoKind(body) != extension {
		return web.Logo{}, fmt.Errorf("CORKBOARD_LOGO names %s, which is no SVG, PNG, JPEG or WebP picture of that name", file)
	}
	return web.Logo{Extension: extension, Body: body}, nil
}

// logoKind is the extension that a picture should have; empty for what is none.
func logoKind(body []byte) string {
	switch http.DetectContentType(body) {
	case "image/png":
		return ".png"
	case "image/jpeg":
		return ".jpg"
	case "image/webp":
		return ".webp"
	}
	for decoder := xml.NewDecoder(bytes.NewReader(body)); ; {
		token, err := decoder.Token()
		if err != nil {
			return "none"
		}
		if start, ok := token.(xml.StartElement); ok {
			if start.Name.Local == "svg" {
				return ".svg"
			}
			return "none"
		}
	}
}
