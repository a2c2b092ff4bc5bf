package outbox

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/gorilla/mux"

	"corkboard/activitypub"
)

// nodeInfoIndex says where the NodeInfo documents are.
func (d *Documents) nodeInfoIndex(context.Context, *http.Request) (*answer, error) {
	body, err := json.Marshal(activitypub.NodeInfoIndex(string(d.address())))
	return &answer{kind: "application/json", body: body, maxAge: keep}, err
}

// nodeInfo says what this server is and how much goes on here.
func (d *Documents) nodeInfo(ctx context.Context, r *http.Request) (*answer, error) {
	totals, err := d.board.Totals(ctx)
	if err != nil {
		return nil, err
	}
	info := activitypub.NodeInfo{
		Version:   mux.Vars(r)["version"],
		Software:  activitypub.NodeInfoSoftware{Name: "corkboard", Version: d.version},
		Protocols: []string{"activitypub"},
		Services:  activitypub.NodeInfoServices{Inbound: []string{}, Outbound: []string{}},
		Usage: activitypub.NodeInfoUsage{
			Users:      activitypub.NodeInfoUsers{Total: totals.Members, ActiveMonth: totals.ActiveMonth, ActiveHalfyear: totals.ActiveHalfyear},
			LocalPosts: totals.Articles, LocalComments: totals.Replies,
		},
		Metadata: map[string]any{},
	}
	if d.demo {
		info.Metadata["demo"] = true
	}
	body, err := json.Marshal(info)
	kind := `application/json; profile="http://nodeinfo.diaspora.software/ns/schema/` + info.Version + `#"`
	return &answer{kind: kind, body: body, maxAge: keep}, err
}
