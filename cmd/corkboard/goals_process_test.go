package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"corkboard/activitypub"
)

// newProgram prepares the real program on a board that was filled.
func newProgram(b *bench, folder string) *instance {
	b.Helper()
	return newInstance(b, "CORKBOARD_URL="+string(goalAddress), "CORKBOARD_DATA="+folder, "CORKBOARD_LOG_LEVEL=error")
}

// memory is a figure of the program's /proc/pid/status, in MB.
func (i *instance) memory(b *bench, field string) float64 {
	b.Helper()
	if runtime.GOOS != "linux" {
		b.Skip("memory is read from /proc, which is Linux's")
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", i.cmd.Process.Pid))
	b.must(err)
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			var kb float64
			_, err := fmt.Sscanf(rest, "%f kB", &kb)
			b.must(err)
			return kb / 1024
		}
	}
	b.Fatalf("/proc has no %s", field)
	return 0
}

// measureIdleMemory looks a while after the start, when one page was shown.
func measureIdleMemory(b *bench) float64 {
	folder := b.filled(b.large, b.long)
	return b.median(func() float64 {
		i := newProgram(b, folder)
		i.start(b)
		defer i.stop()
		b.must(getPage(http.DefaultTransport.(*http.Transport), i.URL+"/t/5"))
		time.Sleep(b.round)
		return i.memory(b, "VmRSS")
	})
}

// measureLoadedMemory is the most that the program had in memory while it
// showed pages all over the board and its inbox was flooded.
func measureLoadedMemory(b *bench) float64 {
	c := newCrowd(b, b.activities)
	i := newProgram(b, copied(b, b.filled(b.large, b.long)))
	i.start(b)
	hello := newFlood(b, i.URL, c.hello)
	hello.open(b)
	hello.drain(b, http.StatusAccepted)
	f := newFlood(b, i.URL, c.replies)
	f.open(b)
	times := paced(b, i.URL, shuffled(floodThreads, (b.large-b.long)/postsOfThread), b.loaded)
	f.drain(b, http.StatusAccepted)
	b.note("%d pages and %d activities in %v; %.0f MB in the end", len(times), len(c.replies), b.loaded, i.memory(b, "VmRSS"))
	return i.memory(b, "VmHWM")
}

// measureFollowerMemory posts to many followers, and to few so often that as
// much is delivered, and compares what the program has in memory then.
func measureFollowerMemory(b *bench) float64 {
	const inboxes = 10 // at each host
	s := newSink(b, b.hosts)
	peers := min(b.many, len(s.hosts)*inboxes)
	many := deliveredMemory(b, s, inboxes, b.many, peers)
	few := deliveredMemory(b, s, inboxes, b.few, peers)
	b.note("%.0f MB and %.0f MB", many, few)
	return max(many-few, 0)
}

func deliveredMemory(b *bench, s *sink, inboxes, followers, deliveries int) float64 {
	b.Helper()
	folder := b.TempDir()
	fillFollowers(b, folder, s.hosts, inboxes, followers)
	i := newProgram(b, folder)
	i.start(b)
	defer i.stop()
	token := strings.TrimSpace(i.run(b, "", "member", "token", "gaijin"))
	token = token[strings.LastIndexByte(token, '\n')+1:]
	peers := min(followers, len(s.hosts)*inboxes)
	s.expect(deliveries)
	for n := range deliveries / peers {
		b.must(i.post(token, map[string]any{
			"type": "Note", "name": fmt.Sprintf("Harbour bridge to close, part %d", n), "to": []string{goalAddress.Topic("foreign_affairs")},
			"source": map[string]string{"content": "For six weeks.", "mediaType": "text/markdown"},
		}))
	}
	s.await(b)
	time.Sleep(min(b.round, 2*time.Second)) // progress is saved
	return i.memory(b, "VmRSS")
}

// post posts a Note as a script does.
func (i *instance) post(token string, note map[string]any) error {
	body, err := json.Marshal(note)
	if err != nil {
		return err
	}
	r, err := http.NewRequest(http.MethodPost, i.URL+"/members/gaijin/outbox", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Host = goalHost
	r.Header.Set("Content-Type", activitypub.MediaType)
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		text, _ := io.ReadAll(answer.Body) // an excerpt is as good
		return fmt.Errorf("POST outbox: %s: %s", answer.Status, text)
	}
	return nil
}

// measureStart is how long it takes from the start of the program until it
// has shown a thread page, in milliseconds.
func measureStart(b *bench) float64 {
	folder := b.filled(b.large, b.long)
	path, err := binary()
	b.must(err)
	return b.median(func() float64 {
		i := newProgram(b, folder)
		i.cmd = exec.Command(path, "serve")
		i.cmd.Env = i.env
		transport := &http.Transport{}
		defer transport.CloseIdleConnections()
		started := time.Now()
		b.must(i.cmd.Start())
		defer i.stop()
		for getPage(transport, i.URL+"/t/5") != nil {
			if time.Since(started) > 20*time.Second {
				b.Fatal("the board shows no page")
			}
			time.Sleep(500 * time.Microsecond)
		}
		return float64(time.Since(started).Microseconds()) / 1000
	})
}
