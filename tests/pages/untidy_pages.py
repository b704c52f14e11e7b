"""Small pages as untidy as real ones, each around the same article."""

from __future__ import annotations

ARTICLE = (
    "The Security Council approved a larger force for Haiti on Tuesday, with twelve votes in favour and three "
    "abstentions, after a month of talks in New York.",
    "The force will have up to 5,550 uniformed personnel and replaces the mission that Kenya has led since June of "
    "last year, diplomats said.",
    "A support office is to look after logistics, fuel, food and medical care, paid from the budget for peacekeeping "
    "and not from voluntary gifts.",
    "Troop contributors have yet to be named, and the first of them are not expected before the spring, according to "
    "two people who know the plans.",
)
HEADLINE = "Council approves a larger force for Haiti"
CLUTTER = (
    "We use cookies",
    "Accept all",
    "Subscribe to our newsletter",
    "Enter your email",
    "Ten beaches to see",
    "Great article, thanks",
    "All rights reserved",
    "Share on Facebook",
    "datePublished",
    "dataLayer",
)

_P = "".join(f"<p>{p}</p>" for p in ARTICLE)
_NAV = (
    "<nav><ul>"
    + "".join(f'<li><a href="/{s}">{s.title()}</a></li>' for s in ("home", "world", "sport", "money", "opinion"))
    + "</ul></nav>"
)
_COOKIES = (
    '<div id="cookie-banner" class="cookie-consent" role="dialog"><p>We use cookies and similar technologies to show '
    "you personalised content and to learn how our site is used.</p><button>Accept all</button></div>"
)
_NEWSLETTER = (
    '<div class="newsletter-signup"><h3>Subscribe to our newsletter</h3><form><label>Enter your email</label>'
    '<input type="email"><button>Sign up</button></form></div>'
)
_RELATED = (
    '<aside class="related-posts"><h3>Related stories</h3><ul>'
    '<li><a href="/1">Ten beaches to see before the summer ends</a></li>'
    '<li><a href="/2">What the budget means for you</a></li></ul></aside>'
)
_COMMENTS = (
    '<section id="comments" class="comments-area"><h3>2 comments</h3><ol class="comment-list">'
    '<li class="comment"><p>Great article, thanks for the report, I have been waiting for this for weeks.</p></li>'
    '<li class="comment"><p>Great article, thanks, but where is the money to come from in the end?</p></li>'
    "</ol></section>"
)
_SHARE = '<div class="social-share"><a href="#">Share on Facebook</a> <a href="#">Tweet</a></div>'
_FOOTER = "<footer><p>© 2025 The Eastern Gazette. All rights reserved.</p></footer>"
_JSON_LD = (
    '<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle",'
    f'"headline":"{HEADLINE}","datePublished":"2025-09-30T15:05:00-04:00",'
    '"author":{"@type":"Person","name":"Jane Doe"},'
    '"publisher":{"@type":"Organization","name":"The Eastern Gazette"}}</script>'
)

TEMPLATES = {
    "modern": f"""<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{HEADLINE} | The Eastern
        Gazette</title><link rel="canonical" href="https://gazette.test/world/force">
        <meta property="og:site_name" content="The Eastern Gazette"><meta property="og:title" content="{HEADLINE}">
        {_JSON_LD}<script>window.dataLayer=[{{"a":1}}];</script><style>p {{ margin: 0 }}</style></head><body>{_COOKIES}
        <header>{_NAV}</header><main><article><h1>{HEADLINE}</h1><p class="byline">By Jane Doe</p>{_SHARE}{_P}
        {_NEWSLETTER}</article>{_RELATED}{_COMMENTS}</main>{_FOOTER}</body></html>""",
    "blog": f"""<html lang="en"><head><title>{HEADLINE}</title></head><body class="single single-post">
        <div id="page"><div id="masthead">{_NAV}</div><div id="content"><div class="post hentry">
        <h1 class="entry-title">{HEADLINE}</h1><div class="entry-content">{_P}</div>{_SHARE}</div>{_COMMENTS}</div>
        <div id="sidebar" class="widget-area">{_RELATED}{_NEWSLETTER}</div></div>{_FOOTER}{_COOKIES}</body></html>""",
    "tables": f"""<html><head><title>{HEADLINE}</title></head><body><table width=100%><tr><td colspan=2>{_NAV}</td></tr>
        <tr><td class=menu><a href=/1>Ten beaches to see</a></td><td><h1>{HEADLINE}</h1>{_P}</td></tr>
        <tr><td>{_FOOTER}</td></tr></table></body></html>""",
    "broken": f"""<html><head><title>{HEADLINE}</title>{_COOKIES}<body><div class=article><h1>{HEADLINE}</h2>
        {_P.replace("</p>", "")}<b><i></b></i></div></span>{_COMMENTS}{_RELATED}""",
    "divs": f"""<!DOCTYPE html><html lang=fr><head><title>{HEADLINE}</title></head><body><div class="c0">{_NAV}</div>
        <div class="story-body"><div class="story-header"><h1>{HEADLINE}</h1></div>
        <div class="article-body">{_P}</div></div><div class="story-footer">{_RELATED}{_NEWSLETTER}</div>
        {_COMMENTS}{_FOOTER}</body></html>""",
    "amp": f"""<!doctype html><html amp lang="en"><head><meta charset="utf-8"><title>{HEADLINE}</title>
        <link rel="canonical" href="/world/force">{_JSON_LD}</head><body><amp-sidebar id="s">{_NAV}</amp-sidebar>
        <article><h1>{HEADLINE}</h1><amp-social-share type="facebook"></amp-social-share>{_P}</article>
        <amp-consent id="c"><div>{_COOKIES}</div></amp-consent>{_RELATED}{_FOOTER}</body></html>""",
}
