package board

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
)

const at = "https://times.example/2011/01/04/story"

// pages are written in the shapes that news sites have.
var pages = map[string]struct {
	kind, body string // Content-Type, HTML
	want       Details
}{
	"a newspaper with JSON-LD, believed before all else": {
		body: `<!doctype html><html lang="en"><head><title>Wrong | Example Times</title>
			<meta property="og:title" content="Wrong too"><meta property="og:site_name" content="Example Times">
			<meta name="description" content="Wrong as well">
			<link rel="canonical" href="/2011/01/04/story/">
			<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle",
			"headline":"Navy leaves the bay","datePublished":"2011-01-04T09:30:00+09:00","inLanguage":"en-GB",
			"author":{"@type":"Person","name":"A. Writer"},"publisher":{"@type":"Organization","name":"The Example Times"},
			"description":"The last ship has gone.","keywords":"navy, Okinawa Bay, 2011","articleBody":"All of the text."}</script></head><body></body></html>`,
		want: Details{Link: at + "/", Title: "Navy leaves the bay", Publication: "The Example Times", Author: "A. Writer",
			Date: "2011-01-04T09:30:00+09:00", Language: "en-GB", Description: "The last ship has gone.", Keywords: []string{"navy", "okinawa_bay"}},
	},
	"a blog whose graph refers to its author by id": {
		body: `<html lang="de-DE"><script type="application/ld+json">{"@context":"https://schema.org","@graph":[
			{"@type":"WebPage","@id":"https://times.example/2011/01/04/story","name":"Seite","datePublished":"2001-01-01"},
			{"@type":"Article","isPartOf":{"@id":"https://times.example/2011/01/04/story"},"headline":"Ein Schiff &#8211; und ein Hafen","author":{"@id":"#/person/1"},
			"publisher":{"@id":"#organization"},"datePublished":"2011-01-04","keywords":["Hafen","Schiff"],"inLanguage":"de-DE"},
			{"@type":"Organization","@id":"#organization","name":"Hafenblog"},{"@type":["Person","Organization"],"@id":"#/person/1","name":"B. Autorin"}]}</script>`,
		want: Details{Link: at, Title: "Ein Schiff – und ein Hafen", Publication: "Hafenblog", Author: "B. Autorin", Date: "2011-01-04", Language: "de-DE", Keywords: []string{"hafen", "schiff"}},
	},
	"an array of things, several authors, lists in lists": {
		body: `<script type="application/ld+json">[{"@type":"BreadcrumbList","name":"no"},{"@type":["ReportageNewsArticle","Thing"],"headline":["Two writers"],
			"author":[[{"name":"A. One"}],{"name":"B. Two"},"C. Three",{"url":"https://times.example/d"}],"publisher":[{"name":"Wire"}],"datePublished":"2020-02-03"}]</script>`,
		want: Details{Link: at, Title: "Two writers", Publication: "Wire", Author: "A. One, B. Two, C. Three", Date: "2020-02-03"},
	},
	"broken JSON: line ends in texts, a comma too many, in a comment": {
		body: "<script type=\"application/ld+json\">\n<!--//<![CDATA[\n{\"@type\":\"NewsArticle\",\"headline\":\"Over two\nlines\",\"author\":[{\"name\":\"A. \\\"Quick\\\" Writer\",},],}\n//]]>-->\n</script>",
		want: Details{Link: at, Title: "Over two lines", Author: `A. "Quick" Writer`},
	},
	"JSON that is none leaves OpenGraph": {
		body: `<html lang="en-US"><head><script type="application/ld+json">{"@type":"NewsArticle", headline: no}</script>
			<meta property="og:title" content="A bridge is built - Example Daily"><meta property="og:site_name" content="Example Daily">
			<meta property="og:locale" content="en_GB"><meta property="og:description" content="It stands."><meta property="og:url" content="https://www.times.example/bridge">
			<meta property="article:published_time" content="2012-05-06T07:08:09Z"><meta property="article:author" content="https://social.example/writer">
			<meta property="article:author" content="C. Writer"><meta property="article:tag" content="Bridges"><meta property="article:tag" content="42">
			<title>Something else</title>`,
		want: Details{Link: "https://www.times.example/bridge", Title: "A bridge is built", Publication: "Example Daily", Author: "C. Writer",
			Date: "2012-05-06T07:08:09Z", Language: "en-GB", Description: "It stands.", Keywords: []string{"bridges"}},
	},
	"an old page with title, meta tags and a time": {
		body: `<HTML LANG=fr><HEAD><TITLE>
			Le pont   est ouvert </TITLE><META NAME="Author" CONTENT="By D. Auteur"><META NAME="Description" CONTENT="Enfin."><META NAME="keywords" CONTENT="pont, ville ,, le grand pont">
			</HEAD><BODY><time datetime="2013-07-08">8 juillet</time><time datetime="1999-01-01">x</time></BODY></HTML>`,
		want: Details{Link: at, Title: "Le pont est ouvert", Author: "D. Auteur", Date: "2013-07-08", Language: "fr", Description: "Enfin.", Keywords: []string{"pont", "ville", "le_grand_pont"}},
	},
	"a page with a heading alone": {
		body: `<body><h1>Only a <em>heading</em> &amp; no more</h1><h1>Another</h1>`,
		want: Details{Link: at, Title: "Only a heading & no more"},
	},
	"a journal with citation tags": {
		body: `<meta name="citation_title" content="On ships"><meta name="citation_author" content="Ame, A."><meta name="citation_author" content="Bee, B."><meta name="fediverse:creator" content="bee@social.example">
			<meta name="citation_journal_title" content="Journal of Ports"><meta name="citation_publication_date" content="2014/03/02"><meta name="dc.language" content="en">`,
		want: Details{Link: at, Title: "On ships", Publication: "Journal of Ports", Author: "Ame, A., Bee, B.", Date: "2014/03/02", Language: "en", Creator: "@bee@social.example"},
	},
	"microdata": {
		body: `<meta name="fediverse:creator" content="https://social.example/@bee"><div itemscope itemtype="https://schema.org/NewsArticle"><meta itemprop="datePublished" content="2015-01-02"><title>Micro · Example Post</title>
			<meta property="og:site_name" content="Example Post"></div>`,
		want: Details{Link: at, Title: "Micro", Publication: "Example Post", Date: "2015-01-02"},
	},
	"a video": {
		body: `<script type="application/ld+json">{"@type":"VideoObject","name":"Ships at sea","uploadDate":"2016-02-03","creator":"E. Filmer"}</script>`,
		want: Details{Link: at, Title: "Ships at sea", Author: "E. Filmer", Date: "2016-02-03"},
	},
	"a list of news with the page's own among it": {
		body: `<script type="application/ld+json">[{"@type":"NewsArticle","headline":"Other","url":"https://times.example/other"},
			{"@type":"Article","headline":"Mine","mainEntityOfPage":{"@id":"https://www.times.example/2011/01/04/story?x=1&utm_source=a"}},
			{"@type":"BlogPosting","headline":"Mine indeed","mainEntityOfPage":"https://www.times.example/2011/01/04/story"}]</script>`,
		want: Details{Link: "https://www.times.example/2011/01/04/story", Title: "Mine indeed"},
	},
	"a page that calls itself the front page": {
		body: `<link rel="canonical" href="https://times.example/"><title>Story</title>`,
		want: Details{Link: at, Title: "Story"},
	},
	"a syndicated page that names the first": {
		body: `<link rel="nofollow Canonical" href="https://wire.example/story#top"><title>Story</title>`,
		want: Details{Link: "https://wire.example/story", Title: "Story"},
	},
	"a canonical link that is none": {
		body: `<link rel="canonical" href="javascript:alert(1)"><title>Story</title>`,
		want: Details{Link: at, Title: "Story"},
	},
	"markup and double escapes in texts": {
		body: `<meta property="og:title" content="Q&amp;amp;A: &lt;em&gt;What&lt;/em&gt; 3 &amp;lt; 4 means"><meta property="og:description" content="&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;">`,
		want: Details{Link: at, Title: "Q&A: What 3 < 4 means", Description: "One. Two."},
	},
	"letters of Windows that are not declared": {
		kind: "text/html", body: "<title>Caf\xe9 \x96 \x93Zum Anker\x94</title>",
		want: Details{Link: at, Title: "Café – “Zum Anker”"},
	},
	"Japanese as the connection says": {
		kind: "text/html; charset=Shift_JIS", body: encoded(japanese.ShiftJIS.NewEncoder().String, `<html lang=ja><title>海軍が湾を去る</title>`),
		want: Details{Link: at, Title: "海軍が湾を去る", Language: "ja"},
	},
	"Japanese as the page says": {
		body: encoded(japanese.EUCJP.NewEncoder().String, `<meta http-equiv="Content-Type" content="text/html; charset=euc-jp"><title>海軍が湾を去る</title>`),
		want: Details{Link: at, Title: "海軍が湾を去る"},
	},
	"Korean as the page says far down": {
		body: "<!--" + strings.Repeat(" ", 3000) + "-->" + encoded(korean.EUCKR.NewEncoder().String, `<meta charset="euc-kr"><title>해군</title>`),
		want: Details{Link: at, Title: "해군"},
	},
	"nothing": {body: "", want: Details{Link: at}},
	"no HTML": {body: "\x00\x01\x02%PDF-1.4", want: Details{Link: at}},
}

func encoded(encode func(string) (string, error), s string) string {
	s, err := encode(s)
	if err != nil {
		panic(err)
	}
	return s
}

func TestReadDetails(t *testing.T) {
	for name, page := range pages {
		t.Run(name, func(t *testing.T) {
			got := ReadDetails(at, page.kind, []byte(page.body))
			if diff := cmp.Diff(page.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestHostilePages makes sure that no page of two megabytes takes long.
func TestHostilePages(t *testing.T) {
	fill := func(unit string) string { return strings.Repeat(unit, (2<<20)/len(unit)) }
	for name, body := range map[string]string{
		"a title":      "<title>" + fill("x<b ") + "</title>",
		"a fact":       `<meta name="author" content="` + fill("&lt;b ") + `">`,
		"many facts":   fill(`<meta name="author" content="&lt;b"><meta name="keywords" content="a,b,c">`),
		"keywords":     `<meta name="keywords" content="` + fill("ab c,") + `">`,
		"brackets":     `<script type="application/ld+json">` + fill("[") + `</script>`,
		"nodes":        `<script type="application/ld+json">[` + fill(`{"@type":"Article","url":"https://times.example/2011"},`) + `]</script>`,
		"broken nodes": `<script type="application/ld+json">[` + fill(`{"@type":"Article", },`) + `]</script>`,
		"attributes":   "<p " + fill("a=b ") + ">",
		"no end":       fill("<meta charset"),
		"elements":     fill("<h1>"),
	} {
		t.Run(name, func(t *testing.T) {
			started := time.Now()
			ReadDetails(at, "text/html", []byte(body))
			if took := time.Since(started); took > 5*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

func TestWithoutSite(t *testing.T) {
	for title, want := range map[string]string{
		"Story – Example Times":   "Story",
		"Story | EXAMPLE TIMES":   "Story",
		"Story -- Example Times":  "Story",
		"Example Times":           "Example Times",
		"- Example Times":         "- Example Times",
		"About the Example Times": "About the Example Times",
		"Story – Other Times":     "Story – Other Times",
	} {
		if got := withoutSite(title, "", "Example Times"); got != want {
			t.Errorf("%q became %q, want %q", title, got, want)
		}
	}
}

// FuzzReadDetails makes sure that nothing on a page is more than it may be.
func FuzzReadDetails(f *testing.F) {
	for _, page := range pages {
		f.Add(page.kind, []byte(page.body))
	}
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		d := ReadDetails(at, kind, body)
		for text, bound := range map[string]int{d.Title: maxTitle, d.Publication: maxCited, d.Author: maxCited, d.Date: maxDate, d.Description: maxPageText} {
			if !utf8.ValidString(text) || utf8.RuneCountInString(text) > bound || strings.ContainsAny(text, "\n\r\x00") {
				t.Errorf("not one line of at most %d characters: %q", bound, text)
			}
		}
		if LinkKey(d.Link) == "" || len(d.Link) > maxLink || len(d.Keywords) > maxPageKeywords {
			t.Errorf("link %q, keywords %q", d.Link, d.Keywords)
		}
		for _, word := range d.Keywords {
			if same, err := normalizeKeyword(word); err != nil || same != word {
				t.Errorf("%q is no keyword: %v", word, err)
			}
		}
	})
}
