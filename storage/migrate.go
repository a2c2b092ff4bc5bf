package storage

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

//go:embed migrations/*.sql
var embedded embed.FS

// lookedOver is the size in bytes up to which a database that is to be served
// is read whole first; a bigger one would keep the first page waiting.
const lookedOver = 16 << 20

// prepare leaves at path a database that is whole and of this program's
// version, or says why it cannot.
func prepare(ctx context.Context, path string, o Options) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return create(ctx, path, o)
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s is a folder; the database must be a file", path)
	case info.Size() == 0:
		return fmt.Errorf("%s is empty, so whatever it held is lost; put a backup of the file in its place, or remove it to start a new board", path)
	}
	db := pool(path, "rw", 1, migrating)
	defer db.Close()
	if err := requireFTS5(ctx, db); err != nil {
		return refusal(path, err)
	}
	if o.Serve && info.Size() <= lookedOver {
		if err := lookOver(ctx, db, path); err != nil {
			return err
		}
	}
	return bringUp(ctx, db, path, embedded, o)
}

// create makes a new database beside path and moves it there when it is whole:
// an interrupted start leaves none, and nothing is ever replaced.
func create(ctx context.Context, path string, o Options) error {
	if o.Existing {
		return fmt.Errorf("there is no database at %s", path)
	}
	if log, err := os.Stat(path + "-wal"); err == nil && log.Size() > 0 {
		return fmt.Errorf("%s is missing but %s-wal is there with changes that belong to it; bring the file back, or move both away to start a new board", path, path)
	}
	draft, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*") // 0600: there are keys inside
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name())
	if err := draft.Close(); err != nil {
		return err
	}
	if err := fill(ctx, draft.Name(), o.Log); err != nil {
		return fmt.Errorf("make a new database: %w", err)
	}
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("put the new database in its place: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

// fill makes the tables in an empty file, and closes it, log and all.
func fill(ctx context.Context, path string, log *slog.Logger) error {
	db := pool(path, "rw", 1, migrating)
	err := requireFTS5(ctx, db)
	if err == nil {
		err = migrate(ctx, db, embedded, log)
	}
	return errors.Join(err, db.Close())
}

// syncFolder makes sure that a new name in a folder outlives a loss of power.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// requireFTS5 stops a program that was built without full-text search.
func requireFTS5(ctx context.Context, db *sqlx.DB) error {
	var has bool
	if err := db.GetContext(ctx, &has, "SELECT sqlite_compileoption_used('ENABLE_FTS5')"); err != nil {
		return err
	}
	if !has {
		return errors.New("this program was built without full-text search; build it with: go build -tags sqlite_fts5 (or: make build)")
	}
	return nil
}

// lookOver reads the whole file for damage.
func lookOver(ctx context.Context, db *sqlx.DB, path string) error {
	var finding string
	if err := db.GetContext(ctx, &finding, "PRAGMA quick_check(1)"); err != nil {
		return refusal(path, err)
	}
	if finding != "ok" {
		return damaged(path, errors.New(strings.Join(strings.Fields(finding), " ")))
	}
	return nil
}

// bringUp compares the versions of file and program and migrates if it may.
func bringUp(ctx context.Context, db *sqlx.DB, path string, files fs.FS, o Options) error {
	has, err := version(ctx, db)
	if err != nil {
		return refusal(path, err)
	}
	knows, err := newest(files)
	switch {
	case err != nil:
		return err
	case has == 0:
		return fmt.Errorf("%s is a database of another program; it was left as it is", path)
	case has > knows:
		return fmt.Errorf("%s was written by a newer Corkboard (its version is %d, this program knows %d); start that one, or restore an older backup", path, has, knows)
	case has == knows:
		return nil
	case !o.Migrate:
		return fmt.Errorf("%s is of an older version (%d, this program needs %d); start corkboard serve once to bring it up to date", path, has, knows)
	}
	return migrate(ctx, db, files, o.Log)
}

// version is the newest migration that a database has had, 0 for none.
func version(ctx context.Context, db *sqlx.DB) (int64, error) {
	var ours bool
	err := db.GetContext(ctx, &ours, `
		SELECT EXISTS (
			SELECT 1
			FROM sqlite_schema
			WHERE type = 'table' AND name = ?
		)`, goose.DefaultTablename)
	if err != nil || !ours {
		return 0, err
	}
	var v int64
	err = db.GetContext(ctx, &v, `
		SELECT coalesce(max(version_id), 0)
		FROM goose_db_version
		WHERE is_applied`)
	return v, err
}

// newest is the number of the last migration in files.
func newest(files fs.FS) (int64, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil || len(names) == 0 {
		return 0, errors.Join(err, errors.New("no migrations are embedded"))
	}
	return goose.NumericComponent(names[len(names)-1]) // Glob sorts, and the numbers have four digits
}

// migrate applies every migration that db has not had, each in a transaction
// of its own.
func migrate(ctx context.Context, db *sqlx.DB, files fs.FS, log *slog.Logger) error {
	folder, err := fs.Sub(files, "migrations")
	if err != nil {
		return err
	}
	store, err := database.NewStore(database.DialectSQLite3, goose.DefaultTablename)
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(database.DialectCustom, db.DB, folder,
		goose.WithStore(checked{store}), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	done, err := p.Up(ctx)
	for _, m := range done {
		log.Info("migrated", "migration", filepath.Base(m.Source.Path), "took", m.Duration)
	}
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// checked looks for broken references in the transaction of each migration,
// just before it is committed: the foreign keys are off while it runs.
type checked struct{ database.Store }

// Insert is the last thing that goose does in a migration's transaction.
func (s checked) Insert(ctx context.Context, db database.DBTxConn, r database.InsertRequest) error {
	rows, err := db.QueryContext(ctx, "SELECT DISTINCT \"table\" FROM pragma_foreign_key_check")
	if err != nil {
		return err
	}
	defer rows.Close()
	var broken []string
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			return err
		}
		broken = append(broken, table)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if len(broken) > 0 {
		return fmt.Errorf("migration %d leaves rows in %s that refer to nothing", r.Version, strings.Join(broken, ", "))
	}
	return s.Store.Insert(ctx, db, r)
}
