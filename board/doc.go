// Package board is the bulletin board itself: its things and its rules.
//
// A [Thread] is an article and everything said under it, in one flat column.
// Whatever has a number in it is a [Post]; the article is post 0. Numbers are
// given once, when the board accepts a post, and never again: a post that was
// deleted keeps its number and its place. A thread stands in one to five
// topics; a [Topic] is a place for articles and at the same time a Group that
// people anywhere on the fediverse follow. Everybody is an [Actor]: members,
// topics, the site, and those on other servers.
//
// Two doors lead here, the web's forms and the inbox, and there is one rule
// book for both. A reply from another server and one from a form are the same
// call, [Board.Reply]:
//
//  1. The text is made safe outside the transaction: Markdown of members is
//     rendered, HTML of others is cut down.
//  2. One transaction of the [Store] finds an earlier equal call (the form's
//     key, the remote id), checks who may do what, gives the number, writes
//     the post and one [Event] of the log.
//  3. After the commit the caller has his answer. What follows from the
//     change (activities, search index) is done by readers of the log, each
//     with a cursor of its own, and never inside the request.
//
// So either the change and its event are both on disk, or neither is.
//
// What the board needs kept is said in [Store]; package storage keeps it.
// Refusals are [Error]: a [Kind] from a closed list, and a sentence for the
// person who asked.
package board
