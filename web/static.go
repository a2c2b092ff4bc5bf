package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed static
var staticFiles embed.FS

// asset is a file that never changes under its name: the name has the hash of
// what is in it.
type asset struct {
	kind          string // media type
	policy        string // Content-Security-Policy; empty is that of pages
	plain, zipped []byte
}

// assets are all files, and the paths of those that pages name.
type assets struct {
	byPath        map[string]asset
	css, icon, js string
	logo          string // empty if there is none
}

var assetKinds = map[string]string{
	".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8",
	".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp",
}

// loadAssets readies the files, in the owner's colours and with his logo.
func loadAssets(o Owner) (assets, error) {
	a := assets{byPath: map[string]asset{}}
	if o.Logo.Body != nil {
		a.logo = a.add("static/logo"+o.Logo.Extension, o.Logo.Body, picturePolicy)
	}
	err := fs.WalkDir(staticFiles, "static", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		plain, err := staticFiles.ReadFile(file)
		if err != nil {
			return err
		}
		switch path.Ext(file) {
		case ".css":
			a.css = a.add(file, append(plain, o.Colors.rules()...), "")
		case ".svg":
			a.icon = a.add(file, plain, picturePolicy)
		case ".js":
			a.js = a.add(file, plain, "")
		}
		return nil
	})
	return a, err
}

// picturePolicy is of pictures: whatever an SVG may have in it, it runs
// nothing and fetches nothing, opened by itself too.
const picturePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

// add keeps a file under a name with its hash, and returns its path.
func (a *assets) add(file string, plain []byte, policy string) string {
	sum := sha256.Sum256(plain)
	extension := path.Ext(file)
	name := "/" + strings.TrimSuffix(file, extension) + "." + hex.EncodeToString(sum[:6]) + extension
	a.byPath[name] = asset{assetKinds[extension], policy, plain, zip(plain)}
	return name
}

// showStatic answers /static/{file}.
func (h *Handler) showStatic(w http.ResponseWriter, r *request) error {
	a, ok := h.static[r.URL.Path]
	if !ok {
		return h.showNotFound(w, r)
	}
	head := w.Header()
	head.Set("Content-Type", a.kind)
	if a.policy != "" {
		head.Set("Content-Security-Policy", a.policy)
	}
	head.Set("Cache-Control", "public, max-age=31536000, immutable")
	head.Set("Vary", "Accept-Encoding")
	body := a.plain
	if takesGzip(r.Header.Get("Accept-Encoding")) {
		body = a.zipped
		head.Set("Content-Encoding", "gzip")
	}
	head.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
	return nil
}

// showIcon leads browsers that look for the icon in its old place.
func (h *Handler) showIcon(w http.ResponseWriter, r *request) error {
	http.Redirect(w, r.Request, h.site.Icon, http.StatusFound)
	return nil
}
