// Corkboard is a news bulletin board that lives in the fediverse: one binary,
// one SQLite file.
//
// This command reads the configuration, makes everything, starts it and stops
// it. It knows all the other packages, which do not know one another, and no
// rule of the board.
package main
