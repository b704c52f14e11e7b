"""Rules, changes and watches for the tests of alerts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from pipeline.alerts import plan
from pipeline.model import Alert, AlertRule, Aspect, Change, Stage, Verdict, Watch
from pipeline.model.text import content_id
from tests.storage.builders import make_article, make_change, make_entry, make_watch

NOW = datetime(2025, 10, 1, 12, tzinfo=UTC)
ENTRY = make_entry("vote")
ARTICLE = make_article(ENTRY)
RULE = AlertRule("desk", channels=("file:desk",))


def watch_of(*rules: AlertRule) -> Watch:
    return replace(make_watch(), rules=rules or (RULE,))


def change(number: int = 1, **values: Any) -> Change:
    """A sure change of the ceiling, from one article."""
    base: dict[str, Any] = {
        "change_id": content_id("change", number),
        "aspect": Aspect.STRENGTH,
        "subject": f"ceiling {number}",
        "stage": Stage.DECIDED,
        "value": "5,550",
        "confidence": 0.9,
        "verdict": Verdict.NEW,
        "article_id": ARTICLE.article_id,
        "known_at": NOW,
        "held_from": date(2025, 9, 30),
    }
    return make_change(**{**base, **values})


def planned(*changes: Change, rules: tuple[AlertRule, ...] = (RULE,), now: datetime = NOW, **more: Any) -> list[Alert]:
    """What ``plan`` makes of new changes."""
    alerts, _ = plan(changes, {ARTICLE.article_id: ARTICLE}, watch_of(*rules), now, **more)
    return list(alerts)


def brief(alerts: list[Alert]) -> list[tuple[str, str]]:
    """(channel, kind) of each alert, in order."""
    return [(alert.channel.removeprefix("file:"), str(alert.kind)) for alert in alerts]
