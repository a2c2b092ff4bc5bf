package activitypub

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

// NodeInfoIndex is /.well-known/nodeinfo of the server with this origin: it lists where the documents are, /nodeinfo/2.0 and /nodeinfo/2.1.
func NodeInfoIndex(origin string) JRDLinks { return JRDLinks{} }

// JRDLinks is a document of links alone.
type JRDLinks struct {
	Links []JRDLink `json:"links"`
}
