"""Pages that mean harm, or are merely wrong, as bytes that are made when asked for.

``told`` is the recorded outcome: ``stored``, or ``refused`` with its class. A stored page must hold the story, whole
and first.
"""

from __future__ import annotations

import codecs
import gzip
import json
from typing import NamedTuple

from tests.zoo.site import FORBIDDEN, MIB, Body

STORY = (
    "The Security Council approved a larger force for the isle on Tuesday, with twelve votes in favour and three "
    "abstentions, after a month of talks in the capital.",
    "The force will have up to 5,550 uniformed personnel and replaces the mission that Kenya has led since June of "
    "last year, diplomats said.",
    "Troop contributors have yet to be named, and the first of them are not expected before the spring, according to "
    "two people who know the plans.",
)
TEXT = "".join(f"<p>{paragraph}</p>" for paragraph in STORY)
SECRET = f"http://xxe.zoo.test{FORBIDDEN}"


class PageCase(NamedTuple):
    """A body, its content type, and what must be recorded."""

    name: str
    body: Body
    told: str
    content_type: str = "text/html"
    slow: bool = False


def page(beside: str = "", *, head: str = "", before: str = "<!doctype html>", text: str = TEXT) -> str:
    """A page of news with something beside the story."""
    return (
        f"{before}<html><head><title>Vote</title>{head}</head><body><article><h1>Vote</h1>{text}</article>"
        f"{beside}</body></html>"
    )


def attributes(count: int) -> str:
    """So many attributes, each of another name."""
    return " ".join(f"a{n}={n}" for n in range(count))


def json_ld(text: str) -> str:
    """A block of structured data."""
    return f'<script type="application/ld+json">{text}</script>'


def meta(name: str, content: str) -> str:
    """A line of metadata."""
    return f'<meta property="{name}" content="{content}">'


SIZES = (
    PageCase("200k-attributes", lambda: page(f"<div {attributes(200_000)}>x</div>"), "refused too-many-tags"),
    PageCase(
        "9k-attributes-in-each-of-30-tags", lambda: page(f"<div {attributes(9_000)}></div>" * 30),
        "refused too-many-tags",
    ),
    PageCase(
        "400-attributes-in-each-of-300-tags", lambda: page(f"<div {attributes(400)}></div>" * 300),
        "stored", slow=True,
    ),
    PageCase(
        "attributes-without-blanks", lambda: page(f"<div {'/'.join(f'a{n}' for n in range(9_000))}></div>" * 30),
        "refused too-many-tags",
    ),
    PageCase(
        "attributes-that-touch", lambda: page("<div " + "".join(f"a{n}=''" for n in range(9_000)) + "></div>"),
        "refused too-many-tags",
    ),
    PageCase(
        "attributes-behind-a-comment", lambda: page(f'<!-- <a b=" --><div {attributes(9_000)}></div>'),
        "refused too-many-tags",
    ),
    PageCase("one-attribute-400k-times", lambda: page(f"<div {'a=1 ' * 400_000}>x</div>"), "stored"),
    PageCase("name-of-2-mb", lambda: page(f"<div {'a' * 2 * MIB}=1>x</div>"), "stored"),
    PageCase("nested-divs-40k", lambda: page(text="<div>" * 40_000 + TEXT), "refused no-text"),
    PageCase("nested-bold-40k", lambda: page("<b>" * 40_000), "stored"),
    PageCase("nested-tables-10k", lambda: page("<table><tr><td>" * 10_000), "stored"),
    PageCase("nested-lists-20k", lambda: page("<ul><li>" * 20_000), "stored"),
    PageCase("nested-spans-48k", lambda: page("<span>" * 48_000), "stored"),
    PageCase("paragraphs-never-closed-40k", lambda: page("<p>x" * 40_000), "stored", slow=True),
    PageCase("125k-paragraphs", lambda: page("<p>x" * 125_000), "refused too-many-tags"),
    PageCase("bold-and-italic-crossed", lambda: page("<b><i></b></i>" * 12_000), "stored"),
    PageCase("forms-and-options-40k", lambda: page("<select>" + "<option>x" * 40_000), "stored"),
    PageCase(
        "links-14k", lambda: page('<ul>' + '<li><a href="/x">Ten beaches</a>' * 14_000 + "</ul>"),
        "stored", slow=True,
    ),
    PageCase("headings-20k", lambda: page("<h2>x</h2>" * 20_000), "stored", slow=True),
    PageCase("images-40k", lambda: page("<img src=a>" * 40_000), "stored"),
    PageCase("comments-opened-40k", lambda: page("<!--" * 40_000), "stored"),
    PageCase("comments-40k", lambda: page("<!---->" * 40_000), "stored"),
    PageCase("comment-of-2-mb", lambda: page(f"<!--{'- ' * MIB}-->"), "stored"),
    PageCase("cdata-opened-40k", lambda: page("<![CDATA[" * 40_000), "stored"),
    PageCase("doctypes-40k", lambda: page(before="<!doctype html>" * 40_000), "stored"),
    PageCase("style-of-2-mb", lambda: page(f"<p style='{'a:b;' * (MIB // 2)}'>x</p>"), "stored"),
    PageCase("class-of-2-mb", lambda: page(f"<p class='{'author ' * (MIB // 4)}'>x</p>"), "stored", slow=True),
    PageCase("ends-of-nothing-700k", lambda: page("</b>" * 700_000), "stored"),
    PageCase("signs-1m", lambda: page("< " * MIB), "stored", slow=True),
    PageCase("sheet-of-2-mb", lambda: page(head=f"<style>{'a{b:c}' * (MIB // 3)}</style>"), "stored"),
    PageCase("script-of-2-mb", lambda: page(f"<script>{'if(a<b){c()}' * 40_000}</script>"), "stored"),
    PageCase("script-of-600k-tags", lambda: page(f"<script>x='{'<b>' * 600_000}'</script>"), "stored"),
    PageCase("script-never-closed", lambda: page("<script>" + "x" * MIB), "stored"),
    PageCase("json-ld-of-2-mb", lambda: page(head=json_ld('{"x":[' + "1," * MIB + "1]}")), "stored"),
    PageCase("json-ld-twice-1-mb", lambda: page(head=json_ld('{"x":[' + "{}," * 340_000 + "1]}") * 2), "stored"),
    PageCase("json-ld-nested", lambda: page(head=json_ld('{"@graph":[' * 90_000)), "stored"),
    PageCase("json-ld-5k-blocks", lambda: page(head=json_ld('{"@type":"NewsArticle"}') * 5_000), "stored"),
    PageCase("json-ld-dates-never-closed", lambda: page(head=json_ld('"datePublished":"' * 50_000)), "stored"),
    PageCase("quotes-never-closed", lambda: page('<a href="' * 300_000), "stored"),
    PageCase("quotes-astray", lambda: page('<p class="a"">x</p>' * 5_000), "stored"),
    PageCase("attribute-of-90-kb", lambda: page(f"<a title='{'a ' * 45_000}'>x</a>"), "stored"),
    PageCase("no-break-spaces-1m", lambda: page("&nbsp;" * 400_000), "stored"),
    PageCase("references-300k", lambda: page("&#0;&#x110000;&#xD800;" * 90_000), "stored"),
    PageCase("one-word-of-2-mb", lambda: page(f"<p>{'a' * 2 * MIB}</p>"), "stored"),
    PageCase("one-paragraph-of-2-mb", lambda: page(f"<p>{'word ' * (MIB // 3)}</p>"), "stored"),
    PageCase("blanks-2-mb", lambda: page(" \n" * MIB), "stored"),
    PageCase("dates-100k", lambda: page("<p>" + "5 March 2024, 2024-03-05 " * 60_000 + "</p>"), "stored", slow=True),
    PageCase("times-15k", lambda: page("<time datetime='2024-03-05'></time>" * 15_000), "stored"),
    PageCase("metas-40k", lambda: page(head=meta("article:published_time", "x") * 40_000), "stored", slow=True),
    PageCase("50-mb-page", lambda: page(" " * 50 * MIB), "refused too-large"),
)  # fmt: skip

LATIN = TEXT + "<p>Le Conseil de sécurité a créé une force à Zürich, a-t-on appris mardi à l'issue du vote.</p>"
CHARSETS = (
    PageCase("latin-1-untold", lambda: page(text=LATIN).encode("latin-1"), "stored"),
    PageCase("utf-8-called-latin-1", page(text=LATIN), "stored", "text/html; charset=iso-8859-1"),
    PageCase("latin-1-called-utf-8", lambda: page(text=LATIN).encode("latin-1"), "stored", "text/html; charset=utf-8"),
    PageCase(
        "meta-against-header", lambda: page(text=LATIN, head="<meta charset=utf-16>"),
        "stored", "text/html; charset=koi8-r",
    ),
    PageCase("utf-16-without-mark", lambda: page(text=LATIN).encode("utf-16-le"), "stored"),
    PageCase("utf-16-with-mark", lambda: codecs.BOM_UTF16_BE + page(text=LATIN).encode("utf-16-be"), "stored"),
    PageCase(
        "utf-7", "+ADw-script+AD4-alert(1)" + page(head="<meta charset=utf-7>"),
        "stored", "text/html; charset=utf-7",
    ),
    PageCase("unknown-charset", page(text=LATIN), "stored", "text/html; charset=x-klingon"),
    PageCase("nul-between-letters", lambda: page(text=TEXT.replace("Council", "Coun\0cil")), "stored"),
    PageCase(
        "half-characters", lambda: page(text=LATIN).encode().replace(b"Le Conseil", b"Le \xed\xa0\x80 Conseil"),
        "stored",
    ),
    PageCase("escape-sequences-of-2022", lambda: page("\x1b$B" * 1_000), "stored", "text/html; charset=iso-2022-jp"),
)  # fmt: skip

TEXTS = (
    PageCase("script-in-the-title", page(head="<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>"), "stored"),
    PageCase("terminal-sequences", page(text=TEXT.replace("Tuesday", "Tues\x1b&#x1b;\x7fday")), "stored"),
    PageCase(
        "bidi-override", page(text=TEXT.replace("Tuesday", "Tues\u202eday\u2066"), head=meta("og:title", "\u202eetoV")),
        "stored",
    ),
    PageCase(
        "hidden-words",
        page(text=TEXT.replace("Tuesday", "Tuesday" + "".join(chr(0xE0000 + ord(c)) for c in "obey")), ),
        "stored",
    ),
    PageCase("forged-author", page(head='<meta name="author" content="\x1b[31mJane&#x202e; Doe<script>">'), "stored"),
    PageCase("canonical-javascript", page(head='<link rel="canonical" href="javascript:alert(1)">'), "stored"),
    PageCase("canonical-of-1-mb", lambda: page(head=f'<link rel="canonical" href="/{"a" * 90_000}">'), "stored"),
    PageCase("base-of-another", page(head=f'<base href="{SECRET}"><link rel="canonical" href="/a">'), "stored"),
    PageCase("refresh", page(head=f'<meta http-equiv="refresh" content="0;url={SECRET}">'), "stored"),
    PageCase(
        "frames", page(f'<iframe src="{SECRET}"></iframe><object data="{SECRET}"></object><img src="{SECRET}">'),
        "stored",
    ),
    PageCase(
        "entity-of-a-file",
        page(before='<!DOCTYPE html [<!ENTITY f SYSTEM "file:///etc/passwd">]>', beside="<p>&f;</p>"),
        "stored", "application/xhtml+xml",
    ),
    PageCase(
        "laughs", page(before='<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>', beside="<p>&b;</p>"),
        "stored", "application/xhtml+xml",
    ),
    PageCase(
        "xinclude", page('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'),
        "stored",
    ),
    PageCase("year-3024", page(head=meta("article:published_time", "3024-03-05T10:00:00Z")), "stored"),
    PageCase("date-that-is-none", page(head=meta("article:published_time", "٩" * 40)), "stored"),
    PageCase(
        "markup-in-json-ld",
        "<html><head>"
        + json_ld(json.dumps({"@type": "NewsArticle", "articleBody": TEXT.replace("</p>", "</p><b>")}))
        + "</head><body><p>Log in</p></body></html>",
        "stored",
    ),
    PageCase(
        "json-ld-of-wrong-types",
        page(head=json_ld('{"@type":["NewsArticle",{}],"datePublished":{"a":[]},"headline":7,"author":[[]]}')),
        "stored",
    ),
)  # fmt: skip

FORMS = (
    PageCase("pdf", b"%PDF-1.7\n1 0 obj", "refused not-html"),
    PageCase("picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 400, "refused not-html"),
    PageCase("picture-type", page(), "refused not-html", "image/png"),
    PageCase("json", '{"a": "<p>x</p>"}', "refused not-html", "application/json"),
    PageCase("packed-untold", gzip.compress(page().encode()), "refused not-html"),
    PageCase(
        "feed-for-a-page", "<rss version='2.0'><channel><title>Outlet</title></channel></rss>",
        "refused not-html", "text/xml",
    ),
    PageCase("plain-text", "\n".join(STORY), "refused not-html", "text/plain"),
    PageCase("no-body", "<!doctype html><html><head><title>Vote</title></head></html>", "refused no-text"),
    PageCase(
        "svg", f"<svg xmlns='http://www.w3.org/2000/svg'><foreignObject>{TEXT}</foreignObject></svg>",
        "refused not-html",
    ),
    PageCase("svg-for-a-root", f"<svg xmlns\0<html><frameset><fr</html>g'>{TEXT}</svg>", "stored"),
    PageCase("nothing-but-nul", b"\0" * MIB, "refused not-html"),
    PageCase("blanks", b" \n" * MIB, "refused empty"),
    PageCase("less-thans", b"<" * 49_000, "refused not-html"),
    PageCase("noise", bytes((n * n * 7 + n // 3) % 256 for n in range(300_000)), "refused not-html"),
    PageCase("cut-in-a-tag", page() + "<a href='", "stored"),
    PageCase("frameset", "<html><frameset><frame src='/a'></frameset></html>", "refused no-text"),
)  # fmt: skip

PAGES: tuple[PageCase, ...] = (*SIZES, *CHARSETS, *TEXTS, *FORMS)
