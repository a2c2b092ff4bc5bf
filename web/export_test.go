package web

// Rules are the owner's colours as the style sheet has them.
func Rules(c Colors) string { return c.rules() }
