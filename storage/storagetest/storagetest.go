// Package storagetest gives tests a real database, and something in it.
package storagetest

import (
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"path/filepath"
	"sync"
	"testing"

	"corkboard/board"
	"corkboard/storage"
)

// Open returns a new, empty, served board in a folder of the test's own,
// closed when the test ends.
func Open(t testing.TB) *storage.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "board.db"), storage.Options{Serve: true, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// World is a small board: whatever a test needs before it can begin.
type World struct {
	Address   board.Address
	Site      board.Actor
	Topic     board.Topic  // foreign_affairs
	Member    board.Member // gaijin
	Moderator board.Member // ronin
	Remote    board.Actor  // mariner on social.example, with a shared inbox
}

// Fill makes a World on an empty board, with nothing posted, nobody following
// and nothing in the log. All its local actors have the same key.
func Fill(t testing.TB, db *storage.DB, address board.Address) World {
	t.Helper()
	w := World{Address: address}
	err := db.Update(t.Context(), func(tx board.Tx) error {
		f := filler{tx: tx, address: address}
		w.Site = f.local(board.Actor{URI: address.Site(), Type: board.Application, Name: board.SiteName})
		group := f.local(board.Actor{
			URI: address.Topic("foreign_affairs"), Type: board.Group, Name: "foreign_affairs", DisplayName: "Foreign Affairs",
		})
		all := f.local(board.Actor{
			URI: address.Topic("foreign_affairs_all"), URL: group.URL, Type: board.Group, Name: "foreign_affairs_all", DisplayName: "Foreign Affairs (every post)",
		})
		f.do(func() error { return tx.AddTopic(group.ID, all.ID) })
		w.Topic = board.Topic{Actor: group, All: all.ID}
		w.Member = f.member("gaijin", board.RoleMember)
		w.Moderator = f.member("ronin", board.RoleModerator)
		w.Remote = f.add(Remote("https://social.example", "mariner"))
		return f.err
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// Remote is an actor on another server with the addresses that Mastodon gives,
// not kept yet.
func Remote(server, name string) board.Actor {
	uri := server + "/users/" + name
	return board.Actor{
		URI: uri, Type: board.Person, Name: name, Host: server[len("https://"):], DisplayName: name,
		URL: server + "/@" + name, Inbox: uri + "/inbox", SharedInbox: server + "/inbox",
		Followers: uri + "/followers", KeyID: uri + "#main-key", PublicKey: key().public,
	}
}

// filler makes actors until something fails.
type filler struct {
	tx      board.Tx
	address board.Address
	err     error
}

func (f *filler) do(change func() error) {
	if f.err == nil {
		f.err = change()
	}
}

func (f *filler) add(a board.Actor) board.Actor {
	a.CreatedAt = f.tx.Now()
	f.do(func() (err error) {
		a.ID, err = f.tx.AddActor(a)
		return err
	})
	return a
}

func (f *filler) local(a board.Actor) board.Actor {
	a.URL, a.KeyID, a.PublicKey = cmp.Or(a.URL, a.URI), a.URI+"#main-key", key().public
	a = f.add(a)
	f.do(func() error { return f.tx.AddPrivateKey(a.ID, key().private) })
	return a
}

func (f *filler) member(name string, role board.Role) board.Member {
	m := board.Member{Role: role}
	m.Actor = f.local(board.Actor{URI: f.address.Member(name), Type: board.Person, Name: name, Tagline: "of the board"})
	f.do(func() error { return f.tx.AddMember(m) })
	return m
}

type keyPair struct{ private, public string }

// key is one RSA key for all tests of a run: making one takes 40 ms.
var key = sync.OnceValue(func() keyPair {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		panic(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&k.PublicKey)
	if err != nil {
		panic(err)
	}
	return keyPair{
		private: string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})),
		public:  string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})),
	}
})
