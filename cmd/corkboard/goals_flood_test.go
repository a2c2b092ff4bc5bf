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
)

// connections is over how many the load comes.
const connections = 64

func init() {
	if file := os.Getenv(floodFile); file != "" {
		if err := sendFlood(file, os.Getenv(floodTo)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
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
	var encoded bytes.Buffer
	b.must(gob.NewEncoder(&encoded).Encode(all))
	b.must(os.WriteFile(file, encoded.Bytes(), 0o600))
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
	requests, err := readFlood(file)
	if err != nil {
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

func readFlood(file string) (requests [][]byte, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	err = gob.NewDecoder(f).Decode(&requests)
	return requests, err
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
