package board_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
	"corkboard/storage"
)

// boardAt is a board whose clock the test turns, with one topic.
func boardAt(t *testing.T, now *time.Time, excerpts board.Excerpts) *board.Board {
	t.Helper()
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "board.db"), storage.Options{
		Serve: true, Migrate: true, Clock: func() time.Time { return *now },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return boardOn(t, db, excerpts)
}

func boardOn(t *testing.T, db *storage.DB, excerpts board.Excerpts) *board.Board {
	t.Helper()
	b := board.New(db, board.Config{
		Address: "https://board.example", Excerpts: excerpts, NewKey: func() (string, string, error) { return "private", "public", nil },
	}, slog.New(slog.DiscardHandler))
	if _, err := b.OpenSite(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.OpenTopic(t.Context(), board.NewTopic{Name: "news", Title: "News"}); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPostedBefore(t *testing.T) {
	now := time.Now()
	b := boardAt(t, &now, nil)
	gaijin, ronin := member(t, b, "gaijin", board.RoleMember), member(t, b, "ronin", board.RoleMember)
	story := board.NewArticle{
		By: gaijin.ID, Title: "Navy leaves the bay", Topics: []board.ActorID{topicID(t, b, "news")},
		Citation: board.Citation{URL: "https://www.times.example/navy/"},
	}
	first, err := b.PostArticle(t.Context(), story)
	if err != nil {
		t.Fatal(err)
	}
	again := story
	again.By, again.Citation.URL = ronin.ID, "http://m.times.example/navy?utm_source=feed#top"

	t.Run("the same link in another spelling needs a reason, and the refusal names the thread", func(t *testing.T) {
		_, err := b.PostArticle(t.Context(), again)
		wantKind(t, err, board.Conflict)
		if !strings.Contains(err.Error(), "https://board.example/t/1.") || !strings.Contains(err.Error(), "already") {
			t.Errorf("it says %q", err)
		}
	})
	t.Run("with a reason it is posted, and the reason stands on the thread", func(t *testing.T) {
		again.Again = "  The article\nwas rewritten. "
		p, err := b.PostArticle(t.Context(), again)
		if err != nil {
			t.Fatal(err)
		}
		thread, err := b.Thread(t.Context(), p.Thread)
		if err != nil || thread.Again != "The article was rewritten." {
			t.Errorf("the thread says %q, %v", thread.Again, err)
		}
		if err := b.Delete(t.Context(), ronin.ID, p.ID, nil); err != nil {
			t.Fatal(err)
		}
		if thread, err = b.Thread(t.Context(), p.Thread); err != nil || thread.Again != "" {
			t.Errorf("after its deletion it says %q, %v", thread.Again, err)
		}
	})
	t.Run("a reason for a link that is new is not kept", func(t *testing.T) {
		other := story
		other.Citation.URL, other.Again = "https://times.example/other", "No reason"
		p, err := b.PostArticle(t.Context(), other)
		if err != nil {
			t.Fatal(err)
		}
		if thread, err := b.Thread(t.Context(), p.Thread); err != nil || thread.Again != "" {
			t.Errorf("the thread says %q, %v", thread.Again, err)
		}
	})
	t.Run("after 30 days it says that it was discussed before", func(t *testing.T) {
		now = now.Add(31 * 24 * time.Hour)
		again.Again = ""
		_, err := b.PostArticle(t.Context(), again)
		wantKind(t, err, board.Conflict)
		if err != nil && !strings.Contains(err.Error(), "discussed before: https://board.example/t/1.") {
			t.Errorf("it says %q", err)
		}
	})
	t.Run("an article of another server is not refused for it", func(t *testing.T) {
		far := stranger(t, b, "mariner")
		theirs := story
		theirs.By, theirs.Text = far.ID, board.Text{HTML: "<p>Look.</p>"}
		theirs.Remote = &board.Remote{URI: far.URI + "/1", URL: far.URI + "/1", Published: time.Now()}
		p, err := b.PostArticle(t.Context(), theirs)
		if err != nil {
			t.Fatal(err)
		}
		earlier, err := b.Earlier(t.Context(), "", story.Citation.URL)
		if err != nil || len(earlier.Linked) != 2 || earlier.Linked[0].ID != p.Thread || earlier.Linked[1].ID != first.Thread {
			t.Errorf("found %+v, %v", earlier.Linked, err)
		}
	})
}

func TestLinkInReplies(t *testing.T) {
	now := time.Now()
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "board.db"), storage.Options{Serve: true, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	b := boardOn(t, db, nil)
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	go func() { _ = db.RunIndexer(ctx) }()
	gaijin := member(t, b, "gaijin", board.RoleMember)
	article := article(t, b, gaijin.ID)
	for _, text := range []string{"See https://www.times.example/navy/leaves?utm_id=3#x", "See https://times.example/navy/leaves-again", "navy leaves"} {
		if _, err := b.Reply(t.Context(), board.NewReply{By: gaijin.ID, To: article.ID, Text: board.Text{Markdown: text}}); err != nil {
			t.Fatal(err)
		}
	}
	for range 100 {
		e, err := b.Earlier(t.Context(), "", "https://times.example/navy/leaves/")
		if err != nil {
			t.Fatal(err)
		}
		if len(e.Posts) == 1 && e.Posts[0].Number == 1 {
			return
		}
		if len(e.Posts) > 1 {
			t.Fatalf("found %d posts", len(e.Posts))
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Errorf("post 1 was not found in %s", time.Since(now))
}

func TestSimilarTitles(t *testing.T) {
	now := time.Now().Add(-25 * time.Hour)
	b := boardAt(t, &now, nil)
	gaijin := member(t, b, "gaijin", board.RoleMember)
	post := func(title string) board.ThreadID {
		t.Helper()
		p, err := b.PostArticle(t.Context(), board.NewArticle{By: gaijin.ID, Title: title, Topics: []board.ActorID{topicID(t, b, "news")}, Text: board.Text{Markdown: "Text."}})
		if err != nil {
			t.Fatal(err)
		}
		return p.Thread
	}
	post("Navy leaves the bay of Okinawa")
	now = time.Now()
	near := post("Navy leaves the bay of Okinawa!")
	nearer := post("The Navy leaves Okinawa Bay")
	post("A bridge is built")
	japanese := post("海軍が沖縄の湾を去る")
	for title, want := range map[string][]board.ThreadID{
		"NAVY LEAVES BAY OF OKINAWA": {nearer, near},
		"Something else altogether":  nil,
		"":                           nil,
		"…":                          nil,
		"海軍が沖縄の湾を去った":                {japanese},
	} {
		e, err := b.Earlier(t.Context(), title, "")
		if err != nil {
			t.Fatal(err)
		}
		var got []board.ThreadID
		for _, thread := range e.Similar {
			got = append(got, thread.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", title, diff)
		}
	}
}

func TestOneFormMakesOneArticle(t *testing.T) {
	now := time.Now()
	b := boardAt(t, &now, nil)
	gaijin := member(t, b, "gaijin", board.RoleMember)
	a := board.NewArticle{
		By: gaijin.ID, FormKey: "key", Title: "Once", Topics: []board.ActorID{topicID(t, b, "news")},
		Citation: board.Citation{URL: "https://times.example/once"}, Remark: "My remark.",
	}
	var all sync.WaitGroup
	posts := make([]board.Post, 50)
	for i := range posts {
		all.Go(func() {
			var err error
			if posts[i], err = b.PostArticle(t.Context(), a); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, p := range posts {
		if p.ID != posts[0].ID {
			t.Fatalf("posts %d and %d were made", posts[0].ID, p.ID)
		}
	}
	if thread, err := b.Thread(t.Context(), posts[0].Thread); err != nil || thread.Posts != 1 {
		t.Errorf("the thread has %d posts beside the article, %v", thread.Posts, err)
	}
}

func TestSuggestKeywords(t *testing.T) {
	now := time.Now()
	b := boardAt(t, &now, nil)
	gaijin := member(t, b, "gaijin", board.RoleMember)
	_, err := b.PostArticle(t.Context(), board.NewArticle{
		By: gaijin.ID, Title: "Title", Topics: []board.ActorID{topicID(t, b, "news")}, Text: board.Text{Markdown: "Text."},
		Keywords: []string{"navy", "north_korea", "okinawa", "海軍", "unrelated"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for title, want := range map[string][]string{
		"Navy: North Korea near Okinawa?": {"okinawa", "navy", "north_korea", "bases"},
		"海軍が湾を去る":                         {"okinawa", "海軍", "bases"},
		"":                                {"okinawa", "bases"},
	} {
		got, err := b.SuggestKeywords(t.Context(), title, []string{"bases", "Okinawa", "not a word", "2011"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", title, diff)
		}
	}
}
