package activitypub

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// IDs is a list of ids that is an array on the wire even when it is empty.
type IDs []string

// MarshalJSON writes [] for nil.
func (ids IDs) MarshalJSON() ([]byte, error) {
	if ids == nil {
		return []byte("[]"), nil
	}
	return appendJSON(nil, []string(ids))
}

// Marshal writes a document or activity of ours, with the full @context on the outermost object only. HTML is not escaped.
func Marshal(v any) ([]byte, error) {
	body, err := appendJSON(make([]byte, 0, 4096), v)
	if err != nil {
		return nil, err
	}
	if len(body) == 0 || body[0] != '{' {
		return nil, errors.New("only an object can be a document")
	}
	return addContext(body, contextOf(v)), nil
}

func addContext(body []byte, context string) []byte {
	out := make([]byte, 0, len(body)+len(context)+16)
	out = append(out, `{"@context":`...)
	out = append(out, context...)
	if len(body) > 2 {
		out = append(out, ',')
	}
	return append(out, body[1:]...)
}

// appendJSON appends v without an @context. What encoding/json would alter is written by hand: it takes the white space out of other people's objects.
func appendJSON(to []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case json.RawMessage:
		return append(to, v...), nil
	case *Activity:
		return v.appendJSON(to)
	case *Collection:
		return v.appendJSON(to)
	case *CollectionPage:
		return v.appendJSON(to)
	}
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return append(to, bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))...), nil
}

// appendMember adds one more member to the object that to ends with.
func appendMember(to []byte, name string, v any) ([]byte, error) {
	to = append(bytes.TrimSuffix(to, []byte("}")), ',', '"')
	to = append(append(to, name...), '"', ':')
	to, err := appendJSON(to, v)
	return append(to, '}'), err
}

// plainActivity is an Activity without its methods, for encoding/json.
type plainActivity Activity

func (a *Activity) appendJSON(to []byte) ([]byte, error) {
	plain := plainActivity(*a)
	if plain.To != nil || plain.CC != nil {
		plain.To, plain.CC = append(IDs{}, plain.To...), append(IDs{}, plain.CC...)
	}
	to, err := appendJSON(to, plain)
	if err != nil || a.Object == nil {
		return to, err
	}
	return appendMember(to, "object", a.Object)
}

// MarshalJSON writes the activity without an @context, for use inside other values.
func (a *Activity) MarshalJSON() ([]byte, error) { return a.appendJSON(nil) }

type plainCollection Collection

func (c *Collection) appendJSON(to []byte) ([]byte, error) {
	to, err := appendJSON(to, plainCollection(*c))
	if err != nil {
		return nil, err
	}
	return appendItems(to, c.Type, c.Items)
}

// MarshalJSON writes the collection without an @context, for use inside other values.
func (c *Collection) MarshalJSON() ([]byte, error) { return c.appendJSON(nil) }

type plainPage CollectionPage

func (p *CollectionPage) appendJSON(to []byte) ([]byte, error) {
	to, err := appendJSON(to, plainPage(*p))
	if err != nil {
		return nil, err
	}
	return appendItems(to, p.Type, p.Items)
}

// MarshalJSON writes the page without an @context, for use inside other values.
func (p *CollectionPage) MarshalJSON() ([]byte, error) { return p.appendJSON(nil) }

func appendItems(to []byte, collection string, items []any) ([]byte, error) {
	if items == nil {
		return to, nil
	}
	name := "items"
	if collection == "OrderedCollection" || collection == "OrderedCollectionPage" {
		name = "orderedItems"
	}
	list := []byte{'['}
	for i, item := range items {
		if i > 0 {
			list = append(list, ',')
		}
		var err error
		if list, err = appendJSON(list, item); err != nil {
			return nil, fmt.Errorf("item %d: %w", i, err)
		}
	}
	return appendMember(to, name, json.RawMessage(append(list, ']')))
}
