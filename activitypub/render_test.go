package activitypub

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMarshal(t *testing.T) {
	theirs := json.RawMessage("{\n  \"id\" : \"https://far.example/1\", \"content\": \"<p>\\u003cb é \\/\" }")
	when := time.Date(2026, 11, 24, 10, 0, 0, 5e6, time.UTC)
	for _, test := range []struct {
		name string
		v    any
		want string // without the @context
	}{
		{"an activity about an id, without recipients", &Activity{ID: "https://b.example/1", Type: "Follow", Actor: "https://b.example/a", Object: "https://far.example/u"},
			`{"id":"https://b.example/1","type":"Follow","actor":"https://b.example/a","object":"https://far.example/u"}`},
		{"cc is there where to is", &Activity{Type: "Announce", Actor: "https://b.example/t", To: IDs{Public}, Object: "https://b.example/n"},
			`{"type":"Announce","actor":"https://b.example/t","to":["https://www.w3.org/ns/activitystreams#Public"],"cc":[],"object":"https://b.example/n"}`},
		{"other people's objects pass byte for byte", &Activity{Type: "Announce", Actor: "https://b.example/t", Object: theirs},
			`{"type":"Announce","actor":"https://b.example/t","object":` + string(theirs) + `}`},
		{"also in an activity in a collection", &Collection{ID: "https://b.example/o", Type: "OrderedCollection", TotalItems: 2, Items: []any{
			&Activity{Type: "Announce", Actor: "https://b.example/t", Object: &Activity{Type: "Undo", Actor: "https://b.example/m", Object: theirs}}, "https://b.example/x"}},
			`{"id":"https://b.example/o","type":"OrderedCollection","totalItems":2,"orderedItems":[{"type":"Announce","actor":"https://b.example/t","object":{"type":"Undo","actor":"https://b.example/m","object":` + string(theirs) + `}},"https://b.example/x"]}`},
		{"HTML is not escaped, empty to and cc are arrays", &Note{ID: "https://b.example/n", Type: "Note", AttributedTo: "https://b.example/m", Content: "<p>a & b</p>", Published: when},
			`{"id":"https://b.example/n","type":"Note","attributedTo":"https://b.example/m","to":[],"cc":[],"sensitive":false,"content":"<p>a & b</p>","published":"2026-11-24T10:00:00.005Z"}`},
		{"replies stand in a note", &Note{ID: "https://b.example/n", Type: "Note", Published: when, Attachment: []Link{{Type: "Link", Href: "https://news.example/a"}},
			Replies: &Collection{Type: "Collection", TotalItems: 1, First: &CollectionPage{Type: "CollectionPage", Items: []any{"https://b.example/2"}}}},
			`{"id":"https://b.example/n","type":"Note","attributedTo":"","to":[],"cc":[],"sensitive":false,"content":"","published":"2026-11-24T10:00:00.005Z",` +
				`"attachment":[{"type":"Link","href":"https://news.example/a"}],` +
				`"replies":{"type":"Collection","totalItems":1,"first":{"type":"CollectionPage","items":["https://b.example/2"]}}}`},
		{"an empty collection has its items", &Collection{ID: "https://b.example/f", Type: "Collection", Items: []any{}},
			`{"id":"https://b.example/f","type":"Collection","totalItems":0,"items":[]}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Marshal(test.v)
			if err != nil {
				t.Fatal(err)
			}
			want := `{"@context":` + contextOf(test.v) + `,` + test.want[1:]
			if diff := cmp.Diff(want, string(got)); diff != "" {
				t.Error(diff)
			}
			if _, err := Parse(got); err != nil {
				t.Errorf("we could not read it ourselves: %v", err)
			}
		})
	}
}

// TestContextNamesAllMembers sends everything that we can and looks for members that a JSON-LD processor would drop.
func TestContextNamesAllMembers(t *testing.T) {
	when := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	all := &Approval{Automatic: IDs{Public}, Manual: IDs{Public}}
	counted := &Collection{ID: "x", Type: "OrderedCollection", AttributedTo: "x", First: "x", Last: "x", Items: []any{}}
	note := &Note{ID: "x", Type: "Note", AttributedTo: "x", InReplyTo: "x", Audience: "x", Context: "x", Conversation: "x", Name: "x", Summary: "x",
		ContentMap: map[string]string{"en": "x"}, MediaType: "text/html", Source: &Source{"x", "text/markdown"}, URL: "x", Published: when, Updated: when,
		Attachment: []Link{{"Link", "x", "x", "x", "x"}}, Citation: &Citation{"NewsArticle", "x", "x", "x", "x", "x"}, Tag: []Tag{{Type: "Hashtag", Href: "x", Name: "x"}},
		Quote: "x", InteractionPolicy: &InteractionPolicy{all, all, all, all}, Replies: counted, Likes: counted, Shares: counted}
	actor := &Actor{ID: "x", Type: "Group", PreferredUsername: "x", Webfinger: "x", Name: "x", Summary: "x", Source: &Source{"x", "x"}, URL: "x",
		Icon: &Image{"Image", "x", "x", "x"}, Image: &Image{"Image", "x", "x", "x"}, Followers: "x", Following: "x", Featured: "x", AttributedTo: "x",
		Endpoints: &Endpoints{"x"}, RestrictedToMods: true, Published: when, Updated: when, Attachment: []PropertyValue{{"PropertyValue", "x", "x"}},
		MovedTo: "x", AlsoKnownAs: IDs{"x"}, PublicKey: &PublicKey{"x", "x", "x"}}
	activity := &Activity{ID: "x", Type: "Block", Actor: "x", To: IDs{}, Audience: "x", Published: when, Updated: when, Summary: "x", Content: "x", Target: "x",
		Result: "x", RemoveData: true, EndTime: when, Object: note}
	for name, v := range map[string]any{
		"note": note, "actor": actor, "activity": activity, "lock": &Activity{Type: "Undo", Object: &Activity{Type: "Lock", Object: "x"}},
		"stamp":     &QuoteAuthorization{"x", "QuoteAuthorization", "x", "x", "x"},
		"tombstone": &Tombstone{"x", "Tombstone", "Note", when}, "page": &CollectionPage{"x", "CollectionPage", "x", "x", "x", []any{note}},
	} {
		t.Run(name, func(t *testing.T) {
			body, err := Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			var document map[string]any
			if err := json.Unmarshal(body, &document); err != nil {
				t.Fatal(err)
			}
			terms := knownTerms(t, document["@context"])
			delete(document, "@context")
			for _, word := range wordsOf(document, "") {
				if !terms[word] {
					t.Errorf("%s is not in the @context", word)
				}
			}
		})
	}
}

// knownTerms returns the terms of a context of ours and of the published ones that it names.
func knownTerms(t *testing.T, context any) map[string]bool {
	t.Helper()
	terms := map[string]bool{}
	parts, ok := context.([]any)
	if !ok {
		parts = []any{context}
	}
	for _, part := range parts {
		switch part := part.(type) {
		case string:
			for _, term := range strings.Fields(publishedTerms[part]) {
				terms[term] = true
			}
		case map[string]any:
			for term, definition := range part {
				terms[term] = true
				if inner, ok := definition.(map[string]any); ok && inner["@context"] != nil {
					for word := range knownTerms(t, inner["@context"]) {
						terms[term+"."+word] = true
					}
				}
			}
		}
	}
	return terms
}

// wordsOf returns the members and types of a document; those within a citation, which has a context of its own, begin with "citation.".
func wordsOf(v any, scope string) (words []string) {
	switch v := v.(type) {
	case []any:
		for _, element := range v {
			words = append(words, wordsOf(element, scope)...)
		}
	case map[string]any:
		for name, value := range v {
			switch name {
			case "type":
				words = append(words, scope+value.(string))
				continue
			case "contentMap":
				value = nil
			}
			words = append(words, scope+name)
			inner := scope
			if name == "citation" {
				inner = "citation."
			}
			words = append(words, wordsOf(value, inner)...)
		}
	}
	return words
}

// publishedTerms are the terms that we use of contexts that others publish.
var publishedTerms = map[string]string{
	ContextURI: `id type actor object target result instrument attributedTo inReplyTo to cc audience context name summary content contentMap mediaType source
		url published updated attachment tag replies likes shares icon image preferredUsername inbox outbox followers following endpoints sharedInbox
		href rel totalItems first last next prev partOf items orderedItems formerType deleted endTime
		Note Group Person Application Link Mention Image Collection OrderedCollection CollectionPage Tombstone
		Create Update Delete Follow Accept Reject Undo Announce Like Dislike Flag Block Add Remove Move`,
	"https://w3id.org/security/v1": `publicKey owner publicKeyPem`,
}
