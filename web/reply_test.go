package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"corkboard/board"
)

func TestQuote(t *testing.T) {
	w := newWorld(t)
	ronin := w.as("ronin")
	w.reply(w.kaya.ID, 1, "They *said* so.\n\n> before")
	w.arrive(1, board.Text{HTML: `<p>Not <strong>here</strong>.<br>See <a href="https://a.example/x">there</a>.</p>`})

	t.Run("the button puts the text into the form and posts nothing", func(t *testing.T) {
		before := w.events()
		page := ronin.send(w.path("/2/reply"), url.Values{"key": {"K"}, "text": {"I read:\n"}, "warning": {"careful"}, "do": {"quote"}}).wants(http.StatusOK)
		if got := page.Find("textarea").Text(); got != "I read:\n\n> They *said* so.\n>\n> > before\n\n" {
			t.Errorf("the form has %q", got)
		}
		if page.attr("[name=key]", "value") != "K" || page.attr("[name=warning]", "value") != "careful" {
			t.Error("the rest of the form was lost")
		}
		if w.events() != before {
			t.Error("something was posted")
		}
	})
	t.Run("a link does the same, for posts from elsewhere too", func(t *testing.T) {
		page := ronin.get(w.path("/3/reply?quote=1")).wants(http.StatusOK)
		if got := page.Find("textarea").Text(); got != "> Not **here**.\n> See [there](https://a.example/x).\n\n" {
			t.Errorf("the form has %q", got)
		}
	})
}

func TestToSeveral(t *testing.T) {
	w := newWorld(t)
	ronin := w.as("ronin")
	w.reply(w.kaya.ID, 1, "Two.")
	w.arrive(1, board.Text{HTML: "<p>Three.</p>"})

	t.Run("the first is answered, the others stand in the To line and are told", func(t *testing.T) {
		page := ronin.get(w.path("/2/reply?also=3")).wants(http.StatusOK)
		if got := page.attr("[name=to]", "value"); got != "#2, #3" {
			t.Errorf("To says %q", got)
		}
		page.has(".quoted", 2)
		column := ronin.follow(ronin.send(w.path("/2/reply"), url.Values{"to": {"#2, #3"}, "text": {"Both of you."}}).wants(http.StatusSeeOther))
		column.shows("#p4 .to", "To: kaya #2; gaijin #3")
		if got := column.attr("#p4 .to a:last-child", "href"); got != "#p3" {
			t.Errorf("leads to %s", got)
		}
		p := w.post(4)
		if p.To.Number != 2 || len(p.Also) != 1 || p.Also[0].Author.ID != w.gaijin.ID {
			t.Errorf("to %+v, also %+v", p.To, p.Also)
		}
		told, err := w.Mentioned(t.Context(), p.ID)
		w.must(err)
		if len(told) != 1 || told[0].ID != w.gaijin.ID {
			t.Errorf("told %v", told)
		}
	})
	t.Run("To may be changed, and all means the article", func(t *testing.T) {
		ronin.follow(ronin.send(w.path("/2/reply"), url.Values{"to": {"3"}, "text": {"You."}})).shows("#p5 .to", "To: gaijin #3")
		ronin.follow(ronin.send(w.path("/2/reply"), url.Values{"to": {"all"}, "text": {"All."}})).shows("#p6 .to", "To: ronin #0")
		ronin.follow(ronin.send(w.path("/2/reply"), url.Values{"to": {"2; p2 #2"}, "text": {"Once."}})).shows("#p7 .to", "To: kaya #2")
	})
	t.Run("an edit leaves it and tells them again", func(t *testing.T) {
		ronin.get(w.path("/4/edit")).shows(".to", "To: kaya #2; gaijin #3")
		ronin.send(w.path("/4/edit"), url.Values{"text": {"Both, I said."}}).wants(http.StatusSeeOther)
		ronin.get(w.path("")).shows("#p4 .to", "To: kaya #2; gaijin #3")
		told, err := w.Mentioned(t.Context(), w.post(4).ID)
		w.must(err)
		if len(told) != 1 {
			t.Errorf("told %v", told)
		}
	})
	t.Run("what is no post of the thread is refused at the field", func(t *testing.T) {
		for _, to := range []string{"99", "2, 99", "two", "2 -1", "2,99999999999999999999"} {
			page := ronin.send(w.path("/2/reply"), url.Values{"to": {to}, "text": {"Hm."}})
			checkRefused(t, page, "to")
			if !strings.Contains(page.attr("[name=to]", "value"), to[len(to)-1:]) || page.Find("textarea").Text() != "Hm." {
				t.Errorf("what was typed with %q is lost", to)
			}
		}
	})
	t.Run("a deleted one is refused, and nothing is lost", func(t *testing.T) {
		w.must(w.Delete(t.Context(), w.gaijin.ID, w.post(3).ID, nil))
		page := ronin.send(w.path("/2/reply"), url.Values{"to": {"2, 3"}, "text": {"Hm."}}).wants(http.StatusGone)
		page.has("#e-to", 1)
		if page.Find("textarea").Text() != "Hm." {
			t.Error("the text was lost")
		}
	})
}

func TestSameTextAsksFirst(t *testing.T) {
	w := newLimitedWorld(t, board.Limits{MemberRepeat: 10 * time.Minute})
	ronin := w.as("ronin")
	first := url.Values{"key": {"K1"}, "text": {"I doubt that very much."}}
	ronin.send(w.path("/1/reply"), first).wants(http.StatusSeeOther)

	t.Run("from another form it asks, and names the post", func(t *testing.T) {
		page := ronin.send(w.path("/1/reply"), url.Values{"key": {"K2"}, "text": {"I  doubt that\r\nvery MUCH. "}}).wants(http.StatusUnprocessableEntity)
		page.shows(".problems li", "You posted this already as #2. Go to post 2")
		if got := page.attr(".problems li a", "href"); got != w.path("#p2") {
			t.Errorf("leads to %s", got)
		}
		values := page.form("main form:has(textarea)")
		if values.Get("key") == "K2" {
			t.Error("the key is the old one")
		}
		ronin.send(w.path("/1/reply"), values).wants(http.StatusUnprocessableEntity)
		values.Set("do", "again")
		for range 2 { // a double click on it makes one
			if got := ronin.send(w.path("/1/reply"), values).wants(http.StatusSeeOther).header.Get("Location"); got != w.path("#p3") {
				t.Errorf("leads to %s", got)
			}
		}
	})
	t.Run("to another post, or by somebody else, it is no repeat", func(t *testing.T) {
		ronin.send(w.path("/2/reply"), url.Values{"text": {"I doubt that very much."}}).wants(http.StatusSeeOther)
		w.as("warden").send(w.path("/1/reply"), url.Values{"text": {"I doubt that very much."}}).wants(http.StatusSeeOther)
	})
	t.Run("the form that was used, with another text, does not lose it", func(t *testing.T) {
		page := ronin.send(w.path("/1/reply"), url.Values{"key": {"K1"}, "text": {"On second thoughts."}}).wants(http.StatusUnprocessableEntity)
		page.shows(".problems li", "From this form you posted #2 already, and now its text is another one. Go to post 2")
		values := page.form("main form:has(textarea)")
		ronin.follow(ronin.send(w.path("/1/reply"), values).wants(http.StatusSeeOther)).shows("#p6 .body", "On second thoughts.")
	})
	t.Run("the form that was used, as it was, leads to its post", func(t *testing.T) {
		if got := ronin.send(w.path("/1/reply"), first).wants(http.StatusSeeOther).header.Get("Location"); got != w.path("#p2") {
			t.Errorf("leads to %s", got)
		}
	})
}

func TestFiftyClicksMakeOnePost(t *testing.T) {
	w := newLimitedWorld(t, board.DefaultLimits())
	ronin := w.as("ronin")
	values := url.Values{"key": {"K"}, "text": {"Once."}}
	var group sync.WaitGroup
	answers := make([]answer, 50)
	for i := range answers {
		group.Go(func() { answers[i] = ronin.send(w.path("/1/reply"), values) })
	}
	group.Wait()
	for _, a := range answers {
		if got := a.wants(http.StatusSeeOther).header.Get("Location"); got != w.path("#p2") {
			t.Errorf("leads to %s", got)
		}
	}
	if _, posts, err := w.ThreadVersion(t.Context(), w.article.Thread); err != nil || posts != 2 {
		t.Errorf("%d posts, %v", posts, err)
	}
}

func TestRepeatFromElsewhereIsFolded(t *testing.T) {
	w := newLimitedWorld(t, board.Limits{RemoteRepeat: 2 * time.Minute})
	w.arrive(1, board.Text{HTML: "<p>First!</p>"})
	w.arrive(1, board.Text{HTML: "<p>first! </p>"})
	w.arrive(1, board.Text{HTML: "<p>Second.</p>"})
	page := w.visitor().get(w.path(""))
	page.has("#p2 .body details", 0)
	page.shows("#p3 .body details summary", "Says the same as #2")
	page.has("#p4 .body details", 0)
}

func TestPreviewNamesStrangers(t *testing.T) {
	w := newWorld(t)
	page := w.as("ronin").send(w.path("/1/reply"), url.Values{"text": {"@kaya @nobody @gaijin@social.example @x@y.example #1 #9"}, "do": {"preview"}}).wants(http.StatusOK)
	page.shows(".preview .hint", "Not found here, so nobody is told: @nobody @x@y.example")
	page.has(".preview .body a", 3)
}
