package web_test

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"corkboard/activitypub"
	"corkboard/activitypub/activitypubtest"
	"corkboard/board"
	"corkboard/inbox"
	"corkboard/web"
)

// asking lets members have servers on loopback asked.
func asking(t *testing.T) func(*web.Config) {
	client := activitypub.NewClient(activitypub.ClientConfig{
		UserAgent: "test", AllowHTTP: true, AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	t.Cleanup(client.Close)
	return func(c *web.Config) {
		c.Lookup = inbox.New(inbox.Config{Board: c.Board, Client: client, Keys: activitypub.NewKeyFinder(client, noKeys{}), AllowHTTP: true})
	}
}

type noKeys struct{}

func (noKeys) Key(context.Context, string) (owner, pem string, ok bool, err error) {
	return "", "", false, nil
}

// wait follows the page's own way on until it has the answer.
func (b *browser) wait(a answer) answer {
	b.w.t.Helper()
	for range 200 {
		again := a.attr(".lookup a[href*='again=']", "href")
		if again == "" {
			return a
		}
		time.Sleep(10 * time.Millisecond)
		a = b.get(again)
	}
	b.w.t.Fatal("there is no answer")
	return a
}

func TestLookup(t *testing.T) {
	w := newWorld(t, asking(t))
	s := activitypubtest.NewServer(t, "mastodon")
	carol := s.Actor(t, "carol")
	handle := "@carol@" + s.Host
	visitor, member := w.visitor(), w.as("ronin")

	t.Run("visitors are told that members can, and nobody is asked", func(t *testing.T) {
		a := visitor.search(handle).wants(http.StatusOK)
		a.shows(".lookup p", "Members can have other servers asked for people and posts. Log in")
		if got := a.attr(".lookup a", "href"); got != "/login?next="+url.QueryEscape("/search?q="+url.QueryEscape(handle)) {
			t.Error(got)
		}
		if got := s.Fetched(); len(got) != 0 {
			t.Errorf("it was asked for %v", got)
		}
	})
	t.Run("a link on another site has nobody asked", func(t *testing.T) {
		r := member.request(http.MethodGet, "/search?q="+url.QueryEscape(handle), nil)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		member.do(r).wants(http.StatusOK).shows(".lookup a", "Ask "+s.Host+" for it")
		if got := s.Fetched(); len(got) != 0 {
			t.Errorf("it was asked for %v", got)
		}
	})
	t.Run("a person", func(t *testing.T) {
		a := member.wait(member.search(handle))
		a.shows(".lookup h2", "On "+s.Host)
		a.shows(".lookup .who", "Carol "+handle)
		if got := a.attr(".lookup .who", "href"); got != "/~carol@"+s.Host {
			t.Error(got)
		}
	})
	t.Run("one who is known is shown to visitors too", func(t *testing.T) {
		visitor.search(handle).shows(".lookup .who", "Carol "+handle)
	})
	t.Run("nobody", func(t *testing.T) {
		member.wait(member.search("nobody@"+s.Host)).shows(".lookup p", s.Host+" does not know it, or not any more.")
	})
	t.Run("a slow server is answered for at once", func(t *testing.T) {
		let := make(chan struct{})
		s.BeforeGet(func(*http.Request) { <-let })
		dave := s.Actor(t, "dave")
		begun := time.Now()
		a := member.search(dave.URI).wants(http.StatusOK)
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("it took %s", took)
		}
		a.shows(".lookup p", s.Host+" is being asked for "+dave.URI+". Look again")
		if a.header.Get("Refresh") == "" {
			t.Error("the page does not come back")
		}
		close(let)
		s.BeforeGet(nil)
		member.wait(a).shows(".lookup .who", "Dave @dave@"+s.Host)
	})
	t.Run("a post that belongs here is put there when a member says so", func(t *testing.T) {
		note := carol.Reply("1", w.article.URI, "<p>I was <b>there</b>.</p>")["object"].(map[string]any)
		uri := note["id"].(string)
		s.Put("/users/carol/statuses/1", note)
		a := member.wait(member.search(uri))
		a.shows(".lookup .who", "Carol "+handle)
		a.shows(".lookup p[dir=auto]", "I was there.")
		a.shows(".lookup button", "Put it there")
		before := w.events()
		if got := visitor.send("/search/take", url.Values{"uri": {uri}}).wants(http.StatusSeeOther).header.Get("Location"); got == "" || w.events() != before {
			t.Errorf("a visitor is led to %s", got)
		}
		took := member.send("/search/take", url.Values{"uri": {a.attr(".lookup input[name=uri]", "value")}}).wants(http.StatusSeeOther)
		if got := took.header.Get("Location"); got != w.path("#p2") {
			t.Error(got)
		}
		member.get(w.path("")).shows("#p2 .who .host", handle)
		if got := member.search(uri).wants(http.StatusSeeOther).header.Get("Location"); got != w.path("#p2") {
			t.Errorf("now it leads to %s", got)
		}
	})
	t.Run("one that does not is shown with its page", func(t *testing.T) {
		note := carol.Reply("2", "", "<p>Breakfast.</p>")["object"].(map[string]any)
		delete(note, "inReplyTo")
		s.Put("/users/carol/statuses/2", note)
		a := member.wait(member.search(note["id"].(string)))
		a.has(".lookup button", 0)
		a.shows(".lookup > p:nth-of-type(3)", "It is not on this board.")
		before := w.events()
		member.send("/search/take", url.Values{"uri": {note["id"].(string)}}).wants(http.StatusUnprocessableEntity)
		if w.events() != before {
			t.Error("it was taken")
		}
	})
}

func TestLookupFloods(t *testing.T) {
	w := newWorld(t, asking(t), func(c *web.Config) { c.Limits.LookupBurst, c.Limits.LookupEvery = 2, time.Hour })
	s := activitypubtest.NewServer(t, "mastodon")
	member := w.as("ronin")
	for _, name := range []string{"a", "b"} {
		member.search(name + "@" + s.Host).wants(http.StatusOK)
	}
	member.search("c@" + s.Host).wants(http.StatusTooManyRequests)
	member.search("a@" + s.Host).wants(http.StatusOK)
	w.as("warden").search("c@" + s.Host).wants(http.StatusOK)
	if _, err := w.ActorByURI(t.Context(), s.URL+"/users/c"); board.KindOf(err) != board.NotFound {
		t.Error(err)
	}
}
