package main

import (
	"bufio"
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The load comes from a process of its own, so that what the server costs can
// be told from what the load costs: this program, started again with these.
const (
	floodFile = "CORKBOARD_FLOOD_FILE"
	floodTo   = "CORKBOARD_FLOOD_TO"
	pagesFile = "CORKBOARD_PAGES_FILE"
)

// connections is over how many the load comes.
const connections = 64

func init() {
	var err error
	switch flood, pages := os.Getenv(floodFile), os.Getenv(pagesFile); {
	case flood != "":
		err = sendFlood(flood, os.Getenv(floodTo))
	case pages != "":
		err = askForPages(pages)
	default:
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// flood is a load that is ready to be sent.
type flood struct {
	cmd    *exec.Cmd
	begin  io.WriteCloser
	answer *bufio.Reader
}

// newFlood starts the process and lets it connect.
func newFlood(b *bench, url string, requests []request) *flood {
	b.Helper()
	file := filepath.Join(b.TempDir(), "flood")
	all := make([][]byte, len(requests))
	for n, r := range requests {
		all[n] = r.raw
	}
	b.must(writeGob(file, all))
	f := &flood{cmd: exec.Command(os.Args[0])}
	f.cmd.Env = append(os.Environ(), floodFile+"="+file, floodTo+"="+strings.TrimPrefix(url, "http://"))
	f.cmd.Stderr = os.Stderr
	var err error
	f.begin, err = f.cmd.StdinPipe()
	b.must(err)
	out, err := f.cmd.StdoutPipe()
	b.must(err)
	f.answer = bufio.NewReader(out)
	b.must(f.cmd.Start())
	b.Cleanup(func() {
		if f.cmd.ProcessState == nil {
			f.cmd.Process.Kill()
			f.cmd.Wait()
		}
	})
	if line, err := f.answer.ReadString('\n'); line != "ready\n" {
		b.Fatalf("the load is not ready: %q, %v", line, err)
	}
	return f
}

// open lets it come.
func (f *flood) open(b *bench) {
	b.Helper()
	_, err := io.WriteString(f.begin, "go\n")
	b.must(err)
}

// drain waits until everything is answered; all but such answers are an error.
func (f *flood) drain(b *bench, status int) {
	b.Helper()
	line, err := f.answer.ReadString('\n')
	b.must(err)
	b.must(f.cmd.Wait())
	if want := fmt.Sprintf("%d ", status); !strings.HasPrefix(line, want) || strings.Count(line, " ") > 1 {
		b.Fatalf("the load was answered with %q", line)
	}
}

// sendFlood is the other process.
func sendFlood(file, to string) error {
	var requests [][]byte
	if err := readGob(file, &requests); err != nil {
		return err
	}
	var conns []net.Conn
	for range connections {
		conn, err := net.Dial("tcp", to)
		if err != nil {
			return err
		}
		defer conn.Close()
		conns = append(conns, conn)
	}
	fmt.Println("ready")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return err
	}
	var next atomic.Int64
	var mu sync.Mutex
	var errs []error
	statuses := map[int]int{}
	var senders sync.WaitGroup
	for _, conn := range conns {
		senders.Go(func() {
			mine, err := sendOver(conn, requests, &next)
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, err)
			for status, n := range mine {
				statuses[status] += n
			}
		})
	}
	senders.Wait()
	var words []string
	for _, status := range slices.Sorted(maps.Keys(statuses)) {
		words = append(words, fmt.Sprintf("%d %d", status, statuses[status]))
	}
	fmt.Println(strings.Join(words, ", "))
	return errors.Join(errs...)
}

// sendOver sends what is next over one connection, one after the other. Who is
// asked to come back does so soon.
func sendOver(conn net.Conn, requests [][]byte, next *atomic.Int64) (statuses map[int]int, err error) {
	statuses = map[int]int{}
	r := bufio.NewReader(conn)
	for n := next.Add(1) - 1; n < int64(len(requests)); n = next.Add(1) - 1 {
		status := 503
		for status == 503 {
			if _, err := conn.Write(requests[n]); err != nil {
				return statuses, err
			}
			if status, err = readAnswer(r); err != nil {
				return statuses, err
			}
			if status == 503 {
				time.Sleep(20 * time.Millisecond)
			}
		}
		statuses[status]++
	}
	return statuses, nil
}

// readAnswer reads an HTTP answer at as little cost as can be: the load shares
// the machine with the server.
func readAnswer(r *bufio.Reader) (status int, err error) {
	length := 0
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		text := strings.TrimRight(string(line), "\r\n")
		switch {
		case first && len(text) >= 12:
			if status, err = strconv.Atoi(text[9:12]); err != nil {
				return 0, err
			}
		case text == "":
			_, err := r.Discard(length)
			return status, err
		default:
			if name, value, _ := strings.Cut(text, ": "); strings.EqualFold(name, "Content-Length") {
				if length, err = strconv.Atoi(value); err != nil {
					return 0, err
				}
			}
		}
	}
}

// asking is a run of pages that are asked for at a pace, whether or not the
// last one came.
type asking struct {
	Pages     []string // whole addresses
	PerSecond int
	Strangers bool // each comes over a connection of its own
}

const pagesPerSecond = 200

// paced asks for 200 pages a second, and returns how long each took.
func paced(b *bench, url string, path func(n int) string, d time.Duration) []time.Duration {
	b.Helper()
	pages := make([]string, max(int(d.Seconds()*pagesPerSecond), 1))
	for n := range pages {
		pages[n] = url + path(n)
	}
	return ask(b, asking{Pages: pages, PerSecond: pagesPerSecond})()
}

// ask begins to ask, and returns what waits for the times. It does so from
// another process: how long an answer waits for this one's goroutines is not
// the board's time.
func ask(b *bench, a asking) (times func() []time.Duration) {
	b.Helper()
	file := filepath.Join(b.TempDir(), "pages")
	b.must(writeGob(file, a))
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), pagesFile+"="+file), os.Stderr
	b.must(cmd.Start())
	return func() (times []time.Duration) {
		b.Helper()
		b.must(cmd.Wait())
		b.must(readGob(file, &times))
		return times
	}
}

// askForPages is the other process. It leaves the times in place of the pages.
func askForPages(file string) error {
	var a asking
	if err := readGob(file, &a); err != nil {
		return err
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 100, DisableCompression: !a.Strangers, DisableKeepAlives: a.Strangers}
	times, errs := make([]time.Duration, len(a.Pages)), make([]error, len(a.Pages))
	var asked sync.WaitGroup
	tick := time.NewTicker(time.Second / time.Duration(a.PerSecond))
	defer tick.Stop()
	for n, page := range a.Pages {
		<-tick.C
		due := time.Now()
		asked.Go(func() {
			errs[n] = getPage(transport, page)
			times[n] = time.Since(due)
		})
	}
	asked.Wait()
	return errors.Join(append(errs, writeGob(file, times))...)
}

func getPage(transport *http.Transport, url string) error {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	request.Host = goalHost
	answer, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", url, answer.Status)
	}
	return nil
}

func writeGob(file string, value any) error {
	var encoded bytes.Buffer
	if err := gob.NewEncoder(&encoded).Encode(value); err != nil {
		return err
	}
	return os.WriteFile(file, encoded.Bytes(), 0o600)
}

func readGob(file string, value any) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	return gob.NewDecoder(f).Decode(value)
}
