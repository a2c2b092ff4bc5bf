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
	plain, zipped []byte
}

// assets are all files, and the paths of those that pages name.
type assets struct {
	byPath        map[string]asset
	css, icon, js string
}

var assetKinds = map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8"}

func loadAssets() (assets, error) {
	a := assets{byPath: map[string]asset{}}
	err := fs.WalkDir(staticFiles, "static", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		plain, err := staticFiles.ReadFile(file)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(plain)
		extension := path.Ext(file)
		name := "/" + strings.TrimSuffix(file, extension) + "." + hex.EncodeToString(sum[:6]) + extension
		a.byPath[name] = asset{assetKinds[extension], plain, zip(plain)}
		switch extension {
		case ".css":
			a.css = name
		case ".svg":
			a.icon = name
		case ".js":
			a.js = name
		}
		return nil
	})
	return a, err
}

// showStatic answers /static/{file}.
func (h *Handler) showStatic(w http.ResponseWriter, r *request) error {
	a, ok := h.static[r.URL.Path]
	if !ok {
		return h.showNotFound(w, r)
	}
	head := w.Header()
	head.Set("Content-Type", a.kind)
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
