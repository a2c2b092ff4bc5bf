package web

import (
	"html/template"
	"net/http"
)

// helpPage says how everything is done.
type helpPage struct {
	frame
	Host      string
	Bookmark  template.HTML // a link that the reader's browser keeps as a bookmark
	Shortcuts []shortcut
	Forms     []example
	Feeds     []example
}

// shortcut is a key and what it does.
type shortcut struct{ Key, Does string }

// example is something typed or asked for, and what it means.
type example struct{ Text, Means string }

// showHelp answers /help.
func (h *Handler) showHelp(w http.ResponseWriter, r *request) error {
	return h.showCached(w, r, "/help", 0, func() (content, error) {
		p := &helpPage{
			frame: h.frame(r, "help", r.t("Help")), Host: h.config.Address.Host(), Bookmark: h.bookmarklet(r),
			Shortcuts: []shortcut{
				{"j", r.t("next post")}, {"k", r.t("previous post")}, {"n", r.t("first new post")}, {"p", r.t("the post that this one answers")},
				{"r", r.t("reply")}, {"v", r.t("view replies")}, {"g l", r.t("latest posts")}, {"g h", r.t("front page")},
				{"/", r.t("search")}, {"?", r.t("this list")}, {"Ctrl+Enter", r.t("in a form: preview, and then post")},
			},
			Forms: []example{
				{"*" + r.t("words") + "*", r.t("emphasis")}, {"**" + r.t("words") + "**", r.t("strong")},
				{"> " + r.t("words"), r.t("a quote")}, {"[" + r.t("words") + "](https://…)", r.t("a link")},
				{"- " + r.t("words"), r.t("a list")}, {"`" + r.t("words") + "`", r.t("code")},
				{"#12", r.t("a link to post 12 of the thread")}, {"@name@server.example", r.t("mentions somebody, who is told")},
				{"<b> <i> <u> <s> <code> <pre> <blockquote> <ul> <ol> <li> <p> <br> <a>", r.t("may be typed as well; what is left open is closed")},
			},
			Feeds: []example{
				{"/index.atom", r.t("the newest articles")}, {"/posts.atom", r.t("the latest posts of all threads")},
				{"/topics/NAME.atom", r.t("a topic")}, {"/k/WORD.atom", r.t("a keyword, or several: WORD+WORD")},
				{"/source/HOST.atom", r.t("articles from one publication")}, {"/t/12.atom", r.t("the posts of a thread")},
				{"/members/NAME.atom", r.t("what somebody writes")}, {"/search.atom?q=WORDS", r.t("any search")},
			},
		}
		p.Canonical = h.whole("/help")
		return p, nil
	})
}

// bookmarklet is a link that opens the form for an article about the page that
// one reads, with its address, its title and what is selected on it.
func (h *Handler) bookmarklet(r *request) template.HTML {
	program := "javascript:location.href='" + h.whole("/post") + "?url='+encodeURIComponent(location.href)" +
		"+'&title='+encodeURIComponent(document.title)+'&text='+encodeURIComponent(getSelection())"
	return newMarkup(r.reader).tag(`<a class="btn"`).attr("href", program).tag(">").words("Post to %s", h.site.Name).tag("</a>").html()
}
