package web

import (
	"net/http"
	"slices"
	"strings"
)

// languages are those that a form offers, by BCP 47 tag, each in its own name.
// A post of any other language keeps its tag when it is edited.
var languages = []option{
	{Value: "ar", Label: "العربية"}, {Value: "bg", Label: "Български"}, {Value: "ca", Label: "Català"},
	{Value: "cs", Label: "Čeština"}, {Value: "da", Label: "Dansk"}, {Value: "de", Label: "Deutsch"},
	{Value: "el", Label: "Ελληνικά"}, {Value: "en", Label: "English"}, {Value: "eo", Label: "Esperanto"},
	{Value: "es", Label: "Español"}, {Value: "et", Label: "Eesti"}, {Value: "eu", Label: "Euskara"},
	{Value: "fa", Label: "فارسی"}, {Value: "fi", Label: "Suomi"}, {Value: "fr", Label: "Français"},
	{Value: "he", Label: "עברית"}, {Value: "hi", Label: "हिन्दी"}, {Value: "hu", Label: "Magyar"},
	{Value: "id", Label: "Bahasa Indonesia"}, {Value: "is", Label: "Íslenska"}, {Value: "it", Label: "Italiano"},
	{Value: "ja", Label: "日本語"}, {Value: "ko", Label: "한국어"}, {Value: "lt", Label: "Lietuvių"},
	{Value: "nl", Label: "Nederlands"}, {Value: "no", Label: "Norsk"}, {Value: "pl", Label: "Polski"},
	{Value: "pt", Label: "Português"}, {Value: "ro", Label: "Română"}, {Value: "ru", Label: "Русский"},
	{Value: "sk", Label: "Slovenčina"}, {Value: "sr", Label: "Српски"}, {Value: "sv", Label: "Svenska"},
	{Value: "tr", Label: "Türkçe"}, {Value: "uk", Label: "Українська"}, {Value: "vi", Label: "Tiếng Việt"},
	{Value: "zh", Label: "中文"},
}

// languageOptions are the choices of a form, one of them chosen.
func languageOptions(chosen, none string) []option {
	options := append([]option{{Value: "", Label: none}}, languages...)
	for i := range options {
		options[i].Lang = options[i].Value // each is in its own name
	}
	i := slices.IndexFunc(options, func(o option) bool { return o.Value == chosen })
	if i < 0 {
		options, i = append(options, option{Value: chosen, Label: chosen}), len(options)
	}
	options[i].Chosen = true
	return options
}

// readerLanguage is the language that a browser asks for first, if a form
// offers it (RFC 9110, §12.5.4); what somebody reads he most likely writes.
func readerLanguage(r *http.Request) string {
	first, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ",")
	tag, _, _ := strings.Cut(first, ";")
	tag, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	if slices.ContainsFunc(languages, func(o option) bool { return o.Value == tag }) {
		return tag
	}
	return ""
}
