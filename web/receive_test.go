package web_test

import (
	"database/sql"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/alexedwards/scs/v2"

	"corkboard/board"
	"corkboard/web"
)

// form is what a form would send if its button said nothing.
func (a answer) form(selector string) url.Values {
	values := url.Values{}
	a.Find(selector).First().Find("input[name],textarea[name],select[name]").Each(func(_ int, s *goquery.Selection) {
		name, _ := s.Attr("name")
		value, _ := s.Attr("value")
		if s.Is("textarea") {
			value = s.Text()
		}
		if s.Is("select") {
			value, _ = s.Find("[selected]").Attr("value")
		}
		values.Add(name, value)
	})
	return values
}

func TestLogInWithTheForm(t *testing.T) {
	w := newWorld(t, func(c *web.Config) { c.Limits.LoginBurst = 8 })
	for path, values := range map[string]url.Values{
		w.path("/1/reply"): {"text": {"Long thoughts."}, "warning": {"careful"}},
		w.path("/1/edit"):  {"text": {"Other thoughts."}},
		"/post":            {"title": {"News"}, "text": {"Long thoughts."}, "topics": {"news"}},
	} {
		t.Run("a log-in that ended loses nothing of "+path, func(t *testing.T) {
			ronin, before := w.visitor(), w.events()
			page := ronin.send(path, values).wants(http.StatusForbidden)
			page.has("[name=member][autocomplete=username]", 1)
			page.has("[name=password][autocomplete=current-password]", 1)
			sent := page.form("main form")
			for name := range values {
				if name != "topics" && sent.Get(name) != values.Get(name) {
					t.Errorf("%s is %q", name, sent.Get(name))
				}
			}
			sent.Set("member", "@Ronin")
			sent.Set("password", "wrong horse")
			page = ronin.send(path, sent).wants(http.StatusUnprocessableEntity)
			if strings.Contains(page.body, "wrong horse") {
				t.Error("the password is on the page")
			}
			page.shows("#e-member", "Name or password is wrong.")
			if w.events() != before {
				t.Fatal("something was posted")
			}
			sent = page.form("main form")
			sent.Set("member", "@Ronin")
			sent.Set("password", password)
			sent["topics"] = values["topics"]
			ronin.send(path, sent).wants(http.StatusSeeOther)
			ronin.get("/drafts").wants(http.StatusOK) // logged in
			if w.events() == before {
				t.Error("nothing was posted")
			}
		})
	}
	t.Run("it is logged in for a preview too", func(t *testing.T) {
		ronin := w.visitor()
		page := ronin.send(w.path("/1/reply"), url.Values{"text": {"Hm."}, "do": {"preview"}, "member": {"warden"}, "password": {password}}).wants(http.StatusOK)
		page.has("section.preview", 1)
		page.has("[name=password]", 0)
		ronin.get("/drafts").wants(http.StatusOK)
	})
	t.Run("tries are limited as at the front door", func(t *testing.T) {
		values := url.Values{"text": {"Mine."}, "member": {"kaya"}, "password": {"guess"}}
		guesser := w.visitor()
		for range 10 {
			if a := guesser.send(w.path("/1/reply"), values); a.status == http.StatusTooManyRequests {
				if a.header.Get("Retry-After") == "" || a.Find("textarea").Text() != "Mine." {
					t.Errorf("Retry-After %q, kept %q", a.header.Get("Retry-After"), a.Find("textarea").Text())
				}
				guesser.send("/login", url.Values{"name": {"kaya"}, "password": {"guess"}}).wants(http.StatusTooManyRequests)
				return
			}
		}
		t.Error("ten guesses were taken")
	})
	t.Run("another site's form logs nobody in", func(t *testing.T) {
		b := w.visitor()
		r := b.request(http.MethodPost, w.path("/1/reply"), strings.NewReader(url.Values{"text": {"x"}, "member": {"ronin"}, "password": {password}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "https://evil.example")
		a := b.do(r).wants(http.StatusForbidden)
		if len(a.header.Values("Set-Cookie")) > 0 || strings.Contains(a.body, password) {
			t.Error("it did something")
		}
		a.has("main form button", 0)
	})
}

func TestTextSurvives(t *testing.T) {
	var disk *failing
	w := newLimitedWorld(t, board.Limits{}, func(c *web.Config) {
		c.Limits.FormBytes = 8 << 10
		disk = &failing{Store: c.Sessions}
		c.Sessions = disk
	})
	ronin := w.as("ronin")
	target := w.reply(w.kaya.ID, 1, "Going.")
	keeps := func(t *testing.T, a answer, text string) {
		t.Helper()
		if got := a.Find("main textarea").First().Text(); got != text {
			t.Errorf("kept: %q", got)
		}
	}
	t.Run("a post that was deleted meanwhile, and the article is answered instead", func(t *testing.T) {
		w.must(w.Delete(t.Context(), w.kaya.ID, target.ID, nil))
		page := ronin.send(w.path("/2/reply"), url.Values{"text": {"Stay."}}).wants(http.StatusGone)
		keeps(t, page, "Stay.")
		values := page.form("main form")
		values.Set("to", "all")
		ronin.follow(ronin.send(w.path("/2/reply"), values).wants(http.StatusSeeOther)).shows("#p3 .to", "To: ronin #0")
	})
	t.Run("a form that is too long keeps what fits", func(t *testing.T) {
		long := strings.Repeat("word ", 2000)
		page := ronin.send(w.path("/1/reply"), url.Values{"text": {long}}).wants(http.StatusRequestEntityTooLarge)
		got := page.Find("main textarea").First().Text()
		if len(got) < 7<<10 || !strings.HasPrefix(long, got) {
			t.Errorf("kept %d bytes", len(got))
		}
	})
	t.Run("a thread that is not there", func(t *testing.T) {
		page := ronin.send("/t/99/1/reply", url.Values{"text": {"Where?"}}).wants(http.StatusNotFound)
		keeps(t, page, "Where?")
		page.has("main form button", 0)
	})
	t.Run("a thread that was locked meanwhile", func(t *testing.T) {
		lock(t, w, 1)
		page := ronin.send(w.path("/1/reply"), url.Values{"text": {"Too late?"}}).wants(http.StatusForbidden)
		keeps(t, page, "Too late?")
		page.has("main textarea[readonly]", 1)
		lock(t, w, 0)
	})
	t.Run("a topic that was closed meanwhile", func(t *testing.T) {
		w.must(w.CloseTopic(t.Context(), w.warden.ID, "local"))
		page := ronin.send("/post", url.Values{"title": {"News"}, "text": {"Where to?"}, "topics": {"local"}}).wants(http.StatusUnprocessableEntity)
		keeps(t, page, "Where to?")
		page.has("#e-topics", 1)
	})
	t.Run("what does not parse is no form", func(t *testing.T) {
		r := ronin.request(http.MethodPost, w.path("/1/reply"), strings.NewReader("text=%zz"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		ronin.do(r).wants(http.StatusBadRequest)
	})
	t.Run("another site's form is shown and not sent", func(t *testing.T) {
		r := ronin.request(http.MethodPost, w.path("/1/reply"), strings.NewReader(url.Values{"text": {"<b>x"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "https://evil.example")
		page := ronin.do(r).wants(http.StatusForbidden)
		keeps(t, page, "<b>x")
		page.has("main form button", 0)
	})
	t.Run("a board that cannot be read or written", func(t *testing.T) {
		disk.fails.Store(true)
		page := ronin.send(w.path("/1/reply"), url.Values{"key": {"K"}, "text": {"Hold on to this."}, "warning": {"w"}})
		page.wants(http.StatusInternalServerError)
		keeps(t, page, "Hold on to this.")
		if got := page.form("main form"); got.Get("key") != "K" || got.Get("warning") != "w" || page.attr("main form", "action") != w.path("/1/reply") {
			t.Errorf("it would send %v", got)
		}
		page.shows("main form button", "Send it again")
		disk.fails.Store(false)
		ronin.follow(ronin.send(w.path("/1/reply"), page.form("main form")).wants(http.StatusSeeOther)).shows("#p4 .body", "Content warning: wHold on to this.")
	})
}

// lock closes the article's thread for replies at a time, as a moderator will.
func lock(t *testing.T, w *world, at int) {
	t.Helper()
	db, err := sql.Open("sqlite3", w.db.Path())
	w.must(err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), "UPDATE threads SET locked_at = ?", at)
	w.must(err)
}

// failing is a store of sessions on a disk that fails at times.
type failing struct {
	scs.Store
	fails atomic.Bool
}

func (f *failing) Find(token string) ([]byte, bool, error) {
	if f.fails.Load() {
		return nil, false, errors.New("disk I/O error")
	}
	return f.Store.Find(token)
}
