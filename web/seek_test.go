package web_test

import (
	"net/http"
	"sync/atomic"
	"testing"

	"corkboard/board"
	"corkboard/web"
)

// seeker answers as the inbox does.
type seeker struct {
	sought atomic.Pointer[board.Seeking]
	asked  atomic.Int64
}

func (s *seeker) Seek(board.ThreadID) error {
	s.asked.Add(1)
	s.sought.Store(&board.Seeking{})
	return nil
}

func (s *seeker) Sought(board.ThreadID) (board.Seeking, bool) {
	if found := s.sought.Load(); found != nil {
		return *found, true
	}
	return board.Seeking{}, false
}

func TestMissingReplies(t *testing.T) {
	s := &seeker{}
	w := newWorld(t, func(c *web.Config) { c.Seeker = s })
	ronin := w.as("ronin")
	t.Run("a thread that was written here has nothing to look for", func(t *testing.T) {
		ronin.get(w.path("")).has(".reach form", 0)
	})
	w.arrive(1, board.Text{HTML: "<p>Hm.</p>"})
	t.Run("only members have others asked", func(t *testing.T) {
		w.visitor().get(w.path("")).has(".reach form", 0)
		w.visitor().send(w.path("/missing"), nil).wants(http.StatusForbidden)
		w.visitor().get(w.path("/missing")).wants(http.StatusSeeOther)
		ronin.get(w.path("/missing")).wants(http.StatusOK).has("main form button", 1)
		if got := s.asked.Load(); got != 0 {
			t.Errorf("%d were asked", got)
		}
	})
	t.Run("the button begins, and the page comes again until it is done", func(t *testing.T) {
		action := ronin.get(w.path("")).attr(".reach form", "action")
		page := ronin.follow(ronin.send(action, nil).wants(http.StatusSeeOther))
		if page.header.Get("Refresh") == "" || page.Find("[role=status]").Length() != 1 {
			t.Errorf("it says %q and comes again after %q", page.text("main"), page.header.Get("Refresh"))
		}
		s.sought.Store(&board.Seeking{Done: true, Asked: []string{"social.example"}, Found: 2, Mute: 1})
		page = ronin.get(w.path("/missing"))
		page.shows("[role=status]", "2 replies were found; they stand at the end of the thread.")
		page.shows(".hint", "1 server was asked (social.example). Of 1 post its server did not say what answers it. Who asks again within ten minutes sees this once more.")
		if page.header.Get("Refresh") != "" {
			t.Error("it comes again")
		}
	})
}
