package web

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/leonelquinteros/gotext"
	"golang.org/x/text/language"
)

// textFiles are the translations, one file for each language, in the format
// that translators' programs read (GNU gettext's PO). A text's key is the
// English text itself, so English has no file, and a text that a translation
// lacks is shown in English.
//
//go:embed texts/*.po
var textFiles embed.FS

// texts are all the words of the web in one language.
type texts struct {
	Tag  string     // BCP 47
	Name string     // what the language calls itself
	Dir  string     // ltr or rtl
	po   *gotext.Po // nil for English

	Words string // of the script, as JSON

	pages func() (templates, error) // the templates in this language, parsed once
}

// t is a text in this language, its verbs filled in as by [fmt.Sprintf]. The
// key is English; verbs may be numbered in a translation (%[2]s).
func (t *texts) t(text string, args ...any) string {
	if t.po != nil {
		find := t.po.Get // called by its name, vet takes the key for a format that lacks its arguments
		text = find(text)
	}
	switch len(args) {
	case 0:
		return text
	case 1:
		return fill(text, args[0])
	}
	return fmt.Sprintf(text, args...)
}

// fill puts one value into a text; a page has hundreds of such, nearly all of
// them a number or a name.
func fill(text string, value any) string {
	before, after, _ := strings.Cut(text, "%")
	if !strings.Contains(after, "%") {
		switch value := value.(type) {
		case int:
			if rest, ok := strings.CutPrefix(after, "d"); ok {
				return before + strconv.Itoa(value) + rest
			}
		case string:
			if rest, ok := strings.CutPrefix(after, "s"); ok {
				return before + value + rest
			}
		}
	}
	return fmt.Sprintf(text, value)
}

// phrase marks a text that is translated where it is shown, not where it stands.
func phrase(text string) string { return text }

// n is a text for a number, its first argument: n("%d post", "%d posts", 12).
func (t *texts) n(one, many string, n int, args ...any) string {
	text := many
	switch {
	case t.po != nil:
		find := t.po.GetN
		text = find(one, many, n)
	case n == 1:
		text = one
	}
	return fmt.Sprintf(text, slices.Insert(args, 0, any(n))...)
}

// mix is a text, escaped, whose %s are filled with markup, or with words that
// are escaped as well.
func (t *texts) mix(text string, parts ...any) template.HTML {
	m := newMarkup(&reader{texts: t})
	fill := make([]func(), len(parts))
	for i, part := range parts {
		fill[i] = func() { m.text(fmt.Sprint(part)) }
		if html, ok := part.(template.HTML); ok {
			fill[i] = func() { m.safe(string(html)) }
		}
	}
	m.mix(text, fill...)
	return m.html()
}

// mix adds a translated text whose %s are filled by calls, in the order that
// the translation gives them.
func (m *markup) mix(text string, fill ...func()) *markup {
	text = m.t(text)
	for next := 0; ; next++ {
		before, after, found := strings.Cut(text, "%")
		m.text(before)
		if !found {
			return m
		}
		at := next
		if numbered, rest, ok := strings.Cut(after, "]"); ok && strings.HasPrefix(numbered, "[") {
			n, _ := strconv.Atoi(numbered[1:])
			at, after = n-1, rest
		}
		text = strings.TrimPrefix(after, "s")
		if at >= 0 && at < len(fill) {
			fill[at]()
		}
	}
}

// catalogue is the web's words in every language that there is a file for.
type catalogue struct {
	all     []*texts // the owner's language first
	matcher language.Matcher
}

// Languages are the tags of those that the pages can be had in.
func Languages() []string {
	c, err := loadCatalogue("en")
	if err != nil {
		return []string{"en"} // a fault in a translation stops New
	}
	return c.tags()
}

// rightToLeft are the languages whose pages run the other way.
var rightToLeft = []string{"ar", "fa", "he", "ur"}

// loadCatalogue reads the translations. first is the language of readers whose
// browser asks for none that there is.
func loadCatalogue(first string) (*catalogue, error) {
	files, err := fs.Glob(textFiles, "texts/*.po")
	if err != nil {
		return nil, err
	}
	c := &catalogue{all: []*texts{{Tag: "en", Name: "English", Dir: "ltr"}}}
	for _, file := range files {
		t, err := loadTexts(file)
		if err != nil {
			return nil, err
		}
		c.all = append(c.all, t)
	}
	i := slices.IndexFunc(c.all, func(t *texts) bool { return t.Tag == first })
	if i < 0 {
		return nil, fmt.Errorf("there are no texts in the language %q; there are %s", first, strings.Join(c.tags(), ", "))
	}
	c.all[0], c.all[i] = c.all[i], c.all[0]
	var tags []language.Tag
	for _, t := range c.all {
		tags = append(tags, language.Make(t.Tag))
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
}

func loadTexts(file string) (*texts, error) {
	content, err := textFiles.ReadFile(file)
	if err != nil {
		return nil, err
	}
	t := &texts{Tag: strings.TrimSuffix(path.Base(file), ".po"), Dir: "ltr", po: gotext.NewPo()}
	t.po.Parse(content)
	t.Name = t.po.GetDomain().Headers.Get("X-Language-Name")
	if t.Name == "" {
		return nil, fmt.Errorf("%s does not say in X-Language-Name what its language calls itself", file)
	}
	if slices.Contains(rightToLeft, t.Tag) {
		t.Dir = "rtl"
	}
	return t, nil
}

func (c *catalogue) tags() (tags []string) {
	for _, t := range c.all {
		tags = append(tags, t.Tag)
	}
	return tags
}

// own is the texts in the owner's language.
func (c *catalogue) own() *texts { return c.all[0] }

// in is the texts of a language, the owner's if there are none.
func (c *catalogue) in(tag string) *texts {
	for _, t := range c.all {
		if t.Tag == tag {
			return t
		}
	}
	return c.all[0]
}

// asked is the texts in the language that the reader's browser asks for
// (RFC 9110, §12.5.4).
func (c *catalogue) asked(r *http.Request) *texts {
	header := r.Header.Get("Accept-Language")
	if header == "" || len(header) > 200 {
		return c.all[0]
	}
	_, i := language.MatchStrings(c.matcher, header)
	return c.all[i]
}

// parse makes ready the templates of every language. What all pages of the
// owner's share is parsed at once, the rest when somebody first reads it.
func (c *catalogue) parse() error {
	for _, t := range c.all {
		t.Words = t.scriptWords()
		t.pages = sync.OnceValues(func() (templates, error) { return parseTemplates(t) })
	}
	_, err := c.all[0].pages()
	return err
}
