package inbox_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"corkboard/activitypub"
	"corkboard/board"
	"corkboard/inbox"
)

// finger makes the server's WebFinger say who has a handle.
func (r *remote) finger(handle, subject, self string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pages["/.well-known/webfinger?resource="+url.QueryEscape("acct:"+handle)] = page{status: http.StatusOK, body: fmt.Appendf(nil,
		`{"subject":"acct:%s","links":[{"rel":"self","type":"application/activity+json","href":%q}]}`, subject, self)}
}

func (r *remote) host() string { return strings.TrimPrefix(r.URL, "http://") }

// look asks until there is an answer.
func (h *here) look(text string) board.Lookup {
	h.t.Helper()
	found := h.inbox.Begin(h.t.Context(), text)
	for deadline := time.Now().Add(time.Minute); !found.Done; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			h.t.Fatalf("no answer about %s", text)
		}
		found, _ = h.inbox.Known(text)
	}
	return found
}

func TestLookup(t *testing.T) {
	h, r := newHere(t, inbox.Config{}), newRemote(t)
	carol := r.person("carol")
	article := h.article()
	handle := "carol@" + r.host()
	r.finger(handle, handle, carol.id)

	t.Run("a person by handle and by address, asked for once", func(t *testing.T) {
		for _, text := range []string{handle, carol.id, carol.id} {
			found := h.look(text)
			if found.Err != nil || found.Actor.Name != "carol" || found.Actor.ID == 0 || found.Host != r.host() || found.At.IsZero() {
				t.Errorf("%s: %+v", text, found)
			}
		}
		if got := r.count(carol.id); got != 2 {
			t.Errorf("her document was fetched %d times", got)
		}
	})
	t.Run("a post that has nothing to do with the board is shown, and stays away", func(t *testing.T) {
		note := r.serve(carol.note(`Hello <script>alert(1)</script>`, "").with(object{"summary": "a\u202Eb"}))
		found := h.look(note["id"].(string))
		if found.Err != nil || found.Post == nil || found.Post.Belongs || found.Actor.Name != "carol" || found.Post.Warning != "ab" || strings.Contains(found.Post.HTML, "script") {
			t.Errorf("%+v %+v", found, found.Post)
		}
		if _, err := h.inbox.Take(t.Context(), note["id"].(string)); board.KindOf(err) != board.Invalid {
			t.Errorf("it was taken: %v", err)
		}
	})
	t.Run("one that answers a post of ours belongs here, is not taken by looking, and is when somebody says so", func(t *testing.T) {
		first := r.serve(carol.note("First", article.URI))
		second := r.serve(carol.note("Second", first["id"].(string)))
		id := second["id"].(string)
		events, _ := h.board.LastEvent(t.Context())
		if found := h.look(id); found.Err != nil || found.Post == nil || !found.Post.Belongs {
			t.Fatalf("%+v", found)
		}
		if now, _ := h.board.LastEvent(t.Context()); now != events {
			t.Error("looking changed the board")
		}
		p, err := h.inbox.Take(t.Context(), id)
		if err != nil || p.Thread != article.Thread || p.Number != 2 {
			t.Fatalf("%+v %v", p, err)
		}
		again, err := h.inbox.Take(t.Context(), id)
		if err != nil || again.ID != p.ID {
			t.Errorf("a second time: %d, %v", again.ID, err)
		}
		if found := h.look(id + "?from=elsewhere"); found.Err == nil {
			t.Errorf("an address of nothing: %+v", found)
		}
	})
	t.Run("one that is here already is named", func(t *testing.T) {
		note := r.serve(carol.note("Sent", article.URI))
		if refusal := carol.says(h, carol.act("Create", note)); refusal != "" {
			t.Fatal(refusal)
		}
		if found := h.look(note["id"].(string)); found.Here == nil || found.Here.Number != 3 {
			t.Errorf("%+v", found)
		}
	})
	t.Run("what is not public is not shown", func(t *testing.T) {
		note := r.serve(carol.note("Hush", article.URI).with(object{"to": []string{carol.id + "/followers"}, "cc": nil}))
		if found := h.look(note["id"].(string)); found.Err == nil || found.Post != nil || found.Err.Error() != "It is not public." {
			t.Errorf("%+v", found)
		}
		if _, err := h.inbox.Take(t.Context(), note["id"].(string)); err == nil {
			t.Error("it was taken")
		}
	})
}

func TestLookupThatBreaksEndsNothingElse(t *testing.T) {
	h, r := newHere(t, inbox.Config{Blocked: func(host string) bool {
		if host == "odd.example" {
			panic("index out of range")
		}
		return false
	}}), newRemote(t)
	for _, text := range []string{"x@odd.example", "https://odd.example/x"} {
		if found := h.look(text); found.Err == nil || board.KindOf(found.Err) == board.Internal {
			t.Errorf("%s: %v", text, found.Err)
		}
	}
	if found := h.look(r.person("carol").id); found.Err != nil {
		t.Error(found.Err)
	}
}

func TestLookupSaysWhyThereIsNothing(t *testing.T) {
	h, r := newHere(t, inbox.Config{Blocked: func(host string) bool { return host == "blocked.example" }}), newRemote(t)
	silent := newRemote(t)
	silent.Close()
	gone, page500, html := r.URL+"/gone", r.URL+"/broken", r.URL+"/odd"
	r.gone(gone)
	r.serveAs(object{"id": page500}, page{status: http.StatusInternalServerError})
	r.serveAs(object{"id": html, "type": "Collection"}, page{status: http.StatusOK})
	host := r.host()
	for text, want := range map[string]string{
		"nobody@" + host:           host + " does not know it, or not any more.",
		r.URL + "/nothing":         host + " does not know it, or not any more.",
		gone:                       host + " does not know it, or not any more.",
		page500:                    host + " answered with the error 500.",
		html:                       html + " is nothing that can stand on this board.",
		silent.URL + "/x":          silent.host() + " did not answer.",
		"x@blocked.example":        "This board takes nothing from blocked.example.",
		"http://10.0.0.1/x":        "10.0.0.1 cannot be asked from here.",
		string(h.Address) + "/t/1": string(h.Address) + "/t/1 is an address of this board, and there is nothing.",
	} {
		found := h.look(text)
		if text == html {
			want = "A Collection is nothing that can stand on this board."
		}
		if found.Err == nil || found.Err.Error() != want {
			t.Errorf("%s: %v, want %s", text, found.Err, want)
		}
	}
	t.Run("and remembers it for a while", func(t *testing.T) {
		before := r.asked.Load()
		h.look("nobody@" + host)
		if r.asked.Load() != before {
			t.Error("it was asked again")
		}
	})
}

func TestLookupOfSlowServers(t *testing.T) {
	h, r := newHere(t, inbox.Config{}), newRemote(t)
	id := r.URL + "/users/slow"
	r.serveAs(actorDocument("Person", id, "slow"), page{status: http.StatusOK, wait: 900 * time.Millisecond})
	begun := time.Now()
	first := h.inbox.Begin(t.Context(), id)
	if took := time.Since(begun); first.Done || took > 800*time.Millisecond || first.Host != r.host() {
		t.Errorf("after %s: %+v", took, first)
	}
	h.inbox.Begin(t.Context(), id)
	if found := h.look(id); found.Err != nil || found.Actor.Name != "slow" {
		t.Errorf("%+v", found)
	}
	if got := r.count(id); got != 1 {
		t.Errorf("it was fetched %d times", got)
	}
}

func TestLookupOfHandlesWithAnotherHost(t *testing.T) {
	h, names, social, liar := newHere(t, inbox.Config{}), newRemote(t), newRemote(t), newRemote(t)
	carol := social.person("carol")
	handle, theirs := "carol@"+names.host(), "carol@"+social.host()
	names.finger(handle, handle, carol.id)
	liar.finger("carol@"+liar.host(), "carol@"+liar.host(), carol.id)
	social.finger(theirs, handle, carol.id)

	if found := h.look("carol@" + liar.host()); found.Err != nil || found.Actor.Host != social.host() {
		t.Errorf("somebody else's word was taken: %+v", found)
	}
	if found := h.look(handle); found.Err != nil || found.Actor.Host != names.host() {
		t.Errorf("%+v", found)
	}
	a, err := h.board.ActorByHandle(t.Context(), "carol", names.host())
	if err != nil || a.URI != carol.id {
		t.Errorf("%+v %v", a, err)
	}
	if activitypub.Host(a.Inbox) != social.host() {
		t.Error(a.Inbox)
	}
}
