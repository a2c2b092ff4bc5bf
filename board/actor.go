package board

import (
	"regexp"
	"strings"
	"time"
)

// ActorID is the number of an actor in the board's store, local or remote.
type ActorID int64

// ActorType is the ActivityStreams type of an actor.
type ActorType string

// The types that an actor may have (ActivityStreams vocabulary §3.2).
const (
	Person       ActorType = "Person"
	Group        ActorType = "Group"
	Application  ActorType = "Application"
	Service      ActorType = "Service"
	Organization ActorType = "Organization"
)

// Actor is anyone: a member, a topic, the site, or someone on another server.
type Actor struct {
	ID          ActorID
	URI         string // ActivityPub id; never changes
	Type        ActorType
	Name        string // preferredUsername: the part of the handle before the host
	Host        string // the server's authority; empty for ours
	DisplayName string // as the actor wants to be called; may be empty
	Tagline     string // short line after the name; ours only
	Summary     string // safe HTML about the actor
	URL         string // page for people
	Inbox       string // remote only
	SharedInbox string // remote only; may be empty
	Followers   string // the followers collection, to recognise it in to and cc
	KeyID       string // id of the public key
	PublicKey   string // PEM, SPKI
	CreatedAt   time.Time
	FetchedAt   time.Time // when the document was last read; zero for ours
	GoneAt      time.Time // when the account was deleted; zero while it is there
}

// Local reports whether the actor is of this board.
func (a Actor) Local() bool { return a.Host == "" }

// Label is the name to show: the display name, else the plain name.
func (a Actor) Label() string {
	if a.DisplayName != "" {
		return a.DisplayName
	}
	return a.Name
}

// Handle is name@host; host is the board's own where the actor is local.
func (a Actor) Handle(here Address) string {
	if a.Local() {
		return a.Name + "@" + here.Host()
	}
	return a.Name + "@" + a.Host
}

// DeliveryInbox is where activities for the actor go: the shared inbox where
// there is one. Empty for local actors.
func (a Actor) DeliveryInbox() string {
	if a.SharedInbox != "" {
		return a.SharedInbox
	}
	return a.Inbox
}

// SiteName is the handle of the board's own actor.
const SiteName = "corkboard"

// reserved are the names that would mislead or collide with the board's own.
var reserved = map[string]bool{
	SiteName: true, "admin": true, "administrator": true, "root": true, "moderator": true, "system": true,
	"actor": true, "inbox": true, "outbox": true, "site": true, "support": true, "staff": true, "board": true,
}

var validName = regexp.MustCompile(`^[a-z0-9_]{1,30}$`)

// topicNameMax leaves room for the suffix of the topic's second Group.
const topicNameMax = 26

// CheckName returns an Invalid error for a name that no local actor may have.
// Whether it is free is decided in the transaction that takes it.
func CheckName(name string) error {
	switch {
	case !validName.MatchString(name):
		return FieldErrorf("name", "A name is 1 to 30 characters: small letters a to z, digits and _.")
	case strings.HasPrefix(name, "kw_"), strings.HasSuffix(name, AllSuffix):
		return FieldErrorf("name", "Names that begin with kw_ or end with %s are the board's own.", AllSuffix)
	case reserved[name]:
		return FieldErrorf("name", "The name %s is reserved. Choose another.", name)
	}
	return nil
}
