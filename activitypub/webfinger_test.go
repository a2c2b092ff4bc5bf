package activitypub

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWebFinger(t *testing.T) {
	c, f, other := newClient(t, nil), newFar(t), newFar(t)
	host := strings.TrimPrefix(f.URL, "http://")
	f.mux.HandleFunc("/.well-known/webfinger", func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("resource") {
		case "acct:gina@" + host:
			fmt.Fprintf(w, `{"subject":"acct:gina@%s","links":[{"rel":"self","type":"text/html","href":"x"},{"rel":"self","type":"application/activity+json","href":"%s/gina"}],"properties":{}}`, host, f.URL)
		case "acct:moved@" + host:
			http.Redirect(w, r, other.URL+"/wf", http.StatusFound)
		case "acct:mute@" + host:
			io.WriteString(w, `{}`)
		case "acct:twice@" + host:
			io.WriteString(w, `{"subject":"acct:a@b.test","subject":"acct:c@b.test"}`)
		default:
			http.NotFound(w, r)
		}
	})
	other.serve("/wf", "application/jrd+json", `{"subject":"acct:moved@other.test","links":[{"rel":"self","type":"application/activity+json","href":"{}/moved"}]}`)
	for _, handle := range []string{"gina@" + host, "@gina@" + host, "acct:gina@" + host} {
		j, err := c.WebFinger(t.Context(), handle)
		if err != nil || j.Self() != f.URL+"/gina" || j.Handle() != "gina@"+host {
			t.Errorf("%s: got %+v, %v", handle, j, err)
		}
	}
	if j, err := c.WebFinger(t.Context(), "moved@"+host); err != nil || j.Handle() != "moved@other.test" {
		t.Errorf("through a redirect: got %+v, %v", j, err)
	}
	if _, err := c.WebFinger(t.Context(), "twice@"+host); !strings.Contains(fetchError(t, err).Reason, "duplicate") {
		t.Errorf("got %v", err)
	}
	if _, err := c.WebFinger(t.Context(), "mute@"+host); !strings.Contains(fetchError(t, err).Reason, "says nothing") {
		t.Errorf("got %v", err)
	}
	if _, err := c.WebFinger(t.Context(), "nobody@"+host); fetchError(t, err).Status != http.StatusNotFound {
		t.Errorf("got %v", err)
	}
	t.Run("by host-meta", func(t *testing.T) {
		f.mux.HandleFunc("/.well-known/host-meta", func(w http.ResponseWriter, _ *http.Request) {
			w.Write(HostMeta(other.URL))
		})
		other.serve("/.well-known/webfinger", "application/jrd+json", `{"subject":"acct:nobody@x.test","links":[]}`)
		if j, err := c.WebFinger(t.Context(), "nobody@"+host); err != nil || j.Handle() != "nobody@x.test" {
			t.Errorf("got %+v, %v", j, err)
		}
	})
	for _, handle := range []string{"", "gina", "@", "@@", "gina@", "@" + host, "gina@a/b", "gina@a b", "gina@u@h", "a/b@far.test", "a?b@far.test", "gina@board.test"} {
		t.Run(fmt.Sprintf("%q is not asked", handle), func(t *testing.T) {
			if _, err := c.WebFinger(t.Context(), handle); fetchError(t, err).Err != nil {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestNodeInfo(t *testing.T) {
	c := newClient(t, nil)
	port, visits := canary(t)
	for _, test := range []struct{ name, index, document, want string }{
		{"newest", `{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.1","href":"{}/ni"},{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.0","href":"{}/old"}]}`,
			`{"software":{"name":"Lemmy","version":"1.0"},"usage":7}`, "lemmy 1.0"},
		{"F12: on another host", `{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.0","href":"http://127.0.0.1:` + port + `/ni"}]}`, `{}`, "its own host"},
		{"F12: as data", `{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.0","href":"data:application/json,{}"}]}`, `{}`, "its own host"},
		{"of version 1", `{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/1.0","href":"{}/ni"}]}`, `{}`, "its own host"},
		{"that is none", `[]`, `{}`, "cannot be read"},
		{"with a document that is none", `{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.0","href":"{}/ni"}]}`, `{"software":`, "cannot be read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFar(t)
			f.serve("/.well-known/nodeinfo", "application/json", test.index)
			f.serve("/ni", "application/json", test.document)
			software, err := c.NodeInfo(t.Context(), strings.TrimPrefix(f.URL, "http://"))
			if got := software.Name + " " + software.Version; err == nil && got != test.want {
				t.Errorf("got %s", got)
			}
			if err != nil && !strings.Contains(fetchError(t, err).Reason, test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
	if visits.Load() != 0 {
		t.Error("another host was asked")
	}
	t.Run("ours can be read", func(t *testing.T) {
		f := newFar(t)
		for path, document := range map[string]any{"/.well-known/nodeinfo": NodeInfoIndex(f.URL), "/nodeinfo/2.0": NodeInfo{Version: "2.0"},
			"/nodeinfo/2.1": NodeInfo{Version: "2.1", Software: NodeInfoSoftware{Name: "corkboard", Version: "1"}}} {
			body, err := json.Marshal(document)
			if err != nil {
				t.Fatal(err)
			}
			f.serve(path, "application/json", string(body))
		}
		if got, err := c.NodeInfo(t.Context(), strings.TrimPrefix(f.URL, "http://")); err != nil || got != (Software{"corkboard", "1"}) {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}

func FuzzParseJRD(f *testing.F) {
	f.Add([]byte(`{"subject":"acct:gina@far.test","links":[{"rel":"self","type":"application/activity+json","href":"https://far.test/gina"}]}`))
	f.Add([]byte(`{"subject":"gina","links":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		j, err := ParseJRD(body)
		if err != nil {
			return
		}
		if handle := j.Handle(); handle != "" && strings.Count(handle, "@") != 1 {
			t.Errorf("got the handle %q", handle)
		}
		j.Self()
	})
}

func TestInteract(t *testing.T) {
	link := func(rel, template, href string) JRDLink { return JRDLink{Rel: rel, Template: template, Href: href} }
	for _, test := range []struct {
		name  string
		links []JRDLink
		want  string
	}{
		{"as Mastodon says it", []JRDLink{link(RelSubscribe, "https://m.example/authorize_interaction?uri={uri}", "")}, "https://m.example/authorize_interaction?uri={uri}"},
		{"an intent alone", []JRDLink{link(RelIntentObject, "https://n.example/search?q={object}", "")}, "https://n.example/search?q={uri}"},
		{"an intent in href, and in small letters", []JRDLink{link("https://w3id.org/fep/3b86/follow", "", "https://o.example/i?o={object}&s={on-success}")}, "https://o.example/i?o={uri}&s={on-success}"},
		{"subscribe comes before intents", []JRDLink{link(RelIntentFollow, "https://p.example/i?o={object}", ""), link(RelSubscribe, "https://p.example/s?u={uri}", "")}, "https://p.example/s?u={uri}"},
		{"a template without a place for the address is none", []JRDLink{link(RelSubscribe, "https://q.example/", "")}, ""},
		{"nothing is said", nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, (&JRD{Links: test.links}).Interact()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
