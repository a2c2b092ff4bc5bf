package board

import "context"

// ArticlePreview is an article as it would be posted.
type ArticlePreview struct {
	Thread Thread // with Article, without ID and Topics
	Remark string // safe HTML of post 1; empty if there would be none
	Quota  Quota
}

// PreviewArticle shows a member's article as it would be posted, as far as it
// is written: what is missing or wrong is left out. Error: Invalid, if its text
// cannot be shown at all.
func (b *Board) PreviewArticle(ctx context.Context, a NewArticle) (ArticlePreview, error) {
	citation, err := cleanCitation(a.Citation)
	if err != nil {
		citation.URL = ""
	}
	text, err := b.draft(ctx, a.Text, 0, nil, nil)
	if err != nil {
		return ArticlePreview{}, err
	}
	remark, err := b.draft(ctx, Text{Markdown: a.Remark}, 0, nil, nil)
	if err != nil {
		return ArticlePreview{}, err
	}
	author, err := b.MemberByActor(ctx, a.By)
	if err != nil {
		return ArticlePreview{}, err
	}
	words, err := cleanKeywords(a.Keywords, true)
	t := Thread{
		Title: cleanLine(a.Title, maxTitle), Citation: citation, Again: cleanLine(a.Again, maxAgain), Keywords: published(words, a.By),
		Article: Post{Author: author.Actor, HTML: text.html, Language: text.language, Warning: text.warning},
	}
	return ArticlePreview{Thread: t, Remark: remark.html, Quota: b.quota(citation.URL, text.html)}, err
}
