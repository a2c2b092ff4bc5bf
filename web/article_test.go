package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
	"corkboard/web"
)

// withPages is a world whose board can look at one page.
func withPages(t *testing.T) *world {
	t.Helper()
	return newWorld(t, func(c *web.Config) {
		c.Details = func(_ context.Context, link string) (board.Details, error) {
			if !strings.HasPrefix(link, "https://times.example/navy") && !strings.HasPrefix(link, "https://short.example/") {
				return board.Details{}, board.FieldErrorf("url", "%s answered %d; fill the form in by hand.", board.LinkSource(link), 403)
			}
			return board.Details{
				Link: link, Title: "Navy leaves the bay", Publication: "The Example Times", Author: "A. Writer", Date: "2011-01-04",
				Language: "de-AT", Description: "One two three four five.", Keywords: []string{"navy", "japan"},
			}, nil
		}
		c.Microblog = func(p board.Post, t board.Thread) string {
			return `<p><strong><a href="` + t.Citation.URL + `">` + t.Title + `</a></strong></p>` + p.HTML
		}
	})
}

func TestFetchDetails(t *testing.T) {
	w := withPages(t)
	ronin := w.as("ronin")
	values := func(page answer, names ...string) map[string]string {
		got := map[string]string{}
		for _, name := range names {
			got[name] = page.attr("[name="+name+"]", "value")
		}
		return got
	}
	t.Run("it fills in an empty form", func(t *testing.T) {
		page := ronin.send("/post", url.Values{"url": {"https://times.example/navy"}, "do": {"details"}, "topics": {"news"}, "key": {"k"}}).wants(http.StatusOK)
		want := map[string]string{"title": "Navy leaves the bay", "publication": "The Example Times", "author": "A. Writer", "date": "2011-01-04", "key": "k", "tags": "navy,japan"}
		if diff := cmp.Diff(want, values(page, "title", "publication", "author", "date", "key", "tags")); diff != "" {
			t.Error(diff)
		}
		page.shows("#f-text", "One two three four five.")
		if got := page.attr("option[selected]", "value"); got != "de" {
			t.Errorf("language %q", got)
		}
		page.has("[name=topics][checked]", 1)
		page.has("[role=status][autofocus]", 1)
		page.has("[name=keyword][value=navy]", 1)
		page.has(".problems", 0)
	})
	t.Run("what was typed stays, and the form says what the page says", func(t *testing.T) {
		typed := url.Values{"url": {"https://times.example/navy"}, "title": {"Mine"}, "text": {"My text."}, "language": {"en"}, "author": {"A. Writer"}, "do": {"details"}}
		page := ronin.send("/post", typed).wants(http.StatusOK)
		if got := values(page, "title", "publication"); got["title"] != "Mine" || got["publication"] != "The Example Times" {
			t.Errorf("got %v", got)
		}
		page.shows("#f-text", "My text.")
		page.shows("[role=status] li", "title: Navy leaves the bay")
		if got := page.attr("option[selected]", "value"); got != "en" {
			t.Errorf("language %q", got)
		}
		page.has("button[value=replace]", 1)
		typed.Set("do", "replace")
		page = ronin.send("/post", typed).wants(http.StatusOK)
		if got := values(page, "title")["title"]; got != "Navy leaves the bay" {
			t.Errorf("replaced: %s", got)
		}
		page.shows("#f-text", "My text.")
	})
	t.Run("no more is filled in than may be quoted", func(t *testing.T) {
		page := ronin.send("/post", url.Values{"url": {"https://short.example/1"}, "do": {"details"}}).wants(http.StatusOK)
		page.shows("#f-text", "One two three…")
	})
	t.Run("Enter behind the link asks for details, anywhere else for a preview", func(t *testing.T) {
		if got := ronin.get("/post").attr("form[data-draft] button", "value"); got != "enter" {
			t.Errorf("the first button says %q", got)
		}
		ronin.send("/post", url.Values{"url": {"https://times.example/navy"}, "do": {"enter"}}).wants(http.StatusOK).has("#found", 1)
		ronin.send("/post", url.Values{"url": {"https://times.example/navy"}, "title": {"T"}, "do": {"enter"}}).wants(http.StatusOK).has("#preview", 1)
	})
	t.Run("a page that cannot be had is told of in words, and all is kept", func(t *testing.T) {
		checkRefused(t, ronin.send("/post", url.Values{"url": {"https://paid.example/1"}, "title": {"kept"}, "do": {"details"}}), "url", "title")
		checkRefused(t, ronin.send("/post", url.Values{"url": {" "}, "title": {"kept"}, "do": {"details"}}), "url", "title")
	})
	t.Run("a member has so many pages looked at and no more", func(t *testing.T) {
		status := 0
		for range 12 {
			page := ronin.send("/post", url.Values{"url": {"https://times.example/navy"}, "title": {"kept"}, "do": {"details"}})
			if status = page.status; status != http.StatusOK {
				if page.header.Get("Retry-After") == "" || page.attr("[name=title]", "value") != "kept" {
					t.Error("it does not say when to come back, or loses what was typed")
				}
				break
			}
		}
		if status != http.StatusTooManyRequests {
			t.Errorf("status %d", status)
		}
	})
}

func TestShared(t *testing.T) {
	w := withPages(t)
	ronin := w.as("ronin")
	for query, want := range map[string][3]string{
		"url=https://a.example/1&title=T&text=Words":                               {"https://a.example/1", "T", "Words"},
		"text=" + url.QueryEscape("Navy leaves https://a.example/2?x=1."):          {"https://a.example/2?x=1", "Navy leaves .", ""},
		"title=T&text=" + url.QueryEscape("“A quote”\nhttps://a.example/3#:~:t=a"): {"https://a.example/3#:~:t=a", "T", "“A quote”"},
		"title=T&text=T+https://a.example/4":                                       {"https://a.example/4", "T", ""},
	} {
		page := ronin.get("/post?topic=local&topic=news&" + query).wants(http.StatusOK)
		got := [3]string{page.attr("[name=url]", "value"), page.attr("[name=title]", "value"), page.text("#f-text")}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
		page.has("[name=topics][checked]", 2)
	}
}

func TestArticlePreview(t *testing.T) {
	w := withPages(t)
	ronin := w.as("ronin")
	page := ronin.send("/post", url.Values{
		"title": {"Ferry sinks"}, "url": {"https://times.example/ferry"}, "text": {"It was *old*."}, "topics": {"news"}, "keywords": {"ferry"},
		"keyword": {"harbour"}, "remark": {"I said so. So did @nobody."}, "warning": {"Ships"}, "do": {"preview"},
	}).wants(http.StatusOK)
	page.shows("#preview .hint", "Not found here, so nobody is told: @nobody")
	page.shows("#preview h2", "Preview – not posted")
	page.shows("#preview > .title", "Ferry sinks")
	page.has("#preview > .body > details.cw", 1)
	page.shows(".micro details summary", "Ships")
	page.shows(".micro strong a", "Ferry sinks")
	page.shows(".micro .card bdi", "Ferry sinks")
	page.has("[name=keyword][value=harbour][checked]", 1)
	if !strings.Contains(page.text("#preview"), "I said so.") || !strings.Contains(page.text("#preview > .meta"), "TOPICS: NewsKEYWORDS: ferry; harbour") {
		t.Errorf("the preview says %q", page.text("#preview"))
	}
	if !strings.HasPrefix(page.text("title"), "Preview") {
		t.Errorf("title %q", page.text("title"))
	}
	if linked, err := w.ThreadsLinked(t.Context(), "https://times.example/ferry", 0, 5); err != nil || len(linked) != 0 {
		t.Errorf("something was posted: %v, %v", linked, err)
	}
}

func TestExcerptOverItsLimit(t *testing.T) {
	w := withPages(t)
	ronin := w.as("ronin")
	form := url.Values{"title": {"kept"}, "url": {"https://www.short.example/1"}, "text": {"One two three four five."}, "topics": {"news"}}
	t.Run("it comes back whole, with what is over marked", func(t *testing.T) {
		page := ronin.send("/post", form)
		checkRefused(t, page, "text", "title")
		page.shows("#f-text", "One two three four five.")
		page.shows(".measured mark", "four five.")
		page.shows("#e-text", "Of short.example at most 3 words are quoted here, and this text has 5: take out 2.")
		page.has("#h-text", 1)
	})
	t.Run("the preview counts, and marks them too", func(t *testing.T) {
		form.Set("do", "preview")
		page := ronin.send("/post", form).wants(http.StatusOK)
		page.shows(".measured mark", "four five.")
		if got := page.text("#preview"); !strings.Contains(got, "5 words of at most 3.") {
			t.Errorf("the preview says %q", got)
		}
	})
	t.Run("so does an edit", func(t *testing.T) {
		form.Set("do", "post")
		form.Set("text", "One two three.")
		sent := ronin.send("/post", form).wants(http.StatusSeeOther)
		path := strings.SplitN(sent.header.Get("Location"), "#", 2)[0] + "/0/edit"
		form.Set("text", "One two three four.")
		page := ronin.send(path, form)
		checkRefused(t, page, "text", "title")
		page.shows(".measured mark", "four.")
	})
	t.Run("of a source that allows nothing, title and link are posted", func(t *testing.T) {
		form.Set("url", "https://wire.example/1")
		checkRefused(t, ronin.send("/post", form), "text", "title")
		form.Set("text", "")
		ronin.send("/post", form).wants(http.StatusSeeOther)
	})
}

func TestLinkPostedBefore(t *testing.T) {
	w := withPages(t)
	ronin, kaya := w.as("ronin"), w.as("warden")
	form := url.Values{"title": {"Navy leaves the bay"}, "url": {"https://times.example/navy"}, "topics": {"news"}}
	first := ronin.send("/post", form).wants(http.StatusSeeOther).header.Get("Location")
	form.Set("url", "http://www.times.example/navy/?utm_source=x#top")
	form.Set("title", "kept")

	t.Run("the thread is named and linked, and a reason is asked for", func(t *testing.T) {
		page := kaya.send("/post", form)
		checkRefused(t, page, "again", "title")
		if got := page.attr("section[aria-labelledby=linked] a", "href"); got != first {
			t.Errorf("it leads to %s, not to %s", got, first)
		}
		page.shows("#linked", "Posted already")
		page.shows("label[for=f-again]", "Why post it again?")
	})
	t.Run("the form says so before", func(t *testing.T) {
		kaya.get("/post?url="+url.QueryEscape("https://times.example/navy?fbclid=1")).wants(http.StatusOK).has("[name=again]", 1)
		form.Set("do", "preview")
		kaya.send("/post", form).wants(http.StatusOK).has("[name=again]", 1)
		form.Del("do")
	})
	t.Run("with a reason it is posted, and both threads name each other", func(t *testing.T) {
		w.visitor().get(first).wants(http.StatusOK).has(".also", 0)
		form.Set("again", "It was rewritten.")
		form.Set("topics", "local")
		second := kaya.send("/post", form).wants(http.StatusSeeOther)
		page := kaya.follow(second)
		page.shows(".again", "Posted again: It was rewritten.")
		if got := page.attr(".also a", "href"); got != first {
			t.Errorf("the second leads to %s", got)
		}
		if got := w.visitor().get(first).attr(".also a", "href"); got != second.header.Get("Location") {
			t.Errorf("the first leads to %q", got)
		}
	})
	t.Run("similar titles of today are listed, and do not stop", func(t *testing.T) {
		similar := url.Values{"title": {"The Navy leaves the bay"}, "text": {"Text."}, "topics": {"news"}, "do": {"preview"}}
		page := ronin.send("/post", similar).wants(http.StatusOK)
		page.shows("section[aria-labelledby=similar] a", "Navy leaves the bay")
		similar.Set("do", "post")
		ronin.send("/post", similar).wants(http.StatusSeeOther)
	})
}

func TestOneFormManyTimes(t *testing.T) {
	w := newWorld(t)
	ronin := w.as("ronin")
	form := url.Values{
		"key": {ronin.get("/post").attr("[name=key]", "value")}, "title": {"Once"}, "url": {"https://times.example/once"}, "topics": {"news"}, "remark": {"Once."},
	}
	var all sync.WaitGroup
	places := make([]string, 50)
	for i := range places {
		all.Go(func() {
			sent := ronin.send("/post", form)
			places[i] = fmt.Sprint(sent.status, " ", sent.header.Get("Location"))
		})
	}
	all.Wait()
	for _, place := range places {
		if place != places[0] || !strings.HasPrefix(place, "303 /t/") {
			t.Fatalf("one answer is %q, another %q", places[0], place)
		}
	}
	if linked, err := w.ThreadsLinked(t.Context(), "https://times.example/once", 0, 5); err != nil || len(linked) != 1 || linked[0].Posts != 1 {
		t.Errorf("there are %d threads, %v", len(linked), err)
	}
}

func TestFirstTopic(t *testing.T) {
	w := newWorld(t)
	ronin := w.as("ronin")
	form := url.Values{"title": {"Here first"}, "text": {"Text."}, "topics": {"local", "news"}}
	form.Set("first", ronin.get("/post?topic=news").attr("[name=first]", "value"))
	ronin.follow(ronin.send("/post", form)).shows(".filed div:first-child dd", "News; Local")
}

func TestManyTopics(t *testing.T) {
	w := newWorld(t)
	for i := range 40 {
		_, err := w.OpenTopic(t.Context(), board.NewTopic{Name: fmt.Sprint("topic", i), Title: fmt.Sprint("Topic ", i)})
		w.must(err)
	}
	page := w.as("ronin").get("/post?topic=topic39").wants(http.StatusOK)
	page.has("fieldset details [name=topics]", 42-16-1)
	page.has("fieldset > .ticks [name=topics][value=topic39][checked]", 1)
}
