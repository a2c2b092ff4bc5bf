package web

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/mux"

	"corkboard/board"
)

// threadsPerMap is how many threads one file of the sitemap may name; the
// protocol allows 50,000.
const threadsPerMap = 5000

// sitemapIndex and sitemapPages are what sitemaps.org has.
type sitemapIndex struct {
	XMLName xml.Name       `xml:"sitemapindex"`
	Space   string         `xml:"xmlns,attr"`
	Maps    []sitemapEntry `xml:"sitemap"`
}

type sitemapPages struct {
	XMLName xml.Name       `xml:"urlset"`
	Space   string         `xml:"xmlns,attr"`
	Pages   []sitemapEntry `xml:"url"`
}

type sitemapEntry struct {
	Address string `xml:"loc"`
	Changed string `xml:"lastmod,omitempty"`
}

const sitemapSpace = "http://www.sitemaps.org/schemas/sitemap/0.9"

// showSitemap answers /sitemap.xml: the files that name the pages.
func (h *Handler) showSitemap(w http.ResponseWriter, r *request) error {
	return h.showMap(w, r, "/sitemap.xml", func(ctx context.Context) (any, error) {
		newest, err := h.board.Threads(ctx, board.ThreadQuery{Limit: 1})
		if err != nil {
			return nil, err
		}
		index := sitemapIndex{Space: sitemapSpace, Maps: []sitemapEntry{{Address: h.whole("/sitemap/topics.xml")}}}
		if len(newest) > 0 {
			for n := range (int(newest[0].ID)-1)/threadsPerMap + 1 {
				index.Maps = append(index.Maps, sitemapEntry{Address: h.whole(fmt.Sprintf("/sitemap/%d.xml", n))})
			}
		}
		return index, nil
	})
}

// showTopicMap answers /sitemap/topics.xml.
func (h *Handler) showTopicMap(w http.ResponseWriter, r *request) error {
	return h.showMap(w, r, "/sitemap/topics.xml", func(ctx context.Context) (any, error) {
		topics, err := h.board.Topics(ctx)
		if err != nil {
			return nil, err
		}
		pages := sitemapPages{Space: sitemapSpace}
		for _, path := range []string{"/", "/topics", "/about"} {
			pages.Pages = append(pages.Pages, sitemapEntry{Address: h.whole(path)})
		}
		for _, t := range topics {
			pages.Pages = append(pages.Pages, sitemapEntry{h.whole(topicPath(t.Name)), stamp(t.LastAt)})
		}
		return pages, nil
	})
}

// showThreadMap answers /sitemap/{n}.xml: the threads of our own members among
// the n-th five thousand. What others wrote is at home elsewhere.
func (h *Handler) showThreadMap(w http.ResponseWriter, r *request) error {
	n, err := strconv.Atoi(mux.Vars(r.Request)["n"])
	if err != nil {
		return board.Errorf(board.NotFound, "There is no such part of the sitemap.")
	}
	return h.showMap(w, r, fmt.Sprintf("/sitemap/%d.xml", n), func(ctx context.Context) (any, error) {
		first := board.ThreadID(n)*threadsPerMap + 1
		threads, err := h.board.OwnThreads(ctx, first, first+threadsPerMap-1)
		if err != nil {
			return nil, err
		}
		pages := sitemapPages{Space: sitemapSpace}
		for _, t := range threads {
			pages.Pages = append(pages.Pages, sitemapEntry{h.whole(threadPagePath(t.ID, 1)), stamp(t.LastAt)})
		}
		return pages, nil
	})
}

// showMap sends a part of the sitemap, made at most once an hour.
func (h *Handler) showMap(w http.ResponseWriter, r *request, key string, build func(context.Context) (any, error)) error {
	w.Header().Set("Vary", "Accept-Encoding")
	hour := time.Now().Unix() / int64(knownAge.Seconds())
	if d, ok := h.cache.get(key, hour); ok {
		h.sendPublic(w, r, d)
		return nil
	}
	if err := h.slowDown(r); err != nil {
		return err
	}
	made, err := build(r.Context())
	if err != nil {
		return err
	}
	body, err := xml.Marshal(made)
	if err != nil {
		return err
	}
	d := newDocument(http.StatusOK, "", append([]byte(xml.Header), body...))
	d.kind = "application/xml; charset=utf-8"
	d.sign(hour)
	h.cache.put(key, hour, d)
	h.sendPublic(w, r, d)
	return nil
}
