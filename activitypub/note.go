package activitypub

import "time"

// Note is an article or a reply of ours. To and CC are always sent, as arrays.
type Note struct {
	ID                string             `json:"id"`
	Type              string             `json:"type"` // Note
	AttributedTo      string             `json:"attributedTo"`
	InReplyTo         string             `json:"inReplyTo,omitempty"`
	To                IDs                `json:"to"`
	CC                IDs                `json:"cc"`
	Audience          string             `json:"audience,omitempty"`
	Context           string             `json:"context,omitempty"`
	Conversation      string             `json:"conversation,omitempty"`
	Name              string             `json:"name,omitempty"`
	Summary           string             `json:"summary,omitempty"` // a content warning, nothing else
	Sensitive         bool               `json:"sensitive"`
	Content           string             `json:"content"`
	ContentMap        map[string]string  `json:"contentMap,omitempty"` // language: content
	MediaType         string             `json:"mediaType,omitempty"`
	Source            *Source            `json:"source,omitempty"`
	URL               string             `json:"url,omitempty"`
	Published         time.Time          `json:"published"`
	Updated           time.Time          `json:"updated,omitzero"`
	Attachment        []Link             `json:"attachment,omitzero"`
	Citation          *Citation          `json:"citation,omitempty"`
	Tag               []Tag              `json:"tag,omitzero"`
	Quote             string             `json:"quote,omitempty"`
	InteractionPolicy *InteractionPolicy `json:"interactionPolicy,omitempty"`
	Replies           *Collection        `json:"replies,omitempty"`
	Likes             *Collection        `json:"likes,omitempty"`
	Shares            *Collection        `json:"shares,omitempty"`
}

// InteractionPolicy says who may do what with a post without being asked (GoToSocial, FEP-044f). A nil rule is not sent.
type InteractionPolicy struct {
	CanLike     *Approval `json:"canLike,omitempty"`
	CanReply    *Approval `json:"canReply,omitempty"`
	CanAnnounce *Approval `json:"canAnnounce,omitempty"`
	CanQuote    *Approval `json:"canQuote,omitempty"`
}

// Approval lists whom a rule lets do it: [Public], or actors and collections.
type Approval struct {
	Automatic IDs `json:"automaticApproval"`
	Manual    IDs `json:"manualApproval,omitzero"`
}
