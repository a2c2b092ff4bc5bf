package web

import (
	"html/template"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/leonelquinteros/gotext"
)

// french is a language of three texts.
func french(t *testing.T) *texts {
	t.Helper()
	po := gotext.NewPo()
	po.Parse([]byte(`msgid ""
msgstr ""
"Language: fr\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\n"

msgid "posted on %s by %s"
msgstr "%[2]s a écrit le %[1]s"

msgid "%d post"
msgid_plural "%d posts"
msgstr[0] "%d message"
msgstr[1] "%d messages"
`))
	return &texts{Tag: "fr", Dir: "ltr", po: po}
}

func TestTexts(t *testing.T) {
	fr := french(t)
	t.Run("a text without a translation stays English", func(t *testing.T) {
		if diff := cmp.Diff("Reply to post 7 of 100 %", fr.t("Reply to post %d of %s", 7, "100 %")); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a text without arguments may have a percent sign", func(t *testing.T) {
		if diff := cmp.Diff("100 % of them", fr.t("100 % of them")); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("each language counts in its own way", func(t *testing.T) {
		en := &texts{Tag: "en"}
		got := []string{en.n("%d post", "%d posts", 0), en.n("%d post", "%d posts", 1), fr.n("%d post", "%d posts", 0), fr.n("%d post", "%d posts", 2)}
		if diff := cmp.Diff([]string{"0 posts", "1 post", "0 message", "2 messages"}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a translation may turn the order round, and only markup is not escaped", func(t *testing.T) {
		got := fr.mix("posted on %s by %s", template.HTML("<time>now</time>"), "<b>Ronin</b>")
		if diff := cmp.Diff(template.HTML("&lt;b&gt;Ronin&lt;/b&gt; a écrit le <time>now</time>"), got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestLanguageOfThePages(t *testing.T) {
	c, err := loadCatalogue("en")
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{
		"": "en", "de": "de", "de-AT,de;q=0.9,en;q=0.5": "de", "en-GB,de;q=0.5": "en", "xx": "en", ";;;": "en", "fr, de;q=0.5": "de",
	} {
		r := &http.Request{Header: http.Header{"Accept-Language": {header}}}
		if got := c.asked(r).Tag; got != want {
			t.Errorf("%q is answered in %s", header, got)
		}
	}
	if _, err := loadCatalogue("tlh"); err == nil {
		t.Error("a board in Klingon started")
	}
}

func TestFill(t *testing.T) {
	for _, test := range []struct {
		text  string
		value any
		want  string
	}{
		{"Post %d, deleted", 7, "Post 7, deleted"},
		{"added by %s", "100 % Ronin", "added by 100 % Ronin"},
		{"%[1]d of %[1]d", 3, "3 of 3"},
		{"%d of %d", 3, "3 of %!d(MISSING)"},
		{"100 %% of %s", "it", "100 % of it"},
		{"at most %d kB", int64(64), "at most 64 kB"},
	} {
		if diff := cmp.Diff(test.want, (&texts{}).t(test.text, test.value)); diff != "" {
			t.Errorf("%q: %s", test.text, diff)
		}
	}
}

// TestEveryTemplateParses makes the pages of every language, which a board does
// only when they are shown.
func TestEveryTemplateParses(t *testing.T) {
	c, err := loadCatalogue("en")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.parse(); err != nil {
		t.Fatal(err)
	}
	for _, words := range c.all {
		pages, err := words.pages()
		if err != nil || len(pages) < 30 {
			t.Fatalf("%s: %d pages, %v", words.Tag, len(pages), err)
		}
		for name, page := range pages {
			if _, err := page(); err != nil {
				t.Errorf("%s in %s: %v", name, words.Tag, err)
			}
		}
	}
}
