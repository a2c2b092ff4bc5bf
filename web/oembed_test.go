package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"corkboard/board"
)

func TestOembed(t *testing.T) {
	w := newWorld(t)
	w.arrive(1, board.Text{HTML: "<p>&lt;b&gt;It is so.</p>"})
	b, address := w.visitor(), string(w.Address())
	var said struct{ Version, Type, Title, HTML, Author string }
	page := b.get(b.get(w.path("/2")).attr("link[type='application/json+oembed']", "href")).wants(http.StatusOK)
	if err := json.Unmarshal([]byte(page.body), &said); err != nil {
		t.Fatal(err)
	}
	if said.Version != "1.0" || said.Type != "rich" || said.Title != "Harbour bridge to close" || !strings.HasPrefix(said.HTML, "<blockquote><p>&lt;b&gt;It is so.</p>") {
		t.Errorf("a post is %+v", said)
	}
	if got, post := page.header.Get("Cache-Control"), b.get(w.path("/2")).header.Get("Cache-Control"); got != post {
		t.Errorf("others may keep it %q, and the post %q", got, post)
	}
	for target, want := range map[string]int{
		address + w.path(""): 200, address + w.path("?from=1#p1"): 200, address + w.path("/1"): 200, address + w.path("/99"): 404, address + "/topics/news": 404,
		"https://other.example/t/1": 404, address + "/t/1/x": 404, address + ".evil.example/t/1": 404, "%": 404, "": 404,
	} {
		if got := b.get("/oembed?url=" + url.QueryEscape(target)).status; got != want {
			t.Errorf("%s: %d", target, got)
		}
	}
	b.get("/oembed?format=xml&url=" + url.QueryEscape(address+w.path(""))).wants(http.StatusNotImplemented)
}
