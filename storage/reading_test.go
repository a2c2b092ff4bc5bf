package storage

import (
	"strings"
	"testing"
)

// TestReadingPlans makes sure that what is asked for every page of a thread
// walks along an index too.
func TestReadingPlans(t *testing.T) {
	db := open(t, Options{})
	for name, query := range map[string]string{
		"an author's part of a thread": strings.ReplaceAll(numbersBy, "?", "5"),
		"answers by number":            strings.ReplaceAll(numbersUnder, "?", "5"),
		"posts without a parent":       "SELECT 1 FROM posts WHERE thread = 5 AND to_number = -1 LIMIT 5",
		"who takes part":               "SELECT author, number FROM posts WHERE thread = 5 AND state = 0 ORDER BY author, number LIMIT 5",
		"the first unread post":        "SELECT number FROM posts WHERE thread = 5 AND number > 5 AND author <> 5 AND state = 0 ORDER BY number LIMIT 1",
		"read marks":                   "SELECT thread, number FROM read_marks WHERE member = 5 AND thread IN (5, 6) ORDER BY thread",
		"where an activity is parked":  "SELECT peer, failures FROM parked WHERE activity = 5 ORDER BY peer LIMIT 5",
		"what was given up":            "SELECT peer FROM delivery_failures WHERE since < activity AND activity > 5 AND since <= 5 ORDER BY activity LIMIT 5",
	} {
		t.Run(name, func(t *testing.T) { walks(t, plan(t, db, query)) })
	}
	t.Run("servers that follow", func(t *testing.T) {
		got := plan(t, db, strings.NewReplacer("?", "5").Replace("SELECT DISTINCT p.host FROM audience a JOIN peers p ON p.id = a.peer WHERE a.to_event = 0 AND a.actor IN (?, ?)"))
		if !strings.Contains(got, "audience_now") || strings.Contains(got, "AUTOMATIC") {
			t.Errorf("it does more than walk:\n%s", got)
		}
	})
	t.Run("a branch", func(t *testing.T) {
		// Only the answers that were found are put in order.
		got := plan(t, db, numbersOfBranch, 1, 1, 1)
		if !strings.Contains(got, "posts_replies") || strings.Contains(got, "AUTOMATIC") {
			t.Errorf("it does more than walk:\n%s", got)
		}
	})
}
