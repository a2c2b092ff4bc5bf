package inbox_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corkboard/activitypub"
	"corkboard/board"
)

// specimen is a file of the corpus: how it arrives, and what the board must
// make of it. The board plays whom the file is addressed to.
type specimen struct {
	file   string
	way    string   // how it arrives; "" is an activity, posted by its actor
	here   places   // what in the file is of this board
	before []string // files that arrive first
	want   outcome
}

// places are addresses in a file, and what on this board is put in their place.
type places map[string]string

// The ways in which something arrives.
const (
	written = "written" // an object, in a Create of its author
	actor   = "actor"   // a document of somebody who follows the topic
	listed  = "listed"  // a collection: each of its items arrives
	fetched = "fetched" // an object that is found at its own address
)

// outcome is what the board made of it.
type outcome struct {
	Refused  string // words of the reason
	Post     string // number and text of the newest post in the first thread
	Title    string // of a new thread, with its text in Post
	By       string // the author's handle without host, or the follower
	Language string
	Source   string // address of the citation
	Letter   string // text of the letter to the member
	Likes    int    // of all posts
	Follows  int    // followers of topic and member
	Buried   bool   // a late Create of it is refused
	Name     string // display name of an actor
	Kind     board.ActorType
	Media    []string // kind and description of what the newest post brings along
	Emojis   []string // of an actor's name
}

var (
	beta     = places{"http://enterprise.lemmy.ml/c/main": "topic", "https://enterprise.lemmy.ml/c/main": "topic"}
	forward  = places{"https://enterprise.lemmy.ml/c/tenforward": "topic", "https://enterprise.lemmy.ml/post/55143": "article"}
	retiolus = places{"https://mamot.fr/users/retiolus/statuses/107224244380204526": "article", "https://mamot.fr/users/retiolus": "member",
		"https://mamot.fr/@retiolus": "member"}
	thinkpad = outcome{Post: "1 i have never been disappointed by a thinkpad. if you want to save money, get a model from a few years ago, there isnt a huge difference anyway.",
		By: "felix", Language: "en"}
	testPost = outcome{Title: "test post", Post: "0 test body", By: "lemmy_alpha", Language: "ko", Source: "https://lemmy.ml/pictrs/image/xl8W7FZfk9.jpg",
		Media: []string{"image"}}
)

var specimens = []specimen{
	{file: "discourse/objects/group.json", way: actor, want: outcome{Follows: 1, By: "threadiverse-wg", Name: "Threadiverse Working Group (SocialHub)", Kind: board.Group}},
	{file: "discourse/objects/page.json", way: written,
		here: places{"https://socialhub.activitypub.rocks/ap/actor/797217cf18c0e819dfafc52425590146": "topic"},
		want: outcome{Title: "Our next meeting", Post: "0 Last Meeting", By: "495843076e9e469fbd35ccf467ae9fb1"}},
	{file: "discourse/objects/person.json", way: actor, want: outcome{Follows: 1, By: "angus", Name: "Angus McLeod", Kind: board.Person}},

	{file: "lemmy/activities/block/block_user.json", want: outcome{Refused: "ban"}},
	{file: "lemmy/activities/block/undo_block_user.json", want: outcome{Refused: "Nothing is to be undone"}},
	{file: "lemmy/activities/community/add_featured_post.json", want: outcome{Refused: "pinned"}},
	{file: "lemmy/activities/community/add_mod.json", want: outcome{Refused: "moderators of a group"}},
	{file: "lemmy/activities/community/announce_create_page.json", want: outcome{Refused: "nothing to do with this board"}},
	{file: "lemmy/activities/community/lock_note.json", want: outcome{Refused: "A Lock"}},
	{file: "lemmy/activities/community/lock_page.json", want: outcome{Refused: "A Lock"}},
	{file: "lemmy/activities/community/remove_featured_post.json", want: outcome{Refused: "pinned"}},
	{file: "lemmy/activities/community/remove_mod.json", want: outcome{Refused: "moderators of a group"}},
	{file: "lemmy/activities/community/report_page.json", want: outcome{Refused: "A Flag"}},
	{file: "lemmy/activities/community/resolve_report_page.json", want: outcome{Refused: "A Resolve"}},
	{file: "lemmy/activities/community/undo_lock_note.json", want: outcome{Refused: "Nothing is to be undone"}},
	{file: "lemmy/activities/community/undo_lock_page.json", want: outcome{Refused: "Nothing is to be undone"}},
	{file: "lemmy/activities/community/update_community.json", want: outcome{Refused: "changes only itself"}},
	{file: "lemmy/activities/community/warn.json", want: outcome{Refused: "A Warn"}},
	{file: "lemmy/activities/create_or_update/create_comment.json", here: beta, before: []string{"lemmy/activities/create_or_update/create_page.json"},
		want: outcome{Title: "test post", Post: "1 hello", By: "lemmy_alpha"}},
	{file: "lemmy/activities/create_or_update/create_page.json", here: beta, want: testPost},
	{file: "lemmy/activities/create_or_update/create_private_message.json", here: places{"http://ds9.lemmy.ml/u/lemmy_alpha": "member"},
		want: outcome{Letter: "hello", By: "lemmy_beta"}},
	{file: "lemmy/activities/create_or_update/create_private_message_0.19.json", here: places{"https://voyager.lemmy.ml/u/nutomic": "member"},
		want: outcome{Letter: "hi!", By: "nutomic"}},
	{file: "lemmy/activities/create_or_update/update_page.json", here: beta, before: []string{"lemmy/activities/create_or_update/create_page.json"},
		want: outcome{Title: "test post 1", Post: "0 test body", By: "lemmy_alpha", Language: "ko", Source: "https://lemmy.ml/pictrs/image/xl8W7FZfk9.jpg",
			Media: []string{"image"}}},
	{file: "lemmy/activities/deletion/delete_page.json", here: beta, before: []string{"lemmy/activities/create_or_update/create_page.json"},
		want: outcome{Buried: true}},
	{file: "lemmy/activities/deletion/delete_private_message.json", here: places{"http://ds9.lemmy.ml/u/lemmy_alpha": "member"},
		before: []string{"lemmy/activities/create_or_update/create_private_message.json"}, want: outcome{Letter: "(deleted)", By: "lemmy_beta"}},
	{file: "lemmy/activities/deletion/delete_user.json", here: beta, before: []string{"lemmy/activities/create_or_update/create_page.json"},
		want: outcome{}},
	{file: "lemmy/activities/deletion/remove_note.json", here: beta, want: outcome{Refused: "not of the host"}},
	{file: "lemmy/activities/deletion/undo_delete_page.json", here: beta, want: outcome{Refused: "stays deleted"}},
	{file: "lemmy/activities/deletion/undo_delete_private_message.json", want: outcome{Refused: "stays deleted"}},
	{file: "lemmy/activities/deletion/undo_remove_note.json", here: beta, want: outcome{Refused: "stays deleted"}},
	{file: "lemmy/activities/following/accept.json", want: outcome{Refused: "never asked for"}},
	{file: "lemmy/activities/following/follow.json", here: beta, want: outcome{Follows: 1, By: "lemmy_alpha"}},
	{file: "lemmy/activities/following/undo_follow.json", here: beta, before: []string{"lemmy/activities/following/follow.json"}, want: outcome{Follows: 0}},
	{file: "lemmy/activities/voting/dislike_page.json", here: places{"http://ds9.lemmy.ml/post/1": "article"}, want: outcome{Refused: "likes only"}},
	{file: "lemmy/activities/voting/like_note.json", here: places{"http://ds9.lemmy.ml/comment/1": "article"}, want: outcome{Likes: 1}},
	{file: "lemmy/activities/voting/undo_dislike_page.json", here: places{"http://ds9.lemmy.ml/post/1": "article"}, want: outcome{Refused: "Nothing is known"}},
	{file: "lemmy/activities/voting/undo_like_note.json", here: places{"http://ds9.lemmy.ml/comment/1": "article"},
		before: []string{"lemmy/activities/voting/like_note.json"}, want: outcome{Likes: 0}},

	{file: "lemmy/collections/group_featured_posts.json", way: listed, here: places{"https://ds9.lemmy.ml/c/main": "topic"},
		want: outcome{Title: "test 1", Post: "0 ", By: "lemmy_alpha", Language: "de"}},
	{file: "lemmy/collections/group_followers.json", want: outcome{Refused: "actor"}},
	{file: "lemmy/collections/group_moderators.json", want: outcome{Refused: "actor"}},
	{file: "lemmy/collections/group_outbox.json", way: listed, want: outcome{Refused: "nothing to do with this board"}},
	{file: "lemmy/collections/person_outbox.json", want: outcome{Refused: "actor"}},

	{file: "lemmy/objects/comment.json", way: written, here: forward, want: outcome{Post: "1 first comment!", By: "picard", Language: "fr"}},
	{file: "lemmy/objects/group.json", way: actor, want: outcome{Follows: 1, By: "tenforward", Name: "Ten Forward", Kind: board.Group}},
	{file: "lemmy/objects/instance.json", way: actor, want: outcome{Follows: 1, By: "enterprise.lemmy.ml", Name: "Enterprise", Kind: board.Application}},
	{file: "lemmy/objects/page.json", way: written, here: places{"https://enterprise.lemmy.ml/c/tenforward": "topic"},
		want: outcome{Title: "Post title", Post: "0 This is a post in the /c/tenforward community", By: "picard", Language: "fr",
			Source: "https://enterprise.lemmy.ml/pictrs/image/eOtYb9iEiB.png", Media: []string{"image"}}},
	{file: "lemmy/objects/page_image_and_link.json", way: written, here: places{"https://enterprise.lemmy.ml/c/tenforward": "topic"},
		want: outcome{Title: "Post with image and link", Post: "0 This is a post with both an image and a link attachment", By: "picard", Language: "fr",
			Source: "https://example.com/some-article", Media: []string{"image"}}},
	{file: "lemmy/objects/person.json", way: actor, want: outcome{Follows: 1, By: "picard", Name: "Jean-Luc Picard", Kind: board.Person}},
	{file: "lemmy/objects/private_message.json", way: written, here: places{"https://queer.hacktivis.me/users/lanodan": "member"},
		want: outcome{Letter: "Hello hello, testing", By: "picard"}},
	{file: "lemmy/objects/tombstone.json", way: fetched, want: outcome{Refused: "it was deleted"}},

	{file: "mastodon/activities/create_note.json", here: retiolus, want: thinkpad},
	{file: "mastodon/activities/delete.json", want: outcome{Buried: true}},
	{file: "mastodon/activities/flag.json", want: outcome{Refused: "A Flag"}},
	{file: "mastodon/activities/follow.json", here: places{"https://ds9.lemmy.ml/c/testcom": "topic"}, want: outcome{Follows: 1, By: "asonix"}},
	{file: "mastodon/activities/like_page.json", here: places{"https://ds9.lemmy.ml/post/147": "article"}, want: outcome{Likes: 1}},
	{file: "mastodon/activities/private_message.json", here: places{"https://ds9.lemmy.ml/u/nutomic": "member"},
		want: outcome{Letter: "@nutomic@ds9.lemmy.ml 444", By: "nutomic", Language: "es"}},
	{file: "mastodon/activities/undo_follow.json", here: places{"https://ds9.lemmy.ml/c/testcom": "topic"},
		before: []string{"mastodon/activities/follow.json"}, want: outcome{Follows: 0}},
	{file: "mastodon/activities/undo_like_page.json", here: places{"https://ds9.lemmy.ml/post/147": "article"},
		before: []string{"mastodon/activities/like_page.json"}, want: outcome{Likes: 0}},
	{file: "mastodon/collections/featured.json", way: listed, want: outcome{Refused: "neither answers"}},
	{file: "mastodon/objects/note_1.json", way: written, here: retiolus, want: thinkpad},
	{file: "mastodon/objects/note_2.json", way: written,
		here: places{"https://floss.social/users/kde/statuses/113306824627995724": "article", "https://lemmy.kde.social/c/kde": "topic"},
		want: outcome{Post: "1 We also need funding 💶 to keep the gears turning! Please support us with a donation: https://kde.org/donate/ [3/3]", By: "kde", Language: "en",
			Media: []string{"image The KDE dragons Katie and Konqi stand on either side of a pot filling up with gold coins. Donate!"}}},
	{file: "mastodon/objects/page.json", way: written, here: places{"https://enterprise.lemmy.ml/c/tenforward": "topic"},
		want: outcome{Title: "Variable never resetting at refresh", Post: "0 Variable never resetting at refresh Hi! I'm using a variable", By: "mastodon", Language: "it"}},
	{file: "mastodon/objects/person.json", way: actor, want: outcome{Follows: 1, By: "mastodon", Name: "Mastodon", Kind: board.Person}},

	{file: "nodebb/objects/group.json", way: actor, want: outcome{Follows: 1, By: "general", Name: "General Discussion", Kind: board.Group}},
	{file: "nodebb/objects/page.json", way: written, here: places{"https://bb.devnull.land/category/2": "topic"},
		want: outcome{Title: "Welcome to your NodeBB!", Post: "0 Welcome to your brand new NodeBB forum!", By: "1"}},
	{file: "nodebb/objects/person.json", way: actor, want: outcome{Follows: 1, By: "julian", Name: "julian", Kind: board.Person}},

	{file: "peertube/activities/announce_video.json", want: outcome{Refused: "nothing to do with this board"}},
	{file: "peertube/objects/group.json", way: actor, want: outcome{Follows: 1, By: "thelinuxexperiment_channel", Name: "The Linux Experiment", Kind: board.Group}},
	{file: "peertube/objects/note.json", way: written, here: places{"https://bae.st/objects/87c1cbf5-542a-491d-af57-0414c8648381": "article"},
		want: outcome{Post: "1 @af2@bae.st idk", By: "yoge6785555"}},
	{file: "peertube/objects/person.json", way: actor, want: outcome{Follows: 1, By: "thelinuxexperiment", Name: "The Linux Experiment", Kind: board.Person}},
	{file: "peertube/objects/video.json", way: written, want: outcome{Refused: "neither answers"}},

	{file: "pleroma/activities/create_note.json", here: places{"https://enterprise.lemmy.ml/post/55143": "article", "https://enterprise.lemmy.ml/u/picard": "member"},
		want: outcome{Post: "1 test", By: "nutomic"}},
	{file: "pleroma/activities/delete.json", want: outcome{Buried: true}},
	{file: "pleroma/activities/follow.json", here: places{"https://lemmy.ca/u/kinetix": "member"}, want: outcome{Follows: 1, By: "kinetix"}},
	{file: "pleroma/objects/chat_message.json", way: written, here: places{"https://enterprise.lemmy.ml/u/picard": "member"},
		want: outcome{Letter: "Hi!", By: "lanodan"}},
	{file: "pleroma/objects/note.json", way: written, here: places{"https://enterprise.lemmy.ml/post/55143": "article"},
		want: outcome{Post: "1 Have what?", By: "lanodan"}},
	{file: "pleroma/objects/person.json", way: actor, want: outcome{Follows: 1, By: "lanodan", Name: "Haelwenn /элвэн/ :bzh:", Kind: board.Person, Emojis: []string{"bzh"}}},
}

// corpus is the folder of what was captured from real servers.
func corpus(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("CORKBOARD_CORPUS")
	if folder == "" {
		folder = filepath.Join("..", "..", "shared", "corpus")
	}
	if _, err := os.Stat(folder); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the corpus must be there in CI: %v", err)
		}
		t.Skipf("no corpus of real payloads: set CORKBOARD_CORPUS to its folder (%v)", err)
	}
	return folder
}

func TestCorpus(t *testing.T) {
	folder := corpus(t)
	rows := map[string]specimen{}
	for _, s := range specimens {
		if _, twice := rows[s.file]; twice {
			t.Errorf("%s has two rows", s.file)
		}
		rows[s.file] = s
	}
	err := fs.WalkDir(os.DirFS(folder), ".", func(file string, _ fs.DirEntry, err error) error {
		if err != nil || path.Ext(file) != ".json" {
			return err
		}
		s, ok := rows[file]
		if !ok {
			t.Errorf("%s has no row that says what the board makes of it", file)
			return nil
		}
		delete(rows, file)
		t.Run(file, func(t *testing.T) {
			c := &captured{scene: newScene(t), folder: folder, hosts: map[string]*remote{}, people: map[string]*person{}, here: s.here}
			for _, earlier := range s.before {
				if refusal := c.arrive(earlier, ""); refusal != "" {
					t.Fatalf("%s was refused: %s", earlier, refusal)
				}
			}
			c.check(s, c.arrive(file, s.way))
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for file := range rows {
		t.Errorf("there is no file for the row of %s", file)
	}
}

// captured plays the servers from which the corpus was captured.
type captured struct {
	*scene
	folder string
	hosts  map[string]*remote
	people map[string]*person
	here   places
	last   *activitypub.Object // what was sent last, or the actor
}

// host plays a server.
func (c *captured) host(name string) *remote {
	if c.hosts[name] == nil {
		c.hosts[name] = newRemote(c.t)
	}
	return c.hosts[name]
}

var anyHost = regexp.MustCompile(`https?://([a-z0-9.-]+\.(?:ml|example|me|biz|madrid|fr|social|dog|world|rocks|ca|red|com|org|land)|lemmy-alpha)(:[0-9]+)?`)

// notServers are hosts that files name and that nobody plays.
var notServers = regexp.MustCompile(`^(www\.w3\.org|w3id\.org|joinmastodon\.org|join-lemmy\.org|ostatus\.org|schema\.org|joinpeertube\.org|lemmy\.ml|example\.com|kde\.org|github\.com)$`)

// read reads a file, with the addresses of those who play in it.
func (c *captured) read(file string) []byte {
	c.t.Helper()
	body, err := os.ReadFile(filepath.Join(c.folder, file))
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := activitypub.Parse(body); err != nil {
		c.t.Fatalf("as it came it cannot be read: %v", err)
	}
	text := string(body)
	// The longest first: the address of a post begins with that of its author.
	theirs := slices.SortedFunc(maps.Keys(c.here), func(a, b string) int { return len(b) - len(a) })
	for _, their := range theirs {
		uri := map[string]string{"topic": c.Topic.URI, "member": c.Member.URI, "article": c.article.URI}[c.here[their]]
		text = regexp.MustCompile(regexp.QuoteMeta(their)+`\b`).ReplaceAllLiteralString(text, uri)
	}
	return []byte(anyHost.ReplaceAllStringFunc(text, func(origin string) string {
		name := anyHost.FindStringSubmatch(origin)[1]
		if notServers.MatchString(name) && file != "lemmy/objects/tombstone.json" {
			return origin
		}
		return c.host(name).URL
	}))
}

// arrive lets a file arrive and returns why it was refused.
func (c *captured) arrive(file, way string) (refusal string) {
	c.t.Helper()
	body := c.read(file)
	o, err := activitypub.Parse(body)
	if err != nil {
		c.t.Fatalf("it cannot be read: %v", err)
	}
	c.last = o
	switch way {
	case written:
		return c.write(o)
	case actor:
		return c.follows(body)
	case fetched:
		p := c.personAt(strings.TrimSuffix(o.ID, "/"+path.Base(o.ID)) + "/somebody")
		p.server.serve(decode(c.t, body))
		return p.says(c.scene.here, p.act("Create", o.ID))
	case listed:
		for _, item := range o.Items {
			c.last = item
			if item.Actor != "" {
				refusal = c.deliver(item.Actor, item.Raw())
			} else {
				refusal = c.write(item)
			}
		}
		return refusal
	}
	by := o.Actor
	if by == "" {
		by = o.AttributedTo
	}
	return c.deliver(by, body)
}

// deliver posts a body, signed by somebody.
func (c *captured) deliver(by string, body []byte) (refusal string) {
	c.t.Helper()
	if by == "" {
		_, text, _ := c.post("/inbox", body, nil)
		return text + "."
	}
	p := c.personAt(by)
	status, text, _ := c.post("/inbox", body, func(r *http.Request) { p.sign(c.t, r, body) })
	if status != 202 {
		return text
	}
	c.settle()
	o, _ := activitypub.Parse(body)
	return c.refusals()[o.ID]
}

// write sends an object in a Create of its author.
func (c *captured) write(o *activitypub.Object) (refusal string) {
	c.t.Helper()
	p := c.personAt(o.Authors[0])
	create := object{"type": "Create", "actor": p.id, "object": json.RawMessage(o.Raw())}
	if o.To == nil && o.CC == nil {
		create["to"] = public // Discourse writes the recipients into the Create alone
	}
	create["id"] = p.act("", nil)["id"]
	return p.says(c.scene.here, create)
}

// personAt is somebody with a document and a key.
func (c *captured) personAt(id string) *person {
	if p := c.people[id]; p != nil {
		return p
	}
	for _, r := range c.hosts {
		if rest, ok := strings.CutPrefix(id, r.URL); ok {
			if r.pages[rest].body == nil {
				r.serve(actorDocument("Person", id, path.Base(id)))
			}
			c.people[id] = &person{server: r, id: id, name: path.Base(id)}
			return c.people[id]
		}
	}
	c.t.Fatalf("%s is of no server that is played", id)
	return nil
}

// follows lets the actor of a document follow the topic.
func (c *captured) follows(document []byte) (refusal string) {
	o := decode(c.t, document)
	id := o["id"].(string)
	o["publicKey"] = object{"id": id + "#main-key", "owner": id, "publicKeyPem": testPEM()}
	for _, r := range c.hosts {
		if strings.HasPrefix(id, r.URL) {
			r.serve(o)
		}
	}
	p := c.personAt(id)
	return p.says(c.scene.here, p.act("Follow", c.Topic.URI))
}

func decode(t testing.TB, body []byte) object {
	t.Helper()
	var o object
	if err := json.Unmarshal(body, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

// check compares what the board made of a file.
func (c *captured) check(s specimen, refusal string) {
	c.t.Helper()
	got := outcome{Refused: refusal}
	if refusal != "" && s.want.Refused != "" && strings.Contains(refusal, s.want.Refused) && strings.HasSuffix(refusal, ".") {
		got.Refused = s.want.Refused
	}
	c.seeFollowers(&got)
	c.seePosts(&got)
	c.seeLetter(&got)
	if s.want.Buried {
		got.Buried = c.isBuried()
	}
	// Long texts are compared by their beginning.
	if strings.HasPrefix(got.Post, s.want.Post) && s.want.Post != "" {
		got.Post = s.want.Post
	}
	got.Source = c.captureName(got.Source)
	if diff := cmp.Diff(s.want, got); diff != "" {
		c.t.Errorf("what the board made of it (-want +got):\n%s", diff)
	}
}

// captureName puts the captured host's name back into an address.
func (c *captured) captureName(uri string) string {
	for name, r := range c.hosts {
		uri = strings.Replace(uri, r.URL, "https://"+name, 1)
	}
	return uri
}

func (c *captured) seeFollowers(got *outcome) {
	for _, of := range []board.ActorID{c.Topic.ID, c.Member.ID} {
		n, err := c.board.FollowerCount(c.t.Context(), of)
		if err != nil {
			c.t.Fatal(err)
		}
		got.Follows += n
	}
	if got.Follows == 0 {
		return
	}
	by := c.last.Actor
	if by == "" {
		by = c.last.ID
	}
	a, err := c.board.ActorByURI(c.t.Context(), by)
	if err != nil {
		c.t.Fatal(err)
	}
	got.By = a.Name
	if c.last.Actor == "" {
		got.Name, got.Kind, got.Emojis = a.DisplayName, a.Type, a.Emojis
	}
}

func (c *captured) seePosts(got *outcome) {
	list, err := c.board.Threads(c.t.Context(), board.ThreadQuery{Limit: 10})
	if err != nil || len(list) == 0 {
		c.t.Fatalf("no thread: %v", err)
	}
	thread := list[0]
	number := thread.Posts
	p, err := c.board.Post(c.t.Context(), thread.ID, number)
	if err != nil {
		c.t.Fatal(err)
	}
	got.Likes = p.Likes
	if thread.ID != c.article.Thread {
		got.Title, got.Source = thread.Title, thread.Citation.URL
		if number > 0 {
			got.Source = ""
		}
	} else if number == 0 {
		return
	}
	got.Post, got.By, got.Language = string(rune('0'+number))+" "+board.Plain(p.HTML), p.Author.Name, p.Language
	for _, a := range p.Attachments {
		got.Media = append(got.Media, strings.TrimSpace(string(a.Kind)+" "+a.Text))
	}
}

func (c *captured) seeLetter(got *outcome) {
	uri := c.last.ID
	if c.last.Object != nil {
		uri = c.last.Object.ID
	}
	l, err := c.board.LetterByURI(c.t.Context(), uri)
	if err != nil {
		return
	}
	from, err := c.board.Actor(c.t.Context(), l.From)
	if err != nil {
		c.t.Fatal(err)
	}
	got.Letter, got.By, got.Language = board.Plain(l.HTML), from.Name, l.Language
	if !l.DeletedAt.IsZero() {
		got.Letter = "(deleted)"
	}
}

// isBuried tries to bring back what was deleted.
func (c *captured) isBuried() bool {
	p := c.personAt(c.last.Actor)
	late := p.note("Late.", c.article.URI).with(object{"id": c.last.Object.ID})
	reason := p.says(c.scene.here, p.act("Create", late))
	posts, err := c.board.Posts(c.t.Context(), c.article.Thread, 1, 10)
	return err == nil && len(posts) == 0 && (strings.Contains(reason, "deleted") || reason == "")
}
