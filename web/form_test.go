package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"corkboard/board"
	"corkboard/web"
)

func TestReply(t *testing.T) {
	w := newWorld(t)
	ronin := w.as("ronin")

	t.Run("the form shows the post and its answer is the next number", func(t *testing.T) {
		form := ronin.get(w.path("/1/reply")).wants(http.StatusOK)
		form.shows(".quoted .body", "I doubt it.")
		sent := ronin.send(w.path("/1/reply"), url.Values{"key": {form.attr("[name=key]", "value")}, "text": {"So do I."}}).wants(http.StatusSeeOther)
		if got := sent.header.Get("Location"); got != w.path("#p2") {
			t.Errorf("leads to %s", got)
		}
		page := ronin.follow(sent).wants(http.StatusOK)
		page.shows("#p2 .to", "To: ronin #1")
		page.shows("#p2 .body", "So do I.")
	})
	t.Run("a double click makes one post, and both lead to it", func(t *testing.T) {
		values := url.Values{"key": {ronin.get(w.path("/1/reply")).attr("[name=key]", "value")}, "text": {"Once."}}
		answers := make(chan answer, 2)
		for range 2 {
			go func() { answers <- ronin.send(w.path("/1/reply"), values) }()
		}
		first, second := <-answers, <-answers
		third := ronin.send(w.path("/1/reply"), values)
		for _, a := range []answer{first, second, third} {
			if got := a.wants(http.StatusSeeOther).header.Get("Location"); got != w.path("#p3") {
				t.Errorf("leads to %s", got)
			}
		}
		if thread, err := w.Thread(t.Context(), w.article.Thread); err != nil || thread.Posts != 3 {
			t.Errorf("%d posts, %v", thread.Posts, err)
		}
	})
	t.Run("the thread's own form answers the article", func(t *testing.T) {
		page := ronin.get(w.path(""))
		if got := page.attr("form.reply", "action"); got != w.path("/0/reply") {
			t.Fatalf("the form goes to %s", got)
		}
		ronin.follow(ronin.send(w.path("/0/reply"), url.Values{"text": {"To the article."}})).shows("#p4 .to", "To: ronin #0")
	})
	t.Run("a post that is far down is led to on its page", func(t *testing.T) {
		for range 60 {
			w.reply(w.kaya.ID, 1, "More.")
		}
		sent := ronin.send(w.path("/1/reply"), url.Values{"text": {"At last."}}).wants(http.StatusSeeOther)
		if got := sent.header.Get("Location"); got != w.path("?from=51#p65") {
			t.Errorf("leads to %s", got)
		}
		ronin.follow(sent).shows("#p65 .body", "At last.")
	})
}

func TestReplyThatIsNotPostedIsKept(t *testing.T) {
	w := newWorld(t)
	ronin := w.as("ronin")

	t.Run("a preview is not posted and keeps everything", func(t *testing.T) {
		before := w.events()
		page := ronin.send(w.path("/1/reply"), url.Values{"key": {"K"}, "text": {"Not\r\nyet."}, "warning": {"careful"}, "language": {"de"}, "do": {"preview"}}).wants(http.StatusOK)
		page.has("section.preview details.cw", 1)
		if got := page.text("section.preview .body"); !strings.HasSuffix(got, "yet.") {
			t.Errorf("preview: %s", got)
		}
		if got := page.Find("textarea").Text(); got != "Not\nyet." {
			t.Errorf("kept: %q", got)
		}
		for selector, want := range map[string]string{"[name=key]": "K", "[name=warning]": "careful", "option[selected]": "de"} {
			if got := page.attr(selector, "value"); got != want {
				t.Errorf("%s is %q", selector, got)
			}
		}
		if w.events() != before {
			t.Error("something was posted")
		}
	})
	t.Run("an empty one comes back with the reason at the field", func(t *testing.T) {
		checkRefused(t, ronin.send(w.path("/1/reply"), url.Values{"text": {" "}, "warning": {"kept"}}), "text", "warning")
	})
	t.Run("a text that is too long comes back whole", func(t *testing.T) {
		long := strings.Repeat("word ", 20_000)
		page := ronin.send(w.path("/1/reply"), url.Values{"text": {long}}).wants(http.StatusUnprocessableEntity)
		if page.Find("textarea").Text() != long {
			t.Error("the text was lost")
		}
	})
	t.Run("somebody whose log-in ended keeps the text", func(t *testing.T) {
		page := w.visitor().send(w.path("/1/reply"), url.Values{"text": {"Long thoughts."}}).wants(http.StatusForbidden)
		if got := page.Find("textarea").Text(); got != "Long thoughts." {
			t.Errorf("kept: %q", got)
		}
	})
	t.Run("a visitor is told how to answer from elsewhere", func(t *testing.T) {
		page := w.visitor().get(w.path("/1/reply")).wants(http.StatusOK)
		page.shows("code.handle", w.server.URL+w.path("/1"))
		page.has("form", 0)
		if got, err := url.Parse(page.attr("a.btn", "href")); err != nil || got.Path != "/login" || got.Query().Get("next") != w.path("/1/reply") {
			t.Errorf("log in at %s", got)
		}
	})
}

func TestFloodsAreSlowed(t *testing.T) {
	w := newLimitedWorld(t, board.Limits{MemberPostsPerHour: 3})
	ronin := w.as("ronin")
	ronin.send(w.path("/1/reply"), url.Values{"text": {"One."}}).wants(http.StatusSeeOther)
	page := ronin.send(w.path("/1/reply"), url.Values{"text": {"One too many."}}).wants(http.StatusTooManyRequests)
	if wait, err := strconv.Atoi(page.header.Get("Retry-After")); err != nil || wait < 1 {
		t.Errorf("Retry-After: %q", page.header.Get("Retry-After"))
	}
	if got := page.Find("textarea").Text(); got != "One too many." {
		t.Errorf("kept: %q", got)
	}
}

// checkRefused says what a refused form must have (ux: 3.3.1, 3.3.3).
func checkRefused(t *testing.T, page answer, field string, kept ...string) {
	t.Helper()
	page.t = t
	page.wants(http.StatusUnprocessableEntity)
	input := page.Find("#f-" + field)
	if input.AttrOr("aria-invalid", "") != "true" && field != "topics" {
		t.Errorf("%s is not marked", field)
	}
	message := page.Find("#e-" + field)
	if message.Length() != 1 || !strings.Contains(" "+input.AttrOr("aria-describedby", "")+" ", " e-"+field+" ") {
		t.Errorf("no reason is tied to %s", field)
	}
	if got := page.attr(".problems a", "href"); got != "#f-"+field {
		t.Errorf("the summary leads to %s", got)
	}
	page.has(".problems[role=alert][autofocus]", 1)
	if !strings.HasPrefix(page.text("title"), "Error: ") {
		t.Errorf("title: %s", page.text("title"))
	}
	for _, name := range kept {
		if got := page.attr("[name="+name+"]", "value"); got != "kept" {
			t.Errorf("%s was lost: %q", name, got)
		}
	}
}

func TestPostArticle(t *testing.T) {
	w := newWorld(t)
	ronin := w.as("ronin")
	whole := func() url.Values {
		return url.Values{
			"key": {"first"}, "title": {"Ferry sinks"}, "url": {"https://times.example/ferry"}, "publication": {"The Example Times"},
			"author": {"B. Writer"}, "date": {"2011-02-01"}, "text": {"It was old."}, "topics": {"local", "news"},
			"keywords": {"Ferry, #harbour  fish"}, "remark": {"I said so."}, "language": {"en"}, "do": {"post"},
		}
	}
	t.Run("a visitor logs in first and comes back", func(t *testing.T) {
		if got := w.visitor().get("/post?topic=local").wants(http.StatusSeeOther).header.Get("Location"); got != "/login?next=%2Fpost%3Ftopic%3Dlocal" {
			t.Errorf("leads to %s", got)
		}
	})
	t.Run("the topic of the link is ticked", func(t *testing.T) {
		page := ronin.get("/post?topic=local&title=Hm&url=https%3A%2F%2Fa.example")
		page.has("[name=topics]", 2)
		if got := page.attr("[name=topics][checked]", "value"); got != "local" {
			t.Errorf("ticked: %s", got)
		}
		if page.attr("[name=title]", "value") != "Hm" || page.attr("[name=url]", "value") != "https://a.example" {
			t.Error("title and link are not filled in")
		}
	})
	t.Run("a whole one becomes a thread with the remark as post 1", func(t *testing.T) {
		page := ronin.follow(ronin.send("/post", whole()).wants(http.StatusSeeOther)).wants(http.StatusOK)
		page.shows("h1", "Ferry sinks")
		page.shows(".source", "The Example Times ^ | Tuesday, 1 February 2011 | B. Writer")
		page.shows(".filed", "TOPICS: Local; News KEYWORDS: ferry; harbour; fish + add a keyword")
		page.shows("#p1 .body", "I said so.")
		page.has("article.post", 1)
	})
	t.Run("a second click leads to the same thread", func(t *testing.T) {
		first, second := ronin.send("/post", whole()), ronin.send("/post", whole())
		if first.header.Get("Location") != second.header.Get("Location") {
			t.Errorf("%s and %s", first.header.Get("Location"), second.header.Get("Location"))
		}
	})
	t.Run("a preview shows title, source line and text", func(t *testing.T) {
		values := whole()
		values.Set("do", "preview")
		page := ronin.send("/post", values).wants(http.StatusOK)
		page.shows(".preview .title", "Ferry sinks")
		page.shows(".preview .source", "The Example Times ^ | Tuesday, 1 February 2011 | B. Writer")
		page.shows(".preview > .body:not(h3 ~ *)", "It was old.")
		page.has("[name=topics][checked]", 2)
	})
	for field, value := range map[string]string{"title": "", "topics": "none", "url": "javascript:alert(1)"} {
		t.Run("a wrong "+field+" comes back with everything else", func(t *testing.T) {
			values := whole()
			values.Set("key", "wrong "+field)
			values.Set(field, value)
			values.Set("publication", "kept")
			checkRefused(t, ronin.send("/post", values), field, "publication")
		})
	}
	t.Run("somebody whose log-in ended keeps the text", func(t *testing.T) {
		page := w.visitor().send("/post", whole()).wants(http.StatusForbidden)
		if got := page.Find("#f-text").Text(); got != "It was old." {
			t.Errorf("kept: %q", got)
		}
	})
}

func TestEdit(t *testing.T) {
	w := newWorld(t)
	ronin := w.as("ronin")
	t.Run("a post changes and says so", func(t *testing.T) {
		form := ronin.get(w.path("/1/edit")).wants(http.StatusOK)
		if got := form.Find("#f-text").Text(); got != "I doubt it." {
			t.Errorf("the form has %q", got)
		}
		form.has("[name=title]", 0)
		page := ronin.follow(ronin.send(w.path("/1/edit"), url.Values{"text": {"I am sure."}}))
		page.shows("#p1 .body", "I am sure.")
		if !strings.Contains(page.text("#p1 .byline"), " · edited ") {
			t.Errorf("byline: %s", page.text("#p1 .byline"))
		}
	})
	t.Run("an article changes with title and source line", func(t *testing.T) {
		form := ronin.get(w.path("/0/edit")).wants(http.StatusOK)
		if form.attr("[name=title]", "value") != "Harbour bridge to close" || form.attr("[name=date]", "value") != "2011-01-04" {
			t.Error("the form is not filled in")
		}
		page := ronin.follow(ronin.send(w.path("/0/edit"), url.Values{"title": {"Bridge closed"}, "text": {"At last."}, "author": {"C. Writer"}}))
		page.shows("h1", "Bridge closed")
		page.shows(".source", "C. Writer")
		page.shows(".op .body", "At last.")
	})
	t.Run("an emptied post is refused", func(t *testing.T) {
		checkRefused(t, ronin.send(w.path("/1/edit"), url.Values{"text": {""}, "warning": {"kept"}}), "text", "warning")
	})
	t.Run("others may not", func(t *testing.T) {
		w.as("warden").get(w.path("/1/edit")).wants(http.StatusForbidden)
		w.as("warden").send(w.path("/1/edit"), url.Values{"text": {"Hm."}}).wants(http.StatusForbidden)
		w.visitor().get(w.path("/1/edit")).wants(http.StatusSeeOther)
		w.visitor().send(w.path("/1/edit"), url.Values{"text": {"Hm."}}).wants(http.StatusForbidden)
		if got := w.post(1).Source; got != "I am sure." {
			t.Errorf("the text is %q", got)
		}
	})
}

func TestDelete(t *testing.T) {
	w := newWorld(t)
	ronin, warden := w.as("ronin"), w.as("warden")
	mine := w.reply(w.ronin.ID, 1, "Mine.")
	his := w.reply(w.kaya.ID, 1, "His.")
	t.Run("its author is asked once", func(t *testing.T) {
		page := ronin.get(w.path("/2/delete")).wants(http.StatusOK)
		page.shows("h1", "Delete post 2?")
		page.shows(".quoted .body", "Mine.")
		page.has("[name=reason]", 0)
		ronin.follow(ronin.send(w.path("/2/delete"), url.Values{}).wants(http.StatusSeeOther)).has("#p2 .tomb", 1)
		if got := w.post(mine.Number).State; got != board.Deleted {
			t.Errorf("state %d", got)
		}
		ronin.send(w.path("/2/delete"), url.Values{}).wants(http.StatusSeeOther) // a second click
	})
	t.Run("a moderator says why", func(t *testing.T) {
		warden.get(w.path("/3/delete")).wants(http.StatusOK).shows("h1", "Remove post 3?")
		checkRefused(t, warden.send(w.path("/3/delete"), url.Values{}), "reason")
		warden.send(w.path("/3/delete"), url.Values{"reason": {"rude"}}).wants(http.StatusSeeOther)
		if got := w.post(his.Number); got.State != board.Removed || got.Reason != "rude" {
			t.Errorf("%d, %q", got.State, got.Reason)
		}
	})
	t.Run("others may not", func(t *testing.T) {
		w.reply(w.kaya.ID, 1, "Hers.")
		ronin.send(w.path("/4/delete"), url.Values{}).wants(http.StatusForbidden)
		w.visitor().send(w.path("/4/delete"), url.Values{}).wants(http.StatusForbidden)
		if got := w.post(4).State; got != board.Live {
			t.Errorf("state %d", got)
		}
	})
}

func TestLogin(t *testing.T) {
	w := newWorld(t)
	t.Run("name and password open the page that was asked for", func(t *testing.T) {
		for _, name := range []string{"ronin", " Ronin", "@ronin", "ronin@" + strings.TrimPrefix(w.server.URL, "http://")} {
			b := w.visitor()
			sent := b.send("/login", url.Values{"name": {name}, "password": {password}, "next": {"/topics?x=1"}}).wants(http.StatusSeeOther)
			if got := sent.header.Get("Location"); got != "/topics?x=1" {
				t.Errorf("leads to %s", got)
			}
			b.get("/").shows(".me", "Drafts ronin Log out")
		}
	})
	t.Run("the answer to a wrong name is the one to a wrong password", func(t *testing.T) {
		wrongName := w.visitor().send("/login", url.Values{"name": {"nobody"}, "password": {password}})
		wrongPassword := w.visitor().send("/login", url.Values{"name": {"warden"}, "password": {"wrong password"}})
		checkRefused(t, wrongName, "name")
		if strings.ReplaceAll(wrongName.text("main"), "nobody", "") != strings.ReplaceAll(wrongPassword.text("main"), "warden", "") || wrongName.status != wrongPassword.status {
			t.Errorf("%d %s\n%d %s", wrongName.status, wrongName.text("main"), wrongPassword.status, wrongPassword.text("main"))
		}
		if got := wrongPassword.attr("[name=password]", "value"); got != "" {
			t.Errorf("the password comes back: %q", got)
		}
		if got := wrongPassword.attr("[name=name]", "value"); got != "warden" {
			t.Errorf("the name was lost: %q", got)
		}
	})
	t.Run("the cookie is the browser's alone, lives a month and is new at each log-in", func(t *testing.T) {
		b := w.visitor()
		log := func() *http.Cookie {
			sent := b.send("/login", url.Values{"name": {"warden"}, "password": {password}})
			cookies := (&http.Response{Header: sent.header}).Cookies()
			i := slices.IndexFunc(cookies, func(c *http.Cookie) bool { return c.Name == "corkboard" })
			if i < 0 {
				t.Fatalf("no session among %v", cookies)
			}
			return cookies[i]
		}
		first, second := log(), log()
		if first.Value == second.Value {
			t.Error("the token stayed")
		}
		if !first.HttpOnly || first.SameSite != http.SameSiteLaxMode || first.Path != "/" || first.Domain != "" {
			t.Errorf("cookie: %s", first)
		}
		if days := time.Duration(first.MaxAge) * time.Second / (24 * time.Hour); days != 30 {
			t.Errorf("it lives %d days", days)
		}
		old := w.visitor()
		r := old.request(http.MethodGet, "/", nil)
		r.AddCookie(first)
		old.do(r).shows(".me", "Log in")
	})
	t.Run("logging out ends the session on the server", func(t *testing.T) {
		b := w.as("ronin")
		home, err := url.Parse(w.server.URL)
		w.must(err)
		cookies := b.client.Jar.Cookies(home)
		b.send("/logout", url.Values{}).wants(http.StatusSeeOther)
		b.get("/").shows(".me", "Log in")
		r := w.visitor().request(http.MethodGet, "/", nil)
		r.AddCookie(cookies[0])
		w.visitor().do(r).shows(".me", "Log in")
	})
	t.Run("a planted cookie opens nothing", func(t *testing.T) {
		r := w.visitor().request(http.MethodGet, "/post", nil)
		r.AddCookie(&http.Cookie{Name: "corkboard", Value: "planted"})
		w.visitor().do(r).wants(http.StatusSeeOther)
	})
}

func TestLoginIsLimited(t *testing.T) {
	address := "192.0.2.1"
	w := newWorld(t, func(c *web.Config) {
		c.Limits.LoginBurst, c.Limits.LoginEvery = 3, time.Hour
		c.ClientIP = func(*http.Request) string { return address }
	})
	try := func(name string) answer {
		return w.visitor().send("/login", url.Values{"name": {name}, "password": {"wrong password"}})
	}
	for range 3 {
		try("ronin").wants(http.StatusUnprocessableEntity)
	}
	limited := try("ronin").wants(http.StatusTooManyRequests)
	if wait, err := strconv.Atoi(limited.header.Get("Retry-After")); err != nil || wait < 1 {
		t.Errorf("Retry-After: %q", limited.header.Get("Retry-After"))
	}
	if got := limited.attr("[name=name]", "value"); got != "ronin" {
		t.Errorf("the name was lost: %q", got)
	}
	try("somebody").wants(http.StatusTooManyRequests) // the address is limited
	address = "2001:db8::1"
	try("ronin").wants(http.StatusTooManyRequests) // the account is limited
	for range 2 {
		try("another").wants(http.StatusUnprocessableEntity)
	}
	address = "2001:db8::2"
	try("one more").wants(http.StatusTooManyRequests) // the same household
	address = "198.51.100.7"
	try("one more").wants(http.StatusUnprocessableEntity)
}

func TestNobodyIsLockedOutOfHisOwnBrowser(t *testing.T) {
	address := "192.0.2.1"
	w := newWorld(t, func(c *web.Config) {
		c.Limits.LoginBurst, c.Limits.LoginEvery = 3, time.Hour
		c.ClientIP = func(*http.Request) string { return address }
	})
	login := func(b *browser, password string) answer {
		return b.send("/login", url.Values{"name": {"ronin"}, "password": {password}})
	}
	his := w.as("ronin")
	his.send("/logout", nil).wants(http.StatusSeeOther)
	address = "198.51.100.7"
	for range 2 {
		login(w.visitor(), "wrong password").wants(http.StatusUnprocessableEntity)
	}
	address = "203.0.113.9"
	t.Run("somebody else's tries slow every other browser", func(t *testing.T) {
		login(w.visitor(), password).wants(http.StatusTooManyRequests)
	})
	t.Run("but not the one in which he was logged in", func(t *testing.T) {
		login(his, password).wants(http.StatusSeeOther)
	})
	t.Run("which has a limit of its own", func(t *testing.T) {
		for n := range 2 {
			address = fmt.Sprintf("203.0.113.%d", 10+n)
			login(his, "wrong password").wants(http.StatusUnprocessableEntity)
		}
		address = "203.0.113.20"
		login(his, password).wants(http.StatusTooManyRequests)
	})
	t.Run("and is familiar to nobody else", func(t *testing.T) {
		address = "203.0.113.30"
		login(w.as("warden"), password).wants(http.StatusTooManyRequests)
	})
}

func TestSecureCookie(t *testing.T) {
	w := newWorld(t, func(c *web.Config) { c.Address = "https://board.example" })
	sent := w.visitor().send("/login", url.Values{"name": {"ronin"}, "password": {password}}).wants(http.StatusSeeOther)
	if got := sent.header.Get("Set-Cookie"); !strings.HasPrefix(got, "__Host-corkboard=") || !strings.Contains(got, "; Secure") {
		t.Errorf("Set-Cookie: %s", got)
	}
	if got := sent.header.Get("Strict-Transport-Security"); got == "" {
		t.Error("browsers are not told to stay with https")
	}
}

func TestNextStaysHere(t *testing.T) {
	w := newWorld(t)
	for _, next := range []string{"//evil.example", `/\evil.example`, "https:evil.example", "https://evil.example", "javascript:alert(1)", "evil", "/\t/evil.example", "\\\\evil", ""} {
		t.Run(next, func(t *testing.T) {
			sent := w.visitor().send("/login", url.Values{"name": {"ronin"}, "password": {password}, "next": {next}}).wants(http.StatusSeeOther)
			if got := sent.header.Get("Location"); got != "/" {
				t.Errorf("leads to %s", got)
			}
		})
		if len(next) > 12 {
			continue
		}
		if got := w.visitor().get("/login?next="+url.QueryEscape(next)).attr("[name=next]", "value"); got != "/" {
			t.Errorf("the form has %q", got)
		}
	}
}

func TestJoin(t *testing.T) {
	w := newWorld(t)
	secret, err := w.Invite(t.Context(), board.RoleAdmin, time.Hour)
	w.must(err)
	b := w.visitor()
	b.get("/join/"+secret).wants(http.StatusOK).has("[name=password][autocomplete=new-password]", 1)

	checkRefused(t, b.send("/join/"+secret, url.Values{"name": {"Ronin!"}, "password": {password}, "tagline": {"kept"}}), "name", "tagline")
	checkRefused(t, b.send("/join/"+secret, url.Values{"name": {"ronin"}, "password": {password}}), "name")
	checkRefused(t, b.send("/join/"+secret, url.Values{"name": {"chief"}, "password": {"short"}}), "password")

	b.send("/join/"+secret, url.Values{"name": {"chief"}, "password": {password}}).wants(http.StatusSeeOther)
	b.get("/").shows(".me", "Drafts chief Log out")
	if m, err := w.Member(t.Context(), "chief"); err != nil || m.Role != board.RoleAdmin {
		t.Errorf("role %s, %v", m.Role, err)
	}
	w.visitor().get("/join/" + secret).wants(http.StatusNotFound)
	w.visitor().send("/join/"+secret, url.Values{"name": {"second"}, "password": {password}}).wants(http.StatusNotFound)
}
