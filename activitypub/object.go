package activitypub

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Object is anything that arrives: an activity, a note, an actor, a collection, a link to one of them. [Parse] makes it. Members that we do not know
// are only in [Object.Raw]. What was absent, null or of an impossible type is the zero value.
//
// A member that holds an object or its id is a string here where only the id matters, and an *Object where the rest may.
type Object struct {
	ID    string   // "" where there is none
	Type  string   // the first of Types
	Types []string // an object may be of several types

	Actor        string   // who did it, "" unless exactly one: see [Object.ActorID]
	AttributedTo string   // who wrote it, "" unless exactly one: see [Object.AuthorID]
	Authors      []string // all of attributedTo: PeerTube names the person and the channel

	Object     *Object   // what the activity is about; the first where there are several, nil where there is none
	Objects    []*Object // all of them: a Flag names an actor and posts
	Target     *Object   // where to: Add, Remove, Move
	Instrument *Object   // the quoting post of a QuoteRequest
	Result     string    // what came of it: Accept of a QuoteRequest

	InReplyTo    string
	Context      string // the conversation, not @context
	Conversation string
	Audience     []string
	To, CC       []string // nil where the member is absent, empty where it is there and names nobody

	Name, Summary, Content string
	MediaType              string // of Content; "" means text/html
	Language               string // BCP 47, "" where nobody says
	Source                 Source // what the author typed

	URL         string     // where people read it: the first HTML link
	Links       []Link     // everything in url
	Icon, Image Attachment // the largest of several
	Published   time.Time
	Updated     time.Time
	EndTime     time.Time // until when a Block lasts
	Sensitive   bool
	RemoveData  bool // of a Block: take away what was posted, too
	Tags        []Tag
	Attachments []Attachment
	Replies     *Object
	Quote       string // the post that this one quotes
	Citation    *Citation

	// Of collections. TotalItems is what they claim.
	TotalItems          int
	Items               []*Object
	First, Next, PartOf *Object

	// Of actors.
	PreferredUsername   string
	Webfinger           string // FEP-2c59: user@host
	Inbox, SharedInbox  string
	Outbox              string
	Followers           string
	Following           string
	Featured            string
	PublicKeys          []PublicKey // those of publicKey, then the Ed25519 ones of assertionMethod
	ManuallyApproves    bool
	MovedTo             string
	AlsoKnownAs         []string
	Discoverable        bool
	PostingByModerators bool // postingRestrictedToMods

	raw             []byte
	reference       bool
	oddID           bool
	actors, authors int       // how many values stood there
	key             PublicKey // where the document is a key itself
	multikeys       []PublicKey
	quotes          [4]string
	translations    [4]translation // of content, name, summary; and what language says
}

// Source is the text as its author typed it, mostly text/markdown.
type Source struct {
	Content   string `json:"content"`
	MediaType string `json:"mediaType,omitempty"`
}

// Link is a place on the web.
type Link struct {
	Type      string `json:"type"` // Link
	Href      string `json:"href"`
	MediaType string `json:"mediaType,omitempty"`
	Name      string `json:"name,omitempty"`
	Rel       string `json:"rel,omitempty"`
}

// Tag is a Mention (Href is the actor, Name is "@user@host"), a Hashtag (Name is "#word") or an Emoji of Mastodon (Name is ":word:", Icon its picture).
type Tag struct {
	Type string `json:"type"`
	Href string `json:"href,omitempty"`
	Name string `json:"name,omitempty"`
	Icon string `json:"-"` // address; we send none
}

// Attachment is a picture, a video, a file or a link that belongs to a post. URL is its url, or its href where it is a Link; Name
// describes it. Preview is the address of a still of it.
type Attachment struct {
	Type, URL, MediaType, Name string
	Width, Height              int // 0 where nobody says
	Preview                    string
	Sensitive                  bool
}

// PublicKey is a key as an actor publishes it.
type PublicKey struct {
	ID    string `json:"id"`
	Owner string `json:"owner"`
	PEM   string `json:"publicKeyPem"`
}

// Citation is the source of an article: who published it, who wrote it, when. Its members are words of schema.org.
type Citation struct {
	Type          string `json:"type"` // NewsArticle
	URL           string `json:"url,omitempty"`
	Name          string `json:"name,omitempty"`
	Publisher     string `json:"publisher,omitempty"`
	Author        string `json:"author,omitempty"`
	DatePublished string `json:"datePublished,omitempty"` // a day, 2026-11-24, or a time
}

// Raw returns the bytes of this object exactly as they came, for passing on. It is nil for a reference. The caller must not change them.
func (o *Object) Raw() []byte { return o.raw }

// IsReference reports whether only the id was sent, not the object itself.
func (o *Object) IsReference() bool { return o.reference }

// Is reports whether the object has one of the types.
func (o *Object) Is(types ...string) bool {
	return slices.ContainsFunc(o.Types, func(t string) bool { return slices.Contains(types, t) })
}

// ActorID returns who did it, or an error where the activity names nobody or more than one: no key can speak for that.
func (o *Object) ActorID() (string, error) {
	return exactlyOne("actor", o.Actor, o.actors)
}

// AuthorID returns who wrote it, or an error where attributedTo names nobody or more than one.
func (o *Object) AuthorID() (string, error) {
	return exactlyOne("attributedTo", o.AttributedTo, o.authors)
}

// Identity returns the id, or an error where there is none or it is not one string.
func (o *Object) Identity() (string, error) {
	switch {
	case o.oddID:
		return "", fmt.Errorf("id is not one string")
	case o.ID == "":
		return "", fmt.Errorf("id is missing")
	}
	return o.ID, nil
}

func exactlyOne(member, id string, count int) (string, error) {
	switch {
	case count > 1:
		return "", fmt.Errorf("%s names %d, and must name exactly one", member, count)
	case id == "":
		return "", fmt.Errorf("%s is missing, or not an id", member)
	}
	return id, nil
}

// Visibility says for whom the object is meant: by its own to and cc, or by those of the activity that carries it where it has neither.
// The activity may be nil.
func (o *Object) Visibility(activity *Object) Visibility {
	to, cc := o.recipients(activity)
	switch {
	case slices.Contains(to, Public):
		return VisibilityPublic
	case slices.Contains(cc, Public):
		return VisibilityUnlisted
	case slices.ContainsFunc(to, isFollowers), slices.ContainsFunc(cc, isFollowers):
		return VisibilityFollowers
	}
	return VisibilityDirect
}

// Recipients returns to and cc, its own or those of the activity that carries it, as [Object.Visibility] reads them, and its audience.
func (o *Object) Recipients(activity *Object) []string {
	to, cc := o.recipients(activity)
	return slices.Concat(to, cc, o.Audience)
}

func (o *Object) recipients(activity *Object) (to, cc []string) {
	if o.To == nil && o.CC == nil && activity != nil {
		return activity.To, activity.CC
	}
	return o.To, o.CC
}

// isFollowers goes by the name that every known server gives that collection: which one is the author's, only his actor document says.
func isFollowers(uri string) bool { return strings.HasSuffix(uri, "/followers") }

// Mentions reports whether the object has a Mention of the actor.
func (o *Object) Mentions(actor string) bool {
	return slices.ContainsFunc(o.Tags, func(t Tag) bool { return t.Type == "Mention" && t.Href == actor })
}

// Addresses reports whether the object names the actor anywhere: in its recipients, its audience or a Mention.
func (o *Object) Addresses(actor string, activity *Object) bool {
	return slices.Contains(o.Recipients(activity), actor) || o.Mentions(actor)
}
