package activitypub

import (
	"bytes"
	"strconv"
	"time"
)

// vocabulary says how each member that we know is read. Everything else is skipped.
var vocabulary map[string]func(*reader, *Object) error

func init() {
	vocabulary = map[string]func(*reader, *Object) error{
		"@context":     func(r *reader, _ *Object) error { return r.skipContext() },
		"id":           (*reader).identity,
		"type":         (*reader).types,
		"actor":        (*reader).actor,
		"attributedTo": (*reader).author,

		"object":     (*reader).activityObject,
		"target":     one(func(o *Object) **Object { return &o.Target }),
		"instrument": one(func(o *Object) **Object { return &o.Instrument }),
		"replies":    one(func(o *Object) **Object { return &o.Replies }),
		"first":      one(func(o *Object) **Object { return &o.First }),
		"next":       one(func(o *Object) **Object { return &o.Next }),
		"partOf":     one(func(o *Object) **Object { return &o.PartOf }),
		"items":      (*reader).items, "orderedItems": (*reader).items,
		"totalItems": func(r *reader, o *Object) (err error) { o.TotalItems, err = r.count(); return err },

		"to":          recipients(func(o *Object) *[]string { return &o.To }),
		"cc":          recipients(func(o *Object) *[]string { return &o.CC }),
		"audience":    recipients(func(o *Object) *[]string { return &o.Audience }),
		"alsoKnownAs": recipients(func(o *Object) *[]string { return &o.AlsoKnownAs }),

		"result":       id(func(o *Object) *string { return &o.Result }),
		"inReplyTo":    id(func(o *Object) *string { return &o.InReplyTo }),
		"context":      id(func(o *Object) *string { return &o.Context }),
		"conversation": id(func(o *Object) *string { return &o.Conversation }),
		"inbox":        id(func(o *Object) *string { return &o.Inbox }),
		"sharedInbox":  id(func(o *Object) *string { return &o.SharedInbox }),
		"outbox":       id(func(o *Object) *string { return &o.Outbox }),
		"followers":    id(func(o *Object) *string { return &o.Followers }),
		"following":    id(func(o *Object) *string { return &o.Following }),
		"featured":     id(func(o *Object) *string { return &o.Featured }),
		"movedTo":      id(func(o *Object) *string { return &o.MovedTo }),
		"owner":        id(func(o *Object) *string { return &o.key.Owner }),
		// The names under which a quoted post goes: FEP-044f first.
		"quote": id(func(o *Object) *string { return &o.quotes[0] }), "quoteUri": id(func(o *Object) *string { return &o.quotes[1] }),
		"quoteUrl": id(func(o *Object) *string { return &o.quotes[2] }), "_misskey_quote": id(func(o *Object) *string { return &o.quotes[3] }),

		"name":              text(func(o *Object) *string { return &o.Name }),
		"summary":           text(func(o *Object) *string { return &o.Summary }),
		"content":           text(func(o *Object) *string { return &o.Content }),
		"mediaType":         text(func(o *Object) *string { return &o.MediaType }),
		"preferredUsername": text(func(o *Object) *string { return &o.PreferredUsername }),
		"webfinger":         text(func(o *Object) *string { return &o.Webfinger }),
		"publicKeyPem":      text(func(o *Object) *string { return &o.key.PEM }),
		"contentMap":        inLanguages(0), "nameMap": inLanguages(1), "summaryMap": inLanguages(2),
		"language": (*reader).language,
		"source":   (*reader).source,

		"published":                 date(func(o *Object) *time.Time { return &o.Published }),
		"updated":                   date(func(o *Object) *time.Time { return &o.Updated }),
		"endTime":                   date(func(o *Object) *time.Time { return &o.EndTime }),
		"expires":                   date(func(o *Object) *time.Time { return &o.EndTime }),
		"sensitive":                 flag(func(o *Object) *bool { return &o.Sensitive }),
		"removeData":                flag(func(o *Object) *bool { return &o.RemoveData }),
		"manuallyApprovesFollowers": flag(func(o *Object) *bool { return &o.ManuallyApproves }),
		"discoverable":              flag(func(o *Object) *bool { return &o.Discoverable }),
		"postingRestrictedToMods":   flag(func(o *Object) *bool { return &o.PostingByModerators }),

		"url":        (*reader).url,
		"icon":       image(func(o *Object) *Attachment { return &o.Icon }),
		"image":      image(func(o *Object) *Attachment { return &o.Image }),
		"tag":        (*reader).tags,
		"attachment": (*reader).attachments,
		"citation":   (*reader).citation,
		"endpoints":  (*reader).endpoints,
		"publicKey":  (*reader).publicKeys, "assertionMethod": (*reader).multikeys,
	}
}

func one(field func(*Object) **Object) func(*reader, *Object) error {
	return func(r *reader, o *Object) error {
		things, err := r.things(1)
		if len(things) > 0 {
			*field(o) = things[0]
		}
		return err
	}
}

func id(field func(*Object) *string) func(*reader, *Object) error {
	return func(r *reader, o *Object) error {
		ids, _, err := r.ids(1)
		if len(ids) > 0 {
			*field(o) = ids[0]
		}
		return err
	}
}

func recipients(field func(*Object) *[]string) func(*reader, *Object) error {
	return func(r *reader, o *Object) error {
		if r.json.PeekKind() == 'n' {
			return r.skip()
		}
		ids, _, err := r.ids(maxRecipients)
		if ids == nil {
			ids = []string{}
		}
		for i := range ids {
			if ids[i] == "as:Public" || ids[i] == "Public" {
				ids[i] = Public
			}
		}
		*field(o) = ids
		return err
	}
}

func text(field func(*Object) *string) func(*reader, *Object) error {
	return func(r *reader, o *Object) (err error) {
		*field(o), err = r.text()
		return err
	}
}

func date(field func(*Object) *time.Time) func(*reader, *Object) error {
	return func(r *reader, o *Object) error {
		text, err := r.text()
		if t := parseTime(text); !t.IsZero() {
			*field(o) = t
		}
		return err
	}
}

func flag(field func(*Object) *bool) func(*reader, *Object) error {
	return func(r *reader, o *Object) error {
		*field(o) = r.json.PeekKind() == 't'
		return r.skip()
	}
}

func image(field func(*Object) *Attachment) func(*reader, *Object) error {
	return func(r *reader, o *Object) (err error) {
		*field(o), err = r.picture()
		return err
	}
}

// inLanguages reads a map of languages. The order of its members counts: Mastodon takes the first for the text's own language.
func inLanguages(which int) func(*reader, *Object) error {
	return func(r *reader, o *Object) error {
		if r.json.PeekKind() != '{' {
			return r.skip()
		}
		var first translation
		err := r.pairs(func(language []byte) error {
			lang := string(language)
			text, err := r.text()
			if first.text == "" {
				first = translation{lang, text}
			}
			return err
		})
		o.translations[which] = first
		return err
	}
}

// translation is the first entry of a contentMap, nameMap or summaryMap.
type translation struct{ language, text string }

// parseTime reads an RFC 3339 time, with any number of decimals, and without a zone where a server forgot it. Else it returns the zero time.
func parseTime(text string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// count reads a number of things: nothing sensible is 0.
func (r *reader) count() (int, error) {
	if r.json.PeekKind() != '0' {
		return 0, r.skip()
	}
	number, err := r.json.ReadValue()
	if err != nil {
		return 0, notJSON(err)
	}
	n, err := strconv.ParseInt(string(number), 10, 32)
	if err != nil || n < 0 {
		return 0, nil
	}
	return int(n), nil
}

// isLanguage reports whether a tag can stand in an HTML lang attribute. "und" says that nobody knows.
func isLanguage(tag string) bool {
	if tag == "" || tag == "und" || len(tag) > 35 {
		return false
	}
	return len(bytes.Trim([]byte(tag), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")) == 0
}
