package storage

import (
	"context"

	"corkboard/board"
)

// actorsLooked bounds how many people of a server that nobody follows from
// are asked whether they have posted.
const actorsLooked = 200

// serverList leaps from host to host along the index of handles, and stops
// when it has enough; to sort them it would have to go on to the end. Somebody
// who only wrote a private reply is no reason to name his server.
const serverList = `
	WITH RECURSIVE hosts (host) AS (
		SELECT min(host)
		FROM actors
		WHERE host > ?
		UNION ALL
		SELECT (SELECT min(host) FROM actors WHERE host > hosts.host)
		FROM hosts
		WHERE host IS NOT NULL
	),
	servers (host, follows) AS (
		SELECT host, EXISTS (
			SELECT 1
			FROM peers p
			JOIN audience a ON a.peer = p.id
			WHERE p.host = hosts.host AND a.to_event = 0)
		FROM hosts
		WHERE host IS NOT NULL
	)
	SELECT s.host, s.follows, COALESCE((SELECT software FROM peers WHERE host = s.host AND software <> '' LIMIT 1), '') AS software
	FROM servers s
	WHERE s.follows OR EXISTS (
		SELECT 1
		FROM (SELECT id FROM actors WHERE host = s.host LIMIT ?) a
		JOIN posts p ON p.author = a.id
		WHERE p.state = 0)
	LIMIT ?`

// Servers are those whose people follow or have posted here, by host.
func (db *DB) Servers(ctx context.Context, after string, limit int) ([]board.Server, error) {
	var rows []struct {
		Host     string `db:"host"`
		Follows  bool   `db:"follows"`
		Software string `db:"software"`
	}
	err := db.read(ctx).selectAll(&rows, serverList, after, actorsLooked, limit)
	servers := make([]board.Server, 0, len(rows))
	for _, row := range rows {
		servers = append(servers, board.Server{Host: row.Host, Software: row.Software, Follows: row.Follows})
	}
	return servers, err
}
