package activitypub

import "time"

// Actor is a topic, a member or the site as we publish it.
type Actor struct {
	ID                string          `json:"id"`
	Type              string          `json:"type"` // Group, Person, Application
	PreferredUsername string          `json:"preferredUsername"`
	Webfinger         string          `json:"webfinger,omitempty"` // user@host
	Name              string          `json:"name,omitempty"`
	Summary           string          `json:"summary,omitempty"`
	Source            *Source         `json:"source,omitempty"`
	URL               string          `json:"url,omitempty"`
	Icon              *Image          `json:"icon,omitempty"`
	Image             *Image          `json:"image,omitempty"`
	Inbox             string          `json:"inbox"`
	Outbox            string          `json:"outbox"`
	Followers         string          `json:"followers,omitempty"`
	Following         string          `json:"following,omitempty"`
	Featured          string          `json:"featured,omitempty"`
	AttributedTo      string          `json:"attributedTo,omitempty"` // of a Group: its moderators
	Endpoints         *Endpoints      `json:"endpoints,omitempty"`
	ManuallyApproves  bool            `json:"manuallyApprovesFollowers"`
	Discoverable      bool            `json:"discoverable"`
	Indexable         bool            `json:"indexable"`
	RestrictedToMods  bool            `json:"postingRestrictedToMods,omitempty"`
	Published         time.Time       `json:"published,omitzero"`
	Updated           time.Time       `json:"updated,omitzero"`
	Attachment        []PropertyValue `json:"attachment,omitzero"`
	MovedTo           string          `json:"movedTo,omitempty"`
	AlsoKnownAs       IDs             `json:"alsoKnownAs,omitzero"`
	PublicKey         *PublicKey      `json:"publicKey,omitempty"`
}

// Endpoints are addresses that all actors of a server share.
type Endpoints struct {
	SharedInbox string `json:"sharedInbox"`
}

// Image is a picture.
type Image struct {
	Type      string `json:"type"` // Image
	MediaType string `json:"mediaType,omitempty"`
	URL       string `json:"url"`
	Name      string `json:"name,omitempty"` // what it shows, for those who cannot see it
}

// PropertyValue is a line of a profile. Value is HTML.
type PropertyValue struct {
	Type  string `json:"type"` // PropertyValue
	Name  string `json:"name"`
	Value string `json:"value"`
}
