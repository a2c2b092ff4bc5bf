package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"database/sql"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/microcosm-cc/bluemonday"

	"corkboard/activitypub"
	"corkboard/activitypub/activitypubtest"
	"corkboard/board"
	"corkboard/storage"
	"corkboard/storage/storagetest"
)

// request is a signed POST as it travels.
type request struct {
	raw []byte
}

// read is the same request as a server has it.
func (r request) read(b *bench) (*http.Request, []byte) {
	b.Helper()
	parsed, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(r.raw)))
	b.must(err)
	body, err := io.ReadAll(parsed.Body)
	b.must(err)
	return parsed, body
}

// crowd are fifty people of ten servers who answer articles.
type crowd struct {
	actors []*activitypubtest.Actor
	// hello is one reply of each: it makes him known. replies are all the others.
	hello, replies []request
}

const (
	crowdServers = 10
	floodThreads = 20 // that are answered
)

// newCrowd signs so many replies to the articles of the threads 1 to 20.
func newCrowd(b *bench, replies int) *crowd {
	b.Helper()
	c := &crowd{replies: make([]request, replies)}
	var servers []*activitypubtest.Server
	for range crowdServers {
		servers = append(servers, activitypubtest.NewServer(b, "mastodon"))
	}
	for n := range writers {
		a := servers[n%crowdServers].Actor(b, fmt.Sprintf("writer%d", n))
		c.actors = append(c.actors, a)
		c.hello = append(c.hello, signed(b, a, fmt.Sprintf("hello%d", n), n))
	}
	var next atomic.Int64
	var signers sync.WaitGroup
	for range 2 {
		signers.Go(func() {
			for n := int(next.Add(1)) - 1; n < replies; n = int(next.Add(1)) - 1 {
				c.replies[n] = signed(b, c.actors[n%writers], fmt.Sprintf("%x", uint64(n+1)*0x9E3779B97F4A7C15), n)
			}
		})
	}
	signers.Wait()
	return c
}

// signed is a reply as Mastodon sends it.
func signed(b *bench, by *activitypubtest.Actor, id string, n int) request {
	article := goalAddress.Post(board.ThreadID(n%floodThreads+1), 0)
	member := goalAddress.Member("gaijin")
	html := fmt.Sprintf(`<p><span class="h-card" translate="no"><a href="%s" class="u-url mention">@<span>gaijin</span></a></span> %s</p>`,
		member, strings.Repeat("the bridge <b>closes</b> for six weeks, and ", 15))
	return sign(b, by, by.Reply(id, article, html, member, goalAddress.Topic("foreign_affairs"), by.URI+"/followers"))
}

func sign(b *bench, by *activitypubtest.Actor, activity any) request {
	var raw bytes.Buffer
	if err := by.Request(b, string(goalAddress)+"/inbox", activity).Write(&raw); err != nil {
		b.Error(err)
	}
	return request{raw.Bytes()}
}

// forged is the same request with a signature that does not fit.
func (r request) forged() request {
	raw := bytes.Clone(r.raw)
	at := bytes.Index(raw, []byte(`signature="`)) + len(`signature="`) + 100
	if raw[at] == 'A' {
		raw[at] = 'B'
	} else {
		raw[at] = 'A'
	}
	return request{raw}
}

// newAnswered is a folder with a board on which the threads are that a crowd
// answers.
func newAnswered(b *bench) string {
	b.Helper()
	folder := b.TempDir()
	db := openBoard(b, folder)
	world := storagetest.Fill(b, db, goalAddress)
	rules := board.New(db, board.Config{Address: goalAddress}, discard)
	for n := range floodThreads {
		_, err := rules.PostArticle(b.Context(), board.NewArticle{
			By: world.Member.Actor.ID, Title: fmt.Sprintf("Article %d", n), Topics: []board.ActorID{world.Topic.Actor.ID},
			Text: board.Text{Markdown: "For six weeks."},
		})
		b.must(err)
	}
	b.must(db.Close())
	return folder
}

// receiver is a board whose inbox runs.
type receiver struct {
	*server
	url  string
	stop func()
}

// newReceiver serves the board in a folder, and makes the crowd known there.
func newReceiver(b *bench, c *crowd, folder string) *receiver {
	b.Helper()
	r := &receiver{server: newGoalServer(b, folder)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.inbox.Run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
	b.Cleanup(r.stop)
	r.url = listen(b, r.handler)
	r.take(b, c.hello)
	return r
}

// take floods the inbox, and returns how long it took until every post was
// committed, and the CPU time of this process until nothing was left to do.
func (r *receiver) take(b *bench, requests []request) (took, cpu time.Duration) {
	b.Helper()
	f := newFlood(b, r.url, requests)
	before, err := r.db.LastEvent(b.Context())
	b.must(err)
	used, started := cpuTime(), time.Now()
	f.open(b)
	for last := before; int(last-before) < len(requests); time.Sleep(2 * time.Millisecond) {
		if time.Since(started) > 5*time.Minute {
			b.Fatalf("%d of %d posts are there", last-before, len(requests))
		}
		last, err = r.db.LastEvent(b.Context())
		b.must(err)
	}
	took = time.Since(started)
	f.drain(b, http.StatusAccepted)
	for r.inbox.Backlog() > 0 {
		time.Sleep(2 * time.Millisecond)
	}
	return took, cpuTime() - used
}

// cpuTime is what this process has used, without its children.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func measureInbox(b *bench) float64 {
	c := newCrowd(b, b.activities)
	return b.ratio(
		func() float64 {
			r := newReceiver(b, c, newAnswered(b))
			took, _ := r.take(b, c.replies)
			r.stop()
			return float64(len(c.replies)) / took.Seconds()
		},
		func() float64 { return bareInbox(b, c) },
	)
}

// bareInbox does what an inbox does to each request, called directly, with 64
// callers who share commits: verify, decode, make safe, refuse repeats, store
// and log, in one change each. It returns the posts in a second.
func bareInbox(b *bench, c *crowd) float64 {
	b.Helper()
	db := openBoard(b, newAnswered(b))
	w := newBareWork(b, c, db)
	type parsed struct {
		request *http.Request
		body    []byte
	}
	work := make([]parsed, len(c.replies))
	for n, r := range c.replies {
		work[n].request, work[n].body = r.read(b)
	}
	var next atomic.Int64
	var callers sync.WaitGroup
	started := time.Now()
	for range connections {
		callers.Go(func() {
			for n := next.Add(1) - 1; n < int64(len(work)); n = next.Add(1) - 1 {
				if err := w.hear(b.Context(), work[n].request, work[n].body); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	callers.Wait()
	took := time.Since(started)
	b.must(db.Close())
	return float64(len(work)) / took.Seconds()
}

// bareWork knows everybody and everything that is answered.
type bareWork struct {
	db      *storage.DB
	policy  activitypub.SignaturePolicy
	gate    *bluemonday.Policy
	keys    map[string]crypto.PublicKey
	actors  map[string]board.Actor
	parents map[string]board.Post
	topic   board.ActorID
}

func newBareWork(b *bench, c *crowd, db *storage.DB) *bareWork {
	b.Helper()
	w := &bareWork{
		db: db, policy: activitypub.SignaturePolicy{Origin: string(goalAddress), AllowHTTP: true}, gate: bluemonday.UGCPolicy(),
		keys: map[string]crypto.PublicKey{}, actors: map[string]board.Actor{}, parents: map[string]board.Post{},
	}
	b.must(db.Update(b.Context(), func(tx board.Tx) error {
		for _, a := range c.actors {
			row := board.Actor{URI: a.URI, Type: board.Person, Name: a.Name, Host: activitypub.Host(a.URI), Inbox: a.Inbox}
			var err error
			if row.ID, err = tx.AddActor(row); err != nil {
				return err
			}
			w.actors[a.URI], w.keys[a.Signer.KeyID] = row, a.Signer.Key.Public()
		}
		return nil
	}))
	for n := range floodThreads {
		p, err := db.Post(b.Context(), board.ThreadID(n+1), 0)
		b.must(err)
		w.parents[p.URI] = p
	}
	topic, err := db.Topic(b.Context(), "foreign_affairs")
	b.must(err)
	w.topic = topic.Actor.ID
	return w
}

func (w *bareWork) hear(ctx context.Context, r *http.Request, body []byte) error {
	signature, err := w.policy.Read(r, body, time.Now())
	if err != nil {
		return err
	}
	if err := signature.Verify(w.keys[signature.KeyID]); err != nil {
		return err
	}
	activity, err := activitypub.Parse(body)
	if err != nil {
		return err
	}
	note := activity.Object
	parent := w.parents[note.InReplyTo]
	post := board.Post{
		Thread: parent.Thread, URI: note.ID, URL: note.ID, Author: w.actors[activity.Actor], HTML: w.gate.Sanitize(note.Content),
		To: board.Answered{Post: parent.ID, Number: parent.Number, URI: parent.URI, Author: parent.Author},
	}
	return w.db.Update(ctx, func(tx board.Tx) error { return w.store(tx, post, body) })
}

func (w *bareWork) store(tx board.Tx, p board.Post, original []byte) (err error) {
	if _, err := tx.PostByURI(p.URI); board.KindOf(err) != board.NotFound {
		return err
	}
	if p.Number, err = tx.NextNumber(p.Thread); err != nil {
		return err
	}
	p.PublishedAt, p.ArrivedAt = tx.Now(), tx.Now()
	if p.ID, err = tx.AddPost(p, "", nil, original); err != nil {
		return err
	}
	_, err = tx.Log(board.Event{Kind: board.ReplyPosted, Actor: p.Author.ID, Topic: w.topic, Thread: p.Thread, Post: p.ID})
	return err
}

// measureInboxCPU compares the CPU time of an activity that is stored with
// that of one which is verified and nothing else.
func measureInboxCPU(b *bench) float64 {
	c := newCrowd(b, b.activities)
	return b.ratio(
		func() float64 { return acceptedCPU(b, c) },
		func() float64 {
			w := newBareWork(b, c, openBoard(b, newAnswered(b)))
			url := listen(b, http.HandlerFunc(w.verifyOnly))
			f := newFlood(b, url, c.replies)
			used := cpuTime()
			f.open(b)
			f.drain(b, http.StatusAccepted)
			return perActivity(cpuTime()-used, c)
		},
	)
}

func (w *bareWork) verifyOnly(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		var signature *activitypub.Signature
		if signature, err = w.policy.Read(r, body, time.Now()); err == nil {
			err = signature.Verify(w.keys[signature.KeyID])
		}
	}
	if err != nil {
		http.Error(rw, err.Error(), http.StatusUnauthorized)
		return
	}
	rw.WriteHeader(http.StatusAccepted)
}

// acceptedCPU is the CPU time of one accepted activity, in microseconds.
func acceptedCPU(b *bench, c *crowd) float64 {
	b.Helper()
	r := newReceiver(b, c, newAnswered(b))
	defer r.stop()
	_, cpu := r.take(b, c.replies)
	return perActivity(cpu, c)
}

func perActivity(cpu time.Duration, c *crowd) float64 {
	return float64(cpu.Nanoseconds()) / 1000 / float64(len(c.replies))
}

// measureForgery compares requests whose signature does not fit with those
// that are accepted. A key of 4,096 bits is reported beside them.
func measureForgery(b *bench) float64 {
	c := newCrowd(b, b.activities)
	forged := make([]request, len(c.replies))
	for n, r := range c.replies {
		forged[n] = r.forged()
	}
	ratio := b.ratio(
		func() float64 { return refusedCPU(b, c, newReceiver(b, c, newAnswered(b)), forged) },
		func() float64 { return acceptedCPU(b, c) },
	)
	r := newReceiver(b, c, newAnswered(b))
	b.note("%.0f µs under a key of 4,096 bits", refusedCPU(b, c, r, largeForgeries(b, c, r)))
	return ratio
}

func refusedCPU(b *bench, c *crowd, r *receiver, forged []request) float64 {
	b.Helper()
	defer r.stop()
	f := newFlood(b, r.url, forged)
	used := cpuTime()
	f.open(b)
	f.drain(b, http.StatusUnauthorized)
	return perActivity(cpuTime()-used, c)
}

// largeForgeries makes somebody known who has a large key, and what pretends to
// be signed with it.
func largeForgeries(b *bench, c *crowd, r *receiver) []request {
	b.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 4096)
	b.must(err)
	pem, err := activitypub.EncodePublicKey(key.Public())
	b.must(err)
	server := activitypubtest.NewServer(b, "misskey")
	a := server.Actor(b, "large")
	server.Put("/users/large", map[string]any{
		"@context": activitypub.ContextURI, "id": a.URI, "type": "Person", "preferredUsername": "large", "inbox": a.Inbox,
		"publicKey": map[string]string{"id": a.Signer.KeyID, "owner": a.URI, "publicKeyPem": pem},
	})
	signature := make([]byte, key.Size())
	_, err = rand.Read(signature[1:])
	b.must(err)
	text := base64.StdEncoding.EncodeToString(signature)
	forged := make([]request, len(c.replies))
	one := signed(b, a, "large", 0).raw
	from := bytes.Index(one, []byte(`signature="`)) + len(`signature="`)
	to := from + bytes.IndexByte(one[from:], '"')
	for n := range forged {
		forged[n] = request{bytes.Join([][]byte{one[:from], []byte(text), one[to:]}, nil)}
	}
	return forged
}

// measureBusyPage asks for pages that nobody asked for before, at a fixed
// pace, while the inbox is flooded and while it is not.
func measureBusyPage(b *bench) float64 {
	c := newCrowd(b, b.activities)
	folder := b.filled(b.small, 0)
	p99 := func(flooded bool) float64 {
		r := newReceiver(b, c, copied(b, folder))
		defer r.stop()
		if !flooded {
			return r.pacedP99(b)
		}
		done := make(chan struct{})
		f := newFlood(b, r.url, c.replies)
		f.open(b)
		go func() {
			defer close(done)
			f.drain(b, http.StatusAccepted)
		}()
		x := r.pacedP99(b)
		<-done
		return x
	}
	return b.ratio(func() float64 { return p99(true) }, func() float64 { return p99(false) })
}

func (r *receiver) pacedP99(b *bench) float64 {
	b.Helper()
	// The threads that are answered are left out: their pages are never the same.
	return percentile(paced(b, r.url, shuffled(floodThreads, b.small/postsOfThread), b.round), 99)
}

// measureDisk lets replies come, indexes them, and compares the file with what
// is in the columns of the posts and their originals. What was written for a
// moment and is free again is not counted.
func measureDisk(b *bench) float64 {
	c := newCrowd(b, b.activities)
	folder := newAnswered(b)
	r := newReceiver(b, c, folder)
	r.take(b, c.replies)
	r.stop()
	catchUp(b, r.db)
	b.must(r.db.Close()) // brings the log into the file
	db, err := sql.Open("sqlite3", filepath.Join(folder, "board.db")+"?mode=ro")
	b.must(err)
	defer db.Close()
	number := func(query string) (n float64) {
		b.must(db.QueryRow(query).Scan(&n))
		return n
	}
	stored := 0.0
	for _, table := range []string{"posts", "originals"} {
		stored += number("SELECT " + lengths(b, db, table) + " FROM " + table)
	}
	posts, page := number("SELECT count(*) FROM posts"), number("PRAGMA page_size")
	used := (number("PRAGMA page_count") - number("PRAGMA freelist_count")) * page
	b.note("%.0f bytes for each post, of which %.0f stored; %.0f more are free in the file", used/posts, stored/posts,
		number("PRAGMA freelist_count")*page/posts)
	return used / stored
}

// lengths is the sum of the bytes of all columns of a table.
func lengths(b *bench, db *sql.DB, table string) string {
	b.Helper()
	rows, err := db.Query("SELECT name FROM pragma_table_info(?)", table)
	b.must(err)
	defer rows.Close()
	var parts []string
	for rows.Next() {
		var name string
		b.must(rows.Scan(&name))
		parts = append(parts, "coalesce(octet_length("+name+"), 0)")
	}
	b.must(rows.Err())
	return "sum(" + strings.Join(parts, " + ") + ")"
}
