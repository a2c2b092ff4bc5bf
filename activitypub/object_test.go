package activitypub

import "testing"

func TestVisibility(t *testing.T) {
	const member, followers = "https://board.test/members/alice", "https://far.test/users/carol/followers"
	activity := func(to, cc []string) *Object { return &Object{To: to, CC: cc} }
	for _, test := range []struct {
		name   string
		to, cc []string
		in     *Object
		want   Visibility
	}{
		{"Public in to", []string{Public}, []string{followers}, nil, VisibilityPublic},
		{"Public in cc", []string{followers}, []string{Public}, nil, VisibilityUnlisted},
		{"followers", []string{followers}, []string{member}, nil, VisibilityFollowers},
		{"followers in cc", []string{member}, []string{followers}, nil, VisibilityFollowers},
		{"a member", []string{member}, nil, nil, VisibilityDirect},
		{"nobody", nil, nil, nil, VisibilityDirect},
		{"M05: a letter in a public activity stays one", []string{member}, nil, activity([]string{Public}, nil), VisibilityDirect},
		{"M05: to nobody, and said so, in a public activity", []string{}, nil, activity([]string{Public}, nil), VisibilityDirect},
		{"what says nothing itself goes by its activity", nil, nil, activity(nil, []string{Public}), VisibilityUnlisted},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := &Object{To: test.to, CC: test.cc}
			if got := o.Visibility(test.in); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if got := test.want.IsPublic(); got != (test.want == VisibilityPublic || test.want == VisibilityUnlisted) {
				t.Errorf("IsPublic: got %v", got)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	const topic = "https://board.test/topics/science"
	for name, o := range map[string]*Object{
		"in to": {To: []string{Public, topic}}, "in cc": {CC: []string{topic}}, "in audience": {Audience: []string{topic}},
		"in a Mention": {Tags: []Tag{{Type: "Mention", Href: topic}}},
	} {
		if !o.Addresses(topic, nil) {
			t.Errorf("%s: it is not seen", name)
		}
		if o.Addresses("https://board.test/topics/history", nil) {
			t.Errorf("%s: it addresses anybody", name)
		}
	}
	if hashtag := (&Object{Tags: []Tag{{Type: "Hashtag", Href: topic}}}); hashtag.Mentions(topic) {
		t.Error("a Hashtag is taken for a Mention")
	}
	if !(&Object{}).Addresses(topic, &Object{To: []string{topic}}) {
		t.Error("the recipients of the activity do not count")
	}
	if o := (&Object{Types: []string{"Note", "Article"}}); !o.Is("Page", "Article") || o.Is("Page") {
		t.Error("the second type does not count")
	}
}
