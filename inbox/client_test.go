package inbox_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
	"corkboard/inbox"
)

func TestPostingByPrograms(t *testing.T) {
	h := newHere(t, inbox.Config{Render: func(_ context.Context, e board.EventID) ([]byte, error) {
		return fmt.Appendf(nil, `{"event":%d}`, e), nil
	}})
	token, err := h.board.NewToken(t.Context(), "gaijin")
	if err != nil {
		t.Fatal(err)
	}
	others, err := h.board.NewToken(t.Context(), "ronin")
	if err != nil {
		t.Fatal(err)
	}
	post := func(t *testing.T, o object, more func(r *http.Request)) (status int, text string, header http.Header) {
		t.Helper()
		return h.post("/members/gaijin/outbox", encode(t, o), func(r *http.Request) {
			r.Header.Set("Authorization", "Bearer "+token)
			if more != nil {
				more(r)
			}
		})
	}
	article := object{"type": "Note", "name": "A headline", "to": []string{public, h.Topic.URI}, "source": object{"content": "Some *text*.", "mediaType": "text/markdown"},
		"citation": object{"type": "NewsArticle", "url": "https://times.example/1", "publisher": "The Example Times"},
		"tag":      []object{{"type": "Hashtag", "name": "#defense"}}}

	status, text, header := post(t, article, func(r *http.Request) { r.Header.Set("Idempotency-Key", "k1") })
	if status != http.StatusCreated || !strings.HasPrefix(text, `{"event":`) || !strings.HasPrefix(header.Get("Location"), h.Address.Activity(1, 0)[:len(h.Address)+12]) {
		t.Fatalf("status %d, %s, Location %q", status, text, header.Get("Location"))
	}
	again, _, second := post(t, article, func(r *http.Request) { r.Header.Set("Idempotency-Key", "k1") })
	if again != http.StatusCreated || second.Get("Location") != header.Get("Location") {
		t.Errorf("the same key made %q, and then %q", header.Get("Location"), second.Get("Location"))
	}
	list, err := h.board.Threads(t.Context(), board.ThreadQuery{Limit: 10})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d threads, %v", len(list), err)
	}
	thread := list[0]
	if thread.Title != "A headline" || thread.Citation.Publication != "The Example Times" || len(thread.Keywords) != 1 {
		t.Errorf("thread %+v", thread)
	}
	reply := func(more object) object {
		return object{"type": "Note", "inReplyTo": h.Address.Thread(thread.ID), "content": "<p>I <strong>know</strong> *this*.</p>"}.with(more)
	}
	if status, text, _ := post(t, object{"type": "Create", "actor": h.Member.URI, "object": reply(nil)}, nil); status != http.StatusCreated {
		t.Fatalf("status %d %s", status, text)
	}
	if diff := cmp.Diff([]string{"1 gaijin to 0: I know *this*."}, h.column(thread.ID)); diff != "" {
		t.Error(diff)
	}
	for _, test := range []struct {
		name   string
		body   object
		change func(r *http.Request)
		status int
		text   string
	}{
		{"without a token", reply(nil), func(r *http.Request) { r.Header.Del("Authorization") }, 401, "Bearer"},
		{"with a wrong token", reply(nil), func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, 401, "token"},
		{"with somebody else's token", reply(nil), func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+others) }, 403, "ronin"},
		{"as somebody else", object{"type": "Create", "actor": h.Moderator.URI, "object": reply(nil)}, nil, 400, "actor"},
		{"attributed to somebody else", reply(object{"attributedTo": h.Moderator.URI}), nil, 400, "attributedTo"},
		{"privately", reply(object{"to": h.Moderator.URI}), nil, 400, "public"},
		{"an answer to nothing here", reply(object{"inReplyTo": "https://elsewhere.example/1"}), nil, 400, "no post"},
		{"no title", article.with(object{"name": nil}), nil, 400, "title"},
		{"a link that is here already", article, nil, 409, h.Address.Thread(thread.ID) + ". Add to that thread, or say why"},
		{"no topic", article.with(object{"to": public}), nil, 400, "topic"},
		{"no text", reply(object{"content": ""}), nil, 400, "text"},
		{"a Like", object{"type": "Like", "object": reply(nil)}, nil, 400, "Like"},
		{"a Video", object{"type": "Video", "name": "x"}, nil, 400, "Video"},
		{"HTML", reply(nil), func(r *http.Request) { r.Header.Set("Content-Type", "text/html") }, 415, "text/html"},
		{"an edit of nothing", object{"type": "Update", "object": object{"type": "Note", "id": h.Address.Post(77, 1), "content": "x"}}, nil, 404, "no post"},
		{"a deletion of nothing", object{"type": "Delete", "object": h.Address.Post(77, 1)}, nil, 404, "no post"},
	} {
		t.Run(test.name+" is refused in words", func(t *testing.T) {
			status, text, header := post(t, test.body, test.change)
			if status != test.status || !strings.Contains(text, test.text) || header.Get("Content-Type") != "application/json" {
				t.Errorf("status %d %q, want %d …%s…", status, text, test.status, test.text)
			}
		})
	}
	t.Run("a link that is here already is posted again with a reason", func(t *testing.T) {
		status, text, _ := post(t, object{"type": "Create", "summary": "It was rewritten.", "object": article}, nil)
		if status != http.StatusCreated {
			t.Fatal(status, text)
		}
		linked, err := h.board.ThreadsLinked(t.Context(), "https://times.example/1", 0, 5)
		if err != nil || len(linked) != 2 || linked[0].Again != "It was rewritten." {
			t.Errorf("threads %+v, %v", linked, err)
		}
	})
	note := h.Address.Post(thread.ID, 1)
	t.Run("an edit", func(t *testing.T) {
		status, text, _ := post(t, object{"type": "Update", "object": object{"type": "Note", "id": note, "content": "Edited."}}, nil)
		if status != http.StatusCreated {
			t.Fatal(status, text)
		}
		if diff := cmp.Diff([]string{"1 gaijin to 0: Edited."}, h.column(thread.ID)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("an edit by somebody else is refused", func(t *testing.T) {
		status, text, _ := h.post("/members/ronin/outbox", encode(t, object{"type": "Update", "object": object{"type": "Note", "id": note, "content": "x"}}),
			func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+others) })
		if status != http.StatusForbidden {
			t.Error(status, text)
		}
	})
	t.Run("a deletion", func(t *testing.T) {
		for _, want := range []int{http.StatusCreated, http.StatusGone} {
			if status, text, _ := post(t, object{"type": "Delete", "object": object{"type": "Tombstone", "id": note}}, nil); status != want {
				t.Fatal(status, text)
			}
		}
		if diff := cmp.Diff([]string{"1 gaijin to 0: (deleted)"}, h.column(thread.ID)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestPostingTooMuch(t *testing.T) {
	h := newHere(t, inbox.Config{})
	limited := board.New(h.db, board.Config{Address: h.Address, Limits: board.Limits{MemberPostsPerHour: 1}}, nil)
	h.stop()
	h.board = limited
	h.start()
	token, err := h.board.NewToken(t.Context(), "gaijin")
	if err != nil {
		t.Fatal(err)
	}
	article := encode(t, object{"type": "Note", "name": "A headline", "audience": h.Topic.URI, "content": "Text."})
	for _, want := range []int{http.StatusCreated, http.StatusTooManyRequests} {
		status, text, header := h.post("/members/gaijin/outbox", article, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) })
		if status != want || (status == 429) != (header.Get("Retry-After") != "") {
			t.Errorf("status %d %s, Retry-After %q; want %d", status, text, header.Get("Retry-After"), want)
		}
	}
}

func TestPostingTwice(t *testing.T) {
	h := newHere(t, inbox.Config{})
	token, err := h.board.NewToken(t.Context(), "gaijin")
	if err != nil {
		t.Fatal(err)
	}
	send := func(key string, o object) (int, string) {
		status, text, _ := h.post("/members/gaijin/outbox", encode(t, o), func(r *http.Request) {
			r.Header.Set("Authorization", "Bearer "+token)
			r.Header.Set("Idempotency-Key", key)
		})
		return status, text
	}
	send("1", object{"type": "Note", "name": "A headline", "audience": h.Topic.URI, "content": "Text."})
	reply := object{"type": "Note", "inReplyTo": h.Address.Post(1, 0), "source": object{"content": "See #0.", "mediaType": "text/markdown"}}
	for _, test := range []struct {
		name, key string
		more      object
		status    int
		text      string
	}{
		{"the first", "2", nil, http.StatusCreated, ""},
		{"the same key and text", "2", nil, http.StatusCreated, ""},
		{"the same key with another text", "2", object{"source": object{"content": "Other."}}, http.StatusConflict, "From this form you posted #1 already, and now its text is another one."},
		{"the same text with another key", "3", nil, http.StatusConflict, "You posted this already as #1."},
		{"another text", "4", object{"source": object{"content": "Other."}}, http.StatusCreated, ""},
	} {
		if status, text := send(test.key, reply.with(test.more)); status != test.status || !strings.Contains(text, test.text) {
			t.Errorf("%s: %d %s", test.name, status, text)
		}
	}
	first, err := h.board.Post(t.Context(), 1, 1)
	if err != nil || !strings.Contains(first.HTML, `<a href="`+h.Address.Post(1, 0)+`"`) {
		t.Errorf("#0 is no link in %q, %v", first.HTML, err)
	}
}
