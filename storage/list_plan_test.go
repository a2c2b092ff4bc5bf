package storage

import (
	"strings"
	"testing"
	"time"

	"corkboard/board"
)

// TestListPlans makes sure of the same for the lists that a page is made of.
func TestListPlans(t *testing.T) {
	db := open(t, Options{})
	now := time.Now()
	for name, query := range map[string]string{
		"moderators":                strings.Replace(moderatorsQuery, "?", "100", 1),
		"keywords with a beginning": strings.Replace(strings.Replace(strings.Replace(keywordsWithQuery, "?", "'a'", 1), "?", "'b'", 1), "?", "5", 1),
		"a thread's age":            "SELECT id FROM threads WHERE created_at > 1 ORDER BY created_at, id LIMIT 1",
		"a person beside a post":    "SELECT " + personColumns + " FROM actors a WHERE a.id IN (1, 2) ORDER BY a.id",
	} {
		t.Run(name, func(t *testing.T) { walks(t, plan(t, db, query)) })
	}
	lists := map[string]board.ThreadQuery{
		"since a visit":              {Active: true, Since: now},
		"since a visit, page before": {Active: true, Since: now, After: 9, AfterTime: now},
		"topic, since a visit":       {Topic: 1, Active: true, Since: now},
		"keyword":                    {Keywords: []string{"a"}},
		"keyword, page before":       {Keywords: []string{"a"}, After: 9},
		"keyword, active, next page": {Keywords: []string{"a"}, Active: true, Before: 9, BeforeTime: now},
		"keywords":                   {Keywords: []string{"a", "b", "c"}, Before: 9},
		"source":                     {Source: "times.example", Before: 9},
		"source, active":             {Source: "times.example", Active: true},
		"keywords, active":           {Keywords: []string{"a", "b", "c"}, Active: true},
	}
	for name, list := range lists {
		t.Run(name, func(t *testing.T) {
			query, args := threadList(list, board.ThreadKey{Thread: 5, At: now})
			walks(t, plan(t, db, query, args...))
		})
	}
	for name, list := range map[string]board.ThreadQuery{
		"how far keywords reach":         {Keywords: []string{"a", "b"}, Before: 9},
		"how far active keywords reach":  {Keywords: []string{"a", "b"}, Active: true, Before: 9, BeforeTime: now},
		"how far keywords reach upwards": {Keywords: []string{"a", "b"}, After: 9},
	} {
		t.Run(name, func(t *testing.T) {
			query, args := reachQuery(list)
			walks(t, plan(t, db, query, args...))
		})
	}
	for name, list := range map[string]board.PostQuery{
		"latest posts":              {},
		"latest posts, next page":   {Before: 9},
		"latest posts, page before": {After: 9},
		"an author's latest":        {Author: 1, Before: 9},
		"an author's, page before":  {Author: 1, After: 9},
	} {
		t.Run(name, func(t *testing.T) {
			query, args := latestList(list)
			walks(t, plan(t, db, query, args...))
		})
	}
}

// TestFewRows makes sure of queries about tables that are small that they begin
// there: to scan one of those is no harm, but to scan another for them is.
func TestFewRows(t *testing.T) {
	db := open(t, Options{})
	for name, query := range map[string]string{"SCAN n": pinsQuery, "SCAN o": topicNewsQuery} {
		steps := plan(t, db, strings.ReplaceAll(query, "?", "5"))
		if !strings.HasPrefix(steps, name) || strings.Count(steps, "SCAN") > strings.Count(steps, "SCAN lately")+1 {
			t.Errorf("it does not begin with %s:\n%s", name, steps)
		}
	}
}
