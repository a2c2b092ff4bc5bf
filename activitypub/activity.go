package activitypub

import "time"

// Activity is what we send. Object is an id, a *[Note], an *[Actor], a *[Tombstone], another *Activity, or the activity of somebody else
// as it came, a json.RawMessage, which is passed on byte for byte.
// Where one of To and CC is set, both are sent: Lemmy needs both.
type Activity struct {
	ID         string    `json:"id,omitempty"`
	Type       string    `json:"type"`
	Actor      string    `json:"actor"`
	To         IDs       `json:"to,omitzero"`
	CC         IDs       `json:"cc,omitzero"`
	Audience   string    `json:"audience,omitempty"`
	Published  time.Time `json:"published,omitzero"`
	Updated    time.Time `json:"updated,omitzero"`
	Summary    string    `json:"summary,omitempty"` // the reason of a removal
	Content    string    `json:"content,omitempty"` // the text of a report
	Target     string    `json:"target,omitempty"`
	Result     string    `json:"result,omitempty"`
	RemoveData bool      `json:"removeData,omitempty"`
	EndTime    time.Time `json:"endTime,omitzero"`
	Object     any       `json:"-"` // sent as the last member
}

// Tombstone stands where an object was.
type Tombstone struct {
	ID         string    `json:"id"`
	Type       string    `json:"type"` // Tombstone
	FormerType string    `json:"formerType,omitempty"`
	Deleted    time.Time `json:"deleted,omitzero"`
}

// QuoteAuthorization is the stamp that lets somebody's post quote one of ours (FEP-044f).
type QuoteAuthorization struct {
	ID                string `json:"id"`
	Type              string `json:"type"` // QuoteAuthorization
	AttributedTo      string `json:"attributedTo"`
	InteractingObject string `json:"interactingObject"`
	InteractionTarget string `json:"interactionTarget"`
}
