package storage_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corkboard/board"
	"corkboard/storage/storagetest"
)

func TestActor(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()

	t.Run("an actor is found by number, id, key and handle in any case", func(t *testing.T) {
		for name, find := range map[string]func() (board.Actor, error){
			"number": func() (board.Actor, error) { return f.db.Actor(ctx, f.Remote.ID) },
			"id":     func() (board.Actor, error) { return f.db.ActorByURI(ctx, f.Remote.URI) },
			"key":    func() (board.Actor, error) { return f.db.ActorByKey(ctx, f.Remote.KeyID) },
			"handle": func() (board.Actor, error) { return f.db.ActorByHandle(ctx, "Mariner", "SOCIAL.example") },
		} {
			got, err := find()
			if diff := cmp.Diff(f.Remote, got); err != nil || diff != "" {
				t.Errorf("%s: %v %s", name, err, diff)
			}
		}
		got, err := f.db.ActorByHandle(ctx, "gaijin", "")
		if err != nil || got.ID != f.Member.ID {
			t.Errorf("the member is %v, %v", got, err)
		}
	})

	t.Run("nobody is not found", func(t *testing.T) {
		if _, err := f.db.ActorByHandle(ctx, "gaijin", "social.example"); board.KindOf(err) != board.NotFound {
			t.Error(err)
		}
	})

	t.Run("an account made anew under an old handle is the one that is found", func(t *testing.T) {
		old, anew := storagetest.Remote("https://twice.example", "ann"), storagetest.Remote("https://twice.example", "ann")
		anew.URI += "/2"
		f.change(func(tx board.Tx) (err error) {
			old.CreatedAt, anew.CreatedAt, old.GoneAt = tx.Now(), tx.Now(), tx.Now()
			if anew.ID, err = tx.AddActor(anew); err != nil {
				return err
			}
			_, err = tx.AddActor(old)
			return err
		})
		if got, err := f.db.ActorByHandle(ctx, "ann", "twice.example"); err != nil || got.URI != anew.URI {
			t.Errorf("got %s, %v", got.URI, err)
		}
	})

	t.Run("SetActor changes all but id, URI and creation", func(t *testing.T) {
		want := f.Remote
		want.Name, want.DisplayName, want.Summary, want.Inbox = "sailor", "Sailor", "<p>Aye</p>", "https://social.example/in"
		want.FetchedAt, want.PublicKey = f.clock.now.Add(time.Hour), "another"
		changed := want
		changed.URI, changed.CreatedAt = "https://elsewhere.example", f.clock.now.Add(time.Hour)
		f.change(func(tx board.Tx) error { return tx.SetActor(changed) })
		got, err := f.db.Actor(ctx, f.Remote.ID)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Error(err, diff)
		}
	})

	t.Run("only local actors have a private key", func(t *testing.T) {
		pem, err := f.db.PrivateKey(ctx, f.Site.ID)
		if err != nil || !strings.Contains(pem, "PRIVATE KEY") {
			t.Error(pem, err)
		}
		if _, err := f.db.PrivateKey(ctx, f.Remote.ID); board.KindOf(err) != board.NotFound {
			t.Error(err)
		}
	})
}

func TestLocalNameIsHadOnce(t *testing.T) {
	f := newFixture(t)
	f.refused(board.Conflict, func(tx board.Tx) error {
		_, err := tx.AddActor(board.Actor{URI: here.Topic("gaijin"), Type: board.Group, Name: "gaijin", CreatedAt: tx.Now()})
		return err
	})
	f.change(func(tx board.Tx) error {
		_, err := tx.AddActor(storagetest.Remote("https://other.example", "gaijin"))
		return err
	})
	for name, want := range map[string]bool{"gaijin": true, "foreign_affairs_all": true, "mariner": false} {
		f.change(func(tx board.Tx) error {
			taken, err := tx.NameTaken(name)
			if taken != want {
				t.Errorf("NameTaken(%s) = %t", name, taken)
			}
			return err
		})
	}
}

func TestTopic(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()

	t.Run("a topic is found by name and by either actor", func(t *testing.T) {
		for name, find := range map[string]func() (board.Topic, error){
			"name":      func() (board.Topic, error) { return f.db.Topic(ctx, "foreign_affairs") },
			"its actor": func() (board.Topic, error) { return f.db.TopicByActor(ctx, f.Topic.ID) },
			"the other": func() (board.Topic, error) { return f.db.TopicByActor(ctx, f.Topic.All) },
		} {
			got, err := find()
			if diff := cmp.Diff(f.Topic, got); err != nil || diff != "" {
				t.Errorf("%s: %v %s", name, err, diff)
			}
		}
		if _, err := f.db.Topic(ctx, "gaijin"); board.KindOf(err) != board.NotFound {
			t.Error("a member is a topic:", err)
		}
	})

	t.Run("articles are counted, and any post makes it active", func(t *testing.T) {
		article := f.article("One")
		f.article("Two", f.topic("science"), f.Topic)
		f.clock.now = f.clock.now.Add(time.Minute)
		f.reply(article)
		got, err := f.db.Topic(ctx, "foreign_affairs")
		if err != nil || got.Articles != 2 || !got.LastAt.Equal(f.clock.now) {
			t.Errorf("%d articles, active at %s, %v", got.Articles, got.LastAt, err)
		}
	})

	t.Run("a closed topic says when", func(t *testing.T) {
		f.change(func(tx board.Tx) error { return tx.CloseTopic(f.Topic.ID) })
		got, err := f.db.Topic(ctx, "foreign_affairs")
		if err != nil || !got.ClosedAt.Equal(f.clock.now) {
			t.Error(got.ClosedAt, err)
		}
	})

	t.Run("all topics come by title", func(t *testing.T) {
		f.topic("Culture")
		topics, err := f.db.Topics(ctx)
		var got []string
		for _, topic := range topics {
			got = append(got, topic.Title())
		}
		if diff := cmp.Diff([]string{"Culture", "Foreign Affairs", "science"}, got); err != nil || diff != "" {
			t.Error(err, diff)
		}
	})
}
