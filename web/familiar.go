package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"

	"corkboard/board"
)

// A browser in which somebody has logged in before is familiar: it has tries to
// log in of its own, so that whoever tries passwords for a name elsewhere does
// not lock its owner out. What it keeps is worth nothing else, and nothing any
// more once the password is another one.
const familiarCookie = "corkboard_familiar"

// familiarMark is what a browser keeps that is familiar to a member.
func familiarMark(m board.Member) string {
	mac := hmac.New(sha256.New, []byte(m.PasswordHash))
	mac.Write([]byte("familiar to " + m.Name))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (h *Handler) makeFamiliar(w http.ResponseWriter, m board.Member) {
	http.SetCookie(w, &http.Cookie{
		Name: familiarCookie, Value: familiarMark(m), Path: "/", MaxAge: int(displayAge.Seconds()),
		HttpOnly: true, Secure: h.secure(), SameSite: http.SameSiteLaxMode,
	})
}

// familiar reports whether the member of that name has logged in with this
// browser before.
func (h *Handler) familiar(r *request, name string) bool {
	cookie, err := r.Cookie(familiarCookie)
	if err != nil || cookie.Value == "" {
		return false
	}
	m, err := h.board.Member(r.Context(), name)
	return err == nil && m.PasswordHash != "" && hmac.Equal([]byte(cookie.Value), []byte(familiarMark(m)))
}
