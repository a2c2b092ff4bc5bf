package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"corkboard/board"
)

func TestKeywords(t *testing.T) {
	w := newWorld(t)
	ronin, warden := w.as("ronin"), w.as("warden")
	words := func() string {
		thread, err := w.Thread(t.Context(), w.article.Thread)
		w.must(err)
		var all []string
		for _, k := range thread.Keywords {
			all = append(all, k.Word)
		}
		return strings.Join(all, " ")
	}

	t.Run("any member adds some from the thread's page", func(t *testing.T) {
		page := warden.get(w.path(""))
		path := page.attr("a.add", "href")
		form := warden.get(path).wants(http.StatusOK)
		form.shows("ul.drafts li:first-child .meta", "said with the article by ronin (Harbour pilot)")
		form.has("ul.drafts button", 2) // a moderator may
		warden.follow(warden.send(path, url.Values{"keywords": {"#Japan, defense"}}).wants(http.StatusSeeOther)).has(".op a[href='/k/japan']", 1)
		if got := warden.get(w.path("")).attr(".op a[href='/k/japan']", "title"); got != "added by warden" {
			t.Errorf("the thread says %q", got)
		}
		if got := words(); got != "bridge ferries japan defense" {
			t.Errorf("keywords: %s", got)
		}
		if got := ronin.get(path).text("ul.drafts li:nth-child(3)"); !strings.HasPrefix(got, "japan added by warden on 20") {
			t.Errorf("it says %q", got)
		}
	})
	t.Run("five at most, and wrong ones are refused with the text kept", func(t *testing.T) {
		checkRefused(t, warden.send(w.path("/keywords"), url.Values{"keywords": {"good b@d"}}), "keywords")
		checkRefused(t, warden.send(w.path("/keywords"), url.Values{"keywords": {" "}}), "keywords")
		page := warden.send(w.path("/keywords"), url.Values{"keywords": {"four five six"}}).wants(http.StatusUnprocessableEntity)
		page.shows("#e-keywords", "You have added 5 keywords to this thread; leave some to the others.")
		if got := words(); got != "bridge ferries japan defense good four five" {
			t.Errorf("keywords: %s", got)
		}
		warden.send(w.path("/keywords"), url.Values{"keywords": {"japan"}}).wants(http.StatusSeeOther) // there already
	})
	t.Run("the poster and moderators take some away, others do not", func(t *testing.T) {
		w.member(board.NewMember{Name: "sailor", Password: password, Role: board.RoleMember})
		sailor := w.as("sailor")
		sailor.get(w.path("/keywords")).has("ul.drafts button", 0)
		sailor.send(w.path("/keywords/remove"), url.Values{"word": {"japan"}}).wants(http.StatusForbidden)
		ronin.send(w.path("/keywords/remove"), url.Values{"word": {"japan"}}).wants(http.StatusSeeOther)
		warden.send(w.path("/keywords/remove"), url.Values{"word": {"bridge"}}).wants(http.StatusSeeOther)
		warden.send(w.path("/keywords/remove"), url.Values{"word": {"bridge"}}).wants(http.StatusSeeOther)
		if got := words(); got != "ferries defense good four five" {
			t.Errorf("keywords: %s", got)
		}
		if k, err := w.KeywordsWith(t.Context(), "j", 5); err != nil || len(k) != 0 {
			t.Errorf("japan is still known: %v, %v", k, err)
		}
	})
	t.Run("a visitor reads who added what, and may log in", func(t *testing.T) {
		page := w.visitor().get(w.path("/keywords")).wants(http.StatusOK)
		page.has("main form", 0)
		w.visitor().get(w.path("")).has("a.add", 0)
		refused := w.visitor().send(w.path("/keywords"), url.Values{"keywords": {"harbour"}}).wants(http.StatusForbidden)
		if got := refused.attr("[name=keywords]", "value"); got != "harbour" {
			t.Errorf("kept: %q", got)
		}
	})
	t.Run("a deleted article gets none", func(t *testing.T) {
		w.must(w.Delete(t.Context(), w.ronin.ID, w.article.ID, nil))
		ronin.send(w.path("/keywords"), url.Values{"keywords": {"late"}}).wants(http.StatusGone)
		ronin.get(w.path("/keywords")).wants(http.StatusGone)
	})
}

func TestADeletedArticleLeavesNoKeywords(t *testing.T) {
	w := newWorld(t)
	w.must(w.Remove(t.Context(), w.warden.ID, w.article.ID, "Slander."))
	w.visitor().get("/k/bridge").wants(http.StatusNotFound)
	if page := w.visitor().get(w.path("")).wants(http.StatusGone); strings.Contains(page.text("main"), "bridge") {
		t.Error("the tombstone tells them")
	}
	if got := w.as("ronin").get("/complete?q=bri").body; strings.Contains(got, "bridge") {
		t.Errorf("it is offered: %s", got)
	}
}
