"""Pages that change, and what was told of them: builders for the tests of recalls."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pipeline.alerts.recalls import Page
from pipeline.model import Alert, AlertRule, Article, Aspect, Change, Claim, Evidence, Stage, Watch
from tests.storage.builders import make_alert, make_article, make_change, make_claim, make_entry, make_watch

NOW = datetime(2025, 10, 1, 18, tzinfo=UTC)
VOTE = "The Council voted on Tuesday for a force of 5,500 people."
REST = "Ministers welcomed the vote. Rain fell in the capital. The airport stayed closed. Schools opened on Monday."
ENTRY = make_entry("vote")


def article(text: str = f"{VOTE} {REST}", **changed: Any) -> Article:
    return make_article(ENTRY, text, **changed)


def claim_in(found: Article, quote: str = VOTE, **changed: Any) -> Claim:
    """The claim that a sentence of ``found`` makes: a ceiling of 5,500, decided."""
    values: dict[str, Any] = {
        "aspect": Aspect.STRENGTH,
        "stage": Stage.DECIDED,
        "subject": "the ceiling",
        "value": "5,500 people",
        "quote": quote,
        "start": found.text.find(quote),
        "end": found.text.find(quote) + len(quote),
    }
    return make_claim(found, **{**values, **changed})


def change_of(claim: Claim) -> Change:
    return make_change(claim)


def evidence(found: Article, claim: Claim | None = None, *, rank: int = 0, **changed: Any) -> Evidence:
    claim = claim or claim_in(found)
    values: dict[str, Any] = {
        "change_id": change_of(claim).change_id,
        "claim": claim,
        "url": found.url,
        "origin": "times",
        "rank": rank,
        "text": found.text,
    }
    return Evidence(**{**values, **changed})


def page_of(text: str, *claims: Claim, title: str = ENTRY.title) -> Page:
    """The page as it is now."""
    found = article(text, title=title)
    return Page(found.url, found, claims)


def gone(answer: str = "it answers 410 (Gone)") -> Page:
    return Page(ENTRY.url, gone=answer)


def watch_of(*channels: str) -> Watch:
    return replace(make_watch(), rules=(AlertRule("all", channels=channels or ("console",)),))


def alert_of(*changes: Change, channel: str = "console") -> Alert:
    return make_alert(*changes, channel=channel)
