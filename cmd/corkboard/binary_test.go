package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary is the real program, built once for all tests that start it.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "corkboard")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "corkboard")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	closeBrowser()
	if path, err := binary(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// instance is a board that runs in a process of its own.
type instance struct {
	URL  string
	Data string

	listen string
	env    []string
	cmd    *exec.Cmd
	stderr *transcript
}

// transcript is what a process prints, read while it goes on.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// newInstance prepares a board in a temporary folder, to be started.
func newInstance(t testing.TB, env ...string) *instance {
	t.Helper()
	if _, err := binary(); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := l.Addr().String()
	l.Close()
	i := &instance{URL: "http://" + listen, Data: t.TempDir(), listen: listen}
	i.env = append(os.Environ(), "CORKBOARD_URL="+i.URL, "CORKBOARD_LISTEN="+listen, "CORKBOARD_DATA="+i.Data,
		"CORKBOARD_ALLOW_HTTP=true", "CORKBOARD_ALLOW_NETWORKS=127.0.0.0/8", "CORKBOARD_MEMBER_LIMIT=0", "CORKBOARD_REMOTE_LIMIT=0")
	i.env = append(i.env, env...)
	t.Cleanup(i.kill)
	return i
}

// start serves the board, and returns when it answers.
func (i *instance) start(t testing.TB) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	i.stderr = &transcript{}
	i.cmd = exec.Command(path, "serve")
	i.cmd.Env, i.cmd.Stderr, i.cmd.Stdout = i.env, i.stderr, i.stderr
	if err := i.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(2 * time.Millisecond) {
		if answer, err := http.Get(i.URL + "/nodeinfo/2.1"); err == nil {
			answer.Body.Close()
			return
		}
		if time.Now().After(deadline) {
			i.kill()
			t.Fatalf("the board does not answer:\n%s", i.stderr)
		}
	}
}

// kill ends it at once, as a power cut of the process does.
func (i *instance) kill() { i.end(syscall.SIGKILL) }

// stop ends it as an operator does.
func (i *instance) stop() { i.end(syscall.SIGTERM) }

func (i *instance) end(signal os.Signal) {
	if i.cmd == nil {
		return
	}
	i.cmd.Process.Signal(signal)
	i.cmd.Wait()
	i.cmd = nil
}

// run runs a command on the board, served or not, and returns what it prints.
func (i *instance) run(t testing.TB, stdin string, args ...string) string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env, cmd.Stdin = i.env, strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("corkboard %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// token makes a member with this name and returns his token.
func (i *instance) token(t testing.TB, name string) string {
	t.Helper()
	i.run(t, "", "member", "add", name)
	lines := strings.Split(strings.TrimSpace(i.run(t, "", "member", "token", name)), "\n")
	return lines[len(lines)-1]
}
