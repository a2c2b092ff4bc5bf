package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"corkboard/board"
	"corkboard/web"
)

// elsewhere knows one server and its way to follow and to answer.
func elsewhere(_ context.Context, handle string) (string, error) {
	if handle == "a@mock.example" {
		return "https://mock.example/authorize?uri={uri}", nil
	}
	return "", board.Errorf(board.NotFound, "nowhere.example does not answer.")
}

func TestFollowFromElsewhere(t *testing.T) {
	w := newWorld(t, func(c *web.Config) { c.Elsewhere = elsewhere })
	host := w.Address().Host()
	t.Run("the handle is on the topic's page, beside the form", func(t *testing.T) {
		page := w.visitor().get("/topics/news")
		page.shows(".follow code.handle", "@news@"+host)
		page.has(`form[action="/follow"] input[name=address]`, 1)
		w.as("ronin").get("/topics/news").has(`form[action="/follow"]`, 0)
	})
	t.Run("a known server is gone to, with the topic's address", func(t *testing.T) {
		b := w.visitor()
		page := b.send("/follow", url.Values{"topic": {"news"}, "address": {"@a@mock.example"}}).wants(http.StatusOK)
		want := "https://mock.example/authorize?uri=" + url.QueryEscape(string(w.Address())+"/topics/news")
		if got := page.attr("main a.btn", "href"); got != want {
			t.Errorf("the link leads to %s, not %s", got, want)
		}
		if got := page.header.Get("Refresh"); got != "0; url="+want {
			t.Errorf("the page goes to %s", got)
		}
		if got := b.get("/follow?topic=local").attr("input[name=address]", "value"); got != "a@mock.example" {
			t.Errorf("the next form knows %q", got)
		}
	})
	t.Run("an unknown server leaves the handle to be copied, and what was typed", func(t *testing.T) {
		page := w.visitor().send("/follow", url.Values{"topic": {"news"}, "address": {"b@nowhere.example"}}).wants(http.StatusOK)
		page.shows("main code.handle", "@news@"+host)
		if got := page.attr("input[name=address]", "value"); got != "b@nowhere.example" {
			t.Errorf("the form has %q", got)
		}
		if page.header.Get("Refresh") != "" || !strings.Contains(page.text("main"), "nowhere.example does not answer.") {
			t.Error(page.text("main"))
		}
	})
	t.Run("the address of a profile is as good", func(t *testing.T) {
		for _, address := range []string{"https://mock.example/@a", "https://mock.example/users/a/", "acct:a@mock.example"} {
			page := w.visitor().send("/follow", url.Values{"topic": {"news"}, "address": {address}}).wants(http.StatusOK)
			page.has(`main a.btn[href^="https://mock.example/authorize"]`, 1)
		}
	})
	t.Run("what is no address is said beside the field", func(t *testing.T) {
		for _, address := range []string{"nonsense", "https://mock.example", "https://mock.example/@", "https://@a", "a b@mock.example", "a/b@mock.example"} {
			page := w.visitor().send("/follow", url.Values{"topic": {"news"}, "address": {address}}).wants(http.StatusUnprocessableEntity)
			page.shows("#e-address", "Your address looks like you@your.server.")
			page.shows("main code.handle", "@news@"+host)
		}
	})
	t.Run("a member of this board is led to log in", func(t *testing.T) {
		page := w.visitor().send("/follow", url.Values{"topic": {"news"}, "address": {"ronin@" + host}}).wants(http.StatusSeeOther)
		if got := page.header.Get("Location"); got != "/login?next=%2Ftopics%2Fnews" {
			t.Error(got)
		}
	})
	t.Run("members are followed too, and nobody who is not here", func(t *testing.T) {
		w.visitor().get("/follow?member=ronin").wants(http.StatusOK).shows("main code.handle", "@ronin@"+host)
		for _, path := range []string{"/follow?topic=nowhere", "/follow?member=nobody", "/follow"} {
			w.visitor().get(path).wants(http.StatusNotFound)
		}
	})
}

func TestTemplatesOfOtherServersAreNotTrusted(t *testing.T) {
	w := newWorld(t, func(c *web.Config) {
		c.Elsewhere = func(context.Context, string) (string, error) { return "javascript:alert('{uri}')", nil }
	})
	page := w.visitor().send("/follow", url.Values{"topic": {"news"}, "address": {"a@mock.example"}}).wants(http.StatusOK)
	if page.header.Get("Refresh") != "" || strings.Contains(page.body, "javascript:") {
		t.Error("the page leads to a script")
	}
	page.shows("main code.handle", "@news@"+w.Address().Host())
}

func TestAnswerFromElsewhere(t *testing.T) {
	w := newWorld(t, func(c *web.Config) { c.Elsewhere = elsewhere })
	remote := w.arrive(1, board.Text{HTML: "<p>It is so.</p>"})
	b := w.visitor()
	b.get(w.path("")).has(`#p1 a[href="`+w.path("/1/remote")+`"]`, 1)
	for path, post := range map[string]board.Post{w.path("/1/remote"): w.post(1), w.path("/2/remote"): remote, w.path("/0/remote"): w.article} {
		b.get(path).wants(http.StatusOK).shows("main code.handle", post.URI)
		page := b.send(path, url.Values{"address": {"a@mock.example"}}).wants(http.StatusOK)
		if got := page.attr("main a.btn", "href"); got != "https://mock.example/authorize?uri="+url.QueryEscape(post.URI) {
			t.Errorf("%s leads to %s", path, got)
		}
	}
}

func TestServersAreAskedSlowly(t *testing.T) {
	w := newWorld(t, func(c *web.Config) { c.Elsewhere, c.Limits.LookupBurst, c.Limits.LookupEvery = elsewhere, 2, time.Hour })
	values := url.Values{"topic": {"news"}, "address": {"a@mock.example"}}
	for _, want := range []int{200, 200, 429} {
		page := w.visitor().send("/follow", values)
		if page.status != want {
			t.Fatalf("answered %d, not %d", page.status, want)
		}
	}
}

func TestInteract(t *testing.T) {
	w := newWorld(t)
	remote := w.arrive(1, board.Text{HTML: "<p>It is so.</p>"})
	address := string(w.Address())
	for uri, want := range map[string]string{
		w.post(1).URI: w.path("/1/reply"), remote.URI: w.path("/2/reply"), address + w.path(""): w.path("/0/reply"), address + "/topics/news": "/topics/news",
		"acct:news@" + w.Address().Host(): "/topics/news", address + "/members/ronin": "/members/ronin",
	} {
		got := w.visitor().get("/interact?uri=" + url.QueryEscape(uri)).wants(http.StatusSeeOther)
		if got.header.Get("Location") != want {
			t.Errorf("%s leads to %s, not %s", uri, got.header.Get("Location"), want)
		}
	}
	t.Run("somebody elsewhere cannot be followed, and the page says so and leads on", func(t *testing.T) {
		page := w.visitor().get("/interact?uri=" + url.QueryEscape(w.gaijin.URI)).wants(http.StatusOK)
		page.has(`main a[href="/~gaijin@social.example"]`, 2)
	})
	t.Run("what is not here can be looked up", func(t *testing.T) {
		uri := "https://far.example/<script>"
		page := w.as("ronin").get("/interact?uri=" + url.QueryEscape(uri)).wants(http.StatusOK)
		page.shows("main code.handle", uri)
		page.has(`main a[href="/search?q=`+url.QueryEscape(uri)+`"]`, 1)
		w.visitor().get("/interact").wants(http.StatusNotFound)
	})
}
