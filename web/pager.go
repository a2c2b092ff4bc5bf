package web

import "fmt"

// pager leads to the pages of a thread, or of a selection of its posts, each
// named by the places on it.
type pager struct {
	First, Last int // places on this page; Last is 0 if there is nothing
	Pages       []pageLink
	Prev, Next  string // paths; empty at the ends
	New         string // path of the first post that is new to the member; may be empty
	Latest      string // path of the last post; empty on the page that has it
	All         string // path of all on one page; empty there, and where all are anyway
	Paged       string // the way back from there

	per, aligned int
}

// pageLink is one page in a pager.
type pageLink struct {
	Label   string
	Path    string
	Current bool
	Gap     bool // pages were left out here; the rest is empty
}

// pages are what a pager is made of.
type pages struct {
	from, count int                // the first place on this page; how many there are
	per         int                // how many on a page
	path        func(p int) string // leads to the page that begins with a place
}

// newPager makes the links for the page that begins with from. A page may
// begin anywhere; the others begin at 1, 51, 101 and so on.
func newPager(s pages) pager {
	p := pager{First: s.from, Last: min(s.from+s.per-1, s.count), per: s.per, aligned: s.pageOf(s.from)}
	if s.from > 1 {
		p.Prev = s.path(max(1, s.from-s.per))
	}
	if s.from+s.per <= s.count {
		p.Next = s.path(s.from + s.per)
	}
	for first := 1; first <= s.count; {
		p.Pages = append(p.Pages, pageLink{
			Label: places(first, min(first+s.per-1, s.count)), Path: s.path(first), Current: first == s.from,
		})
		next := s.nextLink(first)
		if next > first+s.per {
			p.Pages = append(p.Pages, pageLink{Gap: true})
		}
		first = next
	}
	return p
}

// places names a run: 51–100.
func places(first, last int) string {
	if first == last {
		return fmt.Sprint(first)
	}
	return fmt.Sprintf("%d–%d", first, last)
}

// pageOf is the first place of the page on which a place is.
func (s pages) pageOf(place int) int { return max(0, place-1)/s.per*s.per + 1 }

// nextLink is the first place of the next page that a pager names: the first
// page, two to either side of this one, and the last.
func (s pages) nextLink(first int) int {
	around := 2 * s.per
	next := first + s.per
	if near := s.pageOf(s.from) - around; next < near {
		return near
	}
	if last := s.pageOf(s.count); next > s.pageOf(s.from)+around && next < last {
		return last
	}
	return next
}

// Range is the places on this page.
func (p *pager) Range() string { return places(p.First, p.Last) }

// Several reports whether there are pages beside this one.
func (p *pager) Several() bool { return p.Prev != "" || p.Next != "" }

// Shown reports whether there is anywhere to go.
func (p *pager) Shown() bool { return p.Several() || p.New != "" || p.Paged != "" }

// Aligned reports whether this page is one of Pages.
func (p *pager) Aligned() bool { return p.First == p.aligned }
