package board

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseQuery(t *testing.T) {
	words := func(texts ...string) (q Query) {
		for _, text := range texts {
			q.Terms = append(q.Terms, Term{Text: text})
		}
		return q
	}
	for name, c := range map[string]struct {
		text string
		want Query
	}{
		"nothing":                          {"  ", Query{}},
		"words":                            {"naval  maneuvers", words("naval", "maneuvers")},
		"a phrase":                         {`"naval maneuvers" japan`, Query{Terms: []Term{{Text: "naval maneuvers", Phrase: true}, {Text: "japan"}}}},
		"a phrase in printer's quotes":     {`“naval maneuvers”`, Query{Terms: []Term{{Text: "naval maneuvers", Phrase: true}}}},
		"a phrase that is left open":       {`"naval man`, Query{Terms: []Term{{Text: "naval man", Phrase: true}}}},
		"the beginning of a word":          {"man*", Query{Terms: []Term{{Text: "man", Prefix: true}}}},
		"a phrase with an open end":        {`"naval man"*`, Query{Terms: []Term{{Text: "naval man", Phrase: true, Prefix: true}}}},
		"a beginning in Japanese":          {"海軍*", words("海軍")},
		"what is nothing to look for":      {`-- "" ( ^`, Query{}},
		"operators of the index are words": {`naval AND NOT (near) body:x a-b`, words("naval", "AND", "NOT", "(near)", "body:x", "a-b")},
		"filters": {
			`by:Ronin to:@gaijin@Social.example topic:news keyword:#Japan source:https://www.japantimes.co.jp/x in:posts thread:12`,
			Query{
				By: []string{"ronin"}, To: []string{"gaijin@social.example"}, Topics: []string{"news"}, Keywords: []string{"japan"},
				Sources: []string{"japantimes.co.jp"}, In: PostsOnly, Thread: 12,
			},
		},
		"a filter in capitals and quotes": {`Topic:"Foreign Affairs" x`, Query{Terms: []Term{{Text: "x"}}, Topics: []string{"foreign affairs"}}},
		"the same filter twice":           {"keyword:japan keyword:JAPAN keyword:china", Query{Keywords: []string{"japan", "china"}}},
		"days, months and years":          {"since:2011-1-4 until:2012", Query{Since: Day{2011, 1, 4}, Until: Day{Year: 2012}}},
		"a month":                         {"since:2011-02", Query{Since: Day{Year: 2011, Month: 2}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, errs := ParseQuery(c.text)
			if diff := cmp.Diff(c.want, got); diff != "" || len(errs) != 0 {
				t.Error(diff, errs)
			}
			if again, errs := ParseQuery(got.String()); !cmp.Equal(got, again) || len(errs) != 0 {
				t.Errorf("%q is read as %+v, %v", got.String(), again, errs)
			}
		})
	}
}

func TestParseQuerySaysWhatItDoesNotUnderstand(t *testing.T) {
	for text, want := range map[string]string{
		"since:foo":                     "since: takes a day such as 2011-01-04, a month such as 2011-01 or a year; “foo” is none of them.",
		"until:2011-02-30":              "until: takes a day such as 2011-01-04, a month such as 2011-01 or a year; “2011-02-30” is none of them.",
		"in:topics":                     "in: takes articles, posts or people; “topics” is none of them.",
		"by:":                           "There is nothing to look for behind by:, or nothing that it could be.",
		"keyword:a.b":                   "There is nothing to look for behind keyword:, or nothing that it could be.",
		"thread:x":                      "thread: takes the number of a thread; “x” is none.",
		"a*":                            "“a*” could begin too many words. Write at least 2 letters before the *.",
		"aa* bb* cc* dd* ee*":           "Only 4 words with a * are looked for; “ee*” is not.",
		strings.Repeat("x", 300):        "Only the first 200 characters were read.",
		strings.Repeat("xy ", 20) + "z": "Only the first 20 words are looked for; “z” is not.",
	} {
		t.Run(text, func(t *testing.T) {
			_, errs := ParseQuery("ferry " + text)
			if text == strings.Repeat("xy ", 20)+"z" {
				_, errs = ParseQuery(text)
			}
			if len(errs) != 1 || errs[0].Error() != want {
				t.Errorf("got %v, want %s", errs, want)
			}
		})
	}
}

func TestDays(t *testing.T) {
	tokyo := time.FixedZone("Tokyo", 9*3600)
	for text, want := range map[string][2]string{
		"2011-01-04": {"2011-01-03T15:00:00Z", "2011-01-04T15:00:00Z"},
		"2011-12":    {"2011-11-30T15:00:00Z", "2011-12-31T15:00:00Z"},
		"2011":       {"2010-12-31T15:00:00Z", "2011-12-31T15:00:00Z"},
	} {
		q, _ := ParseQuery("since:" + text)
		got := [2]string{q.Since.Begin(tokyo).UTC().Format(time.RFC3339), q.Since.End(tokyo).UTC().Format(time.RFC3339)}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(text, diff)
		}
	}
}

func TestQueriesThatNameAPost(t *testing.T) {
	for text, want := range map[string][2]int{
		"12/5": {12, 5}, "1234.5": {1234, 5}, "#12/5": {12, 5}, "12#5": {12, 5}, "12/0": {12, 0},
		"#5 thread:7": {7, 5}, "5 thread:7": {7, 5}, "8/5 thread:7": {8, 5},
		"#5": {}, "5": {}, `"12/5"`: {}, "12/5/6": {}, "0/5": {}, "-1/5": {}, "12/x": {}, "12/5 ferry": {}, "99999999999999999999/1": {},
	} {
		q, _ := ParseQuery(text)
		thread, number, ok := q.NamesPost()
		if !ok {
			thread, number = 0, 0
		}
		if got := [2]int{int(thread), number}; got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func FuzzParseQuery(f *testing.F) {
	for _, seed := range []string{
		`"naval man"* by:ronin since:2011 -- AND`, `topic:"a b" x"y z`, `in:posts keyword:日本 海軍* until:2011-2-29`, "\x00\xff:*\"", "by:a:b to:\"", "thread:#1 source:[::1]",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, _ := ParseQuery(text)
		again, errs := ParseQuery(q.String())
		if len([]rune(q.String())) > MaxQuery {
			return // a short form was written out: 1 in since:1 is 0001
		}
		if diff := cmp.Diff(q, again); diff != "" || len(errs) != 0 {
			t.Errorf("%q is written %q and that is read otherwise: %v %s", text, q.String(), errs, diff)
		}
		for _, term := range q.Terms {
			if len(term.Words()) == 0 {
				t.Errorf("%q: there is nothing in the term %q", text, term.Text)
			}
		}
	})
}
