package activitypub

import (
	"cmp"
	"slices"
)

// object reads the object that stands next, with all that is in it.
func (r *reader) object() (*Object, error) {
	if err := r.open(); err != nil {
		return nil, err
	}
	r.objects++
	o, start := new(Object), r.json.InputOffset()-1
	err := r.members(func(name []byte) error {
		if read, ok := vocabulary[string(name)]; ok {
			return read(r, o)
		}
		if err := r.check(name); err != nil {
			return err
		}
		return r.skip()
	})
	if err != nil {
		return nil, err
	}
	end := r.json.InputOffset()
	o.raw = r.body[start:end:end]
	o.finish()
	return o, nil
}

// finish settles what several members have a say in.
func (o *Object) finish() {
	for _, t := range o.translations {
		if o.Language == "" && isLanguage(t.language) {
			o.Language = t.language
		}
	}
	o.Content = cmp.Or(o.Content, o.translations[0].text)
	o.Name = cmp.Or(o.Name, o.translations[1].text)
	o.Summary = cmp.Or(o.Summary, o.translations[2].text)
	o.Quote = cmp.Or(o.quotes[:]...)
	if o.SharedInbox != "" && !SameHost(o.SharedInbox, o.Inbox) {
		o.SharedInbox = "" // what is meant for one host would go to another
	}
	if o.key.PEM != "" && len(o.PublicKeys) == 0 {
		o.key.ID = o.ID
		o.PublicKeys = []PublicKey{o.key}
	}
	o.PublicKeys = append(o.PublicKeys, o.multikeys...)
}

// things reads one or many objects or ids of objects, at most so many.
func (r *reader) things(most int) (things []*Object, err error) {
	err = r.each(func() error {
		kind := r.json.PeekKind()
		if len(things) == most || r.objects == maxObjects || kind != '"' && kind != '{' {
			return r.skip()
		}
		if kind == '{' {
			o, err := r.object()
			things = append(things, o)
			return err
		}
		r.objects++
		id, err := r.text()
		things = append(things, &Object{ID: id, reference: true})
		return err
	})
	return things, err
}

// ids reads one or many ids, at most so many different ones, given as such or as objects that have one. Count is how many values stood there,
// of whatever kind.
func (r *reader) ids(most int) (ids []string, count int, err error) {
	err = r.each(func() error {
		count++
		if len(ids) == most {
			return r.skip()
		}
		id, err := r.idOf()
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
		return err
	})
	return ids, count, err
}

// idOf reads an id, an object that has one, or a link to one.
func (r *reader) idOf() (id string, err error) {
	if r.json.PeekKind() != '{' {
		return r.text()
	}
	var href string
	err = r.fields(func(name []byte) (err error) {
		switch string(name) {
		case "id":
			id, err = r.text()
		case "href":
			href, err = r.text()
		default:
			err = r.skip()
		}
		return err
	})
	return cmp.Or(id, href), err
}

func (r *reader) identity(o *Object) (err error) {
	kind := r.json.PeekKind()
	o.oddID = kind != '"' && kind != 'n'
	o.ID, err = r.text()
	return err
}

func (r *reader) types(o *Object) error {
	err := r.each(func() error {
		t, err := r.text()
		if t != "" && len(o.Types) < 8 {
			o.Types = append(o.Types, t)
		}
		return err
	})
	if len(o.Types) > 0 {
		o.Type = o.Types[0]
	}
	return err
}

func (r *reader) actor(o *Object) error {
	ids, count, err := r.ids(2)
	if o.actors = count; count == 1 && len(ids) == 1 {
		o.Actor = ids[0]
	}
	return err
}

func (r *reader) author(o *Object) error {
	ids, count, err := r.ids(maxAttachments)
	o.Authors = ids
	if o.authors = count; count == 1 && len(ids) == 1 {
		o.AttributedTo = ids[0]
	}
	return err
}

func (r *reader) activityObject(o *Object) (err error) {
	if o.Objects, err = r.things(maxRecipients); len(o.Objects) > 0 {
		o.Object = o.Objects[0]
	}
	return err
}

func (r *reader) items(o *Object) error {
	items, err := r.things(maxItems - len(o.Items))
	o.Items = append(o.Items, items...)
	return err
}

// language reads {"identifier": "fr", "name": "Français"} of Lemmy, the first of several, or a bare tag. The text's own map knows better.
func (r *reader) language(o *Object) error {
	return r.each(func() (err error) {
		var tag string
		if r.json.PeekKind() == '{' {
			err = r.fields(func(name []byte) (err error) {
				if string(name) == "identifier" {
					tag, err = r.text()
					return err
				}
				return r.skip()
			})
		} else {
			tag, err = r.text()
		}
		if o.translations[3].language == "" {
			o.translations[3].language = tag
		}
		return err
	})
}

// source reads the typed text: {"content", "mediaType"}, or the bare text of Pleroma.
func (r *reader) source(o *Object) (err error) {
	if r.json.PeekKind() != '{' {
		o.Source.Content, err = r.text()
		return err
	}
	return r.fields(func(name []byte) (err error) {
		switch string(name) {
		case "content":
			o.Source.Content, err = r.text()
		case "mediaType":
			o.Source.MediaType, err = r.text()
		default:
			err = r.skip()
		}
		return err
	})
}

// url reads one or many addresses or Links, of which people want the one to a page.
func (r *reader) url(o *Object) (err error) {
	o.Links, err = r.links(maxAttachments)
	for _, l := range o.Links {
		if l.MediaType == "" || l.MediaType == "text/html" {
			o.URL = l.Href
			return err
		}
	}
	if len(o.Links) > 0 {
		o.URL = o.Links[0].Href
	}
	return err
}

func (r *reader) links(most int) (links []Link, err error) {
	err = r.each(func() (err error) {
		if len(links) == most {
			return r.skip()
		}
		l := Link{Type: "Link"}
		if r.json.PeekKind() != '{' {
			l.Href, err = r.text()
		} else {
			err = r.link(&l)
		}
		if l.Href != "" {
			links = append(links, l)
		}
		return err
	})
	return links, err
}

func (r *reader) link(l *Link) error {
	return r.fields(func(name []byte) (err error) {
		switch string(name) {
		case "href":
			l.Href, err = r.text()
		case "mediaType":
			l.MediaType, err = r.text()
		case "name":
			l.Name, err = r.text()
		case "rel":
			l.Rel, err = r.text()
		default:
			err = r.skip()
		}
		return err
	})
}

func (r *reader) tags(o *Object) error {
	return r.each(func() error {
		if len(o.Tags) == maxTags || r.json.PeekKind() != '{' {
			return r.skip()
		}
		var t Tag
		err := r.fields(func(name []byte) (err error) {
			switch string(name) {
			case "type":
				t.Type, err = r.first()
			case "href":
				t.Href, err = r.text()
			case "name":
				t.Name, err = r.text()
			case "icon":
				var picture Attachment
				picture, err = r.picture()
				t.Icon = picture.URL
			default:
				err = r.skip()
			}
			return err
		})
		o.Tags = append(o.Tags, t)
		return err
	})
}

// first reads one or many texts, and returns the first.
func (r *reader) first() (first string, err error) {
	err = r.each(func() error {
		s, err := r.text()
		first = cmp.Or(first, s)
		return err
	})
	return first, err
}

func (r *reader) attachments(o *Object) (err error) {
	o.Attachments, err = r.media(maxAttachments)
	return err
}

// picture reads one picture, or the largest of several.
func (r *reader) picture() (largest Attachment, err error) {
	pictures, err := r.media(maxPictures)
	for i, p := range pictures {
		if i == 0 || p.Width > largest.Width {
			largest = p
		}
	}
	return largest, err
}

// media reads one or many addresses, Links, Images, Documents.
func (r *reader) media(most int) (media []Attachment, err error) {
	err = r.each(func() (err error) {
		if len(media) == most {
			return r.skip()
		}
		var a Attachment
		if r.json.PeekKind() != '{' {
			a.URL, err = r.text()
		} else {
			err = r.medium(&a)
		}
		if a.URL != "" {
			media = append(media, a)
		}
		return err
	})
	return media, err
}

func (r *reader) medium(a *Attachment) error {
	var description string
	err := r.fields(func(name []byte) (err error) {
		switch string(name) {
		case "type":
			a.Type, err = r.first()
		case "url":
			var links []Link
			if links, err = r.links(1); len(links) > 0 {
				a.URL, a.MediaType = links[0].Href, cmp.Or(a.MediaType, links[0].MediaType)
			}
		case "width":
			a.Width, err = r.count()
		case "height":
			a.Height, err = r.count()
		case "sensitive":
			a.Sensitive = r.json.PeekKind() == 't'
			err = r.skip()
		case "icon", "preview":
			var still Attachment
			still, err = r.picture()
			a.Preview = cmp.Or(a.Preview, still.URL)
		case "href":
			a.URL, err = r.text()
		case "mediaType":
			a.MediaType, err = r.text()
		case "name":
			a.Name, err = r.text()
		case "summary":
			description, err = r.text()
		default:
			err = r.skip()
		}
		return err
	})
	a.Name = cmp.Or(description, a.Name)
	return err
}

func (r *reader) citation(o *Object) error {
	if r.json.PeekKind() != '{' {
		return r.skip()
	}
	c := new(Citation)
	o.Citation = c
	return r.fields(func(name []byte) (err error) {
		switch string(name) {
		case "type":
			c.Type, err = r.first()
		case "url":
			c.URL, err = r.named()
		case "name":
			c.Name, err = r.text()
		case "publisher":
			c.Publisher, err = r.named()
		case "author":
			c.Author, err = r.named()
		case "datePublished":
			c.DatePublished, err = r.text()
		default:
			err = r.skip()
		}
		return err
	})
}

// named reads a text or the name of an object, the first of many: schema.org allows a publisher to be any of it.
func (r *reader) named() (text string, err error) {
	err = r.each(func() error {
		s, err := r.nameOf()
		text = cmp.Or(text, s)
		return err
	})
	return text, err
}

func (r *reader) nameOf() (text string, err error) {
	if r.json.PeekKind() != '{' {
		return r.text()
	}
	err = r.fields(func(name []byte) (err error) {
		if string(name) == "name" {
			text, err = r.text()
			return err
		}
		return r.skip()
	})
	return text, err
}

func (r *reader) endpoints(o *Object) error {
	if r.json.PeekKind() != '{' {
		return r.skip()
	}
	return r.fields(func(name []byte) (err error) {
		if string(name) == "sharedInbox" {
			o.SharedInbox, err = r.idOf()
			return err
		}
		return r.skip()
	})
}

func (r *reader) publicKeys(o *Object) error {
	return r.each(func() error {
		if len(o.PublicKeys) == maxKeys || r.json.PeekKind() != '{' {
			return r.skip()
		}
		var k PublicKey
		err := r.fields(func(name []byte) (err error) {
			switch string(name) {
			case "id":
				k.ID, err = r.text()
			case "owner":
				k.Owner, err = r.text()
			case "publicKeyPem":
				k.PEM, err = r.text()
			default:
				err = r.skip()
			}
			return err
		})
		o.PublicKeys = append(o.PublicKeys, k)
		return err
	})
}
