"""Pages of articles, as messy as real ones: templates, structured data, dates in odd places, odd charsets."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.lab.replay import boilerplate
from pipeline.lab.replay.archive import Archive, ArchivedArticle, Edition, Outlet

_TEMPLATES = Path(__file__).parent / "templates"
_RELATED = 5
_LIVE_TIME = re.compile(r"(\d{1,2})[.:](\d{2})\s?([ap])m\b")
_OWN_TEMPLATE = frozenset({"live", "gallery", "video"})  # kinds that look alike on every site
# Fixed English names: strftime's follow the machine's locale.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """A rendered page: its bytes, their ``Content-Type`` and when the page last changed."""

    body: bytes
    content_type: str
    modified: datetime
    status: int = 200


@dataclass(frozen=True, slots=True)
class ShownDate:
    """A time as pages write it; each is empty where the page does not tell it."""

    iso: str = ""  # 2025-09-30T17:05:00-04:00, or the day alone
    day: str = ""  # 2025-09-30
    long: str = ""  # Tuesday, 30 September 2025, 17:05
    numbers: str = ""  # 30/09/2025 17:05


def shown_date(moment: datetime, zone: ZoneInfo, shown: str) -> ShownDate:
    """``moment`` in ``zone`` as pages write it, as exactly as ``shown`` says (time, day or none)."""
    if shown == "none":
        return ShownDate()
    local = moment.astimezone(zone)
    long = f"{_DAYS[local.weekday()]}, {local.day} {_MONTHS[local.month - 1]} {local.year}"
    if shown == "day":
        return ShownDate(f"{local:%Y-%m-%d}", f"{local:%Y-%m-%d}", long, f"{local:%d/%m/%Y}")
    return ShownDate(
        local.isoformat(), f"{local:%Y-%m-%d}", f"{long}, {local:%H:%M}", f"{local:%d/%m/%Y} {local:%H:%M}"
    )


def render_page(archive: Archive, article: ArchivedArticle, now: datetime) -> Page | None:
    """The article's page as ``now`` sees it, or None before it is published."""
    edition = article.at(now)
    if edition is None:
        return None
    outlet = archive.outlets[article.outlet]
    if edition.status != 200:
        html = _environment().get_template("gone.html").render(outlet=outlet, notice=boilerplate.WITHDRAWN)
    else:
        name = article.kind if article.kind in _OWN_TEMPLATE else outlet.template
        html = _environment().get_template(f"{name}.html").render(_context(archive, article, edition, outlet, now))
    return Page(encode(html, outlet.charset), content_type(outlet), edition.modified.astimezone(UTC), edition.status)


def encode(html: str, charset: str) -> bytes:
    """``html`` in ``charset``; what the charset can't hold becomes a character reference, as sites do."""
    return html.encode(charset, "xmlcharrefreplace")


def html_charset(charset: str) -> str:
    """The name that a page gives to Python's ``charset``."""
    name = codecs.lookup(charset).name
    known = {"utf-8-sig": "utf-8", "cp1252": "windows-1252", "iso8859-1": "iso-8859-1"}
    return known.get(name, name)


def content_type(outlet: Outlet) -> str:
    """The ``Content-Type`` of the outlet's pages: old charsets are named in the page alone, or wrongly."""
    if outlet.header_charset:
        return f"text/html; charset={outlet.header_charset}"
    if outlet.charset in ("utf-8", "utf-16"):
        return f"text/html; charset={outlet.charset.upper()}"
    return "text/html"


def json_ld(value: object) -> Markup:
    """``value`` as JSON that can stand in a script element: no ``<``, ``>`` or ``&`` in it."""
    text = json.dumps(value, ensure_ascii=True, indent=1)
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(escaped)  # noqa: S704  (escaped on the line above)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


def _context(
    archive: Archive, article: ArchivedArticle, edition: Edition, outlet: Outlet, now: datetime
) -> dict[str, Any]:
    address = archive.address(article)
    published = shown_date(article.published, outlet.zone, article.date_shown)
    modified = shown_date(edition.modified, outlet.zone, article.date_shown)
    structured = _structured(article, edition, outlet, address, published, modified)
    return {
        "outlet": outlet,
        "home": f"http://{outlet.host}/",
        "address": address,
        "language": article.language or outlet.language,
        "charset": html_charset(outlet.charset),
        "title": edition.title,
        "paragraphs": edition.paragraphs,
        "published": published,
        "modified": modified,
        "number": article.number,
        "related": _related(archive, article, now),
        "most_read": boilerplate.MOST_READ,
        "comments": boilerplate.comments(article.article_id),
        "cookies": boilerplate.COOKIES,
        "newsletter": boilerplate.NEWSLETTER,
        "subscribe": boilerplate.SUBSCRIBE,
        "share": boilerplate.SHARE,
        "footer": boilerplate.FOOTER,
        "advert": boilerplate.ADVERT,
        "json_ld": json_ld(structured),
        "json_ld_graph": json_ld(_graph(structured, outlet, address)),
        "json_ld_paywall": json_ld(_paywalled(structured, edition)),
        "json_ld_live": json_ld(_live(structured, article, edition, outlet)),
    }


def _related(archive: Archive, article: ArchivedArticle, now: datetime) -> list[tuple[str, str]]:
    """Headlines and addresses of other articles, the family's own first: the box that misleads extractors."""
    family = archive.outlets[article.outlet].family
    others = [other for other in reversed(archive.visible(now)) if other.article_id != article.article_id]
    others.sort(key=lambda other: archive.outlets[other.outlet].family != family)
    shown = [(other, other.at(now)) for other in others[:_RELATED]]
    return [(edition.title, archive.address(other)) for other, edition in shown if edition]


# -- structured data -------------------------------------------------------------------------


def _structured(
    article: ArchivedArticle,
    edition: Edition,
    outlet: Outlet,
    address: str,
    published: ShownDate,
    modified: ShownDate,
) -> dict[str, Any]:
    """schema.org's NewsArticle."""
    value: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": address},
        "headline": edition.title[:110],
        "image": [f"http://{outlet.host}/img/{article.number}.jpg"],
        "author": [{"@type": "Person", "name": f"{outlet.name} staff"}],
        "publisher": {"@type": "Organization", "name": outlet.name, "url": f"http://{outlet.host}/"},
        "inLanguage": article.language or outlet.language,
    }
    if published.iso:
        value |= {"datePublished": published.iso, "dateModified": modified.iso}
    return value


def _graph(structured: Mapping[str, Any], outlet: Outlet, address: str) -> dict[str, Any]:
    """The same as one node of a graph, among the nodes that blog plug-ins write."""
    home = f"http://{outlet.host}/"
    node = {key: value for key, value in structured.items() if key != "@context"}
    return {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "@id": f"{home}#website", "url": home, "name": outlet.name},
            {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "position": 1, "name": "Home"}]},
            {"@type": "WebPage", "@id": address, "url": address},
            node | {"@id": f"{address}#article", "isPartOf": {"@id": address}},
        ],
    }


def _paywalled(structured: Mapping[str, Any], edition: Edition) -> dict[str, Any]:
    """With the whole text, as sites with a paywall give it to search engines."""
    return {
        **structured,
        "isAccessibleForFree": False,
        "hasPart": {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".paid"},
        "articleBody": edition.text,
    }


def _live(structured: Mapping[str, Any], article: ArchivedArticle, edition: Edition, outlet: Outlet) -> dict[str, Any]:
    """schema.org's LiveBlogPosting: each paragraph that begins with a time is an update."""
    updates = []
    for paragraph in edition.paragraphs:
        if found := _LIVE_TIME.match(paragraph):
            hour = int(found[1]) % 12 + (12 if found[3] == "p" else 0)
            local = article.published.astimezone(outlet.zone)
            when = local.replace(hour=hour, minute=int(found[2]), second=0)
            updates.append({"@type": "BlogPosting", "datePublished": when.isoformat(), "articleBody": paragraph})
    ended = article.revisions and edition.modified >= article.revisions[-1].at
    value = {**structured, "@type": "LiveBlogPosting", "liveBlogUpdate": updates}
    if structured.get("datePublished"):
        value |= {"coverageStartTime": structured["datePublished"]}
        value |= {"coverageEndTime": structured["dateModified"]} if ended else {}
    return value
