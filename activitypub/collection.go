package activitypub

// Collection is a list that we publish. Items are sent as items, or as orderedItems where the type is OrderedCollection.
type Collection struct {
	ID           string `json:"id,omitempty"`
	Type         string `json:"type"` // Collection or OrderedCollection
	AttributedTo string `json:"attributedTo,omitempty"`
	TotalItems   int    `json:"totalItems"`
	First        any    `json:"first,omitempty"` // an address or a *CollectionPage
	Last         string `json:"last,omitempty"`
	Items        []any  `json:"-"` // ids, or whatever [Marshal] takes; nil where the items are on pages
}

// CollectionPage is a part of a [Collection].
type CollectionPage struct {
	ID     string `json:"id,omitempty"`
	Type   string `json:"type"` // CollectionPage or OrderedCollectionPage
	PartOf string `json:"partOf,omitempty"`
	Next   string `json:"next,omitempty"`
	Prev   string `json:"prev,omitempty"`
	Items  []any  `json:"-"`
}
