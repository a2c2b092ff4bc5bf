// Package activitypub is the language that servers of the fediverse speak with one another.
package activitypub
