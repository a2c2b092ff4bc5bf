package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"flag"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	goalsJudged = flag.Bool("goals", false, "measure the goals in full size and judge them, as make bench does")
	goalTime    = flag.Duration("goaltime", 3*time.Second, "about how long one round of a goal takes")
	goalRounds  = flag.Int("goalrounds", 5, "rounds of each goal, of which the median counts")
	goalsWrite  = flag.Bool("write", false, "write the table of the goals to docs/performance.md")
)

// goal is a figure that the board promises: what it does in relation to the
// bare work, both measured in turn.
type goal struct {
	name    string
	what    string
	must    float64
	stretch float64
	atLeast bool // else at most
	measure func(b *bench) float64
}

// goals are those of docs/performance.md. One without must is only reported.
var goals = []goal{
	{"G1", "inbox over HTTP until committed, posts/s / bare loop in process", 0.50, 0.65, true, measureInbox},
	{"G2", "inbox with store, CPU / HTTP and verify only", 4, 3, false, measureInboxCPU},
	{"G3", "fan-out from the log to many hosts / bare sign and POST", 0.75, 0.90, true, measureFanOut},
	{"G4", "bare sign and POST / signing alone", 0, 0, true, measureBareFanOut},
	{"G5", "deliveries/s to hosts 200 ms away / the same near", 0.70, 0.85, true, measureFarHosts},
	{"G6", "one host 300 ms away, deliveries/s / serial sender", 8, 14, true, measureFarHost},
	{"G7", "rate to healthy hosts, a tenth more hang / none hangs", 0.90, 0.97, true, measureHangingHosts},
	{"G8", "accept a post with many followers, p50 / with few", 1.2, 1.05, false, measureFollowers},
	{"G9", "cached thread page, p50 / static file", 1.5, 1.1, false, measureCachedPage},
	{"G10", "uncached thread page, p50 / static file", 10, 4, false, measureUncachedPage},
	{"G11", "uncached page of the large board / of the small one", 1.6, 1.3, false, measureLargeBoard},
	{"G12", "page at 90 % of a long thread / its first", 1.3, 1.1, false, measureDeepPage},
	{"G13", "page p99 while the inbox is flooded / idle", 5, 3, false, measureBusyPage},
	{"G14", "search of the large board for a common word, p95 in ms (at most 2 of the small)", 5, 1, false, measureSearch},
	{"G15", "bytes on disk / bytes stored", 2.0, 1.7, false, measureDisk},
	{"G16a", "memory of the large board when idle, MB", 64, 32, false, measureIdleMemory},
	{"G16b", "memory of the large board under mixed load, at most, MB", 160, 96, false, measureLoadedMemory},
	{"G16c", "memory that many followers take more than few, MB", 20, 5, false, measureFollowerMemory},
	{"G17", "start of the large board to its first page, ms", 100, 30, false, measureStart},
	{"G18", "forged request, CPU / accepted one", 0.50, 0.35, false, measureForgery},
	{"P1", "uncached front page of the wide board, p50 in ms", 5, 2, false, measureView(frontPage)},
	{"P2", "uncached topic page there, p50 in ms", 5, 2, false, measureView(topicPage)},
	{"P3", "uncached thread page of 50 posts there, p50 in ms", 5, 2, false, measureView(threadPage)},
	{"P4", "uncached post page there, p50 in ms", 5, 2, false, measureView(postPage)},
	{"P5", "uncached page of two keywords there, p50 in ms", 5, 2, false, measureView(keywordPage)},
	{"P6", "uncached search there, p50 in ms", 20, 5, false, measureView(searchPage)},
	{"P7", "page of 50 posts, kB compressed", 60, 40, false, measurePageSize},
	{"P8", "5,000 link previews of an article in ten seconds, p99 in ms", 250, 100, false, measurePreviews},
}

// TestGoals measures every goal. In the ordinary tests it does so in tiny
// size, so that the bench keeps working, and judges nothing; make bench
// measures in full size. It never fails by a figure: the table says.
func TestGoals(t *testing.T) {
	sizes := tiny
	if *goalsJudged {
		sizes = full(*goalTime)
	}
	quiet := newCanary()
	var table []finding
	for _, g := range goals {
		t.Run(g.name, func(t *testing.T) {
			b := &bench{T: t, sizes: sizes, canary: quiet, judged: *goalsJudged}
			seen := g.measure(b)
			if t.Failed() || math.IsNaN(seen) || seen < 0 {
				t.Fatalf("nothing was measured: %v", seen)
			}
			f := finding{goal: g, seen: seen, verdict: b.verdict(g, seen), notes: b.notes}
			table = append(table, f)
			t.Log("\n" + f.String())
		})
	}
	if *goalsJudged {
		t.Log("\n" + tableOf(table))
	}
	if *goalsWrite && *goalsJudged {
		writeGoals(t, table)
	}
}

// sizes say how much is measured.
type sizes struct {
	round      time.Duration
	rounds     int
	small      int // posts of the small board
	large      int // of the large one, its long thread included
	long       int // of the long thread
	activities int // of one round of the inbox
	hosts      int // of a fan-out
	farHosts   int // of one with distance
	hostDelay  time.Duration
	farDelay   time.Duration
	deliveries int // of one round of a fan-out
	few, many  int // followers
	threads    int // of the wide board
	previews   int // of one article, in ten seconds
	loaded     time.Duration
}

var tiny = sizes{
	round: 20 * time.Millisecond, rounds: 1, small: 1500, large: 3000, long: 600, activities: 60, hosts: 5, farHosts: 10,
	hostDelay: 5 * time.Millisecond, farDelay: 10 * time.Millisecond, deliveries: 20, few: 5, many: 50, loaded: 200 * time.Millisecond, threads: 100, previews: 50,
}

// full is the size of the promises, with rounds of about that length.
func full(round time.Duration) sizes {
	seconds := round.Seconds()
	return sizes{
		round: round, rounds: *goalRounds, small: 100_000, large: 1_000_000, long: 100_000,
		activities: int(7000 * seconds), hosts: 500, farHosts: 2000, hostDelay: 200 * time.Millisecond, farDelay: 300 * time.Millisecond,
		deliveries: max(int(2000*seconds), 2000), few: 100, many: 100_000, loaded: 20 * round, threads: 50_000, previews: 5000,
	}
}

// bench measures one goal.
type bench struct {
	*testing.T
	sizes
	canary    *canary
	judged    bool
	disturbed bool   // some round never was quiet
	broken    string // what is promised beside the figure and is not so
	notes     []string
}

// note adds an absolute figure, or what else helps to read the ratio.
func (b *bench) note(format string, args ...any) {
	b.notes = append(b.notes, fmt.Sprintf(format, args...))
}

// must ends the measurement with an error.
func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

const (
	repeats  = 3                // how often a goal measures a disturbed round again
	patience = 20 * time.Second // how long a goal waits, in all, for the machine to be quiet
)

// median measures in rounds and returns the middle one. A round during which
// the machine had something else to do is measured again.
func (b *bench) median(round func() float64) float64 {
	b.Helper()
	var seen []float64
	deadline := time.Now().Add(patience)
	for tries := 0; len(seen) < b.rounds; {
		quiet := b.quiet()
		for !quiet && time.Now().Before(deadline) {
			time.Sleep(time.Second)
			quiet = b.quiet()
		}
		began := time.Now()
		x := round()
		deadline = deadline.Add(time.Since(began))
		if !quiet || !b.quiet() {
			if tries++; tries <= repeats {
				continue
			}
			b.disturbed = true
		}
		seen = append(seen, x)
	}
	slices.Sort(seen)
	if b.judged {
		b.note("rounds %s", list(seen))
	}
	return middle(seen)
}

// quiet asks the canary, if anything is judged.
func (b *bench) quiet() bool { return !b.judged || b.canary.quiet() }

// ratio measures two works in turn, and returns the median of this / that.
func (b *bench) ratio(this, that func() float64) float64 {
	b.Helper()
	var these, those []float64
	turn := 0
	r := b.median(func() float64 {
		var x, y float64
		if turn++; turn%2 == 1 {
			x, y = this(), that()
		} else {
			y = that()
			x = this()
		}
		these, those = append(these, x), append(those, y)
		return x / y
	})
	slices.Sort(these)
	slices.Sort(those)
	b.note("medians %.4g and %.4g", middle(these), middle(those))
	return r
}

func middle(sorted []float64) float64 {
	n := len(sorted)
	if n == 0 {
		return math.NaN()
	}
	return (sorted[n/2] + sorted[(n-1)/2]) / 2
}

func list(numbers []float64) string {
	var words []string
	for _, x := range numbers {
		words = append(words, fmt.Sprintf("%.3g", x))
	}
	return strings.Join(words, " ")
}

func (b *bench) verdict(g goal, seen float64) string {
	meets := func(figure float64) bool { return seen >= figure == g.atLeast || seen == figure }
	switch {
	case !b.judged:
		return "tiny, not judged"
	case b.disturbed:
		return "not judged: the machine was busy"
	case g.must == 0:
		return "report"
	case b.broken != "":
		return "short: " + b.broken
	case meets(g.stretch):
		return "stretch"
	case meets(g.must):
		return "must"
	}
	return "**short**"
}

// canary tells whether the machine does anything else: bare RSA signing on all
// cores must reach nearly the number of cores times what one core does.
type canary struct {
	key  *rsa.PrivateKey
	best float64 // signatures of one core in a second, the most that was seen
}

func newCanary() *canary {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return &canary{key: key}
}

const (
	canaryTime  = 150 * time.Millisecond
	canaryShare = 0.9
)

func (c *canary) quiet() bool {
	runtime.GC() // what the round left behind is not somebody else
	c.best = max(c.best, c.rate(1))
	cores := runtime.NumCPU()
	return c.rate(cores) >= canaryShare*float64(cores)*c.best
}

// rate is how many signatures so many goroutines make in a second.
func (c *canary) rate(goroutines int) float64 {
	digest := sha256.Sum256([]byte("canary"))
	var signed atomic.Int64
	var wait sync.WaitGroup
	started := time.Now()
	for range goroutines {
		wait.Go(func() {
			for time.Since(started) < canaryTime {
				if _, err := rsa.SignPKCS1v15(nil, c.key, crypto.SHA256, digest[:]); err != nil {
					panic(err)
				}
				signed.Add(1)
			}
		})
	}
	wait.Wait()
	return float64(signed.Load()) / time.Since(started).Seconds()
}

// finding is a line of the table.
type finding struct {
	goal
	seen    float64
	verdict string
	notes   []string
}

func (f finding) String() string {
	sign := "≤ "
	if f.atLeast {
		sign = "≥ "
	}
	figure := func(x float64) string {
		if x == 0 {
			return ""
		}
		return fmt.Sprint(sign, x)
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %.3g | %s | %s |",
		f.name, f.what, figure(f.must), figure(f.stretch), f.seen, f.verdict, strings.Join(f.notes, "; "))
}

func tableOf(findings []finding) string {
	lines := []string{"| # | goal | must | stretch | seen | verdict | beside it |", "|---|---|---|---|---:|---|---|"}
	for _, f := range findings {
		lines = append(lines, f.String())
	}
	return strings.Join(lines, "\n") + "\n"
}

// goalsBegin is the line of docs/performance.md below which the table stands.
const goalsBegin = "<!-- make bench writes what follows -->\n"

// writeGoals replaces the table in docs/performance.md. Of a run of some goals
// only it keeps none of the others: they belong to another run.
func writeGoals(t *testing.T, table []finding) {
	const path = "../../docs/performance.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	words, _, ok := strings.Cut(string(text), goalsBegin)
	if !ok {
		t.Fatalf("%s has no line %s", path, goalsBegin)
	}
	words += goalsBegin + "\n" + machine() + "\n\n" + tableOf(table)
	if err := os.WriteFile(path, []byte(words), 0o644); err != nil {
		t.Fatal(err)
	}
}

// machine describes where the bench ran.
func machine() string {
	model := "unknown processor"
	info, _ := os.ReadFile("/proc/cpuinfo") // Linux only
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			model = strings.TrimSpace(value)
			break
		}
	}
	var memory uint64
	text, _ := os.ReadFile("/proc/meminfo")
	if _, err := fmt.Sscanf(string(text), "MemTotal: %d kB", &memory); err != nil {
		memory = 0
	}
	return fmt.Sprintf("Run of %s on %d × %s, %d GiB, %s/%s, %s; rounds of %s, the median of %d.",
		time.Now().UTC().Format("2 January 2006, 15:04 UTC"), runtime.NumCPU(), model, (memory+1<<19)>>20,
		runtime.GOOS, runtime.GOARCH, runtime.Version(), *goalTime, *goalRounds)
}
