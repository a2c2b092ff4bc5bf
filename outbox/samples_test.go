package outbox_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"corkboard/board"
)

// samples are the JSON blocks of FEDERATION.md under each heading.
func samples(t *testing.T) map[string][]any {
	t.Helper()
	text, err := os.ReadFile("../FEDERATION.md")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]any{}
	for _, section := range strings.Split("\n"+string(text), "\n## ") {
		heading, body, _ := strings.Cut(section, "\n")
		for i, block := range strings.Split(body, "```") {
			block, isJSON := strings.CutPrefix(block, "json\n")
			if i%2 == 0 || !isJSON {
				continue
			}
			var sample any
			if err := json.Unmarshal([]byte(block), &sample); err != nil {
				t.Fatalf("a sample under %q: %v\n%s", heading, err, block)
			}
			found[heading] = append(found[heading], sample)
		}
	}
	return found
}

// TestSamples compares what FEDERATION.md says with what is sent.
func TestSamples(t *testing.T) {
	s := newStage(t)
	mastodon, lemmy := newNeighbour(t, "mastodon"), newNeighbour(t, "lemmy")
	carol, dessa := s.person(mastodon, "carol"), s.person(lemmy, "dessa")
	s.speak()
	s.follow(s.world.Topic.ID, carol, dessa)
	s.carried()
	article := s.article("foreign_affairs", "japan")
	s.carried()
	s.reply(s.world.Moderator, article, "The other one.")
	question := s.heardReply(carol, article, "116")
	for _, id := range []board.ActorID{carol.ID, dessa.ID, s.world.Moderator.ID} {
		s.check(s.Like(t.Context(), id, article.ID))
	}
	s.check(s.Share(t.Context(), carol.ID, article.ID, carol.URI+"/statuses/7/activity"))
	documents := map[string]any{"topic": s.fetch("/topics/foreign_affairs"), "article": s.fetch("/t/1/0")}
	reply := s.reply(s.world.Moderator, question, "It was the other fleet.")
	s.carried()
	documents["reply"] = s.fetch("/t/1/3")
	s.edit(s.world.Moderator, reply, "It was the other fleet!")
	s.carried()
	s.check(s.Delete(t.Context(), s.world.Moderator.ID, reply.ID, nil))
	s.check(s.Remove(t.Context(), s.world.Moderator.ID, question.ID, "Off topic."))
	s.carried()

	told := func(n *neighbour, saying string) any {
		for _, h := range n.told() {
			if h.String() == saying {
				return decode(t, h.raw)
			}
		}
		t.Fatalf("nobody said %s: %v", saying, n.sayings())
		return nil
	}
	sent := samples(t)
	for _, c := range []struct {
		heading string
		n       int
		got     any
	}{
		{"Actors", 0, documents["topic"]},
		{"An article", 0, documents["article"]},
		{"A reply", 0, documents["reply"]},
		{"What a topic's followers get", 0, told(mastodon, "Announce{/t/1/0}")},
		{"What a topic's followers get", 1, told(lemmy, "Announce{Create{Note}}")},
		{"Other activities that we send", 0, told(mastodon, "Accept{Follow{/topics/foreign_affairs}}")},
		{"Other activities that we send", 1, told(mastodon, "Update{Note}")},
		{"Other activities that we send", 2, told(mastodon, "Delete{Tombstone}")},
		{"Other activities that we send", 3, told(lemmy, "Announce{Delete{"+path(question.URI)+"}}")},
		{"Context", 0, map[string]any{"@context": documents["article"].(map[string]any)["@context"]}},
	} {
		if len(sent[c.heading]) <= c.n {
			t.Errorf("%s: there is no sample %d", c.heading, c.n)
			continue
		}
		got := asSample(s, c.got, mastodon, lemmy)
		if c.heading != "Context" {
			delete(got, "@context")
		}
		want := sent[c.heading][c.n].(map[string]any)
		diff(t, c.heading, steady(want), cut(got, want))
	}
}

func decode(t *testing.T, body []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// asSample is a document with the names and numbers of FEDERATION.md.
func asSample(s *stage, document any, mastodon, lemmy *neighbour) map[string]any {
	s.t.Helper()
	body, err := json.Marshal(document)
	s.check(err)
	text := string(body)
	for server, name := range map[string]string{s.http.URL: "board.example", mastodon.http.URL: "mastodon.example", lemmy.http.URL: "lemmy.example"} {
		host := strings.TrimPrefix(server, "http://")
		text = strings.ReplaceAll(text, server, "https://"+name)
		text = strings.ReplaceAll(text, host, name)
	}
	text = strings.ReplaceAll(text, "board.example/t/1/", "board.example/t/12/")
	text = strings.ReplaceAll(text, `board.example/t/1"`, `board.example/t/12"`)
	text = strings.ReplaceAll(text, `board.example/t/1\"`, `board.example/t/12\"`)
	return steady(decode(s.t, []byte(text))).(map[string]any)
}

var activityID = regexp.MustCompile(`/activities/\d+(-\d+)?`)

// steady is a document without what differs each time: times, keys, numbers of
// activities. A time has to be one.
func steady(v any) any {
	switch v := v.(type) {
	case map[string]any:
		steadied := map[string]any{}
		for name, value := range v {
			text, isText := value.(string)
			switch {
			case isText && slices.Contains([]string{"published", "updated", "deleted"}, name):
				if _, err := time.Parse(time.RFC3339, text); err == nil {
					value = "a time"
				}
			case name == "publicKeyPem":
				value = "a key"
			case isText && v["type"] == "Follow" && name == "id":
				value = "a Follow"
			case isText:
				value = activityID.ReplaceAllString(text, "/activities/N")
			default:
				value = steady(value)
			}
			steadied[name] = value
		}
		if languages, ok := steadied["contentMap"].(map[string]any); ok && languages["en"] == "…the same…" {
			languages["en"] = steadied["content"]
		}
		return steadied
	case []any:
		steadied := make([]any, len(v))
		for i, item := range v {
			steadied[i] = steady(item)
		}
		return steadied
	}
	return v
}

// cut leaves out what a sample says is as above.
func cut(got any, sample any) any {
	g, isObject := got.(map[string]any)
	w, alike := sample.(map[string]any)
	if !isObject || !alike {
		return got
	}
	shown := map[string]any{}
	for name, value := range g {
		if _, ok := w[name]; ok || w["…"] == nil {
			shown[name] = cut(value, w[name])
		}
	}
	if w["…"] != nil {
		shown["…"] = w["…"]
	}
	return shown
}
