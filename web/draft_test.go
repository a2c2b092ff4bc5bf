package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"corkboard/board"
)

func TestDrafts(t *testing.T) {
	w := newWorld(t)
	ronin := w.as("ronin")
	form := w.path("/1/reply")
	save := func(t *testing.T, target, text string) answer {
		t.Helper()
		return ronin.send("/drafts", url.Values{"target": {target}, "key": {"K"}, "do": {"draft"}, "text": {text}, "warning": {"careful"}})
	}

	t.Run("a form that is saved comes back with all that was in it", func(t *testing.T) {
		before := w.events()
		page := ronin.follow(save(t, form, "Not yet.\nReally.").wants(http.StatusSeeOther)).wants(http.StatusOK)
		if got := page.Find("textarea").Text(); got != "Not yet.\nReally." {
			t.Errorf("restored: %q", got)
		}
		if got := page.attr("[name=warning]", "value"); got != "careful" {
			t.Errorf("restored: %q", got)
		}
		if got := page.text("form.note [role=status]"); !strings.HasPrefix(got, "Draft from ") || !strings.HasSuffix(got, "restored. Discard it") {
			t.Errorf("it says %q", got)
		}
		if page.attr("[name=key]", "value") == "K" {
			t.Error("the draft kept the key of the form")
		}
		if w.events() != before {
			t.Error("saving a draft is in the log")
		}
	})
	t.Run("the list leads to it, and nobody else has it", func(t *testing.T) {
		page := ronin.get("/drafts").wants(http.StatusOK)
		page.shows("ul.drafts a", "Reply to post 1 of Harbour bridge to close")
		if got := page.attr("ul.drafts a", "href"); got != form {
			t.Errorf("leads to %s", got)
		}
		w.as("warden").get("/drafts").has("ul.drafts", 0)
		if got := w.as("warden").get(form).Find("textarea").Text(); got != "" {
			t.Errorf("another member reads %q", got)
		}
		w.visitor().get("/drafts").wants(http.StatusSeeOther)
	})
	t.Run("saving again replaces it", func(t *testing.T) {
		save(t, form, "Better.").wants(http.StatusSeeOther)
		ronin.get("/drafts").has("ul.drafts li", 1)
		if got := ronin.get(form).Find("textarea").Text(); got != "Better." {
			t.Errorf("restored: %q", got)
		}
	})
	t.Run("posting it ends it", func(t *testing.T) {
		ronin.send(form, url.Values{"text": {"Better."}}).wants(http.StatusSeeOther)
		ronin.get("/drafts").has("ul.drafts", 0)
		ronin.get(form).has("form.note", 0)
	})
	t.Run("what a script saves too late of a form that was posted is not kept", func(t *testing.T) {
		ronin.send(form, url.Values{"key": {"late"}, "text": {"Posted."}}).wants(http.StatusSeeOther)
		ronin.send("/drafts", url.Values{"target": {form}, "key": {"late"}, "text": {"Poste"}}).wants(http.StatusSeeOther)
		ronin.get("/drafts").has("ul.drafts", 0)
	})
	t.Run("it can be discarded on the form", func(t *testing.T) {
		save(t, w.path("/0/reply"), "No.")
		page := ronin.get(w.path("")).wants(http.StatusOK)
		if got := page.Find("form.reply textarea").Text(); got != "No." {
			t.Errorf("the thread's own form has %q", got)
		}
		sent := ronin.send(page.attr("form.note", "action"), url.Values{"target": {page.attr("form.note [name=target]", "value")}, "next": {page.attr("form.note [name=next]", "value")}})
		if got := sent.wants(http.StatusSeeOther).header.Get("Location"); got != w.path("/0/reply") {
			t.Errorf("leads to %s", got)
		}
		if got := ronin.follow(sent).Find("textarea").Text(); got != "" {
			t.Errorf("it is still there: %q", got)
		}
	})
	t.Run("an article and an edit have drafts too", func(t *testing.T) {
		ronin.send("/drafts", url.Values{"target": {"/post"}, "url": {"https://times.example/soon"}}).wants(http.StatusSeeOther)
		if got := ronin.get("/post").attr("[name=url]", "value"); got != "https://times.example/soon" {
			t.Errorf("url %q", got)
		}
		ronin.send("/drafts", url.Values{"target": {"/post"}, "title": {"Soon"}, "topics": {"news", "local"}}).wants(http.StatusSeeOther)
		page := ronin.get("/post")
		if got := page.attr("[name=title]", "value"); got != "Soon" {
			t.Errorf("title %q", got)
		}
		page.has("[name=topics][checked]", 2)
		save(t, w.path("/1/edit"), "I am sure.")
		if got := ronin.get(w.path("/1/edit")).Find("textarea").Text(); got != "I am sure." {
			t.Errorf("the edit has %q", got)
		}
		ronin.send(w.path("/1/edit"), url.Values{"text": {"I am sure."}}).wants(http.StatusSeeOther)
		ronin.get("/drafts").has("ul.drafts li", 1)
		ronin.send("/post", url.Values{"title": {"Soon"}, "topics": {"news"}, "text": {"Now."}}).wants(http.StatusSeeOther)
		ronin.get("/drafts").has("ul.drafts li", 0)
	})
	t.Run("saving nothing forgets it", func(t *testing.T) {
		save(t, form, "Something.")
		save(t, form, " \n ").wants(http.StatusSeeOther)
		ronin.get("/drafts").has("ul.drafts", 0)
	})
	t.Run("a script gets a short answer", func(t *testing.T) {
		r := ronin.request(http.MethodPost, "/drafts", strings.NewReader(url.Values{"target": {form}, "text": {"As I type."}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept", "application/json")
		if a := ronin.do(r); a.status != http.StatusNoContent || a.body != "" {
			t.Errorf("%d %q", a.status, a.body)
		}
	})
	t.Run("other addresses have no drafts", func(t *testing.T) {
		for _, target := range []string{"", "/", "/settings", "//evil.example/post", "/t/1/1/delete", "/t/1/1/reply?x", "https://evil.example/post"} {
			if a := save(t, target, "x").wants(http.StatusUnprocessableEntity); a.header.Get("Location") != "" {
				t.Errorf("%s leads to %s", target, a.header.Get("Location"))
			}
		}
	})
	t.Run("there are only so many, and what was typed stays on the page", func(t *testing.T) {
		for n := range 60 {
			if a := save(t, w.path("/"+strings.Repeat("9", 1+n%8)+string(rune('0'+n/8))+"/reply"), "x"); a.status == http.StatusUnprocessableEntity {
				if got := a.Find("textarea").Text(); got != "x" {
					t.Errorf("kept: %q", got)
				}
				return
			}
		}
		t.Error("sixty drafts were taken")
	})
	t.Run("whose log-in ended saves it with name and password", func(t *testing.T) {
		values := url.Values{"target": {form}, "do": {"draft"}, "text": {"Kept."}}
		kaya := w.visitor()
		page := kaya.send("/drafts", values).wants(http.StatusForbidden)
		if got := page.Find("textarea").Text(); got != "Kept." {
			t.Errorf("kept: %q", got)
		}
		values = page.form("main form")
		values.Set("member", "warden")
		values.Set("password", password)
		kaya.send("/drafts", values).wants(http.StatusSeeOther)
		if got := kaya.get(form).Find("textarea").Text(); got != "Kept." {
			t.Errorf("restored: %q", got)
		}
	})
}

func TestCompletion(t *testing.T) {
	w := newWorld(t)
	ronin := w.as("ronin")
	rosa := w.stranger("rosa", "Rosa")
	w.member(board.NewMember{Name: "ross", Role: board.RoleMember})
	r := board.NewReply{By: rosa.ID, To: w.post(1).ID, Text: board.Text{HTML: "<p>Hm.</p>"}}
	w.arriveAs(r)
	for _, test := range []struct {
		name, query string
		want        []string
	}{
		{"people of the thread come first", "thread=1&q=@ro", []string{"@rosa@social.example", "@ross"}},
		{"without a thread ours come first", "q=%40RO", []string{"@ross", "@rosa@social.example"}},
		{"a server narrows it", "thread=1&q=@ro@soc", []string{"@rosa@social.example"}},
		{"keywords", "q=fer", []string{"ferries"}},
		{"keywords with their sign", "q=%23BRI", []string{"bridge"}},
		{"nothing begins so", "q=@zz", []string{}},
		{"percent signs are letters", "q=@r%25", []string{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := ronin.get("/complete?" + test.query).wants(http.StatusOK)
			var found []struct{ Text string }
			if err := json.Unmarshal([]byte(a.body), &found); err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, f := range found {
				got = append(got, f.Text)
			}
			if strings.Join(got, " ") != strings.Join(test.want, " ") {
				t.Errorf("got %v", got)
			}
		})
	}
	w.visitor().get("/complete?q=@ro").wants(http.StatusForbidden)
}
