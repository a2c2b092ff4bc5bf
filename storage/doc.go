// Package storage keeps the board in one SQLite file. It is the only package
// that knows SQL.
//
// # How something is written
//
//  1. A caller hands [DB] a closure and waits. The closure goes into a queue; a
//     full queue is refused as Unavailable, never waited for.
//  2. The writer, one goroutine with the only connection that may write, takes
//     everything that waits, up to 256 closures, and begins one transaction.
//  3. Each closure runs in a savepoint. One that fails is rolled back to its
//     savepoint, and its neighbours never notice.
//  4. The writer commits. That is one fsync for everybody (synchronous=FULL).
//  5. Only now is each caller answered.
//
// After an error that may have undone more than one statement (disk full, I/O,
// memory, interrupt), or a commit that fails, the group is rolled back and each
// closure is written by itself. So a closure may run twice. It touches nothing
// but its [Tx], does no I/O, and has the writer's context: a caller who goes
// away gets his context's error while the change may still happen.
//
// # How something is read
//
// By a pool of three read-only connections, which never wait for the writer.
// Every query is a method of reader, written once: DB.read asks it of the
// newest commit, DB.view asks several of one state, and a Tx asks it inside a
// change. Statements are prepared once on each connection and kept by their
// text, by the driver; so a query's text is a constant, its values are bound,
// and its plan stays (plan.go). What stands on every page is taken from its rows
// by hand (rows.go), everything else by the tags of a struct. A query that has
// begun is finished, whoever goes away meanwhile: so it has to be short. A list walks along one index from a key: there
// is no OFFSET, and what would have to be counted is a column.
//
// # The log of events
//
// Every change writes its event with [Tx.Log]. [DB.Changed] wakes the readers of
// the log after the commit, in this process or another one, and each of them
// moves its cursor, with [Tx.SetCursor], in the transaction of what it did. The
// indexer is the reader that lives here: it feeds the full-text index in
// batches, behind the posts and never in their way ([DB.RunIndexer]).
//
// # The file
//
// Pragmas are set and read back on every connection (connect.go): WAL,
// synchronous=FULL, foreign keys, no trust in the schema, small caches. The
// writer empties the log at 8,000 pages, and whenever nothing was written for a
// second. [Open] never puts an empty database where one should be: a new one is
// made beside its place and moved there when it is whole. Whoever serves holds
// board.db.lock; commands work beside it, and the writer looks every 250 ms
// whether one of them has written.
//
// Times are whole milliseconds since 1970, UTC, in INTEGER columns.
//
// # To change the tables
//
// Add migrations/NNNN_what.sql, the next number, beginning with the line
// "-- +goose Up"; there is no way down. A statement with semicolons inside (a
// trigger) stands between "-- +goose StatementBegin" and "-- +goose StatementEnd".
// Never edit a migration that was released. Each one runs in a transaction with
// foreign keys off, so that a table may be dropped and renamed, and is not
// committed if it leaves rows that refer to nothing. Only serve migrates.
package storage
