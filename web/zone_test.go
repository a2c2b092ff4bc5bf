package web

import "testing"

func TestZonesHaveOneSpelling(t *testing.T) {
	for _, name := range []string{"Europe//Berlin", "Europe/./Berlin", "./Europe/Berlin", "Europe/Berlin/", "Europe/x/../Berlin", "/Europe/Berlin"} {
		if _, err := loadZone(name); err == nil {
			t.Errorf("%s is a zone, and kept for ever", name)
		}
	}
	for _, name := range []string{"", "UTC", "Europe/Berlin", "America/Argentina/Ushuaia"} {
		if _, err := loadZone(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
