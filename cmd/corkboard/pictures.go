package main

import (
	"context"
	"errors"
	"io"

	"corkboard/activitypub"
	"corkboard/board"
	"corkboard/web"
)

const acceptPictures = "image/avif, image/webp, image/png, image/jpeg, image/gif"

// pictureFetch is how the web gets the pictures of other servers: through the
// guarded client, and from no blocked host. It is nil where none are shown.
func (s *server) pictureFetch() web.Fetch {
	if s.config.MediaCache <= 0 {
		return nil
	}
	fetch := func(ctx context.Context, address string, most int64, to io.Writer) error {
		if host := activitypub.Host(address); s.config.blocked(host) {
			return board.Errorf(board.NotFound, "This board takes nothing from %s.", host)
		}
		_, err := s.client.Download(ctx, address, acceptPictures, most, to)
		failed, ok := errors.AsType[*activitypub.FetchError](err)
		switch {
		case !ok:
			return err
		case failed.Temporary:
			return board.Errorf(board.Unavailable, "The picture cannot be had at the moment: %s.", failed.Reason)
		}
		return board.Errorf(board.NotFound, "The picture cannot be had: %s.", failed.Reason)
	}
	if s.demo {
		return demoFetch(fetch)
	}
	return fetch
}
