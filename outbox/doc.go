// Package outbox speaks: it turns what happens on the board into activities,
// carries them to other servers, and shows every document that others may GET.
//
// # What is said
//
// The speaker reads the log of events ([board.Event]) behind a cursor of its
// own. For each event it makes the activities that tell of it, each with its
// body as it will be sent and its audience as rules ([board.Rule]): the
// followers of this topic at this event, these inboxes. Activities and cursor
// are written in one transaction ([SpeechStore.Speak]), and then handed to the
// courier ([Courier.Carry]). A crash between the two loses nothing: the courier
// finds on disk what nobody handed it.
//
// speaker.go reads; create.go, update.go, delete.go, announce.go and accept.go
// say it, each the other end of the inbox's file of the same name. An edit or a
// deletion looks back at all that was said of the post ([SpeechStore.ActivitiesOf])
// and goes to the union of those audiences.
//
// # What is shown
//
// document.go has the routes. note.go and actor.go make the Note and the actor,
// for the speaker and for whoever asks, so that both say the same; collection.go
// lists, webfinger.go and nodeinfo.go say who is here and what this is. At an
// address that people and machines share, Accept decides.
//
// # How it is carried
//
//  1. feed.go works out the audience of each activity (audience.go) and puts a
//     delivery into the queue of every peer that is caught up. These peers share
//     one mark on disk, the watermark: up to there they have everything.
//  2. A peer that is behind (new, failing, slow, or more than its queue holds)
//     has a cursor of its own. walker.go reads for it, page by page, and lets it
//     join the others when nothing is left.
//  3. queue.go keeps each peer's deliveries in lanes. What is in one lane goes
//     strictly in order; lanes go side by side.
//  4. dispatch.go starts what may start: hosts in turn, at most 16 requests to
//     one and 512 in all. A host begins with one at a time and earns the others
//     by answering, so that one that hangs holds one slot. There is no goroutine
//     for whoever has nothing to get.
//  5. deliver.go signs, posts, and asks retry.go what the answer means: taken;
//     refused for good, which is noted and passed; or to be tried again. Then
//     the whole peer rests, longer each time; but a delivery that alone fails,
//     while others are taken, is parked, and its lane waits with it.
//  6. progress.go saves all of that, at most a second late, in one transaction:
//     the watermark never passes what a peer has neither got nor has a row for.
//     A crash sends a little again, under the same ids.
//
// Nothing of an actor goes to a peer before the Accept of its first follower
// there was taken: such deliveries wait in the Accept's lane too. What comes by
// a rule for one kind of peer waits until software.go has asked what the peer
// runs.
package outbox
