package activitypub

import (
	"encoding/json"
	"strings"
)

// The contexts that we send. What a document says outside of them is gone for a reader with a real JSON-LD processor (Fedify), so every member that we
// send is in one. The terms stand in the document itself: a context of an address of its own costs every such reader a request.
var (
	plainContext = `"` + ContextURI + `"`
	actorContext = contextList(`"https://w3id.org/security/v1"`, `{`+strings.Join([]string{commonTerms, actorTerms}, `,`)+`}`)
	noteContext  = contextList(`{` + strings.Join([]string{commonTerms, noteTerms, policyTerms, citationTerm}, `,`) + `}`)
	stampContext = contextList(`{` + policyTerms + `}`)
)

const (
	commonTerms = `"sensitive":"as:sensitive","Hashtag":"as:Hashtag","toot":"http://joinmastodon.org/ns#","lemmy":"https://join-lemmy.org/ns#"`

	actorTerms = `"manuallyApprovesFollowers":"as:manuallyApprovesFollowers","featured":{"@id":"toot:featured","@type":"@id"},` +
		`"discoverable":"toot:discoverable","indexable":"toot:indexable","schema":"http://schema.org#","PropertyValue":"schema:PropertyValue",` +
		`"value":"schema:value","alsoKnownAs":{"@id":"as:alsoKnownAs","@type":"@id"},"movedTo":{"@id":"as:movedTo","@type":"@id"},` +
		`"postingRestrictedToMods":"lemmy:postingRestrictedToMods","webfinger":"https://purl.archive.org/socialweb/webfinger#webfinger"`

	noteTerms = `"ostatus":"http://ostatus.org#","conversation":"ostatus:conversation","Lock":"lemmy:Lock","removeData":"lemmy:removeData"`

	// FEP-044f and GoToSocial's interaction policies.
	policyTerms = `"gts":"https://gotosocial.org/ns#","interactionPolicy":{"@id":"gts:interactionPolicy","@type":"@id"},` +
		`"canLike":{"@id":"gts:canLike","@type":"@id"},"canReply":{"@id":"gts:canReply","@type":"@id"},` +
		`"canAnnounce":{"@id":"gts:canAnnounce","@type":"@id"},"canQuote":{"@id":"gts:canQuote","@type":"@id"},` +
		`"automaticApproval":{"@id":"gts:automaticApproval","@type":"@id"},"manualApproval":{"@id":"gts:manualApproval","@type":"@id"},` +
		`"quote":{"@id":"https://w3id.org/fep/044f#quote","@type":"@id"},"QuoteRequest":"https://w3id.org/fep/044f#QuoteRequest",` +
		`"QuoteAuthorization":"https://w3id.org/fep/044f#QuoteAuthorization",` +
		`"interactingObject":{"@id":"gts:interactingObject","@type":"@id"},"interactionTarget":{"@id":"gts:interactionTarget","@type":"@id"}`

	// Inside a citation, name and url are words of schema.org; outside they are ActivityStreams.
	citationTerm = `"citation":{"@id":"http://schema.org/citation","@context":{"NewsArticle":"http://schema.org/NewsArticle",` +
		`"url":{"@id":"http://schema.org/url","@type":"@id"},"name":"http://schema.org/name","publisher":"http://schema.org/publisher",` +
		`"author":"http://schema.org/author","datePublished":"http://schema.org/datePublished"}}`
)

func contextList(parts ...string) string {
	return `[` + plainContext + `,` + strings.Join(parts, `,`) + `]`
}

// contextOf returns the smallest of our contexts that has a word for everything in v.
func contextOf(v any) string {
	switch v := v.(type) {
	case *Actor:
		return actorContext
	case *Note, json.RawMessage:
		return noteContext
	case *QuoteAuthorization:
		return stampContext
	case *Activity:
		if v.Type == "Lock" || v.Type == "QuoteRequest" || v.RemoveData {
			return noteContext
		}
		return contextOf(v.Object)
	case *Collection:
		return contextOf(v.Items)
	case *CollectionPage:
		return contextOf(v.Items)
	case []any:
		for _, item := range v {
			if context := contextOf(item); context != plainContext {
				return context
			}
		}
	}
	return plainContext
}
