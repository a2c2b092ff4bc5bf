// Package web shows the board to people: pages and forms, complete without
// JavaScript. It reads and changes the board through [board.Board] alone.
//
// # The life of a request
//
//  1. [Handler.Register] lists every address (web.go). Requests for ActivityPub
//     at the same addresses never come here: they are matched first, on Accept.
//  2. page.go sets the headers that every answer has, refuses what another site
//     made a browser send, bounds the body, and finds out who is there
//     (session.go). A visitor has no session and no cookie.
//  3. The handler of the noun (thread.go, topic.go, …) asks the board and fills
//     the struct of its page; the template of the same name shows it. Posts are
//     the exception: there are fifty on a page, so post.go writes them by hand
//     through [markup], which escapes whatever it is given.
//  4. A visitor's page is kept in the cache (cache.go) under the version that the
//     thread or the board had, and is good for as long as that version stands.
//     Asking for it is one read of one row. Pages of members are made anew
//     each time and kept by nobody.
//  5. The whole page is in memory before its first byte is sent, so an error is
//     always an error page (error.go) and never half of something else.
//
// Every text that a reader sees stands in the code in English and is its own
// key in the translations (texts.go, texts/*.po). What somebody has set of how
// pages look is in a cookie (display.go), and [reader] is what follows from it.
//
// What posts of other servers bring along stays there; media.go shows it. Their
// pictures come to readers through the board (pictures.go), which fetches each
// once, looks at what it is (picture.go) and keeps it on disk (files.go). Only
// what the board knows of a post or a name can be asked for, by a name that the
// board gave it: the address of another server is in no address of ours.
//
// A form that is refused comes back with what was typed and the reason beside
// the field (form.go). Every form has a random key; the board finds by it what
// an earlier click on the same button made, so that a double click makes one post.
package web
