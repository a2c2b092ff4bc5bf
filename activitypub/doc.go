// Package activitypub is the language that servers of the fediverse speak with one another: the words, how they are written, how a
// speaker proves who he is, and how one goes and asks. It knows nothing of boards and keeps nothing.
//
// # What arrives
//
//  1. A request comes to an inbox. [SignaturePolicy.Read] makes every check that needs no key: that the method, the path, the host, the
//     time and the digest of the body are signed, that they are right, and that the key lives on somebody else's server. That costs
//     microseconds, so nonsense is turned away before it makes us do anything.
//  2. [KeyFinder.Verify] finds the key, in memory, in the store, or with one fetch, and checks the signature. A key counts only if its
//     owner, fetched from where the key says he is, lists it. One that no longer fits is fetched again, at most once in five minutes.
//  3. [Parse] reads the body into one [Object], whatever it is. Where identity hangs on a member (two of one name, "ACTOR" beside
//     "actor", @graph) it refuses; elsewhere it takes what real servers send. [Object.Raw] is every part as it came, for passing on.
//  4. [Object.ActorID] must be the owner of the key. What that means is for package inbox.
//
// # What leaves
//
//  1. A [Note], an [Actor], an [Activity] around them is filled in by package outbox.
//  2. [Marshal] writes it, with a @context that has a word for every member.
//  3. [Client.Post] signs it for one inbox and carries it there. [Client.Get], [Client.WebFinger], [Client.NodeInfo] and [Client.Fetch]
//     ask. There is no other way out of this server: each connection is checked at the moment it is dialled, against the address that
//     is dialled, and each answer is bounded in time and size.
//
// # What we speak
//
//   - ActivityStreams 2.0, https://www.w3.org/TR/activitystreams-core/ and https://www.w3.org/TR/activitystreams-vocabulary/, as compact
//     JSON with the member names that everybody uses. We do not run a JSON-LD processor, and refuse what only one could read.
//   - ActivityPub, https://www.w3.org/TR/activitypub/.
//   - HTTP signatures: draft-cavage-http-signatures-12, https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12, both ways,
//     as https://swicg.github.io/activitypub-http-signature/ describes; RFC 9421 and the Content-Digest of RFC 9530 when they come in.
//     Linked-data signatures are not looked at: a document proves nothing by what stands in it.
//   - Keys: publicKey of https://w3id.org/security/v1 with RSA (2048 to 4096 bits) or Ed25519; FEP-521a, assertionMethod, Ed25519.
//     FEP-fe34 says what a key and an origin are good for: https://codeberg.org/fediverse/fep/src/branch/main/fep/fe34/fep-fe34.md.
//   - WebFinger, RFC 7033; host-meta, RFC 6415; the webfinger member of FEP-2c59.
//   - NodeInfo 2.0 and 2.1, http://nodeinfo.diaspora.software.
//   - Groups that announce, FEP-1b12; quotes, FEP-044f; interaction policies of GoToSocial; links as attachments, FEP-8967;
//     conversations by context, FEP-7888; citation and its members, https://schema.org/NewsArticle.
package activitypub
