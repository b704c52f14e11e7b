"""Extract an article's text and metadata from the bytes of a page, with guards against costly pages.

trafilatura does the extraction, in its fast mode: on 181 real pages that is as accurate as the slow one and half as
long. Where it finds few words, the slow one is asked as well: on the 990 pages of trafilatura's own evaluation that
takes F1 from .920 to .924. What a page costs is known before its tree is made (:mod:`pipeline.pages.cost`); the
limits are a fence, not a wall: the wall is the deadline of the worker in which this runs.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import datetime
from unicodedata import normalize
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document

from pipeline.model import Precision
from pipeline.model.charset import decode
from pipeline.model.errors import ContentError
from pipeline.model.text import normalise, safe, shorten, squeeze
from pipeline.pages.cost import Cost, cost_of
from pipeline.pages.metadata import PageMetadata, read_metadata
from pipeline.pages.page import ExtractedPage
from pipeline.pages.published import MAX_JSON_LD, is_json_ld, news_objects, published_at
from pipeline.pages.tree import parse_html

MAX_BYTES = 3 * 2**20
MAX_ELEMENTS = 50_000  # the largest of 1,662 real pages has 10,106
MAX_ATTRIBUTE_PAIRS = 50_000_000  # 7,000 attributes of one tag: 0.7 s; the largest of 1,662 real pages has 32,486
MAX_TWICE = 2_500  # elements of a page that may be read in the slow way too: 1.5 s at most, by the square
FEW_WORDS = 100  # below, the fast way may have missed the story
MIN_WORDS = 25  # fewer is a teaser, a caption or a cookie notice

_TYPES = re.compile(r"(?:text/(?:html|xml|plain)|application/(?:xhtml\+xml|xml|octet-stream)|)$", re.IGNORECASE)
_NOT_HTML = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"\x1f\x8b", b"RIFF", b"ID3", b"OggS")
_ANY_TAG = re.compile(r"<[a-z!/?][^>]{0,1000}>", re.IGNORECASE)
_BREAK = re.compile(r"</?(?:p|div|br|li|h[1-6]|blockquote)\b[^>]{0,1000}>|\r?\n", re.IGNORECASE)
# Thai to Khmer, kana, Chinese characters.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_TITLE_JOINTS = frozenset("|-–—:·")  # between a headline and the site's name in a title
_LANGUAGE = re.compile(r"[a-z]{2,3}(?![a-z])", re.IGNORECASE)


def extract_page(
    body: bytes,
    *,
    content_type: str,
    url: str,
    feed_published: datetime | None,
    feed_precision: Precision,
    seen_at: datetime,
) -> ExtractedPage:
    """Read one page.

    Args:
        body: the page's bytes, decompressed.
        content_type: the HTTP header's value, or an empty string.
        url: where it came from, after redirects.
        feed_published, feed_precision, seen_at: as :func:`pipeline.pages.published.published_at` takes them.

    Raises:
        ContentError: ``empty``, ``not-html``, ``too-large``, ``too-many-tags`` or ``no-text``; the
            message names ``url``.
    """
    text, problems = _guarded(body, content_type, url)
    cost = _check_cost(text, url)
    tree = parse_html(text)
    if tree is None:
        raise ContentError("not-html", f"The page at {url} can't be read as HTML.")
    published = published_at(
        tree, feed_published=feed_published, feed_precision=feed_precision, seen_at=seen_at, url=url
    )
    if published.source == "seen":
        problems += ("published: no source gives a time that can be believed, so it is when we first saw it",)
    problems += _without_huge_data(tree)
    _without_layout_tables(tree)
    read = _extracted(tree, url, thoroughly=cost.elements <= MAX_TWICE)
    # Without a text there is no article, and its headline is that of the structured data.
    says = read_metadata(tree, url) if read is not None else PageMetadata()
    page = ExtractedPage(
        title=shorten(clean(says.title), 500),
        text=_without_headline(_paragraphs(read or ""), says.title),
        author=shorten(clean(says.author), 200),
        language=_language(tree),
        published=published,
        canonical_url=_canonical(tree, url),
        words=0,
        problems=problems,
        site_name=shorten(clean(says.site_name), 100),
    )
    words = count_words(page.text)
    if words < MIN_WORDS:
        page = _from_structured_data(page, tree, words, url)
        words = count_words(page.text)
    return replace(page, words=words)


def _extracted(tree: HtmlElement, url: str, *, thoroughly: bool) -> str | None:
    """Return the text that trafilatura finds, or None where it finds nothing or breaks.

    Where the fast way finds little and ``thoroughly`` allows it, the slow one is asked too.
    """
    text = _found(tree, url, fast=True)
    if thoroughly and count_words(text or "") < FEW_WORDS:
        text = _found(tree, url, fast=False) or text
    return text


def _found(tree: HtmlElement, url: str, *, fast: bool) -> str | None:
    try:
        found = bare_extraction(tree, url=url, fast=fast, include_comments=False)
    except MemoryError:
        raise
    except Exception:  # a foreign extractor on hostile input, whatever it raises
        return None
    return found.text or "" if isinstance(found, Document) else None


def count_words(text: str) -> int:
    """Count the words of ``text``; in scripts without spaces two characters count as one."""
    return len(text.split()) + len(_UNSPACED.findall(text)) // 2


def clean(text: str) -> str:
    """Return ``text`` safe to show and to store, in NFC: no control or direction marks, no half characters."""
    return normalize("NFC", safe(text)).encode("utf-8", "ignore").decode("utf-8")


def _guarded(body: bytes, content_type: str, url: str) -> tuple[str, tuple[str, ...]]:
    """Return the page's text and the flaws of its charset, once it is known to be cheap enough to parse."""
    if not body.strip():
        raise ContentError("empty", f"The page at {url} is empty.")
    if len(body) > MAX_BYTES:
        raise ContentError("too-large", f"The page at {url} has {len(body):,} bytes; the limit is {MAX_BYTES:,}.")
    kind = content_type.partition(";")[0].strip()
    if not _TYPES.match(kind):
        raise ContentError("not-html", f"The page at {url} is not HTML but {kind}.")
    if body.lstrip()[:5].startswith(_NOT_HTML):
        raise ContentError("not-html", f"The page at {url} is a picture, a PDF or a packed file, whatever it says.")
    text, codec, *_ = decode(body, content_type)
    if not _ANY_TAG.search(text):
        raise ContentError("not-html", f"The page at {url} has no tags: it is not HTML.")
    broken = text.count("\ufffd")
    return text, (f"charset: {broken} characters can't be read as {codec}",) if broken else ()


def _check_cost(text: str, url: str) -> Cost:
    """Return the cost of the page's tree; refuse one that would take too long to make or to read."""
    cost = cost_of(text)
    if cost.elements > MAX_ELEMENTS:
        raise ContentError(
            "too-many-tags", f"The page at {url} has {cost.elements:,} elements; the limit is {MAX_ELEMENTS:,}."
        )
    if cost.attribute_pairs > MAX_ATTRIBUTE_PAIRS:
        raise ContentError("too-many-tags", f"The page at {url} has tags with too many attributes to be read in time.")
    return cost


def _without_huge_data(tree: HtmlElement) -> tuple[str, ...]:
    """Drop JSON-LD that costs too much memory to parse: trafilatura reads it without a limit."""
    huge = [s for s in tree.iter("script") if is_json_ld(s) and len(s.text or "") > MAX_JSON_LD]
    for script in huge:
        script.drop_tree()
    return (f"JSON-LD: {len(huge)} blocks are too large to be read",) if huge else ()


def _without_layout_tables(tree: HtmlElement) -> None:
    """Make plain blocks of tables that hold paragraphs: old pages put menu and story in cells of one table."""
    tables = {table for cell in tree.xpath(".//td[count(.//p) > 1]") for table in cell.iterancestors("table")}
    for table in tables:
        groups = table.xpath("./tbody | ./thead | ./tfoot")
        rows = table.xpath("./tr | ./*/tr")
        for part in (table, *groups, *rows, *(cell for row in rows for cell in row)):
            part.tag = "div"


def _without_headline(text: str, title: str) -> str:
    """Remove a first paragraph of ``text`` that only repeats the title."""
    first, _, rest = text.partition("\n\n")
    headline, whole = normalise(first), normalise(title)
    # The title may go on with the site's name: "Vote doubles force | Isle Post".
    if not (rest and headline and whole.startswith(headline)):
        return text
    after = whole.removeprefix(headline).lstrip()
    return text if after and after[0] not in _TITLE_JOINTS else rest


def _paragraphs(text: str) -> str:
    lines = map(squeeze, clean(text).split("\n"))
    return "\n\n".join(line for line in lines if line)


def _from_structured_data(page: ExtractedPage, tree: HtmlElement, words: int, url: str) -> ExtractedPage:
    """Return ``page`` with the text that the page's JSON-LD holds for machines."""
    for item in news_objects(tree):
        body = item.get("articleBody")
        if isinstance(body, str):
            plain = html.unescape(_ANY_TAG.sub(" ", _BREAK.sub("\n", body)))
            text = _paragraphs(plain)
            if count_words(text) >= MIN_WORDS:
                headline = item.get("headline")
                title = page.title or (shorten(clean(headline), 500) if isinstance(headline, str) else "")
                return replace(
                    page, text=text, title=title, problems=(*page.problems, "text: taken from the page's JSON-LD")
                )
    raise ContentError(
        "no-text", f"The page at {url} has no article text ({words} words; fewer than {MIN_WORDS} are no article)."
    )


def _language(tree: HtmlElement) -> str:
    root = tree if tree.tag == "html" else tree.getroottree().getroot()
    named = [root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""]
    named += [m.get("content", "") for m in tree.iter("meta") if m.get("property") == "og:locale"]
    for value in named:
        match = _LANGUAGE.match(value.strip())
        if match:
            return match[0].lower()
    return ""


def _canonical(tree: HtmlElement, url: str) -> str:
    for link in tree.iter("link"):
        if "canonical" in str(link.get("rel", "")).lower().split():
            try:
                address = urljoin(url, clean(str(link.get("href", ""))).strip())
                parts = urlsplit(address)
            except ValueError:
                continue
            if parts.scheme in ("http", "https") and parts.hostname and len(address) <= 2_000:
                return address
    return url
