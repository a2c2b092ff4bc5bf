package outbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"corkboard/activitypub"
	"corkboard/board"
	"corkboard/outbox"
	"corkboard/storage"
)

// get asks the board as another server does. It follows no redirect.
func (s *stage) get(path, accept string, header ...string) (*http.Response, string) {
	s.t.Helper()
	return s.ask(http.MethodGet, path, accept, header...)
}

func (s *stage) ask(method, path, accept string, header ...string) (*http.Response, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.http.URL+path, nil)
	s.check(err)
	r.Header.Set("Accept", accept)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	s.check(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	s.check(err)
	return answer, string(body)
}

// fetch gets a document that has to be there.
func (s *stage) fetch(path string) (document map[string]any) {
	s.t.Helper()
	answer, body := s.get(path, activitypub.MediaType)
	if answer.StatusCode != http.StatusOK {
		s.t.Fatalf("%s answers %d: %s", path, answer.StatusCode, body)
	}
	s.check(json.Unmarshal([]byte(body), &document))
	return document
}

// exchange is a thread with everything in it: an article (0), a reply of a
// member (1), of somebody on another server (2), the answer to him (3), one that
// was deleted (4), and another server's that was (5).
func (s *stage) exchange(n *neighbour) (carol person, posts []board.Post) {
	s.t.Helper()
	carol = s.person(n, "carol")
	posts = append(posts, s.article("foreign_affairs", "japan"))
	posts = append(posts, s.reply(s.world.Moderator, posts[0], "The other one."))
	posts = append(posts, s.heardReply(carol, posts[0], "116"))
	posts = append(posts, s.reply(s.world.Moderator, posts[2], "It was the other fleet."))
	posts = append(posts, s.reply(s.world.Member, posts[0], "I take this back."))
	posts = append(posts, s.heardReply(carol, posts[0], "117"))
	s.said()
	s.check(s.Delete(s.t.Context(), s.world.Member.ID, posts[4].ID, nil))
	s.check(s.Delete(s.t.Context(), carol.ID, posts[5].ID, nil))
	return carol, posts
}

func TestDocuments(t *testing.T) {
	const ap, html = activitypub.MediaType, "text/html"
	s := newStage(t)
	s.speak()
	carol, posts := s.exchange(newNeighbour(t, "mastodon"))
	s.follow(s.world.Topic.ID, carol)
	gone, err := s.AddMember(t.Context(), board.NewMember{Name: "mariner", Role: board.RoleMember})
	s.check(err)
	s.goes(gone.ID)
	accept := s.said()[len(s.said())-1]
	for _, c := range []struct {
		what, path, accept string
		status             int
		kind, location     string
	}{
		{"a topic", "/topics/foreign_affairs", ap, 200, ap, ""},
		{"a topic's second Group", "/topics/foreign_affairs_all", ap, 200, ap, ""},
		{"a topic as Mastodon asks for it", "/topics/japan", "application/activity+json, application/ld+json", 200, ap, ""},
		{"a topic as a browser asks", "/topics/foreign_affairs", html, 200, "text/html; charset=utf-8", ""},
		{"a topic for */*", "/topics/foreign_affairs", "*/*", 200, "text/html; charset=utf-8", ""},
		{"no topic", "/topics/nowhere", ap, 404, "application/json", ""},
		{"a member among the topics", "/topics/gaijin", ap, 404, "application/json", ""},
		{"a member", "/members/gaijin", ap, 200, ap, ""},
		{"a member's nickname", "/~gaijin", ap, 303, "", s.world.Member.URI},
		{"a member's handle", "/@gaijin", ap, 303, "", s.world.Member.URI},
		{"a topic among the members", "/members/japan", ap, 404, "application/json", ""},
		{"a member who is gone", "/members/mariner", ap, 410, ap, ""},
		{"the site", "/actor", ap, 200, ap, ""},
		{"the site, whoever asks", "/actor", html, 200, ap, ""},
		{"the site, as Lemmy asks", "/", ap, 200, ap, ""},
		{"the site's page", "/about", ap, 303, "", s.Address().Site()},
		{"the front page", "/", html, 200, "text/html; charset=utf-8", ""},
		{"an article", "/t/1/0", ap, 200, ap, ""},
		{"a reply", "/t/1/1", ap, 200, ap, ""},
		{"a reply as a browser asks", "/t/1/1", html, 200, "text/html; charset=utf-8", ""},
		{"the answers to a reply", "/t/1/1/replies", ap, 200, ap, ""},
		{"the answers as a browser asks", "/t/1/1/replies", html, 200, "text/html; charset=utf-8", ""},
		{"another server's reply", "/t/1/2", ap, 303, "", posts[2].URI},
		{"a deleted reply", "/t/1/4", ap, 410, ap, ""},
		{"another server's deleted reply", "/t/1/5", ap, 303, "", posts[5].URI},
		{"a number that was not given", "/t/1/99", ap, 404, "application/json", ""},
		{"a thread that is not there", "/t/99/0", ap, 404, "application/json", ""},
		{"a thread's page", "/t/1", ap, 303, "", posts[0].URI},
		{"a page deep in the thread", "/t/1?from=51", ap, 303, "", posts[0].URI},
		{"a thread number past all", "/t/999999999999999999/0", ap, 404, "application/json", ""},
		{"a public activity", path(s.Address().Activity(s.said()[0].Event, 0)), ap, 200, ap, ""},
		{"an Accept", path(s.Address().Activity(accept.Event, 0)), ap, 404, "application/json", ""},
		{"an activity that was not", "/activities/999", ap, 404, "application/json", ""},
		{"a letter", "/letters/x", ap, 404, "application/json", ""},
		{"a page that machines have no use for", "/login", ap, 404, "application/json", ""},
		{"a topic's outbox", "/topics/foreign_affairs/outbox", ap, 200, ap, ""},
		{"a second Group's outbox", "/topics/foreign_affairs_all/outbox", ap, 200, ap, ""},
		{"the site's outbox", "/actor/outbox", ap, 200, ap, ""},
		{"NodeInfo of no version", "/nodeinfo/3.0", ap, 404, "application/json", ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			answer, body := s.get(c.path, c.accept)
			header := answer.Header
			if answer.StatusCode != c.status || header.Get("Content-Type") != c.kind || header.Get("Location") != c.location {
				t.Fatalf("%d, %s, Location %q: %s", answer.StatusCode, header.Get("Content-Type"), header.Get("Location"), body)
			}
			if body == pageForPeople {
				return
			}
			diff(t, "header", []string{"Accept", "*", "nosniff"},
				[]string{header.Get("Vary"), header.Get("Access-Control-Allow-Origin"), header.Get("X-Content-Type-Options")})
			if c.status == 200 || c.status == 410 {
				parse(t, []byte(body))
			}
			if c.status == 404 && !strings.HasPrefix(body, `{"error":"`) {
				t.Errorf("no sentence: %s", body)
			}
			if strings.Contains(body, "sql:") {
				t.Errorf("it shows the cause: %s", body)
			}
			head, empty := s.ask(http.MethodHead, c.path, c.accept)
			if head.StatusCode != c.status || empty != "" || head.Header.Get("Content-Type") != c.kind || head.ContentLength != int64(len(body)) {
				t.Errorf("HEAD says %d, %v, length %d", head.StatusCode, head.Header, head.ContentLength)
			}
		})
	}
}

// goes marks an actor of ours as gone: there is no button for it yet.
func (s *stage) goes(id board.ActorID) {
	s.t.Helper()
	s.check(s.db.Update(s.t.Context(), func(tx board.Tx) error {
		a, err := tx.Actor(id)
		if err != nil {
			return err
		}
		a.GoneAt = tx.Now()
		return tx.SetActor(a)
	}))
}

func TestCaching(t *testing.T) {
	s := newStage(t)
	s.speak()
	s.article("foreign_affairs")
	t.Run("who has it already is told so, until it changes", func(t *testing.T) {
		first, _ := s.get("/t/1/0", activitypub.MediaType)
		etag := first.Header.Get("ETag")
		again, body := s.get("/t/1/0", activitypub.MediaType, "If-None-Match", `"other", W/`+etag)
		if again.StatusCode != http.StatusNotModified || body != "" || again.Header.Get("ETag") != etag {
			t.Errorf("%d %q %q", again.StatusCode, again.Header.Get("ETag"), body)
		}
		article, err := s.Post(t.Context(), 1, 0)
		s.check(err)
		s.edit(s.world.Member, article, "The carriers …")
		if changed, _ := s.get("/t/1/0", activitypub.MediaType, "If-None-Match", etag); changed.StatusCode != http.StatusOK {
			t.Errorf("%d", changed.StatusCode)
		}
	})
	for path, want := range map[string]string{
		"/topics/japan": "public, max-age=180", "/actor": "public, max-age=180", "/nodeinfo/2.0": "public, max-age=180",
		"/t/1/0": "no-cache", "/t/1/context": "no-cache", "/topics/japan/outbox": "no-cache", "/t/1/9": "no-cache",
	} {
		t.Run("how long others may keep "+path, func(t *testing.T) {
			answer, _ := s.get(path, activitypub.MediaType)
			diff(t, "Cache-Control", want, answer.Header.Get("Cache-Control"))
		})
	}
	t.Run("what was said of a deleted post is gone", func(t *testing.T) {
		article, err := s.Post(t.Context(), 1, 0)
		s.check(err)
		create := s.said()[0]
		s.check(s.Delete(t.Context(), s.world.Member.ID, article.ID, nil))
		s.said()
		answer, body := s.get(path(s.Address().Activity(create.Event, 0)), activitypub.MediaType)
		if answer.StatusCode != http.StatusGone || !strings.HasPrefix(body, `{"error":"`) {
			t.Errorf("%d: %s", answer.StatusCode, body)
		}
	})
}

// troubled is a store that has a bad day.
type troubled struct {
	*storage.DB
	trouble error
}

func (d *troubled) ActivityOf(context.Context, board.EventID, int) (board.Activity, error) {
	return board.Activity{}, d.trouble
}

func TestTrouble(t *testing.T) {
	s := newStage(t)
	for _, c := range []struct {
		what        string
		trouble     error
		status      int
		wait, words string
	}{
		{"a busy board says when to come back", board.Errorf(board.Unavailable, "The board is busy."), 503, "30", "The board is busy."},
		{"a limit says when itself", &board.Error{Kind: board.TooMany, RetryAfter: 1500 * time.Millisecond, Text: "Slowly."}, 429, "2", "Slowly."},
		{"our own fault is not told", errors.New("no such table: activities"), 500, "", "Something went wrong here."},
	} {
		t.Run(c.what, func(t *testing.T) {
			router := mux.NewRouter()
			outbox.NewDocuments(outbox.DocumentsConfig{
				Board: s.Board, Store: &troubled{s.db, c.trouble}, Log: slog.New(slog.DiscardHandler),
			}).Register(router)
			answer := httptest.NewRecorder()
			router.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/activities/1", nil))
			diff(t, "status, Retry-After, type, body",
				[]any{c.status, c.wait, "application/json", `{"error":"` + c.words + `"}`},
				[]any{answer.Code, answer.Header().Get("Retry-After"), answer.Header().Get("Content-Type"), answer.Body.String()})
		})
	}
}

func TestCollections(t *testing.T) {
	s := newStage(t)
	s.speak()
	carol, posts := s.exchange(newNeighbour(t, "mastodon"))
	s.follow(s.world.Topic.ID, carol)
	s.check(s.Like(t.Context(), carol.ID, posts[0].ID))
	s.check(s.Share(t.Context(), carol.ID, posts[0].ID, carol.URI+"/statuses/1/activity"))
	address := string(s.Address())
	first := func(of string, items ...any) map[string]any {
		return map[string]any{"id": of + "?page=1", "type": "CollectionPage", "partOf": of, "items": items}
	}
	live := []any{posts[1].URI, posts[2].URI, posts[3].URI}
	t.Run("an article lists every post of its thread that is there", func(t *testing.T) {
		want := map[string]any{"id": address + "/t/1/0/replies", "type": "Collection", "totalItems": 3.0, "first": first(address+"/t/1/0/replies", live...)}
		diff(t, "in the Note", want, s.fetch("/t/1/0")["replies"])
		want["@context"] = activitypub.ContextURI
		diff(t, "by itself", want, any(s.fetch("/t/1/0/replies")))
		page := first(address+"/t/1/0/replies", live...)
		page["@context"] = activitypub.ContextURI
		diff(t, "the page by itself", page, s.fetch("/t/1/0/replies?page=1"))
	})
	t.Run("a long thread lists five hundred, and says how many there are", func(t *testing.T) {
		s := newStage(t)
		article := s.article("japan")
		for range 502 {
			s.reply(s.world.Member, article, "And another thing.")
		}
		replies := s.fetch("/t/1/0")["replies"].(map[string]any)
		items := replies["first"].(map[string]any)["items"].([]any)
		diff(t, "listed and total", []any{500, 502.0, s.Address().Post(1, 1)}, []any{len(items), replies["totalItems"], items[0]})
	})
	t.Run("a reply lists its direct answers, another server's too", func(t *testing.T) {
		diff(t, "of one with none", first(address + "/t/1/1/replies")["id"], s.fetch("/t/1/1")["replies"].(map[string]any)["first"].(map[string]any)["id"])
		got := s.fetch("/t/1/2/replies")
		diff(t, "of one with one", []any{posts[3].URI}, got["first"].(map[string]any)["items"])
	})
	t.Run("the thread lists all, the article first, others' by their own ids", func(t *testing.T) {
		diff(t, "context", map[string]any{
			"@context": activitypub.ContextURI, "id": address + "/t/1/context", "type": "OrderedCollection",
			"attributedTo": s.world.Topic.URI, "totalItems": 4.0, "orderedItems": append([]any{posts[0].URI}, live...),
		}, s.fetch("/t/1/context"))
	})
	t.Run("the thread's ETag is of the set of its posts", func(t *testing.T) {
		before, _ := s.get("/t/1/context", activitypub.MediaType)
		s.edit(s.world.Moderator, posts[1], "The other one!")
		same, _ := s.get("/t/1/context", activitypub.MediaType, "If-None-Match", before.Header.Get("ETag"))
		if same.StatusCode != http.StatusNotModified || len(before.Header.Get("ETag")) != 64+2 {
			t.Errorf("%d, %s", same.StatusCode, before.Header.Get("ETag"))
		}
		s.check(s.Delete(t.Context(), s.world.Moderator.ID, posts[3].ID, nil))
		if other, _ := s.get("/t/1/context", activitypub.MediaType, "If-None-Match", before.Header.Get("ETag")); other.StatusCode != http.StatusOK {
			t.Errorf("%d after one was deleted", other.StatusCode)
		}
	})
	t.Run("likes, shares and followers are numbers, and nobody's names", func(t *testing.T) {
		for path, want := range map[string]float64{
			"/t/1/0/likes": 1, "/t/1/0/shares": 1, "/t/1/1/likes": 0,
			"/topics/foreign_affairs/followers": 1, "/topics/foreign_affairs/following": 0, "/members/gaijin/followers": 0,
		} {
			answer, body := s.get(path, activitypub.MediaType)
			if strings.Contains(body, carol.URI) || answer.StatusCode != 200 {
				t.Errorf("%s: %s", path, body)
			}
			diff(t, path, any(want), s.fetch(path)["totalItems"])
		}
		diff(t, "the first page", []any{}, s.fetch("/topics/foreign_affairs/followers?page=1")["orderedItems"])
	})
}

func TestOutboxes(t *testing.T) {
	s := newStage(t)
	s.speak()
	carol, posts := s.exchange(newNeighbour(t, "mastodon"))
	heard := s.heardArticle(carol, "foreign_affairs")
	t.Run("a topic's outbox is one page of Announce{Create}, others' as they came", func(t *testing.T) {
		outbox := s.fetch("/topics/foreign_affairs/outbox")
		items := outbox["orderedItems"].([]any)
		var sayings []string
		for _, item := range items {
			body, err := json.Marshal(item)
			s.check(err)
			var a activity
			s.check(json.Unmarshal(body, &a))
			sayings = append(sayings, path(a.Actor)+" "+a.String()+" of "+path(a.inner().inner().ID))
		}
		diff(t, "newest first", []string{
			"/topics/foreign_affairs Announce{Create{Note}} of " + path(heard.URI),
			"/topics/foreign_affairs Announce{Create{Note}} of /t/1/0",
		}, sayings)
		if outbox["first"] != nil || outbox["type"] != "OrderedCollection" {
			t.Errorf("%v", outbox)
		}
	})
	t.Run("a member's outbox has his Creates", func(t *testing.T) {
		items := s.fetch("/members/gaijin/outbox")["orderedItems"].([]any)
		create := items[0].(map[string]any)
		if len(items) != 1 || create["type"] != "Create" || create["object"].(map[string]any)["id"] != posts[0].URI {
			t.Errorf("%v", items)
		}
		diff(t, "its id leads to it", create["id"], s.fetch(path(create["id"].(string)))["id"])
	})
	t.Run("moderators are those who may remove, and the site", func(t *testing.T) {
		diff(t, "moderators", []any{s.Address().Site(), s.world.Moderator.URI}, s.fetch("/topics/japan/moderators")["orderedItems"])
	})
	t.Run("featured is empty and there", func(t *testing.T) {
		for _, path := range []string{"/topics/japan/featured", "/members/ronin/featured"} {
			diff(t, path, []any{}, s.fetch(path)["orderedItems"])
		}
	})
}

func TestFinding(t *testing.T) {
	s := newStage(t)
	host, address := s.Address().Host(), string(s.Address())
	mariner, err := s.AddMember(t.Context(), board.NewMember{Name: "mariner", Role: board.RoleMember})
	s.check(err)
	s.goes(mariner.ID)
	s.person(newNeighbour(t, "mastodon"), "carol")
	group, member, site := s.world.Topic.URI, s.world.Member.URI, s.Address().Site()
	for _, c := range []struct {
		resource string
		status   int
		self     string
	}{
		{"acct:foreign_affairs@" + host, 200, group},
		{"acct:Foreign_Affairs@" + strings.ToUpper(host), 200, group},
		{"foreign_affairs@" + host, 200, group},
		{"@foreign_affairs@" + host, 200, group},
		{"acct:foreign_affairs_all@" + host, 200, group + "_all"},
		{"acct:gaijin@" + host, 200, member},
		{member, 200, member},
		{member + "/", 200, member},
		{strings.ToUpper(address) + "/members/gaijin", 200, member},
		{address + "/@gaijin", 200, member},
		{address + "/~gaijin", 200, member},
		{address, 200, site},
		{address + "/", 200, site},
		{host, 200, site},
		{site, 200, site},
		{"acct:corkboard@" + host, 200, site},
		{"acct:" + host + "@" + host, 200, site},
		{"", 400, ""},
		{"acct:nonsense", 400, ""},
		{"acct:@" + host, 400, ""},
		{"acct:nobody@" + host, 404, ""},
		{"acct:gaijin@elsewhere.example", 404, ""},
		{"acct:carol@" + host, 404, ""},
		{address + "/t/1/0", 404, ""},
		{"https://elsewhere.example/users/x", 404, ""},
		{"acct:mariner@" + host, 410, ""},
	} {
		t.Run(fmt.Sprintf("%q is %d", c.resource, c.status), func(t *testing.T) {
			answer, body := s.get("/.well-known/webfinger?resource="+strings.ReplaceAll(c.resource, "/", "%2F"), "application/jrd+json, application/json")
			if answer.StatusCode != c.status || answer.Header.Get("Access-Control-Allow-Origin") != "*" {
				t.Fatalf("%d: %s", answer.StatusCode, body)
			}
			if c.status != 200 {
				if !strings.HasPrefix(body, `{"error":"`) {
					t.Errorf("no sentence: %s", body)
				}
				return
			}
			jrd, err := activitypub.ParseJRD([]byte(body))
			s.check(err)
			diff(t, "self", c.self, jrd.Self())
			actor := s.fetch(path(c.self))
			diff(t, "the subject is what the actor says", actor["webfinger"], any(jrd.Handle()))
			page := slices.IndexFunc(jrd.Links, func(l activitypub.JRDLink) bool { return l.Rel == activitypub.RelProfile })
			diff(t, "the page is what the actor says, and never a second Group's", []any{actor["url"]},
				[]any{strings.TrimSuffix(jrd.Links[page].Href, board.AllSuffix)})
			want := ""
			if actor["type"] == "Person" {
				want = address + "/interact?uri={uri}"
			}
			diff(t, "people can go on here with what they saw elsewhere", want, jrd.Interact())
		})
	}
}

func TestServerDocuments(t *testing.T) {
	s := newStage(t)
	host, address := s.Address().Host(), string(s.Address())
	t.Run("our own client finds a topic by its handle", func(t *testing.T) {
		client := newClient(t, "http://elsewhere.example")
		jrd, err := client.WebFinger(t.Context(), "@foreign_affairs@"+host)
		s.check(err)
		diff(t, "self", s.world.Topic.URI, jrd.Self())
		software, err := client.NodeInfo(t.Context(), host)
		s.check(err)
		diff(t, "software", activitypub.Software{Name: "corkboard", Version: "1.2.3"}, software)
	})
	t.Run("host-meta leads to WebFinger, as XML and as JSON", func(t *testing.T) {
		template := address + "/.well-known/webfinger?resource={uri}"
		for path, kind := range map[string]string{
			"/.well-known/host-meta": "application/xrd+xml; charset=utf-8", "/.well-known/host-meta.json": "application/jrd+json",
		} {
			answer, body := s.get(path, "*/*")
			if answer.Header.Get("Content-Type") != kind || !strings.Contains(body, template) {
				t.Errorf("%s: %s, %s", path, answer.Header.Get("Content-Type"), body)
			}
		}
	})
	t.Run("NodeInfo counts", func(t *testing.T) {
		s.reply(s.world.Moderator, s.article("japan"), "The other one.")
		for _, version := range []string{"2.0", "2.1"} {
			got := s.fetch("/nodeinfo/" + version)
			diff(t, version, map[string]any{
				"version": version, "software": map[string]any{"name": "corkboard", "version": "1.2.3"}, "protocols": []any{"activitypub"},
				"services": map[string]any{"inbound": []any{}, "outbound": []any{}}, "openRegistrations": false,
				"usage":    map[string]any{"users": map[string]any{"total": 2.0, "activeMonth": 2.0, "activeHalfyear": 2.0}, "localPosts": 1.0, "localComments": 1.0},
				"metadata": map[string]any{},
			}, got)
		}
	})
}
