"""The page that tells why: what became of each page that was read, in steps; and the same of one thing, standing alone.

Pure, but for the templates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from pipeline.alerts.evidence import Row, Trail, TrailAccount, account_of, is_unread
from pipeline.alerts.message import safe_url
from pipeline.model import AlertRule
from pipeline.site.page import POLICY, environment, inline_style
from pipeline.site.view import View
from pipeline.storage import Trail as StoredTrail
from pipeline.storage.queries.why import how_it_ends

WHY = "why.html"
SINCE = timedelta(days=30)  # for so long, what was held back is told; what changed the board, for good
MOST = 400  # pages that changed nothing, the latest
START = "start"  # the place of what no page brought

_CHANGED, _HELD, _NOTHING, _OFF_TOPIC, _UNREAD, _GONE, _WAITS, _NO_PAGE = OUTCOMES = (
    "changed the board",
    "held back",
    "claims nothing",
    "not about the mission",
    "in a language that is not read",
    "could not be read",
    "waits",
    "of no page",
)


@dataclass(frozen=True, slots=True)
class Account:
    """What became of one page that was read.

    Attributes:
        anchor: its place, ``a-`` and the article's id, or ``e-`` and the entry's.
        outcome: one of :data:`OUTCOMES`.
        ends: where it ended and why, in a sentence.
        told: how it came to that.
    """

    anchor: str
    at: datetime | None
    outlet: str
    title: str
    url: str
    outcome: str
    ends: str
    told: TrailAccount

    @property
    def changed(self) -> bool:
        """Whether it changed the board."""
        return self.outcome == _CHANGED


def accounts_of(trails: Iterable[tuple[Row, Trail]]) -> tuple[Account, ...]:
    """What became of each page of :meth:`pipeline.storage.Store.recent_trails`."""
    return tuple(_account(page, trail) for page, trail in trails)


def _account(page: Row, trail: Trail) -> Account:
    told = account_of(trail)  # without the alert rules: they are the same for all, and stand once above them
    if not page:
        title, ends = "What no page brought", "Known at the start, or said by a person."
        return Account(START, None, "", title, "", _NO_PAGE, ends, told)
    by_article = page["article_id"] is not None
    return Account(
        anchor=f"a-{page['article_id']}" if by_article else f"e-{page['entry_id']}",
        at=page["told_at"],
        outlet=page["outlet"] or "",
        title=page["title"] or page["url"] or "without a title",
        url=safe_url(page["url"] or ""),
        outcome=_outcome(trail),
        ends=how_it_ends(_stored(trail)),
        told=told,
    )


def _stored(trail: Trail) -> StoredTrail:
    sections: dict[str, Any] = {field.name: tuple(trail.get(field.name, ())) for field in fields(StoredTrail)}
    return StoredTrail(**{**sections, "asked": "", "ends": ""})


def _outcome(trail: Trail) -> str:
    if trail["changes"]:
        return _CHANGED
    if trail["claims"]:
        return _HELD
    if trail["readings"]:
        unread = _UNREAD if all(map(is_unread, trail["readings"])) else _OFF_TOPIC
        return _NOTHING if any(row["relevant"] for row in trail["readings"]) else unread
    if trail["articles"] or not trail["fetches"]:
        return _WAITS
    return _GONE if trail["fetches"][-1]["retry_at"] is None else _WAITS


def why_page(view: View, accounts: Sequence[Account], rules: Sequence[AlertRule] = ()) -> str:
    """The page of all ``accounts``, the latest first; ``rules`` are the watch's, for their thresholds."""
    return environment().get_template(WHY).render(
        policy=POLICY,
        view=view,
        accounts=accounts,
        rules=rules,
        outcomes=[one for one in OUTCOMES if any(account.outcome == one for account in accounts)],
        days=SINCE.days,
        most=MOST,
    )  # fmt: skip


def alone(told: TrailAccount, *, asked: str, ends: str, title: str) -> str:
    """A page of one trail that needs no file beside it.

    Args:
        told: the trail.
        asked: what was asked for.
        ends: where it ends and why.
        title: the watch's title.
    """
    policy, style = inline_style()
    return environment().get_template("why_alone.html").render(
        policy=policy,
        style=style,
        told=told,
        asked=asked,
        ends=ends,
        title=title,
    )  # fmt: skip
