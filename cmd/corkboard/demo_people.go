package main

import "corkboard/board"

// demoTopics are the topics of the demo, those of a new board among them.
var demoTopics = append([]board.NewTopic{
	{Name: "harbour", Title: "Harbour and Coast", About: "Ships, bridges, lighthouses and the weather that they stand in."},
	{Name: "railways", Title: "Railways", About: "Lines, timetables and night trains. Photographs are welcome."},
	{Name: "kitchen", Title: "Kitchen Table", About: "Recipes, gardens, and what the neighbours say."},
}, firstTopics...)

// demoMembers have accounts here; only those with login have a password.
var demoMembers = []struct {
	name, tagline string
	role          board.Role
	login         bool
}{
	{"ronin", "of no fixed abode", board.RoleModerator, true},
	{"mariner", "MV Petrel, second watch", board.RoleMember, true},
	{"gaijin", "a stranger everywhere", board.RoleMember, false},
	{"tidewatcher", "", board.RoleMember, false},
	{"lamplighter", "night shift", board.RoleMember, false},
	{"oldgrowth", "trees, mostly", board.RoleMember, false},
	{"signal_box", "40 years on the branch line", board.RoleMember, false},
	{"marginalia", "reads the footnotes", board.RoleMember, false},
	{"quince", "jam and other preserves", board.RoleMember, false},
	{"kelvin", "it is colder than you think", board.RoleMember, false},
	{"a_rather_long_name_for_a_mem", "", board.RoleMember, false},
}

// demoPeople have accounts elsewhere, on hosts that nobody can have (RFC 2606).
var demoPeople = []struct{ name, host, label, about string }{
	{"anneke", "social.example", "Anneke", "Ferries, rain, and the places between."},
	{"bosun", "social.example", "The Bosun ⚓", "Retired. Opinions tied down."},
	{"mariner", "elsewhere.example", "Mariner", "Not the one you know."},
	{"lotte_k", "stadt.example", "Lotte K. 🚲", "Stadtplanung, Nachtzüge, Kuchen."},
	{"tomodachi", "minato.example", "ともだち", "港町で暮らしています。"},
	{"nour", "bahr.example", "نور", "مهندسة موانئ، أحب المنارات."},
	{"yael_b", "yam.example", "יעל ב.", "ים, ספרים, קפה."},
	{"news_desk", "press.example", "The Coastal Press", "Articles of our paper, one at a time."},
	{"dr_plankton", "science.example", "Dr. Plankton 🔬", "Small things in large water."},
	{"botanica", "garden.example", "Botanica 🌱🌻", "Growing things on a balcony."},
	{"the_longest_handle_that_we_could_think_of_on_a_tuesday", "a-server-with-a-rather-long-name.example", "Somebody with a display name that goes on for quite a while", "Short, in fact."},
	{"pixel", "photo.example", "Pixel", "Photographs, mostly of fog."},
	{"rosa", "social.example", "Rosa", ""},
	{"hacker_of_clocks", "code.example", "hacker of clocks", "Leap seconds are the least of it."},
}
