package activitypub

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
)

const nodeInfoSchema = "http://nodeinfo.diaspora.software/ns/schema/"

// NodeInfo says what this server runs, in version 2.0 or 2.1 of http://nodeinfo.diaspora.software.
type NodeInfo struct {
	Version           string           `json:"version"` // 2.0 or 2.1
	Software          NodeInfoSoftware `json:"software"`
	Protocols         []string         `json:"protocols"`
	Services          NodeInfoServices `json:"services"`
	OpenRegistrations bool             `json:"openRegistrations"`
	Usage             NodeInfoUsage    `json:"usage"`
	Metadata          map[string]any   `json:"metadata"`
}

// NodeInfoSoftware names the program. Repository and Homepage are of 2.1 only.
type NodeInfoSoftware struct {
	Name       string `json:"name"`
	Version    string `json:"version"`
	Repository string `json:"repository,omitempty"`
	Homepage   string `json:"homepage,omitempty"`
}

// NodeInfoServices lists other networks: none of ours.
type NodeInfoServices struct {
	Inbound  []string `json:"inbound"`
	Outbound []string `json:"outbound"`
}

// NodeInfoUsage counts.
type NodeInfoUsage struct {
	Users         NodeInfoUsers `json:"users"`
	LocalPosts    int           `json:"localPosts"`
	LocalComments int           `json:"localComments"`
}

// NodeInfoUsers counts members.
type NodeInfoUsers struct {
	Total          int `json:"total"`
	ActiveMonth    int `json:"activeMonth"`
	ActiveHalfyear int `json:"activeHalfyear"`
}

// JRDLinks is a document of links alone.
type JRDLinks struct {
	Links []JRDLink `json:"links"`
}

// NodeInfoIndex is /.well-known/nodeinfo of the server with this origin: it lists where the documents are, /nodeinfo/2.0 and /nodeinfo/2.1.
func NodeInfoIndex(origin string) JRDLinks {
	index := JRDLinks{}
	for _, version := range []string{"2.0", "2.1"} {
		index.Links = append(index.Links, JRDLink{Rel: nodeInfoSchema + version, Href: origin + "/nodeinfo/" + version})
	}
	return index
}

// Software is what a server runs.
type Software struct {
	Name    string // in lower case: mastodon, lemmy
	Version string
}

// NodeInfo asks a host, an authority as [Host] writes it, what it runs. The error is a *[FetchError].
func (c *Client) NodeInfo(ctx context.Context, host string) (Software, error) {
	w := wish{accept: "application/json", sameHost: true}
	page, err := c.fetchFrom(ctx, host, "/.well-known/nodeinfo", w)
	if err != nil {
		return Software{}, err
	}
	var index JRDLinks
	if err := readJSON(page, &index); err != nil {
		return Software{}, err
	}
	address := index.newestNodeInfo()
	if !SameHost(address, page.URL) {
		return Software{}, &FetchError{URL: page.URL, Status: http.StatusOK, Reason: "it names no NodeInfo of version 2 on its own host"}
	}
	if page, err = c.fetch(ctx, address, w); err != nil {
		return Software{}, err
	}
	return readSoftware(page)
}

// readSoftware reads the two members of a NodeInfo that we use.
func readSoftware(page *Page) (Software, error) {
	var info struct {
		Software struct {
			Name    string `json:"name"`
			Version string `json:"version"`
		} `json:"software"`
	}
	if err := readJSON(page, &info); err != nil {
		return Software{}, err
	}
	return Software{Name: cut(strings.ToLower(info.Software.Name)), Version: cut(info.Software.Version)}, nil
}

// newestNodeInfo returns the address of the newest version that we read.
func (i JRDLinks) newestNodeInfo() (address string) {
	for _, version := range []string{"2.0", "2.1"} {
		for _, l := range i.Links {
			if l.Rel == nodeInfoSchema+version && l.Href != "" {
				address = l.Href
			}
		}
	}
	return address
}

func readJSON(page *Page, v any) error {
	if err := json.Unmarshal(page.Body, v); err != nil {
		return &FetchError{URL: page.URL, Status: http.StatusOK, Reason: fmt.Sprintf("what is there cannot be read: %v", err), Err: err}
	}
	return nil
}

// cut keeps a name at the length of a name.
func cut(name string) string {
	if runes := []rune(name); len(runes) > 64 {
		return string(runes[:64])
	}
	return name
}
