package inbox

// notYet are the activities that are understood and not acted on, each with the
// reason that an administrator reads.
var notYet = map[string]string{
	"Add":          "An Add puts a post among the pinned or a person among the moderators of a group; this board decides that for itself.",
	"Remove":       "A Remove takes a post from the pinned or a person from the moderators of a group; this board decides that for itself.",
	"Block":        "A Block bans a person from a group or a server; this board does not act on bans of others.",
	"Dislike":      "A Dislike counts against a post; this board counts likes only.",
	"EmojiReact":   "An EmojiReact answers a post with a sign; this board counts likes only.",
	"Flag":         "A Flag reports a post or a person to the moderators; this board does not take reports from other servers yet.",
	"Join":         "A Join asks to become a member of a group; topics here are followed, not joined.",
	"Leave":        "A Leave ends a membership of a group; topics here are followed, not joined.",
	"Lock":         "A Lock ends the replies to a post; on this board its own moderators do that.",
	"Move":         "A Move says that a person has another account now; this board does not move follows yet.",
	"QuoteRequest": "A QuoteRequest asks whether a post may be quoted; this board does not answer that yet.",
	"Read":         "A Read says that a post was seen; this board does not keep that.",
	"Resolve":      "A Resolve closes a report; this board does not take reports from other servers yet.",
	"View":         "A View says that a video was watched; this board does not keep that.",
	"Warn":         "A Warn admonishes a person for a post; this board does not act on warnings of others.",
}

// notActedOn refuses an activity that nothing is done about.
func notActedOn(kind string) error {
	if why, ok := notYet[kind]; ok {
		return refusef("%s", why)
	}
	return refusef("A %.40s is nothing that this board has heard of.", kind)
}

// notUndone refuses to take back what was never acted on, or never comes back.
func notUndone(kind string) error {
	if kind == "Delete" {
		return refusef("An Undo of a Delete wants a post back; what was deleted here stays deleted.")
	}
	if why, ok := notYet[kind]; ok {
		return refusef("Nothing is to be undone. %s", why)
	}
	return refusef("An Undo of a %.40s is nothing that this board has heard of.", kind)
}
