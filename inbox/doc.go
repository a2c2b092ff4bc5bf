// Package inbox hears the fediverse. What arrives is kept before it is
// understood, and nothing that is kept is dropped without a reason in words.
//
// The life of an activity:
//
//  1. The POST is taken (receive.go): size, type, body. The activity is parsed,
//     strictly where somebody's identity hangs on it.
//  2. The sender is proved (verify.go): the signature, the key, whose key it is.
//     At most one key is fetched on the way. An actor whom nobody here knows
//     and who deletes himself is answered 202 at once.
//  3. The receipt is kept, unless the same was kept before, and after the
//     commit the answer is 202. A repeat does nothing; only a Follow is
//     accepted again.
//  4. The receipt goes to the queue in memory (queue.go): what one actor does
//     about one object is a lane, in order; lanes are worked out in parallel. What
//     finds no room waits on disk, as does everything after a restart.
//  5. A worker (worker.go) finds the handler of its type (handle.go), one file
//     for each. For a Create: is it proved to be the sender's (postOf)?
//     For whom is it (hear)? Not public is a letter (letter.go) or a
//     refusal. A reply (reply.go) finds its parent, fetched from elsewhere if
//     need be (ancestors.go) and within a budget (fetch.go); what answers
//     nothing opens a thread (article.go).
//  6. The object is put into the board's words (note.go) and handed to one
//     method of [board.Board], the same that the web calls. It may be called
//     twice for the same thing: the board knows the ids.
//  7. The receipt is done, or refused with a reason that an administrator can
//     read; what failed for a while is tried again for three days
//     (judge). Many receipts are settled in one transaction.
//
// What somebody brings who is not its actor, a group that announces it or a
// server that passes it on, counts for nothing in itself. If it says that it
// concerns this board, the object is fetched from its own host, and that copy
// counts (announce.go).
//
// Members' programs post here too (client.go): it is the wire's
// language turned into the board's.
package inbox
