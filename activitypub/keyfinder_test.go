package activitypub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const actorJSON = `{"id":"ID","type":"Person","preferredUsername":"x","inbox":"ID/inbox","publicKey":{"id":"KEY","owner":"OWNER","publicKeyPem":"PEM"}}`

// actorDocument is an actor with a key. owner is what the key says, id what the actor says.
func actorDocument(t testing.TB, signer Signer, id, keyID, owner string) string {
	t.Helper()
	pem, err := EncodePublicKey(signer.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer("ID", id, "KEY", keyID, "OWNER", owner, "PEM", strings.ReplaceAll(pem, "\n", `\n`)).Replace(actorJSON)
}

// secondKey is a key that is not testKey.
var secondKey = sync.OnceValues(func() (Signer, error) {
	key, err := GenerateKey()
	return Signer{Key: key}, err
})

func otherSigner(t testing.TB) Signer {
	t.Helper()
	signer, err := secondKey()
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// signedBy is the signature of a delivery to us.
func signedBy(t testing.TB, signer Signer, keyID string) *Signature {
	t.Helper()
	signer.KeyID = keyID
	r := newRequest(t, http.MethodPost, inboxURL, payload)
	if err := signer.Sign(r, payload, time.Now()); err != nil {
		t.Fatal(err)
	}
	s, err := SignaturePolicy{Origin: origin, AllowHTTP: true}.Read(arrive(t, r), payload, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type keyMap map[string][2]string // key: owner, PEM

func (m keyMap) Key(_ context.Context, keyID string) (owner, pem string, ok bool, err error) {
	if keyID == "broken" {
		return "", "", false, errors.New("the disk is full")
	}
	row, ok := m[keyID]
	return row[0], row[1], ok, nil
}

func TestKeyFinder(t *testing.T) {
	signer := testSigner(t)
	for _, test := range []struct {
		name, keyID string
		serve       func(f *far)
		want        string // in the reason; "" where the key is found
	}{
		{name: "an actor with a fragment", keyID: "/gina#main-key", serve: func(f *far) {
			f.serve("/gina", MediaType, actorDocument(t, signer, "{}/gina", "{}/gina#main-key", "{}/gina"))
		}},
		{name: "an actor alone, without a fragment", keyID: "/gina", serve: func(f *far) {
			f.serve("/gina", MediaType, actorDocument(t, signer, "{}/gina", "{}/gina#main-key", "{}/gina"))
		}},
		{name: "GoToSocial's document of the key, without an inbox", keyID: "/gina/main-key", serve: func(f *far) {
			full := actorDocument(t, signer, "{}/gina", "{}/gina/main-key", "{}/gina")
			f.serve("/gina/main-key", MediaType, strings.Replace(full, `"inbox":"{}/gina/inbox",`, "", 1))
			f.serve("/gina", MediaType, full)
		}},
		{name: "a document that is the key", keyID: "/keys/1", serve: func(f *far) {
			f.serve("/keys/1", MediaType, `{"id":"{}/keys/1","owner":"{}/gina","publicKeyPem":"x"}`)
			f.serve("/gina", MediaType, actorDocument(t, signer, "{}/gina", "{}/keys/1", "{}/gina"))
		}},
		{name: "S18: a key of a victim on another host", keyID: "/keys/1", want: "on another host", serve: func(f *far) {
			f.serve("/keys/1", MediaType, `{"id":"{}/keys/1","owner":"https://victim.test/v","publicKeyPem":"x"}`)
		}},
		{name: "S18: a key whose owner does not list it", keyID: "/keys/1", want: "does not say", serve: func(f *far) {
			f.serve("/keys/1", MediaType, `{"id":"{}/keys/1","owner":"{}/gina","publicKeyPem":"x"}`)
			f.serve("/gina", MediaType, actorDocument(t, signer, "{}/gina", "{}/gina#main-key", "{}/gina"))
		}},
		{name: "S19: an actor who calls himself by a victim's id", keyID: "/gina#main-key", want: "calls itself", serve: func(f *far) {
			f.serve("/gina", MediaType, actorDocument(t, signer, "https://victim.test/v", "{}/gina#main-key", "{}/gina"))
		}},
		{name: "S19: an actor with a victim's key id", keyID: "/gina#main-key", want: "does not have this key", serve: func(f *far) {
			f.serve("/gina", MediaType, actorDocument(t, signer, "{}/gina", "https://victim.test/v#main-key", "{}/gina"))
		}},
		{name: "S20: a key document of another key", keyID: "/keys/1", want: "does not have this key", serve: func(f *far) {
			f.serve("/keys/1", MediaType, `{"id":"{}/keys/2","owner":"{}/gina","publicKeyPem":"x"}`)
		}},
		{name: "S20: an actor under another address", keyID: "/alias#main-key", want: "does not have this key", serve: func(f *far) {
			f.serve("/alias", MediaType, actorDocument(t, signer, "{}/gina", "{}/gina#main-key", "{}/gina"))
		}},
		{name: "S21: a redirect to another host", keyID: "/gina#main-key", want: "to another host", serve: func(f *far) {
			f.redirect("/gina", "http://127.0.0.1:1/")
		}},
		{name: "S25: a key that is not taken", keyID: "/gina#main-key", want: "not PEM", serve: func(f *far) {
			f.serve("/gina", MediaType, `{"id":"{}/gina","inbox":"{}/in","publicKey":{"id":"{}/gina#main-key","owner":"{}/gina","publicKeyPem":"x"}}`)
		}},
		{name: "an actor without an inbox", keyID: "/gina#main-key", want: "does not say", serve: func(f *far) {
			f.serve("/gina", MediaType, strings.Replace(actorDocument(t, signer, "{}/gina", "{}/gina#main-key", "{}/gina"), `"inbox"`, `"outbox"`, 1))
		}},
		{name: "an uploaded file", keyID: "/gina#main-key", want: "not ActivityPub", serve: func(f *far) {
			f.serve("/gina", "application/json", actorDocument(t, signer, "{}/gina", "{}/gina#main-key", "{}/gina"))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFar(t)
			test.serve(f)
			keys := NewKeyFinder(newClient(t, nil), nil)
			s := signedBy(t, signer, f.URL+test.keyID)
			key, err := keys.Verify(t.Context(), s, time.Now())
			if test.want != "" {
				if failed := fetchError(t, err); !strings.Contains(failed.Reason, test.want) || failed.Temporary {
					t.Errorf("got %v, want %q", err, test.want)
				}
				return
			}
			if err != nil || key.Owner != f.URL+"/gina" || key.Actor == nil || key.Actor.ID != key.Owner {
				t.Fatalf("got %+v, %v", key, err)
			}
			asked := f.requests.Load()
			if key, err = keys.Verify(t.Context(), s, time.Now()); err != nil || key.Actor != nil || f.requests.Load() != asked {
				t.Errorf("the second time: got %+v, %v after %d requests", key, err, f.requests.Load()-asked)
			}
		})
	}
}

func TestKeyFinderStore(t *testing.T) {
	f, signer := newFar(t), testSigner(t)
	keyID := f.URL + "/gina#main-key"
	pem, err := EncodePublicKey(signer.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	store := keyMap{keyID: {f.URL + "/gina", pem}}
	keys := NewKeyFinder(newClient(t, nil), store)
	for range 2 {
		if key, err := keys.Verify(t.Context(), signedBy(t, signer, keyID), time.Now()); err != nil || key.Owner != f.URL+"/gina" || key.Actor != nil {
			t.Errorf("got %+v, %v", key, err)
		}
		delete(store, keyID) // the second time it is in memory
	}
	if n := f.requests.Load(); n != 0 {
		t.Errorf("a key in the store took %d requests", n)
	}
	keys.Forget("https://other.test/")
	if _, err := keys.Find(t.Context(), keyID); err != nil {
		t.Errorf("another's keys were forgotten: %v", err)
	}
	keys.Forget(f.URL + "/gina")
	if _, err := keys.Find(t.Context(), keyID); fetchError(t, err).Status != http.StatusNotFound {
		t.Errorf("a forgotten key: %v", err)
	}
	if _, err := keys.Find(t.Context(), "broken"); err == nil || errors.As(err, new(*FetchError)) {
		t.Errorf("a store that fails gave %v", err)
	}
}

func TestKeyRotation(t *testing.T) {
	f, old, fresh := newFar(t), testSigner(t), otherSigner(t)
	keyID := f.URL + "/gina#main-key"
	var serving atomic.Pointer[string]
	publish := func(signer Signer) {
		document := actorDocument(t, signer, f.URL+"/gina", keyID, f.URL+"/gina")
		serving.Store(&document)
	}
	f.mux.HandleFunc("/gina", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", MediaType)
		fmt.Fprint(w, *serving.Load())
	})
	keys, now := NewKeyFinder(newClient(t, nil), nil), time.Now()
	publish(old)
	if _, err := keys.Verify(t.Context(), signedBy(t, old, keyID), now); err != nil {
		t.Fatal(err)
	}
	publish(fresh)
	t.Run("S28: a new key is fetched once", func(t *testing.T) {
		key, err := keys.Verify(t.Context(), signedBy(t, fresh, keyID), now)
		if err != nil || key.Actor == nil || f.requests.Load() != 2 {
			t.Errorf("got %+v, %v after %d requests", key, err, f.requests.Load())
		}
	})
	t.Run("S28: a hundred signatures that do not fit fetch nothing more", func(t *testing.T) {
		forged := signedBy(t, old, keyID)
		for range 100 {
			if _, err := keys.Verify(t.Context(), forged, now); !errors.As(err, new(*SignatureError)) {
				t.Fatalf("got %v", err)
			}
		}
		if n := f.requests.Load(); n != 2 {
			t.Errorf("%d requests", n)
		}
	})
	t.Run("after five minutes it is fetched again, and still does not fit", func(t *testing.T) {
		if _, err := keys.Verify(t.Context(), signedBy(t, old, keyID), now.Add(refetchInterval)); !errors.As(err, new(*SignatureError)) {
			t.Errorf("got %v", err)
		}
		if n := f.requests.Load(); n != 3 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestKeyThatCannotBeHad(t *testing.T) {
	f := newFar(t)
	f.mux.HandleFunc("/status/{n}", func(w http.ResponseWriter, r *http.Request) {
		var status int
		fmt.Sscan(r.PathValue("n"), &status)
		w.WriteHeader(status)
	})
	keys, now := NewKeyFinder(newClient(t, nil), nil), time.Now()
	keys.now = func() time.Time { return now }
	for status, temporary := range map[int]bool{500: true, 503: true, 404: false, 410: false, 403: false} {
		t.Run(fmt.Sprintf("S29: %d is remembered", status), func(t *testing.T) {
			keyID, before := fmt.Sprintf("%s/status/%d#k", f.URL, status), f.requests.Load()
			for range 3 {
				_, err := keys.Find(t.Context(), keyID)
				if failed := fetchError(t, err); failed.Temporary != temporary || failed.Status != status {
					t.Errorf("got %+v", failed)
				}
			}
			if n := f.requests.Load() - before; n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
	t.Run("for five minutes", func(t *testing.T) {
		before := f.requests.Load()
		now = now.Add(missFor)
		if _, err := keys.Find(t.Context(), f.URL+"/status/404#k"); err == nil || f.requests.Load() != before+1 {
			t.Errorf("got %v after %d requests", err, f.requests.Load()-before)
		}
	})
	t.Run("S30: a silent host is not asked for a thousand keys", func(t *testing.T) {
		port, visits := canary(t)
		for i := range 1000 {
			_, err := keys.Find(t.Context(), fmt.Sprintf("http://127.0.0.1:%s/u/%d#k", port, i))
			if !fetchError(t, err).Temporary {
				t.Fatal(err)
			}
		}
		if n := visits.Load(); n > 2 {
			t.Errorf("%d connections", n)
		}
	})
	t.Run("S30: too many at once are told to come again", func(t *testing.T) {
		for range keysAtOnce {
			keys.slots <- struct{}{}
		}
		if _, err := keys.Find(t.Context(), f.URL+"/one-more#k"); !fetchError(t, err).Temporary {
			t.Error(err)
		}
	})
}

func TestKeyIsFetchedOnce(t *testing.T) {
	f, signer := newFar(t), testSigner(t)
	release := make(chan struct{})
	document := actorDocument(t, signer, f.URL+"/gina", f.URL+"/gina#main-key", f.URL+"/gina")
	f.mux.HandleFunc("/gina", func(w http.ResponseWriter, _ *http.Request) {
		<-release
		w.Header().Set("Content-Type", MediaType)
		fmt.Fprint(w, document)
	})
	keys, s := NewKeyFinder(newClient(t, nil), nil), signedBy(t, signer, f.URL+"/gina#main-key")
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := keys.Verify(t.Context(), s, time.Now()); err != nil {
				t.Error(err)
			}
		})
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := keys.Verify(gone, s, time.Now()); !errors.Is(err, context.Canceled) {
		t.Errorf("one who went away got %v", err)
	}
	close(release)
	group.Wait()
	if n := f.requests.Load(); n != 1 {
		t.Errorf("%d requests", n)
	}
}
