package board

import "slices"

// maxAddressees is how many posts beside the first one reply may be to.
const maxAddressees = 8

// Addressee is somebody whom a reply is to beside the author of the post that
// it answers.
type Addressee struct {
	Number int // of a post of the thread; -1 where the person alone is meant
	Author Actor
}

// addressees finds the further posts that a member's reply is to: each once,
// live, and not the one that it answers. Errors: Invalid, Gone.
func addressees(tx Tx, r NewReply, to Answered, thread ThreadID) ([]Addressee, error) {
	var list []Addressee
	seen := []int{to.Number}
	for _, number := range r.Also {
		if slices.Contains(seen, number) {
			continue
		}
		seen = append(seen, number)
		if len(list) == maxAddressees {
			return nil, FieldErrorf("to", "A reply is to at most %d posts.", maxAddressees+1)
		}
		p, err := tx.PostAt(thread, number)
		switch {
		case err != nil && KindOf(err) == NotFound:
			return nil, FieldErrorf("to", "There is no post %d in this thread.", number)
		case err != nil:
			return nil, err
		case p.State != Live:
			return nil, newError(Gone, "Post %d was deleted meanwhile, so it cannot be answered.", []any{number}).in("to")
		}
		list = append(list, Addressee{Number: number, Author: p.Author})
	}
	return list, nil
}

// tell adds the people of a list to those who are told, each once, the author
// himself not.
func tell(list []Addressee, by ActorID, mentions []ActorID) []ActorID {
	for _, a := range list {
		if id := a.Author.ID; id != by && !slices.Contains(mentions, id) {
			mentions = append(mentions, id)
		}
	}
	return mentions
}

// liftAddressees takes the leading mentions out of a remote reply that its To
// line says: the author of the post that it answers, topics, and whoever else
// wrote in the thread; these it returns. Of a text that is nothing else nothing is left.
func liftAddressees(tx Tx, html string, to Actor, thread Thread, mentions []ActorID) (string, []Addressee, error) {
	hrefs := addressed(thread.Topics, to)
	people := map[string]Actor{}
	if hasOthers(html, hrefs) {
		for _, id := range mentions {
			a, err := tx.Actor(id)
			if err != nil {
				return "", nil, err
			}
			wrote, err := tx.Wrote(thread.ID, id)
			if err != nil {
				return "", nil, err
			}
			if wrote && id != to.ID {
				people[a.URI], people[a.URL] = a, a
			}
		}
		delete(people, "")
	}
	var list []Addressee
	rest := cutMentions(html, func(href string) bool {
		a, found := people[href]
		if found && !slices.ContainsFunc(list, func(l Addressee) bool { return l.Author.ID == a.ID }) && len(list) < maxAddressees {
			list = append(list, Addressee{Number: -1, Author: a})
		}
		return found || hrefs[href]
	})
	return rest, list, nil
}

// hasOthers reports whether a text begins with mentions of more people than these.
func hasOthers(html string, hrefs map[string]bool) bool {
	others := false
	cutMentions(html, func(href string) bool {
		others = others || !hrefs[href]
		return true
	})
	return others
}

// addressed are the addresses of some people and topics.
func addressed(topics []Topic, people ...Actor) map[string]bool {
	hrefs := map[string]bool{}
	for _, a := range people {
		hrefs[a.URI], hrefs[a.URL] = true, true
	}
	for _, t := range topics {
		hrefs[t.URI], hrefs[t.URL], hrefs[t.URI+AllSuffix] = true, true, true
	}
	delete(hrefs, "")
	return hrefs
}
