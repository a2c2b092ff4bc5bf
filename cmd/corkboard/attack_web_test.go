package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"corkboard/activitypub"
)

const password = "correct horse battery"

// newSite is a board with a topic and a member who has a password.
func newSite(t *testing.T, env ...string) *instance {
	t.Helper()
	board := newInstance(t, env...)
	board.start(t)
	board.run(t, password+"\n", "member", "add", "ronin", "--password-stdin")
	board.run(t, "", "topic", "add", "harbour", "--title", "Harbour")
	return board
}

// do sends a request with these headers, given as name and value in turn.
func (i *instance) do(t *testing.T, method, target, body string, headers ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, i.URL+target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(headers); n += 2 {
		r.Header.Set(headers[n], headers[n+1])
		if headers[n] == "Host" {
			r.Host = headers[n+1]
		}
	}
	answer, err := patient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return answer
}

// logIn sends the form and returns the session's cookie, "name=value".
func (i *instance) logIn(t *testing.T, headers ...string) (*http.Response, string) {
	t.Helper()
	form := url.Values{"name": {"ronin"}, "password": {password}}
	answer := i.do(t, http.MethodPost, "/login", form.Encode(), append([]string{"Content-Type", formType}, headers...)...)
	for _, c := range answer.Cookies() {
		return answer, c.Name + "=" + c.Value
	}
	return answer, ""
}

const formType = "application/x-www-form-urlencoded"

// question is a request and how it must be answered, whoever asks.
type question struct {
	what, method, target string
	status               int
	headers              []string
}

func questions(board *instance) []question {
	asServer := activitypub.MediaType
	return []question{
		{"a page", "GET", "/", 200, nil},
		{"a topic", "GET", "/topics/harbour", 200, nil},
		{"the log-in", "GET", "/login", 200, nil},
		{"a page that is nowhere", "GET", "/no/such/page", 404, nil},
		{"a thread that is nowhere", "GET", "/t/99999", 404, nil},
		{"a thread with a number too long", "GET", "/t/99999999999999999999", 404, nil},
		{"a negative page", "GET", "/t/1?from=-1", 404, nil},
		{"a member who is nobody", "GET", "/members/nobody", 404, nil},
		{"a stranger who is nobody", "GET", "/~nobody@nowhere.example", 404, nil},
		{"an invitation that is none", "GET", "/join/XXXX", 404, nil},
		{"a file of another folder", "GET", "/static/..%2f..%2fboard.db", 404, nil},
		{"the database", "GET", "/board.db", 404, nil},
		{"the inside of the program", "GET", "/debug/pprof/heap", 404, nil},
		{"its figures", "GET", "/metrics", 404, nil},
		{"a document that is nowhere, for a server", "GET", "/no/such", 404, []string{"Accept", asServer}},
		{"an activity that is nowhere", "GET", "/activities/99999", 404, []string{"Accept", asServer}},
		{"somebody who is not here, by WebFinger", "GET", "/.well-known/webfinger?resource=acct:x@elsewhere.example", 404, nil},
		{"WebFinger without a resource", "GET", "/.well-known/webfinger", 400, nil},
		{"an inbox that is read", "GET", "/inbox", 405, nil},
		{"a page that is deleted", "DELETE", "/topics/harbour", 405, nil},
		{"a document that is put", "PUT", "/topics/harbour/outbox", 405, []string{"Content-Type", asServer}},
		{"an activity to nowhere", "POST", "/users/x/inbox", 404, []string{"Content-Type", asServer}},
		{"an activity to a page", "POST", "/topics/harbour", 405, []string{"Content-Type", asServer}},
		{"an activity to nobody's inbox", "POST", "/members/nobody/inbox", 404, []string{"Content-Type", asServer}},
		{"an activity without a token", "POST", "/members/ronin/outbox", 401, []string{"Content-Type", asServer}},
		{"an activity with a false token", "POST", "/members/ronin/outbox", 401, []string{"Content-Type", asServer, "Authorization", "Bearer x"}},
		{"a form of another type", "POST", "/login", 415, []string{"Content-Type", "text/plain"}},
		{"a form with many parts", "POST", "/login", 415, []string{"Content-Type", "multipart/form-data; boundary=x"}},
		{"a form of another site", "POST", "/login", 403, []string{"Content-Type", formType, "Origin", "https://evil.example"}},
		{"a form of another site, as the browser says", "POST", "/login", 403, []string{"Content-Type", formType, "Sec-Fetch-Site", "cross-site"}},
		{"a form of another origin of the site", "POST", "/post", 403, []string{"Content-Type", formType, "Sec-Fetch-Site", "same-site"}},
		{"a form of nowhere", "POST", "/logout", 403, []string{"Content-Type", formType, "Origin", "null"}},
		{"another host", "GET", "/", 421, []string{"Host", "evil.example"}},
		{"another host with ours in front", "GET", "/", 421, []string{"Host", board.listen + ".evil.example"}},
	}
}

// TestEveryAnswer asks for all kinds of things in all kinds of ways.
func TestEveryAnswer(t *testing.T) {
	board := newSite(t)
	const asPerson = "text/html,*/*;q=0.8"
	for _, c := range questions(board) {
		accepts := []string{asPerson, "", "application/json"}
		for _, accept := range accepts {
			t.Run(fmt.Sprintf("%s is answered %d with %q", c.what, c.status, accept), func(t *testing.T) {
				headers := c.headers
				if accept != "" && c.what != "a document that is nowhere, for a server" {
					headers = append([]string{"Accept", accept}, headers...)
				}
				answer := board.do(t, c.method, c.target, "", headers...)
				body, _ := io.ReadAll(answer.Body)
				if answer.StatusCode != c.status {
					t.Errorf("the answer is %d: %.200s", answer.StatusCode, body)
				}
				if len(strings.TrimSpace(string(body))) < 10 {
					t.Errorf("there are no words: %q", body)
				}
				checkHead(t, answer, accept, strings.Join(c.headers, " "))
				for _, inside := range []string{"goroutine", ".go:", "SELECT ", board.Data, "sqlite"} {
					if strings.Contains(string(body), inside) {
						t.Errorf("it tells of the inside: %s", inside)
					}
				}
			})
		}
	}
	t.Run("a form of a megabyte and a bit is too large", func(t *testing.T) {
		answer := board.do(t, "POST", "/login", "name="+strings.Repeat("n", 1<<20), "Content-Type", formType)
		if answer.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("the answer is %s", answer.Status)
		}
	})
}

// TestOddAddresses puts into every address what means something elsewhere.
func TestOddAddresses(t *testing.T) {
	board := newSite(t)
	t.Run("every address bears what means something elsewhere", func(t *testing.T) {
		for _, odd := range []string{"'", `"`, "%00", "';DROP TABLE posts;--", "%25%25", "_", "*", "../../etc/passwd", "%2e%2e%2f", "%0d%0aSet-Cookie:x=y", "%ff", "-1", "9223372036854775808", strings.Repeat("x", 5000), "<script>alert(1)</script>", "{{.}}"} {
			for _, target := range []string{"/topics/%s", "/members/%s", "/~%s", "/@%s", "/t/%s", "/t/1/%s", "/join/%s", "/static/%s", "/topics/harbour?before=%s", "/members/ronin?before=%s",
				"/t/1?from=%s", "/login?next=%s", "/post?topic=%s", "/.well-known/webfinger?resource=%s", "/activities/%s", "/topics/%s/outbox", "/topics/harbour/followers?page=%s"} {
				path := strings.NewReplacer(" ", "%20", "<", "%3C", ">", "%3E", `"`, "%22", "{", "%7B", "}", "%7D").Replace(fmt.Sprintf(target, strings.ReplaceAll(odd, "%%", "%25")))
				answer := board.do(t, "GET", path, "", "Accept", "text/html")
				body, _ := io.ReadAll(answer.Body)
				if answer.StatusCode >= 500 || answer.Header.Get("Set-Cookie") != "" || strings.Contains(string(body), "<script>") {
					t.Errorf("%s is answered %s %v", path, answer.Status, answer.Header)
				}
			}
		}
	})
}

// checkHead looks at the headers that every answer has.
func checkHead(t *testing.T, answer *http.Response, accept, sent string) {
	t.Helper()
	kind := answer.Header.Get("Content-Type")
	if answer.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Error("nosniff is missing")
	}
	if kind == "" {
		t.Error("Content-Type is missing")
	}
	isPage := strings.HasPrefix(kind, "text/html")
	if isPage && answer.StatusCode >= 400 && (accept == "application/json" || strings.Contains(sent, activitypub.MediaType) && !strings.Contains(accept, "html")) {
		t.Errorf("a program is answered with a page")
	}
	if isPage {
		for _, rule := range []string{"default-src 'none'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"} {
			if !strings.Contains(answer.Header.Get("Content-Security-Policy"), rule) {
				t.Errorf("the policy has no %s", rule)
			}
		}
	}
	if answer.StatusCode == http.StatusMethodNotAllowed && answer.Header.Get("Allow") == "" {
		t.Error("Allow is missing")
	}
	if len(answer.Cookies()) > 0 {
		t.Error("a stranger is given a cookie")
	}
}

// isMember reports whether a cookie still makes one a member.
func (i *instance) isMember(t *testing.T, cookie string) bool {
	t.Helper()
	body, err := io.ReadAll(i.do(t, "GET", "/", "", "Cookie", cookie, "Accept", "text/html").Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(body), "/logout")
}

// TestSessions steals, plants and wears out what keeps a member logged in.
func TestSessions(t *testing.T) {
	board := newSite(t)
	isMember := func(cookie string) bool { return board.isMember(t, cookie) }
	answer, cookie := board.logIn(t)
	if answer.StatusCode != http.StatusSeeOther || !isMember(cookie) {
		t.Fatalf("log-in is answered %s", answer.Status)
	}
	t.Run("the cookie is nothing for scripts and other sites", func(t *testing.T) {
		if c := answer.Cookies()[0]; !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge > 31*24*3600 {
			t.Errorf("it is %v", c)
		}
	})
	t.Run("a planted cookie is not taken over", func(t *testing.T) {
		name, _, _ := strings.Cut(cookie, "=")
		_, fresh := board.logIn(t, "Cookie", name+"=planted")
		if fresh == name+"=planted" || isMember(name+"=planted") {
			t.Error("the planted one is logged in")
		}
	})
	t.Run("logging in again ends the session before", func(t *testing.T) {
		_, first := board.logIn(t)
		_, second := board.logIn(t, "Cookie", first)
		if isMember(first) || !isMember(second) {
			t.Error("the old session lives, or the new does not")
		}
	})
	t.Run("nothing is done by a GET", func(t *testing.T) {
		for _, path := range []string{"/logout", "/post", "/t/1/0/delete", "/login"} {
			board.do(t, "GET", path, "", "Cookie", cookie)
		}
		if !isMember(cookie) {
			t.Error("a GET has logged the member out")
		}
	})
	t.Run("a form that another site sends does nothing for a member", func(t *testing.T) {
		for _, header := range [][2]string{{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}} {
			got := board.do(t, "POST", "/logout", "", "Cookie", cookie, "Content-Type", formType, header[0], header[1])
			if got.StatusCode != http.StatusForbidden || !isMember(cookie) {
				t.Errorf("it is answered %s", got.Status)
			}
		}
	})
	t.Run("a cookie is worth nothing at an inbox", func(t *testing.T) {
		got := board.do(t, "POST", "/members/ronin/outbox", "{}", "Cookie", cookie, "Content-Type", activitypub.MediaType)
		if got.StatusCode != http.StatusUnauthorized {
			t.Errorf("it is answered %s", got.Status)
		}
	})
}

// TestWaysIn attacks the log-in itself, and what a member is shown.
func TestWaysIn(t *testing.T) {
	board := newSite(t)
	isMember := func(cookie string) bool { return board.isMember(t, cookie) }
	_, cookie := board.logIn(t)
	t.Run("after the log-in one stays here", func(t *testing.T) {
		for _, next := range []string{"//evil.example", `/\evil.example`, "https://evil.example", "https:evil.example", "javascript:alert(1)", "/\t/evil.example", "///evil.example", "/%09/evil.example", "\r\nLocation: https://evil.example", "%2f%2fevil.example"} {
			got := board.do(t, "GET", "/login?next="+url.QueryEscape(next), "", "Cookie", cookie)
			at, err := got.Location()
			if err != nil || at.Scheme+"://"+at.Host != board.URL || len(got.Header.Values("Location")) != 1 {
				t.Errorf("%q leads to %v %v", next, at, err)
			}
		}
	})
	t.Run("a member's page is kept by nobody", func(t *testing.T) {
		got := board.do(t, "GET", "/", "", "Cookie", cookie)
		if control := got.Header.Get("Cache-Control"); !strings.Contains(control, "no-store") {
			t.Errorf("Cache-Control is %q", control)
		}
	})
	t.Run("after the log-out the cookie is worth nothing", func(t *testing.T) {
		board.do(t, "POST", "/logout", "", "Cookie", cookie, "Content-Type", formType)
		if isMember(cookie) {
			t.Error("it is")
		}
	})
	t.Run("forged addresses do not get more tries to log in", func(t *testing.T) {
		for n := range 40 {
			got := board.do(t, "POST", "/login", url.Values{"name": {fmt.Sprint("somebody", n)}, "password": {"wrong"}}.Encode(),
				"Content-Type", formType, "X-Forwarded-For", fmt.Sprintf("192.0.2.%d", n), "Forwarded", fmt.Sprintf("for=192.0.2.%d", n), "X-Real-IP", fmt.Sprintf("192.0.2.%d", n))
			if got.StatusCode == http.StatusTooManyRequests {
				if got.Header.Get("Retry-After") == "" {
					t.Error("nobody is told when to come back")
				}
				return
			}
		}
		t.Error("forty tries in a row were allowed")
	})
}

// TestSecureSessions looks at the cookie of a board that the world reaches by https.
func TestSecureSessions(t *testing.T) {
	board := newInstance(t, "CORKBOARD_URL=https://board.example")
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	board.run(t, password+"\n", "member", "add", "ronin", "--password-stdin")
	ctx, cancel := context.WithCancel(t.Context())
	serve := exec.CommandContext(ctx, path, "serve")
	serve.Env = board.env
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cancel(); _ = serve.Wait() }()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if answer, err := patient.Get(board.URL + "/"); err == nil {
			answer.Body.Close()
			break
		}
	}
	answer, cookie := board.logIn(t, "Host", "board.example")
	if !strings.HasPrefix(cookie, "__Host-") || !answer.Cookies()[0].Secure || answer.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("the cookie is %v, under %v", answer.Cookies(), answer.Header)
	}
}
