package storage

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/mattn/go-sqlite3"

	"corkboard/board"
)

const (
	// busyTimeout is how long one statement waits for another process's lock.
	busyTimeout = time.Second
	// statementCache is how many prepared statements each connection keeps, by
	// their text; more than the package has.
	statementCache = 256
	// longestValue and longestQuery bound what SQLite itself will take, in bytes.
	longestValue = 16 << 20
	longestQuery = 1 << 20
)

// A pragma is set on every new connection and read back, because SQLite passes
// over in silence what it does not know or cannot do.
type pragma struct{ name, set, want string }

// common holds on every connection.
var common = []pragma{
	{"journal_mode", "WAL", "wal"},
	{"synchronous", "FULL", "2"},
	{"cache_size", "-4000", "-4000"}, // KiB; 64 MB a connection is no faster and costs 300 MB
	{"temp_store", "MEMORY", "2"},
	{"trusted_schema", "OFF", "0"},
	{"cell_size_check", "ON", "1"},
}

// The three sorts of connection.
var (
	writing = append([]pragma{
		{"foreign_keys", "ON", "1"},
		{"wal_autocheckpoint", "8000", "8000"},         // pages: 32 MB; the idle writer empties it earlier
		{"journal_size_limit", "33554432", "33554432"}, // bytes that an emptied log keeps on disk
	}, common...)
	reading = append([]pragma{
		{"foreign_keys", "ON", "1"},
		{"query_only", "ON", "1"},
		{"mmap_size", "33554432", "33554432"}, // bytes; each reader's map counts as the program's own memory
	}, common...)
	migrating = append([]pragma{
		{"foreign_keys", "OFF", "0"}, // a table is changed by dropping and renaming it
	}, common...)
)

// connector opens connections to one file with one set of pragmas.
type connector struct {
	dsn    string
	driver *sqlite3.SQLiteDriver
}

func (c connector) Connect(context.Context) (driver.Conn, error) {
	if err := keepPlans(); err != nil {
		return nil, err
	}
	return c.driver.Open(c.dsn)
}

func (c connector) Driver() driver.Driver { return c.driver }

// pool returns up to size connections to the file at path, which must exist:
// mode is rw or ro, never rwc.
func pool(path, mode string, size int, pragmas []pragma) *sqlx.DB {
	db := sqlx.NewDb(sql.OpenDB(connector{
		dsn: dsn(path, mode),
		driver: &sqlite3.SQLiteDriver{ConnectHook: func(conn *sqlite3.SQLiteConn) error {
			return settle(conn, pragmas)
		}},
	}), "sqlite3")
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	return db
}

func dsn(path, mode string) string {
	options := url.Values{
		"mode":             {mode},
		"_busy_timeout":    {fmt.Sprint(busyTimeout.Milliseconds())},
		"_stmt_cache_size": {fmt.Sprint(statementCache)},
		"_mutex":           {"no"}, // database/sql never lets two goroutines use a connection at once
	}
	if mode == "rw" {
		// A deferred transaction that reads and then writes fails at once when
		// somebody else wrote in between.
		options.Set("_txlock", "immediate")
	}
	file := url.URL{Scheme: "file", Path: path, RawQuery: options.Encode()}
	return file.String()
}

// functions of the board that migrations fill columns with.
var functions = map[string]any{
	"link_key":    board.LinkKey,
	"link_source": board.LinkSource,
}

// settle makes a new connection what it has to be, and makes sure.
func settle(conn *sqlite3.SQLiteConn, pragmas []pragma) error {
	conn.SetLimit(sqlite3.SQLITE_LIMIT_LENGTH, longestValue)
	conn.SetLimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, longestQuery)
	for name, function := range functions {
		if err := conn.RegisterFunc(name, function, true); err != nil {
			return fmt.Errorf("register %s: %w", name, err)
		}
	}
	for _, p := range pragmas {
		if _, err := ask(conn, "PRAGMA "+p.name+" = "+p.set); err != nil {
			return fmt.Errorf("set PRAGMA %s: %w", p.name, err)
		}
		got, err := ask(conn, "PRAGMA "+p.name)
		if err != nil {
			return fmt.Errorf("read PRAGMA %s: %w", p.name, err)
		}
		if !strings.EqualFold(got, p.want) {
			return fmt.Errorf("SQLite answers %q to PRAGMA %s = %s; the board is not safe without it", got, p.name, p.set)
		}
	}
	return nil
}

// ask returns the single value that a query answers, or "" if it answers none.
func ask(conn *sqlite3.SQLiteConn, query string) (string, error) {
	rows, err := conn.Query(query, nil)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	row := make([]driver.Value, len(rows.Columns()))
	switch err := rows.Next(row); {
	case err != nil && errors.Is(err, io.EOF):
		return "", nil
	case err != nil:
		return "", err
	case len(row) == 0:
		return "", nil
	}
	if text, ok := row[0].([]byte); ok {
		return string(text), nil
	}
	return fmt.Sprint(row[0]), nil
}
