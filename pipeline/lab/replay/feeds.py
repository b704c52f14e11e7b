"""Feeds as publishers write them: five formats, with the flaws that real ones have."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape as html_escape
from xml.sax.saxutils import escape, quoteattr

from pipeline.lab.replay.archive import Archive, ArchivedArticle, ArchiveFeed, Edition
from pipeline.model.text import shorten

TEASER = 220  # characters

_CONTENT_TYPES = {
    "rss": "application/rss+xml",
    "rss-content": "application/rss+xml",
    "atom": "application/atom+xml",
    "rdf": "application/rdf+xml",
    "json": "application/feed+json",
    "sitemap": "application/xml",
}
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ZONE_NAMES = {"Africa/Nairobi": "EAT", "Africa/Windhoek": "CAT"}  # others: what tzinfo calls them, such as EDT


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A feed's bytes, their ``Content-Type`` and when its newest entry last changed."""

    body: bytes
    content_type: str
    modified: datetime | None


@dataclass(frozen=True, slots=True)
class _Item:
    """One entry, ready to be written."""

    guid: str
    link: str
    title: str
    teaser: str
    html: str  # the whole text
    published: datetime | None  # in the outlet's zone
    modified: datetime
    zone_name: str
    day_only: bool
    language: str
    outlet: str


def render_feed(archive: Archive, source: ArchiveFeed, now: datetime) -> FeedDocument:
    """The feed as ``now`` sees it. The same entries give the same bytes, but where the flaw says otherwise."""
    items = [_item(archive, source, article, edition) for article, edition in archive.entries(source, now)]
    write = {
        "rss": _rss,
        "rss-content": _rss,
        "atom": _atom,
        "rdf": _rdf,
        "json": _json,
        "sitemap": _sitemap,
    }[source.kind]
    body = write(source, items, now).encode(source.charset, "xmlcharrefreplace")
    if "bom" in source.flaws:
        body = b"\xef\xbb\xbf" + body
    kind = _CONTENT_TYPES[source.kind]
    # Feeds in an old charset name it in their XML declaration alone, and call themselves plain XML.
    content_type = f"{kind}; charset=utf-8" if source.charset == "utf-8" else "text/xml"
    return FeedDocument(body, content_type, max((item.modified for item in items), default=None))


def _item(archive: Archive, source: ArchiveFeed, article: ArchivedArticle, edition: Edition) -> _Item:
    outlet = archive.outlets[article.outlet]
    link = archive.target(article) if "relative-links" in source.flaws else archive.address(article)
    if "tracking" in source.flaws:
        link += ("&" if "?" in link else "?") + "utm_source=feed&utm_medium=rss"
    title = edition.title
    if "html-title" in source.flaws:
        title = f"<b>{html_escape(outlet.name, quote=False)}</b>: {html_escape(title, quote=False)}"
    no_date = article.date_shown == "none" or "no-dates" in source.flaws
    published = None if no_date else article.published.astimezone(outlet.zone)
    zone_name = _ZONE_NAMES.get(outlet.timezone) or article.published.astimezone(outlet.zone).tzname() or "GMT"
    return _Item(
        guid=f"{outlet.host}:{article.article_id}",
        link=link,
        title=title,
        teaser=shorten(edition.text, TEASER) if source.content != "none" else "",
        html="\n".join(f"<p>{html_escape(paragraph, quote=False)}</p>" for paragraph in edition.paragraphs),
        published=published,
        modified=edition.modified.astimezone(UTC),
        zone_name=zone_name,
        day_only=article.date_shown == "day",
        language=article.language or outlet.language,
        outlet=outlet.name,
    )


def _rfc822(moment: datetime, zone: str) -> str:
    day = f"{_WEEKDAYS[moment.weekday()]}, {moment.day:02} {_MONTHS[moment.month - 1]} {moment.year}"
    return f"{day} {moment:%H:%M:%S} {zone}"


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _date(item: _Item, when: datetime) -> str:
    """ISO time, or the day alone where that is all that is told."""
    return f"{when:%Y-%m-%d}" if item.day_only else when.isoformat()


def _text(source: ArchiveFeed, value: str) -> str:
    """``value`` as XML character data; ``]]>`` can't stand in a CDATA section."""
    if "cdata" in source.flaws and "]]>" not in value:
        return f"<![CDATA[{value}]]>"
    return escape(value)


def _rss(source: ArchiveFeed, items: list[_Item], now: datetime) -> str:
    """RSS 2.0, with ``content:encoded`` where the feed carries whole texts."""
    full = source.content == "full"
    built = now if "ticking-build-date" in source.flaws else max((item.modified for item in items), default=None)
    lines = [
        f'<?xml version="1.0" encoding="{source.charset}"?>',
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">',
        "<channel>",
        f"<title>{_text(source, source.title)}</title>",
        f"<link>http://{source.host}/</link>",
        f"<atom:link href={quoteattr(source.url)} rel='self' type='application/rss+xml'/>",
        f"<description>{escape(source.title)}</description>",
        f"<language>{source.language}</language>",
        "<ttl>60</ttl>",
    ]
    if built is not None:
        lines.append(f"<lastBuildDate>{_rfc822(built.astimezone(UTC), '+0000')}</lastBuildDate>")
    # A named entity that XML does not know: feeds that were pasted from HTML have it, and it breaks strict parsers.
    blank = "&nbsp;" if "nbsp" in source.flaws else " "
    for item in items:
        lines += ["<item>", f"<title>{_text(source, item.title)}</title>", f"<link>{escape(item.link)}</link>"]
        if "no-guid" not in source.flaws:
            lines.append(f'<guid isPermaLink="false">{escape(item.guid)}</guid>')
        if item.published is not None:
            zone = item.zone_name if "named-zone" in source.flaws else f"{item.published:%z}"
            when = f"{item.published:%Y-%m-%d}" if item.day_only else _rfc822(item.published, zone)
            lines.append(f"<pubDate>{when}</pubDate>")
        if item.language != source.language:
            lines.append(f"<dc:language>{item.language}</dc:language>")
        lines.append(f"<dc:creator>{_text(source, item.outlet)}</dc:creator>")
        if item.teaser:
            lines.append(f"<description>{_text(source, item.teaser)}{blank}</description>")
        if full and item.html:
            lines.append(f"<content:encoded>{_text(source, item.html)}</content:encoded>")
        lines.append("</item>")
    return "\n".join([*lines, "</channel>", "</rss>", ""])


def _atom(source: ArchiveFeed, items: list[_Item], _now: datetime) -> str:
    """Atom (RFC 4287)."""
    newest = max((item.modified for item in items), default=datetime(2025, 1, 1, tzinfo=UTC))
    lines = [
        f'<?xml version="1.0" encoding="{source.charset}"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://{source.host}/" xml:lang="{source.language}">',
        f"<title>{escape(source.title)}</title>",
        f"<id>{escape(source.url)}</id>",
        f"<link rel='self' href={quoteattr(source.url)}/>",
        f"<updated>{_iso(newest)}</updated>",
    ]
    for item in items:
        lines += [
            f'<entry xml:lang="{item.language}">',
            f'<title type="text">{escape(item.title)}</title>',
            f"<link rel='alternate' type='text/html' href={quoteattr(item.link)}/>",
            f"<id>tag:{escape(item.guid)}</id>",
            f"<author><name>{escape(item.outlet)}</name></author>",
            f"<updated>{_iso(item.modified)}</updated>",
        ]
        if item.published is not None:
            lines.append(f"<published>{_date(item, item.published)}</published>")
        if item.teaser:
            lines.append(f'<summary type="text">{escape(item.teaser)}</summary>')
        if source.content == "full" and item.html:
            lines.append(f'<content type="html">{escape(item.html)}</content>')
        lines.append("</entry>")
    return "\n".join([*lines, "</feed>", ""])


def _rdf(source: ArchiveFeed, items: list[_Item], _now: datetime) -> str:
    """RSS 1.0: an RDF document, items beside the channel."""
    lines = [
        f'<?xml version="1.0" encoding="{source.charset}"?>',
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">',
        f"<channel rdf:about={quoteattr(source.url)}>",
        f"<title>{escape(source.title)}</title>",
        f"<link>http://{source.host}/</link>",
        f"<description>{escape(source.title)}</description>",
        "<items><rdf:Seq>",
        *(f"<rdf:li rdf:resource={quoteattr(item.link)}/>" for item in items),
        "</rdf:Seq></items>",
        "</channel>",
    ]
    for item in items:
        lines += [
            f"<item rdf:about={quoteattr(item.link)}>",
            f"<title>{escape(item.title)}</title>",
            f"<link>{escape(item.link)}</link>",
            f"<description>{escape(item.teaser)}</description>",
        ]
        if item.published is not None:
            lines.append(f"<dc:date>{_date(item, item.published)}</dc:date>")
        lines.append("</item>")
    return "\n".join([*lines, "</rdf:RDF>", ""])


def _json(source: ArchiveFeed, items: list[_Item], _now: datetime) -> str:
    """JSON Feed 1.1."""
    entries = []
    for item in items:
        entry: dict[str, object] = {
            "id": item.guid,
            "url": item.link,
            "title": item.title,
            "summary": item.teaser,
            "authors": [{"name": item.outlet}],
            "language": item.language,
        }
        if source.content == "full":
            entry["content_html"] = item.html
        if item.published is not None:
            entry["date_published"] = _date(item, item.published)
        if item.published is not None and item.modified > item.published:
            entry["date_modified"] = _iso(item.modified)
        entries.append(entry)
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": source.title,
        "home_page_url": f"http://{source.host}/",
        "feed_url": source.url,
        "language": source.language,
        "items": entries,
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _sitemap(source: ArchiveFeed, items: list[_Item], _now: datetime) -> str:
    """News sitemap: addresses with title and date, no text at all."""
    lines = [
        f'<?xml version="1.0" encoding="{source.charset}"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">',
    ]
    for item in items:
        lines += [
            "<url>",
            f"<loc>{escape(item.link)}</loc>",
            f"<lastmod>{_iso(item.modified)}</lastmod>",
            "<news:news>",
            f"<news:publication><news:name>{escape(item.outlet)}</news:name>"
            f"<news:language>{item.language}</news:language></news:publication>",
        ]
        if item.published is not None:
            lines.append(f"<news:publication_date>{_date(item, item.published)}</news:publication_date>")
        lines += [f"<news:title>{escape(item.title)}</news:title>", "</news:news>", "</url>"]
    return "\n".join([*lines, "</urlset>", ""])
