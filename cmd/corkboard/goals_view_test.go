package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"corkboard/board"
)

// The wide board has the threads that a busy board has after years: most are
// short, every tenth is two pages long, and each has three keywords.
const (
	shortThread = 14 // replies
	longThread  = 65
	everyLong   = 10
	keywords    = 200 // that there are
	asked       = 25  // of them
)

// wide returns a folder with the wide board: 50,000 threads, a million posts.
func (b *bench) wide() string {
	b.Helper()
	return b.kept(fmt.Sprintf("threads-%d", b.threads), func(folder string) {
		fillWith(b, folder, func(f *filling) error {
			for id := range int64(b.threads) {
				replies := shortThread
				if (id+1)%everyLong == 0 {
					replies = longThread
				}
				if err := f.thread(id+1, replies); err != nil {
					return err
				}
				if err := f.keyword(id + 1); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// keyword puts three words on a thread, the first ones most often.
func (f *filling) keyword(thread int64) error {
	for position := range 3 {
		n := min(f.random.IntN(keywords), f.random.IntN(keywords), f.random.IntN(keywords))
		if position == 0 && thread <= asked {
			n = int(thread) - 1 // however small the board, what is asked for is there
		}
		word := fmt.Sprintf("k%d", n)
		added, err := f.addKeyword.Exec(thread, position, word, f.authors[0], f.at, f.at)
		if err != nil {
			return err
		}
		if n, _ := added.RowsAffected(); n == 0 {
			continue
		}
		if _, err := f.addWord.Exec(word); err != nil {
			return err
		}
	}
	return nil
}

// A view is the address of a page of the wide board that was not asked for
// before, or not for long.
type view func(b *bench) string

func (b *bench) anyThread() int { return 1 + rand.IntN(b.threads) }

func frontPage(b *bench) string { return fmt.Sprintf("/?before=%d", b.anyThread()+1) }
func topicPage(b *bench) string {
	return fmt.Sprintf("/topics/foreign_affairs?before=%d", b.anyThread()+1)
}
func postPage(b *bench) string {
	return fmt.Sprintf("/t/%d/%d", b.anyThread(), 1+rand.IntN(shortThread))
}

func threadPage(b *bench) string {
	return fmt.Sprintf("/t/%d?from=%d", everyLong*(1+rand.IntN(b.threads/everyLong)), 1+rand.IntN(longThread-postsOfThread))
}

func keywordPage(b *bench) string {
	return fmt.Sprintf("/k/k%d+k%d?before=%d", rand.IntN(5), 5+rand.IntN(asked-5), b.anyThread()+1)
}

// searchPage looks for one of the commonest words, for two of them, or for one
// that a person has written.
func searchPage(b *bench) string {
	word := fmt.Sprintf("w%d", rand.IntN(100))
	return "/search?q=" + []string{word, word + "+w" + fmt.Sprint(rand.IntN(1000)), word + "+by:writer@s7.example"}[rand.IntN(3)]
}

// measureView asks for pages all over the wide board, from an empty cache.
func measureView(v view) func(*bench) float64 {
	return func(b *bench) float64 {
		p := newPageServer(b, copied(b, b.wide()))
		b.must(os.WriteFile(p.static, []byte("x"), 0o600))
		var slow, beside []float64
		p50 := b.median(func() float64 {
			p.fresh(b)
			times := p.times(b, b.round, func(int) string { return v(b) })
			slow = append(slow, percentile(times, 99)/1000)
			beside = append(beside, p.p50(b, b.round/10, always(staticPath)))
			return percentile(times, 50) / 1000
		})
		b.note("p99 %s; a static file %s µs", list(slow), list(beside))
		return p50
	}
}

// measurePageSize is what a page of fifty posts of a hundred words weighs on the line.
func measurePageSize(b *bench) float64 {
	p := newPageServer(b, copied(b, b.wide()))
	b.must(os.WriteFile(p.static, []byte("x"), 0o600))
	body, _ := p.get(b, fmt.Sprintf("/t/%d", everyLong))
	var zipped bytes.Buffer
	w, err := gzip.NewWriterLevel(&zipped, gzip.BestSpeed)
	b.must(err)
	_, err = w.Write(body)
	b.must(err)
	b.must(w.Close())
	b.note("%d bytes before", len(body))
	return float64(zipped.Len()) / 1000
}

// measurePreviews posts an article and lets thousands of servers open it at
// once, each over a connection of its own, while members read.
func measurePreviews(b *bench) float64 {
	const perSecond = 500
	i := newProgram(b, copied(b, b.wide()))
	i.start(b)
	members := func(d time.Duration) asking {
		a := asking{PerSecond: 20}
		for range max(int(d.Seconds()*20), 1) {
			a.Pages = append(a.Pages, i.URL+threadPage(b))
		}
		return a
	}
	alone := percentile(ask(b, members(b.round))(), 99) / 1000
	previews := asking{PerSecond: perSecond, Strangers: true}
	for range b.previews {
		previews.Pages = append(previews.Pages, i.URL+board.Address("").Thread(board.ThreadID(b.threads)))
	}
	reading, opened := ask(b, members(time.Duration(b.previews)*time.Second/perSecond)), ask(b, previews)
	p99 := percentile(opened(), 99) / 1000
	b.note("all %d answered; members' p99 %.3g ms, alone %.3g", b.previews, percentile(reading(), 99)/1000, alone)
	return p99
}
