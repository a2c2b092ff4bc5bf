package main

import (
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// talk makes many replies of a few: the text of the step is a list of things
// that one may say, one a line with ¶¶ between paragraphs, and its options say how many posts and within
// what time. The same script makes the same talk each time.
func talk(s step) []step {
	lines := strings.Split(s.markdown(), "\n")
	count, _ := strconv.Atoi(s.options["count"])
	within, _ := time.ParseDuration(s.options["to"])
	first, _ := strconv.Atoi(s.options["post"])
	random := rand.New(rand.NewPCG(1, uint64(checksum(s.text)))) //nolint:gosec // it must be the same each time
	t := talker{random: random, lines: lines, voices: strings.Fields(s.options["by"])}
	said := make([]step, 0, count)
	for i := range count {
		next := t.next(first + i)
		next.before = s.before - within*time.Duration(i)/time.Duration(count)
		said = append(said, next)
	}
	return said
}

// talker remembers who spoke last and what was said.
type talker struct {
	random *rand.Rand
	lines  []string
	voices []string
	last   string
	bag    []int // lines that were not said since the bag was filled
}

// next is post number n: somebody else than before answers a recent post.
func (t *talker) next(n int) step {
	who := t.last
	for who == t.last {
		who = t.voices[t.random.IntN(len(t.voices))]
	}
	t.last = who
	to := n - 1 - min(t.random.IntN(4)*t.random.IntN(5), n-1)
	if t.random.IntN(12) == 0 {
		to = 0
	}
	text := t.line()
	if t.random.IntN(3) == 0 {
		text += " " + t.line()
	}
	if t.random.IntN(4) == 0 {
		text += "\n\n" + t.line()
	}
	return step{verb: "reply", who: who, text: text, options: map[string]string{"to": strconv.Itoa(to)}}
}

// line takes a line out of the bag, and fills the bag when it is empty.
func (t *talker) line() string {
	if len(t.bag) == 0 {
		t.bag = t.random.Perm(len(t.lines))
	}
	i := t.bag[0]
	t.bag = t.bag[1:]
	text := strings.ReplaceAll(t.lines[i], " ¶¶ ", "\n\n")
	return strings.ReplaceAll(text, "{n}", fmt.Sprint(2+t.random.IntN(40)))
}

// checksum tells the scripts apart.
func checksum(s string) uint32 { return crc32.ChecksumIEEE([]byte(s)) }
