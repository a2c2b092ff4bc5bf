package activitypub

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// corpus returns real payloads of other servers, by name. They are nobody's to copy into here.
func corpus(t testing.TB) map[string][]byte {
	t.Helper()
	dir := os.Getenv("CORKBOARD_CORPUS")
	if dir == "" {
		dir = "../../shared/corpus"
	}
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".json") {
			return err
		}
		body, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, dir+"/")] = body
		return err
	})
	if err != nil || len(files) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the corpus of real payloads is not there: CORKBOARD_CORPUS must name its folder: %v", err)
		}
		t.Skipf("the corpus of real payloads is not there: %v", err)
	}
	return files
}

func TestParseCorpus(t *testing.T) {
	for name, body := range corpus(t) {
		t.Run(name, func(t *testing.T) {
			o, err := Parse(body)
			if err != nil {
				t.Fatal(err)
			}
			var raw map[string]any
			if err := json.Unmarshal(body, &raw); err != nil {
				t.Fatal(err)
			}
			checkAgainst(t, o, raw)
		})
	}
}

// checkAgainst compares what we read with what encoding/json does, where a member is plain.
func checkAgainst(t *testing.T, o *Object, raw map[string]any) {
	t.Helper()
	for name, got := range map[string]string{"id": o.ID, "type": o.Type, "actor": o.Actor, "attributedTo": o.AttributedTo, "content": o.Content, "name": o.Name,
		"summary": o.Summary, "inReplyTo": o.InReplyTo, "preferredUsername": o.PreferredUsername, "inbox": o.Inbox, "outbox": o.Outbox,
		"followers": o.Followers, "conversation": o.Conversation} {
		if want, ok := raw[name].(string); ok && got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if published, ok := raw["published"].(string); ok && o.Published.IsZero() {
		t.Errorf("published %s was not read", published)
	}
	if inner, ok := raw["object"].(map[string]any); ok {
		checkAgainst(t, o.Object, inner)
	}
	if key, ok := raw["publicKey"].(map[string]any); ok {
		if len(o.PublicKeys) != 1 || o.PublicKeys[0].PEM != key["publicKeyPem"] {
			t.Errorf("got the keys %v", o.PublicKeys)
		} else if _, err := ParsePublicKey(o.PublicKeys[0].PEM); err != nil {
			t.Error(err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	deep := func(n int) string { return strings.Repeat(`{"object":`, n) + `{}` + strings.Repeat(`}`, n) }
	for _, test := range []struct{ name, body, want string }{
		{"O04: a member twice", `{"actor":"https://good.test/a","actor":"https://evil.test/a"}`, `duplicate object member name "actor"`},
		{"O04: a member twice, once in disguise", `{"actor":"https://good.test/a","\u0061ctor":"https://evil.test/a"}`, "duplicate"},
		{"a member twice, far inside", `{"x":[{"y":{"id":"a","id":"b"}}]}`, "duplicate"},
		{"a member twice in what nobody reads", `{"@context":{"a":{"b":1,"b":2}}}`, "duplicate"},
		{"O04: a member in other letters", `{"actor":"https://good.test/a","ACTOR":"https://evil.test/a"}`, `"ACTOR" is not "actor"`},
		{"a member in other letters alone", `{"attributedto":"https://evil.test/a"}`, "attributedTo"},
		{"a member with the sign of Kelvin", `{"public` + "\u212a" + `ey":{}}`, "publicKey"},
		{"a member in other letters, far inside", `{"object":{"x":[{"Id":"a"}]}}`, `"Id" is not "id"`},
		{"S32: @graph", `{"@graph":[{"type":"Delete"}]}`, "@graph"},
		{"S32: @included", `{"@included":[]}`, "@included"},
		{"S32: @reverse, inside", `{"object":{"@reverse":{}}}`, "@reverse"},
		{"X05: 33 deep", deep(32), "more than 32"},
		{"X05: 10,000 deep", strings.Repeat(`[`, 10_000), "not an object"},
		{"X05: arrays, 10,000 deep", `{"a":` + strings.Repeat(`[`, 10_000), "more than 32"},
		{"X05: invalid UTF-8", "{\"content\":\"\xff\"}", "UTF-8"},
		{"X05: half a surrogate", `{"content":"\ud800"}`, "surrogate"},
		{"X05: a byte order mark", "\xef\xbb\xbf{}", "byte order mark"},
		{"X05: a NUL", "{\"content\":\"\x00\"}", "not JSON"},
		{"X05: a NUL in disguise", `{"content":"a\u0000b"}`, "NUL"},
		{"X05: a NUL in an id", `{"id":"https://good.test/\u0000"}`, "NUL"},
		{"more after the end", `{} {}`, "goes on"},
		{"gibberish after the end", `{} x`, "not JSON"},
		{"an array", `[{}]`, "not an object"},
		{"a text", `"x"`, "not an object"},
		{"nothing", ``, "before its end"},
		{"white space", "  \n", "before its end"},
		{"half of it", `{"id":"https://good.test/`, "before its end"},
		{"half an array", `{"to":["a"`, "before its end"},
		{"a comment", `{/**/}`, "not JSON"},
		{"a comma too many", `{"to":["a",]}`, "not JSON"},
		{"more than a mebibyte", `{"content":"` + strings.Repeat("x", MaxBody) + `"}`, "larger than"},
	} {
		t.Run(test.name, func(t *testing.T) {
			start := time.Now()
			_, err := Parse([]byte(test.body))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if took := time.Since(start); took > 100*time.Millisecond {
				t.Errorf("it took %s", took)
			}
		})
	}
	if _, err := Parse([]byte(deep(31))); err != nil {
		t.Errorf("32 deep: %v", err)
	}
}

func TestParseIsLenient(t *testing.T) {
	when := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name, body string
		want       Object
	}{
		{"NodeBB's numbers", `{"type":"Undo","cc":["https://n.test/followers",1,null,true,["x"]],"object":6}`,
			Object{Type: "Undo", Types: []string{"Undo"}, CC: []string{"https://n.test/followers"}}},
		{"one recipient, and the same again", `{"to":"https://a.test/","cc":["https://b.test/","https://b.test/"]}`,
			Object{To: []string{"https://a.test/"}, CC: []string{"https://b.test/"}}},
		{"the short names of Public", `{"to":["as:Public"],"cc":"Public","audience":["https://www.w3.org/ns/activitystreams#Public"]}`,
			Object{To: []string{Public}, CC: []string{Public}, Audience: []string{Public}}},
		{"nobody, said and unsaid", `{"to":[],"cc":null}`, Object{To: []string{}}},
		{"null for everything", `{"id":null,"type":null,"actor":null,"object":null,"content":null,"to":null,"published":null,"tag":null,"url":null,"publicKey":null,"source":null,"endpoints":null,"citation":null,"replies":null,"totalItems":null}`, Object{}},
		{"impossible types for everything", `{"content":7,"name":{},"published":[],"sensitive":"yes","tag":"x","attachment":7,"url":7,"source":7,"endpoints":"x","publicKey":"x","citation":"x","contentMap":"x","totalItems":"x","language":{}}`, Object{}},
		{"objects where ids are usual", `{"actor":{"id":"https://a.test/u","type":"Person"},"inReplyTo":{"id":"https://a.test/1"},"to":[{"id":"https://b.test/"},{"type":"Link","href":"https://c.test/"}],"inbox":{"id":"https://a.test/in"}}`,
			Object{Actor: "https://a.test/u", InReplyTo: "https://a.test/1", To: []string{"https://b.test/", "https://c.test/"}, Inbox: "https://a.test/in"}},
		{"several types", `{"type":["Note","Article"]}`, Object{Type: "Note", Types: []string{"Note", "Article"}}},
		{"decimals, zones and none", `{"published":"2026-11-24T11:00:00.000000001+01:00","updated":"2026-11-24T10:00:00"}`, Object{Published: when.Add(1), Updated: when}},
		{"a date that is none", `{"published":"yesterday"}`, Object{}},
		{"texts in languages alone, in their order", `{"contentMap":{"fr":"<p>un</p>","en":"<p>one</p>"},"nameMap":{"de":"eins"}}`,
			Object{Content: "<p>un</p>", Name: "eins", Language: "fr"}},
		{"a language that nobody knows", `{"content":"x","contentMap":{"und":"x"},"language":{"identifier":"fr","name":"Français"}}`, Object{Content: "x", Language: "fr"}},
		{"a language that is an attack", `{"content":"x","contentMap":{"\" onload=":"x"}}`, Object{Content: "x"}},
		{"Indonesian", `{"content":"x","contentMap":{"id":"x"}}`, Object{Content: "x", Language: "id"}},
		{"Lemmy's languages", `{"language":[{"identifier":"fr"},{"identifier":"de"}]}`, Object{Language: "fr"}},
		{"Pleroma's source", `{"source":"typed"}`, Object{Source: Source{Content: "typed"}}},
		{"Lemmy's source", `{"source":{"content":"typed","mediaType":"text/markdown"}}`, Object{Source: Source{"typed", "text/markdown"}}},
		{"PeerTube's authors", `{"attributedTo":[{"type":"Person","id":"https://p.test/a"},{"type":"Group","id":"https://p.test/c"}]}`,
			Object{Authors: []string{"https://p.test/a", "https://p.test/c"}}},
		{"PeerTube's links", `{"url":[{"type":"Link","mediaType":"video/mp4","href":"https://p.test/v.mp4"},{"type":"Link","mediaType":"text/html","href":"https://p.test/w"}]}`,
			Object{URL: "https://p.test/w", Links: []Link{{Type: "Link", Href: "https://p.test/v.mp4", MediaType: "video/mp4"}, {Type: "Link", Href: "https://p.test/w", MediaType: "text/html"}}}},
		{"links, none of them to a page", `{"url":[{"href":"https://p.test/a","mediaType":"video/mp4"}]}`, Object{URL: "https://p.test/a", Links: []Link{{Type: "Link", Href: "https://p.test/a", MediaType: "video/mp4"}}}},
		{"attachments of all kinds", `{"attachment":[{"type":"Link","href":"https://a.test/"},{"type":"Image","url":"https://a.test/i","summary":"a cat","name":"i.png","mediaType":"image/png"},{"type":"Document","url":[{"href":"https://a.test/d","mediaType":"text/css"}]},"https://a.test/x",{"type":"PropertyValue","name":"x"}]}`,
			Object{Attachments: []Attachment{{Type: "Link", URL: "https://a.test/"}, {Type: "Image", URL: "https://a.test/i", MediaType: "image/png", Name: "a cat"}, {Type: "Document", URL: "https://a.test/d", MediaType: "text/css"}, {URL: "https://a.test/x"}}}},
		{"one tag, not in an array", `{"tag":{"type":"Mention","href":"https://a.test/u","name":"@u"}}`, Object{Tags: []Tag{{Type: "Mention", Href: "https://a.test/u", Name: "@u"}}}},
		{"an attachment alone, with its size and a still", `{"attachment":{"type":"Video","url":"https://a.test/v","width":640,"height":480.5,"sensitive":true,"icon":{"type":"Image","url":"https://a.test/s"}}}`,
			Object{Attachments: []Attachment{{Type: "Video", URL: "https://a.test/v", Width: 640, Sensitive: true, Preview: "https://a.test/s"}}}},
		{"a picture, the first of several", `{"icon":[{"type":"Image","url":"https://a.test/1"},{"type":"Image","url":"https://a.test/2"}],"image":"https://a.test/3"}`,
			Object{Icon: Attachment{Type: "Image", URL: "https://a.test/1"}, Image: Attachment{URL: "https://a.test/3"}}},
		{"a picture, the largest of several", `{"icon":[{"type":"Image","url":"https://a.test/1","width":10},{"type":"Image","url":"https://a.test/2","width":20,"height":5}]}`,
			Object{Icon: Attachment{Type: "Image", URL: "https://a.test/2", Width: 20, Height: 5}}},
		{"an emoji", `{"tag":[{"type":"Emoji","name":":cat:","icon":{"type":"Image","mediaType":"image/png","url":"https://a.test/cat.png"}}]}`,
			Object{Tags: []Tag{{Type: "Emoji", Name: ":cat:", Icon: "https://a.test/cat.png"}}}},
		{"the other names of a quote", `{"quoteUrl":"https://a.test/2","quoteUri":"https://a.test/1","_misskey_quote":"https://a.test/3"}`, Object{Quote: "https://a.test/1"}},
		{"a citation with objects", `{"citation":{"type":"NewsArticle","url":"https://n.test/","name":"N","publisher":{"type":"Organization","name":"P"},"author":[{"name":"A"},"B"],"datePublished":"2026-11-24"}}`,
			Object{Citation: &Citation{"NewsArticle", "https://n.test/", "N", "P", "A", "2026-11-24"}}},
		{"shared inbox without endpoints", `{"inbox":"https://a.test/i","sharedInbox":"https://a.test/s"}`, Object{Inbox: "https://a.test/i", SharedInbox: "https://a.test/s"}},
		{"O26: a shared inbox on another host", `{"inbox":"https://a.test/i","endpoints":{"sharedInbox":"https://victim.test/s"}}`, Object{Inbox: "https://a.test/i"}},
		{"more keys than anybody has", `{"publicKey":[{"id":"1"},{"id":"2"},{"id":"3"},{"id":"4"},{"id":"5"}]}`, Object{PublicKeys: []PublicKey{{ID: "1"}, {ID: "2"}, {ID: "3"}, {ID: "4"}}}},
		{"numbers that cannot be", `{"totalItems":-1}`, Object{}},
		{"more than there are", `{"totalItems":1e308}`, Object{}},
		{"escapes", `{"content":"a\u00e9\n\"\/\ud83d\ude00","\u006eame":"n"}`, Object{Content: "aé\n\"/😀", Name: "n"}},
		{"terms that look like members", `{"@context":{"ID":"@id","Object":{"@reverse":"x"}},"id":"https://a.test/"}`, Object{ID: "https://a.test/"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Parse([]byte(test.body))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&test.want, got, cmpopts.IgnoreUnexported(Object{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseIdentity(t *testing.T) {
	const one = "https://a.test/u"
	for _, test := range []struct {
		name, value string
		ok          bool
	}{
		{"an id", `"` + one + `"`, true},
		{"an object", `{"id":"` + one + `","type":"Person"}`, true},
		{"an array of one", `["` + one + `"]`, true},
		{"O03: an array of two", `["` + one + `","https://victim.test/u"]`, false},
		{"O03: one and a number", `["` + one + `",1]`, false},
		{"the same twice", `["` + one + `","` + one + `"]`, false},
		{"O03: a number", `1`, false},
		{"O03: nothing", `null`, false},
		{"O03: an empty text", `""`, false},
		{"an object without id", `{"type":"Person"}`, false},
		{"an empty array", `[]`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			o, err := Parse([]byte(`{"id":` + test.value + `,"actor":` + test.value + `,"attributedTo":` + test.value + `}`))
			if err != nil {
				t.Fatal(err)
			}
			for name, read := range map[string]func() (string, error){"actor": o.ActorID, "author": o.AuthorID} {
				if got, err := read(); (err == nil) != test.ok || test.ok && got != one {
					t.Errorf("%s: got %q, %v", name, got, err)
				}
			}
			if id, err := o.Identity(); (err == nil) != (test.name == "an id") {
				t.Errorf("id: got %q, %v", id, err)
			}
		})
	}
}

func TestParseCuts(t *testing.T) {
	many := func(n int, element string) string {
		return `[` + strings.TrimSuffix(strings.Repeat(element+",", n), ",") + `]`
	}
	var recipients []string
	for i := range 2000 {
		recipients = append(recipients, fmt.Sprintf(`"https://a.test/%d"`, i))
	}
	o, err := Parse([]byte(`{"to":[` + strings.Join(recipients, ",") + `],"tag":` + many(1000, `{"type":"Mention"}`) + `,"attachment":` + many(100, `"https://a.test/"`) +
		`,"url":` + many(100, `"https://a.test/"`) + `,"type":` + many(100, `"Note"`) + `,"items":` + many(3000, `"x"`) + `,"object":` + many(3000, `{}`) + `}`))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{"recipients": len(o.To), "tags": len(o.Tags), "attachments": len(o.Attachments), "links": len(o.Links), "types": len(o.Types), "items": len(o.Items), "objects": len(o.Objects)}
	want := map[string]int{"recipients": maxRecipients, "tags": maxTags, "attachments": maxAttachments, "links": maxAttachments, "types": 8, "items": maxItems, "objects": maxRecipients}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("X06: ", diff)
	}
	if o, err = Parse([]byte(`{"object":` + many(200, `{"object":`+many(200, `{}`)+`}`) + `}`)); err != nil || count(o) > maxObjects {
		t.Errorf("X06: %d objects, %v", count(o), err)
	}
}

func count(o *Object) int {
	n := 1
	for _, inner := range o.Objects {
		n += count(inner)
	}
	return n
}

func TestRaw(t *testing.T) {
	inner := "{ \"id\" :\"https://a.test/1\",\n\t\"x\": 1.0e2, \"content\":\"\\u003cp>\" }"
	o, err := Parse([]byte(`{"type":"Announce","object":` + inner + ` ,"target":"https://a.test/2"}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(o.Object.Raw()); got != inner {
		t.Errorf("got %s", got)
	}
	if o.Object.IsReference() || !o.Target.IsReference() || o.Target.Raw() != nil {
		t.Error("what is a reference and what is not was mixed up")
	}
	if appended := append(o.Object.Raw(), "oops"...); bytes.Contains(o.Raw(), []byte("oops")) {
		t.Errorf("appending to a part changed the whole: %s", appended)
	}
}

func FuzzParse(f *testing.F) {
	for _, body := range []string{`{"id":"https://a.test/1","type":["Note"],"to":"as:Public","object":{"id":"x"},"contentMap":{"en":"x"},"publicKey":{"id":"k"}}`,
		`{"@context":["x",{"y":{"@id":"z"}}],"tag":[{"type":"Mention"}],"items":[1,"x",{}],"first":{"next":"y"}}`, `{"\u0061":1,"a":2}`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := Parse(body)
		if err != nil {
			return
		}
		if !json.Valid(body) {
			t.Error("what is not JSON was read")
		}
		again, err := Parse(o.Raw())
		if err != nil {
			t.Fatalf("what was read could not be read again: %v", err)
		}
		if diff := cmp.Diff(o, again, cmpopts.IgnoreUnexported(Object{})); diff != "" {
			t.Error(diff)
		}
		if o.Object != nil && !bytes.Contains(body, o.Object.Raw()) {
			t.Error("an inner object is not as it came")
		}
		o.Visibility(nil)
	})
}

// create is a Create of 2.7 kB, as Mastodon sends it.
var create = []byte(`{"@context":["https://www.w3.org/ns/activitystreams",{"ostatus":"http://ostatus.org#","atomUri":"ostatus:atomUri","inReplyToAtomUri":"ostatus:inReplyToAtomUri","conversation":"ostatus:conversation","sensitive":"as:sensitive","toot":"http://joinmastodon.org/ns#","votersCount":"toot:votersCount"}],` +
	`"id":"https://far.test/users/carol/statuses/116000000000000001/activity","type":"Create","actor":"https://far.test/users/carol","published":"2026-08-20T12:10:00Z","to":["https://www.w3.org/ns/activitystreams#Public"],` +
	`"cc":["https://far.test/users/carol/followers","https://board.test/members/alice","https://board.test/topics/politics","https://board.test/topics/politics/followers"],` +
	`"object":{"id":"https://far.test/users/carol/statuses/116000000000000001","type":"Note","summary":null,"inReplyTo":"https://board.test/t/1/0","published":"2026-08-20T12:10:00Z","url":"https://far.test/@carol/116000000000000001","attributedTo":"https://far.test/users/carol","to":["https://www.w3.org/ns/activitystreams#Public"],` +
	`"cc":["https://far.test/users/carol/followers","https://board.test/members/alice","https://board.test/topics/politics"],"sensitive":false,"atomUri":"https://far.test/users/carol/statuses/116000000000000001","inReplyToAtomUri":"https://board.test/t/1/0","conversation":"https://board.test/t/1/context","context":"https://board.test/t/1/context",` +
	`"content":"<p><span class=\"h-card\" translate=\"no\"><a href=\"https://board.test/~alice\" class=\"u-url mention\">@<span>alice</span></a></span> I disagree.</p>","contentMap":{"en":"<p><span class=\"h-card\" translate=\"no\"><a href=\"https://board.test/~alice\" class=\"u-url mention\">@<span>alice</span></a></span> I disagree.</p>"},` +
	`"attachment":[],"tag":[{"type":"Mention","href":"https://board.test/members/alice","name":"@alice@board.test"},{"type":"Mention","href":"https://board.test/topics/politics","name":"@politics@board.test"}],` +
	`"replies":{"id":"https://far.test/users/carol/statuses/116000000000000001/replies","type":"Collection","first":{"type":"CollectionPage","next":"https://far.test/users/carol/statuses/116000000000000001/replies?only_other_accounts=true&page=true","partOf":"https://far.test/users/carol/statuses/116000000000000001/replies","items":[]}},` +
	`"likes":{"id":"https://far.test/users/carol/statuses/116000000000000001/likes","type":"Collection","totalItems":0},"shares":{"id":"https://far.test/users/carol/statuses/116000000000000001/shares","type":"Collection","totalItems":0}}}`)

func BenchmarkParse(b *testing.B) {
	b.SetBytes(int64(len(create)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(create); err != nil {
			b.Fatal(err)
		}
	}
}
