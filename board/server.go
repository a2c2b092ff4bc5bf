package board

import "context"

// Server is another server whose people are seen here.
type Server struct {
	Host     string
	Software string // as its NodeInfo says; empty if that is not known
	Follows  bool   // somebody there follows a topic or a member
}

// ServerReader finds other servers.
type ServerReader interface {
	// Servers are those behind after, by host, whose people follow or have posted here.
	Servers(ctx context.Context, after string, limit int) ([]Server, error)
}
