package storage_test

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"corkboard/storage"
)

var _ scs.CtxStore = storage.Sessions{}

func TestSessions(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	s := f.db.Sessions()
	expiry := f.clock.now.Add(time.Hour)
	want := func(t *testing.T, token, data string) {
		t.Helper()
		got, found, err := s.FindCtx(ctx, token)
		if err != nil || found != (data != "") || string(got) != data {
			t.Errorf("found %t %q, %v", found, got, err)
		}
	}
	commit := func(token, data string) {
		t.Helper()
		if err := s.CommitCtx(ctx, token, []byte(data), expiry); err != nil {
			t.Fatal(err)
		}
	}

	t.Run("what was committed is found, and the last of it", func(t *testing.T) {
		commit("token-of-gaijin", "one")
		commit("token-of-gaijin", "two")
		want(t, "token-of-gaijin", "two")
		want(t, "token-of-ronin", "")
	})
	t.Run("what was deleted is not", func(t *testing.T) {
		commit("token-of-ronin", "three")
		for range 2 {
			if err := s.DeleteCtx(ctx, "token-of-ronin"); err != nil {
				t.Fatal(err)
			}
		}
		want(t, "token-of-ronin", "")
	})
	t.Run("the token is not in the file", func(t *testing.T) {
		for _, name := range []string{f.db.Path(), f.db.Path() + "-wal"} {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(content, []byte("token-of-gaijin")) {
				t.Errorf("%s has it", name)
			}
		}
	})
	t.Run("an expired one is not found, and dropped", func(t *testing.T) {
		f.clock.now = expiry
		want(t, "token-of-gaijin", "")
		expiry = expiry.Add(time.Hour)
		commit("token-of-ronin", "four")
		if err := f.db.DropExpired(ctx); err != nil {
			t.Fatal(err)
		}
		f.clock.now = f.clock.now.Add(-time.Hour)
		want(t, "token-of-gaijin", "") // would be found, were it there
		want(t, "token-of-ronin", "four")
	})
}
