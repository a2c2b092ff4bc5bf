package storage

/*
#include <stddef.h>

// SQLite itself is compiled into the driver's package, which has no call for
// this. The references are weak because they are met only when the whole
// program is linked.
extern int sqlite3_auto_extension(void (*)(void)) __attribute__((weak));
extern int sqlite3_db_config(void *, int, ...) __attribute__((weak));

enum { SQLITE_ERROR = 1, SQLITE_DBCONFIG_ENABLE_QPSG = 1007 };

static int keep_plan(void *db, char **message, const void *api) {
	int on = 0;
	int err = sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_QPSG, 1, &on);
	return err != 0 || on != 1 ? SQLITE_ERROR : 0;
}

static int keep_plans(void) {
	return sqlite3_auto_extension((void (*)(void))keep_plan);
}
*/
import "C"

import (
	"fmt"
	"sync"
)

// keepPlans turns on SQLite's query planner stability guarantee for every
// connection that is opened from now on. Without it, SQLite looks at bound
// values while it plans, and plans almost every join again each time it is
// run, prepared or not: 50 µs instead of 4.
var keepPlans = sync.OnceValue(func() error {
	if code := C.keep_plans(); code != 0 {
		return fmt.Errorf("SQLite refuses to keep query plans (code %d)", code)
	}
	return nil
})
