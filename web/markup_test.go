package web

import (
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"corkboard/board"
)

// inEnglish is a reader who has set nothing.
func inEnglish(zone *time.Location) *reader {
	return &reader{texts: &texts{Tag: "en", Name: "English", Dir: "ltr"}, zone: zone}
}

// FuzzPost puts anything into every field of a post that others may fill: the
// page must keep its bones.
func FuzzPost(f *testing.F) {
	f.Add("name", "https://a.example", "2011-01-04", 3)
	f.Add(`"><script>alert(1)</script>`, "javascript:alert(1)", `' onclick='x`, -1)
	f.Add("</bdi></a></article>\x00&lt;", "https://a.example/\"><b>", "\u202e", 0)
	h := &Handler{board: &board.Board{}}
	f.Fuzz(func(t *testing.T, name, address, text string, number int) {
		author := board.Actor{ID: 1, Type: board.Person, Name: name, Host: text, DisplayName: name, Tagline: text, URL: address}
		post := board.Post{
			ID: 2, Thread: 1, Number: 5, URI: address, URL: address, Author: author, HTML: "<p>Text.</p>", Language: text, Warning: text + "w",
			To: board.Answered{Post: 1, Number: number, URI: address, Author: author}, ClosedBy: name, Reason: text,
		}
		m := newMarkup(inEnglish(time.UTC))
		h.writePost(m, postView{Post: post, heading: "3", here: func(int) bool { return false }})
		post.State = board.Removed
		h.writePost(m, postView{Post: post, heading: "3", here: func(int) bool { return false }})
		post.State, post.To.Post = board.Live, 0
		h.writePost(m, postView{Post: post, heading: "3", here: func(int) bool { return false }})

		html := string(m.html())
		page, err := goquery.NewDocumentFromReader(strings.NewReader("<main>" + html + "</main><footer></footer>"))
		if err != nil {
			t.Fatal(err)
		}
		if page.Find("body > main > article > h3").Length() != 3 || page.Find("body > footer").Length() != 1 {
			t.Errorf("the page fell apart: %s", html)
		}
		page.Find("*").Each(func(_ int, s *goquery.Selection) {
			node := s.Get(0)
			if !strings.Contains(" html head body main footer article h3 p div a bdi span time details summary code ul li ", " "+node.Data+" ") {
				t.Errorf("a %s came in: %s", node.Data, html)
			}
			for _, a := range node.Attr {
				if !strings.Contains(" class id tabindex aria-labelledby href rel lang dir datetime ", " "+a.Key+" ") {
					t.Errorf("an attribute %s came in: %s", a.Key, html)
				}
				if a.Key == "href" && !strings.HasPrefix(a.Val, "/") && !isWeb(a.Val) {
					t.Errorf("a link leads to %q", a.Val)
				}
			}
		})
	})
}

func FuzzLocalPath(f *testing.F) {
	for _, next := range []string{"/", "/t/1?from=2", "//evil.example", `/\evil.example`, "https:evil", "/\t/evil.example", "/%2f/evil", "/a//b", "/%2f evil.example"} {
		f.Add(next)
	}
	f.Fuzz(func(t *testing.T, next string) {
		got := localPath(next)
		if !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.HasPrefix(got, `/\`) || strings.ContainsAny(got, "\r\n\t\\") {
			t.Errorf("%q leads to %q", next, got)
		}
	})
}

func FuzzAcceptEncoding(f *testing.F) {
	f.Add("gzip, br")
	f.Add("*;q=0")
	f.Fuzz(func(_ *testing.T, header string) { takesGzip(header) })
}

func TestTakesGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"gzip": true, "br, GZIP;q=0.5": true, "*": true, "deflate, *;q=0.1": true,
		"": false, "identity": false, "gzip;q=0": false, "gzip; q=0.0": false, "gzip;q=x": false, "xgzip": false,
	} {
		if got := takesGzip(header); got != want {
			t.Errorf("%q: %t", header, got)
		}
	}
}

func TestSourceDate(t *testing.T) {
	for date, want := range map[string]string{
		"2011-01-04": "Tuesday, 4 January 2011", "2011-01-04T23:30:00-08:00": "Tuesday, 4 January 2011",
		"spring 1905": "spring 1905", "": "",
	} {
		if got := inEnglish(time.UTC).sourceDate(date); got != want {
			t.Errorf("%q: %q", date, got)
		}
	}
}

func TestTimesAreInTheReadersZone(t *testing.T) {
	at := time.Date(2011, 1, 4, 1, 52, 29, 123e6, time.UTC)
	for zone, want := range map[string]string{
		"UTC":                 `<time datetime="2011-01-04T01:52:29Z">2011-01-04 01:52:29 UTC</time>`,
		"America/Los_Angeles": `<time datetime="2011-01-04T01:52:29Z">2011-01-03 17:52:29 PST</time>`,
		"Asia/Dubai":          `<time datetime="2011-01-04T01:52:29Z">2011-01-04 05:52:29 UTC+04</time>`,
	} {
		location, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(inEnglish(location).When(at))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", zone, diff)
		}
	}
}

func TestPager(t *testing.T) {
	labels := func(from, posts int) string {
		var words []string
		for _, p := range newPager(pages{from: from, count: posts, per: 50, path: strconv.Itoa}).Pages {
			switch {
			case p.Gap:
				words = append(words, "…")
			case p.Current:
				words = append(words, "["+p.Label+"]")
			default:
				words = append(words, p.Label)
			}
		}
		return strings.Join(words, " ")
	}
	for _, test := range []struct {
		from, posts int
		want        string
	}{
		{1, 0, ""},
		{1, 8, "[1–8]"},
		{1, 50, "[1–50]"},
		{1, 51, "[1–50] 51"},
		{1, 417, "[1–50] 51–100 101–150 … 401–417"},
		{201, 417, "1–50 … 101–150 151–200 [201–250] 251–300 301–350 … 401–417"},
		{401, 417, "1–50 … 301–350 351–400 [401–417]"},
		{63, 120, "1–50 51–100 101–120"},
		{50_001, 100_000, "1–50 … 49901–49950 49951–50000 [50001–50050] 50051–50100 50101–50150 … 99951–100000"},
	} {
		if got := labels(test.from, test.posts); got != test.want {
			t.Errorf("from %d of %d: %s, not %s", test.from, test.posts, got, test.want)
		}
	}
}

func TestLimiter(t *testing.T) {
	l := newLimiter(2, time.Hour)
	for n, key := range []string{"a", "a", "b"} {
		if wait := l.wait(key); wait > 0 {
			t.Errorf("try %d waits %s", n, wait)
		}
	}
	if wait := l.wait("a", "c"); wait <= 0 || wait > time.Hour {
		t.Errorf("the third try waits %s", wait)
	}
}

func TestNetwork(t *testing.T) {
	for ip, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "?": "?",
	} {
		if got := network(ip); got != want {
			t.Errorf("%s: %s, not %s", ip, got, want)
		}
	}
}
